/** Opening, inspecting and copying a SQLite file, and its errors as refusals. */

import { existsSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { UserError } from '../../model/user-error.js';
import type { SourceRequest } from '../../sources/source.js';
import { type Database, inPlainWords, isUnfinished, loadSqlite, openReadOnly } from '../../sources/sqlite/connection.js';
import { chooseTable, digestTable, listTables, openTable } from '../../sources/sqlite/tables.js';
import { Problems, type SourceProblem, SourceRefused } from '../../sources/tables/problem.js';
import type { Table } from '../../sources/tables/table.js';
import { fsyncFile, fsyncFolder, hasCode } from '../run/files.js';
import { ApplyRefused, RowsMoved } from '../run/stops.js';
import type { TargetInput } from '../target.js';
import { Held, Unmet } from './write.js';

/** Milliseconds to wait for another program's lock. */
export const PATIENCE = 2000;

/** Opens the tables that a request names, on any kind of connection. */
export function tablesOf(database: Database, file: string, { tables, columns, nulls, activeMap, isAssumedActive }: SourceRequest): Table[] {
  const wishes = { file, tables, columns, nulls, activeMap, isAssumedActive };
  const present = listTables(database);
  const problems: SourceProblem[] = [];
  const opened = (['users', 'groups', 'memberships'] as const).flatMap((role) => {
    const name = chooseTable(role, present, wishes);
    return name === undefined ? [] : [openTable(database, role, name, wishes, problems)];
  });
  if (problems.length > 0) throw new SourceRefused(problems, problems.length);
  return opened;
}

/** Returns the digest of each table. Throws SourceRefused if some text is invalid in the database's encoding. */
export function digestsOf(database: Database, tables: readonly Table[]): string[] {
  const problems = new Problems();
  const digests = tables.map((table) => digestTable(database, table, problems));
  problems.refuse(tables);
  return digests;
}

export async function inspectSqlite(source: SourceRequest): Promise<TargetInput[]> {
  const Sqlite = await loadSqlite();
  const file = realpathSync(resolve(source.source ?? ''));
  const database = openReadOnly(Sqlite, file);
  try {
    database.exec('BEGIN');
    const tables = tablesOf(database, file, source);
    const digests = digestsOf(database, tables);
    return tables.map(({ role, path, table }, at) => ({ role, path, file, ...(table === undefined ? {} : { table }), sha256: digests[at] }));
  } catch (error) {
    throw refusalOf(error, file);
  } finally {
    database.close();
  }
}

/** SQLite rolls back the incomplete transaction of a killed process as soon as the file is opened for writing. */
export async function recoverSqlite(source: SourceRequest): Promise<void> {
  const Sqlite = await loadSqlite();
  const file = realpathSync(resolve(source.source ?? ''));
  if (!existsSync(`${file}-journal`)) return;
  try {
    const database = new Sqlite(file, { fileMustExist: true, timeout: PATIENCE });
    try {
      database.prepare('SELECT count(*) FROM sqlite_master').get();
    } finally {
      database.close();
    }
  } catch (error) {
    throw refusalOf(error, file);
  }
}

/** Returns a writable copy in memory. */
export function openCopy(Sqlite: typeof BetterSqlite3, file: string): Database {
  const database = openReadOnly(Sqlite, file);
  try {
    const bytes = database.serialize();
    // A write-ahead log cannot exist beside a database in memory.
    bytes[18] = bytes[19] = 1;
    return new Sqlite(bytes);
  } finally {
    database.close();
  }
}

/** Returns SQLite's errors as refusals; in every case the transaction is rolled back. */
export function refusalOf(error: unknown, file: string): unknown {
  if (hasCode(error, 'SQLITE_BUSY', 'SQLITE_LOCKED', 'SQLITE_BUSY_SNAPSHOT', 'SQLITE_BUSY_RECOVERY')) {
    return new ApplyRefused(
      `${file} is locked by another program.`,
      'Nothing was changed. Close that program and run this command again, or write a corrected copy with --out FILE.',
    );
  }
  if (error instanceof Unmet) {
    return new RowsMoved(
      `${error.intent.id}: ${error.reason}.`,
      'Nothing was changed: the transaction was rolled back. Run "scim-audit plan" again on the data as they are now.',
    );
  }
  if (error instanceof Held) {
    return new ApplyRefused(
      `${error.intent.id}: ${error.message}.`,
      'Nothing was changed: the transaction was rolled back. Remove that trigger and add it back afterwards, or apply the plan to CSV exports.',
    );
  }
  if (error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('SQLITE_CONSTRAINT')) {
    // This also happens if restored rows conflict with rows that have since got their numbers.
    return new RowsMoved(
      `${file} does not allow the change: ${error.message}.`,
      'Nothing was changed: the transaction was rolled back. Find the constraint that the message names, and resolve the conflict with a decision or in the database.',
    );
  }
  const plain = inPlainWords(error, file);
  if (plain !== error && plain instanceof UserError) {
    const further = isUnfinished(error) ? ' The same command with --yes does that by itself if it changes this file.' : '';
    return new ApplyRefused(plain.message, `Nothing was changed. ${plain.hint ?? ''}${further}`);
  }
  return error;
}

/** Copies a database with SQLite's backup and syncs the copy. */
export async function copyDatabase(from: Database, to: string): Promise<void> {
  try {
    await from.backup(to);
  } finally {
    from.close();
  }
  fsyncFile(to);
  fsyncFolder(dirname(to));
}
