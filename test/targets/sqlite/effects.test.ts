/** What a database does by itself when rows change, which no plan announces: it is refused, with everything as it was. */

import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { Change } from '../../../src/model/finding.js';
import { prepareApply } from '../../../src/targets/run/apply.js';
import { temporaryFolders } from '../../support/temporary.js';
import { applyAll, planFor, request, requestFor, type Scene, undoAll, writeAll } from '../support.js';

const newFolder = temporaryFolders();

const TABLES = `
  CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT UNIQUE, email TEXT, active TEXT, changed INT DEFAULT 0);
  CREATE TABLE groups (id INTEGER PRIMARY KEY, name TEXT);
  CREATE TABLE memberships (id INTEGER PRIMARY KEY, groupId INT, userId INT);
  CREATE TABLE log (line TEXT);
  INSERT INTO users (id, username, email, active) VALUES (1, 'rye', 'rye@bakery.example', 'true'), (2, 'old', 'old@bakery.example', 'false');
  INSERT INTO groups VALUES (7, 'Ovens');
  INSERT INTO memberships VALUES (11, 7, 1), (12, 7, 2);`;

const RENAMED: Change = { kind: 'replace-user', user: '1', attribute: 'userName', from: 'rye', to: 'rye@bakery.example' };
const LEAVES: Change = { kind: 'remove-member', group: '7', user: '2' };
const REGROUPED: Change = { kind: 'replace-group', group: '7', attribute: 'displayName', from: 'Ovens', to: 'Ovens (EU)' };

interface Bakery extends Scene {
  readonly out: string;
  run(sql: string): void;
  /** Every row of every table. */
  rows(file?: string): Record<string, unknown[]>;
}

async function bakery(sql: string, changes: readonly Change[], tables = TABLES): Promise<Bakery> {
  const folder = newFolder();
  const file = join(folder, 'bakery.sqlite');
  writeAll(join(folder, 'plan'), {});
  const run = (text: string): void => {
    const database = new Sqlite(file);
    // As with any other program: SQLite itself heeds foreign keys only where it is asked to.
    database.pragma('foreign_keys = OFF');
    database.exec(text);
    database.close();
  };
  run(`${tables}${sql}`);
  const source = requestFor(file);
  return {
    source,
    plan: await planFor(source, changes),
    planFile: join(folder, 'plan', 'plan.json'),
    out: join(folder, 'corrected.sqlite'),
    run,
    rows(path = file) {
      const database = new Sqlite(path, { readonly: true });
      try {
        const names = database.prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").pluck().all();
        return Object.fromEntries(names.map((name) => [name, database.prepare(`SELECT * FROM "${name}"`).raw().all().sort()]));
      } finally {
        database.close();
      }
    },
  };
}

const ACL = 'CREATE TABLE acl (m INT REFERENCES memberships (id) ON DELETE CASCADE, page TEXT); INSERT INTO acl VALUES (12, NULL), (12, NULL);';
const BADGES = "CREATE TABLE badges (owner TEXT REFERENCES users (username) ON UPDATE SET NULL); INSERT INTO badges VALUES ('rye');";

const EFFECTS: readonly (readonly [string, string, Change, string])[] = [
  ['rows of another table that go with a membership', ACL, LEAVES, 'acl (m) refers to memberships with ON DELETE CASCADE.'],
  ['values of another table that a rename blanks', BADGES, RENAMED, 'badges (owner) refers to users with ON UPDATE SET NULL.'],
  [
    'a trigger that writes to another table',
    "CREATE TRIGGER told AFTER UPDATE ON users BEGIN INSERT INTO log VALUES (old.username || ' ' || new.username); END;",
    RENAMED,
    'users has the trigger told.',
  ],
  [
    'a trigger that changes another column of the same row',
    'CREATE TRIGGER stamped AFTER UPDATE OF username ON users BEGIN UPDATE users SET changed = changed + 1 WHERE id = new.id; END;',
    RENAMED,
    'users has the trigger stamped.',
  ],
  [
    'a trigger that changes another row of the snapshot',
    "CREATE TRIGGER mirrored AFTER UPDATE OF username ON users BEGIN UPDATE users SET email = 'x' WHERE id = 2; END;",
    RENAMED,
    'users has the trigger mirrored.',
  ],
  [
    'a trigger that writes where a membership goes',
    'CREATE TRIGGER gone BEFORE DELETE ON "memberships" BEGIN DELETE FROM groups WHERE id = 7; END;',
    LEAVES,
    'memberships has the trigger gone.',
  ],
];

