/** A database as tables. Everything is read into memory in one snapshot while it is opened: tables are read without waiting. */

import { note, quotedHeading } from '../../model/note.js';
import type { CollationName } from '../../model/policy.js';
import { UserError } from '../../model/user-error.js';
import type { DatabaseAccess, SourceRequest } from '../source.js';
import { CellWords } from '../tables/cell-words.js';
import type { OnProgress, OpenedSource, Table } from '../tables/table.js';
import { type Address, isLoopback, parseAddress } from './address.js';
import { connect, quoteName, type ServerFacts, type Session } from './connection.js';
import { StoredRows } from './rows.js';
import { type Chosen, type ColumnFacts, chooseTables, readSchema } from './schema.js';

// How a database compares usernames, as one of the ways in which scim-audit compares them.

/**
 * MariaDB's `uca1400` collations compare by the same algorithm with a later version of its table: letters that were assigned since
 * are all that differs. Whether a collation pads makes no difference, because keys are trimmed.
 */
const KNOWN: readonly (readonly [RegExp, CollationName])[] = [
  [/^(?:utf8mb4_0900_ai_ci|(?:utf8mb[34]_)?uca1400_(?:nopad_)?ai_ci)$/i, 'utf8mb4_0900_ai_ci'],
  [/^utf8(?:mb[34])?_general_(?:nopad_)?ci$/i, 'utf8mb4_general_ci'],
];

/** Returns which of the collations of `--collation` a database's is; undefined if it is none of them. */
const knownCollation = (name: string | undefined): CollationName | undefined =>
  name === undefined ? undefined : KNOWN.find(([pattern]) => pattern.test(name))?.[1];

interface ComparedBy {
  readonly name: CollationName;
  /** What a report must say about it. */
  readonly note?: string;
}

/** Returns how names are compared. Throws a UserError if that cannot be told, or was said to be otherwise. */
export function collationFor(column: string, found: string | undefined, stated: DatabaseAccess['collation']): ComparedBy {
  const known = knownCollation(found);
  const called = found === undefined ? 'by its bytes (it has no collation)' : `by ${found}`;
  if (known !== undefined) {
    if (stated === undefined || stated.name === known || stated.role === 'compared') return { name: known };
    throw new UserError(
      note`The column ${quotedHeading(column)} compares ${called}${found === known ? '' : `, which counts as ${known}`}, but ${stated.origin} says ${stated.name}.`,
      stated.role === 'planned'
        ? 'The collation of the database has changed since. Make a new plan of it.'
        : 'Leave it out: the collation of the database is used.',
    );
  }
  const choices: readonly CollationName[] = ['utf8mb4_0900_ai_ci', 'utf8mb4_general_ci'];
  if (stated !== undefined && choices.includes(stated.name)) {
    return {
      name: stated.name,
      note: `The column ${column} compares ${called}, which scim-audit does not know: names were compared by ${stated.name}, as ${stated.origin} says.`,
    };
  }
  throw new UserError(
    note`The column ${quotedHeading(column)} compares ${called}, which scim-audit does not know${stated === undefined ? '' : `, and ${stated.name} (${stated.origin}) is not a collation of MySQL`}.`,
    'Say with --collation how names are to be compared: utf8mb4_0900_ai_ci as Jama Connect 9.17 and later does (accents and case make no difference; use it if the column is to be converted to that), or utf8mb4_general_ci as earlier versions do.',
  );
}

// The queries that read a table: every value as exact text, in an order that depends only on what is in it.

const INTEGER = /^(?:tinyint|smallint|mediumint|int|integer|bigint)$/;
const TEXT = /^(?:char|varchar|tinytext|text|mediumtext|longtext|enum|set)$/;
const BINARY = /^(?:binary|varbinary|tinyblob|blob|mediumblob|longblob)$/;
/** Character sets whose bytes are UTF-8. */
const UTF8: ReadonlySet<string> = new Set(['utf8mb4', 'utf8mb3', 'utf8', 'ascii']);

const isInteger = ({ type }: ColumnFacts): boolean => INTEGER.test(type);

/** Must the server convert the texts of a column. */
const isConverted = ({ type, charset }: ColumnFacts): boolean => TEXT.test(type) && charset !== undefined && !UTF8.has(charset.toLowerCase());

