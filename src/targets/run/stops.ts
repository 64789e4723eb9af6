/**
 * How a run ends early: its errors, by whether something was written, and the signals that it notices; and what it is
 * given by its process and machine.
 */

import { UserError } from '../../model/user-error.js';

/** Nothing was written to the target (exit 4). */
export class ApplyRefused extends UserError {
  override readonly name = 'ApplyRefused';
}

/** A path or argument that does not exist or cannot be used (exit 2): the user corrects the command; source and runs are not at fault. */
export class Misnamed extends UserError {
  override readonly name = 'Misnamed';
}

/** Rows are not where the run left them, although their content may be the same. */
export class RowsMoved extends ApplyRefused {}

/** Something was written before it had to stop (exit 5); the journal names every row. */
export class ApplyStopped extends UserError {
  override readonly name = 'ApplyStopped';
}

/** A person ended the run (exit 130, 143, or 129 if the terminal was closed); the journal is closed. */
export class ApplyInterrupted extends UserError {
  override readonly name = 'ApplyInterrupted';

  constructor(
    readonly signal: Signal,
    message: string,
    hint?: string,
    details: readonly string[] = [],
  ) {
    super(message, hint, details);
  }
}

/** Returns the refusal of a target that another program wrote to while it was being read. */
export function changedMeanwhile(what: string): ApplyRefused {
  return new ApplyRefused(
    `${what} was changed by another program while this command was running.`,
    'It was left as it is. Wait until the other program has finished, then run "scim-audit plan" again on the data as they are now.',
  );
}

// What a run is given by its process and machine, and where it notices signals; the command line supplies the real
// ones.

export interface ProcessInfo {
  readonly pid: number;
  readonly host: string;
  now(): Date;
  /** Is a process of this host alive, by its id. */
  isAlive(pid: number): boolean;
}

/** Ctrl-C, a request to stop, and a closed terminal. */
export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** A person's signal, noticed before anything was written. */
export class Halted extends Error {
  constructor(readonly signal: Signal) {
    super(signal);
  }
}

export interface GateKeeper {
  interrupted(): Signal | undefined;
  at?(step: string): void;
}

/** Notices signals between steps. After the first write they are ignored: little is left to do, and stopping halfway would be worse. */
export class Checkpoint {
  /** True once something was written to the target. */
  hasWritten = false;

  constructor(readonly keeper: GateKeeper) {}

  async pass(step: string): Promise<void> {
    this.keeper.at?.(step);
    // Node delivers signals in the event loop, which a long computation never reaches by itself.
    await new Promise((resolve) => setImmediate(resolve));
    const signal = this.keeper.interrupted();
    if (signal !== undefined && !this.hasWritten) throw new Halted(signal);
  }
}
