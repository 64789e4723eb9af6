/** The rows of a table of a database, kept as bytes: they come while nobody reads, and are read when nobody can wait. */

import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Note } from '../../model/note.js';
import { UserError } from '../../model/user-error.js';
import { findInvalidUtf8 } from '../csv/encoding.js';
import { CsvRow, UNQUOTED } from '../csv/row.js';

/** What ends each cell in the bytes. */
const VALUE_END = 0;
const NULL_END = 1;
const MOST_BYTES = 0x7fff_0000;
/** Numbers of a block that is hashed at once. */
const BLOCK = 1 << 14;

/** A cell that cannot be read for certain. */
export interface BadCell {
  readonly row: number;
  /** Index of the column. */
  readonly at: number;
  readonly message: Note;
  /** Equal for cells that are wrong in the same way. */
  readonly cause: string;
}

const NUL =
  'the text contains a NUL character (U+0000), at which many programs cut it off; correct the row. If the column holds fixed-length binary data, read a view that casts it.';
const LOST = 'the text cannot be converted to UTF-8 without loss; correct the row, or convert the column to utf8mb4.';

export class StoredRows {
  /** Cells as UTF-8, each with one byte after it. */
  #bytes = Buffer.allocUnsafe(1 << 16);
  #length = 0;
  /** -1, then the offset of the byte after each cell. */
  #ends = new Int32Array(1 << 12);
  #cells = 0;
  #isAscii = true;
  #rows = 0;
  readonly bad: BadCell[] = [];

  /** `what` names the table in errors. */
  constructor(
    readonly width: number,
    readonly what: string,
  ) {
    this.#ends[0] = -1;
  }

  get length(): number {
    return this.#rows;
  }

  /** Adds a row. `lossy` is the index of the first column whose text the server could not convert, or -1. */
  add(cells: readonly (Buffer | null)[], lossy: number): void {
    if (lossy >= 0) this.bad.push({ row: this.#rows, at: lossy, message: LOST, cause: 'lossy' });
    for (let at = 0; at < this.width; at++) this.#addCell(cells[at] ?? null, at);
    this.#rows++;
  }

  #addCell(cell: Buffer | null, at: number): void {
    const size = cell?.length ?? 0;
    this.#reserve(size + 1);
    let length = this.#length;
    if (cell !== null) {
      const bytes = this.#bytes;
      let seen = 0;
      let hasNul = false;
      for (let index = 0; index < size; index++) {
        const byte = cell[index];
        seen |= byte;
        if (byte === 0) hasNul = true;
        bytes[length++] = byte;
      }
      if (hasNul) this.bad.push({ row: this.#rows, at, message: NUL, cause: 'nul' });
      if (seen > 0x7f) {
        this.#isAscii = false;
        if (!isUtf8(cell)) this.bad.push({ row: this.#rows, at, message: invalidBytes(cell), cause: 'utf8' });
      }
    }
    this.#bytes[length] = cell === null ? NULL_END : VALUE_END;
    this.#ends[++this.#cells] = length;
    this.#length = length + 1;
  }

  #reserve(size: number): void {
    if (this.#length + size > MOST_BYTES) {
      throw new UserError(
        `${this.what} holds more than 2 GiB of text, which is more than can be kept in memory.`,
        'Export CSV files instead: they are read in pieces.',
      );
    }
    if (this.#length + size > this.#bytes.length) {
      const wider = Buffer.allocUnsafe(Math.max(this.#length + size, Math.min(MOST_BYTES, this.#bytes.length * 2)));
      this.#bytes.copy(wider, 0, 0, this.#length);
      this.#bytes = wider;
    }
    if (this.#cells + 2 > this.#ends.length) {
      const wider = new Int32Array(this.#ends.length * 2);
      wider.set(this.#ends);
      this.#ends = wider;
    }
  }

  /** Returns a row for all rows: the cells are those of the row that was set last. */
  reader(): { readonly row: CsvRow; set(index: number, line: number): void } {
    const row = new CsvRow();
    row.setStretch(this.#bytes, this.#isAscii, false);
    return { row, set: (index, line) => row.setCut(line, this.#ends.subarray(index * this.width, (index + 1) * this.width + 1), this.width, UNQUOTED) };
  }

  /** Returns the digest of all rows, their order, and which cells are NULL; `head` says what is in them. */
  digest(head: string): string {
    const hash = createHash('sha256').update(`${head}\n`);
    const block = Buffer.allocUnsafe(BLOCK * 4);
    for (let from = 1; from <= this.#cells; from += BLOCK) {
      const count = Math.min(BLOCK, this.#cells - from + 1);
      // Little-endian on every machine.
      for (let at = 0; at < count; at++) block.writeInt32LE(this.#ends[from + at], at * 4);
      hash.update(block.subarray(0, count * 4));
    }
    return hash.update(this.#bytes.subarray(0, this.#length)).digest('hex');
  }
}

function invalidBytes(cell: Buffer): string {
  const byte = cell[findInvalidUtf8(cell)];
  return `the text is not UTF-8 (byte 0x${byte.toString(16).toUpperCase().padStart(2, '0')}); correct the row, or load the data again with their real encoding.`;
}
