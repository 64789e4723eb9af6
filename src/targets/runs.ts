/** The runs of a plan, as their journals tell. */

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
  /** Ended between two writes, or its end was not recorded. */
  | 'interrupted after a write'
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
  throw new Error(`not written yet: ${planFolder} ${world.host}`);
}
