import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it, test } from 'vitest';
import type { Change } from '../../src/model/finding.js';
import { temporaryFolders } from '../support/temporary.js';
import { applyAll, planFor, requestFor, type Scene, undoAll, worldOf, writeAll } from './support.js';

const newFolder = temporaryFolders();

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
