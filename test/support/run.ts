/** Runs the whole program in process, in another world. */

import { PassThrough } from 'node:stream';
import type { Io, Output } from '../../src/cli/io.js';
import { run } from '../../src/cli/main.js';

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly isTty?: boolean;
  readonly columns?: number;
}

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Yields what a command line writes and its exit code. Relative paths start at `cwd`. */
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
  const before = process.cwd();
  if (options.cwd !== undefined) process.chdir(options.cwd);
  try {
    const io: Io = {
      stdout: outputTo('stdout'),
      stderr: outputTo('stderr'),
      stdin,
      environment: options.env ?? {},
      folder: options.cwd ?? before,
      now: () => new Date('2026-03-02T08:00:00Z'),
      process: { pid: process.pid, host: 'test', isAlive: (pid) => pid === process.pid },
      interruption: { listen: () => {}, signal: () => undefined },
    };
    const code = await run(args, io);
    return { code, ...written };
  } finally {
    process.chdir(before);
  }
}
