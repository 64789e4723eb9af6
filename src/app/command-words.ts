/** Command lines that messages tell a person to run. */

import { optionWords } from '../config/resolve.js';
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
  return [...fileWords(source, flags), ...optionWords(flags), ...(flags.config === undefined ? [] : ['--config', flags.config])].map(shellWord).join(' ');
}
