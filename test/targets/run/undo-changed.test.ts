/** What comes back of a run where somebody has written to the data since: every action for itself, or a reason why not. */

import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it, test } from 'vitest';
import type { Change } from '../../../src/model/finding.js';
import { interruptedUndos, sourceStateOf } from '../../../src/targets/run/applicability.js';
import { prepareApply } from '../../../src/targets/run/apply.js';
import type { JournalDigest } from '../../../src/targets/run/read-journal.js';
import { hasSurelyNotWritten, listRuns } from '../../../src/targets/run/runs.js';
import { prepareUndo } from '../../../src/targets/run/undo.js';
import { temporaryFolders } from '../../support/machine.js';
import { applyAll, bytesBelow, killedAt, planFor, request, requestFor, type Scene, undoAll, worldOf, writeAll } from '../support.js';

const newFolder = temporaryFolders();

const USERS = 'id,username,email,active\n1,rye,rye@bakery.example,true\n2,old,old@bakery.example,false\n3,bran,bran@bakery.example,true\n';
const GROUPS = 'id,name\n7,Ovens\n8,Shops\n';
const LEAVES: Change = { kind: 'remove-member', group: '7', user: '2' };
const RENAMED: Change = { kind: 'replace-group', group: '7', attribute: 'displayName', from: 'Ovens', to: 'Ovens (EU)' };

async function csvScene(memberships: string, changes: readonly Change[], users = USERS): Promise<Scene & { readonly file: (name: string) => string }> {
  const folder = newFolder();
  writeAll(join(folder, 'export'), { 'users.csv': users, 'groups.csv': GROUPS, 'memberships.csv': memberships });
  writeAll(join(folder, 'plan'), {});
  const source = requestFor(join(folder, 'export'));
  return {
    source,
    plan: await planFor(source, changes),
    planFile: join(folder, 'plan', 'plan.json'),
    file: (name) => join(folder, 'export', name),
  };
}

/** Somebody else's change, which keeps undo from simply putting back the copies. */
const edit = (file: string): void => writeFileSync(file, readFileSync(file, 'utf8').replace('bran@', 'bran.b@'));

describe('memberships in CSV', () => {
  test('stated twice come back twice, each with its further columns', async () => {
    const memberships = 'groupId,userId,since\n7,2,2020\n7,1,2019\n7,2,"2022"\n';
    const scene = await csvScene(memberships, [LEAVES]);
    const { runFolder } = await applyAll(scene);
    edit(scene.file('users.csv'));
    expect(await undoAll(runFolder)).toMatchObject({ done: 1, left: [] });
    expect(readFileSync(scene.file('memberships.csv'), 'utf8')).toBe('groupId,userId,since\n7,1,2019\n7,2,2020\n7,2,"2022"\n');
  });

  test('keep their further columns where they are named by group, and follow the names that are left', async () => {
    const memberships = 'group,user,since\nOvens,old,2020\nOvens,rye,2019\n';
    const scene = await csvScene(memberships, [RENAMED, LEAVES]);
    const { runFolder } = await applyAll(scene);
    expect(readFileSync(scene.file('memberships.csv'), 'utf8')).toBe('group,user,since\nOvens (EU),rye,2019\n');
    edit(scene.file('users.csv'));
    expect(await undoAll(runFolder)).toMatchObject({ done: 2, left: [] });
    expect(readFileSync(scene.file('memberships.csv'), 'utf8')).toBe('group,user,since\nOvens,rye,2019\nOvens,old,2020\n');
  });

  test.each([
    ['columns that were swapped', 'userId,since,groupId\n1,2019,7\n', 'userId,since,groupId\n1,2019,7\n2,2020,7\n'],
    ['another delimiter', 'groupId;userId;since\r\n7;1;2019\r\n', 'groupId;userId;since\r\n7;1;2019\r\n7;2;2020\r\n'],
    ['a column less, and another more', 'note,groupId,userId\nx,7,1\n', 'note,groupId,userId\nx,7,1\n,7,2\n'],
  ])('fit into a file that was saved again with %s', async (_, saved, expected) => {
    const scene = await csvScene('groupId,userId,since\n7,2,2020\n7,1,2019\n', [LEAVES]);
    const { runFolder } = await applyAll(scene);
    writeFileSync(scene.file('memberships.csv'), saved);
    expect(await undoAll(runFolder)).toMatchObject({ done: 1, left: [] });
    expect(readFileSync(scene.file('memberships.csv'), 'utf8')).toBe(expected);
  });

  test('that cells and records both stated come back in both', async () => {
    const users =
      'id,username,email,active,groups\n1,rye,rye@bakery.example,true,Ovens\n2,old,old@bakery.example,false,Ovens\n3,bran,bran@bakery.example,true,\n';
    const scene = await csvScene('groupId,userId\n7,2\n', [LEAVES], users);
    const { runFolder } = await applyAll(scene);
    edit(scene.file('users.csv'));
    await undoAll(runFolder);
    expect(readFileSync(scene.file('users.csv'), 'utf8')).toBe(users.replace('bran@', 'bran.b@'));
    expect(readFileSync(scene.file('memberships.csv'), 'utf8')).toBe('groupId,userId\n7,2\n');
  });

  test('that only a cell stated come back in the cell', async () => {
    const users = 'id,username,email,active,groups\n1,rye,rye@bakery.example,true,\n2,old,old@bakery.example,false,Ovens\n3,bran,bran@bakery.example,true,\n';
    const scene = await csvScene('groupId,userId\n7,1\n', [LEAVES], users);
    const { runFolder } = await applyAll(scene);
    edit(scene.file('users.csv'));
    await undoAll(runFolder);
    expect(readFileSync(scene.file('users.csv'), 'utf8')).toBe(users.replace('bran@', 'bran.b@'));
    expect(readFileSync(scene.file('memberships.csv'), 'utf8')).toBe('groupId,userId\n7,1\n');
  });
});

