import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryFolders } from '../../support/machine.js';
import { type CliResult, end, ROOT, runCli, startModule } from '../../support/run.js';

const newFolder = temporaryFolders();

const TABLES = `
  CREATE TABLE users (id INTEGER PRIMARY KEY, userName TEXT, email TEXT, active TEXT);
  CREATE TABLE groups (id INTEGER PRIMARY KEY, name TEXT, project TEXT);
  CREATE TABLE memberships (groupId INTEGER, userId INTEGER, note TEXT);
  INSERT INTO users VALUES (4, 'mira', 'mira@lighthouse.example', 'true'), (7, 'oskar', 'oskar@lighthouse.example', 'false');
  INSERT INTO groups VALUES (1, 'Keepers', NULL);
  INSERT INTO memberships VALUES (1, 4, 'x'), (1, 7, 'y');`;

/** Returns a database; `x'…'` in the statements are texts of these bytes. */
function make(sql: string, encoding = 'UTF-8'): string {
  const file = join(newFolder(), 'export.sqlite');
  const database = new Sqlite(file);
  database.pragma(`encoding = '${encoding}'`);
  database.exec(TABLES + sql.replace(/x'[0-9a-f]*'/g, (bytes) => `CAST(${bytes} AS TEXT)`));
  database.close();
  return file;
}

const check = (file: string, ...args: string[]): Promise<CliResult> => runCli(['check', file, '--auth-mode', 'basic', '--format', 'json', ...args]);

const utf16le = (text: string): string => Buffer.from(text, 'utf16le').toString('hex');
const utf16be = (text: string): string => Buffer.from(text, 'utf16le').swap16().toString('hex');

