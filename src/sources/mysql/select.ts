/** The queries that read a table: every value as exact text, in an order that depends only on what is in it. */

import { quoteName, type Session } from './connection.js';
import type { Chosen, ColumnFacts } from './schema.js';

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
export async function hasUniqueId(session: Session, { role, table, columns, places }: Chosen): Promise<boolean> {
  const at = places.get('id') ?? places.get('uid');
  if (role === 'memberships' || at === undefined) return false;
  const indexes = await session.rows(
    'SELECT MIN(COLUMN_NAME) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND NON_UNIQUE = 0 GROUP BY INDEX_NAME HAVING COUNT(*) = 1',
    [table.name],
  );
  return indexes.some(([name]) => name?.toLowerCase() === columns[at].name.toLowerCase());
}

/** Is the id of a table a whole number, by which rows can be named. */
export function numberedBy({ role, columns, places }: Chosen): number | undefined {
  const at = places.get('id');
  return role !== 'memberships' && at !== undefined && isInteger(columns[at]) ? at : undefined;
}
