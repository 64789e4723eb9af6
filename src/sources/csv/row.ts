/** One record of a CSV as a row. */

import { integerOf, LONGEST_INTEGER } from '../../collections/places.js';
import { LENGTH_BYTES } from '../../collections/stored-texts.js';
import type { SharedTexts, TextBytes } from '../../collections/text-bytes.js';
import type { CopiedCell, Row } from '../tables/table.js';
import { BACKSLASH, CR, LF, QUOTE } from './dialect.js';

const ZERO = 0x30;

/** No cell of a record is in quotes. */
export const UNQUOTED = 0;
/** Some cells are in quotes, and there are no quotes inside them. */
export const QUOTED = 1;
/** Some cells are in quotes, and quotes inside them are doubled. */
export const DOUBLED = 2;

/** One record: cells are decoded from the bytes when asked for, or given. */
export class CsvRow implements Row {
  line = 0;
  width = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #encoding: 'latin1' | 'utf8' = 'utf8';
  #isWhole = false;
  /** Offsets of the delimiter before each cell and of the end of the last cell. */
  #bounds: Int32Array = new Int32Array(0);
  /** UNQUOTED, QUOTED or DOUBLED. */
  #quotes = UNQUOTED;
  #cells: readonly string[] | undefined;

  /** `isWhole`: the file has nothing else. */
  setStretch(bytes: Buffer, isAsciiOnly: boolean, isWhole: boolean): void {
    this.#isWhole = isWhole;
    this.#bytes = bytes;
    this.#encoding = isAsciiOnly ? 'latin1' : 'utf8';
  }

  setCut(line: number, bounds: Int32Array, width: number, quotes: number): void {
    this.line = line;
    this.width = width;
    this.#bounds = bounds;
    this.#quotes = quotes;
    this.#cells = undefined;
  }

  setCells(line: number, cells: readonly string[]): void {
    this.line = line;
    this.width = cells.length;
    this.#cells = cells;
  }

