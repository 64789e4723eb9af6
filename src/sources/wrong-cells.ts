/** The cells of a record whose bytes are not of the encoding. */

import { isUtf8 } from 'node:buffer';
import { findInvalidUtf8 } from './encoding.js';

const LF = 0x0a;
const QUOTE = 0x22;

export interface WrongCell {
  /** Lines of the record before the wrong byte. */
  readonly lines: number;
  /** Cell from 1. */
  readonly column: number;
  /** The first byte that is wrong. */
  readonly byte: number;
}

/** Yields each cell of a record that holds bytes of no UTF-8 text, with the first of them. */
export function findWrongCells(record: Buffer, delimiter: number): WrongCell[] {
  const found: WrongCell[] = [];
  let isInQuotes = false;
  let column = 1;
  let start = 0;
  let lines = 0;
  for (let at = 0; at <= record.length; at++) {
    if (record[at] === QUOTE) isInQuotes = !isInQuotes;
    const isEnd = at === record.length || (record[at] === delimiter && !isInQuotes);
    if (!isEnd) continue;
    const cell = record.subarray(start, at);
    const wrong = isUtf8(cell) ? -1 : findInvalidUtf8(cell);
    if (wrong >= 0) found.push({ lines: lines + countLines(cell.subarray(0, wrong)), column, byte: cell[wrong] });
    lines += countLines(cell);
    column++;
    start = at + 1;
  }
  return found;
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) lines++;
  return lines;
}
