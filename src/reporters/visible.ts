/** Values of an export as people can see them: nothing in them acts on a terminal, ends a tag of XML or HTML, or stays unseen. */

import { unicodePattern } from '../model/unicode-pattern.js';

const codePoint = (char: string): string => `⟨U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;

// Controls, format characters, lone surrogates, and every space but the plain one.
const UNSEEN = unicodePattern(String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Co}\ufffe\uffff\p{Zl}\p{Zp}]|(?! )[\p{Zs}]`, 'g');

/** Returns the text with everything unseen spelled out as ⟨U+…⟩; for messages and headings. */
export function printable(text: string): string {
  return text.replace(UNSEEN(text), codePoint);
}

/** Returns a value: unseen characters spelled out, and spaces that could be overlooked shown as ␠. */
export function visible(text: string): string {
  return printable(text).replace(/^ +| +$|(?<= ) | (?= )/g, (spaces) => '␠'.repeat(spaces.length));
}

/**
 * A stretch of a value; `isDifferent` if the value it is compared with reads otherwise. A different stretch without
 * text is the place where that one has something more.
 */
export interface Part {
  readonly text: string;
  readonly isDifferent: boolean;
}

/** Returns a value in stretches that are alike or different from another; combining marks are shown apart where only they differ. */
export function compareParts(text: string, against: string): Part[] {
  if (text === against) return [{ text: visible(text), isDifferent: false }];
  const isLookAlike = text.normalize('NFC') === against.normalize('NFC');
  const { isDifferent, gaps } = differencesOf(text, against);
  const spaces = [...visible(text.replace(/[^ ]/gu, 'x'))];
  const parts: { text: string; isDifferent: boolean }[] = [];
  const addGap = (at: number): void => {
    if (gaps.has(at)) parts.push({ text: '', isDifferent: true });
  };
  const chars = [...text];
  chars.forEach((char, at) => {
    addGap(at);
    // The spaces that could be overlooked are those of the whole value, not of the stretch.
    const plain = char === ' ' ? spaces[at] : printable(char);
    const shown = isDifferent[at] && isLookAlike ? plain.replace(MARKS(plain), codePoint) : plain;
    const last = parts.at(-1);
    if (last !== undefined && last.isDifferent === isDifferent[at]) last.text += shown;
    else parts.push({ text: shown, isDifferent: isDifferent[at] });
  });
  addGap(chars.length);
  return parts;
}

const MARKS = unicodePattern(String.raw`[\p{M}]`, 'g');
const LETTER = unicodePattern(String.raw`[\p{L}\p{N}]`);

/** Words, and each character between them. */
const PIECES = unicodePattern(String.raw`[\p{L}\p{N}\p{M}\p{Cf}]+|.`, 'gs');
const IN_WORD = unicodePattern(String.raw`[\p{L}\p{N}\p{M}\p{Cf}]`);
const isWord = (piece: string): boolean => piece.length > 1 || IN_WORD(piece).test(piece);

interface Differences {
  /** By character. */
  readonly isDifferent: readonly boolean[];
  /** Characters before which the other value has something more; the number of all: after the last. */
  readonly gaps: ReadonlySet<number>;
}

/** Returns where a value differs; nothing of values that have no letter in common is said to be alike. */
function differencesOf(text: string, against: string): Differences {
  if (text.replace(SPACES(text), '') === against.replace(SPACES(against), '')) return spaceDifferences(text, against);
  const found = pieceDifferences(text, against);
  const isAlike = Array.from(text).some((char, at) => !found.isDifferent[at] && isWord(char));
  return isAlike || !LETTER(text).test(text) ? found : { isDifferent: found.isDifferent.map(() => true), gaps: new Set() };
}

const SPACE = unicodePattern(String.raw`[\s\p{Cf}]`);
const SPACES = unicodePattern(String.raw`[\s\p{Cf}]+`, 'g');

/** Returns where a value differs from one that is the same but for white space and unseen characters. */
function spaceDifferences(text: string, against: string): Differences {
  const isSpace = (char: string | undefined): boolean => char !== undefined && SPACE(char).test(char);
  const left = [...text];
  const right = [...against];
  const isDifferent: boolean[] = [];
  const gaps = new Set<number>();
  for (let at = 0, other = 0; at < left.length || other < right.length; ) {
    if (left[at] === right[other]) {
      isDifferent.push(false);
      at++;
      other++;
    } else if (isSpace(left[at])) {
      isDifferent.push(true);
      at++;
      if (isSpace(right[other])) other++;
    } else {
      gaps.add(at);
      other++;
    }
  }
  return { isDifferent, gaps };
}

