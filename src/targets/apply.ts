/** Applies a plan to a source: prepared first, so that it can be shown and agreed to, then run. */

import type { Change } from '../model/change.js';
import type { Role } from '../model/directory.js';
import type { Plan } from '../plan/plan.js';
import type { SourceRequest } from '../sources/source.js';
import type { Signal, World } from './world.js';

export interface ApplyRequest {
  readonly plan: Plan;
  readonly planFile: string;
  /** The source with the plan's columns, tables, delimiter and encoding. */
  readonly source: SourceRequest;
  readonly mode: { readonly kind: 'in-place' } | { readonly kind: 'out'; readonly path: string };
  readonly maxChanges?: number;
  readonly world: World;
  /** Asked between two steps: the signal that a person has sent, if any. */
  interrupted(): Signal | undefined;
  /** Told before every step, by its name; for tests. */
  at?(step: string): void;
}

export type ChangeCounts = Readonly<Record<Change['kind'], number>>;

export interface ActionLine {
  readonly id: string;
  readonly change: Change;
}

export interface LeftState {
  /** Absolute path of the file that the run leaves. */
  readonly file: string;
  readonly role: Role;
  readonly table?: string;
  readonly sha256: string;
}

export interface Receipt {
  /** Name of the run, to be given to undo. */
  readonly run: string;
  readonly runFolder: string;
  readonly journal: string;
  /** Actions that were done. */
  readonly done: number;
  readonly changes: ChangeCounts;
  /** Cells, rows of memberships included, that were written. */
  readonly written: number;
  /** What the target is now. */
  readonly leaves: readonly LeftState[];
  /** The copy of the database or the folder of the files before the run; none with `out`. */
  readonly backup?: string;
}

export interface PreparedApply {
  readonly state: 'ready' | 'done-already';
  readonly changes: ChangeCounts;
  /** Absolute paths that run() writes to. */
  readonly targets: readonly string[];
  /** The finished run, where all is done already; the interrupted one, where run() finishes it. */
  readonly earlier?: { readonly run: string; readonly runFolder: string };
  describe(): readonly ActionLine[];
  /** Takes the locks, checks the digests again and writes. Throws ApplyRefused, ApplyStopped or ApplyInterrupted. */
  run(): Promise<Receipt>;
}

/** Reads the source's digests and says whether the plan can be applied. Throws ApplyRefused where it cannot. */
export async function prepareApply(request: ApplyRequest): Promise<PreparedApply> {
  throw new Error(`not written yet: ${request.planFile}`);
}