describe('memberships in a database', () => {
  async function undone(table: string, changes: readonly Change[], between: string): Promise<unknown[]> {
    const folder = newFolder();
    const file = join(folder, 'bakery.sqlite');
    writeAll(join(folder, 'plan'), {});
    const run = (sql: string): void => {
      const database = new Sqlite(file);
      database.exec(sql);
      database.close();
    };
    run(`CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, email TEXT, active TEXT); CREATE TABLE groups (id INTEGER PRIMARY KEY, name TEXT);
      INSERT INTO users VALUES (1, 'rye', 'rye@bakery.example', 'true'), (2, 'old', 'old@bakery.example', 'false'), (3, 'bran', 'bran@bakery.example', 'true');
      INSERT INTO groups VALUES (7, 'Ovens'), (8, 'Shops'); ${table}`);
    const source = requestFor(file);
    const { runFolder } = await applyAll({ source, plan: await planFor(source, changes), planFile: join(folder, 'plan', 'plan.json') });
    run(between);
    expect(await undoAll(runFolder)).toMatchObject({ done: changes.length, left: [] });
    const database = new Sqlite(file, { readonly: true });
    try {
      return database.prepare('SELECT * FROM memberships ORDER BY 1, 2, 3').raw().all();
    } finally {
      database.close();
    }
  }
  const EDIT = "UPDATE users SET email = 'bran.b@bakery.example' WHERE id = 3";

  test('stated twice come back twice', async () => {
    const table = "CREATE TABLE memberships (groupId INT, userId INT, since TEXT); INSERT INTO memberships VALUES (7, 2, '2020'), (7, 2, '2022'), (7, 1, 'x')";
    const expected = [
      [7, 1, 'x'],
      [7, 2, '2020'],
      [7, 2, '2022'],
    ];
    expect(await undone(table, [LEAVES], EDIT)).toEqual(expected);
    expect(await undone(table, [LEAVES], 'VACUUM')).toEqual(expected);
  });

  test('that name the group follow the name that it has in the end', async () => {
    const table =
      "CREATE TABLE memberships (groupName TEXT, username TEXT, since TEXT); INSERT INTO memberships VALUES ('Ovens', 'old', NULL), ('Ovens', 'rye', 'x')";
    expect(await undone(table, [RENAMED, LEAVES], EDIT)).toEqual([
      ['Ovens', 'old', null],
      ['Ovens', 'rye', 'x'],
    ]);
  });

  test('get another number where theirs was given away', async () => {
    const table = 'CREATE TABLE memberships (id INTEGER PRIMARY KEY, groupId INT, userId INT); INSERT INTO memberships VALUES (1, 7, 1), (2, 7, 2)';
    expect(await undone(table, [LEAVES], 'INSERT INTO memberships (groupId, userId) VALUES (8, 3)')).toEqual([
      [1, 7, 1],
      [2, 8, 3],
      [3, 7, 2],
    ]);
  });
});