/** Returns an expression for a column's bytes in UTF-8: whole numbers with all digits, texts as they are stored. */
function expressionOf(column: ColumnFacts): string {
  const name = quoteName(column.name);
  // Not as the column is displayed: ZEROFILL would add zeros to ids.
  if (isInteger(column)) return `CAST(${name} AS ${column.isUnsigned ? 'UNSIGNED' : 'SIGNED'})`;
  if (column.type === 'bit') return `CAST(${name} AS UNSIGNED)`;
  if (BINARY.test(column.type)) return name;
  if (isConverted(column)) return `CAST(CONVERT(${name} USING utf8mb4) AS BINARY)`;
  return TEXT.test(column.type) ? `CAST(${name} AS BINARY)` : `CAST(CAST(${name} AS CHAR CHARACTER SET utf8mb4) AS BINARY)`;
}

/** Returns an expression for the number of the first column, from 1, whose text does not survive the way to UTF-8 and back; 0 if all do. */
function lossOf(columns: readonly ColumnFacts[]): string | undefined {
  const checks = columns.flatMap((column, at) => {
    if (!isConverted(column)) return [];
    const name = quoteName(column.name);
    const back = `CONVERT(CONVERT(${name} USING utf8mb4) USING ${column.charset})`;
    return [`WHEN NOT (CAST(${back} AS BINARY) <=> CAST(${name} AS BINARY)) THEN ${at + 1}`];
  });
  return checks.length === 0 ? undefined : `CASE ${checks.join(' ')} ELSE 0 END`;
}

/** Returns the query of a table; `hasLoss`: a last column holds what `lossOf` says. */
export function selectOf({ role, table, columns, places }: Chosen, isUnique: boolean): { readonly sql: string; readonly hasLoss: boolean } {
  const keys = (role === 'memberships' ? ['groupId', 'groupName', 'group', 'userId', 'userName', 'user'] : ['id', 'uid']).flatMap(
    (name) => places.get(name) ?? [],
  );
  // Numbers by their index; texts by their bytes, since a collation calls different ones equal.
  const order = (column: ColumnFacts): string => (isInteger(column) ? quoteName(column.name) : expressionOf(column));
  const others = isUnique ? [] : columns.filter((_, at) => !keys.includes(at));
  const loss = lossOf(columns);
  const cells = [...columns.map(expressionOf), ...(loss === undefined ? [] : [loss])];
  const sorted = [...keys.map((at) => columns[at]), ...others].map(order);
  return { sql: `SELECT ${cells.join(', ')} FROM ${quoteName(table.name)} ORDER BY ${sorted.join(', ')}`, hasLoss: loss !== undefined };
}

/** Does an index make sure that no two rows have the same id. */
async function hasUniqueId(session: Session, { role, table, columns, places }: Chosen): Promise<boolean> {
  const at = places.get('id') ?? places.get('uid');
  if (role === 'memberships' || at === undefined) return false;
  const indexes = await session.rows(
    'SELECT MIN(COLUMN_NAME) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND NON_UNIQUE = 0 GROUP BY INDEX_NAME HAVING COUNT(*) = 1',
    [table.name],
  );
  return indexes.some(([name]) => name?.toLowerCase() === columns[at].name.toLowerCase());
}

/** Is the id of a table a whole number, by which rows can be named. */
function numberedBy({ role, columns, places }: Chosen): number | undefined {
  const at = places.get('id');
  return role !== 'memberships' && at !== undefined && isInteger(columns[at]) ? at : undefined;
}

export async function openDatabase(request: SourceRequest, onProgress?: OnProgress): Promise<OpenedSource> {
  const address = parseAddress(request.source ?? '');
  const access = request.database;
  if (access === undefined) throw new Error('the request does not say how the database is reached');
  const session = await connect(address, access);
  try {
    const chosen = chooseTables(await readSchema(session), request, address);
    const userName = userNameColumn(chosen);
    const collation = collationFor(userName.name, userName.collation, access.collation);
    const tables: Table[] = [];
    for (const each of chosen) {
      const rows = await load(session, address, each, onProgress);
      const notes = each.role === 'users' ? [...(collation.note === undefined ? [] : [collation.note]), ...trustNotes(address, session.facts)] : [];
      tables.push(tableOf({ address, chosen: each, rows, request, notes, collation: userName.collation }));
    }
    return { tables, collation: collation.name, close: () => void tables.splice(0) };
  } finally {
    session.close();
  }
}

