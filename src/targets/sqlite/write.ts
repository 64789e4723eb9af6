/** Makes the changes of intents in a database, forward or backward, each only if the old value is still there. */

import type { Statement } from 'better-sqlite3';
import type { Database } from '../../sources/sqlite/connection.js';
import { quoteName } from '../../sources/sqlite/tables.js';
import { type CellValue, type IntentRecord, isRowValue, type Place, type RowValue } from '../run/journal.js';
import { inverseOf } from '../run/reversal.js';
import { conditionOf, fromCell, type SqlValue } from './values.js';

/** A row was not as expected. */
export class Unmet extends Error {
  constructor(
    readonly intent: IntentRecord,
    readonly reason: string,
  ) {
    super(reason);
  }
}

/** A row was as expected but did not change: a trigger of its table ignores the change. */
export class Held extends Error {
  constructor(
    readonly intent: IntentRecord,
    readonly table: string,
  ) {
    super(`a trigger of the table ${table} keeps the row from being changed`);
  }
}

type Cells = RowValue['row'];
type TablePlace = Extract<Place, { table: string }>;

/** Returns the intent that undoes another. */
export function reversed(intent: IntentRecord): IntentRecord {
  const { where, old, new: text, change } = intent;
  return { ...intent, change: inverseOf(change), where: placeAfter(where, text), old: text, new: old };
}

/** If the key includes the value that is written, the row is found by the new value afterwards. */
function placeAfter(where: Place, value: IntentRecord['new']): Place {
  if (!('table' in where) || where.heading === undefined || !(where.heading in where.key) || isRowValue(value)) return where;
  return { ...where, key: { ...where.key, [where.heading]: value } };
}

/** Every statement says OR ABORT: a table declared ON CONFLICT REPLACE would delete rows silently and uncounted. */
export class Writer {
  readonly #statements = new Map<string, Statement<SqlValue[]>>();

  constructor(readonly database: Database) {}

  #prepare(sql: string): Statement<SqlValue[]> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.database.prepare<SqlValue[]>(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #run(sql: string, values: readonly SqlValue[]): number {
    return this.#prepare(sql).run(...values).changes;
  }

  /** Makes the change of one intent. Throws Unmet if the row is not as the intent says, Held if a trigger prevents the change. */
  carryOut(intent: IntentRecord): void {
    const { where, old, new: value } = intent;
    if (!('table' in where)) throw new Error('the intent is not about a table');
    if (where.heading !== undefined && !isRowValue(old) && !isRowValue(value)) this.#update(intent, where, old, value);
    else if (isRowValue(old)) this.#delete(intent, where.table, old.row);
    else if (isRowValue(value)) this.#insert(intent, where.table, value.row);
  }

  #update(intent: IntentRecord, where: TablePlace, old: CellValue, value: CellValue): void {
    const { table, key, heading = '' } = where;
    const sql = `UPDATE OR ABORT ${quoteName(table)} SET ${quoteName(heading)} = ? WHERE ${conditionOf(key)} AND ${isText(heading)}`;
    if (this.#run(sql, [fromCell(value), ...valuesOf(key), fromCell(old)]) === 1) return;
    // A foreign key with ON UPDATE CASCADE may have changed the row already.
    const after = placeAfter(where, value);
    if (intent.follows === true && 'table' in after && this.#stands(table, after.key, { heading, value })) return;
    if (this.#stands(table, key, { heading, value: old })) throw new Held(intent, table);
    const before = JSON.stringify(fromCell(old), (_, each) => (typeof each === 'bigint' ? String(each) : each));
    throw new Unmet(intent, `the value of ${table}.${heading} is no longer ${before}`);
  }

  #delete(intent: IntentRecord, table: string, row: Cells): void {
    if (this.#run(`DELETE FROM ${quoteName(table)} WHERE ${conditionOf(row)}`, valuesOf(row)) === 1) return;
    if (this.#stands(table, row)) throw new Held(intent, table);
    throw new Unmet(intent, `the row of ${table} is no longer there as it was`);
  }

  #insert(intent: IntentRecord, table: string, row: Cells): void {
    const names = Object.keys(row);
    const sql = `INSERT OR ABORT INTO ${quoteName(table)} (${names.map(quoteName).join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
    if (this.#run(sql, valuesOf(row)) !== 1) throw new Held(intent, table);
  }

  /** Does exactly one row have these values. */
  #stands(table: string, row: Cells, cell?: { readonly heading: string; readonly value: CellValue }): boolean {
    const condition = `${conditionOf(row)}${cell === undefined ? '' : ` AND ${isText(cell.heading)}`}`;
    const values = [...valuesOf(row), ...(cell === undefined ? [] : [fromCell(cell.value)])];
    return this.#prepare(`SELECT 1 FROM ${quoteName(table)} WHERE ${condition}`).all(...values).length === 1;
  }
}

const isText = (heading: string): string => `CAST(${quoteName(heading)} AS TEXT) IS CAST(? AS TEXT)`;
const valuesOf = (row: Cells): SqlValue[] => Object.values(row).map(fromCell);