describe('what was not announced', () => {
  test.each(EFFECTS)('%s: an apply is refused and names it', async (_, sql, change, effect) => {
    const scene = await bakery(sql, [change]);
    const before = scene.rows();
    const prepared = await prepareApply(request(scene));
    const refusal = {
      name: 'ApplyRefused',
      message: expect.stringContaining('would also change other rows, through the triggers or foreign keys listed above'),
      details: [effect],
    };
    // Whoever is asked, or looks first, is told before.
    await expect(prepared.rehearse()).rejects.toMatchObject(refusal);
    await expect(applyAll(scene)).rejects.toMatchObject(refusal);
    expect(scene.rows()).toEqual(before);
    await expect(applyAll(scene, { mode: { kind: 'out', path: scene.out } })).rejects.toMatchObject(refusal);
    expect(scene.rows()).toEqual(before);
  });

  test.each(EFFECTS.filter(([, , change]) => change === RENAMED))('%s: an undo is refused and names it', async (_, sql, change, effect) => {
    const scene = await bakery('', [change]);
    const { runFolder } = await applyAll(scene);
    scene.run(sql.replace("VALUES ('rye')", "VALUES ('rye@bakery.example')"));
    const after = scene.rows();
    await expect(undoAll(runFolder)).rejects.toMatchObject({ name: 'ApplyRefused', details: [effect] });
    expect(scene.rows()).toEqual(after);
    // Row by row as well, where somebody has changed another value.
    scene.run("UPDATE users SET email = 'other@bakery.example' WHERE id = 2");
    const edited = scene.rows();
    await expect(undoAll(runFolder)).rejects.toMatchObject({ name: 'ApplyRefused', details: expect.arrayContaining([effect]) });
    expect(scene.rows()).toEqual(edited);
  });

  test('once what does it is dropped, the same plan is applied and taken back', async () => {
    const scene = await bakery('CREATE TRIGGER told AFTER UPDATE ON users BEGIN INSERT INTO log VALUES (1); END;', [RENAMED, LEAVES]);
    const before = scene.rows();
    await expect(applyAll(scene)).rejects.toMatchObject({ name: 'ApplyRefused' });
    scene.run('DROP TRIGGER told');
    const { runFolder } = await applyAll(scene);
    expect((await undoAll(runFolder)).isAsBefore).toBe(true);
    expect(scene.rows()).toEqual(before);
  });

  test('names that a rename blanks in the memberships themselves are told as what they are', async () => {
    const tables = TABLES.replace('userId INT', 'username TEXT REFERENCES users (username) ON UPDATE SET NULL').replace(
      '7, 1), (12, 7, 2',
      "7, 'rye'), (12, 7, 'old'",
    );
    const scene = await bakery('', [RENAMED], tables);
    const before = scene.rows();
    await expect(applyAll(scene)).rejects.toMatchObject({ details: ['memberships (username) refers to users with ON UPDATE SET NULL.'] });
    expect(scene.rows()).toEqual(before);
  });

  test('a constraint that would delete the row in the way refuses instead', async () => {
    const tables = TABLES.replace('email TEXT', 'email TEXT UNIQUE ON CONFLICT REPLACE');
    const scene = await bakery('', [{ kind: 'replace-user', user: '1', attribute: 'email', from: 'rye@bakery.example', to: 'old@bakery.example' }], tables);
    const before = scene.rows();
    await expect(applyAll(scene)).rejects.toMatchObject({ name: 'ApplyRefused', message: expect.stringContaining('UNIQUE constraint failed: users.email') });
    expect(scene.rows()).toEqual(before);
  });
});

describe('what was announced', () => {
  const CASCADES = 'REFERENCES users (username) ON UPDATE CASCADE';
  const ROWS = "INSERT INTO memberships VALUES ('Ovens', 'rye', 'a'), ('Ovens', 'old', 'b');";
  const TURN: readonly Change[] = [RENAMED, { ...RENAMED, user: '2', from: 'old', to: 'rye' }, REGROUPED];

  test.each([
    ['a foreign key', `CREATE TABLE memberships (groupName TEXT, username TEXT ${CASCADES}, since TEXT); ${ROWS}`],
    [
      'a foreign key of both names',
      `CREATE TABLE memberships (groupName TEXT REFERENCES groups (name) ON UPDATE CASCADE, username TEXT ${CASCADES}, since TEXT); ${ROWS}`,
    ],
    [
      'a foreign key, in the key of a table without rowids',
      `CREATE TABLE memberships (groupName TEXT, username TEXT ${CASCADES}, since TEXT, PRIMARY KEY (groupName, username)) WITHOUT ROWID; ${ROWS}`,
    ],
    [
      'a trigger',
      `CREATE TABLE memberships (groupName TEXT, username TEXT, since TEXT); ${ROWS}
       CREATE TRIGGER follows AFTER UPDATE OF username ON users BEGIN UPDATE memberships SET username = new.username WHERE username = old.username; END;`,
    ],
  ])('may be done first by %s', async (_, memberships) => {
    const tables = TABLES.replace(/CREATE TABLE memberships.*/, '')
      .replace(/INSERT INTO memberships.*/, '')
      .replace('KEY, name TEXT', 'KEY, name TEXT UNIQUE');
    const scene = await bakery(memberships, TURN, tables);
    const before = scene.rows();
    const { runFolder } = await applyAll(scene);
    expect(scene.rows().memberships).toEqual([
      ['Ovens (EU)', 'rye', 'b'],
      ['Ovens (EU)', 'rye@bakery.example', 'a'],
    ]);
    expect((await undoAll(runFolder)).isAsBefore).toBe(true);
    expect(scene.rows()).toEqual(before);
  });
});

