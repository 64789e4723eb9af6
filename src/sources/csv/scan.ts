/**
 * Finds the records of a CSV in its bytes. csv-parse reads every record with a quote; a record without one is only
 * split at its delimiters, which returns the same at a tenth of the cost (property tests compare the two).
 * This file is long because cutting, checking and reading a record are one pass over the same bytes.
 */

import { isAscii, isUtf8 } from 'node:buffer';
import { parse } from 'csv-parse/sync';
import {
  BACKSLASH,
  CR,
  closingQuote,
  countLines,
  escapeLength,
  findWrongCells,
  isCellEnd,
  LF,
  QUOTE,
  readCell,
  type StatedDialect,
  settled,
  type WrongCell,
} from './dialect.js';
import { couldBeRows, EscapeDoubt, escapeMessage } from './doubt.js';
import type { TextStream } from './file-stream.js';
import { CsvRow } from './row.js';

/** A longer record means that a quote was never closed. */
const LONGEST_RECORD = 1 << 26;
const STRETCH = 1 << 20;
const LINE_END = Buffer.from('\n');
/** Instead of a count of quotes: the record has bytes that are invalid in the encoding. */
const NO_TEXT = 2;
/** Instead of a count of quotes: the record has escapes, with or without quotes. */
const ESCAPED = 3;
/** Instead of a count of quotes: the quotes enclose what may be several rows. */
const ROWS = 4;

export interface ScanProblem {
  readonly line: number;
  /** Cell, from 1. */
  readonly column?: number;
  readonly kind: 'encoding' | 'quote' | 'escape' | 'too-long';
  readonly message: string;
  /** True if there would be no problem if backslashes were escapes. */
  readonly mayBeEscape?: true;
}

/** How records are split. If a width is given, quotes whose style was not stated must not enclose rows of that width. */
export interface ScanDialect extends StatedDialect {
  readonly width?: number;
}

export interface ScanVisitor {
  /** A record with content. */
  row(row: CsvRow): void;
  problem(problem: ScanProblem): void;
  /** Called after every chunk. */
  progress?(): void;
}

/** Splits a text, or its bytes, with csv-parse; throws its error. */
export function parseRecords(text: string | Buffer, delimiter: string): string[][] {
  // One line end less for csv-parse to try saves a sixth of its time.
  const ends = text.includes('\r') ? ['\r\n', '\n'] : ['\n'];
  return parse(text, { delimiter, relax_column_count: true, record_delimiter: ends });
}

/** A record that waits for csv-parse, or for an earlier record that does. */
interface Waiting {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  /** For a record without quotes: where its bounds begin, and how many cells it has. */
  readonly first: number;
  readonly width: number;
  /** 0 without quotes, 1 with, minus the number of the cell in which they are wrong, or one of the constants above. */
  readonly quotes: number;
}

/** Bytes of quoted records per call of csv-parse: with fewer the calls dominate, with more the cells fill the memory. */
const MOST_WAITING = 1 << 15;

/** Reads a stream's records to its end, in order. */
export class RecordScanner {
  readonly #stream: TextStream;
  #buffer = Buffer.allocUnsafe(STRETCH);
  #filled = 0;
  #isAtEnd = false;
  /** Physical line on which the next record starts. */
  #line = 1;
  /** Bounds of the current record and of those that wait, one after the other; see CsvRow. */
  #bounds: Int32Array = new Int32Array(1 << 12);
  readonly #row = new CsvRow();
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #dialect: ScanDialect = { delimiter: ',' };
  #doubt: EscapeDoubt | undefined;
  blankLines = 0;

  constructor(stream: TextStream) {
    this.#stream = stream;
  }

