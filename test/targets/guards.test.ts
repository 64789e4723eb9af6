import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it, test } from 'vitest';
import type { Change } from '../../src/model/finding.js';
import { prepareApply } from '../../src/targets/run/apply.js';
import { prepareUndo } from '../../src/targets/run/undo.js';
import { temporaryFolders } from '../support/machine.js';
import { applyAll, planFor, request, requestFor, type Scene, undoAll, worldOf, writeAll } from './support.js';

const newFolder = temporaryFolders();

const rename = (user: string, from: string, to: string): Change => ({ kind: 'replace-user', user, attribute: 'userName', from, to });

async function sceneOf(files: Readonly<Record<string, string | Uint8Array>>, changes: readonly Change[], more = {}): Promise<Scene & { folder: string }> {
  const folder = newFolder();
  writeAll(join(folder, 'export'), files);
  const source = requestFor(join(folder, 'export'), more);
  return { folder, source, plan: await planFor(source, changes), planFile: join(folder, 'plan.json') };
}

const USERS = 'id,username,email,active\n1,anna,anna@b.example,true\n2,bert,bert@b.example,true\n3,carla,carla@b.example,false\n';
const read = (scene: { folder: string }, name = 'users.csv'): string => readFileSync(join(scene.folder, 'export', name), 'utf8');

