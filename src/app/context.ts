/** What a use case must know of the world it runs in. The command line and programs that use the library each give theirs. */

import manifest from '../../package.json' with { type: 'json' };
import type { PackedIdp } from '../sources/idp/packed.js';
import type { IdpRequest } from '../sources/idp/read-idp.js';
import type { OnProgress } from '../sources/tables/table.js';
import type { ProcessInfo, Signal } from '../targets/run/stops.js';
import type { Shell } from './command-words.js';

/** The program's name and version, as package.json has them. */
export const TOOL = { name: manifest.name, version: manifest.version } as const;

/** The versions of Node.js that it runs on. */
export const NODE_NEEDED: string = manifest.engines.node;

export interface Progress {
  readonly report: OnProgress;
  /** Takes away what is shown; the next report shows something again. */
  stop(): void;
}

/** An answer that another thread is computing. */
export interface Besides<T> {
  /** Undefined if there will be none. */
  readonly answer: Promise<T | undefined>;
  /** Ends the thread. */
  stop(): void;
}

export interface Context {
  /** The working directory, where relative paths start. */
  readonly folder: string;
  /** Variables by name; those called SCIM_AUDIT_… are settings and keys. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  now(): Date;
  /** Waits for some milliseconds. */
  sleep(milliseconds: number): Promise<void>;
  readonly process: Pick<ProcessInfo, 'pid' | 'host' | 'isAlive'> & {
    /** The number of the user that runs it; undefined on Windows. */
    readonly user?: number | undefined;
    /** What commands in messages are quoted for. */
    readonly shell: Shell;
  };
  /** The signal that asked the program to stop, once it is listened for: what writes ends between two steps. */
  readonly interruption: { listen(): void; signal(): Signal | undefined };
  /** Reads an identity provider's exports on another core, as `readForThread` does; absent where there is none. */
  readIdpBesides?(request: IdpRequest): Promise<Besides<PackedIdp>>;
  /** Shows how far a long read is. */
  startProgress(): Promise<Progress>;
  /** Asks a person on a terminal for a text that is not shown; absent if there is no terminal. */
  askSecret?(question: string): Promise<string>;
  /** Takes a sentence about something that was done nevertheless. */
  warn(text: string): void;
}

/** Returns what came of some reading, whose progress is shown. */
export async function withProgress<T>({ startProgress }: Pick<Context, 'startProgress'>, read: (report: OnProgress) => Promise<T>): Promise<T> {
  const progress = await startProgress();
  try {
    return await read(progress.report);
  } finally {
    progress.stop();
  }
}

/** Returns today's date in UTC, as YYYY-MM-DD. */
export const todayOf = ({ now }: Pick<Context, 'now'>): string => now().toISOString().slice(0, 10);

/** Returns what a run keeps of the process that it runs in. */
export const processInfoOf = ({ process: { pid, host, isAlive }, now }: Context): ProcessInfo => ({ pid, host, isAlive, now });

/** The parts of Node's `process` that a program hands in. */
interface NodeProcess {
  readonly pid: number;
  readonly platform: string;
  cwd(): string;
  kill(pid: number, signal: 0): unknown;
  getuid?(): number;
}

/** What a program must state; what it leaves out of the rest has no effect on it. */
export interface ContextParts extends Partial<Omit<Context, 'process' | 'now'>> {
  readonly process: NodeProcess;
  /** The name of the machine, which locks and journals keep: `hostname()` of node:os. */
  readonly host: string;
  now(): Date;
}

/**
 * Returns the context of a program. Variables of the environment count only if they are given: `environment: process.env`
 * makes the library judge as the command line does.
 */
export function contextFor({ process: self, host, now, ...parts }: ContextParts): Context {
  const user = self.getuid?.();
  return {
    folder: self.cwd(),
    environment: {},
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    interruption: { listen: () => {}, signal: () => undefined },
    startProgress: async () => ({ report: () => {}, stop: () => {} }),
    warn: () => {},
    ...parts,
    now,
    process: {
      pid: self.pid,
      host,
      isAlive: (pid) => isAlive(self, pid),
      shell: self.platform === 'win32' ? 'windows' : 'posix',
      ...(user === undefined ? {} : { user }),
    },
  };
}

/** Is a process of this machine. One of another user cannot be signaled, but exists. */
export function isAlive(self: Pick<NodeProcess, 'kill'>, pid: number): boolean {
  try {
    self.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
