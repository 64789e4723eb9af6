/**
 * A SQLite file as tables, opened so that nothing is written beside it where that is possible.
 * This file is long because opening safely, finding tables and reading rows all hang on one connection.
 */

import { createHash } from 'node:crypto';
import { closeSync, existsSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import type { Role } from '../model/directory.js';
import { Mistake } from '../model/mistake.js';
import type { TextBytes } from '../model/text-bytes.js';
import { openForReading } from './file-stream.js';
import { resolveHeadings } from './headings.js';
import { integerOf } from './id-table.js';
import { type Problems, type SourceProblem, SourceRefused } from './problem.js';
import type { OnProgress, OpenedSource, Row, Table, TableEnd } from './table.js';

export type Database = BetterSqlite3.Database;

/** Loads the native module; throws a Mistake that says how to mend it. */
export async function loadSqlite(): Promise<typeof BetterSqlite3> {
  try {
    const { default: Sqlite } = await import('better-sqlite3');
    // The native part is loaded with the first database, so a broken build shows here.
    new Sqlite(':memory:').close();
    return Sqlite;
  } catch (error) {
    throw new Mistake(
      `SQLite files cannot be read: the module better-sqlite3 does not load (${firstLine(error)}).`,
      'Run "npm rebuild better-sqlite3" (it needs python3, make and a C++ compiler), or export the tables as CSV: CSV needs no native module.',
    );
  }
}

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n', 1)[0];

const MAGIC = 'SQLite format 3\0';

/** Yields the first 100 bytes of a file, fewer where it is shorter. */
function readFront(file: string): Buffer {
  const { fd } = openForReading(file);
  try {
    const front = Buffer.alloc(100);
    return front.subarray(0, readSync(fd, front, 0, front.length, 0));
  } catch {
    // A pipe cannot be read at a place, and is no database.
    return Buffer.alloc(0);
  } finally {
    closeSync(fd);
  }
}

/** Where Jama Connect keeps it, beside the plain names. */
const TABLES: Readonly<Record<Role, readonly string[]>> = {
  users: ['users', 'userbase'],
  groups: ['groups', 'role'],
  memberships: ['memberships', 'user_role'],
};

export interface SqliteWishes {
  readonly file: string;
  readonly tables: Readonly<Partial<Record<Role, string>>>;
  readonly columns: Readonly<Partial<Record<Role, Readonly<Record<string, string>>>>>;
  readonly isAssumedActive: boolean;
  readonly onProgress?: OnProgress;
}

/** Opens the database for reading only, inside one transaction, so that all tables are of one moment. */
export async function openSqlite(wishes: SqliteWishes): Promise<OpenedSource> {
  const Sqlite = await loadSqlite();
  const database = openReadOnly(Sqlite, wishes.file);
  try {
    database.exec('BEGIN');
    const present = listTables(database);
    const problems: SourceProblem[] = [];
    const tables = (['users', 'groups', 'memberships'] as const).flatMap((role) => {
      const name = chooseTable(role, present, wishes);
      return name === undefined ? [] : [openTable(database, role, name, wishes, problems)];
    });
    if (problems.length > 0) throw new SourceRefused(problems, problems.length);
    return { tables, close: () => database.close() };
  } catch (error) {
    database.close();
    throw inPlainWords(error, wishes.file);
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
 * A database in WAL mode cannot be opened without files beside it, not even for reading. Where its log is empty the
 * file is complete by itself: it is read into memory, and there marked as a database without a log.
 */
function openCopyInMemory(Sqlite: typeof BetterSqlite3, file: string): Database {
  const bytes = readFileSync(file);
  bytes[18] = bytes[19] = 1;
  return new Sqlite(bytes, { readonly: true });
}

function readHeader(file: string): Buffer {
  const front = readFront(file);
  if (front.subarray(0, 16).toString('latin1') === MAGIC) return front;
  throw new Mistake(
    `${file} is no SQLite database.`,
    'SOURCE is a folder with users.csv, or a SQLite file. Single CSV files are given with --users, --groups and --memberships.',
  );
}

/** Is the error that a write was cut short, which only a connection that may write takes back. */
export const isUnfinished = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'SQLITE_READONLY_ROLLBACK';

/** Yields SQLite's errors as a person's next step; other errors as they are. */
export function inPlainWords(error: unknown, file: string): unknown {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new Mistake(`${file} is locked by another program.`, 'Close that program, or copy the file and read the copy.');
  }
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return new Mistake(`${file} is damaged: ${firstLine(error)}.`, 'Export the database again.');
  }
  if (isUnfinished(error)) {
    return new Mistake(
      `A program ended in the middle of a write to ${file}: what is half written stands there, and ${basename(file)}-journal beside it takes it back.`,
      'Make sure that no program has it open, then open it once, which takes the half back: sqlite3 FILE .tables. Or do that with a copy of both files.',
    );
  }
  if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_READONLY')) {
    return new Mistake(
      `${file} cannot be opened (${firstLine(error)}); it may be in use in WAL mode in a folder that cannot be written to.`,
      'Copy the file together with its -wal file to another folder, or run "PRAGMA wal_checkpoint(TRUNCATE)" on it.',
    );
  }
  if (code.startsWith('SQLITE_')) return new Mistake(`${file}: ${firstLine(error)}.`, 'Check the file with: sqlite3 FILE "PRAGMA integrity_check"');
  return error;
}

