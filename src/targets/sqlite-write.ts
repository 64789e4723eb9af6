/** Intents carried out on a database, forward or backward, each only where the old value still stands. */

import type { Statement } from 'better-sqlite3';
import { type Database, quoteName } from '../sources/sqlite.js';
import { inverseOf } from './inverse.js';
import { type IntentRecord, isRowValue, type Place, type RowValue } from './journal.js';
import { columnName, fromCell, type SqlValue } from './sqlite-values.js';

/** A row was not as it had to be. */
export class Unmet extends Error {
  constructor(
    readonly intent: IntentRecord,
    readonly reason: string,
  ) {
    super(reason);
  }
}

type Cells = RowValue['row'];

/** Yields the intent that takes another back. */
export function reversed(intent: IntentRecord): IntentRecord {
  const { where, old, new: text, change } = intent;
  return { ...intent, change: inverseOf(change), where: placeAfter(where, text), old: text, new: old };
}

/** Where the key holds the value that is written, the row is found by the new one afterwards. */
function placeAfter(where: Place, value: IntentRecord['new']): Place {
  if (!('table' in where) || where.heading === undefined || !(where.heading in where.key) || isRowValue(value)) return where;
  return { ...where, key: { ...where.key, [where.heading]: value } };
}

export class Writer {
  readonly #statements = new Map<string, Statement<SqlValue[]>>();

  constructor(readonly database: Database) {}

  #run(sql: string, values: readonly SqlValue[]): number {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.database.prepare<SqlValue[]>(sql);
      this.#statements.set(sql, statement);
    }
    return statement.run(...values).changes;
  }

  /** Carries one intent out; throws Unmet where the row is not as it says. */
  carryOut(intent: IntentRecord): void {
    const { where, old, new: value } = intent;
    if (!('table' in where)) throw new Error('the intent is not about a table');
    if (where.heading !== undefined && !isRowValue(old) && !isRowValue(value)) this.#update(intent, where, fromCell(old), fromCell(value));
    else if (isRowValue(old)) this.#delete(intent, where.table, old.row);
    else if (isRowValue(value)) this.#insert(where.table, value.row);
  }

  #update(intent: IntentRecord, { table, key, heading = '' }: Extract<Place, { table: string }>, old: SqlValue, value: SqlValue): void {
    const keys = Object.entries(key);
    const column = quoteName(heading);
    const sql = `UPDATE ${quoteName(table)} SET ${column} = ? WHERE ${conditionOf(keys.map(([name]) => name))} AND CAST(${column} AS TEXT) IS CAST(? AS TEXT)`;
    const found = keys.map(([, cell]) => fromCell(cell));
    if (this.#run(sql, [value, ...found, old]) === 1) return;
    // A foreign key with ON UPDATE CASCADE has been there first.
    if (intent.follows === true && this.#run(sql, [value, ...found, value]) === 1) return;
    throw new Unmet(
      intent,
      `the value of ${table}.${heading} is no longer ${JSON.stringify(old, (_, each) => (typeof each === 'bigint' ? String(each) : each))}`,
    );
  }

  #delete(intent: IntentRecord, table: string, row: Cells): void {
    const cells = Object.entries(row);
    const sql = `DELETE FROM ${quoteName(table)} WHERE ${conditionOf(cells.map(([name]) => name))}`;
    const count = this.#run(
      sql,
      cells.map(([, cell]) => fromCell(cell)),
    );
    if (count !== 1) throw new Unmet(intent, `the row of ${table} is no longer there as it was`);
  }

  #insert(table: string, row: Cells): void {
    const names = Object.keys(row);
    const sql = `INSERT INTO ${quoteName(table)} (${names.map(columnName).join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
    this.#run(
      sql,
      Object.values(row).map((cell) => fromCell(cell)),
    );
  }
}

/** A rowid is compared so that SQLite looks it up; other columns so that NULL is a value. */
const conditionOf = (columns: readonly string[]): string =>
  columns.map((column) => (column === 'rowid' ? 'rowid = ?' : `${quoteName(column)} IS ?`)).join(' AND ');
