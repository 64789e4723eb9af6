/**
 * What a killed process leaves behind, for tests that go on from there.
 *
 * A kill takes only what is in memory, so that one process can show every point: before each of its calls that write, a
 * copy of the folder is kept. The tests go on from every one of these copies. That a process that is really killed leaves
 * the same is tried with one kill per kind of call, whose place the seed decides. The fuzzer `crashes` kills at random
 * calls of random organizations, several times in a row: `npm run fuzz -- --only crashes`.
 */

import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Random } from '../../fuzz/random.js';
import { ROOT } from '../../support/run.js';

/** Each run kills elsewhere; what fails shows the seed, and KILL_SEED repeats it. */
const SEED = Number(process.env.KILL_SEED ?? Math.floor(Math.random() * 2 ** 31));

const WRITES = ['writeSync', 'writeFileSync', 'appendFileSync'];

type When = 'before' | 'after' | 'within';

export interface Kill {
  readonly call: string;
  /** Counts from 1. */
  readonly at: number;
  readonly when: When;
  /** For messages. */
  readonly place: string;
}

/** Runs the built program in `folder`, with what counts, keeps and kills loaded before it. */
export function runReal(folder: string, words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const { status, signal, stderr } = spawnSync(
    process.execPath,
    ['--import', join(import.meta.dirname, 'kill-at.mjs'), join(ROOT, 'bin/scim-audit.js'), ...words],
    { cwd: folder, encoding: 'utf8', env: { PATH: process.env.PATH ?? '', ...environment } },
  );
  return { status, signal, stderr };
}

/** Makes `folder` hold what `from` holds. Paths stay the same, because a run knows its source by its path. */
export function restore(from: string, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  cpSync(from, folder, { recursive: true });
}

/**
 * Runs a command that must work, and keeps the folder as it is before each call and after the last one, in `kept/1` and
 * so on. Returns the names of the calls, in order.
 */
export function keepEveryPoint(folder: string, words: readonly string[], kept: string): string[] {
  const list = `${kept}.txt`;
  const { status, stderr } = runReal(folder, words, { COUNT_TO: list, KEEP_OF: folder, KEEP_TO: kept });
  expect(status, stderr).toBe(0);
  const calls = readFileSync(list, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[1]);
  cpSync(folder, join(kept, String(calls.length + 1)), { recursive: true });
  expect(calls.length).toBeGreaterThan(8);
  return calls;
}

/** Returns one kill per kind of call. */
export function killOfEachKind(calls: readonly string[]): Kill[] {
  const random = new Random(SEED);
  return [...new Set(calls)].map((name) => {
    const at = random.pick(calls.flatMap((call, index) => (call === name ? [index + 1] : [])));
    const when = random.pick<When>(WRITES.includes(name) ? ['before', 'after', 'within'] : ['before', 'after']);
    return { call: name, at, when, place: `killed ${when} ${name}, call ${at} of ${calls.length} (KILL_SEED=${SEED})` };
  });
}

/** Expects that a process is really killed, and leaves what was `kept` of that point: the same files, with as much in them. Without `kept` that is not compared, for commands whose files are written by other threads. */
export function expectKilled(folder: string, words: readonly string[], { at, when, place }: Kill, kept?: string): void {
  const { signal, stderr } = runReal(folder, words, { KILL_AT: String(at), KILL_WHEN: when });
  expect(signal, `${place}: ${stderr}`).toBe('SIGKILL');
  if (when === 'within' || kept === undefined) return;
  const before = shapeOf(join(kept, String(at)));
  if (when === 'before') expect(shapeOf(folder), place).toEqual(before);
  // Before the next call, SQLite itself may have written already, which is not counted: the call alone leaves what was there, or what is then.
  else expect([before, shapeOf(join(kept, String(at + 1)))], place).toContainEqual(shapeOf(folder));
}

/** Returns the files under a folder with how much is in them; without the run's id and the number of the process, which differ each time. */
function shapeOf(folder: string): string[] {
  const amountOf = (path: string): string => {
    const { size } = statSync(join(folder, path));
    // What SQLite keeps beside a database begins with chance: its size is sure, its lines are not. Of a lock, which names the
    // process, the lines are sure, and not the size.
    if (/\.(?:csv|sqlite)(?:$|[.-])/.test(path) && !path.includes('.lock')) return `${size} bytes`;
    return `${readFileSync(join(folder, path), 'utf8').split('\n').length} lines`;
  };
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => {
      const name = path.replace(/Z-[0-9a-f]+/g, 'Z-#').replace(/\d+/g, '#');
      return statSync(join(folder, path)).isFile() ? `${name}: ${amountOf(path)}` : name;
    })
    .sort();
}
