/** What makes the dialect of a CSV ambiguous: backslashes that may be escapes, and quotes that may be ordinary characters. */

import { BACKSLASH, CR, LF, QUOTE } from './dialect.js';

const UPPER_N = 0x4e;
const NUL_DIGIT = 0x30;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;
/** A row that may be left out (a row count or a footnote) begins with one of these. */
const LEFT_OUT = new Set([0x28, 0x2a]);

/** One record and its cells; see RecordScanner. */
export interface CutRecord {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  /** Offsets of the delimiter before each cell and of the end of the last cell. */
  readonly bounds: Int32Array;
  readonly width: number;
}

interface Location {
  readonly line: number;
  readonly column: number;
  /** What follows the backslash. */
  readonly before: string;
}

/**
 * Collects what a file's backslashes show. MySQL writes the same bytes for different data: `ACME\nora` is that text
 * without escapes, and a line end with them. One backslash that is not an escape proves that none of them is.
 */
export class EscapeDoubt {
  #first: Location | undefined;
  /** A backslash before a line end: the next record shows what it means. */
  #atLineEnd: Location | undefined;
  isProved = false;

  get isWaiting(): boolean {
    return this.#atLineEnd !== undefined;
  }

  /** Returns where the ambiguity begins; call it at the end of a file that proves neither. */
  get location(): Location | undefined {
    return this.isProved || this.isWaiting ? undefined : this.#first;
  }

  /** Adds the backslashes of a record; the first of them is at `slash`. `isLast` if nothing follows the record, not even a line end. */
  see(bytes: Buffer, slash: number, record: CutRecord, delimiter: number, isLast: boolean): void {
    const { end } = record;
    for (let at = slash; at >= 0 && at < end && !this.isProved; at = bytes.indexOf(BACKSLASH, at + 2)) {
      const next = at + 1 < end ? bytes[at + 1] : LF;
      if (at + 1 >= end) {
        if (isLast) this.isProved = true;
        else this.#atLineEnd = locationOf(at, record, 'the end of a line');
        return;
      }
      if (next === UPPER_N && isWholeCell(bytes, at, record)) continue;
      const name = nameOf(next, delimiter);
      if (name === undefined) this.isProved = true;
      else this.#first ??= locationOf(at, record, name);
    }
  }

  /**
   * Adds the record after a backslash at a line end. If the two were one value, the records would be too short and are
   * refused for that; unless everything after the backslash is a row that is left out.
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
  // Within quotes the record continues in both readings.
  if (byte === LF || byte === CR) return 'a line end';
  return byte === LOWER_N || byte === LOWER_T || byte === UPPER_N ? `the letter ${String.fromCharCode(byte)}` : undefined;
}

function cellAt(at: number, { bounds, width }: CutRecord): number {
  let cell = 0;
  while (cell < width - 1 && bounds[cell + 1] < at) cell++;
  return cell;
}

const locationOf = (at: number, record: CutRecord, before: string): Location => ({ line: record.line, column: cellAt(at, record) + 1, before });

function isWholeCell(bytes: Buffer, at: number, record: CutRecord): boolean {
  const cell = cellAt(at, record);
  const from = record.bounds[cell] + 1;
  const to = record.bounds[cell + 1];
  return (from === at && to === at + 2) || (from === at - 1 && to === at + 3 && bytes[from] === QUOTE && bytes[to - 1] === QUOTE);
}

export const escapeMessage = ({ before }: Pick<Location, 'before'>): string =>
  `a backslash precedes ${before}, and each backslash in this file can be either an ordinary character or a MySQL escape. If mysql --batch or SELECT … INTO OUTFILE wrote the file, use --escape backslash; if backslashes are ordinary characters (mysql --raw, other tools), use --escape none.`;

/**
 * Would each line of a record be a row of `width` cells if its quotes were ordinary characters? Then it may be one
 * record or several, and nothing in it shows which. Blank lines are ignored, as between records.
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