describe('before the first write', () => {
  test('a stale source is refused, and every input that differs is named', async () => {
    const scene = await sceneOf({ 'users.csv': USERS }, [rename('1', 'anna', 'anna@b.example')]);
    appendFileSync(join(scene.folder, 'export', 'users.csv'), '4,dora,dora@b.example,true\n');
    await expect(prepareApply(request(scene))).rejects.toMatchObject({
      name: 'ApplyRefused',
      details: [expect.stringMatching(/^users\.csv \(users\): was [0-9a-f]{12}… /)],
    });
    expect(existsSync(join(scene.folder, 'runs'))).toBe(false);
  });

  test('a value that is no longer there is refused with its action, and nothing is done', async () => {
    const scene = await sceneOf({ 'users.csv': USERS }, [rename('1', 'anna', 'a'), rename('2', 'somebody', 'b'), rename('9', 'nobody', 'c')]);
    await expect(applyAll(scene)).rejects.toMatchObject({
      name: 'ApplyRefused',
      details: ['a2: the username is "bert" now, no longer "somebody".', 'a3: there is no user with the id 9.'],
    });
    rmSync(join(scene.folder, 'runs'), { recursive: true });
    const prepared = await prepareApply(request(scene));
    await expect(prepared.rehearse()).rejects.toMatchObject({
      name: 'ApplyRefused',
      details: ['a2: the username is "bert" now, no longer "somebody".', 'a3: there is no user with the id 9.'],
    });
    expect(existsSync(join(scene.folder, 'runs'))).toBe(false);
    expect(read(scene)).toBe(USERS);
    expect(readdirSync(join(scene.folder, 'export'))).toEqual(['users.csv']);
  });

  test('too many changes are refused with the number that allows them', async () => {
    const scene = await sceneOf({ 'users.csv': USERS }, [rename('1', 'anna', 'a'), rename('2', 'bert', 'b')]);
    await expect(prepareApply(request(scene, { maxChanges: 1 }))).rejects.toMatchObject({
      name: 'ApplyRefused',
      hint: expect.stringContaining('--max-changes 2'),
    });
    expect((await prepareApply(request(scene, { maxChanges: 2 }))).state).toBe('ready');
  });

  test('a copy is not written over something else', async () => {
    const scene = await sceneOf({ 'users.csv': USERS }, [rename('1', 'anna', 'a')]);
    const path = join(scene.folder, 'copy');
    mkdirSync(path);
    expect((await prepareApply(request(scene, { mode: { kind: 'out', path } }))).state).toBe('ready');
    writeFileSync(join(path, 'letter.txt'), 'mine');
    await expect(prepareApply(request(scene, { mode: { kind: 'out', path } }))).rejects.toMatchObject({ name: 'ApplyRefused' });
    await applyAll(scene, { mode: { kind: 'out', path: `${path}2` } });
    expect((await prepareApply(request(scene, { mode: { kind: 'out', path: `${path}2` } }))).state).toBe('done-already');
    expect(read(scene)).toBe(USERS);
  });

  test('a file that somebody writes to meanwhile stays theirs', async () => {
    const scene = await sceneOf({ 'users.csv': USERS }, [rename('1', 'anna', 'a')]);
    const at = (step: string): void => {
      if (step === 'announced') appendFileSync(join(scene.folder, 'export', 'users.csv'), '4,dora,dora@b.example,true\n');
    };
    await expect(applyAll(scene, { at })).rejects.toMatchObject({ name: 'ApplyRefused', message: expect.stringContaining('changed by another program') });
    expect(read(scene)).toContain('anna,');
    expect(read(scene)).toContain('dora');
  });

  test('of two files, none is replaced if somebody writes to the second meanwhile', async () => {
    const files = { 'users.csv': USERS, 'memberships.csv': 'group,username\nOvens,anna\n', 'groups.csv': 'id,name\n7,Ovens\n' };
    const scene = await sceneOf(files, [rename('1', 'anna', 'a')]);
    const at = (step: string): void => {
      if (step === 'announced') appendFileSync(join(scene.folder, 'export', 'memberships.csv'), 'Ovens,bert\n');
    };
    await expect(applyAll(scene, { at })).rejects.toMatchObject({ name: 'ApplyRefused', message: expect.stringContaining('memberships.csv was changed') });
    expect(read(scene)).toBe(USERS);
    expect(read(scene, 'memberships.csv')).toBe('group,username\nOvens,anna\nOvens,bert\n');
  });

  test('what the encoding cannot hold is refused', async () => {
    const users = Buffer.from('id,username,email,active\n1,Zo\xeb,zoe@b.example,true\n', 'latin1');
    const scene = await sceneOf({ 'users.csv': users }, [rename('1', 'Zoë', '結@b.example')], { encoding: 'windows-1252' });
    await expect(applyAll(scene)).rejects.toMatchObject({
      name: 'ApplyRefused',
      details: [expect.stringContaining('windows-1252')],
      hint: expect.stringContaining('UTF-8'),
    });
    const fitting = { ...scene, plan: await planFor(scene.source, [rename('1', 'Zoë', 'zoë€')]) };
    await applyAll(fitting);
    expect(readFileSync(join(scene.folder, 'export', 'users.csv'), 'latin1')).toContain('1,zo\xeb\x80,');
  });

  test('activity that is known only from an option or a license type cannot be changed', async () => {
    const change: Change = { kind: 'replace-user', user: '1', attribute: 'active', from: 'true', to: 'false' };
    const assumed = await sceneOf({ 'users.csv': 'id,username,email\n1,anna,anna@b.example\n' }, [change], { isAssumedActive: true });
    await expect(prepareApply(request(assumed))).rejects.toMatchObject({ name: 'ApplyRefused' });
    const licensed = await sceneOf({ 'users.csv': 'id,username,email,licenseType\n1,anna,anna@b.example,N\n' }, [change]);
    await expect(prepareApply(request(licensed))).rejects.toMatchObject({ name: 'ApplyRefused' });
  });

  test.each([
    [
      'a living process of this host',
      JSON.stringify({ pid: 99, host: 'observatory', startedAt: 'x', command: 'scim-audit apply' }),
      /process 99 on observatory/,
    ],
    ['another host', JSON.stringify({ pid: 1, host: 'elsewhere', startedAt: 'x', command: 'scim-audit apply' }), /process 1 on elsewhere/],
    ['an unknown process', '', /an unknown process/],
  ])('the lock of %s is respected', async (_, content, message) => {
    const scene = await sceneOf({ 'users.csv': USERS }, [rename('1', 'anna', 'a')]);
    const lock = join(scene.folder, 'export', '.scim-audit.lock');
    writeFileSync(lock, content);
    await expect(applyAll(scene, { world: worldOf(4711, [4711, 99]) })).rejects.toMatchObject({
      name: 'ApplyRefused',
      message: expect.stringMatching(message),
      hint: expect.stringContaining(lock),
    });
    expect(readFileSync(lock, 'utf8')).toBe(content);
    expect(existsSync(join(scene.folder, 'runs', '.lock'))).toBe(false);
    expect(read(scene)).toBe(USERS);
  });
});

