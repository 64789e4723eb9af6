/** The world as the program sees it, which a test replaces; and how the program ends in it. */

import { fstatSync, statSync, writeSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import type { Shell } from '../app/command-words.js';
import { type Context, isAlive } from '../app/context.js';
import { Refusal, type RefusalKind } from '../app/refusal.js';
import { UserError } from '../model/user-error.js';
import { printable } from '../reporters/visible.js';
import type { Signal } from '../targets/run/stops.js';

export interface Output {
  write(text: string): void;
  /** Returns once all is written: why it could not be, if so. */
  settle(): Promise<Error | undefined>;
  readonly isTTY: boolean;
  readonly columns?: number;
  /** The stream itself: a line that is being typed is drawn on it. */
  readonly stream?: NodeJS.WritableStream;
}

export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where a relative path starts. */
  readonly folder: string;
  now(): Date;
  /** Waits for some milliseconds. */
  sleep(milliseconds: number): Promise<void>;
  /** This process and its machine, for locks and journals. */
  readonly process: {
    readonly pid: number;
    readonly host: string;
    /** Who runs it, by number; undefined on Windows. */
    readonly user: number | undefined;
    isAlive(pid: number): boolean;
    /** What printed commands are quoted for. */
    readonly shell: Shell;
  };
  /** The signal that asked the program to stop, once it is listened for. */
  readonly interruption: { listen(): void; signal(): Signal | undefined };
  readonly readIdpBesides?: Context['readIdpBesides'];
}

/** Returns the process's own streams; `thread` is the file that a second thread runs. A reader that went away (`| head`) is not an error: the verdict still counts. */
export function processIo(thread?: string): Io {
  let stdout: Output | undefined;
  let stderr: Output | undefined;
  return {
    get stdout() {
      stdout ??= isNoTerminal(1) ? directOutput(1, () => process.stdout) : outputOf(process.stdout);
      return stdout;
    },
    get stderr() {
      stderr ??= isNoTerminal(2) ? directOutput(2, () => process.stderr) : outputOf(process.stderr);
      return stderr;
    },
    get stdin() {
      return process.stdin;
    },
    environment: process.env,
    folder: process.cwd(),
    now: () => new Date(),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    process: {
      pid: process.pid,
      host: hostname(),
      user: process.getuid?.(),
      isAlive: (pid) => isAlive(process, pid),
      shell: process.platform === 'win32' ? 'windows' : 'posix',
    },
    interruption: listenForSignals(),
    ...(thread === undefined || availableParallelism() < 2
      ? {}
      : { readIdpBesides: async (request) => (await import('./thread.js')).startThread(thread, request) }),
  };
}

/** What writes ends between two steps; the second signal ends it at once. */
function listenForSignals(): Io['interruption'] {
  let received: Signal | undefined;
  return {
    listen() {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        process.once(signal, () => {
          received = signal;
        });
      }
    },
    signal: () => received,
  };
}

/** Is a file, a pipe or /dev/null. */
function isNoTerminal(fd: number): boolean {
  if (process.platform === 'win32') return false;
  try {
    const stats = fstatSync(fd);
    return !stats.isCharacterDevice() || stats.rdev === statSync('/dev/null').rdev;
  } catch {
    return false;
  }
}

interface StreamOutput extends Output {
  write(text: string | Uint8Array): void;
}

/** Returns an output without a stream of Node.js, whose modules take longer to load than most commands take to answer. */
function directOutput(fd: number, openStream: () => NodeJS.WriteStream): Output {
  let isClosed = false;
  let failure: Error | undefined;
  let stream: StreamOutput | undefined;
  return {
    write(text) {
      if (stream !== undefined || isClosed) {
        stream?.write(text);
        return;
      }
      const bytes = Buffer.from(text);
      let written = 0;
      try {
        while (written < bytes.length) written += writeSync(fd, bytes, written);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        const code = 'code' in error ? error.code : undefined;
        if (code === 'EAGAIN') {
          // Somebody else on the pipe has switched waiting off; the stream knows when to go on.
          stream = outputOf(openStream());
          stream.write(bytes.subarray(written));
          return;
        }
        isClosed = true;
        if (code !== 'EPIPE') failure = error;
      }
    },
    settle: async () => (stream === undefined ? failure : stream.settle()),
    isTTY: false,
  };
}

