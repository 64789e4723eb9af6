/** Columns of the provider's files that the user named: `--column idpUsers.subject=Heading`. */

import type { IdpProvider, IdpRole } from '../../model/idp.js';
import { joined, type Note, note, quotedHeading } from '../../model/note.js';
import { UserError } from '../../model/user-error.js';
import type { IdpField } from './export-forms.js';

/** The columns that can be named, by kind of file. */
const IDP_COLUMNS = {
  idpUsers: ['id', 'login', 'subject', 'email', 'givenName', 'familyName', 'active', 'status', 'blocked', 'userType', 'application'],
  idpGroups: ['id', 'name'],
  idpMembers: ['id', 'login', 'group', 'groupId', 'type'],
} as const;

type IdpTable = keyof typeof IDP_COLUMNS;
const IDP_TABLES = ['idpUsers', 'idpGroups', 'idpMembers'] as const satisfies readonly IdpTable[];

/** Headings, or properties separated by dots, by table and column. */
export type IdpColumns = Readonly<Partial<Record<IdpTable, Readonly<Record<string, string>>>>>;

const TABLE_OF: Readonly<Record<IdpRole, IdpTable>> = { 'idp-users': 'idpUsers', 'idp-groups': 'idpGroups', 'idp-members': 'idpMembers' };

/** Columns that only one provider's exports have. */
const ONLY_OF: Readonly<Partial<Record<string, IdpProvider>>> = { blocked: 'entra', userType: 'entra', application: 'okta' };

/** Is there such a column to name. */
export const isIdpColumn = (table: string, column: string): boolean =>
  IDP_TABLES.some((known) => known === table && IDP_COLUMNS[known].some((name) => name === column));

/** Returns every column that can be named, as it is named. */
export const allIdpColumns = (): string[] => IDP_TABLES.flatMap((table) => IDP_COLUMNS[table].map((column) => `${table}.${column}`));

/** Returns the field of a provider's records for a column. */
function fieldOf(column: string, provider: IdpProvider): IdpField {
  if (column === 'active' || column === 'status') return provider === 'okta' ? 'status' : 'enabled';
  return column as IdpField;
}

/** The name under which the user names a field. */
export const columnOf = (role: IdpRole, field: IdpField): string => `${TABLE_OF[role]}.${field === 'enabled' || field === 'status' ? 'active' : field}`;

/** Can the user name a field's column. */
export const mayBeNamed = (role: IdpRole, field: IdpField): boolean => isIdpColumn(...(columnOf(role, field).split('.', 2) as [string, string]));

/** The named columns of one kind of file, and which of them some file has. */
export class NamedColumns {
  readonly headings: ReadonlyMap<IdpField, string>;
  readonly #role: IdpRole;
  readonly #found = new Set<IdpField>();
  #seen: readonly string[] = [];

  constructor(provider: IdpProvider, role: IdpRole, columns: IdpColumns = {}) {
    const table = TABLE_OF[role];
    const headings = new Map<IdpField, string>();
    const status = ['active', 'status', 'blocked'].filter((name) => columns[table]?.[name] !== undefined);
    if (status.length > 1) {
      throw new UserError(
        `${status.map((name) => `${table}.${name}`).join(' and ')} are both named.`,
        'Both mean the same property of a user: give only the one that the export has.',
      );
    }
    for (const [column, heading] of Object.entries(columns[table] ?? {})) {
      if ((ONLY_OF[column] ?? provider) !== provider) {
        throw new UserError(
          `${table}.${column} is given with --column, but exports of ${provider === 'okta' ? 'Okta' : 'Entra'} have no such column.`,
          'Omit it.',
        );
      }
      headings.set(fieldOf(column, provider), heading);
    }
    this.headings = headings;
    this.#role = role;
  }

  /** Records that a file has the column of a field. */
  find(field: IdpField): void {
    this.#found.add(field);
  }

  /** Records the headings of a file, for a message. */
  see(headings: readonly string[]): void {
    this.#seen = headings;
  }

  /** Returns a message for each named column that no file has. */
  missing(): { readonly field: IdpField; readonly message: Note }[] {
    const seen = this.#seen.length === 0 ? '' : note` Headings found: ${joined(this.#seen.map(quotedHeading), ', ')}.`;
    return [...this.headings]
      .filter(([field]) => !this.#found.has(field))
      .map(([field, heading]) => ({
        field,
        message: note`no column or property is called ${quotedHeading(heading)}, the heading that --column gives for ${columnOf(this.#role, field)}.${seen}`,
      }));
  }
}
