/** What is needed to read a database: names, certificates, and the password, which is in no file and no option. */

import type { StatedDatabaseNames } from '../model/database-names.js';
import type { Role } from '../model/directory.js';
import { note, quotedName } from '../model/note.js';
import { isAddress, PASSWORD_VARIABLE } from '../sources/mysql/address.js';
import type { DatabaseAccess, SourceRequest } from '../sources/source.js';
import type { Context } from './context.js';
import type { Request } from './request.js';

type Stated = DatabaseAccess['collation'];

/** Returns how a database is reached; undefined if the source is not the address of one. */
export function accessTo(
  source: string | undefined,
  { ca, noTls = false }: Pick<Request, 'ca' | 'noTls'>,
  context: Pick<Context, 'environment' | 'askSecret'>,
  collation?: Stated,
): DatabaseAccess | undefined {
  if (!isAddress(source)) return undefined;
  let asked: Promise<string | undefined> | undefined;
  return {
    // One command may read twice, and asks once.
    password: (account) => {
      asked ??= passwordOf(account, context);
      return asked;
    },
    noTls,
    ...(ca === undefined ? {} : { ca }),
    ...(collation === undefined ? {} : { collation }),
  };
}

/** Returns what the environment says, for commands that read no config. */
export const accessSettings = ({ environment }: Pick<Context, 'environment'>): Pick<Request, 'ca' | 'noTls'> => {
  const { SCIM_AUDIT_CA: ca, SCIM_AUDIT_NO_TLS: noTls } = environment;
  return { ...(ca === undefined || ca === '' ? {} : { ca }), ...(/^(?:1|true)$/i.test(noTls ?? '') ? { noTls: true } : {}) };
};

async function passwordOf(
  { user, host, port }: Parameters<DatabaseAccess['password']>[0],
  { environment, askSecret }: Pick<Context, 'environment' | 'askSecret'>,
): Promise<string | undefined> {
  // CI services set a variable that nobody gave a value to the empty text.
  const given = environment[PASSWORD_VARIABLE] || undefined;
  if (given !== undefined) return given;
  const typed = await askSecret?.(note`Password of ${quotedName(user)} at ${host}:${port}: `.toString());
  return typed === '' ? undefined : typed;
}

/** Returns a request's tables and columns with the names that the config states for Jama Connect's database; what an option names comes before. */
export function withDatabaseNames(
  { tables, columns }: Pick<SourceRequest, 'tables' | 'columns'>,
  stated: StatedDatabaseNames = {},
): Pick<SourceRequest, 'tables' | 'columns'> {
  const { users, groups, memberships } = stated;
  const { group: groupId, user: userId, ...ofMemberships } = memberships ?? {};
  const byRole: Readonly<Record<Role, Readonly<Record<string, string>>>> = {
    users: users ?? {},
    groups: groups ?? {},
    memberships: { ...ofMemberships, ...(groupId === undefined ? {} : { groupId }), ...(userId === undefined ? {} : { userId }) },
  };
  const named = { tables: { ...tables }, columns: { ...columns } };
  for (const role of ['users', 'groups', 'memberships'] as const) {
    const { table, ...own } = byRole[role];
    if (table !== undefined) named.tables[role] ??= table;
    if (Object.keys(own).length > 0) named.columns[role] = { ...own, ...columns[role] };
  }
  return named;
}
