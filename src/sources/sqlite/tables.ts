/** A SQLite file as tables: which of its tables are read, and their rows. */

import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Role } from '../../model/directory.js';
import { UserError } from '../../model/user-error.js';
import type { SourceRequest } from '../source.js';
import { CellWords } from '../tables/cell-words.js';
import { resolveHeadings } from '../tables/headings.js';
import { type Problems, type SourceProblem, SourceRefused } from '../tables/problem.js';
import { type OnProgress, type OpenedSource, type Row, type Table, type TableEnd, TextRow } from '../tables/table.js';
import { type Database, findWrongTexts, hasSign, inPlainWords, isSignless, loadSqlite, openReadOnly } from './connection.js';

/** Names of Jama Connect's own tables, in addition to the plain names. */
const TABLES: Readonly<Record<Role, readonly string[]>> = {
  users: ['users', 'userbase'],
  groups: ['groups', 'role'],
  memberships: ['memberships', 'user_role'],
};

export interface SqliteWishes extends Pick<SourceRequest, 'nulls' | 'activeMap'> {
  readonly file: string;
  readonly tables: Readonly<Partial<Record<Role, string>>>;
  readonly columns: Readonly<Partial<Record<Role, Readonly<Record<string, string>>>>>;
  readonly isAssumedActive: boolean;
  readonly onProgress?: OnProgress;
}

/** Opens the database read-only in one transaction, so that all tables are from the same moment. */
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
    throw new UserError(`${file} has several tables for ${role}: ${found.join(', ')}.`, `Choose one with --table ${role}=${found[0]}.`);
  }
  if (role !== 'users' && said === undefined) return undefined;
  throw new UserError(
    said === undefined ? `${file} has no table or view called users or userbase.` : `${file} has no table or view called "${said}".`,
    `Give its name with --table ${role}=NAME. Tables and views found: ${list}.`,
  );
}

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const ROWID_NAMES: readonly string[] = ['rowid', '_rowid_', 'oid'];

/** Returns a name of the rowid that no column has; undefined if there is none, as in a view or a table WITHOUT ROWID. */
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
    words: new CellWords(role, wishes),
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

class SqliteRow extends TextRow {
  cells: readonly unknown[] = [];

  constructor(
    width: number,
    /** Index in `cells` by index of heading. */
    readonly at: Int32Array,
  ) {
    super(width);
  }

  text(column: number): string {
    const value = this.cells[this.at[column]];
    return typeof value === 'string' ? value : value === null || value === undefined ? '' : String(value);
  }
}

/** Returns an SQL expression that reads a column as text, so that 64-bit ids keep all digits. */
const asText = (name: string): string => `CAST(${quoteName(name)} AS TEXT)`;

/**
 * Returns the digest of the columns that are read, in an order that depends only on their content. Texts that are invalid
 * in the database's encoding go to `problems`: SQLite may read different bytes of these as the same text.
 */
export function digestTable(database: Database, table: Table, problems: Problems): string {
  const name = table.table ?? '';
  const headings = headingsRead(table);
  const cells = headings.map(asText).join(', ');
  const order = headings.map((_, at) => at + 1).join(', ');
  const hash = createHash('sha256').update(`${JSON.stringify(headings)}\n`);
  let isDoubtful = isSignless(database);
  for (const row of database
    .prepare(`SELECT ${cells} FROM ${quoteName(name)} ORDER BY ${order}`)
    .raw()
    .iterate()) {
    const json = JSON.stringify(row);
    hash.update(`${json}\n`);
    isDoubtful ||= hasSign(json);
  }
  if (isDoubtful) {
    const columns = headings.map((heading) => ({ heading, at: table.headings.indexOf(heading), sql: quoteName(heading) }));
    findWrongTexts(database, { file: table.file, table: name, columns, rowid: rowidName(database, name), from: quoteName(name) }, problems);
  }
  return hash.digest('hex');
}

/** Returns the headings that are read from a table, in its own order. */
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
  /** Number of the first column with a BLOB, from 1. */
  const blobs = `CASE ${read.map((heading, place) => `WHEN typeof(${quoteName(heading)}) = 'blob' THEN ${place + 1}`).join(' ')} ELSE 0 END`;
  const select = `SELECT ${rowid ?? '0'}, ${read.map(asText).join(', ')}, ${blobs} FROM ${quoteName(name)}${rowid === undefined ? '' : ` ORDER BY ${rowid}`}`;
  let rows = 0;
  for (const cells of database.prepare<[], unknown[]>(select).raw().iterate()) {
    rows++;
    row.line = rowid === undefined ? rows : Number(cells[0]);
    row.cells = cells;
    const blob = Number(cells[cells.length - 1]);
    if (blob > 0) {
      const heading = read[blob - 1];
      problems.add({
        file: table.file,
        table: name,
        line: row.line,
        column: table.headings.indexOf(heading) + 1,
        heading,
        message: 'the row holds binary data (a BLOB) instead of text; cast it to TEXT in a view and give the view with --table.',
        cause: 'blob',
      });
      continue;
    }
    visit(row);
    if ((rows & 0xffff) === 0) onProgress?.({ path: table.path, bytes: 0, rows });
  }
  return {
    sha256: digestTable(database, table, problems),
    rows,
    notes: rows === 0 && table.role !== 'users' ? [`${table.path}: the table ${name} has no rows.`] : [],
  };
}
