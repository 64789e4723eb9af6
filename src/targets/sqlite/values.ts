/** Values and rows of a database, as stored and as a journal holds them, and the membership rows that are added. */

import { integerOf } from '../../collections/places.js';
import { joined, note, userId } from '../../model/note.js';
import { type Database, wrongText } from '../../sources/sqlite/connection.js';
import { headingsRead, quoteName, rowidName } from '../../sources/sqlite/tables.js';
import type { Row, Table } from '../../sources/tables/table.js';
import { type CellValue, isRowValue, type RowValue } from '../run/journal.js';
import type { PreviousValue } from '../run/net-work.js';
import { ApplyRefused } from '../run/stops.js';

export type SqlValue = null | string | bigint | number | Buffer;

/** Returns a value as the journal holds it. */
export function toCell(value: SqlValue): CellValue {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'bigint') return { integer: String(value) };
  return typeof value === 'number' ? { real: value } : { blob: value.toString('base64') };
}

export function fromCell(cell: CellValue): SqlValue {
  if (cell === null || typeof cell === 'string') return cell;
  if ('integer' in cell) return BigInt(cell.integer);
  return 'real' in cell ? cell.real : Buffer.from(cell.blob, 'base64');
}

/** Returns a value as the source reads it. */
export function textOf(value: SqlValue | undefined): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'number' && Number.isInteger(value) ? `${value}.0` : String(value);
}

/** What must be known about a table to write to it. */
export interface TableShape {
  readonly table: Table;
  readonly name: string;
  readonly isView: boolean;
  /** Columns that identify a row: the rowid, or the primary key of a table without one. */
  readonly keyColumns: readonly string[];
  /** Columns that an INSERT names. */
  readonly stored: readonly string[];
  /** Generated columns. */
  readonly generated: readonly string[];
  /** A name of the rowid that no column uses. */
  readonly rowid?: string;
  /** The column that is an alias of the rowid (INTEGER PRIMARY KEY). */
  readonly rowidAlias?: string;
}

/** Throws ApplyRefused if rows of a table, or the values of one of its columns, cannot be written. */
export function refuseFixed({ name, isView, table, generated, keyColumns }: TableShape, heading = ''): void {
  if (generated.includes(heading)) {
    throw new ApplyRefused(
      `The column ${heading} of ${name} is generated: SQLite computes it from other columns, so it cannot be changed directly.`,
      'Nothing was changed. Change the columns that it is computed from in the database, or apply the plan to CSV exports.',
    );
  }
  if (!isView && keyColumns.length === 0) {
    throw new ApplyRefused(
      `The rows of ${name} cannot be identified: its columns use every name of the rowid (rowid, _rowid_, oid), and it has no primary key.`,
      'Nothing was changed. Rename one of these columns in the database, or apply the plan to CSV exports.',
    );
  }
  if (!isView) return;
  throw new ApplyRefused(
    `${name} is a view, and a view cannot be written to.`,
    `Nothing was changed. Name the table behind it with --table ${table.role}=NAME when you plan, or apply the plan to CSV exports.`,
  );
}

export function shapeOf(database: Database, table: Table): TableShape {
  const name = table.table ?? '';
  const isView = database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'view' AND name = ?").get(name) !== undefined;
  const columns = database
    .prepare<[string], { name: string; pk: number; type: string; hidden: number }>('SELECT name, pk, type, hidden FROM pragma_table_xinfo(?)')
    .all(name);
  const keys = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
  const stored = columns.filter(({ hidden }) => hidden === 0).map((column) => column.name);
  const generated = columns.filter(({ hidden }) => hidden > 1).map((column) => column.name);
  const rowid = rowidName(database, name);
  const alias = rowid !== undefined && keys.length === 1 && keys[0].type.toUpperCase() === 'INTEGER' ? keys[0].name : undefined;
  return {
    table,
    name,
    isView,
    keyColumns: rowid === undefined ? keys.map((column) => column.name) : [rowid],
    stored: rowid === undefined || alias !== undefined ? stored : [rowid, ...stored],
    generated,
    ...(rowid === undefined || alias !== undefined ? {} : { rowid }),
    ...(alias === undefined ? {} : { rowidAlias: alias }),
  };
}

/** One row, as it is and as the planned changes leave it. */
export class StoredRow implements Pick<Row, 'text' | 'integer'> {
  constructor(
    readonly shape: TableShape,
    /** By name of key column. */
    readonly key: Record<string, SqlValue>,
    /** By index of heading; undefined for columns that are not read. */
    readonly cells: (SqlValue | undefined)[],
  ) {}

  text(column: number): string {
    return textOf(this.cells[column]);
  }

  integer(column: number): number {
    return integerOf(this.text(column));
  }

  set(column: number, value: SqlValue): void {
    this.cells[column] = value;
    const heading = this.shape.table.headings[column];
    if (heading in this.key) this.key[heading] = value;
  }
}

