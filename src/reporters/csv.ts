/** CSV as RFC 4180 says, with CRLF; in a file with a byte-order mark and every cell quoted, so that spreadsheets open it right. */

import { stringify } from 'csv-stringify/sync';
import { BYTE_ORDER_MARK, DELIMITER_CHARACTERS } from './csv-text.js';
import type { TableWriter } from './reporter.js';

export const csv: TableWriter = function* ({ columns, rows }, { isFile = false, csvDelimiter = 'comma' }) {
  const options = {
    delimiter: DELIMITER_CHARACTERS[csvDelimiter],
    record_delimiter: 'windows',
    quoted: isFile,
    quoted_empty: isFile,
    quoted_match: /^\s|\s$|[\r\n]/,
  } as const;
  yield (isFile ? BYTE_ORDER_MARK : '') + stringify([[...columns]], options);
  for (const row of rows) yield stringify([[...row]], options);
};
