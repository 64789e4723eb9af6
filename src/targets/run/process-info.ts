/** What a run must know of the machine it runs on; the command line gives the real one. */

export interface ProcessInfo {
  readonly pid: number;
  readonly host: string;
  now(): Date;
  /** Is a process of this host, by its id. */
  isAlive(pid: number): boolean;
}

/** Ctrl-C, a request to stop, and a terminal that is gone. */
export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';