const RENAMES: readonly Change[] = [
  { kind: 'replace-user', user: '1', attribute: 'userName', from: 'rye', to: 'rye@bakery.example' },
  { kind: 'replace-user', user: '3', attribute: 'userName', from: 'bran', to: 'bran@bakery.example' },
];

describe('a journal', () => {
  test.each<[string, (lines: string[]) => string[]]>([
    ['a line of which is missing', (lines) => lines.filter((line) => !line.includes('"id":"a2"') || !line.includes('intent'))],
    ['a line of which cannot be read', (lines) => lines.map((line) => (line.includes('"id":"a2"') ? line.slice(0, 40) : line))],
    ['a value of which was changed', (lines) => lines.map((line) => line.replace('"from":"bran"', '"from":"brown"'))],
    ['whose announcement is missing', (lines) => lines.filter((line) => !line.startsWith('{"type":"announced"'))],
  ])('%s is not followed, and the copies still come back', async (_, damage) => {
    const scene = await csvScene('groupId,userId\n', RENAMES);
    const { runFolder, journal } = await applyAll(scene);
    const after = readFileSync(scene.file('users.csv'), 'utf8');
    writeFileSync(journal, damage(readFileSync(journal, 'utf8').split('\n')).join('\n'));
    edit(scene.file('users.csv'));
    const edited = readFileSync(scene.file('users.csv'), 'utf8');
    await expect(undoAll(runFolder)).rejects.toMatchObject({ name: 'ApplyRefused', message: expect.stringContaining('is damaged') });
    expect(readFileSync(scene.file('users.csv'), 'utf8')).toBe(edited);
    writeFileSync(scene.file('users.csv'), after);
    expect((await undoAll(runFolder)).isAsBefore).toBe(true);
    expect(readFileSync(scene.file('users.csv'), 'utf8')).toBe(USERS);
  });

  test('of a newer version is left to the program that wrote it', async () => {
    const scene = await csvScene('groupId,userId\n', RENAMES);
    const { runFolder, journal } = await applyAll(scene);
    writeFileSync(journal, readFileSync(journal, 'utf8').replace('"schemaVersion":1', '"schemaVersion":2'));
    await expect(undoAll(runFolder)).rejects.toMatchObject({ name: 'ApplyRefused', message: expect.stringContaining('has the version 2') });
  });
});

describe('a run that has written nothing', () => {
  test.each(['out', 'in-place'] as const)('is not taken for the one that did its work afterwards (%s)', async (kind) => {
    const scene = await csvScene('groupId,userId\n', RENAMES);
    const folder = join(scene.planFile, '../..');
    const mode = kind === 'out' ? ({ kind, path: join(folder, 'copy') } as const) : ({ kind } as const);
    let steps = 0;
    const seen: string[] = [];
    // The first step after everything was announced.
    await killedAt(folder, Number.POSITIVE_INFINITY, (at) =>
      applyAll(scene, {
        mode,
        at(step) {
          seen.push(step);
          at(step);
          if (step === 'announced') throw new Error('stop');
        },
      }),
    ).catch(() => undefined);
    steps = seen.indexOf('announced');
    const planFolder = join(folder, 'plan');
    await killedAt(folder, steps, (at) => applyAll(scene, { mode, at }));
    const [first] = listRuns(planFolder, worldOf(1, [1])).runs;
    const second = await applyAll(scene, { mode, world: worldOf(4712, [4712]) });
    const result = kind === 'out' ? join(folder, 'copy', 'users.csv') : scene.file('users.csv');
    const written = readFileSync(result, 'utf8');
    expect(written).not.toBe(USERS);
    expect((await prepareUndo({ runFolder: first.folder, world: worldOf(), interrupted: () => undefined })).state).toBe('nothing');
    expect(readFileSync(result, 'utf8')).toBe(written);
    expect((await undoAll(second.runFolder)).isAsBefore).toBe(true);
  });

  test('is told as one that may have written while nobody has looked, unless its copy is not there', async () => {
    const scene = await csvScene('groupId,userId\n', RENAMES);
    const folder = join(scene.planFile, '../..');
    const stateAfter = async (mode: Parameters<typeof applyAll>[1] & object): Promise<string | undefined> => {
      for (let step = 0; ; step++) {
        const name = await killedAt(folder, step, (at) => applyAll(scene, { ...mode, at }));
        if (name === 'announced' || name === undefined) return listRuns(join(folder, 'plan'), worldOf(1, [1])).runs.at(-1)?.state;
      }
    };
    expect(await stateAfter({ mode: { kind: 'out', path: join(folder, 'copy') } })).toBe('interrupted before the write');
    expect(await stateAfter({ mode: { kind: 'in-place' } })).toBe('interrupted while writing');
  });
});

