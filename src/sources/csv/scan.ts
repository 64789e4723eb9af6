/**
 * Finds the records of a CSV in its bytes, and the cells in them. It reads what csv-parse reads, at a tenth of the cost
 * (property tests compare the two); csv-parse itself says what is wrong with the quotes of a record.
 * This file is long because cutting, checking and reading a record are one pass over the same bytes.
 */

import { isAscii, isUtf8 } from 'node:buffer';
import { parse } from 'csv-parse/sync';
import { type Note, note } from '../../model/note.js';
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
import { CsvRow, DOUBLED, QUOTED, takeIdRows, UNQUOTED } from './row.js';

/** A longer record means that a quote was never closed. */
const LONGEST_RECORD = 1 << 26;
const STRETCH = 1 << 20;
/** Instead of the quotes: the record has escapes, with or without quotes. */
const ESCAPED = 3;

export interface ScanProblem {
  readonly line: number;
  /** Cell, from 1. */
  readonly column?: number;
  readonly kind: 'encoding' | 'quote' | 'escape' | 'too-long';
  readonly message: Note;
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
  /** Is offered each record of two ids first, and returns whether it takes it. Not for sheets. */
  ids?(first: number, second: number): boolean;
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

/** Where a record is, and which quotes it has. */
interface Cut {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly width: number;
  /** UNQUOTED, QUOTED, DOUBLED, ESCAPED, or minus the number of the cell in which they are wrong. */
  readonly quotes: number;
}

/** Returns the index of the first byte from `at` on that is not greater than `highest`; there must be one. Four steps per turn, since V8 unrolls no loops: a third less time. */
function nextUpTo(bytes: Uint8Array, from: number, highest: number): number {
  for (let at = from; ; at += 4) {
    if (bytes[at] <= highest) return at;
    if (bytes[at + 1] <= highest) return at + 1;
    if (bytes[at + 2] <= highest) return at + 2;
    if (bytes[at + 3] <= highest) return at + 3;
  }
}

/** Reads a stream's records to its end, in order. */
export class RecordScanner {
  readonly #stream: TextStream;
  /** One byte longer than what is read into it: a line end behind the last byte ends every search. */
  #buffer = Buffer.allocUnsafe(STRETCH + 1);
  #filled = 0;
  #isAtEnd = false;
  #isFirst = true;
  /** Physical line on which the next record starts. */
  #line = 1;
  /** Bounds of the current record; see CsvRow. */
  #bounds: Int32Array = new Int32Array(1 << 12);
  readonly #row = new CsvRow();
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

  get #isFull(): boolean {
    return this.#filled === this.#buffer.length - 1;
  }

