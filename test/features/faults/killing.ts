/**
 * What a killed process leaves behind, for tests that go on from there.
 *
 * A kill takes only what is in memory, so that one process can show every point: before each of its calls that write, a
 * copy of the folder is kept. The tests go on from every one of these copies. That a process that is really killed leaves
 * the same is tried with one kill per kind of call, whose place the seed decides. The fuzzer `crashes` kills at random
 * calls of random organizations, several times in a row: `npm run fuzz -- --only crashes`.
 */

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { Random } from '../../fuzz/random.js';
import { ROOT } from '../../support/children.js';
import { runCli } from '../../support/run.js';
import { temporaryFolders } from '../../support/temporary.js';

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

// A ring of two, a chain, and a group whose members are named by username: three files change.
const USERS = [
  ['1', 'wren@harbour.example', 'lark@harbour.example', 'true', 'idp'],
  ['2', 'lark@harbour.example', 'wren@harbour.example', 'true', 'idp'],
  ['3', 'tern', 'tern@harbour.example', 'true', 'idp'],
  ['4', 'gull@harbour.example', 'gull@harbour.example', 'false', 'idp'],
] as const;

function makeCsv(folder: string): string {
  const source = join(folder, 'exports');
  mkdirSync(source);
  writeFileSync(join(source, 'users.csv'), ['id,userName,email,active,authenticationType', ...USERS.map((row) => row.join(','))].join('\r\n'));
  writeFileSync(join(source, 'groups.csv'), 'id,name,project\n7,Harbour,\n');
  writeFileSync(join(source, 'memberships.csv'), 'groupName,userName\nHarbour,tern\nHarbour,"wren@harbour.example"\n');
  return source;
}

function makeSqlite(folder: string): string {
  const source = join(folder, 'harbour.sqlite');
  const database = new Sqlite(source);
  database.exec(
    'CREATE TABLE users (id INTEGER PRIMARY KEY, userName TEXT UNIQUE, email TEXT, active TEXT, authenticationType TEXT); CREATE TABLE groups (id INTEGER, name TEXT, project TEXT); CREATE TABLE memberships (groupId INTEGER, userId INTEGER)',
  );
  const insert = database.prepare('INSERT INTO users VALUES (?, ?, ?, ?, ?)');
  for (const row of USERS) insert.run(...row);
  database.exec("INSERT INTO groups VALUES (7, 'Harbour', NULL); INSERT INTO memberships VALUES (7, 3)");
  database.close();
  return source;
}

/** Everything that a source holds, so that two states can be compared. */
function stateOf(source: string): unknown {
  if (source.endsWith('.sqlite')) {
    const database = new Sqlite(source, { readonly: true });
    try {
      return ['users', 'groups', 'memberships'].map((table) => database.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all());
    } finally {
      database.close();
    }
  }
  return readdirSync(source)
    .filter((name) => name.endsWith('.csv'))
    .sort()
    .map((name) => [name, readFileSync(join(source, name), 'latin1')]);
}

/** Every line of every journal is whole, and no outcome stands without its intent. */
function expectTrueJournals(plan: string): void {
  const runs = join(plan, 'runs');
  if (!existsSync(runs)) return;
  const files = readdirSync(runs).flatMap((name) => (name.startsWith('.') ? [] : ['journal.jsonl', 'undo.jsonl'].map((file) => join(runs, name, file))));
  for (const file of files.filter((each) => existsSync(each))) {
    const intents = new Set<string>();
    const lines = readFileSync(file, 'utf8').split('\n');
    // A kill may cut the last line short, and no other.
    for (const [at, line] of lines.entries()) {
      if (at === lines.length - 1) break;
      const entry = JSON.parse(line) as { type: string; id?: string };
      if (entry.type === 'intent' && entry.id !== undefined) intents.add(entry.id);
      if (entry.type === 'outcome') expect(intents.has(entry.id ?? '')).toBe(true);
    }
  }
}

const KINDS = {
  'csv in place': { make: makeCsv, how: ['--in-place'] },
  'csv to a copy': { make: makeCsv, how: ['--out', 'corrected'] },
  'sqlite in place': { make: makeSqlite, how: ['--in-place'] },
  'sqlite to a copy': { make: makeSqlite, how: ['--out', 'corrected.sqlite'] },
} as const;

const runsIn = (plan: string): string[] =>
  readdirSync(join(plan, 'runs'))
    .filter((name) => existsSync(join(plan, 'runs', name, 'journal.jsonl')))
    .sort();

/** States the tests of one kind; those of CSV and of SQLite are files of their own, so that they run beside each other. */
export async function describeKills(kind: keyof typeof KINDS): Promise<void> {
  const { make, how } = KINDS[kind];
  const scratch = temporaryFolders()();
  const folder = join(scratch, 'work');
  mkdirSync(folder);
  const source = make(folder);
  const target = how.length === 1 ? source : join(folder, how[1]);
  const plan = join(folder, 'plan');
  const kept = (name: string): string => join(scratch, name);
  const before = stateOf(source);

  /** The command in this process, which must work. */
  async function done(words: readonly string[], place: string): Promise<void> {
    const { code, stderr } = await runCli(words, { cwd: folder, isReal: true });
    expect(code, `${place}: scim-audit ${words.join(' ')}: ${stderr}`).toBe(0);
  }

  await done(['plan', source, '--auth-mode', 'multi', '--out', 'plan'], 'to begin with');
  const apply = ['apply', 'plan', source, ...how, '--yes'];
  restore(folder, kept('planned'));
  const calls = keepEveryPoint(folder, apply, kept('applying'));
  const after = stateOf(target);
  restore(folder, kept('applied'));
  const undo = ['undo', join('plan', 'runs', runsIn(plan)[0]), '--yes'];
  const undoCalls = keepEveryPoint(folder, undo, kept('undoing'));
  const undone = stateOf(target);

  /** From where an apply was killed: the same command finishes, and all that was done can be undone. */
  async function goOn(place: string): Promise<void> {
    expectTrueJournals(plan);
    if (target !== source) expect(stateOf(source), `${place}: the source`).toEqual(before);
    await done(apply, place);
    expect(stateOf(target), `${place}: run again`).toEqual(after);
    expectTrueJournals(plan);
    for (const name of runsIn(plan).reverse()) await done(['undo', join('plan', 'runs', name), '--yes'], place);
    expect(stateOf(target), `${place}: undone`).toEqual(before);
  }

  async function goOnWithUndo(place: string): Promise<void> {
    expectTrueJournals(plan);
    await done(undo, place);
    expect(stateOf(target), place).toEqual(before);
  }

  describe.each([
    ['an apply', calls, apply, 'planned', 'applying', goOn],
    ['an undo', undoCalls, undo, 'applied', 'undoing', goOnWithUndo],
  ] as const)(`%s that is killed (${kind})`, (_, steps, words, start, points, then) => {
    it('works when nobody kills it', () => {
      expect(after).not.toEqual(before);
      expect(undone).toEqual(before);
    });

    it('finishes when run again: from before every call, and from after the last', { timeout: 300_000 }, async () => {
      for (let at = 1; at <= steps.length + 1; at++) {
        restore(join(kept(points), String(at)), folder);
        await then(at <= steps.length ? `before ${steps[at - 1]}, call ${at}` : 'after the last call');
      }
    });

    it.each(killOfEachKind(steps))('finishes when run again: really killed at a $call', async (kill) => {
      restore(kept(start), folder);
      expectKilled(folder, words, kill, kept(points));
      await then(kill.place);
    });
  });
}