export function listTables(database: Database): string[] {
  const names = database.prepare("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name").pluck().all();
  return names.filter((name): name is string => typeof name === 'string');
}

export function chooseTable(role: Role, present: readonly string[], { tables, file }: SqliteWishes): string | undefined {
  const said = tables[role];
  const found = (said === undefined ? TABLES[role] : [said]).flatMap((wanted) => present.filter((name) => name.toLowerCase() === wanted.toLowerCase()));
  if (found.length === 1) return found[0];
  const list = present.map((name) => JSON.stringify(name)).join(', ') || 'none';
  if (found.length > 1) {
    throw new Mistake(`${file} has several tables for ${role}: ${found.join(', ')}.`, `Say which with --table ${role}=${found[0]}.`);
  }
  if (role !== 'users' && said === undefined) return undefined;
  throw new Mistake(
    said === undefined ? `${file} has no table or view called users or userbase.` : `${file} has no table or view called "${said}".`,
    `Name it with --table ${role}=NAME. Tables and views found: ${list}.`,
  );
}

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const ROWID_NAMES: readonly string[] = ['rowid', '_rowid_', 'oid'];

/** Yields a name of the rowid that no column has; undefined where there is none, as in a view or a table WITHOUT ROWID. */
export function rowidName(database: Database, table: string): string | undefined {
  const isTable = database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(table) !== undefined;
  if (!isTable) return undefined;
  const columns = database.prepare<[string], string>('SELECT lower(name) FROM pragma_table_xinfo(?)').pluck().all(table);
  const name = ROWID_NAMES.find((each) => !columns.includes(each));
  if (name === undefined) return undefined;
  try {
    database.prepare(`SELECT ${name} FROM ${quoteName(table)} LIMIT 1`).get();
    return name;
  } catch {
    return undefined;
  }
}

export function openTable(database: Database, role: Role, table: string, wishes: SqliteWishes, problems: SourceProblem[]): Table {
  const { file } = wishes;
  const headings = database
    .prepare(`SELECT * FROM ${quoteName(table)} LIMIT 0`)
    .columns()
    .map(({ name }) => name);
  const isActivityKnown = wishes.isAssumedActive;
  const resolved = resolveHeadings(role, headings, wishes.columns[role], { prefer: role === 'groups' ? ['display'] : [], isActivityKnown });
  for (const { at, message } of resolved.problems) {
    problems.push({ file, table, ...(at === undefined ? {} : { heading: headings[at] }), message });
  }
  const path = basename(file);
  return {
    role,
    path,
    file,
    table,
    headings,
    columns: resolved.columns,
    isIdFromUserName: resolved.isIdFromUserName,
    ...(isActivityKnown ? { activity: 'active' as const } : {}),
    notes: [],
    read(visit, sourceProblems) {
      try {
        return readRows(database, this, visit, sourceProblems, wishes.onProgress);
      } catch (error) {
        throw inPlainWords(error, file);
      }
    },
  };
}

