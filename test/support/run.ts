/** Real processes for what cannot be seen from within one: pipes, locks, broken installations. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Io, Output } from '../../src/cli/io.js';
import { run } from '../../src/cli/main.js';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const BIN = join(ROOT, 'bin/scim-audit.js');

/** Only what a process needs, so that nothing of the surroundings decides a test. */
const ENVIRONMENT: Readonly<Record<string, string>> = { PATH: process.env.PATH ?? '' };

interface ShellResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a line of bash in a folder; `scim-audit` is the built program. */
export function shell(line: string, folder: string, environment: Readonly<Record<string, string>> = {}): ShellResult {
  if (!existsSync(join(ROOT, 'dist/cli.cjs'))) throw new Error('dist/cli.cjs is missing: run "npm run build" first');
  const script = `scim-audit() { "${process.execPath}" "${BIN}" "$@"; }\n${line}`;
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '--noprofile', '-c', script], {
    cwd: folder,
    // With a socket as stdin, bash takes itself for a remote shell and reads the user's files.
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    env: { ...ENVIRONMENT, ...environment },
    timeout: 50_000,
  });
  return { code: status, stdout, stderr };
}

/** Starts a Node.js module's text as a process; resolves once it has written a line. It is to be killed by whoever started it. */
export async function startModule(code: string, folder: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { cwd: folder, env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', (exit) => reject(new Error(`the process ended with ${exit} before it was ready`)));
  });
  return child;
}

/** Ends a process that was started here; resolves when it is gone. */
export function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

// Runs the whole program in process, in another world.

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly isTty?: boolean;
  readonly columns?: number;
  /** This machine and its clock, if other processes take part. */
  readonly isReal?: boolean;
  /** What printed commands are quoted for; POSIX unless it is said. */
  readonly shell?: Io['process']['shell'];
}

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A key that ends a dialogue before its end. */
export const CTRL_C = '\u0003';
export const CTRL_D = '\u0004';

const CURSOR = /\u001b\[\d*(?:;\d+)*[A-Za-z]/g;

/** Returns what a command line writes on a terminal to somebody who answers each question with the next of `typed`. */
export async function converse(args: readonly string[], typed: readonly string[], { cwd, columns = 80 }: CliOptions = {}): Promise<CliResult> {
  const written = { stdout: '', stderr: '' };
  const left = [...typed];
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  let isAnswering = false;
  const answer = (): void => {
    isAnswering = false;
    const next = left.shift();
    stdin.write(next === undefined ? CTRL_D : next === CTRL_C || next === CTRL_D ? next : `${next}\r`);
  };
  const outputTo = (name: 'stdout' | 'stderr'): Output => {
    const write = (text: string): void => {
      written[name] += text.replace(CURSOR, '').replaceAll('\r\n', '\n');
      if (isAnswering || !/(?:^|\n)(?:> |[^\n]+: )$/.test(written[name])) return;
      isAnswering = true;
      setImmediate(answer);
    };
    const stream = Object.assign(new Writable({ decodeStrings: false, write: (text: string, _, done) => done(void write(text)) }), { isTTY: true, columns });
    return { write, settle: async () => undefined, isTTY: true, columns, stream };
  };
  const io: Io = { ...worldOf({ ...(cwd === undefined ? {} : { cwd }) }), stdout: outputTo('stdout'), stderr: outputTo('stderr'), stdin };
  const code = await inFolder(cwd, () => run(args, io));
  return { code, ...written };
}

/** A command line that runs until something is typed. */
interface RunningCli {
  /** What it has written so far. */
  written(): string;
  type(text: string): void;
  readonly ended: Promise<CliResult>;
}

/** Starts a command line on a terminal. */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  const written = { stdout: '', stderr: '' };
  const outputTo = (name: 'stdout' | 'stderr'): Output => ({
    write(text) {
      written[name] += text;
    },
    settle: async () => undefined,
    isTTY: true,
  });
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const io: Io = { ...worldOf(options), stdout: outputTo('stdout'), stderr: outputTo('stderr'), stdin };
  return { written: () => written.stdout, type: (text) => void stdin.write(text), ended: run(args, io).then((code) => ({ code, ...written })) };
}

/** Returns what a command line writes and its exit code. Relative paths start at `cwd`. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const written = { stdout: '', stderr: '' };
  const outputTo = (name: 'stdout' | 'stderr'): Output => ({
    write(text) {
      written[name] += text;
    },
    settle: async () => undefined,
    isTTY: options.isTty === true,
    ...(options.columns === undefined ? {} : { columns: options.columns }),
  });
  const stdin = Object.assign(new PassThrough(), { isTTY: options.isTty === true });
  stdin.end(options.stdin ?? '');
  const io: Io = { ...worldOf(options), stdout: outputTo('stdout'), stderr: outputTo('stderr'), stdin };
  const code = await inFolder(options.cwd, () => run(args, io));
  return { code, ...written };
}

/** What a program sees besides its streams. */
const worldOf = ({ cwd, env = {}, isReal, shell = 'posix' }: CliOptions): Omit<Io, 'stdout' | 'stderr' | 'stdin'> => ({
  now: isReal ? () => new Date() : STILL.now,
  // No test waits.
  sleep: async () => {},
  process: { ...(isReal ? MOVING : STILL).process, shell },
  environment: env,
  folder: cwd ?? process.cwd(),
  interruption: { listen: () => {}, signal: () => undefined },
});

/** A clock that stands, and one process. */
const STILL = {
  now: () => new Date('2026-03-02T08:00:00Z'),
  process: { pid: process.pid, host: 'test', user: process.getuid?.(), isAlive: (pid: number) => pid === process.pid },
};

const MOVING = {
  process: { ...STILL.process, host: hostname(), isAlive: (pid: number) => pid === process.pid || existsSync(`/proc/${pid}`) },
};

async function inFolder<T>(folder: string | undefined, act: () => Promise<T>): Promise<T> {
  const before = process.cwd();
  if (folder !== undefined) process.chdir(folder);
  try {
    return await act();
  } finally {
    process.chdir(before);
  }
}
