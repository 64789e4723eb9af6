/** Folders of runs, beside the plan. */

import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fsyncFolder, hasCode, refuseUnreadable, removeIfThere, systemReason, temporaryPath, withoutReading } from './files.js';
import { readManifest } from './journal-record.js';
import { firstRecord, hasWholeLine, type JournalDigest, readJournal } from './read-journal.js';
import { ApplyRefused, type ProcessInfo } from './stops.js';

export const RUNS = 'runs';
export const JOURNAL = 'journal.jsonl';
export const BACKUP = 'backup';
/** Journals of the first undo of a run, and of later ones that undid what other changes had blocked. */
const undoJournalName = (number: number): string => (number === 1 ? 'undo.jsonl' : `undo-${number}.jsonl`);

/** A run: its folder and the contents of its journal. */
export interface KnownRun {
  readonly name: string;
  readonly folder: string;
  readonly journal: JournalDigest;
}

export const runsFolderOf = (planFile: string): string => join(dirname(resolve(planFile)), RUNS);

/** The lock of all runs of a plan. */
export const lockIn = (runsFolder: string): string => join(runsFolder, '.lock');

/** Compares names by their time, and those of one second by their number. */
function byBeginning(a: string, b: string): number {
  const parts = (name: string): readonly [string, number] => {
    const [, stem = name, number = '1'] = /^(\d{8}T\d{6}Z-[^-]*)(?:-(\d+))?$/.exec(name) ?? [];
    return [stem, Number(number)];
  };
  const [[stemA, numberA], [stemB, numberB]] = [parts(a), parts(b)];
  return stemA === stemB ? numberA - numberB : stemA < stemB ? -1 : 1;
}

/** Returns the contents of a run's journal, completed from the manifest of its copies if the journal lost lines. */
export function readRun(folder: string): JournalDigest | undefined {
  refuseUnreadable(folder);
  const digest = readableOr(folder, () => readJournal(join(folder, JOURNAL)));
  const manifest = readableOr(folder, () => readManifest(join(folder, BACKUP)));
  if (manifest === undefined) return digest;
  const { run, files } = manifest;
  if (digest === undefined) return { run, files, intents: 0, done: new Set(), refusals: 0, hasRefusals: false, pid: run.pid, isDamaged: true, isSealed: false };
  if (digest.run.run !== run.run) return { ...digest, isDamaged: true, isSealed: false };
  // The journal announces every file before the manifest is written, and each of its ends is sealed.
  const isWhole = JSON.stringify(digest.files) === JSON.stringify(files) && (digest.end === undefined || digest.end.sha256 !== undefined);
  // A journal of a newer version is not interpreted.
  const { schemaVersion } = digest.run;
  return { ...digest, run: { ...run, schemaVersion }, files, isDamaged: digest.isDamaged || !isWhole, isSealed: digest.isSealed && isWhole };
}

/** Reads a file of a run. Throws ApplyRefused if this user may not read it. */
function readableOr<T>(folder: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!hasCode(error, 'EACCES', 'EPERM')) throw error;
    throw withoutReading(systemReason(error)?.replace(/: .*/s, '') ?? folder, 'the run');
  }
}

/** Returns the address of a live run, which its undo needs. */
export function addressOf(runFolder: string): { readonly url?: string } {
  const url = readableOr(runFolder, () => firstRecord(join(runFolder, JOURNAL)))?.url;
  return url === undefined ? {} : { url };
}

/** Returns the names of possible run folders, ordered by name. Throws ApplyRefused if this user may not read the folder. */
export function runNames(runsFolder: string): string[] {
  refuseUnreadable(runsFolder);
  if (!existsSync(runsFolder)) return [];
  return readdirSync(runsFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort(byBeginning);
}

/** Sorts runs by when they began: by their numbers, after the runs of version 1, which have none. */
export const inOrder = <R extends { readonly journal: JournalDigest }>(runs: readonly R[]): R[] =>
  [...runs].sort((a, b) => (a.journal.run.number ?? 0) - (b.journal.run.number ?? 0));

/** Returns the runs whose journals can be read, oldest first. */
export const knownRuns = (runsFolder: string): KnownRun[] =>
  inOrder(
    runNames(runsFolder).flatMap((name) => {
      const folder = join(runsFolder, name);
      const journal = readRun(folder);
      return journal === undefined ? [] : [{ name, folder, journal }];
    }),
  );

/** Returns the files that a run kept copies in. */
export function copiesOf(runFolder: string): string[] {
  const folder = join(runFolder, BACKUP);
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('manifest.json')) : [];
}

