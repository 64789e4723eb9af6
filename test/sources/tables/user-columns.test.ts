import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { readDirectory } from '../../../src/sources/read-source.js';
import { openSource } from '../../../src/sources/registry.js';
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
