/** Texts of cells: decoded from their XML, numbers and dates by their format, and what is wrong with cells. */

import type { ReadCells } from '../csv/file-stream.js';
import { type Problems, quoted } from '../tables/problem.js';
import type { Attributes } from './xml.js';

/** What is wrong with a text; 0 if nothing is. */
export type TextFault = 0 | 1 | 2;
/** White space at an end may belong to the text or to the XML. */
export const LOOSE_SPACE = 1;
/** The text has half a character. */
export const HALF_CHARACTER = 2;

const ESCAPE = /_x([0-9a-fA-F]{4})_/g;

/** Returns a text with the escapes of characters that XML cannot hold (`_x000D_`) decoded. */
export function withoutEscapes(text: string): string {
  return text.includes('_x') ? text.replace(ESCAPE, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))) : text;
}

/** Returns a text as a cell of a row. */
export function asCell(text: string): string {
  return /["\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const isSpace = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d);

/** Collects the text of one cell from its runs. Phonetic texts (rPh) do not belong to it. */
export class TextRuns {
  text = '';
  fault: TextFault = 0;
  #isIn = false;
  #isKept = false;
  #piece = '';
  #pronunciation = -1;

  begin(): void {
    this.text = '';
    this.fault = 0;
    this.#isIn = false;
    this.#pronunciation = -1;
  }

  open(name: string, attributes: Attributes, depth: number): void {
    if (this.#pronunciation >= 0) return;
    if (name === 'rPh') this.#pronunciation = depth;
    if (name !== 't') return;
    this.#isIn = true;
    this.#isKept = attributes['xml:space'] === 'preserve';
    this.#piece = '';
  }

  add(text: string): void {
    if (this.#isIn) this.#piece += text;
  }

  close(depth: number): void {
    if (this.#pronunciation === depth) this.#pronunciation = -1;
    if (!this.#isIn) return;
    this.#isIn = false;
    const piece = this.#piece;
    const isLoose = piece !== '' && (isSpace(piece.charCodeAt(0)) || isSpace(piece.charCodeAt(piece.length - 1)));
    if (isLoose && !this.#isKept) this.fault = LOOSE_SPACE;
    this.text += withoutEscapes(piece);
  }

  end(): void {
    if (!this.text.isWellFormed()) this.fault = HALF_CHARACTER;
  }
}

const MESSAGES = {
  date: (value: string) =>
    `the cell holds a date, ${value}, but no date belongs here: spreadsheets turn entries such as 1-2 into dates. Format the column as Text, enter the intended value, and save again.`,
  digits: (value: string) =>
    `the number ${value} has more than 15 digits, but a spreadsheet keeps only 15 of them, so the original value is lost. Export again with the column as text, or as CSV.`,
  error: (value: string) => `the cell holds the error ${value} instead of a value. Correct its formula, or enter the value itself.`,
  formula: () =>
    'the cell is a formula whose result the file does not hold. Open it in Excel or LibreOffice and save it, or replace the formulas with their values (copy, Paste Special, Values).',
  space: (value: string) =>
    `${quoted(value)} begins or ends with white space, but the file does not say whether the white space belongs to the text (xml:space). Open the file in Excel or LibreOffice, check the cell, and save it again.`,
  half: (value: string) => `${quoted(value)} contains half a character (a lone surrogate). Enter the text again.`,
  merged: (value: string) => `the cells ${value} are merged, so only the first of them has a value. Unmerge them and fill in each cell.`,
} as const satisfies Readonly<Record<string, (value: string) => string>>;

export type CellFault = keyof typeof MESSAGES;

export const TEXT_FAULTS: Readonly<Record<number, CellFault>> = { [LOOSE_SPACE]: 'space', [HALF_CHARACTER]: 'half' };

/** More faults of one kind in one column are only counted. Titles and headings have fewer rows. */
const MOST_PLACES = 64;
const MOST_LINES = 5;

interface Found {
  readonly fault: CellFault;
  readonly column: number;
  readonly places: { readonly line: number; readonly value: string }[];
  count: number;
}

interface Range {
  readonly text: string;
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Cells whose value may not be what was meant. They count only in columns that are read, which are known after the headings. */
export class CellFaults {
  readonly #found = new Map<string, Found>();
  readonly #merged: Range[] = [];

  add(fault: CellFault, line: number, column: number, value: string): void {
    const name = `${column} ${fault}`;
    let found = this.#found.get(name);
    if (found === undefined) {
      found = { fault, column, places: [], count: 0 };
      this.#found.set(name, found);
    }
    found.count++;
    if (found.places.length < MOST_PLACES) found.places.push({ line, value });
  }

  merge(range: Range): void {
    this.#merged.push(range);
  }

  get merges(): number {
    return this.#merged.length;
  }

  /** Adds the faults that count to `problems`. */
  refuse({ file, columns, dates, headings, after, last }: ReadCells, problems: Problems): void {
    const read = new Set(columns);
    const place = (line: number, column: number) => ({
      file,
      line,
      column: column + 1,
      ...(column < headings.length ? { heading: headings[column] } : {}),
    });
    for (const { fault, column, places, count } of this.#found.values()) {
      if (!read.has(column) || (fault === 'date' && dates?.has(column) === true)) continue;
      const counted = places.filter(({ line }) => line > after && line <= last);
      if (counted.length === 0) continue;
      const rows = count - places.length + counted.length;
      const first = counted.slice(0, MOST_LINES).map(({ line }) => line);
      const [{ line, value }] = counted;
      problems.add({ ...place(line, column), message: MESSAGES[fault](value), ...(rows > 1 ? { rows: { count: rows, first } } : {}) });
    }
    for (const { text, top, bottom, left, right } of this.#merged) {
      const column = [...read].sort((a, b) => a - b).find((each) => each >= left && each <= right);
      if (column === undefined || bottom <= after || top > last) continue;
      problems.add({ ...place(Math.max(top, after + 1), column), message: MESSAGES.merged(text) });
    }
  }
}

/** Digits that a spreadsheet keeps of a number; further ones are lost. */
const KEPT_DIGITS = 15;
const LEAST_LOST = 1e15;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const DAY = 86_400_000;
/** The last day that a spreadsheet supports. */
const LAST_DAY = 2_958_466;
/** The last day in workbooks that count days from 1904. */
const DAYS_TO_1904 = 1462;
/** 1970 in days from 1900. */
const DAYS_TO_1970 = 25_569;
/** Lotus 1-2-3 treated 1900 as a leap year, and every spreadsheet has done so since. */
const NO_DAY = 60;

/** How a number format shows a number: as it is, as a date, or padded with zeros to a number of digits. */
export type NumberFormat = number;
export const PLAIN: NumberFormat = 0;
export const DATE: NumberFormat = 1;

const isDateId = (id: number): boolean => (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);

/** Returns how a format shows numbers, by its id and its code. */
export function formatOf(id: number, code: string | undefined): NumberFormat {
  if (code === undefined) return isDateId(id) ? DATE : PLAIN;
  if (/^0{2,15}$/.test(code)) return code.length;
  const letters = code
    .replace(/"[^"]*"|\\.|_.|\*./g, '')
    .replace(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '')
    .replace(/General|E[+-]/gi, '');
  return /[dmyhs]/i.test(letters) ? DATE : PLAIN;
}

/** Returns a number as text; undefined if digits of it are lost, or if it is not a number. */
export function numberText(text: string, format: NumberFormat): string | undefined {
  if (!NUMBER.test(text)) return undefined;
  const digits = text
    .replace(/[eE].*$/, '')
    .replace(/[^\d]/g, '')
    .replace(/^0+|0+$/g, '');
  if (digits.length > KEPT_DIGITS) return undefined;
  const value = Number(text);
  // A longer number that ends with zeros may have lost its last digits.
  if (!(Math.abs(value) < LEAST_LOST)) return undefined;
  // Minus zero is zero.
  const plain = String(value === 0 ? 0 : value);
  return format > DATE && /^\d+$/.test(plain) ? plain.padStart(format, '0') : plain;
}

/** Returns a date in ISO 8601; undefined if the number is not a date. */
export function dateText(text: string, is1904: boolean): string | undefined {
  const stated = Number(text);
  const serial = is1904 ? stated + DAYS_TO_1904 : stated;
  if (!NUMBER.test(text) || !(serial >= 0 && serial < LAST_DAY)) return undefined;
  const seconds = Math.round((stated % 1) * 86_400);
  const whole = Math.floor(serial);
  if (stated < 1 && seconds > 0 && seconds < 86_400) return new Date(seconds * 1000).toISOString().slice(11, 19);
  if (!is1904 && whole === NO_DAY) return '1900-02-29';
  const days = !is1904 && whole < NO_DAY ? whole + 1 : whole;
  const iso = new Date((days - DAYS_TO_1970) * DAY + seconds * 1000).toISOString();
  return seconds === 0 ? iso.slice(0, 10) : iso.slice(0, 19);
}

/** Is a whole number that a spreadsheet keeps in full, in the usual spelling. */
export function isPlainInteger(text: string): boolean {
  const { length } = text;
  if (length === 0 || length > KEPT_DIGITS || (length > 1 && text.charCodeAt(0) === 48)) return false;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code < 48 || code > 57) return false;
  }
  return true;
}
