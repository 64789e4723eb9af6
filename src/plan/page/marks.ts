/** Salted hashes that stand for the names of accounts that are not in the page. */

import { type Digests, PrefixedDigest } from '../../model/digests.js';

/** Hex digits of a mark: a name that somebody types has that of another name once in 10^9 organizations of 300,000 users. */
export const MARK = 12;

/** Hex digits of the mark of a spelling in lower case, and of a spelling: they only have to tell spellings of one name apart. */
const SPELLING = MARK / 2;

/** Length of the mark of a name's key and of its spelling in lower case. */
export const LOWERED = MARK + SPELLING;

export interface Marking {
  /** Returns the mark of a comparison key. */
  ofKey(key: string): string;
  /** Returns the mark of a domain's key, which is not that of a name with this key. */
  ofDomain(key: string): string;
  /** Returns the marks of a name: of its key, and if the identity provider is compared, which sees spellings, of the text in lower case and of the text. */
  of(key: string, text: string): string;
  /** Length of the marks of a name. */
  readonly width: number;
  /** Writes the marks of a name as bytes, two digits each; returns the offset after them. */
  put(key: string, text: string, into: Uint8Array, at: number): number;
}

export function marking(digests: Pick<Digests, 'sha256'>, salt: string, hasSpellings: boolean): Marking {
  const digest = new PrefixedDigest(`${salt}\n`);
  const putKey = (text: string, into: Uint8Array, at: number, digits: number): number => {
    digest.put(text, into, at, digits / 2);
    return at + digits / 2;
  };
  const ofKey = (text: string): string => digests.sha256(`${salt}\n${text}`).slice(0, MARK);
  return {
    ofKey,
    ofDomain: (key) => ofKey(`\n@${key}`),
    // A key and a text that are equal must not have the same mark: it would show that the name is spelled as its key.
    of: hasSpellings ? (key, text) => ofKey(key) + ofKey(`\n${text.toLowerCase()}`).slice(0, SPELLING) + ofKey(`\n\n${text}`).slice(0, SPELLING) : ofKey,
    width: hasSpellings ? 2 * MARK : MARK,
    put(key, text, into, at) {
      const end = putKey(key, into, at, MARK);
      if (!hasSpellings) return end;
      return putKey(`\n\n${text}`, into, putKey(`\n${text.toLowerCase()}`, into, end, SPELLING), SPELLING);
    },
  };
}
