/** Checkpoint: yields to the event loop between steps so that signals are noticed. */

import type { Signal } from './process-info.js';

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