/** Returns where a value differs: whole words, unless the word in their place is nearly the same. */
function pieceDifferences(text: string, against: string): Differences {
  const left = text.match(PIECES(text)) ?? [];
  const right = against.match(PIECES(against)) ?? [];
  const isDifferent: boolean[] = [];
  const gaps = new Set<number>();
  const add = ({ isDifferent: inner, gaps: own }: Differences): void => {
    for (const gap of own) gaps.add(isDifferent.length + gap);
    isDifferent.push(...inner);
  };
  let [l, r] = [0, 0];
  for (const [nextLeft, nextRight] of [...commonPieces(left, right), [left.length, right.length] as const]) {
    const [own, other] = [left.slice(l, nextLeft), right.slice(r, nextRight)];
    if (own.length === 0 && other.length > 0) gaps.add(isDifferent.length);
    const isPaired = own.length === other.length;
    own.forEach((piece, at) => {
      add(isPaired ? wordDifferences([...piece], [...other[at]]) : { isDifferent: Array.from(piece, () => true), gaps: new Set() });
    });
    if (nextLeft < left.length) add(wordDifferences([...left[nextLeft]], [...right[nextRight]]));
    [l, r] = [nextLeft + 1, nextRight + 1];
  }
  return { isDifferent, gaps };
}

/** More pieces than any name has are compared from both ends only. */
const MOST_PIECES = 400;

/** Returns a piece without case and accents. */
const folded = (piece: string): string =>
  (/^[\x20-\x7e]+$/.test(piece) ? piece : piece.normalize('NFKD').replace(/[\p{M}\p{Cf}]/gu, '') || piece).toLowerCase();

/** Returns places of the pieces that two values have in common but for case and accents, in order: as many letters as can be. */
function commonPieces(ofLeft: readonly string[], ofRight: readonly string[]): (readonly [number, number])[] {
  const [left, right] = [ofLeft.map(folded), ofRight.map(folded)];
  const shorter = Math.min(left.length, right.length);
  let start = 0;
  while (start < shorter && left[start] === right[start]) start++;
  let end = 0;
  while (end < shorter - start && left[left.length - 1 - end] === right[right.length - 1 - end]) end++;
  const pairs: (readonly [number, number])[] = Array.from({ length: start }, (_, at) => [at, at] as const);
  const [rows, columns] = [left.length - start - end, right.length - start - end];
  if (rows > 0 && columns > 0 && rows <= MOST_PIECES && columns <= MOST_PIECES) {
    const width = columns + 1;
    const weights = new Int32Array((rows + 1) * width);
    for (let row = rows - 1; row >= 0; row--) {
      for (let column = columns - 1; column >= 0; column--) {
        const piece = left[start + row];
        const isSame = piece === right[start + column];
        const met = isSame ? weights[(row + 1) * width + column + 1] + (isWord(piece) ? piece.length + 1 : 1) : 0;
        weights[row * width + column] = Math.max(met, weights[(row + 1) * width + column], weights[row * width + column + 1]);
      }
    }
    for (let row = 0, column = 0; row < rows && column < columns; ) {
      const here = weights[row * width + column];
      if (left[start + row] === right[start + column] && here > Math.max(weights[(row + 1) * width + column], weights[row * width + column + 1])) {
        pairs.push([start + row, start + column]);
        row++;
        column++;
      } else if (weights[(row + 1) * width + column] === here) row++;
      else column++;
    }
  }
  for (let at = end; at > 0; at--) pairs.push([left.length - at, right.length - at]);
  return pairs;
}

/** Returns where a word differs from the one in its place: all of it, unless half of it is the same. */
function wordDifferences(left: readonly string[], right: readonly string[]): Differences {
  const whole = { isDifferent: left.map(() => true), gaps: new Set<number>() };
  const longer = Math.max(left.length, right.length);
  if (left.length === right.length) {
    const isDifferent = left.map((char, at) => char !== right[at]);
    return isDifferent.filter((each) => !each).length * 2 >= longer ? { isDifferent, gaps: new Set() } : whole;
  }
  const shorter = Math.min(left.length, right.length);
  let start = 0;
  while (start < shorter && left[start] === right[start]) start++;
  let end = 0;
  while (end < shorter - start && left[left.length - 1 - end] === right[right.length - 1 - end]) end++;
  if ((start + end) * 2 < longer) return whole;
  const isDifferent = left.map((_, at) => at >= start && at < left.length - end);
  return { isDifferent, gaps: new Set(start + end === left.length ? [start] : []) };
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Returns a text that is safe between tags and in quoted attributes. It is not made visible. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}

/** Returns a text with everything unseen spelled out, of characters that XML 1.0 allows, escaped. */
export function xmlText(text: string): string {
  return escapeMarkup(printable(text).replace(/[\uFFFE\uFFFF]/g, (char) => `⟨U+${char.charCodeAt(0).toString(16).toUpperCase()}⟩`));
}
