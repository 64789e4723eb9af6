import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collationOf } from '../../src/model/compare.js';
import type { Change } from '../../src/model/finding.js';
import { prepareApply } from '../../src/targets/run/apply.js';
import { readJournal } from '../../src/targets/run/read-journal.js';
import { listRuns } from '../../src/targets/run/runs.js';
import { prepareUndo } from '../../src/targets/run/undo.js';
import { afterActions } from '../plan/planning.js';
import { startJamaStandIn } from '../support/jama-stand-in.js';
import { temporaryFolders } from '../support/machine.js';
import { type Organization, organizationArbitrary } from '../support/organizations.js';
import {
  applyAll,
  applyTo,
  bytesBelow,
  contentOfStandIn as contentOf,
  Killed,
  killedAt,
  peopleOf,
  planFor,
  planTextOf,
  readPlan,
  request,
  requestFor,
  type Scene,
  startWith,
  suggestedPlan,
  undoAll,
  undoIn,
  worldOf,
  writeAll,
} from './support.js';

const newFolder = temporaryFolders();
const living = worldOf(4712, [4712]);

const FILES = {
  'users.csv':
    'id,username,email,active,authenticationType,groups\r\n1,rye,"rye@bakery.example",true,idp,Ovens\r\n2,"spelt",spelt@bakery.example,true,idp,"Ovens; Night shift"\r\n3,bran,bran@bakery.example,true,idp,\r\n',
  'groups.csv': 'id,name,scope\n7,Ovens,organization\n8,Night shift,organization\n',
  'memberships.csv': 'group,username\nOvens,rye\nOvens,spelt\nNight shift,spelt\nOvens,bran\n',
};

const CHANGES: readonly Change[] = [
  { kind: 'replace-user', user: '1', attribute: 'userName', from: 'rye', to: 'tmp-1', temporary: true },
  { kind: 'replace-user', user: '2', attribute: 'userName', from: 'spelt', to: 'rye' },
  { kind: 'replace-user', user: '1', attribute: 'userName', from: 'tmp-1', to: 'spelt' },
  { kind: 'replace-user', user: '3', attribute: 'email', from: 'bran@bakery.example', to: 'bran,b@bakery.example' },
  { kind: 'replace-user', user: '3', attribute: 'active', from: 'true', to: 'false' },
  { kind: 'replace-group', group: '7', attribute: 'displayName', from: 'Ovens', to: 'Ovens (EU)' },
  { kind: 'remove-member', group: '7', user: '3' },
  { kind: 'add-member', group: '8', user: '1' },
];

const AFTER = {
  'users.csv':
    'id,username,email,active,authenticationType,groups\r\n1,spelt,"rye@bakery.example",true,idp,Ovens (EU)\r\n2,"rye",spelt@bakery.example,true,idp,"Ovens (EU); Night shift"\r\n3,bran,"bran,b@bakery.example",false,idp,\r\n',
  'groups.csv': 'id,name,scope\n7,Ovens (EU),organization\n8,Night shift,organization\n',
  'memberships.csv': 'group,username\nOvens (EU),spelt\nOvens (EU),rye\nNight shift,rye\n8,spelt\n',
};

const hexOf = (files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(files)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, text]) => [name, Buffer.from(text).toString('hex')]),
  );

async function csvScene(folder: string): Promise<Scene> {
  writeAll(join(folder, 'export'), FILES);
  writeAll(join(folder, 'plan'), {});
  const source = requestFor(join(folder, 'export'));
  return { source, plan: await planFor(source, CHANGES), planFile: join(folder, 'plan', 'plan.json') };
}

const SQL = `
CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT NOT NULL, email TEXT, disabled CHAR(1), authType TEXT);
CREATE UNIQUE INDEX one_name ON users (username COLLATE NOCASE);
CREATE TABLE groups (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE memberships (groupName TEXT, username TEXT, since TEXT, PRIMARY KEY (groupName, username)) WITHOUT ROWID;
INSERT INTO users VALUES (1, 'rye', 'rye@bakery.example', NULL, 'idp'), (2, 'spelt', 'spelt@bakery.example', 'F', 'idp'), (3, 'bran', 'bran@bakery.example', NULL, 'idp');
INSERT INTO groups VALUES (7, 'Ovens'), (8, 'Night shift');
INSERT INTO memberships VALUES ('Ovens', 'rye', '2019'), ('Ovens', 'spelt', '2020'), ('Night shift', 'spelt', NULL), ('Ovens', 'bran', '2021');
`;