describe('cells', () => {
  test.each([
    ['active', 'true', 'active\n1,a,a@b,true\n2,b,b@b,false\n', 'false'],
    ['active', 'true', 'status\n1,a,a@b,Active\n2,b,b@b,Deactivated\n', 'Deactivated'],
    ['active', 'true', 'status\n1,a,a@b,Active\n', 'Inactive'],
    ['active', 'true', 'active\n1,a,a@b,1\n', '0'],
    ['active', 'true', 'active\n1,a,a@b,YES\n', 'NO'],
    ['disabled', 'true', 'disabled\n1,a,a@b,F\n', 'T'],
    ['disabled', 'true', 'disabled\n1,a,a@b,\n2,b,b@b,T\n', 'T'],
    ['disabled', 'true', 'disabled\n1,a,a@b,NULL\n2,b,b@b,false\n', 'true'],
    ['disabled', 'false', 'disabled\n1,a,a@b,T\n2,b,b@b,NULL\n', 'F'],
    ['disabled', 'false', 'disabled\n1,a,a@b,true\n', 'false'],
  ])('activity is written in the words of the column (%s, from %s, %j)', async (_, from, rest, wanted) => {
    const text = `id,username,email,${rest}`;
    const scene = await sceneOf({ 'users.csv': text }, [
      { kind: 'replace-user', user: '1', attribute: 'active', from, to: from === 'true' ? 'false' : 'true' },
    ]);
    const { runFolder } = await applyAll(scene);
    expect(read(scene).split('\n')[1]).toBe(`1,a,a@b,${wanted}`);
    await undoAll(runFolder);
    expect(read(scene)).toBe(text);
  });

  test('in a report with a row for each group, all rows of a user change, and groups keep their names right', async () => {
    const users =
      'Report of users\n\nid,username,email,status,groups\n1,anna,anna@b.example,Active,Ovens\n1,anna,anna@b.example,Active,Night\n2,bert,bert@b.example,Active,"[Ovens, Night]"\n*Shows all\n';
    const scene = await sceneOf({ 'users.csv': users, 'groups.csv': 'id,name\n7,Ovens\n8,Night\n' }, [
      rename('1', 'anna', 'anna@b.example'),
      { kind: 'replace-group', group: '8', attribute: 'displayName', from: 'Night', to: 'Night, early' },
      { kind: 'remove-member', group: '7', user: '1' },
      { kind: 'remove-member', group: '7', user: '2' },
    ]);
    await applyAll(scene);
    expect(read(scene)).toBe(
      'Report of users\n\nid,username,email,status,groups\n1,anna@b.example,anna@b.example,Active,\n1,anna@b.example,anna@b.example,Active,"Night, early"\n2,bert,bert@b.example,Active,"[Night, early]"\n*Shows all\n',
    );
  });
});

