/** Names of tables and columns in Jama Connect's database. */

export interface DatabaseNames {
  readonly users: { readonly table: string; readonly id: string; readonly userName: string; readonly email: string; readonly disabled: string };
  readonly groups: { readonly table: string; readonly id: string; readonly name: string; readonly project: string };
  readonly memberships: { readonly table: string; readonly group: string; readonly user: string };
}

/** What the config states: each part and each name may be left out. */
export type StatedDatabaseNames = { readonly [T in keyof DatabaseNames]?: Partial<DatabaseNames[T]> };

/** Jama Connect's own names, as the queries of docs/exports.md have them; `projectId` is an assumption. */
export const JAMA_DATABASE_NAMES: DatabaseNames = {
  users: { table: 'userbase', id: 'id', userName: 'userName', email: 'email', disabled: 'disabled' },
  groups: { table: 'role', id: 'id', name: 'display', project: 'projectId' },
  memberships: { table: 'user_role', group: 'roleId', user: 'userid' },
};

/** Returns all names: the stated ones, and Jama Connect's own for the others. */
export const databaseNames = (stated: StatedDatabaseNames = {}): DatabaseNames => ({
  users: { ...JAMA_DATABASE_NAMES.users, ...stated.users },
  groups: { ...JAMA_DATABASE_NAMES.groups, ...stated.groups },
  memberships: { ...JAMA_DATABASE_NAMES.memberships, ...stated.memberships },
});

/** The databases that scripts are written for: `mysql` is MariaDB as well. */
export const DIALECTS = ['mysql', 'sqlserver'] as const;
export type Dialect = (typeof DIALECTS)[number];
