/** Rows that a tool adds around its data: recognized by their position, left out, and reported in a note. */

import { unicodePattern } from '../../model/unicode-pattern.js';
import type { CsvRow } from './row.js';

const ASTERISK = 0x2a;
const PARENTHESIS = 0x28;
const DASH = 0x2d;

/** A number and words in parentheses, in any language: "(4 rows affected)", "(4 Zeilen betroffen)". */
const COUNT_ROW = unicodePattern(String.raw`^\((\d+)\s*[\p{L}].*\)\s*$`);

/** Returns the number of rows that a line of one cell states; undefined if it states none. */
export function statedRows(text: string): number | undefined {
  const digits = COUNT_ROW(text).exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export interface CutRow {
  readonly line: number;
  readonly width: number;
}

export interface Trailing {
  /** Rows that have data below them after all: a footnote or a count must have the right width then. */
  row(row: CutRow): void;
  /** The first row of delimiters only that has data below it, and how many there are. */
  emptyRows(line: number, count: number): void;
}

interface Wishes {
  /** The path as reports show it. */
  readonly path: string;
  /** Cells per row. */
  readonly expected: number;
  /** A list of Jama Connect's users, which may end with footnotes. */
  readonly isOfUsers: boolean;
}

/** Takes rows in order, and holds back those that are not data if they turn out to be the last. */
export class Wrapping {
  #isFirst = true;
  #dashes: number | undefined;
  #held: (CutRow & { readonly stated?: number })[] = [];
  /** Rows of delimiters only at the end so far. */
  #emptyFrom = 0;
  #emptyTo = 0;
  #empty = 0;
  /** Rows of delimiters only that have data below them. */
  #middle = 0;
  #firstMiddle = 0;

  constructor(
    readonly wishes: Wishes,
    readonly refuse: Trailing,
  ) {}

  /** Is the row possibly not data. */
  takes(row: CsvRow): boolean {
    const front = row.front();
    // Almost every row begins with a letter or a digit.
    const isWrapping = front <= DASH && this.#holds(row, front);
    this.#isFirst = false;
    if (!isWrapping) this.pass();
    return isWrapping;
  }

  /** Takes a row that is certainly data. */
  pass(): void {
    this.#isFirst = false;
    if (this.#held.length > 0 || this.#empty > 0) this.#release();
  }

  #holds(row: CsvRow, front: number): boolean {
    const { expected, isOfUsers } = this.wishes;
    if (front === DASH) return this.#isDashes(row);
    if (front < 0 && expected > 1 && row.isEmpty()) {
      if (this.#empty++ === 0) this.#emptyFrom = row.line;
      this.#emptyTo = row.line;
      return true;
    }
    if (front === ASTERISK && isOfUsers && isFootnote(row, expected)) {
      this.#held.push({ line: row.line, width: row.width });
      return true;
    }
    if (front !== PARENTHESIS || row.width !== 1 || expected === 1) return false;
    const stated = statedRows(row.text(0));
    if (stated === undefined) return false;
    this.#held.push({ line: row.line, width: row.width, stated });
    return true;
  }

  #isDashes(row: CsvRow): boolean {
    if (!this.#isFirst || row.width !== this.wishes.expected || !areDashes(row)) return false;
    this.#dashes = row.line;
    return true;
  }

  #release(): void {
    for (const row of this.#held) this.refuse.row(row);
    this.#held = [];
    if (this.#empty > 0 && this.#middle === 0) this.#firstMiddle = this.#emptyFrom;
    this.#middle += this.#empty;
    this.#empty = 0;
  }

  /** Returns the notes on rows that were left out; call it at the end of the file. `rows` is the number of data rows. */
  end(rows: number): string[] {
    const { path } = this.wishes;
    if (this.#middle > 0) this.refuse.emptyRows(this.#firstMiddle, this.#middle);
    const notes: string[] = [];
    if (this.#dashes !== undefined) notes.push(`${path}: line ${this.#dashes} is a row of dashes under the headings, as written by sqlcmd, and was left out.`);
    const footnotes = this.#held.filter(({ stated }) => stated === undefined);
    if (footnotes.length > 0) notes.push(`${path}: line ${footnotes.map(({ line }) => line).join(', ')} is a footnote of the report and was not read as data.`);
    for (const { line, stated } of this.#held) {
      if (stated === undefined) continue;
      const counted = stated === rows ? '' : ` It states ${stated.toLocaleString('en-US')}, but the file has ${rows.toLocaleString('en-US')}.`;
      notes.push(`${path}: line ${line} states the number of rows, as written by sqlcmd, and was left out.${counted}`);
    }
    if (this.#empty > 0) {
      const lines = this.#empty === 1 ? `line ${this.#emptyFrom} holds` : `lines ${this.#emptyFrom} to ${this.#emptyTo} hold`;
      notes.push(`${path}: ${lines} only delimiters, as Excel leaves at the end, and ${this.#empty === 1 ? 'was' : 'were'} left out.`);
    }
    return notes;
  }
}

/** Dashes in every cell; a single one may be a value. */
function areDashes(row: CsvRow): boolean {
  for (let column = 0; column < row.width; column++) if (!isDashes(row.text(column))) return false;
  return true;
}

export const isDashes = (text: string): boolean => /^-{2,}$/.test(text);

/** Reports end with rows such as "*Shows licenses of …": an asterisk in the first cell, and no other cells filled. */
function isFootnote(row: CsvRow, expected: number): boolean {
  if (row.width > expected) return false;
  for (let column = 1; column < row.width; column++) if (row.text(column) !== '') return false;
  return true;
}
