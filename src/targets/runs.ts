/** The runs of a plan, as their journals tell. */

import { join } from 'node:path';
import { lockOwner } from './lock.js';
import { type JournalDigest, readJournal } from './read-journal.js';
import { knownRuns, undoJournals } from './run-folder.js';
import { isUnwritten } from './standing.js';
import type { World } from './world.js';

export type RunState =
  /** Wrote everything. */
  | 'finished'
  /** Taken back. */
  | 'undone'
  /** Taken back but for what somebody had changed since. */
  | 'undone in part'
  /** Ended before its first write: nothing was changed. */
  | 'interrupted before the write'
  /** Ended between two writes. */
  | 'interrupted after a write'
  /** Died while writing: its journal does not say whether the write came through. The same command, or undo, finds out. */
  | 'interrupted while writing'
  | 'running';

export interface Run {
  readonly name: string;
  readonly folder: string;
  readonly state: RunState;
  /** ISO. */
  readonly startedAt: string;
  readonly mode: 'in-place' | 'out';
  readonly plan: string;
  readonly planDigest: string;
  readonly targets: readonly string[];
  /** Actions with the outcome `done`. */
  readonly done: number;
  readonly actions: number;
}

/** Yields the runs of a plan's folder, oldest first. */
export function listRuns(planFolder: string, world: World): Run[] {
  const runsFolder = join(planFolder, 'runs');
  const owner = lockOwner(join(runsFolder, '.lock'), world);
  const runs = knownRuns(runsFolder);
  return runs.map(({ name, folder, journal }, at): Run => {
    const { run, done } = journal;
    // The lock is of the plan, and the run under way is the last one that has no end.
    const isRunning = owner !== undefined && journal.end === undefined && !runs.slice(at + 1).some((later) => later.journal.end === undefined);
    return {
      name,
      folder,
      state: isRunning ? 'running' : stateOf(folder, journal),
      startedAt: run.startedAt,
      mode: run.mode,
      plan: run.planFile,
      planDigest: run.planDigest,
      targets: run.targets,
      done: done.size,
      actions: run.actions,
    };
  });
}

function stateOf(folder: string, journal: JournalDigest): RunState {
  const { end, done } = journal;
  const undone = undoJournals(folder)
    .map(readJournal)
    .findLast((each) => each?.end?.state === 'finished');
  if (undone !== undefined) return undone.hasRefusals ? 'undone in part' : 'undone';
  if (end?.state === 'finished') return 'finished';
  if (isUnwritten(journal)) return 'interrupted before the write';
  return end === undefined && done.size === 0 ? 'interrupted while writing' : 'interrupted after a write';
}
