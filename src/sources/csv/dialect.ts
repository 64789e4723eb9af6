/** The dialect of a CSV file: delimiter, quotes and backslashes; reads and writes one cell in it, and finds the ends of quotes and escapes in its bytes. */

import { isUtf8 } from 'node:buffer';
import { type Note, note, quotedWhole } from '../../model/note.js';
import { type Encoding, encodeText, findInvalidUtf8 } from './encoding.js';

export type QuoteStyle = 'double' | 'none';
export type EscapeStyle = 'backslash' | 'none';

/** What is known about a file before it is read: the file itself decides styles that were not stated. */
export interface StatedDialect {
  readonly delimiter: string;
  readonly quote?: QuoteStyle;
  readonly escape?: EscapeStyle;
}

export type Dialect = Required<StatedDialect>;

/** Returns the dialect to read a file in: by default quotes enclose cells and nothing is escaped. */
export const settled = ({ delimiter, quote = 'double', escape: escapeStyle = 'none' }: StatedDialect): Dialect => ({ delimiter, quote, escape: escapeStyle });

/** What MySQL writes for a character and reads back as it. A cell that is only \N means NULL, and stays as it is. */
const MEANT: Readonly<Record<string, string>> = { '\\': '\\', t: '\t', n: '\n', '0': '\0', '"': '"', '\n': '\n', '\r': '\r' };
const WRITTEN: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\0': '\\0' };

const NO_VALUE = '\\N';

/** Returns the text without MySQL's escapes; undefined if a backslash in it is not an escape that MySQL writes. */
export function unescaped(text: string, delimiter: string): string | undefined {
  let at = text.indexOf('\\');
  if (at < 0 || text === NO_VALUE) return text;
  let out = '';
  let from = 0;
  for (; at >= 0; at = text.indexOf('\\', from)) {
    const next = text[at + 1] ?? '';
    const meant = next === delimiter ? delimiter : MEANT[next];
    if (meant === undefined) return undefined;
    out += text.slice(from, at) + meant;
    from = at + 2;
  }
  out += text.slice(from);
  // It could not be distinguished from NULL.
  return out === NO_VALUE ? undefined : out;
}

/** Returns a cell as read; undefined if a backslash in it is not an escape of the dialect. */
export function readCell(raw: string, { delimiter, quote, escape: escapeStyle }: Dialect): string | undefined {
  const text = quote === 'double' && raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw;
  return escapeStyle === 'backslash' ? unescaped(text, delimiter) : text;
}