async function sqliteScene(folder: string, mode = 'delete'): Promise<Scene> {
  writeAll(join(folder, 'export'), {});
  writeAll(join(folder, 'plan'), {});
  const file = join(folder, 'export', 'bakery.sqlite');
  const database = new Sqlite(file);
  database.pragma(`journal_mode = ${mode}`);
  database.exec(SQL);
  database.close();
  const source = requestFor(file);
  return { source, plan: await planFor(source, CHANGES), planFile: join(folder, 'plan', 'plan.json') };
}

function rowsOf(file: string): unknown {
  const database = new Sqlite(file);
  try {
    return ['users', 'groups', 'memberships'].map((table) => database.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all());
  } finally {
    database.close();
  }
}

const lockFiles = (folder: string): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('lock'));
const leftovers = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => !name.startsWith('plan') && (name.includes('.tmp') || name.endsWith('lock')));

interface Kind {
  readonly name: string;
  make(folder: string): Promise<Scene>;
  read(path: string): unknown;
  readonly source: string;
  readonly out: string;
}

const KINDS: readonly Kind[] = [
  { name: 'csv', make: csvScene, read: bytesBelow, source: 'export', out: 'copy' },
  { name: 'sqlite', make: (folder) => sqliteScene(folder), read: rowsOf, source: 'export/bakery.sqlite', out: 'copy.sqlite' },
  { name: 'sqlite with a write-ahead log', make: (folder) => sqliteScene(folder, 'wal'), read: rowsOf, source: 'export/bakery.sqlite', out: 'copy.sqlite' },
];

