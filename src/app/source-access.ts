/**
 * What is needed to read a source: its files, with the patterns in their names expanded; of a database names,
 * certificates, and the password, which is in no file and no option.
 */

import type { StatedDatabaseNames } from '../model/database-names.js';
import type { Role } from '../model/directory.js';
import { note, quotedName } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import { filesNamed } from '../sources/input-files.js';
import { isAddress, PASSWORD_VARIABLE } from '../sources/mysql/address.js';
import type { DatabaseAccess, SourceRequest } from '../sources/source.js';
import type { Request } from './command-words.js';
import type { Context } from './context.js';
import { readSettings } from './read-settings.js';

/** Returns what the flags name, each file called as `named` calls it. Throws a UserError for a pattern that fits no file. */
export function filesFromFlags(
  { users = [], inactiveUsers = [], groups = [], memberships = [] }: Request,
  named: (path: string) => string = (path) => path,
): Pick<SourceRequest, 'users' | 'inactiveUsers' | 'groups' | 'groupPages' | 'memberships'> {
  const filesOf = (flags: readonly string[]): string[] => flags.flatMap(filesNamed).map(named);
  const [first, ...pages] = filesOf(groups);
  return {
    users: filesOf(users),
    inactiveUsers: filesOf(inactiveUsers),
    ...(first === undefined ? {} : { groups: first }),
    ...(pages.length === 0 ? {} : { groupPages: pages }),
    memberships: memberships.flatMap(filesNamed).map((text) => {
      // The file of `12=FILE` is called so as well.
      const [, group = ''] = /^([^=/\\]+=)./.exec(text) ?? [];
      return `${group}${named(text.slice(group.length))}`;
    }),
  };
}

type Stated = DatabaseAccess['collation'];

/** Returns how a database is reached; undefined if the source is not the address of one. */
export function accessTo(
  source: string | undefined,
  { ca, noTls = false }: Pick<Request, 'ca' | 'noTls'>,
  context: Pick<Context, 'environment' | 'askSecret'>,
  collation?: Stated,
): DatabaseAccess | undefined {
  if (!isAddress(source)) return undefined;
  let asked: Promise<string> | undefined;
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

/** Returns the same for commands that take everything else from a plan or a certificate: of the config, they need only the way to the server. */
export async function accessAgain(source: string | undefined, flags: Request, context: Context, collation: Stated): Promise<DatabaseAccess | undefined> {
  if (!isAddress(source)) return undefined;
  const { settings } = await readSettings(flags, context);
  return accessTo(source, settings, context, collation);
}

async function passwordOf(
  { user, host, port }: Parameters<DatabaseAccess['password']>[0],
  { environment, askSecret }: Pick<Context, 'environment' | 'askSecret'>,
): Promise<string> {
  const given = environment[PASSWORD_VARIABLE];
  // CI services set a variable that nobody gave a value to the empty text.
  if (given !== undefined && given !== '') return given;
  const account = note`${quotedName(user)} at ${host}:${port}`;
  if (askSecret !== undefined) return askSecret(note`Password of ${account}: `.toString());
  if (given === '') return '';
  throw new UserError(
    note`There is no password for ${account}, and no terminal to ask for it on.`,
    `Set the variable ${PASSWORD_VARIABLE} to the password (to the empty text if the account has none). It is in no option, so that it is in no list of processes.`,
  );
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
