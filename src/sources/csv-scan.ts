/**
 * Records of a CSV, found on the bytes. csv-parse is the reader of every record that holds a quote; one without a
 * quote is only cut at its delimiters, which yields the same and costs a tenth (held equal by property tests).
 * This file is long because cutting, checking and reading a record are one pass over the same bytes.
 */

import { isAscii, isUtf8 } from 'node:buffer';
import { parse } from 'csv-parse/sync';
import type { FileStream } from './file-stream.js';
import { integerOf, LONGEST_INTEGER } from './id-table.js';
import type { Row } from './table.js';
import { findWrongCells, type WrongCell } from './wrong-cells.js';

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const ZERO = 0x30;
/** A record longer than this is a quote that nobody closed, not data. */
const LONGEST = 1 << 26;

export interface ScanProblem {
  readonly line: number;
  /** Cell from 1. */
  readonly column?: number;
  readonly kind: 'encoding' | 'quote' | 'too-long';
  readonly message: string;
}

export interface ScanVisitor {
  /** A record with content. */
  row(row: CsvRow): void;
  problem(problem: ScanProblem): void;
  /** After every stretch. */
  progress?(): void;
}

/** Cuts a text with csv-parse; throws its error. */
export function parseRecords(text: string, delimiter: string): string[][] {
  return parse(text, { delimiter, relax_column_count: true, record_delimiter: ['\r\n', '\n'] });
}

/** One record: cells cut from the bytes when asked for, or as csv-parse read them. */
export class CsvRow implements Row {
  line = 0;
  width = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #isAscii = false;
  #start = 0;
  #first = 0;
  #ends: Int32Array = new Int32Array(0);
  #cells: readonly string[] | undefined;

  setStretch(bytes: Buffer, isAsciiOnly: boolean, ends: Int32Array): void {
    this.#bytes = bytes;
    this.#isAscii = isAsciiOnly;
    this.#ends = ends;
  }

  setCut(line: number, start: number, first: number, width: number): void {
    this.line = line;
    this.width = width;
    this.#start = start;
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
    const at = this.#first + column;
    const from = column === 0 ? this.#start : this.#ends[at - 1] + 1;
    const to = this.#ends[at];
    return this.#bytes.toString(this.#isAscii ? 'latin1' : 'utf8', from, to);
  }

  // What follows spares most exports most of their strings: ids are numbers, flags are words of a few bytes, and
  // usernames are emails already.

