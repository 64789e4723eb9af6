/** A connection to a SQLite file, opened if possible so that nothing is written beside the file, and its errors in plain words. */

import { closeSync, existsSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { note } from '../../model/note.js';
import { UserError } from '../../model/user-error.js';
import { openForReading } from '../csv/file-stream.js';

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
      note`Run "npm rebuild better-sqlite3" (it needs python3, make and a C++ compiler), or export the tables as CSV: CSV needs no native module.`,
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
      note`Copy the file together with its -wal file to another folder, or run "PRAGMA wal_checkpoint(TRUNCATE)" on it.`,
    );
  }
  if (code.startsWith('SQLITE_')) return new UserError(`${file}: ${firstLine(error)}.`, note`Check the file with: sqlite3 FILE "PRAGMA integrity_check"`);
  return error;
}
