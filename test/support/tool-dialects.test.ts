/** The writers of MySQL's and SQLite's dialects write what the real tools write. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { startMariaDb } from './mariadb.js';
import { describeWith, requiredProgram } from './parts.js';
import { temporaryFolders } from './temporary.js';
import { type Dialect, MYSQL, type Organization, SQLITE, writeOrganization } from './tool-dialects.js';

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

const ORGANIZATION: Organization = {
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
