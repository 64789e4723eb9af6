/** What a run must know of the machine it runs on; the command line gives the real one. */

export interface World {
  readonly pid: number;
  readonly host: string;
  now(): Date;
  /** Is a process of this host, by its id. */
  isAlive(pid: number): boolean;
}

export type Signal = 'SIGINT' | 'SIGTERM';
