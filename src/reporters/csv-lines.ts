/** Lines of a report CSV: RFC 4180 with CRLF; in a file with a byte order mark and every cell quoted, so that spreadsheets open it right. */

import { stringify } from 'csv-stringify/sync';
import { guardCell } from '../model/formula.js';
import type { CsvDelimiter } from './reporter.js';
import { printable } from './visible.js';

export interface CsvOptions {
  /** Columns of a terminal, on which nothing unseen may act; undefined elsewhere. */
  readonly width?: number;
  readonly isFile?: boolean;
  readonly csvDelimiter?: CsvDelimiter;
}

export const DELIMITER_CHARACTERS = { comma: ',', semicolon: ';' } as const;
export const BYTE_ORDER_MARK = '\ufeff';

/** Returns what writes one line; the first line is given to it first. */
export function csvLines({ width, isFile = false, csvDelimiter = 'comma' }: CsvOptions): (cells: readonly string[]) => string {
  let mark = isFile ? BYTE_ORDER_MARK : '';
  return (cells) => {
    const shown = (width === undefined ? cells : cells.map(printable)).map(guardCell);
    const line = stringify([[...shown]], {
      delimiter: DELIMITER_CHARACTERS[csvDelimiter],
      record_delimiter: 'windows',
      quoted: isFile,
      quoted_empty: isFile,
      quoted_match: /^\s|\s$|[\r\n]/,
    });
    const whole = mark + line;
    mark = '';
    return whole;
  };
}
