import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { readDirectory } from '../../../src/sources/read-source.js';
import { openSource } from '../../../src/sources/registry.js';
import { Problems, SourceRefused, WrongValues } from '../../../src/sources/tables/problem.js';
import { temporaryFolders } from '../../support/temporary.js';

const newFolder = temporaryFolders();

const NOBODY = { users: [], inactiveUsers: [], memberships: [], columns: {}, tables: {}, nulls: [], activeMap: {}, isAssumedActive: false };

/** Returns the names that are kept of a source, by place. */
async function namesOf(source: { readonly source: string } | { readonly users: string[] }, withNames = true): Promise<string[] | undefined> {
  const opened = await openSource({ ...NOBODY, ...source });
  try {
    const { users, names } = readDirectory(opened.tables, {
      authMode: 'basic',
      collation: 'utf8mb4_0900_ai_ci',
      withNames,
      authTypeMap: {},
      leaveOutUsers: [],
    }).directory;
    return names === undefined ? undefined : users.map(({ place }) => names.of(place));
  } finally {
    opened.close();
  }
}

/** Writes each text as a users list of its own. */
function filesOf(...texts: readonly string[]): string[] {
  const folder = newFolder();
  mkdirSync(folder, { recursive: true });
  return texts.map((text, at) => {
    const file = join(folder, `users-${at + 1}.csv`);
    writeFileSync(file, text);
    return file;
  });
}

const listOf = (names: string, ...rows: readonly string[]): string =>
  [`id,userName,email,active,${names}`, ...rows.map((row, at) => `${at + 1},u${at + 1},u${at + 1}@x.org,true,${row}`)].join('\n');

describe('names of people', () => {
  it('of two columns, either of which may be empty', async () => {
    const [file] = filesOf(listOf('firstName,lastName', 'Zoë,Ørsted', 'Zoë,', ',Ørsted', ',', '"Ann ""B""","de, la"', ' Li ,Wu'));
    expect(await namesOf({ users: [file] })).toEqual(['Zoë Ørsted', 'Zoë', 'Ørsted', '', 'Ann "B" de, la', ' Li  Wu']);
  });

  it.each(['firstName', 'lastName', 'fullName'])('of %s alone', async (heading) => {
    const [file] = filesOf(listOf(heading, 'Zoë', '', '"A\nB"'));
    expect(await namesOf({ users: [file] })).toEqual(['Zoë', '', 'A\nB']);
  });

  it('stay those of their users where a list has none, and where a row only repeats a user', async () => {
    const files = filesOf(
      'id,userName,email,active,fullName,groups\n1,a,a@x.org,true,Ana Ito,Red\n1,a,a@x.org,true,Ana Ito,Blue\n2,b,b@x.org,true,Bo,Red\n',
      'id,userName,email,active\n3,c,c@x.org,true\n',
      'id,userName,email,active,firstName\n4,d,d@x.org,true,Dov\n',
    );
    expect(await namesOf({ users: files })).toEqual(['Ana Ito', 'Bo', '', 'Dov']);
  });

  it('are refused where a repeated row has another name', async () => {
    const [file] = filesOf('id,userName,email,active,fullName,groups\n1,a,a@x.org,true,Ana Ito,Red\n1,a,a@x.org,true,Ana Ivo,Blue\n');
    await expect(namesOf({ users: [file] })).rejects.toMatchObject({ problems: [expect.objectContaining({ line: 3 })] });
  });

  it('of a database', async () => {
    const file = join(newFolder(), 'export.sqlite');
    const database = new Sqlite(file);
    database.exec(`
      CREATE TABLE users (id INTEGER PRIMARY KEY, userName TEXT, email TEXT, active TEXT, firstName TEXT, lastName TEXT);
      INSERT INTO users VALUES (1, 'a', 'a@x.org', 'true', 'Zoë', NULL), (2, 'b', 'b@x.org', 'true', 'Bo', 'Wu');
    `);
    database.close();
    expect(await namesOf({ source: file })).toEqual(['Zoë', 'Bo Wu']);
  });

  it('are not kept where nobody wished for them', async () => {
    const [file] = filesOf(listOf('fullName', 'Zoë'));
    expect(await namesOf({ users: [file] }, false)).toBeUndefined();
  });
});

const place = { file: 'users.csv', column: 4, heading: 'active' };

function refusalOf(problems: Problems): SourceRefused {
  try {
    problems.refuse();
  } catch (error) {
    if (error instanceof SourceRefused) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('problems of one cause', () => {
  it('are one, with their count and the first lines', () => {
    const problems = new Problems();
    for (let line = 2; line <= 80_001; line++) problems.add({ ...place, line, message: '"lit" is not a status.', cause: 'lit' });
    problems.add({ ...place, line: 7, message: '"off" is not a status.', cause: 'off' });
    const { details, total } = refusalOf(problems);
    expect(total).toBe(2);
    expect(details).toEqual([
      'users.csv, line 2, column 4 (active): "lit" is not a status. In 80,000 rows: line 2, line 3, line 4, line 5, line 6 and 79,995 more.',
      'users.csv, line 7, column 4 (active): "off" is not a status.',
    ]);
  });

  it('are told apart by file, table and column', () => {
    const problems = new Problems();
    for (const other of [{}, { file: 'more.csv' }, { table: 'users' }, { column: 5 }])
      problems.add({ ...place, ...other, line: 2, message: 'no.', cause: 'lit' });
    expect(refusalOf(problems).total).toBe(4);
  });

  it('count row by row once there are too many of them', () => {
    const problems = new Problems();
    for (let line = 1; line <= 12_000; line++) problems.add({ ...place, line, message: 'no.', cause: String(line) });
    for (let line = 1; line <= 12_000; line++) problems.add({ ...place, line, message: 'no.', cause: String(line) });
    const { details, total } = refusalOf(problems);
    expect(total).toBe(14_000);
    expect(details).toHaveLength(51);
    expect(details[0]).toBe('users.csv, line 1, column 4 (active): no. In 2 rows: line 1, line 1.');
  });
});

describe('wrong values', () => {
  it('are listed with counts and first lines', () => {
    const values = new WrongValues();
    expect(values.first).toBeUndefined();
    for (const [value, line] of [
      ['[NULL]', 2],
      ['[NULL]', 3],
      ['n/a', 4],
    ] as const)
      values.add(value, line);
    expect(values.first).toEqual({ value: '[NULL]', line: 2 });
    expect(String(values.describe())).toBe('"[NULL]" (2) from line 2, "n/a" (1) on line 4');
    for (let line = 5; line < 30_000; line++) values.add(`x${line}`, line);
    expect(String(values.describe('row'))).toMatch(/"x22" \(1\) on row 22 and 9,980 or more other values$/);
    values.clear();
    expect(values.first).toBeUndefined();
  });
});