describe('texts that are not of the encoding', () => {
  it.each([
    ['latin1', 'UTF-8', 'e9', /row 9, column 2 \(userName\): the text is not UTF-8 \(byte 0xE9\)/],
    ['latin1 before a letter', 'UTF-8', '61e962', /byte 0xE9/],
    ['a surrogate in UTF-8', 'UTF-8', 'eda080', /byte 0xED/],
    ['NUL', 'UTF-8', '610062', /row 9, column 2 \(userName\): the text contains a NUL character/],
    ['a high half before a letter', 'UTF-16le', utf16le('\ud83dA'), /the text is not UTF-16le.*half a character/],
    ['a low half before a letter', 'UTF-16le', utf16le('\ude00A'), /half a character/],
    ['a high half at the end', 'UTF-16be', utf16be('A\ud83d'), /the text is not UTF-16be.*half a character/],
    ['NUL', 'UTF-16le', utf16le('a\0b'), /NUL/],
  ])('%s in %s', async (_, encoding, bytes, message) => {
    const { code, stderr, stdout } = await check(make(`INSERT INTO users VALUES (9, x'${bytes}', 'ivo@lighthouse.example', 'true');`, encoding));
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/export\.sqlite, table users, row 9, column 2 \(userName\): /);
    expect(stderr).toMatch(message);
  });

  it('are told cell by cell, in every table, also where rows have no number', async () => {
    const { stderr } = await check(
      make(`UPDATE users SET userName = x'e9', email = x'e940' WHERE id = 4; UPDATE groups SET name = x'ff';
        CREATE TABLE other (groupId INTEGER, userId TEXT PRIMARY KEY) WITHOUT ROWID; INSERT INTO other VALUES (1, '4'), (1, x'fe');`),
      '--table',
      'memberships=other',
    );
    expect(stderr).toMatch(
      /table users, row 4, column 2 \(userName\).*\n.*table users, row 4, column 3 \(email\).*\n.*table groups, row 1, column 2 \(name\).*\n.*table other, row 2, column 2 \(userId\)/,
    );
    expect(stderr).toContain('4 problems');
  });

  it('do not matter in columns that are not read', async () => {
    expect((await check(make("UPDATE memberships SET note = x'e9';"))).code).toBe(1);
  });

  it.each(['UTF-8', 'UTF-16le', 'UTF-16be'])('texts of any script are read in %s, the replacement character and letters like \\u0000 too', async (encoding) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.string({
            unit: fc.oneof(
              fc.constantFrom('\ufffd', '\ufeff', '🥐', 'é', 'А', '\\u0000', '"'),
              fc
                .integer({ min: 1, max: 0x10ffff })
                .filter((code) => code < 0xd800 || code > 0xdfff)
                .map((code) => String.fromCodePoint(code)),
            ),
          }),
          { minLength: 1, maxLength: 4 },
        ),
        async (texts) => {
          const file = make('', encoding);
          const database = new Sqlite(file);
          for (const [at, text] of texts.entries())
            database.prepare('INSERT INTO users VALUES (?, ?, ?, ?)').run(100 + at, text, `u${at}@lighthouse.example`, 'true');
          database.close();
          const { code, stdout, stderr } = await check(file, '--skip-rule', 'duplicate-username');
          expect(stderr).not.toContain('cannot be read');
          expect(code).toBe(1);
          const report: { findings: { rule: string; user?: { id: string; userName: string } }[] } = JSON.parse(stdout);
          const shown = report.findings.flatMap(({ rule, user }) => (rule === 'username-email-mismatch' && Number(user?.id) >= 100 ? [user?.userName] : []));
          expect(shown).toEqual(texts);
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe('everything that reads or writes', () => {
  const files = (): { file: string; folder: string; run(...words: string[]): Promise<CliResult> } => {
    const file = make('');
    const folder = newFolder();
    return { file, folder, run: (...words) => runCli(words, { cwd: folder }) };
  };

  const damage = (file: string): void => {
    const database = new Sqlite(file);
    database.exec("UPDATE users SET email = CAST(x'6de9' AS TEXT) WHERE id = 7");
    database.close();
  };

  it('refuses the same: check, plan, apply, verify, redact, undo', async () => {
    const { file, folder, run } = files();
    expect((await run('plan', file, '--auth-mode', 'basic', '--out', 'p')).code).toBe(0);
    const before = readFileSync(file);
    damage(file);
    const bytes = readFileSync(file);
    const commands = [
      ['check', file, '--auth-mode', 'basic'],
      ['plan', file, '--auth-mode', 'basic', '--out', 'q'],
      ['apply', 'p/plan.json', file, '--in-place', '--yes'],
      ['apply', 'p/plan.json', file, '--out', 'copy.sqlite', '--yes'],
      ['apply', 'p/plan.json', file, '--in-place', '--dry-run'],
      ['verify', 'p/plan.json', file],
      ['redact', file, '--auth-mode', 'basic', '--out', 'r'],
    ];
    for (const words of commands) {
      const { code, stderr } = await run(...words);
      // Before a write it is a refusal of the write.
      expect([words[0], code]).toEqual([words[0], words[0] === 'apply' ? 4 : 2]);
      // What redact tells is redacted but for the place.
      expect(stderr).toMatch(/table users, row 7, column 3 \(email\): the text is not UTF-8/);
    }
    expect(readFileSync(file).equals(bytes)).toBe(true);
    writeFileSync(file, before);
    expect((await run('apply', 'p/plan.json', file, '--in-place', '--yes')).code).toBe(0);
    damage(file);
    const [name = ''] = readdirSync(join(folder, 'p/runs')).filter((each) => !each.startsWith('.'));
    const undone = await run('undo', join('p/runs', name), '--yes');
    expect(undone.code).toBe(4);
    expect(undone.stderr).toMatch(/table users, row 7, column 3 \(email\)/);
  });
});

describe('tables of a database', () => {
  const GENERIC = `
  CREATE TABLE users (id INTEGER PRIMARY KEY, userName TEXT, email TEXT, active TEXT, authenticationType TEXT);
  CREATE TABLE groups (id INTEGER PRIMARY KEY, name TEXT, project TEXT);
  CREATE TABLE memberships (groupId INTEGER, userId INTEGER);
  INSERT INTO users VALUES (4, 'mira', 'mira@lighthouse.example', 'true', 'IdP'), (7, 'oskar@lighthouse.example', 'oskar@lighthouse.example', 'false', 'Basic');
  INSERT INTO groups VALUES (1, 'Keepers', NULL), (2, 'Boats', '31');
  INSERT INTO memberships VALUES (1, 4), (1, 7), (2, 4);
`;

  const JAMA = `
  CREATE TABLE userbase (id INT PRIMARY KEY, userName VARCHAR(255), email VARCHAR(255), licenseType VARCHAR(10), disabled CHAR(1));
  CREATE TABLE role (id INT PRIMARY KEY, display VARCHAR(255), projectId INT);
  CREATE TABLE user_role (userid INT, roleId INT, PRIMARY KEY (userid, roleId));
`;

  function make(sql: string, name = 'export.sqlite', folder = newFolder()): string {
    const file = join(folder, name);
    const database = new Sqlite(file);
    database.exec(sql);
    database.close();
    return file;
  }

  interface ShownReport {
    readonly snapshot: {
      readonly users: number;
      readonly groups: number;
      readonly memberships: number;
      readonly inputs: readonly { readonly sha256: string }[];
    };
    readonly notes: readonly string[];
    readonly findings: readonly {
      readonly rule: string;
      readonly user?: { readonly id: string; readonly userName: string; readonly active: boolean };
      readonly users?: readonly { readonly id: string; readonly active: boolean }[];
      readonly location?: object;
    }[];
  }

  async function report(file: string, ...args: string[]): Promise<ShownReport> {
    const { code, stdout, stderr } = await check(file, ...args);
    if (code > 1) throw new Error(stderr);
    return JSON.parse(stdout);
  }

  async function refusal(file: string, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await check(file, ...args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toMatch(/^\s+at /m);
    return stderr;
  }

  describe('tables', () => {
    it('plain ones are read, with table and rowid as the place', async () => {
      const { snapshot, findings } = await report(make(GENERIC));
      expect(snapshot).toMatchObject({ users: 2, groups: 2, memberships: 3 });
      expect(findings).toMatchObject([
        { rule: 'username-email-mismatch', user: { id: '4' }, location: { path: 'export.sqlite', table: 'users', rowid: 4 } },
        { rule: 'inactive-basic-member', user: { id: '7' }, location: { path: 'export.sqlite', table: 'users', rowid: 7 } },
      ]);
    });

    it('views are read, with the row as the place', async () => {
      const sql = `${GENERIC}
      ALTER TABLE users RENAME TO people;
      CREATE VIEW users AS SELECT id, userName, email, active FROM people ORDER BY id DESC;`;
      const { snapshot, findings } = await report(make(sql));
      expect(snapshot.users).toBe(2);
      expect(findings[0]).toMatchObject({ user: { id: '4' }, location: { table: 'users', rowid: 2 } });
    });

    it('WITHOUT ROWID tables are read', async () => {
      const sql = GENERIC.replace(
        'id INTEGER PRIMARY KEY, userName TEXT, email TEXT, active TEXT, authenticationType TEXT)',
        'id TEXT PRIMARY KEY, userName, email, active, authenticationType) WITHOUT ROWID',
      );
      expect((await report(make(sql))).snapshot.users).toBe(2);
    });

    it("Jama Connect's own are read: disabled T, F and NULL, groups with and without a project", async () => {
      const sql = `${JAMA}
      INSERT INTO userbase VALUES (11, 'ada', 'ada@bakery.example', 'N', 'F'), (12, 'ben', 'ben@bakery.example', NULL, NULL),
        (13, 'cleo', 'cleo@bakery.example', 'I', 'T'), (14, 'dov', 'dov@bakery.example', 'N', 'T');
      INSERT INTO role VALUES (21, 'Ovens', NULL), (22, 'Ovens', 31), (23, 'Shop', NULL);
      INSERT INTO user_role VALUES (11, 21), (13, 22), (14, 23);`;
      const { snapshot, findings } = await report(make(sql));
      expect(snapshot).toMatchObject({ users: 4, groups: 3, memberships: 3 });
      expect(findings.map(({ rule, user }) => `${rule} ${user?.id}`)).toEqual([
        'username-email-mismatch 11',
        'username-email-mismatch 12',
        'inactive-basic-member 14',
      ]);
    });

    it('the system rows of an installation are told of', async () => {
      const { notes } = await report(join(ROOT, 'fixtures/organizations/observatory-jama/observatory.sqlite'));
      expect(notes.join('\n')).toMatch(/system/);
    });

    it('a disabled that is neither is refused, with table and row', async () => {
      const stderr = await refusal(
        make(`${JAMA} INSERT INTO userbase VALUES (11, 'ada', 'ada@bakery.example', 'N', 'perhaps');`),
        '--skip-rule',
        'duplicate-group-name',
      );
      expect(stderr).toMatch(/export\.sqlite, table userbase, row 1, column 5 \(disabled\): "perhaps"/);
    });

    it('--table names others', async () => {
      const file = make(GENERIC.replaceAll('users', '"the people"').replace('userName', 'login'));
      const stderr = await refusal(file);
      expect(stderr).toContain('no table or view called users or userbase');
      expect(stderr).toContain('"groups", "memberships", "the people"');
      expect((await report(file, '--table', 'users=the people')).snapshot.users).toBe(2);
    });

    it('a table that is not there is refused with those that are', async () => {
      const stderr = await refusal(make(GENERIC), '--table', 'users=folk');
      expect(stderr).toContain('no table or view called "folk"');
      expect(stderr).toContain('"groups", "memberships", "users"');
    });

    it('two that answer are refused', async () => {
      expect(await refusal(make(GENERIC + JAMA))).toContain('several tables for users: users, userbase');
    });

    it('a missing column is refused with the headings found', async () => {
      const stderr = await refusal(make(GENERIC.replace('email TEXT', 'address TEXT')));
      expect(stderr).toMatch(/table users: the required column users\.email is missing[\s\S]*"address"/);
      expect((await report(make(GENERIC.replace('email TEXT', 'address TEXT')), '--column', 'users.email=address')).snapshot.users).toBe(2);
    });

    it('no users is exit 3', async () => {
      const { code } = await check(make(GENERIC.replace(/INSERT INTO users[^;]*;/, '')));
      expect(code).toBe(3);
    });
  });

  describe('values', () => {
    it('ids of 64 bits stay whole', async () => {
      const sql = `${GENERIC} INSERT INTO users VALUES (9007199254740993, 'ivo', 'ivo@lighthouse.example', 'true', 'Basic'), (9223372036854775807, 'jo', 'jo@lighthouse.example', '1', 'Basic');
      INSERT INTO memberships VALUES (1, 9007199254740993);`;
      const { findings } = await report(make(sql));
      expect(findings.map(({ user }) => user?.id)).toEqual(['4', '9007199254740993', '9223372036854775807', '7']);
    });

    it('NULL is an empty value', async () => {
      const { findings } = await report(make(`${GENERIC} INSERT INTO users VALUES (9, 'ivo', NULL, 'true', 'Basic');`));
      expect(findings.find(({ user }) => user?.id === '9')?.rule).toBe('missing-email');
    });

    it('an id that is NULL is refused', async () => {
      expect(await refusal(make(GENERIC.replace('id INTEGER PRIMARY KEY, userName', 'id INTEGER, userName').replace("(4, 'mira'", "(NULL, 'mira'")))).toMatch(
        /table users, row 1, column 1 \(id\): the id is missing/,
      );
    });

    it('a BLOB is refused with its row', async () => {
      const stderr = await refusal(make(`${GENERIC} INSERT INTO users VALUES (9, x'00ff', 'ivo@lighthouse.example', 'true', 'Basic');`));
      expect(stderr).toMatch(/table users, row 9.*BLOB/);
    });

    it('text of any script is read as it is', async () => {
      const name = '  Ⅳ é 🥐\u200b';
      const { findings } = await report(make(`${GENERIC} INSERT INTO users VALUES (9, '${name}', 'ivo@lighthouse.example', 'true', 'Basic');`));
      expect(findings.find(({ user }) => user?.id === '9')?.user?.userName).toBe(name);
    });
  });

  describe('opening', () => {
    const digestOf = async (file: string): Promise<readonly string[]> => (await report(file)).snapshot.inputs.map(({ sha256 }) => sha256);

    it('writes nothing: the file and its folder stay as they are', async () => {
      const file = make(GENERIC);
      const before = readFileSync(file);
      await report(file);
      expect(readFileSync(file).equals(before)).toBe(true);
      expect(readdirSync(join(file, '..'))).toEqual(['export.sqlite']);
    });

    it('WAL mode without a log is read, and nothing is written beside it', async () => {
      const file = make(`PRAGMA journal_mode = WAL; ${GENERIC}`);
      expect(readdirSync(join(file, '..'))).toEqual(['export.sqlite']);
      const before = readFileSync(file);
      expect((await report(file)).snapshot.users).toBe(2);
      expect(readdirSync(join(file, '..'))).toEqual(['export.sqlite']);
      expect(readFileSync(file).equals(before)).toBe(true);
    });

    it('WAL mode with a log is read with what the log holds', async () => {
      const folder = newFolder();
      const writer = new Sqlite(join(folder, 'live.sqlite'));
      try {
        writer.pragma('journal_mode = WAL');
        writer.exec(GENERIC);
        writer.pragma('wal_checkpoint(TRUNCATE)');
        writer.exec("INSERT INTO users VALUES (9, 'ivo', 'ivo@lighthouse.example', 'true', 'Basic')");
        const before = readFileSync(join(folder, 'live.sqlite'));
        expect((await report(join(folder, 'live.sqlite'))).snapshot.users).toBe(3);
        expect(readFileSync(join(folder, 'live.sqlite')).equals(before)).toBe(true);
        expect(readdirSync(folder).sort()).toEqual(['live.sqlite', 'live.sqlite-shm', 'live.sqlite-wal']);
      } finally {
        writer.close();
      }
    });

    it('a copy with its log but without the index of it is read', async () => {
      const folder = newFolder();
      const writer = new Sqlite(join(folder, 'live.sqlite'));
      writer.pragma('journal_mode = WAL');
      writer.exec(GENERIC);
      const copy = newFolder();
      for (const name of ['live.sqlite', 'live.sqlite-wal']) copyFileSync(join(folder, name), join(copy, name));
      writer.close();
      expect((await report(join(copy, 'live.sqlite'))).snapshot.users).toBe(2);
    });

    it('a file that another process holds is refused in plain words', async () => {
      const file = make(GENERIC);
      const child = await startModule(
        `import Sqlite from ${JSON.stringify(pathToFileURL(join(ROOT, 'node_modules/better-sqlite3/lib/index.js')).href)};
       const database = new Sqlite(${JSON.stringify(file)});
       database.exec('BEGIN EXCLUSIVE');
       console.log('held');
       setInterval(() => {}, 1000);`,
        newFolder(),
      );
      try {
        const stderr = await refusal(file);
        expect(stderr).toContain('is locked by another program');
        expect(stderr).toMatch(/copy the file/i);
      } finally {
        await end(child);
      }
      expect((await report(file)).snapshot.users).toBe(2);
    });

    it.each([
      ['a text', 'id,userName,email\n', /is not a SQLite database/],
      ['no bytes', '', /is not a SQLite database/],
      ['a header alone', `SQLite format 3\0${'x'.repeat(200)}`, /damaged|no SQLite database|cannot be opened/],
    ])('a file of %s is refused', async (_, content, message) => {
      const file = join(newFolder(), 'people.sqlite');
      writeFileSync(file, content);
      expect(await refusal(file)).toMatch(message);
    });

    it('a damaged file is refused', async () => {
      const file = make(`${GENERIC} WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
      INSERT INTO users SELECT i, 'user' || i, 'user' || i || '@lighthouse.example', 'true', 'Basic' FROM n;`);
      const bytes = readFileSync(file);
      bytes.fill(0xa5, 8192, 8192 + 4096 * 6);
      writeFileSync(file, bytes);
      expect(await refusal(file)).toMatch(/is damaged|malformed/);
    });

    it('CSV files beside a database are refused', async () => {
      const file = make(GENERIC);
      expect(await refusal(file, '--users', 'more.csv')).toContain('cannot be combined');
    });

    it('the digest is of the content: not of pages, order or rowids', async () => {
      const file = make(GENERIC);
      const before = await digestOf(file);
      const database = new Sqlite(file);
      database.exec(
        'CREATE TABLE scratch (x); INSERT INTO scratch VALUES (zeroblob(100000)); DROP TABLE scratch; VACUUM; CREATE INDEX by_name ON users (userName)',
      );
      expect(await digestOf(file)).toEqual(before);
      database.exec('CREATE TABLE other AS SELECT * FROM memberships ORDER BY userId DESC; DROP TABLE memberships; ALTER TABLE other RENAME TO memberships');
      expect(await digestOf(file)).toEqual(before);
      database.exec("UPDATE users SET email = 'mira@lighthouse.example ' WHERE id = 4");
      const after = await digestOf(file);
      expect(after[0]).not.toBe(before[0]);
      expect(after.slice(1)).toEqual(before.slice(1));
      database.exec('DELETE FROM memberships WHERE groupId = 2');
      expect((await digestOf(file))[2]).not.toBe(before[2]);
      database.close();
    });

    it('the digest tells NULL from an empty text, and cells from one another', async () => {
      const digests = new Set<string>();
      for (const row of ["(9, NULL, 'a', '1', '')", "(9, '', 'a', '1', '')", "(9, 'a', '', '1', '')", "(9, 'a', NULL, '1', '')"]) {
        digests.add(
          (
            await digestOf(
              make(
                GENERIC.replace('TEXT, authenticationType TEXT', 'TEXT, title TEXT')
                  .replace(/, 'IdP'|, 'Basic'/g, ", ''")
                  .concat(`INSERT INTO users VALUES ${row};`),
              ),
            )
          )[0],
        );
      }
      expect(digests.size).toBe(4);
    });

    it('the digest does not hang on the order of rows', async () => {
      const value = fc.constantFrom('a', 'B', 'é', 'b', '', ' ');
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(fc.record({ id: fc.integer({ min: 10, max: 99 }), userName: value, email: value }), { selector: ({ id }) => id, maxLength: 8 }),
          async (users) => {
            const sqlOf = (rows: typeof users): string =>
              `CREATE TABLE users (id TEXT, userName TEXT, email TEXT, active TEXT);
           CREATE TABLE groups (id, name, project); CREATE TABLE memberships (groupId, userId); INSERT INTO users VALUES ('1', 'x', 'x', '1');
           ${rows.map(({ id, userName, email }) => `INSERT INTO users VALUES ('${id}', '${userName}', '${email}', '1');`).join('\n')}`;
            expect(await digestOf(make(sqlOf(users)))).toEqual(await digestOf(make(sqlOf([...users].reverse()))));
          },
        ),
        { numRuns: 25 },
      );
    });
  });
});