describe('undo after somebody changed the data', () => {
  test('takes back what is still as the run left it, and says why the rest stays', async () => {
    const scene = await sceneOf({ 'users.csv': USERS, 'groups.csv': 'id,name\n7,Ovens\n', 'memberships.csv': 'group,username\nOvens,anna\nOvens,bert\n' }, [
      rename('1', 'anna', 'anna@b.example'),
      rename('2', 'bert', 'anna'),
      rename('3', 'carla', 'bert'),
      { kind: 'replace-user', user: '3', attribute: 'active', from: 'false', to: 'true' },
      { kind: 'remove-member', group: '7', user: '2' },
    ]);
    const { runFolder } = await applyAll(scene);
    const path = join(scene.folder, 'export', 'users.csv');
    writeFileSync(path, `${readFileSync(path, 'utf8')}4,CARLA,c@b.example,true\n`);
    const prepared = await prepareUndo({ runFolder, world: worldOf(), interrupted: () => undefined });
    expect(prepared).toMatchObject({ state: 'ready', dataState: 'changed' });
    // Carla's name is taken, so she keeps "bert"; so Bert keeps "anna", and Anna her address.
    expect(prepared.left.map(({ id }) => id)).toEqual(['a1', 'a2', 'a3']);
    expect(prepared.describe().map(({ id }) => id)).toEqual(['a5', 'a4']);
    const receipt = await prepared.run();
    expect(receipt).toMatchObject({ done: 2, isAsBefore: false });
    expect(read(scene)).toBe(
      'id,username,email,active\n1,anna@b.example,anna@b.example,true\n2,anna,bert@b.example,true\n3,bert,carla@b.example,false\n4,CARLA,c@b.example,true\n',
    );
    expect(read(scene, 'memberships.csv')).toBe('group,username\nOvens,anna@b.example\nOvens,anna\n');
    expect((await prepareUndo({ runFolder, world: worldOf(), interrupted: () => undefined })).state).toBe('done-already');
  });

  describe('gives back a username that two users had before the run', () => {
    const changes = [rename('2', 'Anna', 'bert@b.example'), rename('3', 'carla', 'carla@b.example'), rename('4', 'dora', 'dora@b.example')];
    const before =
      'id,username,email,active\n1,anna,anna@b.example,true\n2,Anna,bert@b.example,true\n3,carla,carla@b.example,true\n4,dora,dora@b.example,true\n';
    const later = (text: string): string => text.replace('4,dora@b.example', '4,dolores');
    const undone = before.replace('4,dora,', '4,dolores,');

    test.each(['in-place', 'out'] as const)('in files, %s', async (kind) => {
      const scene = await sceneOf({ 'users.csv': before }, changes);
      const path = join(scene.folder, kind === 'out' ? 'copy' : 'export');
      const { runFolder } = await applyAll(scene, { mode: kind === 'out' ? { kind, path } : { kind } });
      const file = join(path, 'users.csv');
      writeFileSync(file, later(readFileSync(file, 'utf8')));
      expect((await undoAll(runFolder)).left.map(({ id }) => id)).toEqual(['a3']);
      expect(readFileSync(file, 'utf8')).toBe(undone);
    });

    test.each(['in-place', 'out'] as const)('in a database, %s', async (kind) => {
      const folder = newFolder();
      const file = join(folder, 'b.sqlite');
      const made = new Sqlite(file);
      made.exec('CREATE TABLE users (id INT PRIMARY KEY, username TEXT, email TEXT); CREATE TABLE groups (id INT, name TEXT)');
      for (const line of before.trimEnd().split('\n').slice(1)) made.prepare('INSERT INTO users VALUES (?, ?, ?)').run(...line.split(',').slice(0, 3));
      made.close();
      const source = requestFor(file, { isAssumedActive: true });
      const path = kind === 'out' ? join(folder, 'copy.sqlite') : file;
      const scene = { source, plan: await planFor(source, changes), planFile: join(folder, 'plan.json') };
      const { runFolder } = await applyAll(scene, { mode: kind === 'out' ? { kind, path } : { kind } });
      const database = new Sqlite(path);
      database.exec("UPDATE users SET username = 'dolores' WHERE id = 4");
      expect((await undoAll(runFolder)).left.map(({ id }) => id)).toEqual(['a3']);
      expect(database.prepare('SELECT username FROM users').pluck().all()).toEqual(['anna', 'Anna', 'carla', 'dolores']);
      database.close();
    });

    test('but not where one of the two has got it only since', async () => {
      const scene = await sceneOf({ 'users.csv': before.replace('1,anna,', '1,annabel,') }, changes);
      const { runFolder } = await applyAll(scene);
      const file = join(scene.folder, 'export', 'users.csv');
      writeFileSync(file, readFileSync(file, 'utf8').replace('1,annabel,', '1,anna,'));
      expect((await undoAll(runFolder)).left).toMatchObject([{ id: 'a1', reason: 'user 1 has the username "anna" now' }]);
    });
  });

  test('in a database as well, and follows names into rows that were added since', async () => {
    const folder = newFolder();
    const file = join(folder, 'b.sqlite');
    const database = new Sqlite(file);
    database.exec(`CREATE TABLE users (id INT PRIMARY KEY, username TEXT UNIQUE, email TEXT, disabled TEXT); CREATE TABLE groups (id INT, name TEXT);
      CREATE TABLE memberships (groupName TEXT, username TEXT);
      INSERT INTO users VALUES (1, 'anna', 'x', NULL), (2, 'bert', 'y', NULL); INSERT INTO groups VALUES (7, 'Ovens'), (8, 'Night'); INSERT INTO memberships VALUES ('Ovens', 'anna');`);
    const source = requestFor(file);
    const changes: Change[] = [
      rename('1', 'anna', 'anna@b'),
      rename('2', 'bert', 'bert@b'),
      { kind: 'replace-user', user: '1', attribute: 'active', from: 'true', to: 'false' },
    ];
    const { runFolder } = await applyAll({ source, plan: await planFor(source, changes), planFile: join(folder, 'plan.json') });
    expect(database.prepare('SELECT * FROM users').all()).toEqual([
      { id: 1, username: 'anna@b', email: 'x', disabled: 'T' },
      { id: 2, username: 'bert@b', email: 'y', disabled: null },
    ]);
    database.exec("UPDATE users SET username = 'robert' WHERE id = 2; INSERT INTO memberships VALUES ('Night', 'anna@b')");
    const receipt = await undoAll(runFolder);
    expect(receipt.left).toEqual([{ id: 'a2', change: changes[1], reason: 'the username is "robert" now, no longer "bert@b"' }]);
    expect(database.prepare('SELECT * FROM users').all()).toEqual([
      { id: 1, username: 'anna', email: 'x', disabled: null },
      { id: 2, username: 'robert', email: 'y', disabled: null },
    ]);
    expect(database.prepare('SELECT * FROM memberships').all()).toEqual([
      { groupName: 'Ovens', username: 'anna' },
      { groupName: 'Night', username: 'anna' },
    ]);
    database.close();
  });
});