/** Returns the journals of a run's undos, oldest first. */
export function undoJournals(runFolder: string): string[] {
  const files: string[] = [];
  for (;;) {
    const file = nextUndoJournal(runFolder, files.length);
    if (!existsSync(file)) return files;
    files.push(file);
  }
}

/** Has an undo finished, according to an undamaged journal. */
export const isFinishedUndo = (undone: JournalDigest | undefined): boolean => undone?.end?.state === 'finished' && !undone.isDamaged;

/** How far the undo of a run got; `open`: it was interrupted and may have written something. */
export type UndoProgress = 'none' | 'finished' | 'in part' | 'not begun' | 'open';

/** Returns how far the undo of a run has come, and the process that wrote its journal last. */
export function undoOf(runFolder: string): { readonly progress: UndoProgress; readonly pid?: number } {
  const undos = undoJournals(runFolder).map((file) => readableOr(runFolder, () => readJournal(file)));
  const last = undos.at(-1);
  if (last !== undefined && !isFinishedUndo(last)) {
    const { end, pid, files, run, intents } = last;
    const isAsFound =
      end !== undefined &&
      end.leaves.length > 0 &&
      end.leaves.every(({ role, sha256 }) => run.inputs.some((input) => input.role === role && input.sha256 === sha256));
    // An undo that was refused leaves nothing to finish.
    const hasNotWritten = run.mode === 'live' ? intents === 0 : isAsFound || (end === undefined && files.length === 0);
    if (!hasNotWritten) return { progress: 'open', pid };
    if (end?.state !== 'stopped') return { progress: 'not begun', pid };
  }
  const finished = undos.filter(isFinishedUndo).at(-1);
  if (finished === undefined) return { progress: undos.length > 0 && last === undefined ? 'open' : 'none' };
  return { progress: finished.hasRefusals ? 'in part' : 'finished' };
}

export const nextUndoJournal = (runFolder: string, known: number): string => join(runFolder, undoJournalName(known + 1));

export const RUNS_ADVICE = 'The journal is written beside the plan, so that folder must be writable. Copy the plan to a folder of your own.';

/** Creates the folder for all runs of a plan. */
export function makeRunsFolder(runsFolder: string): void {
  try {
    mkdirSync(runsFolder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new ApplyRefused(`${runsFolder} cannot be created: ${systemReason(error) ?? String(error)}.`, `Nothing was changed. ${RUNS_ADVICE}`);
  }
}

/** Returns the number of the next run. */
export const nextNumber = (runs: readonly KnownRun[]): number => 1 + runs.reduce((most, { journal }) => Math.max(most, journal.run.number ?? 0), runs.length);

/** Creates a new run's folder, named by the time and the plan; returns the name. */
export function makeRunFolder(runsFolder: string, planDigest: string, world: ProcessInfo): string {
  const time = `${world
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replace(/[-:]/g, '')}Z`;
  const stem = `${time}-${planDigest.replace(/^sha256:/, '').slice(0, 4)}`;
  for (let count = 1; ; count++) {
    const name = count === 1 ? stem : `${stem}-${count}`;
    try {
      mkdirSync(join(runsFolder, name), { mode: 0o700 });
      fsyncFolder(runsFolder);
      return name;
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
}

/** Removes temporary files that killed runs never renamed into place. Call it only while holding the locks. */
export function clearLeftovers(runs: readonly KnownRun[]): void {
  for (const { journal } of runs) {
    if (journal.end !== undefined) continue;
    for (const target of journal.run.targets) {
      const path = temporaryPath(target, journal.run.run);
      for (const each of [path, `${path}-journal`, `${path}-wal`, `${path}-shm`]) removeIfThere(each);
    }
  }
}

/** Is a run whose process died before the first line of its journal was complete: it wrote nothing. */
export function isUnbegun(runFolder: string): boolean {
  const folder = resolve(runFolder);
  refuseUnreadable(folder);
  if (basename(dirname(folder)) !== RUNS || !existsSync(folder)) return false;
  // Copies are made after the journal has begun: if there are some, the journal was lost.
  if (existsSync(join(folder, BACKUP))) return false;
  const journal = join(folder, JOURNAL);
  return !existsSync(journal) || !readableOr(folder, () => hasWholeLine(journal));
}
