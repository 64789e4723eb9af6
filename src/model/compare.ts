/** The only code that knows how text is compared (contract 1.1). */

import { foldSqlServer, makeDucetFold, makeGeneralCiFold } from './collation/folds.js';
import type { CollationName } from './policy.js';
import { unicodePattern } from './unicode-pattern.js';

/** How two texts differ, the first that holds (contract 2.4). */
export const DIFFERENCES = ['case', 'whitespace', 'unicode', 'value'] as const;
export type Difference = (typeof DIFFERENCES)[number];

/** How group names are the same: `exact`, or the weakest comparison under which they are (contract 2.4). */
export const MATCHES = ['exact', 'case', 'whitespace', 'unicode'] as const;
export type Match = (typeof MATCHES)[number];

/** How a database compares text. */
export interface Collation {
  readonly name: CollationName;
  /**
   * Returns the comparison key. Two usernames with one key are the same username to the database. A key is readable, and the
   * key of a key is the key itself.
   */
  key(text: string): string;
  /** Is empty, or has an empty key. A blank value never equals anything. */
  isBlank(text: string): boolean;
  /** Returns how two unequal texts differ. */
  differenceOf(a: string, b: string): Difference;
  /** Returns how names that share one key are the same: `exact` as soon as two of them are equal. */
  matchOf(names: readonly string[]): Match;
}

// For printable ASCII words joined by single spaces, key() only lower-cases under every collation. Almost every username
// and address is such a text, so the tables are needed only for the rest.
const PLAIN = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/;
const UNSEEN = unicodePattern(String.raw`[\p{Cf}\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]`, 'g');
const SPACES = unicodePattern(String.raw`[\p{White_Space}]+`, 'g');

/** Has no weight, and prevents a space from counting as one at the end or beside another. */
const JOINER = '\u034f';
const LOOSE_SPACE = / (?= |$)/g;

function makeCollation(name: CollationName, fold: (text: string) => string): Collation {
  const key = (text: string): string => {
    if (PLAIN.test(text)) return text.toLowerCase();
    const seen = text.replace(UNSEEN(text), '').replace(SPACES(text), ' ').trim();
    if (seen === '' || PLAIN.test(seen)) return seen.toLowerCase();
    const folded = fold(seen);
    return folded.includes(' ') ? folded.replace(LOOSE_SPACE, ` ${JOINER}`).replace(/^ /, `${JOINER} `) : folded;
  };
  const differenceOf = (a: string, b: string): Difference => {
    if (lowered(a) === lowered(b)) return 'case';
    if (squeezed(a) === squeezed(b)) return 'whitespace';
    return key(a) === key(b) ? 'unicode' : 'value';
  };
  return {
    name,
    key,
    isBlank: (text) => text === '' || key(text) === '',
    differenceOf,
    matchOf,
  };
}

const BY_NAME: Readonly<Record<CollationName, Collation>> = {
  utf8mb4_0900_ai_ci: makeCollation('utf8mb4_0900_ai_ci', makeDucetFold()),
  utf8mb4_general_ci: makeCollation('utf8mb4_general_ci', makeGeneralCiFold()),
  sqlserver_ci_as: makeCollation('sqlserver_ci_as', foldSqlServer),
};

/** Returns the collation of a name. */
export const collationOf = (name: CollationName): Collation => BY_NAME[name];

const ONLY_UNSEEN = unicodePattern(String.raw`^[\p{White_Space}\p{Cf}\p{Cc}\p{M}]*$`);

/** Consists of characters that readers cannot see by themselves: white space, invisible characters and loose marks. For display only. */
export const isUnseen = (text: string): boolean => ONLY_UNSEEN(text).test(text);

const LOOSE = unicodePattern(String.raw`[\p{White_Space}\p{Cf}]`, 'g');
const squeezed = (text: string): string => text.replace(LOOSE(text), '');
const lowered = (text: string): string => text.toLowerCase();

const areAllEqual = (texts: readonly string[], read: (text: string) => string): boolean => {
  const first = read(texts[0] ?? '');
  return texts.every((text) => read(text) === first);
};

function matchOf(names: readonly string[]): Match {
  if (new Set(names).size < names.length) return 'exact';
  if (areAllEqual(names, lowered)) return 'case';
  return areAllEqual(names, squeezed) ? 'whitespace' : 'unicode';
}

const NAMED_SPACE: Readonly<Record<string, string>> = {
  ' ': 'a space',
  '\t': 'a tab',
  '\n': 'a line break',
  '\r': 'a line break',
  '\u00a0': 'a no-break space',
};

const nameOf = (char: string): string =>
  NAMED_SPACE[char] ?? (/[\p{C}\p{M}\p{Z}]/u.test(char) ? `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}` : char);

/** Returns in words the first difference between two texts, for readers who cannot see it: `a space at the end`, `J, not j`. */
export function explainDifference(a: string, b: string, difference: Difference): string {
  if (difference === 'value') return 'value';
  const left = [...a];
  const right = [...b];
  const shorter = Math.min(left.length, right.length);
  // Letters that also differ in case are not an example of an accent difference.
  const isAlike =
    difference === 'unicode' ? (at: number): boolean => lowered(left[at]) === lowered(right[at]) : (at: number): boolean => left[at] === right[at];
  let at = 0;
  while (at < shorter && isAlike(at)) at++;
  if (difference === 'whitespace') {
    const isExtra = left.length >= right.length;
    const char = isExtra ? left[at] : right[at];
    const longer = isExtra ? left : right;
    const where = at === 0 ? 'at the start' : at >= longer.length - 1 ? 'at the end' : `at character ${at + 1}`;
    return `whitespace: ${nameOf(char ?? '')} ${where}${isExtra ? '' : ' of the email'}`;
  }
  return `${difference}: ${nameOf(left[at] ?? '') || 'nothing'}, not ${nameOf(right[at] ?? '') || 'nothing'}`;
}