describe.each(KINDS)('$name', ({ name, make, read, source, out }) => {
  test('is applied as planned, applied once, and taken back as it was', async () => {
    const folder = newFolder();
    const scene = await make(folder);
    const before = read(join(folder, source));
    const receipt = await applyAll(scene);
    const after = read(join(folder, source));
    if (name === 'csv') expect(after).toEqual(hexOf(AFTER));
    expect(after).not.toEqual(before);
    expect(leftovers(folder)).toEqual([]);
    expect(listRuns(join(folder, 'plan'), worldOf()).runs).toMatchObject([{ state: 'finished', done: CHANGES.length, actions: CHANGES.length }]);

    const again = await prepareApply(request(scene));
    expect(again.state).toBe('done-already');
    await again.run();
    expect(readdirSync(join(folder, 'plan', 'runs'))).toHaveLength(1);

    const undone = await undoAll(receipt.runFolder);
    expect(undone).toMatchObject({ isAsBefore: true, done: CHANGES.length, left: [] });
    expect(read(join(folder, source))).toEqual(before);
    expect(leftovers(folder)).toEqual([]);
    expect(listRuns(join(folder, 'plan'), worldOf()).runs).toMatchObject([{ state: 'undone' }]);
    expect((await prepareUndo({ runFolder: receipt.runFolder, world: worldOf(), interrupted: () => undefined })).state).toBe('done-already');

    const second = await applyAll(scene);
    expect(second.runFolder).not.toBe(receipt.runFolder);
    expect(read(join(folder, source))).toEqual(after);
  });

  test.each(['in-place', 'out'] as const)('killed at any step %s, tells the truth, is finished by the same command and taken back', async (kind) => {
    const reference = newFolder();
    await applyAll(await make(reference));
    const wanted = read(join(reference, source));
    let steps = 0;
    for (; ; steps++) {
      const folder = newFolder();
      const scene = await make(folder);
      const before = read(join(folder, source));
      const mode = kind === 'out' ? ({ kind, path: join(folder, out) } as const) : ({ kind } as const);
      const result = join(folder, kind === 'out' ? out : source);
      const step = await killedAt(folder, steps, async (at) => applyAll(scene, { mode, at }));
      if (step === undefined) break;
      const told = listRuns(join(folder, 'plan'), living).runs;
      for (const run of told) expect(run.state, step).toMatch(/^(?:finished|interrupted)/);
      // A journal that says that an action is done says so only of what is there.
      if (name === 'sqlite' && told.some(({ done }) => done > 0)) expect(read(result), step).toEqual(wanted);

      const prepared = await prepareApply(request(scene, { mode, world: living }));
      await prepared.run();
      expect(read(result), step).toEqual(wanted);
      if (kind === 'out') expect(read(join(folder, source)), step).toEqual(before);
      expect(leftovers(folder), step).toEqual([]);
      const runs = listRuns(join(folder, 'plan'), living).runs;
      expect(
        runs.filter(({ state }) => state === 'finished'),
        step,
      ).toHaveLength(1);
      for (const run of runs.filter(({ state }) => state !== 'finished')) {
        expect(run.state, step).toBe('interrupted before the write');
        expect((await prepareUndo({ runFolder: run.folder, world: living, interrupted: () => undefined })).state, step).not.toBe('done-already');
      }
      const last = runs.find(({ state }) => state === 'finished');
      const undone = await undoAll(last?.folder ?? '', { world: living });
      expect(undone.isAsBefore, step).toBe(true);
      expect(read(result), step).toEqual(before);
    }
    expect(steps).toBeGreaterThan(8);
  });

  test('killed at any step of an apply, can be taken back without finishing it', async () => {
    for (let steps = 0; ; steps++) {
      const folder = newFolder();
      const scene = await make(folder);
      const before = read(join(folder, source));
      const step = await killedAt(folder, steps, async (at) => applyAll(scene, { at }));
      if (step === undefined) break;
      for (const run of listRuns(join(folder, 'plan'), living).runs) await undoAll(run.folder, { world: living });
      expect(read(join(folder, source)), step).toEqual(before);
    }
  });

  test('killed at any step of an undo, is undone by the same command', async () => {
    for (let steps = 0; ; steps++) {
      const folder = newFolder();
      const scene = await make(folder);
      const before = read(join(folder, source));
      const { runFolder } = await applyAll(scene);
      const step = await killedAt(folder, steps, async (at) => undoAll(runFolder, { at }));
      if (step === undefined) break;
      await undoAll(runFolder, { world: living });
      expect(read(join(folder, source)), step).toEqual(before);
      expect(leftovers(folder), step).toEqual([]);
    }
  });

  test('an error at any step gives every lock back, closes the journal, and leaves all or nothing that cannot be finished', async () => {
    for (let steps = 0; ; steps++) {
      const folder = newFolder();
      const scene = await make(folder);
      let count = 0;
      let failed: string | undefined;
      const at = (step: string): void => {
        if (count++ !== steps) return;
        failed = step;
        throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      };
      const before = read(join(folder, source));
      await applyAll(scene, { at }).catch((error: unknown) => {
        const isWritten = JSON.stringify(read(join(folder, source))) !== JSON.stringify(before);
        expect(error, failed).toMatchObject({ name: isWritten ? 'ApplyStopped' : 'ApplyRefused' });
      });
      if (failed === undefined) break;
      expect(lockFiles(folder), failed).toEqual([]);
      expect(leftovers(folder), failed).toEqual([]);
      for (const run of listRuns(join(folder, 'plan'), worldOf()).runs) {
        expect(readJournal(join(run.folder, 'journal.jsonl'))?.end, failed).toBeDefined();
      }
      await (await prepareApply(request(scene))).run();
      expect(read(join(folder, source)), failed).not.toEqual(before);
    }
  });

  test('a signal before the first write changes nothing; one after it does not stop half way', async () => {
    for (let steps = 0; ; steps++) {
      const folder = newFolder();
      const scene = await make(folder);
      const before = read(join(folder, source));
      let count = 0;
      const ended = await applyAll(scene, { interrupted: () => (count++ >= steps ? 'SIGINT' : undefined) }).then(
        () => 'finished',
        (error: unknown) => {
          expect(error).toMatchObject({ name: 'ApplyInterrupted', signal: 'SIGINT' });
          return 'interrupted';
        },
      );
      expect(leftovers(folder)).toEqual([]);
      if (ended === 'finished') break;
      expect(read(join(folder, source))).toEqual(before);
      for (const run of listRuns(join(folder, 'plan'), worldOf()).runs) expect(run.state).toBe('interrupted before the write');
    }
  });

  test('of two at once, one is refused and says who holds the lock', async () => {
    const folder = newFolder();
    const scene = await make(folder);
    const outcomes = await Promise.allSettled([applyAll(scene), applyAll(scene)]);
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({ name: 'ApplyRefused' });
    expect(String(refused[0].message)).toMatch(/process 4711 on observatory/);
    expect(existsSync(join(folder, 'plan', 'runs', '.lock'))).toBe(false);
  });

  test('the journal announces before it reports, and every action has both', async () => {
    const folder = newFolder();
    const { runFolder } = await applyAll(await make(folder));
    const types = readFileSync(join(runFolder, 'journal.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const ids = (type: string): string[] => [...new Set(types.filter((record) => record.type === type).map(({ id }) => id))].sort();
    const all = CHANGES.map((_, at) => `a${at + 1}`).sort();
    expect(ids('intent')).toEqual(all);
    expect(ids('outcome')).toEqual(all);
    expect(types[0].type).toBe('run');
    expect(types.at(-1)).toMatchObject({ type: 'end', state: 'finished' });
    expect(types.findLastIndex(({ type }) => type === 'intent')).toBeLessThan(types.findIndex(({ type }) => type === 'outcome'));
  });
});

// Random organizations in a stand-in for Jama Connect: applied they are as planned, undone as before, wherever the run
// is killed.

describe('in Jama Connect itself, there and back', () => {
  const { key } = collationOf('utf8mb4_0900_ai_ci');

  /** Jama Connect's database has no two users with one username. */
  const liveArbitrary = organizationArbitrary
    .map((organization): Organization => {
      const seen = new Set<string>();
      return {
        ...organization,
        users: organization.users.filter(({ userName }) => key(userName) !== '' && !seen.has(key(userName)) && seen.add(key(userName))),
      };
    })
    .map((organization) => ({ ...organization, users: organization.users.map((user, place) => ({ ...user, place, line: place + 2 })) }));

  const sorted = (organization: Organization): unknown => {
    const { users, groups } = peopleOf(organization);
    return { users, groups: groups.map((group) => ({ ...group, members: group.members.sort((a, b) => a - b) })) };
  };

  const runIn = (folder: string): string => {
    const [name = ''] = existsSync(join(folder, 'runs')) ? readdirSync(join(folder, 'runs')).filter((each) => !each.startsWith('.')) : [];
    return join(folder, 'runs', name);
  };

  test('50 organizations end exactly as planned, and undone exactly as they began', { timeout: 60_000 }, async () => {
    let changes = 0;
    await fc.assert(
      fc.asyncProperty(liveArbitrary, fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }), async (organization, first) => {
        const folder = newFolder({ 'plan.json': suggestedPlan(organization) });
        const { actions } = readPlan(folder);
        const server = await startWith(organization);
        try {
          const before = contentOf(server);
          let receipt = await applyTo(server, folder, first === undefined ? {} : { first });
          for (let rounds = 0; receipt.left > 0; rounds++) {
            expect(rounds).toBeLessThan(20);
            receipt = await applyTo(server, folder, first === undefined ? {} : { first });
          }
          changes += actions.length;
          expect(contentOf(server)).toEqual(sorted(afterActions(organization, actions)));
          const written = server.writes.length;
          expect(await applyTo(server, folder)).toMatchObject({ wasDone: true });
          expect(server.writes).toHaveLength(written);
          if (actions.length === 0) return;
          expect(await undoIn(server, runIn(folder))).toMatchObject({ left: [] });
          expect(contentOf(server)).toEqual(before);
          expect(await undoIn(server, runIn(folder))).toMatchObject({ done: 0 });
        } finally {
          await server.close();
        }
      }),
      { numRuns: 50 },
    );
    expect(changes).toBeGreaterThan(50);
  });

  /** Everything that a plan can do: a ring of three, a deactivation, an email, a group's name and memberships. */
  const CHANGES: readonly Change[] = [
    { kind: 'replace-user', user: '1', attribute: 'userName', from: 'a@dome.example', to: 'passing-1', temporary: true },
    { kind: 'replace-user', user: '2', attribute: 'userName', from: 'b@dome.example', to: 'a@dome.example' },
    { kind: 'replace-user', user: '3', attribute: 'userName', from: 'c@dome.example', to: 'b@dome.example' },
    { kind: 'replace-user', user: '1', attribute: 'userName', from: 'passing-1', to: 'c@dome.example' },
    { kind: 'replace-user', user: '4', attribute: 'active', from: 'true', to: 'false' },
    { kind: 'replace-user', user: '4', attribute: 'email', from: 'd@dome.example', to: 'dag@dome.example' },
    { kind: 'replace-group', group: '9', attribute: 'displayName', from: 'Observers', to: 'Observers (EU)' },
    { kind: 'remove-member', group: '9', user: '5' },
    { kind: 'add-member', group: '9', user: '1' },
  ];

  const RING = {
    users: ['a', 'b', 'c', 'd', 'e'].map((name, at) => ({ id: at + 1, username: `${name}@dome.example`, email: `${name}@dome.example`, active: name !== 'e' })),
    groups: [{ id: 9, name: 'Observers', description: 'who observe', members: [4, 5] }],
  };

  /** The calls before this one only read, and no journal has begun. */
  const FIRST = 10;

  /** Returns a journal as it was at the moment of the kill: what the dying process still wrote is taken away. */
  function killing(
    folder: string,
    at: number,
    when: 'before' | 'after',
    which: () => string,
  ): { readonly onCall: (number: number, now: 'before' | 'after') => void; settle(): void } {
    let kept: string | undefined;
    return {
      onCall(number, now) {
        if (number !== at || now !== when) return;
        kept = existsSync(which()) ? readFileSync(which(), 'utf8') : '';
        throw new Killed(folder);
      },
      settle() {
        if (kept !== undefined && kept !== '') writeFileSync(which(), kept);
      },
    };
  }

  test.each(['before', 'after'] as const)('a run killed %s any call is finished by the same command, or undone', { timeout: 120_000 }, async (when) => {
    const text = planTextOf(CHANGES);
    let calls = 60;
    for (let at = FIRST; at <= calls; at++) {
      for (const isUndoneAtOnce of when === 'before' ? [false] : [false, true]) {
        const server = await startJamaStandIn(structuredClone(RING));
        const folder = newFolder({ 'plan.json': text });
        const before = contentOf(server);
        const kill = killing(folder, at, when, () => join(runIn(folder), 'journal.jsonl'));
        let made = 0;
        await applyTo(server, folder, {
          onCall(number, now) {
            made = number;
            kill.onCall(number, now);
          },
        }).catch(() => undefined);
        kill.settle();
        if (made < at) calls = at;
        if (!isUndoneAtOnce) {
          await applyTo(server, folder);
          expect(server.organization.users.map(({ username }) => username.slice(0, 1)).join('')).toBe('cabde');
          expect(server.organization.groups[0]).toMatchObject({ name: 'Observers (EU)', description: 'who observe', members: [4, 1] });
        }
        if (existsSync(join(runIn(folder), 'journal.jsonl'))) expect(await undoIn(server, runIn(folder))).toMatchObject({ left: [] });
        expect(contentOf(server)).toEqual(before);
        await server.close();
      }
    }
    expect(calls).toBeGreaterThan(35);
  });

  test('an undo killed before any call is finished by the same command', { timeout: 60_000 }, async () => {
    let calls = 60;
    for (let at = 8; at <= calls; at++) {
      const server = await startJamaStandIn(structuredClone(RING));
      const folder = newFolder({ 'plan.json': planTextOf(CHANGES) });
      const before = contentOf(server);
      await applyTo(server, folder);
      const kill = killing(folder, at, 'before', () => join(runIn(folder), 'undo.jsonl'));
      let made = 0;
      await undoIn(server, runIn(folder), {
        onCall(number, now) {
          made = number;
          kill.onCall(number, now);
        },
      }).catch(() => undefined);
      kill.settle();
      if (made < at) calls = at;
      await undoIn(server, runIn(folder));
      expect(contentOf(server)).toEqual(before);
      await server.close();
    }
    expect(calls).toBeGreaterThan(30);
  });

  test('a person who stops it ends it between two changes, not while someone has a temporary username', async () => {
    const server = await startJamaStandIn(structuredClone(RING));
    const folder = newFolder({ 'plan.json': planTextOf(CHANGES) });
    const before = contentOf(server);
    const interrupted = (): 'SIGINT' | undefined => (server.writes.length > 0 ? 'SIGINT' : undefined);
    await expect(applyTo(server, folder, { interrupted })).rejects.toMatchObject({ name: 'ApplyInterrupted', signal: 'SIGINT' });
    expect(server.organization.users.map(({ username }) => username.slice(0, 1)).join('')).toBe('cabde');
    expect(server.writes).toHaveLength(4);
    await applyTo(server, folder);
    await undoIn(server, runIn(folder));
    expect(contentOf(server)).toEqual(before);
    await server.close();
  });
});
