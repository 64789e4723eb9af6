/** Makes the changes of intents in a database, forward or backward, each only if the old value is still there. */

import type { Statement } from 'better-sqlite3';
import type { Database } from '../../sources/sqlite/connection.js';
import { listTables, quoteName } from '../../sources/sqlite/tables.js';
import { type CellValue, type IntentRecord, isRowValue, type Place, type RowValue } from '../run/journal.js';
import { inverseOf } from '../run/reversal.js';
import { ApplyRefused } from '../run/stops.js';
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
class Writer {
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

// What a database changes by itself when rows change, through triggers and foreign keys. Changes that were not
// announced must not happen.

/** Returns how many rows the connection has changed since it was opened, including those changed by triggers and foreign key actions. */
const rowsChanged = (database: Database): number => Number(database.prepare('SELECT total_changes()').pluck().get());

/** Makes the changes of the intents. Throws if one cannot be made, and ApplyRefused if other rows change as well; the caller must then roll the transaction back. */
export async function carryOutOnly(database: Database, intents: readonly IntentRecord[], pause: (at: number) => Promise<void>): Promise<void> {
  const writer = new Writer(database);
  const before = rowsChanged(database);
  for (const [at, intent] of intents.entries()) {
    try {
      writer.carryOut(intent);
    } catch (error) {
      // A row may differ because of effects of the changes made before it.
      if (error instanceof Unmet && rowsChanged(database) - before > at) throw sideEffects(database, intents);
      throw error;
    }
    await pause(at);
  }
  // Each intent is one row, even if ON UPDATE CASCADE has already changed it.
  if (rowsChanged(database) - before !== intents.length) throw sideEffects(database, intents);
}

const sideEffects = (database: Database, intents: readonly IntentRecord[]): ApplyRefused =>
  new ApplyRefused(
    'With these changes the database would also change other rows, through the triggers or foreign keys listed above, which the plan did not announce.',
    'Nothing was changed: the transaction was rolled back. Remove these triggers or foreign keys from the database, run this command again, and add them back; or apply the plan to CSV exports.',
    causesOf(database, intents),
  );

interface Touched {
  readonly columns: Set<string>;
  /** True if rows are deleted. */
  loses: boolean;
}

/** Returns the triggers and foreign key actions that may be the cause, as sentences. */
function causesOf(database: Database, intents: readonly IntentRecord[]): string[] {
  const tables = new Map<string, Touched>();
  for (const { where, old } of intents) {
    if (!('table' in where)) continue;
    const name = where.table.toLowerCase();
    const touched = tables.get(name) ?? { columns: new Set(), loses: false };
    if (where.heading !== undefined) touched.columns.add(where.heading.toLowerCase());
    else if (old !== null) touched.loses = true;
    tables.set(name, touched);
  }
  return [...triggersOf(database, tables), ...actionsOf(database, tables)];
}

function triggersOf(database: Database, tables: ReadonlyMap<string, Touched>): string[] {
  const triggers = database.prepare<[], { name: string; owner: string }>(
    "SELECT name, tbl_name AS owner FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
  );
  return triggers.all().flatMap(({ name, owner }) => (tables.has(owner.toLowerCase()) ? [`${owner} has the trigger ${name}.`] : []));
}

interface ForeignKey {
  readonly table: string;
  readonly from: string;
  readonly to: string | null;
  readonly on_update: string;
  readonly on_delete: string;
}

const doesNothing = (action: string): boolean => action === 'NO ACTION' || action === 'RESTRICT';

function actionsOf(database: Database, tables: ReadonlyMap<string, Touched>): string[] {
  return listTables(database).flatMap((child) =>
    database
      .prepare<[], ForeignKey>(`PRAGMA foreign_key_list(${quoteName(child)})`)
      .all()
      .flatMap(({ table, from, to, on_update, on_delete }) => {
        const touched = tables.get(table.toLowerCase());
        if (touched === undefined) return [];
        const isUpdated = !doesNothing(on_update) && (to === null || touched.columns.has(to.toLowerCase()));
        const what = `${child} (${from}) refers to ${table}`;
        return [
          ...(isUpdated ? [`${what} with ON UPDATE ${on_update}.`] : []),
          ...(touched.loses && !doesNothing(on_delete) ? [`${what} with ON DELETE ${on_delete}.`] : []),
        ];
      }),
  );
}
