/** What a person or a program asks for, and the command lines that messages tell a person to run. */

import { optionWords } from '../config/resolve.js';
import type { Settings } from '../config/settings.js';

/** The files of a source, and settings by their names. What is not stated comes from the environment, the config file and the defaults, in this order. */
export interface Request extends Partial<Settings> {
  readonly users?: readonly string[];
  readonly inactiveUsers?: readonly string[];
  readonly groups?: readonly string[];
  readonly memberships?: readonly string[];
  readonly config?: string;
}

/** Where a printed command is pasted: into a POSIX shell, or on Windows into cmd.exe or PowerShell. */
export type Shell = 'posix' | 'windows';

/** Returns a word as the shell takes it. */
export const shellWord = (word: string, shell: Shell): string => (shell === 'windows' ? windowsWord(word) : posixWord(word));

/** Returns a command line. */
export const shellCommand = (words: readonly string[], shell: Shell): string => words.map((word) => shellWord(word, shell)).join(' ');

const posixWord = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/**
 * What no quoting keeps whole in both shells: inside double quotes cmd.exe replaces %NAME% (and !NAME! with delayed expansion), PowerShell
 * replaces $NAME and takes a backtick as an escape, and it ends the text at typographic double quotes as well; a line end ends the command.
 */
const UNQUOTABLE = /["%!$`\u201C-\u201E\u0000-\u001F]/g;

/**
 * Returns a word in double quotes, since cmd.exe does not know single ones. A word that cannot be quoted for both shells becomes a
 * placeholder with < and >, which no file name on Windows may hold: the command fails until a person replaces it, and never means something else.
 */
function windowsWord(word: string): string {
  // PowerShell 5.1 drops an empty argument, so that the next word would take its place.
  if (word === '') return '"<empty text>"';
  if (word.search(UNQUOTABLE) !== -1) return `"<quote by hand: ${word.replaceAll(UNQUOTABLE, '_').replace(/\\+$/, '')}>"`;
  if (/^[\w./\\-][\w+=:./\\-]*$/.test(word)) return word;
  // A backslash before the closing quote would be its escape.
  return `"${word.replace(/\\+$/, '$&$&')}"`;
}

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
export function commandWords(source: string | undefined, flags: Request, shell: Shell): string {
  return shellCommand([...fileWords(source, flags), ...optionWords(flags), ...(flags.config === undefined ? [] : ['--config', flags.config])], shell);
}