function outputOf(stream: NodeJS.WriteStream): StreamOutput {
  let isClosed = false;
  let failure: Error | undefined;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    isClosed = true;
    if (error.code !== 'EPIPE') failure = error;
  });
  return {
    write(text) {
      if (!isClosed) stream.write(text);
    },
    settle() {
      // The error of a write is reported after the write: the callback of an empty one comes later than both.
      return new Promise((resolve) => {
        if (isClosed) resolve(failure);
        else stream.write('', () => setImmediate(() => resolve(failure)));
      });
    },
    isTTY: stream.isTTY === true,
    stream,
    ...(stream.columns === undefined ? {} : { columns: stream.columns }),
  };
}

/** Colors only on a terminal, and not where NO_COLOR or --no-color says so. */
export function hasColors(output: Output, { environment }: Io, isWanted: boolean): boolean {
  return isWanted && output.isTTY && !environment.NO_COLOR && environment.TERM !== 'dumb';
}

/** Returns how a report is shown where it goes: on a terminal with its width and colors, in a file with neither. */
export function shownOn(file: string | undefined, io: Io, isColorWanted: boolean): { readonly width?: number; readonly hasColors: boolean } {
  const { stdout } = io;
  if (file !== undefined) return { hasColors: false };
  const width = stdout.isTTY ? { width: Math.max(40, stdout.columns ?? 80) } : {};
  return { ...width, hasColors: hasColors(stdout, io, isColorWanted) };
}

// Exit codes (contract 5), and the last line on stderr that says why.

export const EXIT = {
  done: 0,
  findings: 1,
  noAnswer: 2,
} as const;

/** Signals have the codes that a shell gives to a program that they ended. */
const CODE_BY_KIND = { 'nothing-audited': 3, refused: 4, 'stopped-midway': 5, SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const satisfies Record<
  RefusalKind,
  number
>;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT] | (typeof CODE_BY_KIND)[RefusalKind];

/** What a command ends with: its code, and the reason in one sentence. */
export interface Ending {
  readonly code: ExitCode;
  readonly reason: string;
}

/** Returns the ending of an error: an error the user can fix in plain words, a bug with its stack. */
export async function endingOf(error: unknown, { stderr }: Io): Promise<Ending> {
  if (error instanceof UserError) {
    const { details, hint, command } = error;
    const prose = [...details.map(printable), ...(hint === undefined ? [] : [`What to do: ${hint.split('\n').map(printable).join('\n')}`])];
    const commands = command === undefined ? [] : [`  ${printable(command)}`];
    await writeLines(prose, commands, stderr);
    return { code: error instanceof Refusal ? CODE_BY_KIND[error.kind] : EXIT.noAnswer, reason: error.message };
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  stderr.write(`${trace.split('\n').map(printable).join('\n')}\n`);
  stderr.write('This is a bug in scim-audit, not a mistake of yours, and the command has no result. Please report it with the lines above.\n');
  return { code: EXIT.noAnswer, reason: 'internal error' };
}

/** Writes the reason as the last line on stderr; returns the code. */
export function conclude({ code, reason }: Ending, { stderr }: Io): ExitCode {
  stderr.write(`scim-audit: exit ${code}: ${printable(reason)}\n`);
  return code;
}

/** Writes lines, those of commands whole. Widths are loaded only for a terminal. */
async function writeLines(prose: readonly string[], commands: readonly string[], stderr: Output): Promise<void> {
  if (stderr.isTTY) {
    const { fitted, verbatim } = await import('./wrap-terminal-text.js');
    stderr.write(fitted([...prose, ...commands.map(verbatim)], stderr));
  } else stderr.write([...prose, ...commands].map((line) => `${line}\n`).join(''));
}
