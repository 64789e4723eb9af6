/** The lists of an organization that was read over REST: what `pull` writes, and as tables for use cases that read it at once. */

import { createHash } from 'node:crypto';
import type { Role } from '../../model/directory.js';
import { CellWords } from '../tables/cell-words.js';
import { type Table, TextRow } from '../tables/table.js';
import type { RestOrganization } from './organization.js';

/** The columns of each list, with what the other formats call them; undefined if nothing reads it. */
const COLUMNS = {
  users: [
    ['id', 'id'],
    ['username', 'userName'],
    ['email', 'email'],
    ['active', 'active'],
    ['firstName', 'firstName'],
    ['lastName', 'lastName'],
    ['licenseType', 'licenseType'],
  ],
  groups: [
    ['id', 'id'],
    ['name', 'name'],
    ['project', 'project'],
    ['description', undefined],
  ],
  memberships: [
    ['groupId', 'groupId'],
    ['userId', 'userId'],
  ],
} as const satisfies Record<Role, readonly (readonly [string, string | undefined])[]>;

export interface OrganizationList {
  readonly role: Role;
  readonly headings: readonly string[];
  readonly length: number;
  /** By id, so that the same organization gives the same list. */
  rows(): Iterable<readonly string[]>;
}

const byId = (a: { readonly id: string }, b: { readonly id: string }): number => a.id.length - b.id.length || (a.id < b.id ? -1 : 1);

/** Returns users, groups and memberships. */
export function listsOf({ users, groups, memberLists }: RestOrganization): readonly OrganizationList[] {
  const listOf = (role: Role, length: number, rows: OrganizationList['rows']): OrganizationList => ({
    role,
    headings: COLUMNS[role].map(([heading]) => heading),
    length,
    rows,
  });
  const members = memberLists.reduce((sum, list) => sum + list.members.length, 0);
  return [
    listOf('users', users.length, function* () {
      for (const { id, userName, email, active, firstName, lastName, licenseType } of [...users].sort(byId))
        yield [id, userName, email, String(active), firstName, lastName, licenseType];
    }),
    listOf('groups', groups.length, function* () {
      for (const { id, name, project, description } of [...groups].sort(byId)) yield [id, name, project, description];
    }),
    listOf('memberships', members, function* () {
      for (const list of [...memberLists].sort((a, b) => byId(a.group, b.group)))
        for (const user of [...list.members].sort((a, b) => byId({ id: a }, { id: b }))) yield [list.group.id, user];
    }),
  ];
}

class ListRow extends TextRow {
  cells: readonly string[] = [];

  override text(column: number): string {
    return this.cells[column] ?? '';
  }
}

/** Returns the lists as tables of an address. */
export const tablesOf = (organization: RestOrganization, url: string): readonly Table[] => listsOf(organization).map((list) => tableOf(list, url));

function tableOf({ role, headings, length, rows }: OrganizationList, url: string): Table {
  const columns = new Map(COLUMNS[role].flatMap(([, column], at) => (column === undefined ? [] : [[column, at] as const])));
  return {
    role,
    path: url,
    file: url,
    table: role,
    headings,
    columns,
    // JSON has a null of its own, so the text NULL is a text.
    words: new CellWords(role, {}, false),
    isIdFromUserName: false,
    notes: [],
    // The list was read to the end that it states, and users were asked for with the inactive ones.
    proof: () => ({ isComplete: true, ...(role === 'users' ? { includesInactive: true } : {}) }),
    read(visit) {
      const hash = createHash('sha256').update(JSON.stringify([role, headings]));
      const row = new ListRow(headings.length);
      for (const cells of rows()) {
        row.line++;
        row.cells = cells;
        hash.update(JSON.stringify(cells));
        visit(row);
      }
      return { sha256: hash.digest('hex'), rows: length, notes: [] };
    },
  };
}
