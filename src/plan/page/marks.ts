/** Salted hashes that stand for the names of accounts that are not in the page. */

import type { Digests } from '../../model/digests.js';

/** Hex digits of a mark: a name that somebody types has that of another name once in 10^9 organizations of 300,000 users. */
export const MARK = 12;

/** Returns the marks of names: of the comparison key, and if the identity provider is compared, which sees spellings, of the text as well. */
export function marking(digests: Pick<Digests, 'sha256'>, salt: string, hasSpellings: boolean): (key: string, text: string) => string {
  const mark = (text: string): string => digests.sha256(`${salt}\n${text}`).slice(0, MARK);
  // A key and a text that are equal must not have the same mark: it would show that the name is spelled as its key.
  return hasSpellings ? (key, text) => mark(key) + mark(`\n${text}`) : mark;
}

export const widthOf = (hasSpellings: boolean): number => (hasSpellings ? 2 * MARK : MARK);