test('what was left alone can be taken back once it is as the run left it', async () => {
  const scene = await csvScene('groupId,userId\n', RENAMES);
  const { runFolder } = await applyAll(scene);
  const file = scene.file('users.csv');
  const after = readFileSync(file, 'utf8');
  writeFileSync(file, after.replace('3,bran@bakery.example,', '3,brown,'));
  expect(await undoAll(runFolder)).toMatchObject({ done: 1, left: [{ id: 'a2' }] });
  expect((await prepareUndo({ runFolder, world: worldOf(), interrupted: () => undefined })).state).toBe('done-already');
  writeFileSync(file, readFileSync(file, 'utf8').replace('3,brown,', '3,bran@bakery.example,'));
  expect(await undoAll(runFolder)).toMatchObject({ done: 1, left: [], isAsBefore: true });
  expect(readFileSync(file, 'utf8')).toBe(USERS);
  expect(existsSync(join(runFolder, 'undo-2.jsonl'))).toBe(true);
  expect(listRuns(join(scene.planFile, '..'), worldOf()).runs).toMatchObject([{ state: 'undone' }]);
  expect((await undoAll(runFolder)).wasDone).toBe(true);
});

test('a run that was ended between two files is put back, and so is what somebody has changed beside it', async () => {
  const changes: readonly Change[] = [RENAMED, ...RENAMES];
  const scene = await csvScene('groupId,userId\n', changes);
  const folder = join(scene.planFile, '../..');
  const seen: string[] = [];
  const before = newFolder();
  cpSync(folder, before, { recursive: true });
  await applyAll(scene, { at: (step) => void seen.push(step) });
  rmSync(folder, { recursive: true });
  cpSync(before, folder, { recursive: true });
  await killedAt(
    folder,
    seen.findIndex((step) => step.startsWith('reported ')),
    (at) => applyAll(scene, { at }),
  );
  const [run] = listRuns(join(folder, 'plan'), worldOf(1, [1])).runs;
  const prepared = await prepareUndo({ runFolder: run.folder, world: worldOf(), interrupted: () => undefined });
  expect(prepared).toMatchObject({ dataState: 'half', left: [] });
  edit(scene.file('users.csv'));
  expect(await undoAll(run.folder, { world: worldOf(4712, [4712]) })).toMatchObject({ done: 1, left: [] });
  expect(readFileSync(scene.file('groups.csv'), 'utf8')).toBe(GROUPS);
});

test('a copy that is there does not hide that its source is a different one by now', async () => {
  const scene = await csvScene('groupId,userId\n', RENAMES);
  const mode = { kind: 'out', path: join(scene.planFile, '../../copy') } as const;
  await applyAll(scene, { mode });
  expect((await applyAll(scene, { mode })).wasDone).toBe(true);
  writeFileSync(scene.file('users.csv'), `${USERS}4,oat,oat@bakery.example,true\n`);
  await expect(applyAll(scene, { mode })).rejects.toMatchObject({ name: 'ApplyRefused', message: expect.stringContaining('stale') });
});

