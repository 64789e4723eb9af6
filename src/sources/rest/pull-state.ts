/** What an interrupted pull has read so far: a file of pages beside the place of its result, one a line, so that the same command goes on. */

import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What says beside the lists of a pull what is proved about them. */
export const PULL_FILE = 'pull.json';
/** The name of the folder in the folder of a pull. */
export const STATE_FOLDER = '.pull';
const PAGES = 'pages.jsonl';
/** Minutes. Older pages are read again: together with new ones they would be a picture of no moment. */
const LONGEST_AGE = 30;

/** What must be the same for a pull to go on. */
export interface PullIdentity {
  readonly url: string;
  readonly isAllGroups: boolean;
  readonly version: string;
}

/** A page as it was kept; `list` is `users`, `groups` or `members 12`, each with the number of its reading. */
export interface KeptPage {
  readonly list: string;
  readonly start: number;
  readonly total: number;
  readonly rows: readonly unknown[];
}

export interface PullState {
  /** Pages of an earlier process, in order; of each list only what follows on the page before. */
  readonly kept: readonly KeptPage[];
  /** Why pages that were there are not used. */
  readonly dropped: 'old' | 'other' | 'damaged' | undefined;
  add(page: KeptPage): void;
  /** Forgets everything: the lists are read from the beginning. */
  clear(): void;
  /** Removes the folder. */
  remove(): void;
}

/** Returns a state that keeps nothing, for what is read at once or not at all. */
export const noPullState = (): PullState => ({ kept: [], dropped: undefined, add: () => {}, clear: () => {}, remove: () => {} });

type Line = KeptPage & { readonly at: number };

const isLine = (value: unknown): value is Line => {
  if (typeof value !== 'object' || value === null) return false;
  const { list, start, total, rows, at }: Partial<Record<keyof Line, unknown>> = value;
  return typeof list === 'string' && Number.isSafeInteger(start) && Number.isSafeInteger(total) && Number.isSafeInteger(at) && Array.isArray(rows);
};

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Opens the state in a folder, which must exist. Throws the system's error if it cannot be written. */
export function openPullState(folder: string, identity: PullIdentity, now: () => Date): PullState {
  const own = join(folder, STATE_FOLDER);
  const file = join(own, PAGES);
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const head = `${JSON.stringify(identity)}\n`;
  const begin = (): void => writeFileSync(file, head, { mode: 0o600 });
  const { kept, dropped } = readKept(file, head, now());
  // Written anew: a line that a killed process left half-written would break the next one.
  begin();
  const append = (page: Line): void => appendFileSync(file, `${JSON.stringify(page)}\n`);
  for (const page of kept) append(page);
  return {
    kept,
    dropped,
    add: (page) => append({ ...page, at: now().getTime() }),
    clear: begin,
    remove: () => rmSync(own, { recursive: true, force: true }),
  };
}

function readKept(file: string, head: string, now: Date): { readonly kept: readonly Line[]; readonly dropped: PullState['dropped'] } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return { kept: [], dropped: undefined };
  }
  if (text === '' || text === head) return { kept: [], dropped: undefined };
  if (!text.startsWith(head)) return { kept: [], dropped: 'other' };
  const lines = text.slice(head.length).split('\n');
  // What follows the last line end was not written whole.
  lines.pop();
  const kept = lines.map(parsed);
  if (!kept.every(isLine)) return { kept: [], dropped: 'damaged' };
  const last = kept.at(-1);
  const age = last === undefined ? 0 : now.getTime() - last.at;
  return age < 0 || age > LONGEST_AGE * 60_000 ? { kept: [], dropped: 'old' } : { kept, dropped: undefined };
}
