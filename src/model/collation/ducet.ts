/**
 * Keys by the Unicode Collation Algorithm's root table: two texts have the same key exactly if their sequences of non-zero
 * primary weights are equal, variable weighting non-ignorable (UTS #10). A key is a text itself, in which each weight is
 * written as the character that has it, and the key of a key is the key itself.
 */

import { NONE, ONE, SEVERAL, TOGETHER } from './ducet-table.js';
import { unpackRanges, unpackRuns, unpackTexts } from './pack.js';

/** Has no weight, and prevents its neighbors from being weighed together. */
const JOINER = '\u034f';

interface Ducet {
  /** What a character folds to, by code point; a character that is not in the map folds to itself. */
  readonly folded: ReadonlyMap<number, string>;
  /** What characters that are weighed together fold to. */
  readonly together: ReadonlyMap<string, string>;
  /** The length of the longest such sequence, by its first character. */
  readonly longest: ReadonlyMap<string, number>;
  /** Marks and later characters of such sequences: they might be weighed with the character before them. */
  readonly mayJoin: RegExp;
}

function unpackDucet(): Ducet {
  const folded = new Map<number, string>();
  unpackRanges(NONE, folded);
  unpackRuns(ONE, folded);
  for (const [from, to] of unpackTexts(SEVERAL)) folded.set(from.codePointAt(0) ?? 0, to);
  const together = new Map(unpackTexts(TOGETHER));
  const longest = new Map<string, number>();
  const further = new Set<string>();
  for (const text of together.keys()) {
    const [first, ...rest] = text;
    longest.set(first, Math.max(longest.get(first) ?? 0, rest.length + 1));
    for (const char of rest) further.add(char);
  }
  return { folded, together, longest, mayJoin: new RegExp(`[\\p{M}${[...further].join('')}]`, 'u') };
}

/** Returns a function that folds a text; the table is unpacked when it is first called. */
export function makeDucetFold(): (text: string) => string {
  let ducet: Ducet | undefined;
  return (text) => {
    ducet ??= unpackDucet();
    return keepApart(fold(text, ducet), ducet).normalize('NFC');
  };
}

function fold(text: string, { folded, together, longest }: Ducet): string {
  const chars = [...text.normalize('NFD')];
  let weights = '';
  for (let at = 0; at < chars.length; ) {
    const char = chars[at];
    const most = longest.get(char);
    if (most === undefined) {
      weights += folded.get(char.codePointAt(0) ?? 0) ?? char;
      at++;
      continue;
    }
    const { text: matched, length } = longestMatch(chars, at, most, together);
    at += length;
    weights += together.get(addMarks(matched, chars, at, together)) ?? folded.get(char.codePointAt(0) ?? 0) ?? char;
  }
  return weights;
}

/** Writes weights so that weighing the result gives the same weights. */
function keepApart(weights: string, { longest, mayJoin }: Ducet): string {
  if (!mayJoin.test(weights)) return weights;
  let written = '';
  let before = '';
  for (const char of weights) {
    if (before !== '' && mayJoin.test(char) && (longest.has(before) || (isMark(before) && isMark(char)))) written += JOINER;
    written += char;
    before = char;
  }
  return written;
}

/** Returns the longest text, from an index on, that is weighed as one. */
function longestMatch(chars: readonly string[], at: number, most: number, together: ReadonlyMap<string, string>): { text: string; length: number } {
  for (let length = Math.min(most, chars.length - at); length > 1; length--) {
    const text = chars.slice(at, at + length).join('');
    if (together.has(text)) return { text, length };
  }
  return { text: chars[at], length: 1 };
}

/**
 * Adds marks that follow at a distance but are weighed with a text, and removes them from where they were (UTS #10,
 * S2.1.1 to S2.1.3). A mark is blocked by one of its own combining class before it.
 */
function addMarks(start: string, chars: string[], from: number, together: ReadonlyMap<string, string>): string {
  let text = start;
  let before = '';
  for (let at = from; at < chars.length && (chars[at] === '' || isMark(chars[at])); at++) {
    const mark = chars[at];
    if ((before === '' || !isSameClass(before, mark)) && together.has(text + mark)) {
      text += mark;
      chars[at] = '';
    } else if (mark !== '') before = mark;
  }
  return text;
}

/** Of combining class 240, the highest: all other marks come before it in canonical order. */
const LAST_MARK = '\u0345';

/** Has a canonical combining class other than 0. */
const isMark = (char: string): boolean => char === LAST_MARK || (char >= '\u0300' && (LAST_MARK + char).normalize('NFD') !== LAST_MARK + char);

/** Are two marks in canonical order. */
const isSameClass = (before: string, mark: string): boolean => (mark + before).normalize('NFD') === mark + before;
