/** CSV as RFC 4180 says, with CRLF; in a file with a byte order mark and every cell quoted, so that spreadsheets open it right. */

import { stringify } from 'csv-stringify/sync';
import { guardCell } from '../model/formula.js';
import type { TableWriter } from './tables/table.js';

export const DELIMITER_CHARACTERS = { comma: ',', semicolon: ';' } as const;
export const BYTE_ORDER_MARK = '\ufeff';

/** Values stay as they are, with an apostrophe before what a spreadsheet would take for a formula (`unguardCell` removes it). */
export const csv: TableWriter = function* ({ columns, rows }, { isFile = false, csvDelimiter = 'comma' }) {
  const options = {
    delimiter: DELIMITER_CHARACTERS[csvDelimiter],
    record_delimiter: 'windows',
    quoted: isFile,
    quoted_empty: isFile,
    quoted_match: /^\s|\s$|[\r\n]/,
  } as const;
  yield (isFile ? BYTE_ORDER_MARK : '') + stringify([columns.map(guardCell)], options);
  for (const row of rows) yield stringify([row.map(guardCell)], options);
};
