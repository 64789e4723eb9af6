/**
 * Lists of names beside an export: the groups of `--sync-groups`, one name per line, or a CSV or a sheet with a `name` column;
 * and the usernames of `--integrations`, which other systems sign in with, as a CSV or a sheet with the columns userName and system.
 */

import type { Collation } from '../../model/compare.js';
import type { User } from '../../model/directory.js';
import { UserError } from '../../model/user-error.js';
import { type Encoding, findInvalidUtf8 } from '../csv/encoding.js';
import { SHEET_DIALECT, type TextStream } from '../csv/file-stream.js';
import { DELIMITERS, refuseOtherFormats } from '../csv/head.js';
import { parseRecords } from '../csv/scan.js';
import { openText } from '../input-files.js';
import { readCells } from './cells.js';
import { foldHeading } from './headings.js';
import { describeProblem, Problems, quoted } from './problem.js';

const FRONT = 1 << 16;

const isNameHeading = (cell: string): boolean => cell.trim().toLowerCase() === 'name';

/** Returns the names in order, without blank ones. Throws a UserError if the file cannot be read for certain. */
export function readNameList(file: string, encoding?: Encoding): string[] {
  const stream = openText(file, encoding);
  const text = readText(file, stream);
  if (stream.sheet !== undefined) return namesOf(text, file, stream);
  const front = text.slice(0, text.search(/\r?\n|$/)).replaceAll('"', '');
  const delimiter = Object.values(DELIMITERS).find((candidate) => front.split(candidate).some(isNameHeading));
  if (delimiter === undefined) return text.split(/\r?\n/).filter((name) => name.trim() !== '');
  try {
    const [headings, ...rows] = parseRecords(text, delimiter);
    const column = headings.findIndex(isNameHeading);
    return rows.map((cells) => cells[column] ?? '').filter((name) => name.trim() !== '');
  } catch (error) {
    throw new UserError(`${file}: ${error instanceof Error ? error.message : String(error)}`, 'Write one group name per line.');
  }
}

/** Returns the names in a sheet: those in its column `name`, or all if it has only one column. */
function namesOf(text: string, file: string, { sheet }: TextStream): string[] {
  const rows = parseRecords(text, SHEET_DIALECT.delimiter);
  const head = rows.findIndex((cells) => cells.some((cell) => cell.trim() !== ''));
  const named = rows[head]?.findIndex(isNameHeading) ?? -1;
  const wide = named < 0 ? rows.findIndex((cells) => cells.length > 1) : -1;
  const problems = new Problems();
  if (wide >= 0)
    problems.add({
      file,
      line: wide + 1,
      message: 'the sheet has several columns, and none of them has the heading "name". Write that heading above the names.',
    });
  const column = Math.max(named, 0);
  const after = named < 0 ? 0 : head + 1;
  sheet?.refuse({ file, columns: [column], headings: [], after, last: rows.length }, problems);
  problems.refuse();
  return rows
    .slice(after)
    .map((cells) => cells[column] ?? '')
    .filter((name) => name.trim() !== '');
}

function readText(file: string, stream: TextStream): string {
  try {
    const parts: Buffer[] = [];
    for (;;) {
      const part = Buffer.allocUnsafe(1 << 16);
      const length = stream.fill(part, 0);
      if (length === 0) break;
      parts.push(part.subarray(0, length));
    }
    stream.finish();
    const bytes = Buffer.concat(parts);
    if (stream.sheet === undefined) refuseOtherFormats(bytes.subarray(0, FRONT), file);
    const wrong = findInvalidUtf8(bytes);
    if (wrong < 0) return bytes.toString('utf8');
    const line = bytes.subarray(0, wrong).filter((byte) => byte === 0x0a).length + 1;
    throw new UserError(`${file}, line ${line}: the bytes are not valid ${stream.encoding}.`, 'Save the file as UTF-8, or use --encoding windows-1252.');
  } finally {
    stream.close();
  }
}

interface IntegratedName {
  readonly userName: string;
  /** Line and cell of its first appearance. */
  readonly line: number;
  readonly column: number;
  /** In the order of the file. */
  readonly systems: Set<string>;
}

export interface Integrations {
  readonly collation: Collation;
  readonly file: string;
  /** By the username's key. */
  readonly namesByKey: ReadonlyMap<string, IntegratedName>;
  readonly systemsByKey: ReadonlyMap<string, readonly string[]>;
}

/** Headings that are accepted, by column. */
const ACCEPTED = {
  userName: ['username', 'login', 'user', 'account', 'jamausername', 'connectusername'],
  system: ['system', 'integration', 'application', 'app', 'tool', 'thirdparty'],
} as const;

/** Returns the usernames with their systems. Throws SourceRefused with everything that is wrong in the file. */
export function readIntegrations(file: string, collation: Collation, encoding?: Encoding): Integrations {
  const { isBlank, key } = collation;
  const { headings, rows } = readCells(file, {
    encoding,
    columns: (found) => (['userName', 'system'] as const).map((column) => findColumn(column, found, () => {})),
  });
  const problems = new Problems();
  const userNameAt = findColumn('userName', headings, (message) => problems.add({ file, line: 1, message }));
  const systemAt = findColumn('system', headings, (message) => problems.add({ file, line: 1, message }));
  problems.refuse();
  const namesByKey = new Map<string, IntegratedName>();
  for (const { line, cells } of rows) {
    const userName = cells[userNameAt];
    const system = cells[systemAt].trim();
    const refuse = (at: number, message: string): void => problems.add({ file, line, column: at + 1, heading: headings[at], message });
    const folded = key(userName);
    if (folded === '') refuse(userNameAt, 'the username is blank; write the one that the system signs in with, or delete the row.');
    if (isBlank(system)) refuse(systemAt, 'the system is blank; enter its name, so that the person who decides knows what to change.');
    if (folded === '') continue;
    const known = namesByKey.get(folded);
    if (known === undefined) namesByKey.set(folded, { userName, line, column: userNameAt + 1, systems: new Set([system]) });
    else known.systems.add(system);
  }
  if (rows.length === 0) problems.add({ file, message: 'the file contains no username; omit --integrations if no other system signs in.' });
  problems.refuse();
  return { file, collation, namesByKey, systemsByKey: new Map([...namesByKey].map(([folded, { systems }]) => [folded, [...systems]])) };
}

function findColumn(column: keyof typeof ACCEPTED, headings: readonly string[], refuse: (message: string) => void): number {
  const accepted: readonly string[] = ACCEPTED[column];
  const found = headings.flatMap((heading, at) => (accepted.includes(foldHeading(heading)) ? [at] : []));
  if (found.length === 1) return found[0];
  const names = headings.map(quoted).join(', ') || 'none';
  refuse(
    found.length === 0
      ? `no column is the ${column} (accepted: ${accepted.join(', ')}); headings found: ${names}.`
      : `${found.length} columns match ${column}: ${found.map((at) => quoted(headings[at])).join(', ')}; keep one of them.`,
  );
  return -1;
}

/** Returns each username that no user has, with its location: it may be misspelled, and the account that was meant would be renamed. */
export function strangersOf({ file, collation, namesByKey }: Integrations, users: readonly User[]): string[] {
  const left = new Map(namesByKey);
  for (const { signsInFor, userName } of users) if (signsInFor !== undefined) left.delete(collation.key(userName));
  return [...left.values()].map(({ userName, line, column }) =>
    describeProblem({ file, line, column, message: `no user has the username ${quoted(userName)}.` }),
  );
}
