/** Real processes for what cannot be seen from within one: pipes, locks, broken installations. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const BIN = join(ROOT, 'bin/scim-audit.js');

/** Only what a process needs, so that nothing of the surroundings decides a test. */
const ENVIRONMENT: Readonly<Record<string, string>> = { PATH: process.env.PATH ?? '' };

export interface ShellResult {
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