/** Yields every row of a table with what the source reads of it. */
export function* readStored(database: Database, shape: TableShape): Iterable<StoredRow> {
  const { keyColumns, table, name, isView } = shape;
  const read = headingsRead(table);
  const places = read.map((heading) => table.headings.indexOf(heading));
  const keys = isView ? [] : keyColumns;
  const select = `SELECT ${[...keys, ...read].map(quoteName).join(', ')} FROM ${quoteName(name)}`;
  for (const values of database.prepare<[], SqlValue[]>(select).safeIntegers(true).raw(true).iterate()) {
    const key: Record<string, SqlValue> = {};
    keys.forEach((column, at) => {
      key[column] = values[at];
    });
    const cells: (SqlValue | undefined)[] = [];
    places.forEach((place, at) => {
      cells[place] = values[keys.length + at];
    });
    yield new StoredRow(shape, key, cells);
  }
}

/** Returns a row with all its columns. Throws ApplyRefused if one holds a text that could not be restored. */
export function readWhole(database: Database, { shape, key }: StoredRow): Record<string, CellValue> {
  const condition = `FROM ${quoteName(shape.name)} WHERE ${conditionOf(key)}`;
  const values = database
    .prepare<SqlValue[], SqlValue[]>(`SELECT ${shape.stored.map(quoteName).join(', ')} ${condition}`)
    .safeIntegers(true)
    .raw(true)
    .get(...Object.values(key));
  shape.stored.forEach((name, at) => {
    const value = values?.[at];
    if (typeof value !== 'string' || !/[\0\ud800-\udfff\ufffd]/.test(value)) return;
    const bytes = database
      .prepare<SqlValue[], Buffer>(`SELECT CAST(${quoteName(name)} AS BLOB) ${condition}`)
      .pluck()
      .get(...Object.values(key));
    const why = bytes === undefined ? undefined : wrongText(bytes, String(database.pragma('encoding', { simple: true })));
    if (why === undefined) return;
    throw new ApplyRefused(
      note`${shape.name}, ${joined(
        Object.entries(key).map(([column, each]) => note`${column} ${userId(textOf(each))}`),
        ', ',
      )}, column ${name}: ${why}. The row is to be taken out, and could not be put back as it was.`,
      'Nothing was changed. Correct the row in the database, or apply the plan to CSV exports.',
    );
  });
  return Object.fromEntries(shape.stored.map((name, at) => [name, toCell(values?.[at] ?? null)]));
}

/** Returns the condition that selects rows with the given values, NULL included. */
export const conditionOf = (columns: Readonly<Record<string, unknown>>): string =>
  Object.keys(columns)
    .map((column) => `${quoteName(column)} IS ?`)
    .join(' AND ');

/** Returns the canonical name of a column. */
export const nameOf = ({ table }: TableShape, column: number): string => [...table.columns].find(([, at]) => at === column)?.[0] ?? '';

/** The user and the group; the rows are as the changes leave them. */
interface Coming {
  readonly userId: string;
  readonly groupId: string;
  readonly userRow: StoredRow | undefined;
  readonly groupRow: StoredRow | undefined;
}

/** Returns the rows to insert. A membership that several rows stated is restored in all of them. */
export function comingRows(database: Database, shape: TableShape, coming: Coming, previousValues: readonly PreviousValue[]): RowValue['row'][] {
  const olds = previousValues.flatMap(({ old }) => (isRowValue(old) ? [old.row] : []));
  return (olds.length === 0 ? [{}] : olds).map((old) => rowOf(shape, coming, withoutTaken(database, shape, old)));
}

function rowOf({ table }: TableShape, { userId, groupId, userRow, groupRow }: Coming, previous: RowValue['row']): RowValue['row'] {
  const { columns, headings } = table;
  const cellOf = (row: StoredRow | undefined, column: string, otherwise: string): SqlValue =>
    row?.cells[row.shape.table.columns.get(column) ?? -1] ?? otherwise;
  const [user, userName] = [cellOf(userRow, 'id', userId), cellOf(userRow, 'userName', '')];
  const [group, groupName] = [cellOf(groupRow, 'id', groupId), cellOf(groupRow, 'name', '')];
  const possible: readonly (readonly [string, readonly SqlValue[]])[] = [
    ['user', [user, userName]],
    ['group', [group, groupName]],
    ['userName', [userName]],
    ['groupName', [groupName]],
    ['userId', [user]],
    ['groupId', [group]],
  ];
  const row: Record<string, CellValue> = { ...previous };
  for (const [column, values] of possible) {
    const place = columns.get(column);
    if (place === undefined) continue;
    const before = previous[headings[place]];
    const stays = before !== undefined && values.some((value) => textOf(value) === textOf(fromCell(before)));
    if (!stays) row[headings[place]] = toCell(values[0]);
  }
  return row;
}

/** If the rowid of a removed row was given to another row since, the restored row gets a new one. */
function withoutTaken(database: Database, { name, rowid, rowidAlias }: TableShape, previous: RowValue['row']): RowValue['row'] {
  const { [rowid ?? '']: _, ...row } = previous;
  const number = rowidAlias === undefined ? undefined : row[rowidAlias];
  if (rowidAlias === undefined || number === undefined) return row;
  const taken = database.prepare<SqlValue[]>(`SELECT 1 FROM ${quoteName(name)} WHERE ${quoteName(rowidAlias)} IS ?`).get(fromCell(number));
  if (taken === undefined) return row;
  const { [rowidAlias]: __, ...rest } = row;
  return rest;
}