class SqliteRow implements Row {
  line = 0;
  cells: readonly unknown[] = [];
  /** Index in `cells` by index of heading. */
  constructor(
    readonly width: number,
    readonly at: Int32Array,
  ) {}

  text(column: number): string {
    const value = this.cells[this.at[column]];
    return typeof value === 'string' ? value : value === null || value === undefined ? '' : String(value);
  }

  integer(column: number): number {
    return integerOf(this.text(column));
  }

  code(): number {
    return -1;
  }

  addTo(bytes: TextBytes, column: number): void {
    bytes.text(this.text(column));
  }

  isSame(a: number, b: number): boolean {
    return this.text(a) === this.text(b);
  }
}

/** Yields an SQL expression that reads a column as text, so that ids of 64 bits stay whole. */
const asText = (name: string): string => `CAST(${quoteName(name)} AS TEXT)`;

/** Yields the digest of the columns that are read, in an order that only their content decides. */
export function digestTable(database: Database, table: string, headings: readonly string[]): string {
  const cells = headings.map(asText).join(', ');
  const order = headings.map((_, at) => at + 1).join(', ');
  const hash = createHash('sha256').update(`${JSON.stringify(headings)}\n`);
  for (const row of database
    .prepare(`SELECT ${cells} FROM ${quoteName(table)} ORDER BY ${order}`)
    .raw()
    .iterate()) {
    hash.update(`${JSON.stringify(row)}\n`);
  }
  return hash.digest('hex');
}

/** Yields the headings that are read of a table, in its own order. */
export function headingsRead(table: Pick<Table, 'headings' | 'columns'>): string[] {
  return [...table.columns.values()].sort((a, b) => a - b).map((at) => table.headings[at]);
}

function readRows(database: Database, table: Table, visit: (row: Row) => void, problems: Problems, onProgress?: OnProgress): TableEnd {
  const name = table.table ?? '';
  const read = headingsRead(table);
  const at = new Int32Array(table.headings.length);
  table.headings.forEach((heading, column) => {
    at[column] = read.indexOf(heading) + 1;
  });
  const row = new SqliteRow(table.headings.length, at);
  const rowid = rowidName(database, name);
  const blobs = read.map((heading) => `typeof(${quoteName(heading)}) = 'blob'`).join(' OR ');
  const select = `SELECT ${rowid ?? '0'}, ${read.map(asText).join(', ')}, (${blobs}) FROM ${quoteName(name)}${rowid === undefined ? '' : ` ORDER BY ${rowid}`}`;
  let rows = 0;
  for (const cells of database.prepare<[], unknown[]>(select).raw().iterate() as IterableIterator<unknown[]>) {
    rows++;
    row.line = rowid === undefined ? rows : Number(cells[0]);
    row.cells = cells;
    if (cells[cells.length - 1] === 1) {
      problems.add({
        file: table.file,
        table: name,
        line: row.line,
        message: 'the row holds binary data (a BLOB) where text is expected; cast it to TEXT in a view and name the view with --table.',
      });
      continue;
    }
    visit(row);
    if ((rows & 0xffff) === 0) onProgress?.({ path: table.path, bytes: 0, rows });
  }
  return {
    sha256: digestTable(database, name, read),
    rows,
    notes: rows === 0 && table.role !== 'users' ? [`${table.path}: the table ${name} has no rows.`] : [],
  };
}
