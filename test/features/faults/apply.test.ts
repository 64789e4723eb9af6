/** An apply and an undo that are killed: what is left is finished by the same command, and can be undone. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { temporaryFolders } from '../../support/machine.js';
import { runCli } from '../../support/run.js';
import { expectKilled, keepEveryPoint, killOfEachKind, restore } from './killing.js';

const newFolder = temporaryFolders();

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

/** States the tests of one kind of source and target. */
async function describeKills(kind: string, { make, how }: (typeof KINDS)[keyof typeof KINDS]): Promise<void> {
  const scratch = newFolder();
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

for (const [kind, how] of Object.entries(KINDS)) await describeKills(kind, how);
