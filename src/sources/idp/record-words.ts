/** What all lists of a provider say of their records. */

import type { Entry } from './entry.js';

/** Returns a record's id, trimmed; undefined without an id column; empty, after adding a problem, if it is blank. */
export function readId(entry: Entry): string | undefined {
  const id = entry.find('id')?.trim();
  if (id === '') entry.refuse('id', 'the id is missing, although every record of the provider has one; export again.');
  return id;
}

/** Returns the location of another record, for a message on `entry`. */
export const locationOf = ({ file, line }: { readonly file: string; readonly line: number }, entry: Entry): string =>
  `${file === entry.file ? '' : `${file}, `}line ${line}`;

/** Returns `1 record`, `2,000 records`. */
export const count = (amount: number, one: string, more = `${one}s`): string => `${amount.toLocaleString('en-US')} ${amount === 1 ? one : more}`;

/** Returns the note on repeated records; none if there are none. */
export const repeatNote = (repeats: number, what: string): string[] =>
  repeats === 0 ? [] : [`${count(repeats, 'record repeats', 'records repeat')} ${what} from another record; each counts once.`];