test('old names beside ids, as a run that was ended between two files leaves them, hinder no undo', async () => {
  const swap = (from: string, to: string, id: string): Change => ({ kind: 'replace-user', user: id, attribute: 'userName', from, to });
  const changes = [swap('rye', 'tmp', '1'), swap('bran', 'rye', '3'), swap('tmp', 'bran', '1'), LEAVES];
  const memberships = 'groupId,userId,userName\n7,1,rye\n7,3,bran\n7,2,old\n';
  const scene = await csvScene(memberships, changes);
  const folder = join(scene.planFile, '../..');
  const seen: string[] = [];
  await killedAt(folder, Number.POSITIVE_INFINITY, (at) => applyAll(scene, { at: (step) => at(seen[seen.push(step) - 1]) }));
  for (const name of ['users.csv', 'memberships.csv']) writeFileSync(scene.file(name), name === 'users.csv' ? USERS : memberships);
  await killedAt(folder, seen.indexOf('reported users.csv'), (at) => applyAll(scene, { at, world: worldOf(4712, [4712]) }));
  expect(readFileSync(scene.file('users.csv'), 'utf8')).toContain('1,bran,');
  expect(readFileSync(scene.file('memberships.csv'), 'utf8')).toBe(memberships);
  edit(scene.file('users.csv'));
  const [run] = listRuns(join(folder, 'plan'), worldOf(1, [1])).runs.slice(-1);
  expect((await undoAll(run.folder, { world: worldOf(4713, [4713]) })).left).toEqual([]);
  expect(readFileSync(scene.file('users.csv'), 'utf8')).toBe(USERS.replace('bran@', 'bran.b@'));
  expect(readFileSync(scene.file('memberships.csv'), 'utf8')).toBe(memberships);
});

test('a run that was undone in part is not taken for applied, although the data are as it left them again', async () => {
  const renames: readonly Change[] = [
    { kind: 'replace-user', user: '1', attribute: 'userName', from: 'rye', to: 'rye@bakery.example' },
    { kind: 'replace-user', user: '3', attribute: 'userName', from: 'bran', to: 'bran@bakery.example' },
  ];
  const scene = await csvScene('groupId,userId\n7,2\n', renames);
  const file = scene.file('users.csv');
  const { runFolder } = await applyAll(scene);
  const left = readFileSync(file, 'utf8');
  writeFileSync(file, left.replace('3,bran@bakery.example', '3,bran2'));
  expect(await undoAll(runFolder)).toMatchObject({ done: 1, left: [{ id: 'a2' }] });
  writeFileSync(file, left);
  await expect(prepareApply(request(scene))).rejects.toThrow('The plan is stale');
});

test.each([
  ['as the run found them, in a journal that is whole', false, true],
  ['as the run found them, in a journal of version 1 that has lost lines', true, false],
])('a run that was interrupted surely wrote nothing if it says that it left the data %s', (_, isDamaged, expected) => {
  const input = { role: 'users', file: '/export/users.csv', sha256: 'aa' } as const;
  const run = { type: 'run', mode: 'in-place', targets: [input.file], inputs: [input] } as unknown as JournalDigest['run'];
  const end = { type: 'end', state: 'interrupted', at: '2026-03-02T08:00:00Z', leaves: [input] } as const;
  expect(hasSurelyNotWritten({ run, files: [], intents: 0, done: new Set(), refusals: 0, hasRefusals: false, end, pid: 1, isDamaged, isSealed: false })).toBe(
    expected,
  );
});

