/** Membership rows that are added to a table: new ones, or ones that a run removed. */

import type { Database } from '../../sources/sqlite/connection.js';
import { quoteName } from '../../sources/sqlite/tables.js';
import { type CellValue, isRowValue, type RowValue } from '../run/journal.js';
import type { PreviousValue } from '../run/previous-values.js';
import { fromCell, type SqlValue, type StoredRow, type TableShape, textOf, toCell } from './values.js';

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
