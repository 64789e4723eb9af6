/** What a run needs to know about its process and machine; the command line supplies the real one. */

export interface ProcessInfo {
  readonly pid: number;
  readonly host: string;
  now(): Date;
  /** Is a process of this host alive, by its id. */
  isAlive(pid: number): boolean;
}

/** Ctrl-C, a request to stop, and a closed terminal. */
export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';
