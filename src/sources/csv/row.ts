/** One record of a CSV as a row. */

import { integerOf, LONGEST_INTEGER } from '../../collections/key-table.js';
import type { TextBytes } from '../../collections/text-bytes.js';
import type { Row } from '../tables/table.js';
import { BACKSLASH } from './dialect.js';

const ZERO = 0x30;

/** One record: cells are decoded from the bytes when asked for, or come from csv-parse. */
export class CsvRow implements Row {
  line = 0;
  width = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #encoding: 'latin1' | 'utf8' = 'utf8';
  /** Offsets of the delimiter before each cell and of the end of the last cell. */
  #bounds: Int32Array = new Int32Array(0);
  /** Index in the bounds at which this record begins. */
  #first = 0;
  #cells: readonly string[] | undefined;

  setStretch(bytes: Buffer, isAsciiOnly: boolean): void {
    this.#bytes = bytes;
    this.#encoding = isAsciiOnly ? 'latin1' : 'utf8';
  }

  setCut(line: number, bounds: Int32Array, first: number, width: number): void {
    this.line = line;
    this.width = width;
    this.#bounds = bounds;
    this.#first = first;
    this.#cells = undefined;
  }

  setCells(line: number, cells: readonly string[]): void {
    this.line = line;
    this.width = cells.length;
    this.#cells = cells;
  }

  text(column: number): string {
    if (this.#cells !== undefined) return this.#cells[column] ?? '';
    if (column >= this.width) return '';
    const from = this.#bounds[this.#first + column] + 1;
    const to = this.#bounds[this.#first + column + 1];
    return from === to ? '' : this.#bytes.toString(this.#encoding, from, to);
  }

  // Avoids creating most strings of a typical export: ids are numbers, flags are words of a few bytes, and
  // most usernames equal the email.

  integer(column: number): number {
    if (this.#cells !== undefined) return integerOf(this.text(column));
    if (column >= this.width) return -1;
    const bytes = this.#bytes;
    const from = this.#bounds[this.#first + column] + 1;
    const to = this.#bounds[this.#first + column + 1];
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
    if (this.#cells !== undefined || column >= this.width) return -1;
    const bytes = this.#bytes;
    const from = this.#bounds[this.#first + column] + 1;
    const to = this.#bounds[this.#first + column + 1];
    // Six bytes and their length fit exactly into a double.
    if (to - from > 6) return -1;
    let code = to - from;
    for (let index = from; index < to; index++) code = code * 256 + bytes[index];
    return code;
  }

  addTo(bytes: TextBytes, column: number): void {
    if (this.#cells !== undefined) bytes.text(this.#cells[column] ?? '');
    else if (column < this.width) bytes.bytes(this.#bytes, this.#bounds[this.#first + column] + 1, this.#bounds[this.#first + column + 1]);
  }

  isSame(a: number, b: number): boolean {
    if (this.#cells !== undefined) return this.#cells[a] === this.#cells[b];
    if (a >= this.width || b >= this.width) return false;
    const bytes = this.#bytes;
    let left = this.#bounds[this.#first + a] + 1;
    let right = this.#bounds[this.#first + b] + 1;
    const end = this.#bounds[this.#first + a + 1];
    if (end - left !== this.#bounds[this.#first + b + 1] - right) return false;
    while (left < end) if (bytes[left++] !== bytes[right++]) return false;
    return true;
  }

  /** Returns the first byte of the first cell if it is ASCII; -1 if the cell is empty. */
  front(): number {
    if (this.#cells !== undefined) return this.#cells[0] === '' ? -1 : this.#cells[0].charCodeAt(0);
    const from = this.#bounds[this.#first] + 1;
    return from < this.#bounds[this.#first + 1] ? this.#bytes[from] : -1;
  }

  /** Is every cell empty. */
  isEmpty(): boolean {
    if (this.#cells !== undefined) return this.#cells.every((cell) => cell === '');
    return this.#bounds[this.#first + this.width] - this.#bounds[this.#first] === this.width;
  }

  hasBackslash(): boolean {
    if (this.#cells !== undefined) return this.#cells.some((cell) => cell.includes('\\'));
    return this.#bytes.subarray(this.#bounds[this.#first] + 1, this.#bounds[this.#first + this.width]).includes(BACKSLASH);
  }
}
