/** Rows of users tables → users, and the memberships that their `groups` cells state. */

import type { AuthenticationType, User } from '../model/directory.js';
import type { AuthMode } from '../model/policy.js';
import type { Problems } from './problem.js';
import { quoted } from './problem.js';
import type { Row, Table } from './table.js';
import { isInactiveLicence, parseAuthenticationType, parseBoolean, parseDisabled } from './values.js';

export interface UserWishes {
  readonly authMode: AuthMode;
  readonly authTypeMap: Readonly<Record<string, AuthenticationType>>;
}

export interface UsersRead {
  readonly users: User[];
  readonly usersById: Map<string, number>;
  /** Takes the rows of one table; `input` is its index in the snapshot. */
  take(table: Table, input: number, onGroups: (user: number, cell: string, line: number) => void): (row: Row) => void;
  /** Adds what only the whole table shows; to be called after the last row of each. */
  end(table: Table): string[];
}

/** A column's reader, or why there is none. */
const columnText = (table: Table, column: string): ((row: Row) => string) | undefined => {
  const at = table.columns.get(column);
  return at === undefined ? undefined : (row) => row.text(at);
};

export function readUsers(wishes: UserWishes, problems: Problems): UsersRead {
  const users: User[] = [];
  const usersById = new Map<string, number>();
  const unknownTypes = new Map<string, { count: number; line: number }>();
  const places = new Map<number, Table>();

  const cellProblem = (table: Table, row: Row, column: string, message: string): void => {
    const at = table.columns.get(column) ?? 0;
    problems.add({
      file: table.file,
      ...(table.table === undefined ? {} : { table: table.table }),
      line: row.line,
      column: at + 1,
      heading: table.headings[at],
      message,
    });
  };

  const takeTable: UsersRead['take'] = (table, input, onGroups) => {
    places.set(input, table);
    const idColumn = table.columns.has('id') ? 'id' : table.columns.has('uid') ? 'uid' : 'userName';
    const id = columnText(table, idColumn);
    const userName = columnText(table, 'userName');
    const email = columnText(table, 'email');
    if (id === undefined || userName === undefined || email === undefined) throw new Error('the headings were not resolved');
    const groups = columnText(table, 'groups');
    const isActive = activityReader(table, cellProblem);
    const authenticationType = typeReader(table, wishes, unknownTypes);
    const name = nameReader(table);
    return (row) => {
      const rawId = id(row);
      const trimmed = idColumn === 'userName' ? rawId : idColumn === 'uid' ? rawId.trim().replace(/^u(?=\d+$)/, '') : rawId.trim();
      if (trimmed === '') {
        cellProblem(table, row, idColumn, 'the id is missing; every user needs one.');
        return;
      }
      const login = userName(row);
      const address = email(row);
      const known = usersById.get(trimmed);
      const place = known ?? users.length;
      const user: User = {
        place,
        id: trimmed,
        userName: login,
        email: address === login ? login : address,
        name: name(row),
        active: isActive(row),
        authenticationType: authenticationType(row),
        input,
        line: row.line,
      };
      if (known !== undefined) {
        const first = users[known];
        if (groups === undefined || first.input !== input || !isSamePerson(first, user)) {
          const other = places.get(first.input);
          cellProblem(
            table,
            row,
            idColumn,
            `the id ${quoted(trimmed)} is there already, on ${other?.file === table.file ? '' : `${other?.file}, `}line ${first.line}; every user needs one row.`,
          );
          return;
        }
      } else {
        users.push(user);
        usersById.set(trimmed, place);
      }
      if (groups !== undefined) onGroups(place, groups(row), row.line);
    };
  };

  return {
    users,
    usersById,
    take: takeTable,
    end(table) {
      const notes: string[] = [];
      if (unknownTypes.size > 0) {
        const [first] = unknownTypes.values();
        const at = table.columns.get('authenticationType') ?? 0;
        const found = [...unknownTypes]
          .slice(0, 20)
          .map(([value, { count }]) => `${quoted(value)} (${count})`)
          .join(', ');
        const [value] = unknownTypes.keys();
        problems.add({
          file: table.file,
          ...(table.table === undefined ? {} : { table: table.table }),
          line: first.line,
          column: at + 1,
          heading: table.headings[at],
          message: `authentication types that are neither basic nor idp: ${found}. Accepted: basic; idp, idp-login, saml, auth0, sso, oidc. Map each with --auth-type-map ${quoted(value)}=basic or =idp.`,
        });
        unknownTypes.clear();
      }
      if (!table.columns.has('active') && !table.columns.has('disabled') && table.activity === undefined) {
        notes.push(`${table.path} has no status column: who is inactive was read from the license type. Such lists often hold active users only.`);
      }
      return notes;
    },
  };
}

/** Repeats a user's row for another group, as reports with one row a user and group do. */
function isSamePerson(a: User, b: User): boolean {
  return a.userName === b.userName && a.email === b.email && a.active === b.active && a.authenticationType === b.authenticationType && a.name === b.name;
}

type CellProblem = (table: Table, row: Row, column: string, message: string) => void;

function activityReader(table: Table, cellProblem: CellProblem): (row: Row) => boolean {
  const active = columnText(table, 'active');
  const disabled = columnText(table, 'disabled');
  const licence = columnText(table, 'licenseType');
  const column = active !== undefined ? 'active' : 'disabled';
  const text = active ?? disabled;
  if (text !== undefined) {
    const parse = active !== undefined ? parseBoolean : (cell: string) => invert(parseDisabled(cell));
    // Nearly all cells are one of two or three spellings.
    const known = new Map<string, boolean>();
    return (row) => {
      const cell = text(row);
      const before = known.get(cell);
      if (before !== undefined) return before;
      const value = parse(cell);
      if (value === undefined) cellProblem(table, row, column, `${quoted(cell)} is no yes or no; write true or false.`);
      else known.set(cell, value);
      return value ?? true;
    };
  }
  if (table.activity !== undefined) return () => table.activity === 'active';
  return (row) => licence === undefined || !isInactiveLicence(licence(row));
}

const invert = (value: boolean | undefined): boolean | undefined => (value === undefined ? undefined : !value);

function typeReader(
  table: Table,
  { authMode, authTypeMap }: UserWishes,
  unknown: Map<string, { count: number; line: number }>,
): (row: Row) => AuthenticationType {
  const text = columnText(table, 'authenticationType');
  // In mode `multi` a source without the column was refused when it was opened.
  if (text === undefined) return () => (authMode === 'basic' ? 'basic' : 'idp');
  const known = new Map<string, AuthenticationType>();
  return (row) => {
    const cell = text(row);
    const before = known.get(cell);
    if (before !== undefined) return before;
    const value = parseAuthenticationType(cell, authTypeMap);
    if (value !== undefined) {
      known.set(cell, value);
      return value;
    }
    const trimmed = cell.trim();
    const seen = unknown.get(trimmed);
    if (seen === undefined) unknown.set(trimmed, { count: 1, line: row.line });
    else seen.count++;
    return 'basic';
  };
}

function nameReader(table: Table): (row: Row) => string {
  const full = columnText(table, 'fullName');
  if (full !== undefined) return full;
  const first = columnText(table, 'firstName');
  const last = columnText(table, 'lastName');
  if (first === undefined && last === undefined) return () => '';
  return (row) => [first?.(row) ?? '', last?.(row) ?? ''].filter((part) => part !== '').join(' ');
}
