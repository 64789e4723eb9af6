/** The runs of a plan, according to their journals. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hasSurelyNotWritten, isUnwritten } from './data-state.js';
import type { RunRecord } from './journal.js';
import { lockPid } from './lock.js';
import type { ProcessInfo } from './process-info.js';
import type { JournalDigest } from './read-journal.js';
import { ApplyRefused } from './refusal.js';
import { copiesOf, inOrder, JOURNAL, type KnownRun, RUNS, readRun, runNames, undoOf } from './run-folder.js';

export type RunState =
  /** Wrote everything. */
  | 'finished'
  /** Live: changed some users, as asked; the same command goes on. */
  | 'paused'
  /** Undone. */
  | 'undone'
  /** Undone except for values that had changed since. */
  | 'undone in part'
  /** Its undo died or was stopped and may have written something; undo finishes it. */
  | 'undo interrupted'
  /** Its undo ended before its first write: the run is still applied. */
  | 'undo interrupted before the write'
  /** Ended before its first write: nothing was changed. */
  | 'interrupted before the write'
  /** Ended between two writes. */
  | 'interrupted after a write'
  /** Died while writing: the journal does not say whether the write succeeded. The same command, or undo, determines it. */
  | 'interrupted while writing'
  | 'running'
  | 'being undone';

export interface Run {
  readonly name: string;
  readonly folder: string;
  readonly state: RunState;
  /** True if its journal has lost or changed lines. */
  readonly isDamaged: boolean;
  /** ISO. */
  readonly startedAt: string;
  readonly mode: RunRecord['mode'];
  /** The address of Jama Connect, if the run is live. */
  readonly url?: string;
  readonly plan: string;
  readonly planDigest: string;
  readonly targets: readonly string[];
  /** Actions with the outcome `done`. */
  readonly done: number;
  readonly actions: number;
}

/** The folder of a run whose journal cannot be read. */
export interface UntoldRun {
  readonly name: string;
  readonly folder: string;
  readonly why: string;
}

export interface RunList {
  /** Oldest first. */
  readonly runs: readonly Run[];
  readonly untold: readonly UntoldRun[];
}

/** Returns the runs of a plan's folder. Throws ApplyRefused if this user may not read it. */
export function listRuns(planFolder: string, world: ProcessInfo): RunList {
  const runsFolder = join(planFolder, RUNS);
  const names = runNames(runsFolder);
  const owner = lockPid(join(runsFolder, '.lock'), world);
  const known: KnownRun[] = [];
  const untold: UntoldRun[] = [];
  for (const name of names) {
    const folder = join(runsFolder, name);
    try {
      const journal = readRun(folder);
      if (journal !== undefined) known.push({ name, folder, journal });
      else if (isOfRun(folder)) untold.push({ name, folder, why: whyUntold(folder) });
    } catch (error) {
      if (!(error instanceof ApplyRefused)) throw error;
      untold.push({ name, folder, why: error.message });
    }
  }
  return { runs: inOrder(known).map((run) => runFrom(run, owner)), untold };
}

/** Does a folder contain what only a run creates. An empty one belongs to a run that died before its first line. */
const isOfRun = (folder: string): boolean => existsSync(join(folder, JOURNAL)) || copiesOf(folder).length > 0;

function whyUntold(folder: string): string {
  const why = existsSync(join(folder, JOURNAL)) ? 'its journal does not say which run it belongs to' : 'its journal is lost';
  return copiesOf(folder).length === 0 ? why : `${why}; it kept copies of the data it was about to change, see "scim-audit undo"`;
}

function runFrom({ name, folder, journal }: KnownRun, owner: number | undefined): Run {
  const { run, done, isDamaged } = journal;
  return {
    name,
    folder,
    state: stateOf(folder, journal, owner),
    isDamaged,
    startedAt: run.startedAt,
    mode: run.mode,
    plan: run.planFile,
    planDigest: run.planDigest,
    targets: run.targets,
    done: done.size,
    actions: run.actions,
    ...(run.url === undefined ? {} : { url: run.url }),
  };
}

/** `owner`: the process that holds the lock of the plan's runs. */
function stateOf(folder: string, journal: JournalDigest, owner: number | undefined): RunState {
  const { end, done, pid } = journal;
  const undo = undoOf(folder);
  if ((undo.progress === 'open' || undo.progress === 'not begun') && owner !== undefined && owner === undo.pid) return 'being undone';
  if (end === undefined && owner === pid) return 'running';
  switch (undo.progress) {
    case 'finished':
      return 'undone';
    case 'in part':
      return 'undone in part';
    case 'open':
      return 'undo interrupted';
    case 'not begun':
      return 'undo interrupted before the write';
    case 'none':
  }
  if (end?.state === 'finished') return 'finished';
  if (journal.run.mode === 'live') {
    if (end?.state === 'paused') return 'paused';
    if (journal.intents === journal.refusals && !journal.isDamaged) return 'interrupted before the write';
    return end === undefined && done.size === 0 ? 'interrupted while writing' : 'interrupted after a write';
  }
  if (hasSurelyNotWritten(journal) || (isUnwritten(journal) && !journal.isDamaged && copiesOf(folder).length === 0)) return 'interrupted before the write';
  return end === undefined && done.size === 0 ? 'interrupted while writing' : 'interrupted after a write';
}
