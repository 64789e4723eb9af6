/** A dry run of writing a SQLite file, on a copy in memory: every row is checked, by the database's constraints too, and the file is not changed. */

import { realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Database, loadSqlite, openReadOnly } from '../../sources/sqlite/connection.js';
import { refuseUnwritable } from '../run/files.js';
import { needsNames, readNames } from '../run/named-subjects.js';
import { NetWork } from '../run/net-work.js';
import type { Rehearsal } from '../target.js';
import { carryOutOnly } from './effects.js';
import { IntentMaker } from './intents.js';
import { openCopy, refusalOf, tablesOf } from './open.js';
import { shapeOf } from './values.js';

/** Largest database, in bytes, that is copied into memory. In a larger one, conflicts that only constraints and triggers detect appear in the run itself. */
const LARGEST_IN_MEMORY = 512 << 20;

/** Returns the file that would change. Throws if the write would be refused. */
export async function rehearseSqlite({ source, destination, tasks, authTypeMap, collation }: Rehearsal): Promise<readonly string[]> {
  const Sqlite = await loadSqlite();
  const file = realpathSync(resolve(source.source ?? ''));
  if (destination.kind === 'in-place') refuseUnwritable(file);
  const netWork = new NetWork(tasks);
  netWork.refuseUnmet();
  const isPlayed = statSync(file).size <= LARGEST_IN_MEMORY;
  let database: Database | undefined;
  try {
    database = isPlayed ? openCopy(Sqlite, file) : openReadOnly(Sqlite, file);
    database.exec('BEGIN');
    database.pragma('defer_foreign_keys = ON');
    const tables = tablesOf(database, file, source);
    const names = tables.some((table) => needsNames(table, netWork)) ? readNames(tables, { authTypeMap, collation }) : undefined;
    const opened = database;
    const shapes = tables.map((table) => shapeOf(opened, table));
    const intents = new IntentMaker(database, shapes, netWork, names, { previous: new Map() }, file).make();
    netWork.refuseUnmet();
    if (isPlayed) {
      await carryOutOnly(database, intents, async () => {});
      database.exec('COMMIT');
    }
    return [destination.kind === 'out' ? resolve(destination.path) : file];
  } catch (error) {
    throw refusalOf(error, file);
  } finally {
    database?.close();
  }
}
