/** The queries and commands of docs/exports.md, run as they stand there. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDirectory } from '../../src/sources/read-source.js';
import { openSource } from '../../src/sources/registry.js';
import { describeWith, requiredProgram, temporaryFolders } from '../support/machine.js';
import { ROOT } from '../support/run.js';
import { type MariaDb, startMariaDb } from '../support/servers.js';
import { type Dialect, MYSQL, SQLITE, type Organization as WrittenOrganization, writeOrganization } from '../support/tool-dialects.js';

const PAGE = readFileSync(join(ROOT, 'docs/exports.md'), 'utf8');
const SEED = 12;

interface Block {
  readonly language: string;
  readonly text: string;
}

/** Returns the code blocks below a heading of the page. */
function blocksBelow(heading: string): Block[] {
  const [, section = ''] = PAGE.split(`### ${heading}\n`);
  return [...(section.split(/^##/m)[0] ?? '').matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({ language, text }));
}

/** Returns the queries below a heading by the file names that stand at their heads. */
const queriesBelow = (heading: string): [string, string][] =>
  blocksBelow(heading).flatMap(({ language, text }) => (language === 'sql' ? [[/^-- (\S+)$/m.exec(text)?.[1] ?? '', text]] : []));

const commandsBelow = (heading: string): string[] =>
  blocksBelow(heading).flatMap(({ language, text }) => (language === 'sh' ? text.split('\n').filter((line) => line.startsWith('mysql ')) : []));

interface Organization {
  readonly users: readonly (readonly [
    id: number,
    userName: string,
    firstName: string | null,
    lastName: string | null,
    email: string | null,
    licenseType: string | null,
    disabled: string | null,
  ])[];
  readonly groups: readonly (readonly [id: number, name: string, project: number | null])[];
  readonly memberships: readonly (readonly [group: number, user: number])[];
}

const piece = fc.constantFrom(
  ...[
    '"',
    '""',
    '","',
    "'",
    '\t',
    '\n',
    '\r\n',
    '\\',
    '\\\\',
    '\\n',
    '\\t',
    '\\N',
    '\\"',
    ',',
    ';',
    '|',
    ' ',
    '  ',
    'NULL',
    '[NULL]',
    'é',
    'ø',
    'ß',
    'Łódź',
    '😀',
    'अ',
    '\u00a0',
    '\u200b',
  ],
  ...['ada', 'bo', 'ACME\\nora', 'ACME\\bob', '#', '--', '/*', '$(x)', '`', '%s', '=1+1', '@', '1', 'T', 'F'],
);
const text = fc.oneof(
  { weight: 6, arbitrary: fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join('')) },
  { weight: 1, arbitrary: fc.constantFrom('NULL', '\\N', 'Null', ' ', '"', '""', 'N/A', ' ada ', '\\') },
);
const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { freq: 4 });
/** `NULL` and `\N` as a whole are no value, as the contract says, in all but usernames and names of groups. */
const value = text.filter((each) => each !== 'NULL' && each !== '\\N');

const organizationArbitrary: fc.Arbitrary<Organization> = fc
  .record({
    users: fc.array(fc.tuple(text, orNull(value), orNull(value), orNull(value), orNull(fc.constantFrom('N', 'C', 'S')), orNull(fc.constantFrom('T', 'F'))), {
      minLength: 450,
      maxLength: 500,
    }),
    groups: fc.array(fc.tuple(text, orNull(fc.integer({ min: 1, max: 9 }))), { minLength: 400, maxLength: 450 }),
    memberships: fc.uniqueArray(fc.tuple(fc.nat(399), fc.nat(449)), { minLength: 500, maxLength: 700, selector: ([group, user]) => `${group} ${user}` }),
  })
  .map(({ users, groups, memberships }) => ({
    users: users.map((cells, at) => [at * 3 + 1, ...cells] as const),
    groups: groups.map((cells, at) => [at * 7 + 2, ...cells] as const),
    memberships: memberships.map(([group, user]) => [group * 7 + 2, user * 3 + 1] as const),
  }));

/** Returns a literal that no character set and no mode of the server can change. */
const literal = (cell: string | number | null): string =>
  typeof cell === 'number' ? String(cell) : cell === null ? 'NULL' : cell === '' ? "''" : `CONVERT(0x${Buffer.from(cell).toString('hex')} USING utf8mb4)`;

const insert = (table: string, rows: readonly (readonly (string | number | null)[])[]): string =>
  `INSERT INTO ${table} VALUES ${rows.map((cells) => `(${cells.map(literal).join(',')})`).join(',')};`;

const SCHEMA = `
  CREATE TABLE userbase (id INT NOT NULL, userName VARCHAR(255) NOT NULL, firstName VARCHAR(255), lastName VARCHAR(255), email VARCHAR(255), licenseType VARCHAR(2), disabled CHAR(1));
  CREATE TABLE role (id INT NOT NULL, display VARCHAR(255), projectId INT);
  CREATE TABLE user_role (roleId INT NOT NULL, userid INT NOT NULL);`;

/** Returns what scim-audit reads, with the options that the page says. */
async function readBack(folder: string): Promise<Organization & { readonly names: readonly string[] }> {
  const opened = await openSource({
    source: folder,
    users: [],
    inactiveUsers: [],
    memberships: [],
    columns: {},
    tables: {},
    quote: 'double',
    escape: 'none',
    nulls: [],
    activeMap: {},
    isAssumedActive: false,
  });
  try {
    const memberships: [number, number][] = [];
    const reading = readDirectory(opened.tables, { authMode: 'saml', collation: 'utf8mb4_0900_ai_ci', withNames: true, authTypeMap: {}, leaveOutUsers: [] });
    const { users, groups, names } = reading.directory;
    reading.streamMemberships({
      member: (user, group) => memberships.push([Number(groups[group]?.id), Number(users[user]?.id)]),
      unknown: (member) => {
        throw new Error(`unknown member ${JSON.stringify(member)}`);
      },
    });
    return {
      users: users.map(({ id, userName, email, active }) => [Number(id), userName, null, null, email, null, active ? 'F' : 'T']),
      groups: groups.map(({ id, name, isOrganizationLevel }) => [Number(id), name, isOrganizationLevel ? null : 1]),
      memberships,
      names: users.map(({ place }) => names?.of(place) ?? ''),
    };
  } finally {
    opened.close();
  }
}

describeWith('mariadb', 'the queries of docs/exports.md on MariaDB', () => {
  const makeFolder = temporaryFolders();
  const [organization] = fc.sample(organizationArbitrary, { numRuns: 1, seed: SEED });
  let server: MariaDb | undefined;

  beforeAll(async () => {
    if (organization === undefined) throw new Error('no organization was made');
    server = await startMariaDb();
    await server.query(
      `CREATE DATABASE jama; USE jama; ${SCHEMA} ${insert('userbase', organization.users)} ${insert('role', organization.groups)} ${insert('user_role', organization.memberships)}`,
    );
  }, 60_000);
  afterAll(async () => server?.stop());

  /** Runs what stands below a heading, but for the names of host, user, database and folder; returns the folder with the exports. */
  function runSection(heading: string): string {
    if (server === undefined) throw new Error('the server did not start');
    const folder = makeFolder();
    mkdirSync(join(folder, 'exports'));
    for (const [name, sql] of queriesBelow(heading))
      writeFileSync(join(folder, 'exports', name), sql.replaceAll('/var/lib/mysql-files/', `${folder}/exports/`));
    for (const command of commandsBelow(heading)) {
      const line = command
        .replace(/^mysql --host=HOST --user=USER --password /, `"${server.client}" --no-defaults --socket="${server.socket}" --user=root `)
        .replace(' DATABASE ', ' jama ');
      const { status, stderr } = spawnSync('bash', ['--norc', '-c', line], {
        cwd: join(folder, 'exports'),
        encoding: 'utf8',
        env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' },
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    }
    return join(folder, 'exports');
  }

  it.each([
    ['With the stock client', 3, 3],
    ['On the server, with the FILE right', 1, 1],
  ])('%s: 0 differences', async (heading, queries, commands) => {
    expect([queriesBelow(heading).length, commandsBelow(heading).length]).toEqual([queries, commands]);
    if (organization === undefined) throw new Error('no organization was made');
    const found = await readBack(runSection(heading));
    const byId = ([a]: readonly [number, ...unknown[]], [b]: readonly [number, ...unknown[]]): number => a - b;
    const { users, groups, memberships } = organization;
    expect([...found.users].sort(byId)).toEqual(
      users.map(([id, userName, , , email, , disabled]) => [id, userName, null, null, email ?? '', null, disabled ?? 'F']),
    );
    expect([...found.groups].sort(byId)).toEqual(groups.map(([id, name, project]) => [id, name, project === null ? null : 1]));
    expect(found.memberships.map(String).sort()).toEqual(memberships.map(String).sort());
    const names = new Map(found.users.map(([id], place) => [id, found.names[place]]));
    expect(users.map(([id]) => names.get(id))).toEqual(users.map(([, , first, last]) => [first, last].filter((name) => name !== null).join(' ')));
  });

  it('shows the columns of role, among them the one of the project', async () => {
    const [, columns = ''] = PAGE.split('Find it first:\n\n```sql\n');
    expect(await server?.query(`USE jama; ${columns.split('```')[0] ?? ''}`)).toBe('id\tint\tNO\ndisplay\tvarchar\tYES\nprojectId\tint\tYES\n');
  });
});

describe('the queries of docs/exports.md for SQL Server', () => {
  it('are at least whole: quotation marks in pairs, the columns of the headings in the lines', () => {
    const [, section = ''] = PAGE.split('## Microsoft SQL Server\n');
    const queries = [...(section.split(/^##/m)[0] ?? '').matchAll(/^```sql\n(.*?)^```$/gms)].map(([, sql = '']) => sql);
    expect(queries).toHaveLength(3);
    for (const sql of queries) {
      expect(sql.replaceAll("''", '').split("'").length % 2).toBe(1);
      expect(sql.split('(').length).toBe(sql.split(')').length);
      const columns = /N'([\w,]+)' AS/.exec(sql)?.[1]?.split(',') ?? [];
      // Commas between quotation marks, in literals of their own: N',"', N'","', N','.
      expect([...sql.matchAll(/N'(?:,"|","|,)'/g)]).toHaveLength(columns.length - 1);
    }
  });
});

// The writers of MySQL's and SQLite's dialects write what the real tools write.

const VALUES = [
  ...[
    'plain',
    'ACME\\nora',
    '\\',
    '\\\\',
    '\\N',
    'NULL',
    '"',
    '""',
    '"Core"',
    'a "b" c',
    "O'Neil",
    'a,b',
    'a;b',
    'a|b',
    'a\tb',
    'a\nb',
    'a\r\nb',
    '',
    ' a ',
    '<b>&amp;</b>',
    'é',
    'ŁßøЖ',
    '\u0001',
    '#x',
  ],
];

const ORGANIZATION: WrittenOrganization = {
  users: VALUES.map((value, at) => ({
    id: String(at + 1),
    userName: value,
    fullName: at % 3 === 0 ? null : value,
    email: at % 4 === 0 ? null : value,
    isActive: at % 2 === 0,
    isBasic: false,
  })),
  groups: [{ id: '1', name: 'x', project: null }],
  memberships: [{ group: '1', user: '1' }],
};

const COLUMNS = ['id', 'userName', 'fullName', 'email', 'disabled', 'authenticationType'];
const SELECT = `SELECT ${COLUMNS.join(', ')} FROM users`;
/** Every cell of the users, as the tables get them. */
const CELLS = ORGANIZATION.users.map(({ id, userName, fullName, email, isActive }) => [id, userName, fullName, email, isActive ? 'F' : 'T', 'IdP-login']);

const written = (dialect: Dialect): string => Buffer.from(writeOrganization(ORGANIZATION, dialect)['users.csv'] ?? '').toString('utf8');

const makeFolder = temporaryFolders();

describeWith('mariadb', 'the dialects of MySQL are those of MariaDB', () => {
  it('of its client and of INTO OUTFILE', { timeout: 60_000 }, async () => {
    const server = await startMariaDb();
    try {
      const literal = (cell: string | null): string => (cell === null ? 'NULL' : `CONVERT(X'${Buffer.from(cell).toString('hex')}' USING utf8mb4)`);
      const rows = CELLS.map((cells) => `(${cells.map(literal).join(',')})`).join(',');
      await server.query(
        `CREATE DATABASE d; USE d; CREATE TABLE users (${COLUMNS.map((name) => `${name} VARCHAR(50)`).join(',')}); INSERT INTO users VALUES ${rows};`,
      );
      const client = (...words: readonly string[]): string => {
        const { status, stdout, stderr } = spawnSync(server.client, [...server.clientArguments, ...words, 'd', `--execute=${SELECT}`], { encoding: 'utf8' });
        if (status !== 0) throw new Error(stderr);
        return stdout;
      };
      expect(client('--batch')).toBe(written(MYSQL.batch));
      expect(client('--batch', '--raw')).toBe(written(MYSQL.raw));
      expect(client('--table')).toBe(written(MYSQL.boxed));
      expect(client('--html').trimEnd()).toBe(written(MYSQL.html));
      const withoutStatement = (text: string): string => text.replace(/statement="[^"]*"/, '');
      expect(withoutStatement(client('--xml'))).toBe(withoutStatement(written(MYSQL.xml)));
      const folder = makeFolder();
      const outfile = async (name: string, format: string): Promise<string> => {
        const headings = COLUMNS.map((column) => `'${column}'`).join(',');
        await server.query(`USE d; SELECT ${headings} UNION ALL ${SELECT} INTO OUTFILE '${folder}/${name}' CHARACTER SET utf8mb4 ${format};`);
        return readFileSync(join(folder, name), 'utf8');
      };
      expect(await outfile('plain', '')).toBe(written(MYSQL.outfile));
      expect(await outfile('comma', "FIELDS TERMINATED BY ','")).toBe(written(MYSQL.comma));
      expect(await outfile('enclosed', "FIELDS TERMINATED BY ',' ENCLOSED BY '\"'")).toBe(written(MYSQL.enclosed));
      expect(await outfile('doubled', "FIELDS TERMINATED BY ',' ENCLOSED BY '\"' ESCAPED BY '\"'")).toBe(written(MYSQL.doubled));
    } finally {
      await server.stop();
    }
  });
});

describeWith('sqlite3', 'the dialects of SQLite are those of its shell', () => {
  it.each([
    ['-csv', SQLITE.csv],
    ['-list', SQLITE.list],
  ])('%s', (mode, dialect) => {
    const file = join(makeFolder(), 'users.sqlite');
    const database = new Sqlite(file);
    database.exec(`CREATE TABLE users (${COLUMNS.join(',')})`);
    const insert = database.prepare(`INSERT INTO users VALUES (${COLUMNS.map(() => '?').join(',')})`);
    for (const cells of CELLS) insert.run(...cells);
    database.close();
    const { stdout } = spawnSync(requiredProgram('sqlite3'), ['-batch', '-header', mode, file, SELECT], { encoding: 'utf8' });
    expect(stdout).toBe(written(dialect));
  });
});
