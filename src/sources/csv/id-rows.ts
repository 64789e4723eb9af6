/**
 * Reads rows of two ids. Most bytes of an export are memberships, and as rows of cells each took four times as long: this
 * loop has no bounds, no row and no text. Whatever is not plainly two ids is left to the scanner.
 */

import { LONGEST_INTEGER } from '../../collections/key-table.js';
import { CR, LF } from './dialect.js';

const ZERO = 0x30;

/** Returns whether digits are a number in the usual spelling of ids; see `integerOf`. */
const isInteger = (bytes: Uint8Array, from: number, to: number): boolean =>
  to > from && to - from <= LONGEST_INTEGER && (bytes[from] !== ZERO || to - from === 1);

/**
 * Passes on rows from an offset, up to the first that is something else or that `take` returns false for. Returns where that
 * one begins, and the number of rows before it. `bytes[filled]` must be a line end; `quote` is -1 if quotes are ordinary characters.
 */
export function takeIdRows(
  bytes: Uint8Array,
  from: number,
  filled: number,
  { delimiter, quote }: { readonly delimiter: number; readonly quote: number },
  take: (first: number, second: number) => boolean,
): { readonly end: number; readonly rows: number } {
  let rows = 0;
  let end = from;
  for (;;) {
    let at = end;
    const isFirstQuoted = bytes[at] === quote;
    if (isFirstQuoted) at++;
    let start = at;
    let first = 0;
    for (let digit = bytes[at] - ZERO; digit >= 0 && digit <= 9; digit = bytes[++at] - ZERO) first = first * 10 + digit;
    if (!isInteger(bytes, start, at)) break;
    if (isFirstQuoted && bytes[at++] !== quote) break;
    if (bytes[at++] !== delimiter) break;
    const isSecondQuoted = bytes[at] === quote;
    if (isSecondQuoted) at++;
    start = at;
    let second = 0;
    for (let digit = bytes[at] - ZERO; digit >= 0 && digit <= 9; digit = bytes[++at] - ZERO) second = second * 10 + digit;
    if (!isInteger(bytes, start, at)) break;
    if (isSecondQuoted && bytes[at++] !== quote) break;
    if (bytes[at] === CR) at++;
    if (at >= filled || bytes[at] !== LF || !take(first, second)) break;
    end = at + 1;
    rows++;
  }
  return { end, rows };
}
