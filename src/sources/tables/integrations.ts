/** The file of `--integrations`: usernames that other systems sign in with, as a CSV or a sheet with the columns userName and system. */

import type { Collation } from '../../model/compare.js';
import type { User } from '../../model/directory.js';
import { joined, type Note, note, quoted, quotedHeading } from '../../model/note.js';
import type { Encoding } from '../csv/encoding.js';
import { readCells } from './cells.js';
import { foldHeading } from './headings.js';
import { describeProblem, Problems } from './problem.js';

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

function findColumn(column: keyof typeof ACCEPTED, headings: readonly string[], refuse: (message: Note) => void): number {
  const accepted: readonly string[] = ACCEPTED[column];
  const found = headings.flatMap((heading, at) => (accepted.includes(foldHeading(heading)) ? [at] : []));
  if (found.length === 1) return found[0];
  const names = headings.length === 0 ? 'none' : joined(headings.map(quotedHeading), ', ');
  refuse(
    found.length === 0
      ? note`no column is the ${column} (accepted: ${accepted.join(', ')}); headings found: ${names}.`
      : note`${found.length} columns match ${column}: ${joined(
          found.map((at) => quotedHeading(headings[at])),
          ', ',
        )}; keep one of them.`,
  );
  return -1;
}

/** Returns each username that no user has, with its location: it may be misspelled, and the account that was meant would be renamed. */
export function strangersOf({ file, collation, namesByKey }: Integrations, users: readonly User[]): Note[] {
  const left = new Map(namesByKey);
  for (const { signsInFor, userName } of users) if (signsInFor !== undefined) left.delete(collation.key(userName));
  return [...left.values()].map(({ userName, line, column }) =>
    describeProblem({ file, line, column, message: note`no user has the username ${quoted(userName)}.` }),
  );
}
