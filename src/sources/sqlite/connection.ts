/** A connection to a SQLite file, opened if possible so that nothing is written beside the file, and its errors in plain words. */

import { isUtf8 } from 'node:buffer';
import { closeSync, existsSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { UserError } from '../../model/user-error.js';
import { findInvalidUtf8 } from '../csv/encoding.js';
import { openForReading } from '../csv/file-stream.js';
import type { Problems } from '../tables/problem.js';

export type Database = BetterSqlite3.Database;

/** Loads the native module; throws a UserError that says how to fix it. */
export async function loadSqlite(): Promise<typeof BetterSqlite3> {
  try {
    const { default: Sqlite } = await import('better-sqlite3');
    // The native part is loaded with the first database, so a broken build shows here.
    new Sqlite(':memory:').close();
    return Sqlite;
  } catch (error) {
    throw new UserError(
      `SQLite files cannot be read: the module better-sqlite3 does not load (${firstLine(error)}).`,
      'Run "npm rebuild better-sqlite3" (it needs python3, make and a C++ compiler), or export the tables as CSV: CSV needs no native module.',
    );
  }
}

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n', 1)[0];

const MAGIC = 'SQLite format 3\0';

/** Returns the first 100 bytes of a file, fewer if it is shorter. */
function readFront(file: string): Buffer {
  const { fd } = openForReading(file);
  try {
    const front = Buffer.alloc(100);
    return front.subarray(0, readSync(fd, front, 0, front.length, 0));
  } catch {
    // A pipe cannot be read at an offset, and is not a database.
    return Buffer.alloc(0);
  } finally {
    closeSync(fd);
  }
}

export function openReadOnly(Sqlite: typeof BetterSqlite3, file: string): Database {
  try {
    const isWal = readHeader(file)[18] === 2;
    const log = `${file}-wal`;
    if (isWal && (!existsSync(log) || statSync(log).size === 0)) return openCopyInMemory(Sqlite, file);
    const database = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: 2000 });
    database.pragma('query_only = 1');
    return database;
  } catch (error) {
    throw inPlainWords(error, file);
  }
}

/**
 * SQLite cannot open a database in WAL mode, not even for reading, without creating files beside it. If its log is empty,
 * the file is complete by itself: it is read into memory and marked there as a database without a log.
 */
function openCopyInMemory(Sqlite: typeof BetterSqlite3, file: string): Database {
  const bytes = readFileSync(file);
  bytes[18] = bytes[19] = 1;
  return new Sqlite(bytes, { readonly: true });
}

function readHeader(file: string): Buffer {
  const front = readFront(file);
  if (front.subarray(0, 16).toString('latin1') === MAGIC) return front;
  throw new UserError(
    `${file} is not a SQLite database.`,
    'Give a folder with users.csv, or a SQLite file, as SOURCE. Give single CSV files with --users, --groups and --memberships.',
  );
}

/** Is the error that a transaction is incomplete, which only a connection with write access rolls back. */
export const isUnfinished = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'SQLITE_READONLY_ROLLBACK';

/** Returns SQLite's errors with the next step for the user; other errors unchanged. */
export function inPlainWords(error: unknown, file: string): unknown {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new UserError(`${file} is locked by another program.`, 'Close that program, or copy the file and read the copy.');
  }
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return new UserError(`${file} is damaged: ${firstLine(error)}.`, 'Export the database again.');
  }
  if (isUnfinished(error)) {
    return new UserError(
      `A program stopped in the middle of a write to ${file}. The incomplete transaction must first be rolled back, with ${basename(file)}-journal beside the file.`,
      'Make sure that no program has the file open. Then open it once, which rolls the transaction back: sqlite3 FILE .tables. You can also do that with a copy of both files.',
    );
  }
  if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_READONLY')) {
    return new UserError(
      `${file} cannot be opened (${firstLine(error)}); it may be in use in WAL mode in a folder that cannot be written to.`,
      'Copy the file together with its -wal file to another folder, or run "PRAGMA wal_checkpoint(TRUNCATE)" on it.',
    );
  }
  if (code.startsWith('SQLITE_')) return new UserError(`${file}: ${firstLine(error)}.`, 'Check the file with: sqlite3 FILE "PRAGMA integrity_check"');
  return error;
}

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
  for (const [number, ...cells] of database.prepare<[], unknown[]>(select).raw().iterate()) {
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
