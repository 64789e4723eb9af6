/** Byte ranges of the cells of a CSV, quotes included, so that one cell can be replaced and everything else kept. */

import { isUtf8 } from 'node:buffer';
import { integerOf, LONGEST_INTEGER } from '../../collections/places.js';
import { note } from '../../model/note.js';
import { UserError } from '../../model/user-error.js';
import { BACKSLASH, CR, closingQuote, countLines, type Dialect, escapeLength, isCellEnd, LF, QUOTE, readCell } from './dialect.js';
import type { FileStream } from './file-stream.js';

const ZERO = 0x30;
const LONGEST_RECORD = 1 << 26;

/** Position of one record in the bytes of its chunk; the same object is reused for each record. */
export class SpanRow {
  dialect: Dialect = { delimiter: ',', quote: 'double', escape: 'none' };
  /** Physical line, from 1. */
  line = 0;
  /** Number of cells; 0 for a blank line. */
  width = 0;
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  /** Offset at which the content ends and the line end starts. */
  end = 0;
  /** Offset of the next record. */
  next = 0;
  /** End of each cell. */
  ends = new Int32Array(64);

  from(column: number): number {
    return column === 0 ? this.start : this.ends[column - 1] + 1;
  }

  to(column: number): number {
    return this.ends[column];
  }

  isQuoted(column: number): boolean {
    return this.dialect.quote === 'double' && this.to(column) > this.from(column) && this.bytes[this.from(column)] === QUOTE;
  }

  /** Returns the cell as written. */
  raw(column: number): string {
    return column < this.width ? this.bytes.toString('utf8', this.from(column), this.to(column)) : '';
  }

  /** Returns the cell as read. */
  text(column: number): string {
    const raw = this.raw(column);
    return readCell(raw, this.dialect) ?? raw;
  }

  /** Returns the cell as a number if it is a whole number in the usual spelling of ids, else -1. */
  integer(column: number): number {
    if (column >= this.width) return -1;
    const from = this.from(column);
    const to = this.to(column);
    if (this.isQuoted(column)) return integerOf(this.text(column));
    if (to === from || to - from > LONGEST_INTEGER || (to - from > 1 && this.bytes[from] === ZERO)) return -1;
    let value = 0;
    for (let at = from; at < to; at++) {
      const digit = this.bytes[at] - ZERO;
      if (digit < 0 || digit > 9) return -1;
      value = value * 10 + digit;
    }
    return value;
  }

  addCell(end: number): void {
    if (this.width === this.ends.length) {
      const wider = new Int32Array(this.width * 2);
      wider.set(this.ends);
      this.ends = wider;
    }
    this.ends[this.width++] = end;
  }
}

export interface SpanVisitor {
  /** Called for each record that is not blank. */
  row(row: SpanRow): void;
  /** Called after the records of a chunk; `bytes` up to `end` are discarded afterwards. */
  stretch(bytes: Buffer, end: number): void | Promise<void>;
}

/** Reads a stream's records to its end, in order; splits them exactly where RecordScanner does. */
export class SpanScanner {
  readonly #stream: FileStream;
  #buffer = Buffer.allocUnsafe(1 << 20);
  #filled = 0;
  #isAtEnd = false;
  #line = 1;
  readonly #row = new SpanRow();

  constructor(stream: FileStream) {
    this.#stream = stream;
  }

  /** Returns the bytes at the front, at least `wanted` if the file has that many. */
  peek(wanted: number): Buffer {
    while (this.#filled < wanted && !this.#isAtEnd) this.#fill();
    return this.#buffer.subarray(0, Math.min(this.#filled, wanted));
  }

  /** Returns and skips the first bytes, which hold `lines` lines and no records. */
  take(offset: number, lines: number): Buffer {
    const front = Buffer.from(this.#buffer.subarray(0, offset));
    this.#giveUp(offset);
    this.#line += lines;
    return front;
  }

  #giveUp(consumed: number): void {
    this.#buffer.copyWithin(0, consumed, this.#filled);
    this.#filled -= consumed;
  }

  #widen(): void {
    const wider = Buffer.allocUnsafe(this.#buffer.length * 2);
    this.#buffer.copy(wider, 0, 0, this.#filled);
    this.#buffer = wider;
  }

  #fill(): void {
    if (this.#filled === this.#buffer.length) this.#widen();
    const added = this.#stream.fill(this.#buffer, this.#filled);
    this.#filled += added;
    this.#isAtEnd = added === 0;
  }

  /** Passes every record to the visitor. Throws a UserError if something is not CSV in the encoding. */
  async scan(dialect: Dialect, visitor: SpanVisitor): Promise<void> {
    this.#row.dialect = dialect;
    for (;;) {
      while (!this.#isAtEnd && this.#filled < this.#buffer.length) this.#fill();
      const consumed = this.#cut(dialect, visitor);
      if (!isUtf8(this.#buffer.subarray(0, consumed)))
        throw this.#mistake(`there are bytes before line ${this.#line} that are not valid ${this.#stream.encoding}.`);
      await visitor.stretch(this.#buffer, consumed);
      this.#giveUp(consumed);
      if (this.#isAtEnd) return;
      if (consumed === 0) this.#widen();
      if (this.#filled > LONGEST_RECORD) throw this.#mistake(`the record on line ${this.#line} does not end.`);
    }
  }

  #mistake(message: string): UserError {
    return new UserError(`${this.#stream.file}: ${message}`, note`Run "scim-audit check" on the file; it lists every problem.`);
  }

  /** Splits the complete records of the chunk; returns where the last of them ends. */
  #cut({ delimiter: delimiterText, quote, escape: escapeStyle }: Dialect, visitor: SpanVisitor): number {
    const delimiter = delimiterText.charCodeAt(0);
    const isEscaping = escapeStyle === 'backslash';
    const isQuoting = quote === 'double';
    const bytes = this.#buffer;
    const filled = this.#filled;
    const row = this.#row;
    row.bytes = bytes;
    row.start = 0;
    row.width = 0;
    let cell = 0;
    let innerLines = 0;
    for (let at = 0; at <= filled; at++) {
      if (at === filled && (!this.#isAtEnd || row.start >= filled)) break;
      const byte = at < filled ? bytes[at] : LF;
      if (byte === LF) {
        const end = at < filled && at > row.start && bytes[at - 1] === CR ? at - 1 : at;
        row.addCell(end);
        row.line = this.#line;
        row.end = end;
        row.next = Math.min(at + 1, filled);
        if (end > row.start) visitor.row(row);
        this.#line += innerLines + 1;
        innerLines = 0;
        row.start = cell = at + 1;
        row.width = 0;
      } else if (byte === delimiter) {
        row.addCell(at);
        cell = at + 1;
      } else if (byte === QUOTE && isQuoting) {
        const close = at === cell ? closingQuote(bytes, at, filled, isEscaping) : at;
        if (close < 0 && !this.#isAtEnd) break;
        // The line feed after a carriage return may only come with the next chunk.
        if (close >= 0 && close + 2 >= filled && !this.#isAtEnd) break;
        if (close <= at || !isCellEnd(bytes, close + 1, filled, delimiter)) throw this.#mistake(`the quotes of line ${this.#line} do not match.`);
        innerLines += countLines(bytes, at, close);
        at = close;
      } else if (byte === BACKSLASH && isEscaping) {
        const length = escapeLength(bytes, at, filled, this.#isAtEnd);
        if (length === 0) break;
        if (length > 1 && bytes[at + length - 1] === LF) innerLines++;
        at += length - 1;
      }
    }
    return Math.min(row.start, filled);
  }
}
