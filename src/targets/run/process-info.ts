/** What a run is given by its process and machine, and where it notices signals; the command line supplies the real ones. */

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
