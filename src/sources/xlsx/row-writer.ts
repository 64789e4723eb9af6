/** The bytes of a sheet's rows, between the code that writes them and the code that reads them. */

import { UserError } from '../../model/user-error.js';

const TAB = 0x09;
const LF = 0x0a;
/** Rows (not empty) among which the headings must be: later cells to the right of all these are in no column. */
const FRONT_ROWS = 64;
/** No export has more cells; cells far to the right could produce many from a few bytes. */
const MOST_CELLS = 1e8;

export class RowWriter {
  #bytes: Buffer = Buffer.allocUnsafe(1 << 17);
  #from = 0;
  #to = 0;
  /** Number of complete lines. */
  #lines = 0;
  #row = 0;
  /** Delimiters written for the row; -1 if it has no cell so far. */
  #tabs = -1;
  #rows = 0;
  #widest = 0;
  #cells = 0;

  constructor(readonly file: string) {}

  get isEmpty(): boolean {
    return this.#from === this.#to;
  }

  beginRow(row: number): void {
    this.#row = row;
    this.#tabs = -1;
  }

  takes(column: number): boolean {
    return this.#rows < FRONT_ROWS || column < this.#widest;
  }

  text(column: number, text: string): void {
    if (text === '') return;
    this.#place(column, text.length * 3);
    this.#to += this.#bytes.write(text, this.#to, 'utf8');
  }

  /** Returns where to write a cell of some bytes, and counts them as written. */
  reserve(column: number, length: number): readonly [Buffer, number] {
    this.#place(column, length);
    this.#to += length;
    return [this.#bytes, this.#to - length];
  }

  /** Ends the row; returns whether it holds anything. Empty rows become lines only if another row follows. */
  endRow(): boolean {
    if (this.#tabs < 0) return false;
    this.#bytes[this.#to++] = LF;
    this.#lines++;
    this.#rows++;
    this.#cells += this.#tabs + 1;
    if (this.#cells > MOST_CELLS) throw new UserError(`${this.file} has more than ${MOST_CELLS / 1e6} million cells, which is too large.`, 'Export it as CSV.');
    return true;
  }

  /** Moves bytes out, as many as fit; returns how many. */
  take(target: Buffer, offset: number): number {
    const copied = this.#bytes.copy(target, offset, this.#from, this.#to);
    this.#from += copied;
    if (this.#from === this.#to) this.#from = this.#to = 0;
    return copied;
  }

  #place(column: number, length: number): void {
    const lines = this.#tabs < 0 ? this.#row - 1 - this.#lines : 0;
    const tabs = column - Math.max(this.#tabs, 0);
    this.#reserve(lines + tabs + length + 1);
    if (lines > 0) {
      this.#bytes.fill(LF, this.#to, this.#to + lines);
      this.#lines += lines;
    }
    this.#to += lines;
    this.#bytes.fill(TAB, this.#to, this.#to + tabs);
    this.#to += tabs;
    this.#tabs = column;
    if (column >= this.#widest) this.#widest = column + 1;
  }

  #reserve(length: number): void {
    if (this.#to + length <= this.#bytes.length) return;
    const wider = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#to - this.#from + length));
    this.#to = this.#bytes.copy(wider, 0, this.#from, this.#to);
    this.#from = 0;
    this.#bytes = wider;
  }
}
