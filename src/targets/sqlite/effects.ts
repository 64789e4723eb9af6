/** What a database changes by itself when rows change, through triggers and foreign keys. Changes that were not announced must not happen. */

import type { Database } from '../../sources/sqlite/connection.js';
import { listTables, quoteName } from '../../sources/sqlite/tables.js';
import type { IntentRecord } from '../run/journal.js';
import { ApplyRefused } from '../run/refusal.js';
import { Unmet, Writer } from './write.js';

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
