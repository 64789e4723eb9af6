/** The cells of a record that have bytes invalid in the encoding. */

import { isUtf8 } from 'node:buffer';
import type { Dialect } from './dialect.js';
import { findInvalidUtf8 } from './encoding.js';
import { BACKSLASH, countLines, QUOTE } from './lex.js';

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
