/** What a run passes between two of its steps. */

import type { Signal } from './process-info.js';

/** A person's signal, seen before anything was written. */
export class Halted extends Error {
  constructor(readonly signal: Signal) {
    super(signal);
  }
}

export interface GateKeeper {
  interrupted(): Signal | undefined;
  at?(step: string): void;
}

/** Lets signals in between steps. Once something is written they wait: what is left to do is short, and half of it would be worse. */
export class Checkpoint {
  /** Something was written to the target. */
  hasWritten = false;

  constructor(readonly keeper: GateKeeper) {}

  async pass(step: string): Promise<void> {
    this.keeper.at?.(step);
    // Signals are told by the event loop, which a long computation never gives a turn.
    await new Promise((resolve) => setImmediate(resolve));
    const signal = this.keeper.interrupted();
    if (signal !== undefined && !this.hasWritten) throw new Halted(signal);
  }
}
