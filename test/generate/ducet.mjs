/**
 * Reads the Default Unicode Collation Element Table (allkeys.txt) and folds it: of its weights only the primary ones are
 * kept, and each primary weight is written as the one character that has just this weight. So `É` and `é` are `e`, `ß`
 * is `ss`, a combining accent is nothing, and two texts fold alike exactly when their primary weights are the same.
 */

import { readFileSync } from 'node:fs';

const ENTRY = /^([0-9A-F]+(?: [0-9A-F]+)*)\s*;\s*((?:\[[.*][0-9A-F.]+\])+)/;
const ELEMENT = /\[[.*]([0-9A-F]+)\.([0-9A-F]+)\.([0-9A-F]+)\]/g;
/** First halves of implicit weights (UTS #10, section 10.1.3). */
const isImplicit = (primary) => primary >= 0xfb00 && primary < 0xfc00;

/** Tertiary weights of plain characters, the plainest last: hiragana of full size, and what has no case or is in lower case. */
const BASES = [0x0e, 0x02];

const codeOf = (text) => text.codePointAt(0);
const hex = (text) => Number.parseInt(text, 16);

/**
 * Returns the version of the table and its primary weights by text. An implicit weight, which stands as two elements, is
 * one number: the character that has it, negative.
 * @param {string} file
 */
export function readDucet(file) {
  const text = readFileSync(file, 'utf8');
  const version = /^@version (\S+)$/m.exec(text)?.[1];
  if (version === undefined) throw new Error(`${file} has no @version: it is not allkeys.txt`);
  /** @type {Map<string, {primaries: number[], base: number}>} */
  const entries = new Map();
  for (const line of text.split('\n')) {
    const entry = ENTRY.exec(line);
    if (entry === null) continue;
    const elements = [...entry[2].matchAll(ELEMENT)].map((parts) => parts.slice(1).map(hex));
    const primaries = [];
    for (let at = 0; at < elements.length; at++) {
      const [primary] = elements[at];
      if (primary === 0) continue;
      if (!isImplicit(primary)) primaries.push(primary);
      else primaries.push(-implicit(primary, elements[++at]?.[0] ?? 0, line));
    }
    const base = elements.length === 1 && elements[0][1] === 0x20 ? BASES.indexOf(elements[0][2]) : -1;
    entries.set(String.fromCodePoint(...entry[1].split(' ').map(hex)), { primaries, base });
  }
  return { version, entries };
}

/** Returns the character of an implicit weight: of ideographs and of what is unassigned. Others do not stand in the table. */
function implicit(first, second, line) {
  if (first < 0xfb40 || second < 0x8000) throw new Error(`an implicit weight that is not known: ${line}`);
  return (((first - 0xfb40) & 0x3f) << 15) | (second & 0x7fff);
}

/**
 * Returns what is not folded into itself: single characters, and contractions.
 * @param {ReturnType<typeof readDucet>} ducet
 */
export function foldDucet({ entries }) {
  const texts = new Map();
  for (const [text, { primaries, base }] of entries) {
    if ([...text].length > 1 || primaries.length !== 1) continue;
    const known = texts.get(primaries[0]);
    const isBetter = known === undefined || base > known.base || (base === known.base && codeOf(text) < codeOf(known.text));
    if (isBetter) texts.set(primaries[0], { text, base });
  }
  const write = (primaries) =>
    primaries
      .map((primary) => {
        if (primary < 0) return String.fromCodePoint(-primary);
        const known = texts.get(primary);
        if (known === undefined) throw new Error(`no character has just the weight ${primary.toString(16)}`);
        return known.text;
      })
      .join('');
  /** @type {Map<string, string>} */
  const singles = new Map();
  /** @type {Map<string, string>} */
  const contractions = new Map();
  const decomposable = [];
  for (const [text, { primaries }] of entries) {
    const folded = write(primaries);
    if ([...text].length > 1) contractions.set(text, folded);
    else if (text.normalize('NFD') !== text) decomposable.push([text, folded]);
    else if (folded !== text) singles.set(text, folded);
  }
  return { singles, contractions, decomposable };
}

const word = (number) => number.toString(36);

/**
 * Returns `gap.count.step.first.stride` for each run, joined by commas; `gap` is counted from the run before. A run maps
 * `start + n * step` to `first + n * stride`; what is 0, 1 or the same as usual is left out from the right.
 * @param {ReadonlyMap<number, number>} pairs
 */
export function packRuns(pairs) {
  const left = new Map([...pairs].sort(([a], [b]) => a - b));
  const runs = [];
  let previous = 0;
  for (const [start, first] of left) {
    if (!left.has(start)) continue;
    let best = { count: 1, step: 1, stride: 0 };
    for (const step of [1, 2]) {
      const second = left.get(start + step);
      if (second === undefined) continue;
      const stride = second - first;
      if (stride < 0 || stride > 2) continue;
      let count = 2;
      while (left.get(start + count * step) === first + count * stride) count++;
      if (count > best.count) best = { count, step, stride };
    }
    for (let n = 0; n < best.count; n++) left.delete(start + n * best.step);
    const shape = best.count === 1 ? '' : `.${word(best.count)}${best.step === 1 && best.stride === 1 ? '' : `.${best.step}${best.stride}`}`;
    runs.push(`${word(start - previous)}-${word(first)}${shape}`);
    previous = start;
  }
  return runs.join(',');
}

/**
 * Returns ranges as `gap` or `gap.count`, joined by commas.
 * @param {readonly number[]} codes
 */
export function packRanges(codes) {
  const sorted = [...codes].sort((a, b) => a - b);
  const ranges = [];
  let previous = 0;
  for (let at = 0; at < sorted.length; ) {
    let count = 1;
    while (sorted[at + count] === sorted[at] + count) count++;
    ranges.push(count === 1 ? word(sorted[at] - previous) : `${word(sorted[at] - previous)}.${word(count)}`);
    previous = sorted[at];
    at += count;
  }
  return ranges.join(',');
}

/**
 * Returns `from-to` for each pair of texts, joined by commas, their characters joined by dots.
 * @param {Iterable<readonly [string, string]>} pairs
 */
export const packTexts = (pairs) => [...pairs].map(([from, to]) => `${packText(from)}-${packText(to)}`).join(',');

const packText = (text) => [...text].map((char) => word(char.codePointAt(0))).join('.');
