/** A MariaDB of the test's own: in a temporary folder, on a socket there, without a network port. */

import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram, requiredProgram } from './parts.js';

export interface MariaDb {
  /** Path of the server's socket. The user `root` has no password. */
  readonly socket: string;
  /** The stock client, to be given `clientArguments`. */
  readonly client: string;
  /** Arguments that make the client connect; more may follow. */
  readonly clientArguments: readonly string[];
  /** Runs statements given to the client's standard input; returns what it prints: rows by line, cells by tab, without headings. */
  query(sql: string): Promise<string>;
  stop(): Promise<void>;
}

const ATTEMPTS = 300;
const PAUSE = 100;

/** Returns a running server with utf8mb4 as its character set. Throws, with what the server wrote, if it does not start. */
export async function startMariaDb(extra: readonly string[] = []): Promise<MariaDb> {
  const server = requiredProgram('mariadb');
  const client = needed(findProgram('mariadb', 'mysql'), 'mariadb');
  const install = needed(findProgram('mariadb-install-db', 'mysql_install_db'), 'mariadb-install-db');
  // A socket's path may have about 100 characters; the folder of the system is short enough.
  const folder = mkdtempSync(join(tmpdir(), 'scim-db-'));
  const data = join(folder, 'data');
  const socket = join(folder, 's');
  const asUser = `--user=${userInfo().username}`;
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    await runProgram(install, ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db', asUser], '');
  } catch (error) {
    remove();
    throw error;
  }
  const child = spawn(
    server,
    [
      '--no-defaults',
      `--datadir=${data}`,
      `--socket=${socket}`,
      `--pid-file=${join(folder, 'pid')}`,
      asUser,
      '--skip-networking',
      '--character-set-server=utf8mb4',
      '--innodb-buffer-pool-size=32M',
      '--innodb-flush-log-at-trx-commit=0',
      '--max-allowed-packet=256M',
      ...extra,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', (error) => {
      said += error.message;
      resolve();
    });
  });
  const killed = (): boolean => child.kill('SIGKILL');
  process.once('exit', killed);
  const clientArguments = ['--no-defaults', `--socket=${socket}`, '--user=root', '--default-character-set=utf8mb4'];
  const query = (sql: string): Promise<string> => runProgram(client, [...clientArguments, '--batch', '--skip-column-names', '--max-allowed-packet=256M'], sql);
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    process.off('exit', killed);
    remove();
  };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    try {
      await query('SELECT 1;');
      return { socket, client, clientArguments, query, stop };
    } catch {
      await sleep(PAUSE);
    }
  }
  await stop();
  throw new Error(`mariadbd did not start:\n${said}`);
}

function needed(path: string | undefined, name: string): string {
  if (path === undefined) throw new Error(`${name} is not installed`);
  return path;
}

/** Returns what a program prints; throws with what it says if it ends with another code than 0. */
function runProgram(program: string, programArguments: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, [...programArguments], { maxBuffer: 1 << 30, encoding: 'utf8' }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${program}: ${stderr.trim() || error.message}`));
    });
    // A program that ends early closes its input; its exit code says why.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
