/** Takes a run back: prepared first, then run. */

import type { Change } from '../model/change.js';
import type { Signal, World } from './world.js';

export interface UndoRequest {
  readonly runFolder: string;
  readonly world: World;
  interrupted(): Signal | undefined;
  at?(step: string): void;
}

/** An action of the run that is not taken back, and why. */
export interface LeftAlone {
  readonly id: string;
  readonly change: Change;
  readonly reason: string;
}

export interface UndoReceipt {
  readonly run: string;
  readonly runFolder: string;
  readonly journal: string;
  /** Actions taken back. */
  readonly done: number;
  readonly left: readonly LeftAlone[];
  /** The target is byte for byte, or row for row, what it was before the run. */
  readonly isAsBefore: boolean;
}

export interface PreparedUndo {
  /** `nothing`: the run never wrote. */
  readonly state: 'ready' | 'done-already' | 'nothing';
  /** Name and folder of the run that is taken back. */
  readonly of: { readonly run: string; readonly runFolder: string };
  readonly targets: readonly string[];
  /** The target is exactly as the run left it, so that all of it is taken back. */
  readonly isUntouched: boolean;
  /** Inverse changes in the order in which they are made. */
  describe(): readonly { readonly id: string; readonly change: Change }[];
  /** What would be left alone, as far as it shows before the write. */
  readonly left: readonly LeftAlone[];
  run(): Promise<UndoReceipt>;
}

/** Yields what undoing a run would do. Throws ApplyRefused where it cannot be told. */
export async function prepareUndo(request: UndoRequest): Promise<PreparedUndo> {
  throw new Error(`not written yet: ${request.runFolder}`);
}
