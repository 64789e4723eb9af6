/**
 * How each collation of a database folds a text to its key. Of the tables, which test/generate/ducet.mjs packs, each is
 * unpacked when it is first needed.
 */

import { NONE, ONE, SEVERAL, TOGETHER } from './ducet-table.js';
import { GENERAL_CI } from './general-ci-table.js';

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

/**
 * Returns a function that folds a text by the Unicode Collation Algorithm's root table: two texts have the same key exactly if their sequences of non-zero
 * primary weights are equal, variable weighting non-ignorable (UTS #10). A key is a text itself, in which each weight is
 * written as the character that has it, and the key of a key is the key itself.
 */
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

const number = (text: string): number => Number.parseInt(text, 36);
const textOf = (packed: string): string => (packed === '' ? '' : String.fromCodePoint(...packed.split('.').map(number)));

/** Adds the target of each character of the runs to a map. */
function unpackRuns(packed: string, into: Map<number, string>): void {
  let start = 0;
  for (const run of packed.split(',')) {
    const [gap, target] = run.split('-');
    const [first, count = '1', shape = '11'] = target.split('.');
    start += number(gap);
    for (let n = 0; n < number(count); n++) into.set(start + n * Number(shape[0]), String.fromCodePoint(number(first) + n * Number(shape[1])));
  }
}

/** Adds the characters of the ranges to a map, with an empty target. */
function unpackRanges(packed: string, into: Map<number, string>): void {
  let start = 0;
  for (const range of packed.split(',')) {
    const [gap, count = '1'] = range.split('.');
    start += number(gap);
    for (let n = 0; n < number(count); n++) into.set(start + n, '');
  }
}

/** Returns pairs of texts. */
function unpackTexts(packed: string): [from: string, to: string][] {
  return packed.split(',').map((pair) => {
    const [from, to] = pair.split('-');
    return [textOf(from), textOf(to)];
  });
}

const BEYOND = '\ufffd';

/** Returns a function that folds a text by utf8mb4_general_ci: each character of the BMP has one weight, and all beyond it have that of U+FFFD. */
export function makeGeneralCiFold(): (text: string) => string {
  let folded: Map<number, string> | undefined;
  return (text) => {
    if (folded === undefined) {
      folded = new Map();
      unpackRuns(GENERAL_CI, folded);
    }
    let key = '';
    for (const char of text) key += char.length > 1 ? BEYOND : (folded.get(char.charCodeAt(0)) ?? char);
    return key;
  };
}

/** From ぁ and ゝ to ァ and ヽ. */
const KATAKANA = 0x60;

/**
 * Returns a text without differences of case, width and kind of kana, with its accents, as Microsoft SQL Server is
 * documented to compare; not run against SQL Server. A sigma has one lower case at any position.
 */
export const foldSqlServer = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('ς', 'σ')
    .replace(/[\u3041-\u3096\u309d\u309e]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + KATAKANA))
    // Last, because a mark may stand on a letter that was replaced: ß with an acute is s and ś, わ with a voiced mark is ヷ.
    .normalize('NFKC');
