/** A write of a SQLite file gone through without writing: every row is judged, and nothing is made. */

import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadSqlite, openReadOnly } from '../sources/sqlite.js';
import { refuseUnwritable } from './files.js';
import { Ledger } from './ledger.js';
import { needsNames, readNames } from './names.js';
import { IntentMaker } from './sqlite-intents.js';
import { refusalOf, tablesOf } from './sqlite-open.js';
import { shapeOf } from './sqlite-values.js';
import type { Rehearsal } from './target.js';

/** Yields the file that would change. Throws where the write would be refused, but for what only the database's own constraints and triggers know. */
export async function rehearseSqlite({ source, destination, tasks, authTypeMap }: Rehearsal): Promise<readonly string[]> {
  const Sqlite = await loadSqlite();
  const file = realpathSync(resolve(source.source ?? ''));
  if (destination.kind === 'in-place') refuseUnwritable(file);
  const ledger = new Ledger(tasks);
  ledger.refuseUnmet();
  const database = openReadOnly(Sqlite, file);
  try {
    database.exec('BEGIN');
    const tables = tablesOf(database, file, source);
    const names = tables.some((table) => needsNames(table, ledger)) ? readNames(tables, authTypeMap) : undefined;
    const shapes = tables.map((table) => shapeOf(database, table));
    new IntentMaker(database, shapes, ledger, names, { former: new Map() }, file).make();
    ledger.refuseUnmet();
    return [destination.kind === 'out' ? resolve(destination.path) : file];
  } catch (error) {
    throw refusalOf(error, file);
  } finally {
    database.close();
  }
}
