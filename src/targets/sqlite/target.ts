/** A SQLite file as a target: changed in one transaction, after a copy of the file was made. A dry run does the same in memory, with the database's own constraints. */

import { chmodSync, existsSync, linkSync, mkdirSync, realpathSync, renameSync, statSync, unlinkSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import type { Role } from '../../model/directory.js';
import { type Database, loadSqlite, openReadOnly } from '../../sources/sqlite/connection.js';
import { sqliteSource } from '../../sources/sqlite/source.js';
import type { Table } from '../../sources/tables/table.js';
import { fsyncFile, fsyncFolder, hasCode, refuseUnwritable, removeIfThere, temporaryPath } from '../run/files.js';
import type { FileRecord, InputRecord, IntentRecord } from '../run/journal.js';
import { keepManifest, manifestIn } from '../run/journal-record.js';
import { needsNames, readNames } from '../run/named-subjects.js';
import { NetWork } from '../run/net-work.js';
import { ApplyRefused, changedMeanwhile, RowsMoved } from '../run/stops.js';
import type { Job, Rehearsal, Target, TargetInput, Written } from '../target.js';
import { intentsFromCopy } from './copy.js';
import { IntentMaker } from './intents.js';
import { copyDatabase, digestsOf, inspectSqlite, openCopy, PATIENCE, recoverSqlite, refusalOf, tablesOf } from './open.js';
import { shapeOf } from './values.js';
import { carryOutOnly, reversed } from './write.js';

/** Rows between two checks for a signal. */
const ROWS_PER_CHECK = 5000;

export const sqliteTarget: Target = {
  id: 'sqlite',
  claims: sqliteSource.claims,
  inspect: inspectSqlite,
  recover: recoverSqlite,
  siteOf(source, destination) {
    const file = destination.kind === 'out' ? resolve(destination.path) : realpathSync(resolve(source.source ?? ''));
    return { targets: [file], reading: { ...source, source: file }, locks: destination.kind === 'out' ? [] : [join(dirname(file), `.${basename(file)}.lock`)] };
  },
  rehearse: rehearseSqlite,
  write: (job) =>
    change(job, async (database, tables, file) => {
      const netWork = new NetWork(job.tasks);
      netWork.refuseUnmet();
      const names = tables.some((table) => needsNames(table, netWork)) ? readNames(tables, job) : undefined;
      const shapes = tables.map((table) => shapeOf(database, table));
      const intents = new IntentMaker(database, shapes, netWork, names, job, file).make();
      for (const [at, reason] of netWork.refusals) job.journal.write({ type: 'outcome', id: job.tasks[at].id, outcome: 'refused', reason });
      netWork.refuseUnmet();
      return { intents, ids: job.tasks.map(({ id }) => id) };
    }),
  restore: (job) =>
    change(job, async (database, tables, file) => {
      const intents = job.isByCopies ? await intentsFromCopy(job, database, tables, file) : [...job.intents].reverse().map(reversed);
      return { intents, ids: [...new Set(intents.map(({ id }) => id))], leaves: new Map(job.files.map(({ role, before }) => [role, before])) };
    }),
};

interface Planned {
  readonly intents: readonly IntentRecord[];
  readonly ids: readonly string[];
  /** The digests that must result, by role. */
  readonly leaves?: ReadonlyMap<Role, string>;
}

type Make = (database: Database, tables: readonly Table[], file: string) => Promise<Planned>;

async function change(job: Job, make: Make): Promise<Written> {
  const { destination, checkpoint } = job;
  const Sqlite = await loadSqlite();
  const source = realpathSync(resolve(job.source.source ?? ''));
  const site = sqliteTarget.siteOf(job.source, destination);
  const [target] = site.targets;
  if (destination.kind === 'in-place') {
    refuseUnwritable(source);
    return transact({ Sqlite, job, make, opened: source, target });
  }
  const temporary = temporaryPath(target, job.run);
  const clear = (): void => {
    for (const path of [temporary, `${temporary}-journal`, `${temporary}-wal`, `${temporary}-shm`]) removeIfThere(path);
  };
  clear();
  try {
    await checkpoint.pass('copy');
    await copyDatabase(openReadOnly(Sqlite, source), temporary);
    chmodSync(temporary, 0o600);
    const written = await transact({ Sqlite, job, make, opened: temporary, target });
    checkpoint.hasWritten = true;
    return written;
  } finally {
    clear();
  }
}

interface Transaction {
  readonly Sqlite: typeof BetterSqlite3;
  readonly job: Job;
  readonly make: Make;
  /** The file to write to. */
  readonly opened: string;
  /** The file as the user named it: the same one, or the one that a copy is renamed to. */
  readonly target: string;
}

async function transact({ Sqlite, job, make, opened, target }: Transaction): Promise<Written> {
  const { journal, checkpoint, runFolder } = job;
  const isInPlace = opened === target;
  let database: Database | undefined;
  let backup: string | undefined;
  let isCommitting = false;
  let hasManifest = false;
  try {
    database = new Sqlite(opened, { fileMustExist: true, timeout: PATIENCE });
    database.exec('BEGIN IMMEDIATE');
    database.pragma('defer_foreign_keys = ON');
    if (isInPlace && job.backups !== '') {
      // The lock is already held, so no other program can write between the copy and the change.
      await checkpoint.pass('back up');
      mkdirSync(join(runFolder, job.backups), { recursive: true, mode: 0o700 });
      const name = basename(opened);
      backup = join(runFolder, job.backups, manifestIn('') === name ? `1-${name}` : name);
      removeIfThere(backup);
      await copyDatabase(new Sqlite(opened, { readonly: true, fileMustExist: true, timeout: PATIENCE }), backup);
      chmodSync(backup, 0o600);
    }
    const tables = tablesOf(database, opened, job.source);
    const before = digestsOf(database, tables);
    refuseOther(job.inputs, tables, before, target);
    await checkpoint.pass('read');
    const { intents, ids, leaves: wanted } = await make(database, tables, target);
    for (const intent of intents) journal.write(intent);
    journal.announce();
    journal.sync();
    await checkpoint.pass('announced');
    await carryOutOnly(database, intents, async (at) => {
      if (at % ROWS_PER_CHECK === 0) await checkpoint.pass(`row ${at}`);
    });
    const after = digestsOf(database, tables);
    tables.forEach(({ role }, at) => {
      if (wanted !== undefined && wanted.get(role) !== after[at]) throw new RowsMoved(`${target} (${role}) would not be as it was before the run.`);
    });
    const backupPath = backup === undefined ? {} : { backup: relative(runFolder, backup) };
    const records = tables.map(
      ({ role, table = '' }, at): FileRecord => ({ type: 'file', role, file: target, table, before: before[at], after: after[at], ...backupPath }),
    );
    for (const record of records) journal.write(record);
    journal.sync();
    hasManifest = keepManifest(job, records);
    await checkpoint.pass('ready to commit');
    isCommitting = true;
    database.exec('COMMIT');
    if (isInPlace) checkpoint.hasWritten = true;
    database.close();
    if (!isInPlace) await putInPlace(opened, target, job);
    await checkpoint.pass('committed');
    for (const id of ids) journal.write({ type: 'outcome', id, outcome: 'done' });
    journal.sync();
    const left = records.map(({ role, file, table = '', after: sha256 }): InputRecord => ({ role, file, table, sha256 }));
    return { leaves: left, ...(backup === undefined ? {} : { backup }) };
  } catch (error) {
    const isOpen = database?.inTransaction === true;
    if (isOpen) database?.exec('ROLLBACK');
    // A COMMIT that fails and leaves no transaction open may have come through.
    const isUnwritten = isInPlace ? isOpen || !isCommitting : !checkpoint.hasWritten;
    if ((backup !== undefined || hasManifest) && isUnwritten) removeIfThere(join(runFolder, job.backups));
    throw checkpoint.hasWritten ? error : refusalOf(error, target);
  } finally {
    database?.close();
  }
}

function refuseOther(inputs: readonly TargetInput[], tables: readonly Table[], digests: readonly string[], target: string): void {
  tables.forEach(({ role }, at) => {
    if (inputs.find((input) => input.role === role)?.sha256 !== digests[at]) throw changedMeanwhile(`${target} (${role})`);
  });
}

/** Renames a finished copy to its name, unless that exists by now. */
async function putInPlace(temporary: string, target: string, { checkpoint }: Job): Promise<void> {
  fsyncFile(temporary);
  await checkpoint.pass('name');
  try {
    linkSync(temporary, target);
    unlinkSync(temporary);
  } catch (error) {
    if (hasCode(error, 'EPERM', 'ENOTSUP', 'ENOSYS') && !existsSync(target)) renameSync(temporary, target);
    else if (hasCode(error, 'EEXIST') || existsSync(target))
      throw new ApplyRefused(`${target} already exists.`, 'Nothing was changed. Name another file with --out.');
    else throw error;
  }
  checkpoint.hasWritten = true;
  fsyncFolder(dirname(target));
}

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