  /** Returns the bytes at the front, at least `wanted` if the file has that many. */
  peek(wanted: number): Buffer {
    while (this.#filled < wanted && !this.#isAtEnd) this.#fill();
    return this.#buffer.subarray(0, Math.min(this.#filled, Math.max(wanted, 0)));
  }

  /** Skips the first records, which end at `offset` and span `lines` lines. */
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

  /** Passes every record to the visitor, and every record that cannot be read as a problem. */
  scan(dialect: ScanDialect, visitor: ScanVisitor): void {
    this.#dialect = dialect;
    this.#doubt = dialect.escape === undefined ? new EscapeDoubt() : undefined;
    for (;;) {
      // After the head was peeked at, the buffered bytes may already be the whole file.
      while (!this.#isAtEnd && this.#filled < this.#buffer.length) this.#fill();
      const consumed = this.#cut(visitor);
      visitor.progress?.();
      this.#buffer.copyWithin(0, consumed, this.#filled);
      this.#filled -= consumed;
      if (this.#isAtEnd) break;
      if (consumed === 0) this.#widen();
      if (this.#filled > LONGEST_RECORD) {
        visitor.problem({ line: this.#line, kind: 'too-long', message: 'this record does not end: a quote is opened but never closed.' });
        return;
      }
    }
    const location = this.#doubt?.location;
    if (location !== undefined) visitor.problem({ line: location.line, column: location.column, kind: 'escape', message: escapeMessage(location) });
  }

  /** Hands out the complete records of the chunk; returns where the last of them ends. */
  #cut(visitor: ScanVisitor): number {
    const bytes = this.#buffer;
    const filled = this.#filled;
    const row = this.#row;
    const { delimiter: delimiterText, quote, escape: escapeStyle } = this.#dialect;
    const delimiter = delimiterText.charCodeAt(0);
    const isEscaping = escapeStyle === 'backslash';
    // Rows of a sheet are numbered as in the sheet, however many lines a cell holds.
    const isSheet = this.#stream.sheet !== undefined;
    const quoteByte = quote === 'none' ? LF : QUOTE;
    const escapeByte = isEscaping ? BACKSLASH : LF;
    // Almost every byte is greater than all delimiters, quotes and line ends.
    const highest = Math.max(delimiter, quoteByte, escapeByte);
    // A line end is a whole character, so the bytes up to one never end inside a character.
    const whole = bytes.subarray(0, this.#isAtEnd ? filled : bytes.subarray(0, filled).lastIndexOf(LF) + 1);
    const isValid = isUtf8(whole);
    const doubt = this.#doubt?.isProved === false ? this.#doubt : undefined;
    let slash = doubt === undefined ? -1 : whole.indexOf(BACKSLASH);
    row.setStretch(bytes, isAscii(whole));
    let bounds = this.#bounds;
    let start = 0;
    let first = 0;
    let width = 0;
    let line = this.#line;
    let quotes = 0;
    let innerLines = 0;
    bounds[0] = -1;
    for (let at = 0; at <= filled; at++) {
      if (at === filled && (!this.#isAtEnd || start >= filled)) break;
      const byte = at < filled ? bytes[at] : LF;
      if (byte > highest) continue;
      if (byte === delimiter) {
        bounds[first + ++width] = at;
        if (first + width + 2 >= bounds.length) bounds = this.#widenBounds();
      } else if (byte === LF) {
        const end = at < filled && at > start && bytes[at - 1] === CR ? at - 1 : at;
        bounds[first + ++width] = end;
        if (doubt?.isWaiting === true) doubt.seeNext(bytes, start, end);
        if (slash >= 0 && slash < end) {
          doubt?.see(bytes, slash, { start, end, line, bounds, first, width }, delimiter, at === filled);
          slash = doubt?.isProved === false ? whole.indexOf(BACKSLASH, end) : -1;
        }
        if (innerLines > 0 && quotes >= 1 && this.#mayBeRows(start, end)) quotes = ROWS;
        if (!isValid && !isUtf8(bytes.subarray(start, end))) {
          this.#wait({ start, end, line, first, width, quotes: NO_TEXT }, visitor);
        } else if (quotes !== 0 || this.#waiting.length > 0) {
          this.#wait({ start, end, line, first, width, quotes: isEscaping && (quotes === 0 || quotes === 1) ? ESCAPED : quotes }, visitor);
          first = this.#waiting.length === 0 ? 0 : first + width + 1;
          if (first + 2 >= bounds.length) bounds = this.#widenBounds();
        } else if (start === end) this.blankLines++;
        else {
          row.setCut(line, bounds, first, width);
          visitor.row(row);
        }
        line += isSheet ? 1 : innerLines + 1;
        innerLines = 0;
        quotes = 0;
        start = at + 1;
        width = 0;
        bounds[first] = at;
      } else if (byte === quoteByte) {
        // A wrong quote affects only its own line: reading continues with the next line, so that all problems are reported at once.
        if (quotes < 0) continue;
        const wrong = -(width + 1);
        const close = at === bounds[first + width] + 1 ? closingQuote(bytes, at, filled, isEscaping) : at;
        if (close < 0) {
          if (!this.#isAtEnd) break;
          quotes = wrong;
          continue;
        }
        quotes = close > at && isCellEnd(bytes, close + 1, filled, delimiter) ? Math.max(quotes, 1) : wrong;
        if (quotes >= 1) {
          innerLines += countLines(bytes, at, close);
          at = close;
        }
      } else if (byte === escapeByte) {
        const length = escapeLength(bytes, at, filled, this.#isAtEnd);
        if (length === 0) break;
        if (length > 1 && bytes[at + length - 1] === LF) innerLines++;
        if (quotes >= 0) quotes = ESCAPED;
        at += length - 1;
      }
    }
    this.#readWaiting(visitor);
    this.#line = line;
    return Math.min(start, filled);
  }

  #mayBeRows(start: number, end: number): boolean {
    const { delimiter, quote, escape: escapeStyle, width } = this.#dialect;
    if (quote !== undefined || width === undefined) return false;
    return couldBeRows(this.#buffer, start, end, { delimiter: delimiter.charCodeAt(0), isEscaping: escapeStyle === 'backslash', width });
  }

  #widenBounds(): Int32Array {
    const wider = new Int32Array(this.#bounds.length * 2);
    wider.set(this.#bounds);
    this.#bounds = wider;
    return wider;
  }

  /** Once a record waits for csv-parse, all later ones wait as well, so that records are handed out in order. */
  #wait(record: Waiting, visitor: ScanVisitor): void {
    this.#waiting.push(record);
    if (record.quotes === 1 || record.quotes === ESCAPED) this.#waitingBytes += record.end - record.start;
    if (this.#waitingBytes >= MOST_WAITING) this.#readWaiting(visitor);
  }

  #readWaiting(visitor: ScanVisitor): void {
    const row = this.#row;
    const { delimiter } = this.#dialect;
    const parsed = this.#parseQuoted(delimiter);
    let next = 0;
    for (const { start, end, line, first, width, quotes } of this.#waiting) {
      const cells = quotes === 1 ? parsed?.[next++] : undefined;
      if (start === end) this.blankLines++;
      else if (quotes === NO_TEXT) {
        const wrong = findWrongCells(this.#buffer.subarray(start, end), settled(this.#dialect));
        for (const cell of wrong) visitor.problem(this.#encodingProblem(cell, line));
      } else if (quotes === 0) {
        row.setCut(line, this.#bounds, first, width);
        visitor.row(row);
      } else if (quotes === ESCAPED) this.#readEscaped({ line, first, width }, visitor);
      else if (quotes === ROWS) {
        visitor.problem(this.#rowsProblem({ start, end, line, first, width }));
      } else {
        const read = cells ?? parseOne(this.#buffer.subarray(start, end), delimiter);
        if (typeof read === 'string' || quotes < 0) {
          const message = typeof read === 'string' ? read : 'the quotes of this cell do not match.';
          const mayBeEscape = this.#doubt !== undefined && this.#buffer.subarray(start, end).includes('\\"');
          visitor.problem({ line, column: Math.abs(quotes), kind: 'quote', message, ...(mayBeEscape ? { mayBeEscape } : {}) });
        } else {
          row.setCells(line, read);
          visitor.row(row);
        }
      }
    }
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
  }

  /** Reads all waiting quoted records in one call; undefined if one of them is wrong. */
  #parseQuoted(delimiter: string): string[][] | undefined {
    const waiting = this.#waiting;
    const pieces: Buffer[] = [];
    let wanted = 0;
    for (let at = 0; at < waiting.length; at++) {
      if (waiting[at].quotes !== 1) continue;
      // Adjacent records are passed as one piece, so a fully quoted file is not copied.
      const from = at;
      while (at + 1 < waiting.length && waiting[at + 1].quotes === 1) at++;
      wanted += at - from + 1;
      if (pieces.length > 0) pieces.push(LINE_END);
      pieces.push(this.#buffer.subarray(waiting[from].start, waiting[at].end));
    }
    if (wanted < 2) return undefined;
    try {
      const parsed = parseRecords(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces), delimiter);
      return parsed.length === wanted ? parsed : undefined;
    } catch {
      return undefined;
    }
  }

  /** Reads a record in a dialect with escapes, since csv-parse does not support MySQL's. */
  #readEscaped({ line, first, width }: Pick<Waiting, 'line' | 'first' | 'width'>, visitor: ScanVisitor): void {
    const dialect = settled(this.#dialect);
    const cells: string[] = [];
    for (let column = 0; column < width; column++) {
      const raw = this.#buffer.toString('utf8', this.#bounds[first + column] + 1, this.#bounds[first + column + 1]);
      const cell = readCell(raw, dialect);
      if (cell === undefined) {
        const message = `a backslash in this cell is not an escape that MySQL writes (\\\\, \\t, \\n, \\0, \\", or \\N as the whole cell): if backslashes are ordinary characters, use --escape none.`;
        visitor.problem({ line, column: column + 1, kind: 'escape', message });
        return;
      }
      cells.push(cell);
    }
    this.#row.setCells(line, cells);
    visitor.row(this.#row);
  }

  #rowsProblem({ start, end, line, first, width }: Pick<Waiting, 'start' | 'end' | 'line' | 'first' | 'width'>): ScanProblem {
    const bytes = this.#buffer;
    let column = 0;
    while (column < width - 1 && countLines(bytes, this.#bounds[first + column] + 1, this.#bounds[first + column + 1]) === 0) column++;
    return {
      line,
      column: column + 1,
      kind: 'quote',
      message: `the quotes of this record enclose line ends, and each of its ${countLines(bytes, start, end) + 1} lines would be a row by itself if quotes were ordinary characters.`,
    };
  }

  #encodingProblem({ lines, column, byte }: WrongCell, line: number): ScanProblem {
    const { encoding } = this.#stream;
    const message =
      encoding === 'utf-8'
        ? `the byte 0x${byte.toString(16).toUpperCase()} is not valid UTF-8; save the file as UTF-8, or use --encoding windows-1252 if that is its encoding.`
        : `there are bytes that are not valid ${encoding}; export again, as UTF-8 if possible.`;
    return { line: line + lines, column, kind: 'encoding', message };
  }
}

/** Returns one record's cells, or csv-parse's complaint in plain words. */
function parseOne(text: Buffer, delimiter: string): string[] | string {
  try {
    const records = parseRecords(text, delimiter);
    return records.length === 1 ? records[0] : 'the quotes of this record do not match.';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'CSV_QUOTE_NOT_CLOSED') return 'a quote is opened in this record but never closed.';
    if (code === 'CSV_INVALID_CLOSING_QUOTE') return 'a closing quote is followed by more text; a quote inside a quoted cell is written twice ("").';
    if (code === 'INVALID_OPENING_QUOTE') return 'an unquoted cell contains a quote; put the whole cell in quotes and write the inner quote twice ("").';
    return `the record cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
