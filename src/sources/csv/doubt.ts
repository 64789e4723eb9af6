/** What makes it uncertain how a CSV is written: backslashes that may be escapes, and quotes that may be letters. */

import { BACKSLASH, CR, LF, QUOTE } from './lex.js';

const UPPER_N = 0x4e;
const NUL_DIGIT = 0x30;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;
/** A row that may be left out begins so: a count of rows, a footnote. */
const LEFT_OUT = new Set([0x28, 0x2a]);

/** One record and its cells; see RecordScanner. */
export interface CutRecord {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  /** Where the delimiter before each cell stands, and where the last cell ends, from `first` on. */
  readonly bounds: Int32Array;
  readonly first: number;
  readonly width: number;
}

interface Place {
  readonly line: number;
  readonly column: number;
  /** What stands after the backslash. */
  readonly before: string;
}

/**
 * Gathers what a file's backslashes say. MySQL writes the same bytes for different data: `ACME\nora` is that text
 * without escapes, and a line end with them. One backslash that is no escape proves that all of them are letters.
 */
export class EscapeDoubt {
  #first: Place | undefined;
  /** A backslash before a line end: what the next record is tells what it means. */
  #atLineEnd: Place | undefined;
  isProved = false;

  get isWaiting(): boolean {
    return this.#atLineEnd !== undefined;
  }

  /** Returns where the doubt begins, at the end of a file that proves nothing. */
  get place(): Place | undefined {
    return this.isProved || this.isWaiting ? undefined : this.#first;
  }

  /** Takes the backslashes of a record; the first of them is at `slash`. `isLast` if nothing follows it, not even a line end. */
  see(bytes: Buffer, slash: number, record: CutRecord, delimiter: number, isLast: boolean): void {
    const { end } = record;
    for (let at = slash; at >= 0 && at < end && !this.isProved; at = bytes.indexOf(BACKSLASH, at + 2)) {
      const next = at + 1 < end ? bytes[at + 1] : LF;
      if (at + 1 >= end) {
        if (isLast) this.isProved = true;
        else this.#atLineEnd = placeOf(at, record, 'the end of a line');
        return;
      }
      if (next === UPPER_N && isWholeCell(bytes, at, record)) continue;
      const name = nameOf(next, delimiter);
      if (name === undefined) this.isProved = true;
      else this.#first ??= placeOf(at, record, name);
    }
  }

  /**
   * Takes the record after a backslash at a line end. If the two were one value, the records were cut short and are
   * refused for their width; unless nothing was left of it but what is left out.
   */
  seeNext(bytes: Buffer, start: number, end: number): void {
    if (start < end && !LEFT_OUT.has(bytes[start])) this.isProved = true;
    else this.#first ??= this.#atLineEnd;
    this.#atLineEnd = undefined;
  }
}

function nameOf(byte: number, delimiter: number): string | undefined {
  if (byte === delimiter) return 'the delimiter';
  if (byte === QUOTE) return 'a quote';
  if (byte === BACKSLASH) return 'another backslash';
  if (byte === NUL_DIGIT) return 'the digit 0';
  // Within quotes the record goes on either way.
  if (byte === LF || byte === CR) return 'a line end';
  return byte === LOWER_N || byte === LOWER_T || byte === UPPER_N ? `the letter ${String.fromCharCode(byte)}` : undefined;
}

function cellAt(at: number, { bounds, first, width }: CutRecord): number {
  let cell = 0;
  while (cell < width - 1 && bounds[first + cell + 1] < at) cell++;
  return cell;
}

const placeOf = (at: number, record: CutRecord, before: string): Place => ({ line: record.line, column: cellAt(at, record) + 1, before });

function isWholeCell(bytes: Buffer, at: number, record: CutRecord): boolean {
  const cell = cellAt(at, record);
  const from = record.bounds[record.first + cell] + 1;
  const to = record.bounds[record.first + cell + 1];
  return (from === at && to === at + 2) || (from === at - 1 && to === at + 3 && bytes[from] === QUOTE && bytes[to - 1] === QUOTE);
}

export const escapeMessage = ({ before }: Pick<Place, 'before'>): string =>
  `a backslash stands before ${before}, and every backslash of this file may be a letter or one of MySQL's escapes. If mysql --batch or SELECT … INTO OUTFILE wrote the file, say --escape backslash; if a backslash is a letter in it (mysql --raw, other tools), say --escape none.`;

/**
 * Would each line of a record be a row of `width` cells if its quotes were letters? Then it is one record or several,
 * and nothing in it says which. Blank lines count for nothing, as between records.
 */
export function couldBeRows(
  bytes: Buffer,
  start: number,
  end: number,
  dialect: { readonly delimiter: number; readonly isEscaping: boolean; readonly width: number },
): boolean {
  const { delimiter, isEscaping, width } = dialect;
  let cells = 1;
  let lineStart = start;
  let rows = 0;
  for (let at = start; at <= end; at++) {
    const byte = at < end ? bytes[at] : LF;
    if (byte === delimiter) cells++;
    else if (byte === BACKSLASH && isEscaping) at++;
    else if (byte === LF) {
      const isBlank = at === lineStart || (at === lineStart + 1 && bytes[lineStart] === CR);
      if (!isBlank) {
        if (cells !== width) return false;
        rows++;
      }
      cells = 1;
      lineStart = at + 1;
    }
  }
  return rows > 1;
}