  #widen(): void {
    const wider = Buffer.allocUnsafe((this.#buffer.length - 1) * 2 + 1);
    this.#buffer.copy(wider, 0, 0, this.#filled);
    this.#buffer = wider;
  }

  #fill(): void {
    if (this.#isFull) this.#widen();
    const added = this.#stream.fill(this.#buffer.subarray(0, -1), this.#filled);
    this.#filled += added;
    this.#isAtEnd = added === 0;
  }

  /** Passes every record to the visitor, and every record that cannot be read as a problem. */
  scan(dialect: ScanDialect, visitor: ScanVisitor): void {
    this.#dialect = dialect;
    this.#doubt = dialect.escape === undefined ? new EscapeDoubt() : undefined;
    for (;;) {
      // After the head was peeked at, the buffered bytes may already be the whole file.
      while (!this.#isAtEnd && !this.#isFull) this.#fill();
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
    const isAtEnd = this.#isAtEnd;
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
    const whole = bytes.subarray(0, isAtEnd ? filled : bytes.subarray(0, filled).lastIndexOf(LF) + 1);
    const isValid = isUtf8(whole);
    const doubt = this.#doubt?.isProved === false ? this.#doubt : undefined;
    let slash = doubt === undefined ? -1 : whole.indexOf(BACKSLASH);
    row.setStretch(bytes, isAscii(whole), isAtEnd && this.#isFirst);
    this.#isFirst = false;
    let bounds = this.#bounds;
    let start = 0;
    let width = 0;
    let line = this.#line;
    let quotes = UNQUOTED;
    let innerLines = 0;
    bytes[filled] = LF;
    const ids = visitor.ids?.bind(visitor);
    const shape = { delimiter, quote: quote === 'none' ? -1 : QUOTE };
    for (let at = 0; ; at++) {
      if (at === start) {
        // After a backslash at the end of a line, the next record shows what it means.
        if (ids !== undefined && doubt?.isWaiting !== true) {
          const { end, rows } = takeIdRows(bytes, start, filled, shape, ids);
          at = start = end;
          line += rows;
        }
        bounds[0] = start - 1;
      }
      at = nextUpTo(bytes, at, highest);
      const byte = bytes[at];
      if (byte === delimiter) {
        bounds[++width] = at;
        if (width + 2 >= bounds.length) bounds = this.#widenBounds();
      } else if (byte === LF) {
        if (at === filled && (!isAtEnd || start === filled)) break;
        const end = at < filled && at > start && bytes[at - 1] === CR ? at - 1 : at;
        bounds[++width] = end;
        if (doubt?.isWaiting === true) doubt.seeNext(bytes, start, end);
        if (slash >= 0 && slash < end) {
          doubt?.see(bytes, slash, { start, end, line, bounds, width }, delimiter, at === filled);
          slash = doubt?.isProved === false ? whole.indexOf(BACKSLASH, end) : -1;
        }
        if (!isValid && !isUtf8(bytes.subarray(start, end))) this.#refuseBytes({ start, end, line }, visitor);
        else if (innerLines > 0 && quotes >= QUOTED && this.#mayBeRows(start, end)) visitor.problem(this.#rowsProblem({ start, end, line, width }));
        else if (quotes < UNQUOTED || quotes === ESCAPED || (quotes >= QUOTED && (isEscaping || (at === filled && bytes[end - 1] === CR)))) {
          this.#readSlowly({ start, end, line, width, quotes }, visitor);
        } else if (start === end) this.blankLines++;
        else {
          row.setCut(line, bounds, width, quotes);
          visitor.row(row);
        }
        line += isSheet ? 1 : innerLines + 1;
        innerLines = 0;
        quotes = UNQUOTED;
        start = at + 1;
        if (start > filled) break;
        width = 0;
      } else if (byte === quoteByte) {
        // A wrong quote affects only its own line: reading continues with the next line, so that all problems are reported at once.
        if (quotes < UNQUOTED) continue;
        let close = at;
        let lines = 0;
        let isDoubled = false;
        if (at === bounds[width] + 1) {
          if (isEscaping) {
            close = closingQuote(bytes, at, filled, true);
            if (close > at) lines = countLines(bytes, at, close);
          } else {
            // closingQuote and countLines in one pass without a call: files exist in which every cell is in quotes.
            for (close++; ; close++) {
              close = nextUpTo(bytes, close, QUOTE);
              if (close === filled) {
                close = -1;
                break;
              }
              if (bytes[close] === LF) lines++;
              else if (bytes[close] === QUOTE) {
                if (bytes[close + 1] !== QUOTE) break;
                isDoubled = true;
                close++;
              }
            }
          }
        }
        if (close < 0 && !isAtEnd) break;
        if (close > at && isCellEnd(bytes, close + 1, filled, delimiter)) {
          quotes = Math.max(quotes, isDoubled ? DOUBLED : QUOTED);
          innerLines += lines;
          at = close;
        } else quotes = -(width + 1);
      } else if (byte === escapeByte) {
        const length = escapeLength(bytes, at, filled, isAtEnd);
        if (length === 0) break;
        if (length > 1 && bytes[at + length - 1] === LF) innerLines++;
        if (quotes >= UNQUOTED) quotes = ESCAPED;
        at += length - 1;
      }
    }
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

  #refuseBytes({ start, end, line }: Pick<Cut, 'start' | 'end' | 'line'>, visitor: ScanVisitor): void {
    const wrong = findWrongCells(this.#buffer.subarray(start, end), settled(this.#dialect));
    for (const cell of wrong) visitor.problem(this.#encodingProblem(cell, line));
  }

  /** Reads a record with escapes, or lets csv-parse say what is wrong with its quotes. */
  #readSlowly({ start, end, line, width, quotes }: Cut, visitor: ScanVisitor): void {
    if (quotes > UNQUOTED && this.#dialect.escape === 'backslash') {
      this.#readEscaped({ line, width }, visitor);
      return;
    }
    const read = parseOne(this.#buffer.subarray(start, end), this.#dialect.delimiter);
    if (typeof read === 'string' || quotes < UNQUOTED) {
      const message = typeof read === 'string' ? read : 'the quotes of this cell do not match.';
      const mayBeEscape = this.#doubt !== undefined && this.#buffer.subarray(start, end).includes('\\"');
      visitor.problem({ line, column: quotes < UNQUOTED ? -quotes : 1, kind: 'quote', message, ...(mayBeEscape ? { mayBeEscape } : {}) });
    } else {
      this.#row.setCells(line, read);
      visitor.row(this.#row);
    }
  }

  /** Reads a record in a dialect with escapes, since csv-parse does not support MySQL's. */
  #readEscaped({ line, width }: Pick<Cut, 'line' | 'width'>, visitor: ScanVisitor): void {
    const dialect = settled(this.#dialect);
    const cells: string[] = [];
    for (let column = 0; column < width; column++) {
      const raw = this.#buffer.toString('utf8', this.#bounds[column] + 1, this.#bounds[column + 1]);
      const cell = readCell(raw, dialect);
      if (cell === undefined) {
        const message = note`a backslash in this cell is not an escape that MySQL writes (\\\\, \\t, \\n, \\0, \\", or \\N as the whole cell): if backslashes are ordinary characters, use --escape none.`;
        visitor.problem({ line, column: column + 1, kind: 'escape', message });
        return;
      }
      cells.push(cell);
    }
    this.#row.setCells(line, cells);
    visitor.row(this.#row);
  }

  #rowsProblem({ start, end, line, width }: Omit<Cut, 'quotes'>): ScanProblem {
    const bytes = this.#buffer;
    let column = 0;
    while (column < width - 1 && countLines(bytes, this.#bounds[column] + 1, this.#bounds[column + 1]) === 0) column++;
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