// Reported by every command that looks at the run, finished by undo, and never applied over.
describe('an interrupted undo', () => {
  const rename = (user: string, from: string, to: string): Change => ({ kind: 'replace-user', user, attribute: 'userName', from, to });
  const FILES = {
    'users.csv': 'id,username,email,active\n1,anna,anna@b.example,true\n2,bert,bert@b.example,true\n',
    'groups.csv': 'id,name\n7,Ovens\n',
    'memberships.csv': 'group,username\nOvens,anna\nOvens,bert\n',
  };

  async function sceneOf(): Promise<Scene & { readonly folder: string }> {
    const folder = newFolder();
    writeAll(join(folder, 'export'), FILES);
    writeAll(join(folder, 'plan'), {});
    const source = requestFor(join(folder, 'export'));
    return { folder, source, plan: await planFor(source, [rename('1', 'anna', 'anna@b.example')]), planFile: join(folder, 'plan/plan.json') };
  }

  const later = worldOf(5000, [5000]);
  const stateIn = (folder: string): string | undefined => listRuns(join(folder, 'plan'), later).runs.at(-1)?.state;
  const usersOf = (folder: string, name = 'export'): string => readFileSync(join(folder, name, 'users.csv'), 'utf8');

  describe.each(['in place', 'to a copy'] as const)('an undo that is killed (%s)', (where) => {
    it('is told at every moment, and finished by undo', { timeout: 120_000 }, async () => {
      const told = new Set<string | undefined>();
      for (let step = 0; ; step++) {
        const scene = await sceneOf();
        const { folder, planFile } = scene;
        const target = where === 'in place' ? 'export' : 'copy';
        const mode = where === 'in place' ? ({ kind: 'in-place' } as const) : ({ kind: 'out', path: join(folder, 'copy') } as const);
        const { runFolder } = await applyAll(scene, { mode });
        const after = bytesBelow(join(folder, target));
        const name = await killedAt(folder, step, (at) => undoAll(runFolder, { at }));
        if (name === undefined) break;
        const state = stateIn(folder);
        told.add(state);
        const now = bytesBelow(join(folder, target));
        const isAsAfter = JSON.stringify(now) === JSON.stringify(after);
        if (!isAsAfter && state !== 'undone') {
          expect(state, name).toBe('undo interrupted');
          expect(interruptedUndos(planFile), name).toMatchObject([{ hasBegun: true }]);
          // What a person was undoing is not applied again, and nothing leads there.
          await expect(prepareApply(request(scene, { mode, world: later })), name).rejects.toMatchObject({
            name: 'ApplyRefused',
            message: expect.stringContaining('was being undone'),
            hint: expect.stringContaining('scim-audit undo'),
          });
          expect(['fits', 'undoing'], name).toContain((await sourceStateOf(scene)).kind);
          expect(bytesBelow(join(folder, target)), name).toEqual(now);
        }
        await undoAll(runFolder, { world: later });
        expect(usersOf(folder, target), name).toBe(FILES['users.csv']);
        expect(stateIn(folder), name).toBe('undone');
        expect(interruptedUndos(planFile), name).toEqual([]);
      }
      expect([...told]).toEqual(expect.arrayContaining(['finished', 'undo interrupted before the write', 'undo interrupted']));
    });
  });

  it('an undo under way is no interrupted one', async () => {
    const scene = await sceneOf();
    const { runFolder } = await applyAll(scene);
    const states: (string | undefined)[] = [];
    await undoAll(runFolder, {
      at(step) {
        if (step === 'announced' || step.startsWith('replaced')) states.push(listRuns(join(scene.folder, 'plan'), worldOf()).runs[0]?.state);
      },
    });
    expect(new Set(states)).toEqual(new Set(['being undone']));
  });

  it('a run that was undone is not what a plan was applied by', async () => {
    const scene = await sceneOf();
    const first = await applyAll(scene);
    const after = usersOf(scene.folder);
    const members = readFileSync(join(scene.folder, 'export/memberships.csv'), 'utf8');
    await undoAll(first.runFolder);
    writeAll(join(scene.folder, 'export'), { 'users.csv': after, 'memberships.csv': members });
    expect((await sourceStateOf(scene)).kind).toBe('stale');
    writeAll(join(scene.folder, 'export'), FILES);
    const second = await applyAll(scene);
    expect(await sourceStateOf(scene)).toMatchObject({ kind: 'applied', run: { name: second.run } });
  });

  it('a clock that goes back changes no order', async () => {
    const scene = await sceneOf();
    const at = (time: string) => ({ ...worldOf(), now: () => new Date(time) });
    const first = await applyAll(scene, { world: at('2026-03-02T08:00:00Z') });
    await undoAll(first.runFolder);
    const second = await applyAll(scene, { world: at('2026-03-02T07:00:00Z') });
    await undoAll(second.runFolder);
    const third = await applyAll(scene, { world: at('2026-03-02T07:30:00Z') });
    const { runs } = listRuns(join(scene.folder, 'plan'), later);
    expect(runs.map(({ name, state }) => [name, state])).toEqual([
      [first.run, 'undone'],
      [second.run, 'undone'],
      [third.run, 'finished'],
    ]);
    expect(await sourceStateOf(scene)).toMatchObject({ kind: 'applied', run: { name: third.run } });
  });
});
