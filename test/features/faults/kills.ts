/** Real processes, really killed: before and after every call that writes, then run again, then undone. */

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';

const program = join(import.meta.dirname, '../../../bin/scim-audit.js');
const preload = join(import.meta.dirname, 'kill-at.mjs');
const scratch = mkdtempSync(join(tmpdir(), 'scim-audit-kills-'));

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

function run(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const { status, signal, stderr } = spawnSync(process.execPath, ['--import', preload, program, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  return { status, signal, stderr };
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
  'csv in place': { make: makeCsv, how: (): string[] => ['--in-place'] },
  'csv to a copy': { make: makeCsv, how: (folder: string): string[] => ['--out', join(folder, 'corrected')] },
  'sqlite in place': { make: makeSqlite, how: (): string[] => ['--in-place'] },
  'sqlite to a copy': { make: makeSqlite, how: (folder: string): string[] => ['--out', join(folder, 'corrected.sqlite')] },
} as const;

/** States the tests of one kind; each kind is a file of its own, so that they run beside one another. */
export function describeKills(kind: keyof typeof KINDS): void {
  const { make, how } = KINDS[kind];
  describe(`an apply that is killed (${kind})`, () => {
    afterAll(() => rmSync(scratch, { recursive: true, force: true }));
    const ground = join(scratch, kind.replace(/\W+/g, '-'));
    mkdirSync(ground);
    const source = make(ground);
    const plan = join(ground, 'plan');
    const planned = run(['plan', source, '--auth-mode', 'multi', '--out', plan]);

    /** A fresh copy of source and plan for one kill. */
    function stage(name: string) {
      const folder = join(scratch, `${kind.replace(/\W+/g, '-')}-${name}`);
      cpSync(ground, folder, { recursive: true });
      const own = join(folder, source.slice(ground.length + 1));
      const target = how(folder)[1] ?? own;
      return { folder, source: own, target, plan: join(folder, 'plan'), apply: ['apply', join(folder, 'plan'), own, ...how(folder), '--yes'] };
    }

    const counted = stage('counted');
    const counts = join(counted.folder, 'calls.txt');
    const whole = run(counted.apply, { COUNT_TO: counts });
    const calls = readFileSync(counts, 'utf8').trim().split('\n');
    const before = stateOf(source);
    const after = stateOf(counted.target);

    it('works when nobody kills it', () => {
      expect(planned).toMatchObject({ status: 0 });
      expect(whole).toMatchObject({ status: 0 });
      expect(after).not.toEqual(before);
      expect(calls.length).toBeGreaterThan(8);
    });

    it.each(['before', 'after'] as const)(
      'finishes when run again, and can be taken back: killed %s every call',
      (when) => {
        for (let at = 1; at <= calls.length; at++) {
          const place = `${when} ${calls[at - 1]}`;
          const staged = stage(`${when}-${at}`);
          const killed = run(staged.apply, { KILL_AT: String(at), KILL_WHEN: when });
          expect(killed.signal, place).toBe('SIGKILL');
          expectTrueJournals(staged.plan);
          if (staged.target !== staged.source) expect(stateOf(staged.source), `${place}: the source`).toEqual(before);
          const again = run(staged.apply);
          expect(again.status, `${place}: ${again.stderr}`).toBe(0);
          expect(stateOf(staged.target), `${place}: run again`).toEqual(after);
          expectTrueJournals(staged.plan);
          const runs = runsIn(staged.plan);
          let isUndone = false;
          for (const name of runs.reverse()) {
            const undone = run(['undo', join(staged.plan, 'runs', name), '--yes']);
            expect(undone.status, `${place}: undo: ${undone.stderr}`).toBe(0);
            isUndone ||= undone.stderr.includes('taken back');
          }
          expect(isUndone, place).toBe(true);
          expect(stateOf(staged.target), `${place}: undone`).toEqual(before);
          rmSync(staged.folder, { recursive: true, force: true });
        }
      },
      600_000,
    );

    // After one call is before the next: only the last has an after of its own.
    it('an undo finishes when run again: killed before every call, and after the last', () => {
      const ended = stage('undo');
      expect(run(ended.apply)).toMatchObject({ status: 0 });
      const runOf = (folder: string): string => join(folder, 'plan', 'runs', runsIn(join(folder, 'plan'))[0]);
      // A run knows its source by its path, so each kill happens where the apply was.
      const kept = join(scratch, `${kind.replace(/\W+/g, '-')}-undo-kept`);
      cpSync(ended.folder, kept, { recursive: true });
      const list = join(scratch, `${kind.replace(/\W+/g, '-')}-undo.txt`);
      expect(run(['undo', runOf(ended.folder), '--yes'], { COUNT_TO: list })).toMatchObject({ status: 0 });
      expect(stateOf(ended.target)).toEqual(before);
      const steps = readFileSync(list, 'utf8').trim().split('\n');
      expect(steps.length).toBeGreaterThan(8);
      for (let number = 1; number <= steps.length + 1; number++) {
        const at = Math.min(number, steps.length);
        const when = number === at ? 'before' : 'after';
        const place = `undo, ${when} ${steps[at - 1]}`;
        rmSync(ended.folder, { recursive: true, force: true });
        cpSync(kept, ended.folder, { recursive: true });
        const killed = run(['undo', runOf(ended.folder), '--yes'], { KILL_AT: String(at), KILL_WHEN: when });
        expect(killed.signal, place).toBe('SIGKILL');
        expectTrueJournals(ended.plan);
        const again = run(['undo', runOf(ended.folder), '--yes']);
        expect(again.status, `${place}: ${again.stderr}`).toBe(0);
        expect(stateOf(ended.target), place).toEqual(before);
      }
    }, 600_000);
  });
}

const runsIn = (plan: string): string[] =>
  readdirSync(join(plan, 'runs'))
    .filter((name) => existsSync(join(plan, 'runs', name, 'journal.jsonl')))
    .sort();