/** Returns the column of usernames among the chosen tables, called with its table. */
export function userNameColumn(chosen: readonly Chosen[]): { readonly name: string; readonly collation: string | undefined } {
  const users = chosen.find(({ role }) => role === 'users');
  const at = users?.places.get('userName');
  if (users === undefined || at === undefined) throw new Error('no column of usernames was chosen');
  const { name, collation } = users.columns[at];
  return { name: `${users.table.name}.${name}`, collation };
}

const trustNotes = ({ host, path }: Address, { tls, isVerified }: ServerFacts): string[] => {
  if (isVerified || isLoopback(host)) return [];
  return [
    tls === undefined
      ? `${path} was read without encryption, because of --no-tls: somebody on the way could have changed what was read.`
      : `The certificate of the server was not verified, so it is not proved that ${path} was read from the right server. Add --ca FILE to verify it.`,
  ];
};

const PROGRESS_ROWS = 0xffff;

async function load(session: Session, { path }: Address, chosen: Chosen, onProgress: OnProgress | undefined): Promise<StoredRows> {
  const { table, columns } = chosen;
  const { sql, hasLoss } = selectOf(chosen, await hasUniqueId(session, chosen));
  const rows = new StoredRows(columns.length, `${path}, table ${table.name},`);
  await session.each(sql, (cells) => {
    rows.add(cells, hasLoss ? Number(cells[columns.length]?.toString('latin1') ?? 0) - 1 : -1);
    if ((rows.length & PROGRESS_ROWS) === 0) onProgress?.({ path, bytes: 0, rows: rows.length });
  });
  return rows;
}

interface Loaded {
  readonly address: Address;
  readonly chosen: Chosen;
  readonly rows: StoredRows;
  readonly request: SourceRequest;
  readonly notes: readonly string[];
  /** Of the usernames, as the database names it. */
  readonly collation: string | undefined;
}

function tableOf({ address: { path }, chosen, rows, request, notes, collation }: Loaded): Table {
  const { role, table, columns, places } = chosen;
  const headings = columns.map(({ name }) => name);
  const lineOf = linesOf(chosen, rows);
  const bad = new Set(rows.bad.map(({ row }) => row));
  const view = table.isView
    ? [`${path}: ${table.name} is a view. It is of the same moment as the other tables only if the tables behind it have transactions (InnoDB).`]
    : [];
  return {
    role,
    path,
    file: path,
    table: table.name,
    headings,
    columns: places,
    // A database has a NULL of its own, so the text NULL is a text.
    words: new CellWords(role, request, false),
    isIdFromUserName: false,
    notes: [...notes, ...view],
    // The table itself was read, so nothing was left out of it.
    proof: () => (role === 'users' ? { includesInactive: true } : {}),
    read(visit, problems) {
      for (const { row, at, message, cause } of rows.bad) {
        problems.add({ file: path, table: table.name, line: lineOf(row), column: at + 1, heading: headings[at], message, cause });
      }
      const { row, set } = rows.reader();
      for (let index = 0; index < rows.length; index++) {
        if (bad.has(index)) continue;
        set(index, lineOf(index));
        visit(row);
      }
      return {
        sha256: rows.digest(JSON.stringify([role, headings, role === 'users' ? (collation ?? null) : null])),
        rows: rows.length,
        notes: rows.length === 0 && role !== 'users' ? [`${path}: the table ${table.name} has no rows.`] : [],
      };
    },
  };
}

/** Returns what numbers the rows in reports: their ids, if all of them are whole numbers in a column of such, else from 1 in the order of reading. */
function linesOf(chosen: Chosen, rows: StoredRows): (index: number) => number {
  const at = numberedBy(chosen);
  const { row, set } = rows.reader();
  const idOf = (index: number): number => {
    set(index, 0);
    return at === undefined ? -1 : row.integer(at);
  };
  let areNumbered = at !== undefined;
  for (let index = 0; areNumbered && index < rows.length; index++) areNumbered = idOf(index) >= 0;
  return areNumbered ? idOf : (index) => index + 1;
}