  integer(column: number): number {
    if (this.#cells !== undefined) return integerOf(this.text(column));
    if (column >= this.width) return -1;
    const at = this.#first + column;
    const from = column === 0 ? this.#start : this.#ends[at - 1] + 1;
    const to = this.#ends[at];
    const length = to - from;
    if (length === 0 || length > LONGEST_INTEGER || (length > 1 && this.#bytes[from] === ZERO)) return -1;
    let value = 0;
    for (let index = from; index < to; index++) {
      const digit = this.#bytes[index] - ZERO;
      if (digit < 0 || digit > 9) return -1;
      value = value * 10 + digit;
    }
    return value;
  }

  code(column: number): number {
    if (this.#cells !== undefined || column >= this.width) return -1;
    const at = this.#first + column;
    const from = column === 0 ? this.#start : this.#ends[at - 1] + 1;
    const to = this.#ends[at];
    // Six bytes and their number are what a number holds exactly.
    if (to - from > 6) return -1;
    let code = to - from;
    for (let index = from; index < to; index++) code = code * 256 + this.#bytes[index];
    return code;
  }

  isSame(a: number, b: number): boolean {
    if (this.#cells !== undefined) return this.#cells[a] === this.#cells[b];
    if (a >= this.width || b >= this.width) return false;
    const startOf = (column: number): number => (column === 0 ? this.#start : this.#ends[this.#first + column - 1] + 1);
    let left = startOf(a);
    let right = startOf(b);
    const end = this.#ends[this.#first + a];
    if (end - left !== this.#ends[this.#first + b] - right) return false;
    while (left < end) if (this.#bytes[left++] !== this.#bytes[right++]) return false;
    return true;
  }
}

/** Numbers that grow as needed; plain arrays of them would be boxed and copied. */
class Numbers {
  items = new Int32Array(1 << 12);
  length = 0;

  push(value: number): void {
    if (this.length === this.items.length) {
      const wider = new Int32Array(this.length * 2);
      wider.set(this.items);
      this.items = wider;
    }
    this.items[this.length++] = value;
  }
}

/** Reads a stream's records to its end, in order. */
export class RecordScanner {
  readonly #stream: FileStream;
  #buffer = Buffer.allocUnsafe(1 << 20);
  #filled = 0;
  #isAtEnd = false;
  /** Physical line on which the next record starts. */
  #line = 1;
  /** Records of the stretch at hand, six numbers each: start, end, line, first cell, cells, quotes. */
  readonly #records = new Numbers();
  readonly #ends = new Numbers();
  readonly #row = new CsvRow();
  blankLines = 0;

  constructor(stream: FileStream) {
    this.#stream = stream;
  }

  /** Yields the bytes at the front, at least `wanted` where there are that many. */
  peek(wanted: number): Buffer {
    while (this.#filled < wanted && !this.#isAtEnd) this.#fill();
    return this.#buffer.subarray(0, Math.min(this.#filled, Math.max(wanted, 0)));
  }

  /** Passes over the first records, which end at `offset` and lie on `lines` lines. */
  skip(offset: number, lines: number): void {
    this.#buffer.copyWithin(0, offset, this.#filled);
    this.#filled -= offset;
    this.#line += lines;
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

  /** Hands every record to the visitor, and every record that cannot be read as a problem. */
  scan(delimiter: string, visitor: ScanVisitor): void {
    for (;;) {
      // After a head was peeked at, the bytes at hand may already be all there is.
      while (!this.#isAtEnd && this.#filled < this.#buffer.length) this.#fill();
      const consumed = this.#cut(delimiter.charCodeAt(0));
      this.#visit(consumed, delimiter, visitor);
      visitor.progress?.();
      this.#buffer.copyWithin(0, consumed, this.#filled);
      this.#filled -= consumed;
      if (this.#isAtEnd) return;
      if (consumed === 0) this.#widen();
      if (this.#filled > LONGEST) {
        visitor.problem({ line: this.#line, kind: 'too-long', message: 'this record does not end: a quote is opened and never closed.' });
        return;
      }
    }
  }

  /** Cuts the complete records of the stretch; yields where the last of them ends. */
  #cut(delimiter: number): number {
    const bytes = this.#buffer;
    const filled = this.#filled;
    const records = this.#records;
    const ends = this.#ends;
    records.length = 0;
    ends.length = 0;
    let start = 0;
    let cell = 0;
    let first = 0;
    let line = this.#line;
    /** 0 without quotes, 1 with, or minus the cell in which they are wrong. */
    let quotes = 0;
    let innerLines = 0;
    for (let at = 0; at <= filled; at++) {
      if (at === filled && (!this.#isAtEnd || start >= filled)) break;
      const byte = at < filled ? bytes[at] : LF;
      if (byte === LF) {
        const end = at < filled && at > start && bytes[at - 1] === CR ? at - 1 : at;
        ends.push(end);
        records.push(start);
        records.push(end);
        records.push(line);
        records.push(first);
        records.push(ends.length - first);
        records.push(quotes);
        line += innerLines + 1;
        innerLines = 0;
        quotes = 0;
        start = cell = at + 1;
        first = ends.length;
      } else if (byte === delimiter) {
        ends.push(at);
        cell = at + 1;
      } else if (byte === QUOTE && quotes >= 0) {
        // A wrong quote spoils its own line only: the next line is read on, so that all problems are told at once.
        const wrong = -(ends.length - first + 1);
        const close = at === cell ? closingQuote(bytes, at, filled) : at;
        if (close < 0) {
          if (!this.#isAtEnd) break;
          quotes = wrong;
          continue;
        }
        quotes = close > at && isCellEnd(bytes, close + 1, filled, delimiter) ? 1 : wrong;
        if (quotes === 1) {
          for (let lf = bytes.indexOf(LF, at); lf >= 0 && lf < close; lf = bytes.indexOf(LF, lf + 1)) innerLines++;
          at = close;
        }
      }
    }
    this.#line = line;
    return Math.min(start, filled);
  }

  #visit(consumed: number, delimiter: string, visitor: ScanVisitor): void {
    const stretch = this.#buffer.subarray(0, consumed);
    const { items } = this.#records;
    const count = this.#records.length;
    const isValid = isUtf8(stretch);
    const row = this.#row;
    row.setStretch(stretch, isAscii(stretch), this.#ends.items);
    const parsed = this.#parseQuoted(stretch, delimiter);
    let next = 0;
    for (let at = 0; at < count; at += 6) {
      const start = items[at];
      const end = items[at + 1];
      const line = items[at + 2];
      const quotes = items[at + 5];
      const isQuoted = quotes === 1;
      const cells = isQuoted ? parsed?.[next++] : undefined;
      if (start === end) {
        this.blankLines++;
        continue;
      }
      if (!isValid) {
        const wrong = findWrongCells(stretch.subarray(start, end), delimiter.charCodeAt(0));
        for (const cell of wrong) visitor.problem(this.#encodingProblem(cell, line));
        if (wrong.length > 0) continue;
      }
      if (quotes === 0) row.setCut(line, start, items[at + 3], items[at + 4]);
      else {
        const read = cells ?? parseOne(stretch.toString('utf8', start, end), delimiter);
        if (typeof read === 'string' || quotes < 0) {
          const message = typeof read === 'string' ? read : 'the quotes of this cell do not match.';
          visitor.problem({ line, column: Math.abs(quotes), kind: 'quote', message });
          continue;
        }
        row.setCells(line, read);
      }
      visitor.row(row);
    }
  }

  /** Reads all quoted records of the stretch in one call; undefined where one of them is wrong. */
  #parseQuoted(stretch: Buffer, delimiter: string): string[][] | undefined {
    const { items } = this.#records;
    const texts: string[] = [];
    for (let at = 0; at < this.#records.length; ) {
      // Neighbours are decoded together: a fully quoted file is one text.
      if (items[at + 5] !== 1) {
        at += 6;
        continue;
      }
      const start = items[at];
      let end = items[at + 1];
      for (at += 6; at < this.#records.length && items[at + 5] === 1; at += 6) end = items[at + 1];
      texts.push(stretch.toString('utf8', start, end), '\n');
    }
    if (texts.length === 0) return undefined;
    let wanted = 0;
    for (let at = 0; at < this.#records.length; at += 6) wanted += items[at + 5] === 1 ? 1 : 0;
    try {
      const parsed = parseRecords(texts.join(''), delimiter);
      return parsed.length === wanted ? parsed : undefined;
    } catch {
      return undefined;
    }
  }

  #encodingProblem({ lines, column, byte }: WrongCell, line: number): ScanProblem {
    const { encoding } = this.#stream;
    const message =
      encoding === 'utf-8'
        ? `the byte 0x${byte.toString(16).toUpperCase()} is no UTF-8 text; save the file as UTF-8, or say --encoding windows-1252 if that is what it is.`
        : `there are bytes that are no ${encoding} text; export again, as UTF-8 if possible.`;
    return { line: line + lines, column, kind: 'encoding', message };
  }
}

/** Yields where the quote that opens at `at` is closed, or -1 where the bytes end before. A doubled quote is text. */
function closingQuote(bytes: Buffer, at: number, filled: number): number {
  for (let quote = bytes.indexOf(QUOTE, at + 1); quote >= 0 && quote < filled; quote = bytes.indexOf(QUOTE, quote + 2)) {
    if (quote + 1 >= filled || bytes[quote + 1] !== QUOTE) return quote;
  }
  return -1;
}

function isCellEnd(bytes: Buffer, at: number, filled: number, delimiter: number): boolean {
  return at >= filled || bytes[at] === delimiter || bytes[at] === LF || (bytes[at] === CR && (at + 1 >= filled || bytes[at + 1] === LF));
}

/** Yields one record's cells, or what csv-parse finds wrong, in plain words. */
function parseOne(text: string, delimiter: string): string[] | string {
  try {
    const records = parseRecords(text, delimiter);
    return records.length === 1 ? records[0] : 'the quotes of this record do not match.';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'CSV_QUOTE_NOT_CLOSED') return 'a quote is opened in this record and never closed.';
    if (code === 'CSV_INVALID_CLOSING_QUOTE') return 'a closing quote is followed by more text; a quote inside a quoted cell is written twice ("").';
    if (code === 'INVALID_OPENING_QUOTE')
      return 'a quote stands inside a cell that is not quoted; put the whole cell in quotes and write the inner quote twice ("").';
    return `the record cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
