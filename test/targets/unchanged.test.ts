/** What a target leaves as it is: every other byte of a CSV, and what a database would change by itself. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/model/finding.js';
import type { SpanRow } from '../../src/sources/csv/cell-spans.js';
import { writeCell } from '../../src/sources/csv/dialect.js';
import { encodeText } from '../../src/sources/csv/encoding.js';
import { rewriteCsv } from '../../src/targets/csv/rewrite.js';
import { prepareApply } from '../../src/targets/run/apply.js';
import { temporaryFolders } from '../support/machine.js';
import { tables } from '../support/organizations.js';
import { applyAll, bytesBelow, planFor, request, requestFor, type Scene, undoAll, writeAll } from './support.js';

const newFolder = temporaryFolders();
const folder = newFolder();
let count = 0;

const MARKS = { 'utf-8': '', 'utf-8 with a mark': 'efbbbf', 'utf-16le': 'fffe', 'utf-16be': 'feff', 'windows-1252': '' } as const;
type Written = keyof typeof MARKS;
const encodingOf = (written: Written) => (written === 'utf-8 with a mark' ? 'utf-8' : written);

const encodings = fc.constantFrom<Written>('utf-8', 'utf-8 with a mark', 'utf-16le', 'utf-16be', 'windows-1252');

/** Rewrites a text by an editor of rows; returns the bytes before and after. */
async function rewrite(text: string, delimiter: string, written: Written, row: (row: SpanRow, replace: (column: number, text: string) => void) => void) {
  const encoding = encodingOf(written);
  const body = encodeText(text, encoding);
  if (body === undefined) return undefined;
  const bytes = Buffer.concat([Buffer.from(MARKS[written], 'hex'), body]);
  const reading = join(folder, `${++count}.csv`);
  writeFileSync(reading, bytes);
  const writing = `${reading}.new`;
  await rewriteCsv({
    reading,
    writing,
    mode: 0o600,
    head: { role: 'groups', delimiter, isActivityKnown: false, quote: 'double', escape: 'none' },
    ...(encoding === 'windows-1252' ? { encoding } : {}),
    edit: () => ({ row: (each, out) => row(each, (column, cell) => out.replace(each.bytes, each.from(column), each.to(column), cell)) }),
    pause: async () => {},
  });
  return { before: bytes, after: readFileSync(writing), encoding, mark: MARKS[written].length / 2 };
}

const decode = (bytes: Buffer, { encoding, mark }: { encoding: string; mark: number }): string => {
  const body = Buffer.from(bytes.subarray(mark));
  if (encoding === 'utf-8') return body.toString('utf8');
  if (encoding === 'windows-1252') return new TextDecoder('windows-1252').decode(body);
  return (encoding === 'utf-16be' ? body.swap16() : body).toString('utf16le');
};

const parsed = (text: string, delimiter: string): string[][] =>
  parse(text, { delimiter, relax_column_count: true, record_delimiter: ['\r\n', '\n'] }).filter((cells) => cells.length > 1 || cells[0] !== '');

test('a file of which no cell changes comes out byte for byte', async () => {
  await fc.assert(
    fc.asyncProperty(tables, encodings, async ({ text, delimiter }, written) => {
      const result = await rewrite(`id${delimiter}name\r\n${text}`, delimiter, written, () => {});
      if (result !== undefined) expect(result.after.equals(result.before)).toBe(true);
    }),
    { numRuns: 400 },
  );
});

test('changed cells read as they are meant, and all others as before', async () => {
  const values = fc.constantFrom('plain', '', 'a "quoted" word', 'with,comma; and\ttab', 'two\r\nlines', 'é', ' edge ');
  await fc.assert(
    fc.asyncProperty(tables, encodings, fc.array(fc.tuple(fc.nat(12), fc.nat(4), values), { maxLength: 6 }), async ({ text, delimiter }, written, edits) => {
      const whole = `id${delimiter}name\n${text}`;
      const wanted = parsed(whole, delimiter);
      // A row of one empty cell would be a blank line, which is none.
      for (const [row, column, value] of edits) if (wanted[row + 1]?.[column] !== undefined && wanted[row + 1].length > 1) wanted[row + 1][column] = value;
      let index = 0;
      const result = await rewrite(whole, delimiter, written, (row, replace) => {
        if (row.width === 1 && row.text(0) === '') return;
        index++;
        if (row.width < 2) return;
        for (let column = 0; column < row.width; column++) {
          const value = edits.findLast(([at, cell]) => at + 1 === index && cell === column)?.[2];
          if (value !== undefined) replace(column, writeCell(value, { delimiter, quote: 'double', escape: 'none' }, row.isQuoted(column)) ?? '');
        }
      });
      if (result !== undefined && encodingOf(written) !== 'windows-1252') expect(parsed(decode(result.after, result), delimiter)).toEqual(wanted);
    }),
    { numRuns: 400 },
  );
});

test('every cell reads as csv-parse reads it, and on the line where it stands', async () => {
  await fc.assert(
    fc.asyncProperty(tables, async ({ text, delimiter, records }) => {
      const read: string[][] = [];
      const lines: number[] = [];
      await rewrite(`id${delimiter}name\n${text}`, delimiter, 'utf-8', (row) => {
        // A record of one empty cell in quotes is told from a blank line only here.
        if (row.raw(0) !== '""' || row.width > 1) read.push(Array.from({ length: row.width }, (_, column) => row.text(column)));
        lines.push(row.line);
      });
      expect(read).toEqual(parsed(text, delimiter));
      expect(lines).toEqual(records.filter(({ isBlank }) => !isBlank).map(({ line }) => line + 1));
    }),
    { numRuns: 400 },
  );
});

