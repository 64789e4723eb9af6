/** Texts of a database whose bytes are invalid in its encoding. SQLite stores bytes as given, and replaces or merges characters when it reads them. */

import { isUtf8 } from 'node:buffer';
import { findInvalidUtf8 } from '../csv/encoding.js';
import type { Problems } from '../tables/problem.js';
import type { Database } from './connection.js';

/** SQLite's replacement for invalid bytes, and JSON's for NUL; a valid text may contain either, or `\\u0000` as letters. */
const SIGNS = ['\ufffd', '\\u0000'] as const;

/** Can rows in an encoding hold an invalid text without a sign of it: SQLite merges half characters with what follows. */
export const isSignless = (database: Database): boolean => database.pragma('encoding', { simple: true }) !== 'UTF-8';

/** Does a row that was written as JSON have a sign of an invalid text. */
export const hasSign = (json: string): boolean => json.includes(SIGNS[0]) || json.includes(SIGNS[1]);

/** Returns why the bytes of a text are invalid; undefined if they are valid. */
export function wrongText(bytes: Buffer, encoding: string): string | undefined {
  if (encoding === 'UTF-8') {
    const at = isUtf8(bytes) ? -1 : findInvalidUtf8(bytes);
    if (at >= 0) return `the text is not UTF-8 (byte 0x${bytes[at].toString(16).toUpperCase().padStart(2, '0')}), the database's stated encoding`;
    return bytes.includes(0) ? NUL : undefined;
  }
  if (bytes.length % 2 === 1) return `the text is not ${encoding}, the stated encoding of the database: it ends in half a character`;
  const text = (encoding === 'UTF-16be' ? Buffer.from(bytes).swap16() : bytes).toString('utf16le');
  if (!text.isWellFormed()) return `the text is not ${encoding}, the stated encoding of the database: it contains half a character without its other half`;
  return text.includes('\0') ? NUL : undefined;
}

const NUL = 'the text contains a NUL character (U+0000), at which many programs cut it off';

interface Place {
  readonly file: string;
  readonly table: string;
  /** The columns that are read, with their indexes among all columns of the table. */
  readonly columns: readonly { readonly heading: string; readonly at: number; readonly sql: string }[];
  /** How rows are numbered; undefined if they are not. */
  readonly rowid: string | undefined;
  /** The table's name, quoted for SQL. */
  readonly from: string;
}

/** Searches a table for invalid texts. */
export function findWrongTexts(database: Database, { file, table, columns, rowid, from }: Place, problems: Problems): void {
  const encoding = String(database.pragma('encoding', { simple: true }));
  const bytes = columns.map(({ sql }) => `CASE WHEN typeof(${sql}) = 'text' THEN CAST(${sql} AS BLOB) END`).join(', ');
  const select = `SELECT ${rowid ?? '0'}, ${bytes} FROM ${from}${rowid === undefined ? '' : ` ORDER BY ${rowid}`}`;
  let rows = 0;
  for (const [number, ...cells] of database.prepare<[], unknown[]>(select).raw().iterate() as IterableIterator<unknown[]>) {
    rows++;
    cells.forEach((cell, index) => {
      const why = Buffer.isBuffer(cell) ? wrongText(cell, encoding) : undefined;
      if (why === undefined) return;
      const { heading, at } = columns[index];
      const line = rowid === undefined ? rows : Number(number);
      problems.add({
        file,
        table,
        line,
        column: at + 1,
        heading,
        message: `${why}; correct the row, or load the data again with their real encoding.`,
      });
    });
  }
}
