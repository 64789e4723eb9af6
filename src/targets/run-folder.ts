/** Folders of runs, beside the plan. */

import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fsyncFolder, hasCode, removeIfThere, systemReason, temporaryPath } from './files.js';
import { type JournalDigest, readJournal } from './read-journal.js';
import { ApplyRefused } from './refusal.js';
import type { World } from './world.js';

const RUNS = 'runs';
export const JOURNAL = 'journal.jsonl';
export const BACKUP = 'backup';
/** Of the first undo of a run, and of those that went on where somebody's changes had been in the way. */
const undoJournalName = (number: number): string => (number === 1 ? 'undo.jsonl' : `undo-${number}.jsonl`);

/** A run, by its folder, with what its journal tells. */
export interface KnownRun {
  readonly name: string;
  readonly folder: string;
  readonly journal: JournalDigest;
}

export const runsFolderOf = (planFile: string): string => join(dirname(resolve(planFile)), RUNS);

/** Orders names by their time, and those of one second by their number. */
function byBeginning(a: string, b: string): number {
  const parts = (name: string): readonly [string, number] => {
    const [, stem = name, number = '1'] = /^(\d{8}T\d{6}Z-[^-]*)(?:-(\d+))?$/.exec(name) ?? [];
    return [stem, Number(number)];
  };
  const [[stemA, numberA], [stemB, numberB]] = [parts(a), parts(b)];
  return stemA === stemB ? numberA - numberB : stemA < stemB ? -1 : 1;
}

/** Yields the runs that have a journal, oldest first. */
export function knownRuns(runsFolder: string): KnownRun[] {
  if (!existsSync(runsFolder)) return [];
  return readdirSync(runsFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort(byBeginning)
    .flatMap((name) => {
      const folder = join(runsFolder, name);
      const journal = readJournal(join(folder, JOURNAL));
      return journal === undefined ? [] : [{ name, folder, journal }];
    });
}

/** Yields the journals of what took a run back, oldest first. */
export function undoJournals(runFolder: string): string[] {
  const files: string[] = [];
  for (;;) {
    const file = nextUndoJournal(runFolder, files.length);
    if (!existsSync(file)) return files;
    files.push(file);
  }
}

export const nextUndoJournal = (runFolder: string, known: number): string => join(runFolder, undoJournalName(known + 1));

export const RUNS_ADVICE = 'The journal lies beside the plan, so its folder must be writable; copy the plan to a folder of your own.';

/** Makes the folder in which all runs of a plan lie. */
export function makeRunsFolder(runsFolder: string): void {
  try {
    mkdirSync(runsFolder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new ApplyRefused(`${runsFolder} cannot be made: ${systemReason(error) ?? String(error)}.`, `Nothing was changed. ${RUNS_ADVICE}`);
  }
}

/** Makes a new run's folder, named by the time and the plan; yields the name. */
export function makeRunFolder(runsFolder: string, planDigest: string, world: World): string {
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

/** Removes what killed runs prepared and never put in place. To be called under the locks only. */
export function clearLeftovers(runs: readonly KnownRun[]): void {
  for (const { journal } of runs) {
    if (journal.end !== undefined) continue;
    for (const target of journal.run.targets) {
      const path = temporaryPath(target, journal.run.run);
      for (const each of [path, `${path}-journal`, `${path}-wal`, `${path}-shm`]) removeIfThere(each);
    }
  }
}

/** Is a run whose process died before the first line of its journal was whole: it has written nothing. */
export function isUnbegun(runFolder: string): boolean {
  const folder = resolve(runFolder);
  if (basename(dirname(folder)) !== RUNS || !existsSync(folder)) return false;
  // Copies are kept after the journal has begun: where there are some, it was lost.
  if (existsSync(join(folder, BACKUP))) return false;
  const journal = join(folder, JOURNAL);
  return !existsSync(journal) || !readFileSync(journal, 'utf8').includes('\n');
}
