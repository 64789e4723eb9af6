/** Command lines that messages tell a person to run. */

import type { Request } from './request.js';

/** Returns a word as a shell takes it. */
export const shellWord = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** Returns the flags that name a source's files, as words of a command. */
export function fileWords(source: string | undefined, flags: Request): string[] {
  // A name that begins as an option does is no option.
  const path = (file: string): string => (file.startsWith('-') ? `./${file}` : file);
  const named = (flag: string, files: readonly string[] = []): string[] => files.flatMap((file) => [flag, path(file)]);
  return [
    ...(source === undefined ? [] : [path(source)]),
    ...named('--users', flags.users),
    ...named('--inactive-users', flags.inactiveUsers),
    ...named('--groups', flags.groups),
    ...named('--memberships', flags.memberships),
  ];
}

/** Returns the words of a command line that mean the same source, judged the same way. */
export function commandWords(source: string | undefined, flags: Request): string {
  const each = (flag: string, values: readonly string[] = []): string[] => values.flatMap((value) => [flag, shellWord(value)]);
  const one = (flag: string, value: string | undefined): string[] => (value === undefined ? [] : [flag, shellWord(value)]);
  const pairs = (flag: string, map: Readonly<Record<string, string>> = {}): string[] =>
    Object.entries(map).flatMap(([name, value]) => [flag, shellWord(`${name}=${value}`)]);
  return [
    ...fileWords(source, flags).map(shellWord),
    ...one('--auth-mode', flags.authMode),
    ...each('--sync-group', flags.syncGroup),
    ...one('--sync-groups', flags.syncGroups),
    ...one('--fail-on', flags.failOn),
    ...each('--skip-rule', flags.skipRule),
    ...each('--leave-out-user', flags.leaveOutUser),
    ...pairs('--column', flags.column),
    ...pairs('--table', flags.table),
    ...pairs('--auth-type-map', flags.authTypeMap),
    ...one('--delimiter', flags.delimiter),
    ...one('--encoding', flags.encoding),
    ...one('--quote', flags.quote),
    ...one('--escape', flags.escape),
    ...each('--null', flags.null),
    ...pairs('--active-map', flags.activeMap),
    ...one('--auth-types', flags.authTypes),
    ...one('--basic-users', flags.basicUsers),
    ...one('--collation', flags.collation),
    ...one('--csv-delimiter', flags.csvDelimiter),
    ...(flags.assumeActive === true ? ['--assume-active'] : []),
    ...(flags.allowEmpty === true ? ['--allow-empty'] : []),
    ...one('--idp', flags.idp),
    ...each('--idp-users', flags.idpUsers),
    ...each('--idp-groups', flags.idpGroups),
    ...each('--idp-members', flags.idpMembers),
    ...one('--idp-application', flags.idpApplication),
    ...(flags.strictEnvironment === true ? ['--strict-environment'] : []),
    ...one('--integrations', flags.integrations),
    ...one('--config', flags.config),
  ].join(' ');
}