describe('databases', () => {
  const make = (sql: string): { folder: string; file: string } => {
    const folder = newFolder();
    const file = join(folder, 'b.sqlite');
    const database = new Sqlite(file);
    database.exec(sql);
    database.close();
    return { folder, file };
  };
  const TABLES =
    "CREATE TABLE people (id INTEGER PRIMARY KEY, username TEXT, email TEXT, active INT); INSERT INTO people VALUES (1, 'anna', 'x', 1), (2, 'bert', 'y', 0);";

  test('a view is refused with what to do', async () => {
    const { folder, file } = make(`${TABLES} CREATE VIEW users AS SELECT * FROM people;`);
    const source = requestFor(file);
    const scene = { source, plan: await planFor(source, [rename('1', 'anna', 'a')]), planFile: join(folder, 'plan.json') };
    await expect(applyAll(scene)).rejects.toMatchObject({ name: 'ApplyRefused', hint: expect.stringContaining('--table users=') });
  });

  test('one that another program has locked is refused, and left as it is', async () => {
    const { folder, file } = make(TABLES.replaceAll('people', 'users'));
    const source = requestFor(file);
    const scene = { source, plan: await planFor(source, [rename('1', 'anna', 'a')]), planFile: join(folder, 'plan.json') };
    const other = new Sqlite(file);
    other.exec('BEGIN IMMEDIATE');
    await expect(applyAll(scene)).rejects.toMatchObject({ name: 'ApplyRefused', message: expect.stringContaining('locked by another program') });
    other.exec('COMMIT');
    other.exec('BEGIN EXCLUSIVE');
    await expect(prepareApply(request(scene))).rejects.toMatchObject({ name: 'ApplyRefused', message: expect.stringContaining('locked by another program') });
    other.close();
    expect((await applyAll(scene)).done).toBe(1);
  });

  test('one that somebody changes between the look and the write is refused', async () => {
    const { folder, file } = make(TABLES.replaceAll('people', 'users'));
    const source = requestFor(file);
    const scene = { source, plan: await planFor(source, [rename('1', 'anna', 'a')]), planFile: join(folder, 'plan.json') };
    const at = (step: string): void => {
      if (step !== 'begun') return;
      const other = new Sqlite(file);
      other.exec("UPDATE users SET username = 'annabel' WHERE id = 1");
      other.close();
    };
    await expect(applyAll(scene, { at })).rejects.toMatchObject({ name: 'ApplyRefused' });
    const database = new Sqlite(file);
    expect(database.prepare('SELECT username FROM users').pluck().all()).toEqual(['annabel', 'bert']);
    database.close();
  });

  test('numbers stay numbers, the backup is a database of its own, and rows that moved are found again', async () => {
    const { folder, file } = make(TABLES.replaceAll('people', 'users').replace('INTEGER PRIMARY KEY', 'INT PRIMARY KEY'));
    const source = requestFor(file);
    const changes: Change[] = [rename('2', 'bert', 'b'), { kind: 'replace-user', user: '1', attribute: 'active', from: 'true', to: 'false' }];
    const receipt = await applyAll({ source, plan: await planFor(source, changes), planFile: join(folder, 'plan.json') });
    const database = new Sqlite(file);
    expect(database.prepare('SELECT active, typeof(active) AS type FROM users WHERE id = 1').get()).toEqual({ active: 0, type: 'integer' });
    const backup = new Sqlite(receipt.backup ?? '');
    expect(backup.prepare('SELECT username FROM users').pluck().all()).toEqual(['anna', 'bert']);
    backup.close();
    database.exec('CREATE TABLE aside AS SELECT * FROM users; DELETE FROM users; INSERT INTO users SELECT * FROM aside ORDER BY id DESC; DROP TABLE aside');
    expect((await undoAll(receipt.runFolder)).isAsBefore).toBe(true);
    expect(database.prepare('SELECT username, active FROM users ORDER BY id').all()).toEqual([
      { username: 'anna', active: 1 },
      { username: 'bert', active: 0 },
    ]);
    database.close();
  });

  test('foreign keys that cascade and constraints that refuse are heeded', async () => {
    const { folder, file } = make(`CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT UNIQUE CHECK (length(username) < 20), email TEXT, active INT);
      CREATE TABLE groups (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE memberships (groupId INT, username TEXT REFERENCES users (username) ON UPDATE CASCADE);
      INSERT INTO users VALUES (1, 'anna', 'x', 1), (2, 'bert', 'y', 1); INSERT INTO groups VALUES (7, 'Ovens'); INSERT INTO memberships VALUES (7, 'anna'), (7, 'bert');`);
    const source = requestFor(file);
    const long = { source, plan: await planFor(source, [rename('1', 'anna', 'a'), rename('2', 'bert', 'b'.repeat(30))]), planFile: join(folder, 'plan.json') };
    await expect(applyAll(long)).rejects.toMatchObject({ name: 'ApplyRefused', message: expect.stringContaining('CHECK constraint failed') });
    const swap = [rename('1', 'anna', 'tmp'), rename('2', 'bert', 'anna'), rename('1', 'tmp', 'bert')];
    const { runFolder } = await applyAll({ source, plan: await planFor(source, swap), planFile: join(folder, 'plan.json') });
    const database = new Sqlite(file);
    const members = (): unknown[] => database.prepare('SELECT username FROM memberships').pluck().all();
    expect(members()).toEqual(['bert', 'anna']);
    expect((await undoAll(runFolder)).isAsBefore).toBe(true);
    expect(members()).toEqual(['anna', 'bert']);
    database.close();
  });
});