  /** Returns where a cell begins, after its opening quote. */
  #from(column: number): number {
    const from = this.#bounds[column] + 1;
    return this.#quotes !== UNQUOTED && this.#bytes[from] === QUOTE && from < this.#bounds[column + 1] ? from + 1 : from;
  }

  /** Returns where the cell that begins at `from` ends, before its closing quote. */
  #to(column: number, from: number): number {
    return this.#bounds[column + 1] - (from - this.#bounds[column] - 1);
  }

  text(column: number): string {
    if (this.#cells !== undefined) return this.#cells[column] ?? '';
    if (column >= this.width) return '';
    const from = this.#from(column);
    const to = this.#to(column, from);
    if (from === to) return '';
    const text = this.#bytes.toString(this.#encoding, from, to);
    return this.#quotes === DOUBLED && text.includes('"') ? text.replaceAll('""', '"') : text;
  }

  shared(column: number, texts: SharedTexts): string {
    if (this.#cells !== undefined || this.#quotes === DOUBLED) return this.text(column);
    if (column >= this.width) return '';
    const from = this.#from(column);
    return texts.of(this.#bytes, from, this.#to(column, from), () => this.text(column));
  }

  // Avoids creating most strings of a typical export: ids are numbers, flags are words of a few bytes, and
  // most usernames equal the email.

  integer(column: number): number {
    if (this.#cells !== undefined) return integerOf(this.text(column));
    if (column >= this.width) return -1;
    const bytes = this.#bytes;
    const from = this.#from(column);
    const to = this.#to(column, from);
    const length = to - from;
    if (length === 0 || length > LONGEST_INTEGER || (length > 1 && bytes[from] === ZERO)) return -1;
    let value = 0;
    for (let index = from; index < to; index++) {
      const digit = bytes[index] - ZERO;
      if (digit < 0 || digit > 9) return -1;
      value = value * 10 + digit;
    }
    return value;
  }

  code(column: number): number {
    if (this.#cells !== undefined || column >= this.width || this.#quotes === DOUBLED) return -1;
    const bytes = this.#bytes;
    const from = this.#from(column);
    const to = this.#to(column, from);
    // Six bytes and their length fit exactly into a double.
    if (to - from > 6) return -1;
    let code = to - from;
    for (let index = from; index < to; index++) code = code * 256 + bytes[index];
    return code;
  }

  addTo(bytes: TextBytes, column: number): void {
    if (this.#cells !== undefined || this.#quotes === DOUBLED) bytes.text(this.text(column));
    else if (column < this.width) {
      const from = this.#from(column);
      bytes.bytes(this.#bytes, from, this.#to(column, from));
    }
  }

  copy(cells: readonly CopiedCell[], into: Uint8Array, from: number, limit: number): number {
    // The strings of a small file fit into memory, and creating them is faster than this loop until V8 has compiled it.
    if (this.#isWhole || this.#cells !== undefined || this.#quotes === DOUBLED) return -1;
    const bytes = this.#bytes;
    let end = from;
    for (let cell = 0; cell < cells.length; cell++) {
      const { column, words } = cells[cell];
      if (column >= this.width) return -1;
      let at = this.#from(column);
      const to = this.#to(column, at);
      const length = to - at;
      if ((length > 0 && words.hasPart(bytes, at, to)) || end + LENGTH_BYTES + length > limit) return -1;
      into[end++] = length;
      into[end++] = length >>> 8;
      while (at < to) into[end++] = bytes[at++];
    }
    return end;
  }

  isSame(a: number, b: number): boolean {
    if (this.#cells !== undefined) return this.#cells[a] === this.#cells[b];
    if (a >= this.width || b >= this.width) return false;
    const bytes = this.#bytes;
    let left = this.#from(a);
    let right = this.#from(b);
    const end = this.#to(a, left);
    if (end - left !== this.#to(b, right) - right) return false;
    while (left < end) if (bytes[left++] !== bytes[right++]) return false;
    return true;
  }

  /** Returns the first byte of the first cell if it is ASCII; -1 if the cell is empty. */
  front(): number {
    if (this.#cells !== undefined) return this.#cells[0] === '' ? -1 : this.#cells[0].charCodeAt(0);
    const from = this.#from(0);
    return from < this.#to(0, from) ? this.#bytes[from] : -1;
  }

  /** Is every cell empty. */
  isEmpty(): boolean {
    if (this.#cells !== undefined) return this.#cells.every((cell) => cell === '');
    for (let column = 0; column < this.width; column++) {
      const from = this.#from(column);
      if (from < this.#to(column, from)) return false;
    }
    return true;
  }

  hasBackslash(): boolean {
    if (this.#cells !== undefined) return this.#cells.some((cell) => cell.includes('\\'));
    return this.#bytes.subarray(this.#bounds[0] + 1, this.#bounds[this.width]).includes(BACKSLASH);
  }
}

// Reads rows of two ids. Most bytes of an export are memberships, and as rows of cells each took four times as long:
// this loop has no bounds, no row and no text. Whatever is not plainly two ids is left to the scanner.

/** Returns whether digits are a number in the usual spelling of ids; see `integerOf`. */
const isInteger = (bytes: Uint8Array, from: number, to: number): boolean =>
  to > from && to - from <= LONGEST_INTEGER && (bytes[from] !== ZERO || to - from === 1);

/**
 * Passes on rows from an offset, up to the first that is something else or that `take` returns false for. Returns where that
 * one begins, and the number of rows before it. `bytes[filled]` must be a line end; `quote` is -1 if quotes are ordinary characters.
 */
export function takeIdRows(
  bytes: Uint8Array,
  from: number,
  filled: number,
  { delimiter, quote }: { readonly delimiter: number; readonly quote: number },
  take: (first: number, second: number) => boolean,
): { readonly end: number; readonly rows: number } {
  let rows = 0;
  let end = from;
  for (;;) {
    let at = end;
    const isFirstQuoted = bytes[at] === quote;
    if (isFirstQuoted) at++;
    let start = at;
    let first = 0;
    for (let digit = bytes[at] - ZERO; digit >= 0 && digit <= 9; digit = bytes[++at] - ZERO) first = first * 10 + digit;
    if (!isInteger(bytes, start, at)) break;
    if (isFirstQuoted && bytes[at++] !== quote) break;
    if (bytes[at++] !== delimiter) break;
    const isSecondQuoted = bytes[at] === quote;
    if (isSecondQuoted) at++;
    start = at;
    let second = 0;
    for (let digit = bytes[at] - ZERO; digit >= 0 && digit <= 9; digit = bytes[++at] - ZERO) second = second * 10 + digit;
    if (!isInteger(bytes, start, at)) break;
    if (isSecondQuoted && bytes[at++] !== quote) break;
    if (bytes[at] === CR) at++;
    if (at >= filled || bytes[at] !== LF || !take(first, second)) break;
    end = at + 1;
    rows++;
  }
  return { end, rows };
}
