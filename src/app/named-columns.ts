/** Columns and tables that a person named, for the source and for the identity provider's exports. */

import type { Settings } from '../config/settings.js';
import type { Role } from '../model/directory.js';
import { UserError } from '../model/user-error.js';
import { allIdpColumns, type IdpColumns, isIdpColumn } from '../sources/idp/export-scheme.js';
import type { SourceRequest } from '../sources/source.js';
import { columnsOf } from '../sources/tables/headings.js';

const ROLES: readonly Role[] = ['users', 'groups', 'memberships'];

const isRole = (text: string): text is Role => ROLES.some((role) => role === text);

const allColumns = (): string[] => [...ROLES.flatMap((role) => columnsOf(role).map((column) => `${role}.${column}`)), ...allIdpColumns()];

/** Returns the columns that a person named: of the source, and of the identity provider's exports. */
export function splitColumns(columns: Settings['columns'], origin: string): { readonly columns: SourceRequest['columns']; readonly idpColumns: IdpColumns } {
  const byTable: Record<string, Record<string, string>> = {};
  for (const [name, heading] of Object.entries(columns)) {
    const [table, column] = name.split('.', 2);
    if (!(isRole(table) ? columnsOf(table).includes(column) : isIdpColumn(table, column))) {
      throw new UserError(`${origin} names a column ${JSON.stringify(name)}, which does not exist.`, `Columns are named ${allColumns().join(', ')}.`);
    }
    byTable[table] = { ...byTable[table], [column]: heading };
  }
  const { users, groups, memberships, ...idpColumns } = byTable;
  return {
    columns: { ...(users === undefined ? {} : { users }), ...(groups === undefined ? {} : { groups }), ...(memberships === undefined ? {} : { memberships }) },
    idpColumns,
  };
}

/** Throws a UserError if a table is named for what there is not. */
export function refuseUnknownRoles(tables: Settings['tables'], origin: string): void {
  const unknown = Object.keys(tables).find((role) => !isRole(role));
  if (unknown !== undefined)
    throw new UserError(`${origin} names a table for ${JSON.stringify(unknown)}.`, 'Tables are named for users, groups and memberships.');
}