describe('null words', () => {
  const email = (user: string, from: string, to: string): Change => ({ kind: 'replace-user', user, attribute: 'email', from, to });
  const active = (user: string, isActive: boolean): Change => ({
    kind: 'replace-user',
    user,
    attribute: 'active',
    from: String(!isActive),
    to: String(isActive),
  });

  const USERS = 'id,userName,email,active\n1,ada,NULL,WAHR\n2,bo,[NULL],FALSCH\n3,cy,"\\N",WAHR\n';
  const WORDS = { nulls: ['[NULL]'], activeMap: { wahr: 'active', falsch: 'inactive' } } as const;

  async function csvScene(changes: readonly Change[], more: object = WORDS): Promise<Scene & { folder: string }> {
    const folder = newFolder();
    writeAll(folder, { 'users.csv': USERS, 'groups.csv': 'id,name\n5,NULL\n6,Bakers\n', 'memberships.csv': 'groupName,userId\nNULL,1\nBakers,2\n' });
    const source = requestFor(folder, more);
    const planFile = join(newFolder(), 'plan.json');
    return { folder, source, planFile, plan: await planFor(source, changes) };
  }

  async function sqliteScene(changes: readonly Change[]): Promise<Scene & { file: string }> {
    const file = join(newFolder(), 'export.sqlite');
    const database = new Sqlite(file);
    database.exec(`CREATE TABLE users (id INTEGER PRIMARY KEY, userName TEXT, email TEXT, active TEXT);
    INSERT INTO users VALUES (1, 'ada', 'NULL', 'WAHR'), (2, 'bo', '[NULL]', 'FALSCH'), (3, 'cy', NULL, 'WAHR');`);
    database.close();
    const source = requestFor(file, WORDS);
    const planFolder = newFolder();
    mkdirSync(planFolder, { recursive: true });
    return { file, source, planFile: join(planFolder, 'plan.json'), plan: await planFor(source, changes) };
  }

  const textOf = (folder: string, name = 'users.csv'): string => readFileSync(join(folder, name), 'utf8');

  function rowsOf(file: string): unknown[] {
    const database = new Sqlite(file, { readonly: true });
    try {
      return database.prepare('SELECT email, active FROM users ORDER BY id').raw().all();
    } finally {
      database.close();
    }
  }

  const EMAILS = [email('1', '', 'ada@x.example'), email('2', '', 'bo@x.example'), email('3', '', 'cy@x.example')];

  describe('a cell that is a spelling of no value', () => {
    it('is found blank in a CSV, and comes back as it was', async () => {
      const scene = await csvScene([...EMAILS, active('1', false), active('2', true)]);
      const { runFolder = '' } = await applyAll(scene);
      expect(textOf(scene.folder)).toBe('id,userName,email,active\n1,ada,ada@x.example,FALSCH\n2,bo,bo@x.example,WAHR\n3,cy,"cy@x.example",WAHR\n');
      // Somebody has changed another row since, so that the copies cannot simply be put back.
      writeFileSync(join(scene.folder, 'users.csv'), `${textOf(scene.folder)}4,di,di@x.example,WAHR\n`);
      await undoAll(runFolder);
      expect(textOf(scene.folder)).toBe(`${USERS}4,di,di@x.example,WAHR\n`);
    });

    it('is found blank in a database, and comes back as it was', async () => {
      const scene = await sqliteScene([...EMAILS, active('1', false)]);
      const before = rowsOf(scene.file);
      const { runFolder = '' } = await applyAll(scene);
      expect(rowsOf(scene.file)).toEqual([
        ['ada@x.example', 'FALSCH'],
        ['bo@x.example', 'FALSCH'],
        ['cy@x.example', 'WAHR'],
      ]);
      const database = new Sqlite(scene.file);
      database.exec("INSERT INTO users VALUES (4, 'di', 'di@x.example', 'WAHR')");
      database.close();
      await undoAll(runFolder);
      expect(rowsOf(scene.file)).toEqual([...before, ['di@x.example', 'WAHR']]);
    });

    it.each([['csv', csvScene] as const, ['sqlite', sqliteScene] as const])('is never written as a value: %s', async (_, make) => {
      for (const to of ['NULL', '[NULL]']) {
        const scene = await make([email('1', '', to)]);
        await expect(applyAll(scene)).rejects.toMatchObject({
          details: [`a1: ${JSON.stringify(to)} would be read back as a missing value.`],
        });
      }
    });

    it('is the name of a group, to be renamed from and to', async () => {
      const scene = await csvScene([
        { kind: 'replace-group', group: '5', attribute: 'displayName', from: 'NULL', to: 'Ovens' },
        { kind: 'replace-group', group: '6', attribute: 'displayName', from: 'Bakers', to: '\\N' },
      ]);
      await applyAll(scene, { world: worldOf() });
      expect(textOf(scene.folder, 'groups.csv')).toBe('id,name\n5,Ovens\n6,\\N\n');
      expect(textOf(scene.folder, 'memberships.csv')).toBe('groupName,userId\nOvens,1\n\\N,2\n');
    });
  });

  describe('many cells', () => {
    const MANY = 30_000;

    test(`a name that ${MANY} cells follow is changed and taken back in a step each`, async () => {
      const folder = newFolder();
      const file = join(folder, 'lighthouse.sqlite');
      writeAll(join(folder, 'plan'), {});
      const database = new Sqlite(file);
      database.exec(
        "CREATE TABLE users (id INT, userName TEXT, email TEXT, active TEXT, groups TEXT); CREATE TABLE groups (id INT, name TEXT); INSERT INTO groups VALUES (7, 'Crew')",
      );
      const insert = database.prepare("INSERT INTO users VALUES (?, ?, ?, 'true', 'Crew')");
      database.transaction(() => {
        for (let id = 1; id <= MANY; id++) insert.run(id, `keeper${id}`, `keeper${id}@lighthouse.example`);
      })();
      const named = (name: string): unknown => database.prepare('SELECT count(*) FROM users WHERE groups = ?').pluck().get(name);
      const source = requestFor(file);
      const plan = await planFor(source, [{ kind: 'replace-group', group: '7', attribute: 'displayName', from: 'Crew', to: 'Night crew' }]);
      const { runFolder } = await applyAll({ source, plan, planFile: join(folder, 'plan', 'plan.json') });
      expect(named('Night crew')).toBe(MANY);
      expect((await undoAll(runFolder)).isAsBefore).toBe(true);
      expect(named('Crew')).toBe(MANY);
      database.close();
    });
  });
});