/** Returns a text as a cell: in quotes if it was before, or if it would be misread otherwise; undefined if the dialect cannot hold it. */
export function writeCell(text: string, { delimiter, quote, escape: escapeStyle }: Dialect, isQuoted: boolean): string | undefined {
  if (escapeStyle === 'none') {
    if (quote === 'none') return text.includes(delimiter) || text.includes('\n') || text.endsWith('\r') ? undefined : text;
    const isSpecial = isQuoted || text.includes(delimiter) || /["\r\n]/.test(text);
    return isSpecial ? `"${text.replaceAll('"', '""')}"` : text;
  }
  if (text === NO_VALUE) return undefined;
  const inner = text.replace(/[\\\t\n\0]/g, (char) => WRITTEN[char]);
  if (quote === 'none') return inner.endsWith('\r') ? undefined : inner.replaceAll(delimiter, `\\${delimiter}`);
  const isSpecial = isQuoted || inner.includes(delimiter) || /["\r]/.test(inner);
  return isSpecial ? `"${inner.replaceAll('"', '\\"')}"` : inner;
}

/** Returns why a text cannot be a cell of a file; undefined if it can. */
export function unfitFor(text: string, dialect: Dialect, encoding: Encoding): Note | undefined {
  // Undecodable bytes are read as the replacement character, so a file that holds it is refused.
  const fits = text.isWellFormed() && (encoding === 'utf-8' || (!text.includes('\ufffd') && encodeText(text, encoding) !== undefined));
  if (!fits) return note`${quotedWhole(text)} cannot be written in the encoding of the file, ${encoding}`;
  if (writeCell(text, dialect, false) !== undefined) return undefined;
  const what = text === NO_VALUE ? 'it would be read as a missing value' : text.includes(dialect.delimiter) ? 'it holds the delimiter' : 'it holds a line end';
  return note`${quotedWhole(text)} cannot be written in a file without quotes${dialect.escape === 'none' ? ' and escapes' : ''}: ${what}`;
}

export const LF = 0x0a;
export const CR = 0x0d;
export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;

/** Returns where the quote that opens at `at` is closed; -1 if the bytes end before. Doubled and escaped quotes are text. */
export function closingQuote(bytes: Buffer, at: number, filled: number, isEscaping: boolean): number {
  if (isEscaping) return closingAmongEscapes(bytes, at, filled);
  for (let quote = bytes.indexOf(QUOTE, at + 1); quote >= 0 && quote < filled; quote = bytes.indexOf(QUOTE, quote + 2)) {
    if (quote + 1 >= filled || bytes[quote + 1] !== QUOTE) return quote;
  }
  return -1;
}

function closingAmongEscapes(bytes: Buffer, open: number, filled: number): number {
  for (let at = open + 1; at < filled; at++) {
    if (bytes[at] === BACKSLASH) at++;
    else if (bytes[at] === QUOTE) {
      if (at + 1 >= filled || bytes[at + 1] !== QUOTE) return at;
      at++;
    }
  }
  return -1;
}

/** Does a cell end before `at`: at the delimiter, at a line end, or at the end of the bytes. */
export function isCellEnd(bytes: Buffer, at: number, filled: number, delimiter: number): boolean {
  return at >= filled || bytes[at] === delimiter || bytes[at] === LF || (bytes[at] === CR && (at + 1 >= filled || bytes[at + 1] === LF));
}

/**
 * Returns the length of an escape in bytes, with its backslash; 0 if more bytes are needed to decide. MySQL puts one
 * backslash before a line end of two bytes.
 */
export function escapeLength(bytes: Buffer, at: number, filled: number, isAtEnd: boolean): number {
  if (at + 2 >= filled && !isAtEnd) return 0;
  if (at + 1 >= filled) return 1;
  return bytes[at + 1] === CR && at + 2 < filled && bytes[at + 2] === LF ? 3 : 2;
}

/** Returns the number of line feeds from `from` up to `to`. */
export function countLines(bytes: Buffer, from: number, to: number): number {
  let lines = 0;
  for (let lf = bytes.indexOf(LF, from); lf >= 0 && lf < to; lf = bytes.indexOf(LF, lf + 1)) lines++;
  return lines;
}

export interface WrongCell {
  /** Lines of the record before the invalid byte. */
  readonly lines: number;
  /** Cell, from 1. */
  readonly column: number;
  /** The first invalid byte. */
  readonly byte: number;
}

/** Returns each cell of a record that holds bytes of no UTF-8 text, with the first of them. */
export function findWrongCells(record: Buffer, { delimiter: delimiterText, quote, escape: escapeStyle }: Dialect): WrongCell[] {
  const delimiter = delimiterText.charCodeAt(0);
  const found: WrongCell[] = [];
  let isInQuotes = false;
  let column = 1;
  let start = 0;
  let lines = 0;
  for (let at = 0; at <= record.length; at++) {
    if (escapeStyle === 'backslash' && record[at] === BACKSLASH && at + 1 < record.length) {
      at++;
      continue;
    }
    if (quote === 'double' && record[at] === QUOTE) isInQuotes = !isInQuotes;
    const isEnd = at === record.length || (record[at] === delimiter && !isInQuotes);
    if (!isEnd) continue;
    const cell = record.subarray(start, at);
    const wrong = isUtf8(cell) ? -1 : findInvalidUtf8(cell);
    if (wrong >= 0) found.push({ lines: lines + countLines(cell, 0, wrong), column, byte: cell[wrong] });
    lines += countLines(cell, 0, cell.length);
    column++;
    start = at + 1;
  }
  return found;
}
