/** One cell of a CSV as it is written. */

import type { SpanRow } from '../sources/cell-spans.js';
import { type Encoding, encodeText } from '../sources/encoding.js';

/** Yields a text as a cell: in quotes where it was, or where it would be read as something else. */
export function writeCell(text: string, delimiter: string, isQuoted: boolean): string {
  const isSpecial = isQuoted || text.includes(delimiter) || /["\r\n]/.test(text);
  return isSpecial ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Yields why a text cannot stand in a file of the encoding, or undefined where it can. */
export function unfitFor(text: string, encoding: Encoding): string | undefined {
  // The replacement character is what undecodable bytes are read as, so a file that holds it is refused.
  const fits = text.isWellFormed() && !(encoding !== 'utf-8' && text.includes('\ufffd')) && encodeText(text, encoding) !== undefined;
  return fits ? undefined : `${JSON.stringify(text)} cannot be written in the encoding of the file, ${encoding}`;
}

/** Yields the record as it is written, with its line end. */
export const rawRecord = (row: SpanRow): string => row.bytes.toString('utf8', row.start, row.next);
