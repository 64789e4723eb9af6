/** The bytes of a sheet's rows, from where they are written to where they are read. */

import { UserError } from '../../model/user-error.js';

const TAB = 0x09;
const LF = 0x0a;
/** The headings are among as many rows that are not empty: later cells to the right of these are in no column. */
const FRONT_ROWS = 64;
/** As many cells no export has; cells far to the right make many of a few bytes. */
const MOST_CELLS = 1e8;

export class RowWriter {
  #bytes: Buffer = Buffer.allocUnsafe(1 << 17);
  #from = 0;
  #to = 0;
  /** Lines that are complete. */
  #lines = 0;
  #row = 0;
  /** Delimiters of the row that were written; -1 if it has no cell so far. */
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

  /** Returns where a cell of some bytes is to be written, and counts them as written. */
  reserve(column: number, length: number): readonly [Buffer, number] {
    this.#place(column, length);
    this.#to += length;
    return [this.#bytes, this.#to - length];
  }

  /** Ends the row; returns whether it holds anything. Empty rows become lines only when another row follows. */
  endRow(): boolean {
    if (this.#tabs < 0) return false;
    this.#bytes[this.#to++] = LF;
    this.#lines++;
    this.#rows++;
    this.#cells += this.#tabs + 1;
    if (this.#cells > MOST_CELLS) throw new UserError(`${this.file} has more than ${MOST_CELLS / 1e6} million cells, which is not read.`, 'Export it as CSV.');
    return true;
  }

  /** Takes bytes out, as many as there is room for; returns how many. */
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
