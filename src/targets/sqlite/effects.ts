/** What a database does by itself when rows change, by its triggers and foreign keys. What nobody announced must not happen. */

import type { Database } from '../../sources/sqlite/connection.js';
import { listTables, quoteName } from '../../sources/sqlite/tables.js';
import type { IntentRecord } from '../run/journal.js';
import { ApplyRefused } from '../run/refusal.js';
import { Unmet, Writer } from './write.js';

/** Returns how many rows the connection has changed since it was opened, with those of triggers and of actions of foreign keys. */
const rowsChanged = (database: Database): number => Number(database.prepare('SELECT total_changes()').pluck().get());

/** Carries intents out. Throws where one cannot be, and ApplyRefused where other rows change as well: the transaction is to be rolled back then. */
export async function carryOutOnly(database: Database, intents: readonly IntentRecord[], pause: (at: number) => Promise<void>): Promise<void> {
  const writer = new Writer(database);
  const before = rowsChanged(database);
  for (const [at, intent] of intents.entries()) {
    try {
      writer.carryOut(intent);
    } catch (error) {
      // A row that is not as it was may be so by what the changes before it have set off.
      if (error instanceof Unmet && rowsChanged(database) - before > at) throw sideEffects(database, intents);
      throw error;
    }
    await pause(at);
  }
  // Each intent is one row, also where ON UPDATE CASCADE was there first.
  if (rowsChanged(database) - before !== intents.length) throw sideEffects(database, intents);
}

const sideEffects = (database: Database, intents: readonly IntentRecord[]): ApplyRefused =>
  new ApplyRefused(
    'With these changes the database would change other rows by itself, which nobody has announced.',
    'Nothing was changed: the transaction was rolled back. Take out of the database what does that, run this again, and put it back; or apply the plan to CSV exports.',
    causesOf(database, intents),
  );

interface Touched {
  readonly columns: Set<string>;
  /** Rows are taken out. */
  loses: boolean;
}

/** Returns the triggers and the actions of foreign keys that may have done it, as sentences. */
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
