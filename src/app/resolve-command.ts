/** From flags, environment and config file to what is judged (policy) and what is read (request). */

import { existsSync, realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { ResolvedSettings } from '../config/resolve.js';
import { SETTING_NAMES, type Settings } from '../config/settings.js';
import { nearestName } from '../model/near-names.js';
import { joined, note, quotedName } from '../model/note.js';
import type { AuthMode, Policy } from '../model/policy.js';
import { UserError } from '../model/user-error.js';
import { printable } from '../reporters/visible.js';
import { RULES } from '../rules/registry.js';
import { DELIMITERS } from '../sources/csv/head.js';
import type { IdpColumns } from '../sources/idp/export-scheme.js';
import type { IdpRequest } from '../sources/idp/read-idp.js';
import { fileOf, readyWorkbooks } from '../sources/input-files.js';
import type { SourceRequest } from '../sources/source.js';
import { refuseWrongNulls } from '../sources/tables/cell-words.js';
import { readNameList } from '../sources/tables/name-list.js';
import { commandWords, type Request, type Shell } from './command-words.js';
import type { Context } from './context.js';
import { isPulled } from './pulled-folder.js';
import { environmentOf, idpSubjectOf, readSettings, refuseUnknownRoles, splitColumns } from './read-settings.js';
import { accessTo, filesFromFlags, withDatabaseNames } from './source-access.js';

/** A file that the verdict rests on besides the exports. */
export interface ListFile {
  readonly role: 'config' | 'sync-groups' | 'integrations' | 'auth-types' | 'basic-users' | 'decisions' | 'baseline';
  readonly file: string;
}

export interface Prepared {
  readonly request: SourceRequest;
  /** The identity provider's exports; absent where none were given. */
  readonly idp?: IdpRequest;
  /** File of usernames that other systems sign in with. */
  readonly integrations?: string;
  /** Without the mode, which has no default. */
  readonly policy: Omit<Policy, 'authMode'>;
  readonly authMode?: AuthMode;
  readonly resolved: ResolvedSettings;
  /** Files other than exports that were read: the config and lists. */
  readonly lists: readonly ListFile[];
  /** All files other than the source that were read: lists, and the identity provider's exports. */
  readonly otherInputs: readonly string[];
  /** The words that gave the source and how it is read, for messages. */
  readonly sourceWords: string;
  /** What commands in messages are quoted for. */
  readonly shell: Shell;
}

/** Returns what a command line means. Throws a UserError where that is nothing. */
export async function prepare(source: string | undefined, flags: Request, context: Context): Promise<Prepared> {
  const { file, ...resolved } = await readSettings(flags, context);
  const { settings } = resolved;
  refuseUnknownRules(settings.skipRules, resolved.origins.skipRules);
  refuseUnknownRules(Object.keys(settings.rules), resolved.origins.rules);
  const { columns, idpColumns } = splitColumns(settings.columns, resolved.origins.columns);
  refuseUnknownRoles(settings.tables, resolved.origins.tables);
  refuseWrongNulls(settings.nulls);
  const delimiter = settings.delimiter === undefined ? undefined : DELIMITERS[settings.delimiter];
  const here = (path: string): string => namedFromHere(path, context.folder);
  const { collation } = resolved.origins;
  const database = accessTo(source, settings, context, collation === 'default' ? undefined : { name: settings.collation, origin: collation });
  const request: SourceRequest = {
    ...(source === undefined ? {} : { source: database === undefined ? here(source) : source }),
    ...filesFromFlags(flags, here),
    columns,
    tables: settings.tables,
    ...(database === undefined ? {} : { database, ...withDatabaseNames({ tables: settings.tables, columns }, settings.database) }),
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(settings.encoding === undefined ? {} : { encoding: settings.encoding }),
    ...(settings.quote === undefined ? {} : { quote: settings.quote }),
    // pull writes a backslash as it is.
    ...(settings.escape === undefined
      ? isPulled(source === undefined ? source : here(source))
        ? { escape: 'none' as const }
        : {}
      : { escape: settings.escape }),
    nulls: settings.nulls,
    activeMap: lowerKeys(settings.activeMap),
    ...(settings.authTypes === undefined ? {} : { authTypes: here(settings.authTypes) }),
    ...(settings.basicUsers === undefined ? {} : { basicUsers: here(settings.basicUsers) }),
    isAssumedActive: settings.assumeActive,
  };
  const idp = await idpRequestOf(resolved, idpColumns, context);
  const environment = environmentOf(settings, context);
  const lists = (
    [
      ['config', file?.path],
      ['sync-groups', settings.syncGroupsFile],
      ['auth-types', settings.authTypes],
      ['basic-users', settings.basicUsers],
      ['integrations', settings.integrations],
    ] as const
  ).flatMap(([role, path]): ListFile[] => (path === undefined ? [] : [{ role, file: fileOf(path) }]));
  await readyWorkbooks([settings.syncGroupsFile]);
  return {
    request,
    ...(idp === undefined ? {} : { idp }),
    ...(settings.integrations === undefined ? {} : { integrations: settings.integrations }),
    policy: {
      syncGroups: syncNames(settings),
      failOn: settings.failOn,
      collation: settings.collation,
      severities: settings.rules,
      skipRules: [...new Set(settings.skipRules)],
      authTypeMap: lowerKeys(settings.authTypeMap),
      leaveOutUsers: settings.leaveOutUsers,
      allowEmpty: settings.allowEmpty,
      ...(file === undefined
        ? {}
        : { config: pathFrom(context.folder, file.path), ...(file.formerNames.length === 0 ? {} : { formerNames: file.formerNames }) }),
      ...(environment === undefined ? {} : { environment }),
      ...(settings.integrations === undefined ? {} : { areIntegrationsGiven: true }),
    },
    ...(settings.authMode === undefined ? {} : { authMode: settings.authMode }),
    resolved,
    lists,
    otherInputs: [
      ...lists.map((list) => list.file),
      ...(idp === undefined
        ? []
        : [
            ...idp.users,
            ...idp.groups,
            ...idp.members.map((each) => each.file),
            ...(idp.assignments ?? []),
            ...(idp.schema === undefined ? [] : [idp.schema.file]),
          ].map(fileOf)),
    ],
    sourceWords: commandWords(source, flags, context.process.shell),
    shell: context.process.shell,
  };
}

/**
 * Returns what is to be read of the identity provider. Throws a UserError where only half of it was said; a config file may
 * say which provider it is, and leave the exports to the command line.
 */
async function idpRequestOf({ settings, origins }: ResolvedSettings, columns: IdpColumns, { folder }: Context): Promise<IdpRequest | undefined> {
  const { idp, idpUsers, idpGroups, idpMembers, idpAssignments, idpApplication } = settings;
  const isGiven = idpUsers.length + idpGroups.length + idpMembers.length + idpAssignments.length > 0;
  if (idp === undefined) {
    if (!isGiven && idpApplication === undefined) return undefined;
    throw new UserError('Exports of an identity provider were given, but not which provider they are from.', 'Add --idp okta or --idp entra.');
  }
  if (!isGiven && !origins.idp.startsWith('flag')) return undefined;
  if (idpUsers.length === 0) {
    throw new UserError(
      `--idp ${idp} was given without its users.`,
      `Give ${idp === 'okta' ? "the application's assignments, or the users list of Okta," : 'the users download of Entra'} with --idp-users FILE.`,
    );
  }
  const subject = await idpSubjectOf(idp, settings, columns);
  const { splitMembersFlag } = await import('../sources/input-files.js');
  /** A config file names files by where it lies; reports name them from here. */
  const near = (path: string): string => namedFromHere(path, folder);
  return {
    provider: idp,
    users: idpUsers.map(near),
    groups: idpGroups.map(near),
    members: idpMembers.map((text) => splitMembersFlag(text)).map((each) => ({ ...each, file: near(each.file) })),
    assignments: idpAssignments.map(near),
    ...subject,
    ...(idpApplication === undefined ? {} : { application: idpApplication }),
    columns,
    activeMap: lowerKeys(settings.activeMap),
    nulls: settings.nulls,
    collation: settings.collation,
    // That quotes are letters is said of what a database client wrote.
    ...(settings.quote === 'double' ? { quote: settings.quote } : {}),
  };
}

/** Returns a path relative to a folder if it lies below it, however it was typed; else as it was typed. */
function namedFromHere(path: string, folder: string): string {
  if (!isAbsolute(path) && !path.split(/[\\/]/).includes('..')) return path;
  const spellings = [resolve(folder, path), ...(existsSync(path) ? [realpathSync(path)] : [])];
  const below = spellings.map((each) => relative(folder, each)).find((each) => each !== '..' && !each.startsWith(`..${sep}`) && !isAbsolute(each));
  return below === undefined ? path : below || '.';
}

/** Returns a path as it is named from a folder, with forward slashes, so that reports are the same on every machine. */
export const pathFrom = (folder: string, path: string): string => relative(folder, resolve(folder, path)).replaceAll('\\', '/');

const lowerKeys = <V>(map: Readonly<Record<string, V>>): Record<string, V> =>
  Object.fromEntries(Object.entries(map).map(([name, value]) => [name.trim().toLowerCase(), value]));

function syncNames({ syncGroups, syncGroupsFile, encoding }: Settings): string[] | null {
  if (syncGroups === undefined && syncGroupsFile === undefined) return null;
  const fromFile = syncGroupsFile === undefined ? [] : readNameList(syncGroupsFile, encoding);
  if (syncGroupsFile !== undefined && fromFile.length === 0) {
    throw new UserError(
      `${syncGroupsFile} names no group.`,
      'Write one group name per line, or leave --sync-groups out to mean every organization-level group.',
    );
  }
  return [...new Set([...(syncGroups ?? []), ...fromFile])];
}

/** `origin` is where the names came from. */
function refuseUnknownRules(names: readonly string[], origin: string): void {
  const known = RULES.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new UserError(
    note`There is no rule called ${joined(unknown.map(quotedName), ', ')} (${origin}).`,
    `Rules: ${known.join(', ')}.`,
    unknown.flatMap((name) => {
      const near = nearestName(name, known, (text) => text.toLowerCase());
      return near === undefined ? [] : [`${name}: did you mean ${near}?`];
    }),
  );
}

/** Returns each setting, its value, and where it came from, as aligned lines. */
export function showSettings({ settings, origins }: ResolvedSettings): string {
  const rows = SETTING_NAMES.map((name) => {
    const value = settings[name];
    return [name, value === undefined ? '(not set)' : printable(JSON.stringify(value)), printable(origins[name])];
  });
  const widths = [0, 1].map((at) => Math.max(...rows.map((row) => row[at].length)));
  return rows.map(([name, value, origin]) => `${name.padEnd(widths[0])}  ${value.padEnd(widths[1])}  ${origin}\n`).join('');
}