test('records over many stretches are cut as in one', async () => {
  const rows = Array.from({ length: 60_000 }, (_, at) => `${at},"name ""${at}""\r\n of two lines",é${'x'.repeat(at % 40)}\r\n`);
  const text = `id,name,note\r\n${rows.join('')}`;
  const result = await rewrite(text, ',', 'utf-8', (row, replace) => {
    if (row.integer(0) % 7 === 0) replace(2, 'changed');
  });
  const wanted = `id,name,note\r\n${rows.map((row, at) => (at % 7 === 0 ? row.replace(/é.*\r\n$/, 'changed\r\n') : row)).join('')}`;
  expect(result?.after.toString('utf8') === wanted).toBe(true);
});

interface Bakery {
  readonly delimiter: ',' | ';' | '\t';
  readonly end: '\n' | '\r\n';
  readonly isQuoted: boolean;
  readonly written: Written;
  readonly isByName: boolean;
  readonly count: number;
  readonly shift: number;
  readonly members: readonly (readonly [number, number])[];
  readonly removed: number;
}

const bakeries: fc.Arbitrary<Bakery> = fc.record({
  delimiter: fc.constantFrom(',' as const, ';' as const, '\t' as const),
  end: fc.constantFrom('\n' as const, '\r\n' as const),
  isQuoted: fc.boolean(),
  written: fc.constantFrom<Written>('utf-8', 'utf-8 with a mark', 'utf-16le'),
  isByName: fc.boolean(),
  count: fc.integer({ min: 2, max: 6 }),
  shift: fc.integer({ min: 1, max: 5 }),
  members: fc.array(fc.tuple(fc.nat(5), fc.nat(1)), { maxLength: 8 }),
  removed: fc.nat(7),
});

test('over files of any dialect: a ring of names turns, memberships follow, and undo gives every byte back', async () => {
  await fc.assert(
    fc.asyncProperty(bakeries, async ({ delimiter, end, isQuoted, written, isByName, count: size, shift, members, removed }) => {
      const cell = (text: string): string => (isQuoted ? `"${text}"` : text);
      const line = (...cells: string[]): string => cells.map(cell).join(delimiter) + end;
      const nameOf = (at: number): string => `käse ${at}`;
      const groups = ['Öfen', 'Nacht'];
      const pairs = [...new Set(members.map(([user, group]) => `${user % size}/${group}`))].map((text) => text.split('/').map(Number));
      const turned = (at: number): string => nameOf((at + shift) % size);
      const gone = pairs[removed];
      const users = (name: (at: number) => string): string =>
        line('id', 'username', 'email', 'status') +
        Array.from({ length: size }, (_, at) => line(String(at + 1), name(at), `${at}@bakery.example`, 'Active')).join('');
      const rows = (name: (at: number) => string, without?: readonly number[]): string =>
        (isByName ? line('group', 'username') : line('groupId', 'userId')) +
        pairs
          .filter((pair) => pair !== without)
          .map(([user, group]) => (isByName ? line(groups[group], name(user)) : line(String(group + 7), String(user + 1))))
          .join('');
      const encode = (text: string): Buffer => Buffer.concat([Buffer.from(MARKS[written], 'hex'), encodeText(text, encodingOf(written)) ?? Buffer.alloc(0)]);
      const place = newFolder();
      const groupsFile = encode(line('id', 'name') + groups.map((name, at) => line(String(at + 7), name)).join(''));
      writeAll(join(place, 'export'), { 'users.csv': encode(users(nameOf)), 'groups.csv': groupsFile, 'memberships.csv': encode(rows(nameOf)) });
      const before = bytesBelow(join(place, 'export'));
      const moves = size > 1 && shift % size !== 0;
      const changes: Change[] = moves
        ? [
            ...Array.from(
              { length: size },
              (_, at): Change => ({ kind: 'replace-user', user: String(at + 1), attribute: 'userName', from: nameOf(at), to: `tmp-${at}`, temporary: true }),
            ),
            ...Array.from(
              { length: size },
              (_, at): Change => ({ kind: 'replace-user', user: String(at + 1), attribute: 'userName', from: `tmp-${at}`, to: turned(at) }),
            ),
          ]
        : [];
      if (gone !== undefined) changes.push({ kind: 'remove-member', group: String(gone[1] + 7), user: String(gone[0] + 1) });
      if (changes.length === 0) return;
      const source = requestFor(join(place, 'export'));
      const scene = { source, plan: await planFor(source, changes), planFile: join(place, 'plan.json') };
      const { runFolder } = await applyAll(scene);
      const name = moves ? turned : nameOf;
      expect(bytesBelow(join(place, 'export'))).toEqual({
        'groups.csv': groupsFile.toString('hex'),
        'memberships.csv': encode(rows(name, gone)).toString('hex'),
        'users.csv': encode(users(name)).toString('hex'),
      });
      expect((await undoAll(runFolder)).isAsBefore).toBe(true);
      expect(bytesBelow(join(place, 'export'))).toEqual(before);
    }),
    { numRuns: 60 },
  );
});

// What a database does by itself when rows change, which no plan announces: it is refused, with everything as it was.

describe('effects', () => {
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
});