describe('a row that a trigger keeps as it is', () => {
  test.each([
    ['a rename', RENAMED, 'UPDATE OF username ON users', 'a1: a trigger of the table users keeps the row from being changed.'],
    ['a removal', LEAVES, 'DELETE ON memberships', 'a1: a trigger of the table memberships keeps the row from being changed.'],
  ])('%s is told as such', async (_, change, event, message) => {
    const scene = await bakery(`CREATE TRIGGER kept BEFORE ${event} BEGIN SELECT raise(ignore); END;`, [change]);
    const before = scene.rows();
    await expect(applyAll(scene)).rejects.toMatchObject({ name: 'ApplyRefused', message, hint: expect.stringContaining('trigger') });
    expect(scene.rows()).toEqual(before);
  });

  test('one that is to come back, too', async () => {
    const scene = await bakery('', [LEAVES]);
    const { runFolder } = await applyAll(scene);
    scene.run('CREATE TRIGGER kept BEFORE INSERT ON memberships BEGIN SELECT raise(ignore); END;');
    await expect(undoAll(runFolder)).rejects.toMatchObject({
      name: 'ApplyRefused',
      message: expect.stringMatching(/a trigger of the table memberships keeps/),
    });
  });
});

test.each([
  ['a column', 'rowid TEXT, groupId INT, userId INT', "(NULL, 7, 1), ('x', 7, 2)"],
  ['the primary key', 'rowid INTEGER PRIMARY KEY, groupId INT, userId INT', '(3, 7, 1), (4, 7, 2)'],
  ['a column, and oid another', 'RowID TEXT, oid INT, groupId INT, userId INT', "('y', NULL, 7, 1), (NULL, NULL, 7, 2)"],
])('a table in which rowid is the name of %s is changed and taken back', async (_, columns, rows) => {
  const tables = TABLES.replace(/CREATE TABLE memberships.*/, `CREATE TABLE memberships (${columns});`).replace(
    /(INSERT INTO memberships VALUES) .*/,
    `$1 ${rows};`,
  );
  const scene = await bakery('', [RENAMED, LEAVES], tables);
  const before = scene.rows();
  const { runFolder } = await applyAll(scene);
  expect(scene.rows().memberships).toHaveLength(1);
  expect((await undoAll(runFolder)).isAsBefore).toBe(true);
  expect(scene.rows()).toEqual(before);
});

test.each([
  [
    'a value of a generated column',
    RENAMED,
    TABLES.replace('username TEXT UNIQUE', 'raw TEXT, username TEXT GENERATED ALWAYS AS (lower(raw))').replace('users (id, username,', 'users (id, raw,'),
    'The column username of users is generated: SQLite computes it from other columns, so it cannot be changed directly.',
  ],
  [
    'a row that nothing tells from others',
    LEAVES,
    TABLES.replace('memberships (id INTEGER PRIMARY KEY, groupId', 'memberships (rowid INT, groupId')
      .replace('userId INT)', 'userId INT, oid INT, _rowid_ INT)')
      .replace('(11, 7, 1), (12, 7, 2)', '(1, 7, 1, 1, 1), (1, 7, 2, 1, 1)'),
    'The rows of memberships cannot be identified: its columns use every name of the rowid (rowid, _rowid_, oid), and it has no primary key.',
  ],
])('%s is refused for what it is', async (_, change, tables, message) => {
  const scene = await bakery('', [change], tables);
  const before = scene.rows();
  const prepared = await prepareApply(request(scene));
  await expect(prepared.rehearse()).rejects.toMatchObject({ name: 'ApplyRefused', message });
  await expect(applyAll(scene)).rejects.toMatchObject({ name: 'ApplyRefused', message });
  expect(scene.rows()).toEqual(before);
});
