import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAddress } from '../../../src/sources/mysql/address.js';
import { connect } from '../../../src/sources/mysql/connection.js';
import { describeWith, temporaryFolders } from '../../support/machine.js';
import { organizationArbitrary } from '../../support/organizations.js';
import { runCli } from '../../support/run.js';
import { WITH_PASSWORD as env, jamaTables, SECRET, type SourceServer, startSourceServer, WITH_PASSWORD } from '../../support/servers.js';

const folder = temporaryFolders();

const ROWS = `
INSERT INTO userbase VALUES (9,'astrid','Astrid','astrid@dome.example','N','F'),(2,'Søren@dome.example',NULL,'soren@dome.example','N',NULL),(17,'mira ','Mira','','I','T'),(4,'Soren@dome.example','','astrid@dome.example','N','F');
INSERT INTO role VALUES (1,'Observers',NULL),(2,'observérs',NULL),(3,'Observers',12);
INSERT INTO user_role VALUES (9,1),(17,1),(17,2),(4,3),(99,1);`;

const check = async (source: string, ...args: string[]) => {
  const { code, stdout, stderr } = await runCli(['check', source, '--auth-mode', 'basic', '--format', 'json', ...args], { env });
  expect(stdout + stderr).not.toContain(SECRET);
  return { code, stderr, report: stdout === '' ? undefined : JSON.parse(stdout) };
};

describeWith('mariadb', 'a MySQL or MariaDB database as SOURCE', () => {
  let server: SourceServer;
  const address = (database = 'dome'): string => server.address(database);

  beforeAll(async () => {
    server = await startSourceServer();
    await server.query(`CREATE DATABASE dome; USE dome; ${jamaTables()} ${ROWS}`);
  }, 60_000);

  afterAll(() => server?.stop());

  it('has the findings and fingerprints of the same data in SQLite', async () => {
    const file = join(folder(), 'dome.sqlite');
    const database = new Sqlite(file);
    database.exec(jamaTables().replaceAll(/DEFAULT CHARSET utf8mb4( COLLATE \w+)?/g, '') + ROWS);
    database.close();
    const ours = await check(address());
    const theirs = await check(file);
    const of = ({ report }: typeof ours): string[] => report?.findings.map((each: { fingerprint: string }) => each.fingerprint).sort();
    expect(of(ours), ours.stderr).toEqual(of(theirs));
    expect(ours.report.snapshot).toMatchObject({ users: 4, groups: 3, memberships: 5 });
    expect(ours.report.snapshot.inputs[0]).toMatchObject({ path: `mysql://127.0.0.1:${server.port}/dome`, rows: 4 });
    expect(ours.report.settings.collation).toBe('utf8mb4_0900_ai_ci');
  });

  it('refuses a collation that is said to be another one', async () => {
    const { code, stderr } = await check(address(), '--collation', 'utf8mb4_general_ci');
    expect(code).toBe(2);
    expect(stderr).toContain('userbase.userName');
  });

  it('says which tables and columns are missing, all at once', async () => {
    await server.query(
      'CREATE DATABASE half; USE half; CREATE TABLE userbase (id INT PRIMARY KEY, login VARCHAR(20), email VARCHAR(20), disabled CHAR(1)); CREATE TABLE roles (id INT PRIMARY KEY);',
    );
    const { code, stderr } = await check(address('half'));
    expect(code).toBe(2);
    expect(stderr).toContain('no column "userName"');
    expect(stderr).toContain('no table "role" for groups; tables that look like it: "roles"');
    expect(stderr).toContain('no table "user_role"');
  });

  it.each([
    ['a password in the address', 'mysql://reader:kept-quiet-17@127.0.0.1/dome', /holds a password/],
    ['no database', 'mysql://reader@127.0.0.1', /names no database/],
    ['a host that is unknown', 'mysql://reader@dome.invalid/dome', /no host called dome\.invalid/],
    ['a port on which nothing answers', 'mysql://reader@127.0.0.1:1/dome', /refused/],
  ])('refuses %s', async (_, source, message) => {
    const { code, stderr } = await check(source);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('is planned for, verified, and never applied to', async () => {
    const out = join(folder(), 'plan');
    const made = await runCli(['plan', address(), '--auth-mode', 'basic', '--out', out], { env });
    expect(made.code, made.stderr).toBeLessThan(2);
    const applied = await runCli(['apply', out, address(), '--out', join(folder(), 'copy'), '--yes'], { env });
    expect(applied).toMatchObject({ code: 4, stderr: expect.stringContaining('scim-audit script') });
    const verified = await runCli(['verify', out, address()], { env });
    expect(verified.code, verified.stderr).toBeLessThan(2);
  });

  it('opens the gate for the rows that were audited only', async () => {
    const certificate = join(folder(), 'certificate.json');
    await check(address(), '--certificate', certificate);
    const gate = async (): Promise<string> => (await runCli(['gate', certificate, address()], { env })).stderr;
    expect(await gate()).not.toContain('not what was audited');
    await server.query("UPDATE dome.role SET display = 'Night' WHERE id = 3;");
    expect(await gate()).toContain('not what was audited');
  });

  it('does not pass the gate once usernames compare otherwise', async () => {
    await server.query(`CREATE DATABASE other; USE other; ${jamaTables()} ${ROWS}`);
    const certificate = join(folder(), 'certificate.json');
    await check(address('other'), '--certificate', certificate);
    await server.query('ALTER TABLE other.userbase MODIFY userName VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL;');
    const { code, stderr } = await runCli(['gate', certificate, address('other')], { env });
    expect(code).toBe(1);
    expect(stderr).toContain('The database compares usernames by utf8mb4_general_ci now; they were audited by utf8mb4_0900_ai_ci.');
    await server.query('ALTER TABLE other.userbase MODIFY userName VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL;');
    expect(await runCli(['gate', certificate, address('other')], { env })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is not what was audited'),
    });
  });

  it('is compared by "show", and fits until a row changes', async () => {
    await server.query(`CREATE DATABASE shown; USE shown; ${jamaTables()} ${ROWS}`);
    const out = join(folder(), 'plan');
    await runCli(['plan', address('shown'), '--auth-mode', 'basic', '--out', out], { env });
    expect(await runCli(['show', out, address('shown')], { env })).toMatchObject({ code: 0, stderr: expect.stringContaining('it fits the source') });
    await server.query("UPDATE shown.userbase SET email = 'new@dome.example' WHERE id = 9;");
    expect(await runCli(['show', out, address('shown')], { env })).toMatchObject({ code: 0, stderr: expect.stringContaining('it is stale') });
    // No command has left the password in what it wrote.
    const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
    expect(files.length).toBeGreaterThan(2);
    for (const { parentPath, name } of files) expect(readFileSync(join(parentPath, name), 'latin1')).not.toContain(SECRET);
  });

  it('is looked at by "doctor"', async () => {
    const doctor = async (source: string, ...args: string[]) => {
      const { code, stdout, stderr } = await runCli(['doctor', source, '--format', 'json', ...args], { env });
      expect(stdout + stderr).not.toContain(SECRET);
      const { checks } = JSON.parse(stdout) as { checks: readonly { readonly name: string; readonly state: string; readonly text: string }[] };
      return { code, looks: checks.filter(({ name }) => /^(?:database|usernames)/.test(name)) };
    };
    const { code, looks } = await doctor(address());
    expect(code).toBe(0);
    expect(looks).toMatchObject([
      { name: 'database server', state: 'ok', text: expect.stringContaining('MariaDB') },
      {
        name: 'database tables',
        state: 'ok',
        text: 'users from userbase (id, userName, firstName, email, licenseType, disabled); groups from role (id, display, projectId); memberships from user_role (userid, roleId)',
      },
      { name: 'usernames', state: 'ok', text: 'compared by utf8mb4_0900_ai_ci (the column has utf8mb4_uca1400_ai_ci)' },
    ]);
    await server.query('CREATE DATABASE bare; CREATE TABLE bare.userbase (id INT PRIMARY KEY);');
    expect(await doctor(address('bare'))).toMatchObject({
      code: 2,
      looks: [{ state: 'ok' }, { name: 'database tables', state: 'broken', text: expect.stringContaining('no column "userName"') }],
    });
    expect(await runCli(['doctor', 'export'], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"export" is not the address of a database'),
    });
  });
});

const newFolder = temporaryFolders();
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');

describeWith('mariadb', 'what a database holds', () => {
  let server: SourceServer;
  let made = 0;

  beforeAll(async () => {
    server = await startSourceServer();
  }, 60_000);

  afterAll(() => server?.stop());

  /** Returns the address of a new database. */
  async function database(sql: string): Promise<string> {
    const name = `d${made++}`;
    await server.query(`CREATE DATABASE ${name} DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci; USE ${name}; ${sql}`);
    return server.address(name);
  }

  async function check(source: string, ...args: string[]) {
    const { code, stdout, stderr } = await runCli(['check', source, '--auth-mode', 'basic', '--format', 'json', ...args], { env: WITH_PASSWORD });
    expect(stdout + stderr).not.toContain(SECRET);
    return { code, stderr: flat(stderr), report: stdout === '' ? undefined : JSON.parse(stdout) };
  }

  const USERS = "INSERT INTO userbase VALUES (1,'ana','Ana','ana@dome.example','N','F'),(2,'ben@dome.example','Ben','ben@dome.example','N','T');";

  /** Returns the tables with another definition of one column. */
  const tablesWith = (column: string, definition: string): string =>
    jamaTables().replace(new RegExp(`\\b${column} [A-Z]+(?:\\(\\d+\\))?( NOT NULL)?`), `${column} ${definition}`);

  it.each([
    ['BIT', 'BIT(1)', "b'0'", "b'1'"],
    ['TINYINT', 'TINYINT', '0', '1'],
    ['CHAR with spaces', 'CHAR(5)', "'F'", "'T'"],
    ['ENUM', "ENUM('F','T')", "'F'", "'T'"],
    ['NULL for active', 'CHAR(1)', 'NULL', "'T'"],
  ])('tells the active from the disabled by %s', async (_, type, active, disabled) => {
    const source = await database(
      `${tablesWith('disabled', type)} INSERT INTO userbase VALUES (1,'ana','Ana','ana@dome.example','N',${active}),(2,'ben','Ben','ben@dome.example','N',${disabled});`,
    );
    const { report, stderr } = await check(source);
    expect(
      report?.findings.filter(({ rule }: { rule: string }) => rule === 'username-email-mismatch').map(({ user }: { user: { id: string } }) => user.id),
      stderr,
    ).toEqual(['1']);
  });

  it('reads ids with all their digits, without the zeros of ZEROFILL', async () => {
    const ids = ['9007199254740993', '18446744073709551615', '7'];
    const source = await database(
      `${tablesWith('id', 'BIGINT(20) UNSIGNED ZEROFILL NOT NULL')} INSERT INTO userbase VALUES ${ids.map((id) => `(${id},'u${id}',NULL,'e${id}@dome.example','N','F')`).join(',')};`,
    );
    const { report, stderr } = await check(source);
    const found = report?.findings
      .filter(({ rule }: { rule: string }) => rule === 'username-email-mismatch')
      .map(({ user }: { user: { id: string } }) => user.id);
    expect(found?.sort(), stderr).toEqual([...ids].sort());
  });

  it('reads latin1 and utf16 as the same texts, case and trailing spaces included', async () => {
    const rows = "INSERT INTO userbase VALUES (1,'J\u00fcrgen ','J','j\u00fcrgen@dome.example','N','F'),(2,'\u20acva','E','eva@dome.example','N','F');";
    const fingerprints = async (charset: string): Promise<string[]> => {
      const tables = jamaTables().replace('DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci', `DEFAULT CHARSET ${charset}`);
      const { report, stderr } = await check(await database(`${tables} ${rows}`), ...(charset === 'utf8mb4' ? [] : ['--collation', 'utf8mb4_general_ci']));
      expect(report, stderr).toBeDefined();
      return report.findings.map(({ fingerprint }: { fingerprint: string }) => fingerprint).sort();
    };
    const plain = await fingerprints('utf8mb4');
    expect(plain.length).toBeGreaterThan(0);
    expect(await fingerprints('latin1')).toEqual(plain);
    expect(await fingerprints('utf16')).toEqual(plain);
  });

  it('refuses bytes that are no text, with row and column, and texts that do not survive', async () => {
    const binary = await database(
      `${tablesWith('email', 'VARBINARY(99)')} INSERT INTO userbase VALUES (4,'ana','Ana',X'616E61FF','N','F'),(5,'bo','Bo',X'62006F','N','F');`,
    );
    const { code, stderr, report } = await check(binary);
    expect({ code, report }).toEqual({ code: 2, report: undefined });
    expect(stderr).toMatch(/row 4, column 4 \(email\): the text is not UTF-8 \(byte 0xFF\)/);
    expect(stderr).toMatch(/row 5, column 4 \(email\): .*NUL character/);
    // A byte of this character set that stands for nothing.
    const lossy = await database(
      `${jamaTables().replace('email VARCHAR(255)', 'email VARCHAR(255) CHARACTER SET cp1250')} INSERT INTO userbase VALUES (6,'ana','Ana',_binary X'616E6183','N','F');`,
    );
    const lost = await check(lossy, '--collation', 'utf8mb4_0900_ai_ci');
    expect(lost.code).toBe(2);
    expect(lost.stderr).toMatch(/cannot be converted to UTF-8 without loss/);
  });

  it.each([
    ['an approximate id', tablesWith('id', 'DOUBLE NOT NULL'), /"id" of the table "userbase" holds approximate numbers/],
    [
      'a table without snapshots',
      jamaTables().replace(/;\s*$/, ' ENGINE=MyISAM;'),
      /"user_role" has the storage engine "MyISAM", which has no consistent snapshots/,
    ],
    [
      'a table that is missing',
      jamaTables().replace('user_role', 'users_roles'),
      /no table "user_role" for memberships; tables that look like it: .*"users_roles"/,
    ],
  ])('refuses %s', async (_, tables, message) => {
    const { code, stderr, report } = await check(await database(tables));
    expect({ code, report }).toEqual({ code: 2, report: undefined });
    expect(stderr).toMatch(message);
  });

  it('reads views as tables, and says that they are', async () => {
    const source = await database(`${jamaTables()
      .replaceAll(/TABLE (\w+)/g, 'TABLE $1_t')
      .replaceAll('userbase ', 'userbase_t ')}
      CREATE VIEW userbase AS SELECT * FROM userbase_t; CREATE VIEW role AS SELECT * FROM role_t; CREATE VIEW user_role AS SELECT * FROM user_role_t; ${USERS}`);
    const { report, stderr } = await check(source);
    expect(report?.snapshot, stderr).toMatchObject({ users: 2 });
    expect(report.notes.join(' ')).toContain('userbase is a view');
  });

  it.each([
    ['utf8mb4_bin', undefined, 2, /--collation.*compares by utf8mb4_bin, which scim-audit does not know/],
    ['utf8mb4_bin', 'utf8mb4_general_ci', 1, /which scim-audit does not know: names were compared by utf8mb4_general_ci/],
    ['utf8mb4_general_ci', undefined, 1, /"collation": ?"utf8mb4_general_ci"/],
    ['utf8mb4_general_ci', 'utf8mb4_0900_ai_ci', 2, /compares by utf8mb4_general_ci, but flag --collation says utf8mb4_0900_ai_ci/],
    ['latin1_swedish_ci', undefined, 2, /compares by latin1_swedish_ci, which scim-audit does not know/],
  ])('compares usernames as the column does: %s, --collation %s', async (collation, stated, expected, message) => {
    const { code, stderr, report } = await check(await database(`${jamaTables(collation)} ${USERS}`), ...(stated === undefined ? [] : ['--collation', stated]));
    expect(code, stderr).toBe(expected);
    expect(`${stderr} ${JSON.stringify(report)}`).toMatch(message);
  });

  it('is one snapshot, however long it takes to read', async () => {
    const source = await database(`${jamaTables()} ${USERS} INSERT INTO user_role VALUES (1, 1);`);
    const session = await connect(parseAddress(source), { password: async () => SECRET, noTls: false });
    const read = () => session.rows('SELECT (SELECT COUNT(*) FROM userbase), (SELECT COUNT(*) FROM user_role), (SELECT userName FROM userbase WHERE id = 1)');
    await server.query(
      `USE d${made - 1}; UPDATE userbase SET userName = 'changed'; DELETE FROM user_role; INSERT INTO userbase VALUES (3,'new',NULL,NULL,'N','F');`,
    );
    expect(await read()).toEqual([['2', '1', 'ana']]);
    session.close();
  });

  it('never shows half of what a writer changes together', async () => {
    const source = await database(`${jamaTables()} INSERT INTO role VALUES (1, 'Observers', NULL);`);
    const pairs = Array.from(
      { length: 1500 },
      (_, at) =>
        `START TRANSACTION; INSERT INTO user_role VALUES (${at}, 1); DO SLEEP(0.001); INSERT INTO userbase VALUES (${at},'u${at}',NULL,'u${at}@dome.example','N','F'); COMMIT;`,
    );
    let isWriting = true;
    const writing = server.query(`USE d${made - 1}; ${pairs.join('\n')}`).finally(() => {
      isWriting = false;
    });
    const seen: number[] = [];
    while (isWriting) {
      const { report, stderr } = await check(source, '--allow-empty');
      expect(report?.snapshot, stderr).toBeDefined();
      expect(report.snapshot.memberships).toBe(report.snapshot.users);
      seen.push(report.snapshot.users);
    }
    await writing;
    expect(seen.filter((count) => count > 0 && count < pairs.length).length).toBeGreaterThan(0);
  });

  it('has the findings of the same organization in CSV, whatever that is', async () => {
    const text = (value: string): string => `CONVERT(X'${Buffer.from(value).toString('hex')}' USING utf8mb4)`;
    const cell = (value: string): string => `"${value.replaceAll('"', '""')}"`;
    await fc.assert(
      fc.asyncProperty(organizationArbitrary, async ({ users, groups, memberships }) => {
        const byId = <T extends { readonly id: string }>(all: readonly T[]): T[] => [...all].sort((a, b) => Number(a.id) - Number(b.id));
        const rows = {
          userbase: byId(users).map(({ id, userName, email, active }) => [id, text(userName), 'NULL', text(email), 'NULL', active ? "'F'" : "'T'"]),
          role: byId(groups).map(({ id, name, isOrganizationLevel }) => [id, text(name), isOrganizationLevel ? 'NULL' : '12']),
          user_role: memberships.map(({ user, group }) => [user, group]),
        };
        const inserts = Object.entries(rows).map(([table, each]) =>
          each.length === 0 ? '' : `INSERT INTO ${table} VALUES ${each.map((row) => `(${row.join(',')})`).join(',')};`,
        );
        const source = await database(`${jamaTables()} ${inserts.join(' ')}`);
        const folder = newFolder({
          'users.csv': [
            'id,userName,email,active',
            ...byId(users).map(({ id, userName, email, active }) => [id, cell(userName), cell(email), active].join(',')),
            '',
          ].join('\n'),
          'groups.csv': [
            'id,name,project',
            ...byId(groups).map(({ id, name, isOrganizationLevel }) => [id, cell(name), isOrganizationLevel ? '' : '12'].join(',')),
            '',
          ].join('\n'),
          'memberships.csv': ['userId,groupId', ...memberships.map(({ user, group }) => `${user},${group}`), ''].join('\n'),
        });
        const ours = await check(source, '--allow-empty');
        const theirs = await check(folder, '--allow-empty');
        // A file may lack the inactive users; a database cannot.
        const of = ({ report }: typeof ours): string[] =>
          report?.findings.flatMap(({ rule, fingerprint }: Record<string, string>) => (rule === 'no-inactive-users' ? [] : [fingerprint])).sort();
        expect(of(ours), ours.stderr).toEqual(of(theirs));
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['preview', ['preview', '--auth-mode', 'basic', '--idp', 'okta', '--idp-users', 'okta.csv']],
    ['runbook', ['runbook', '--auth-mode', 'basic', '--idp', 'okta', '--hosting', 'self-hosted']],
    ['redact', ['redact', '--auth-mode', 'basic', '--out', 'copy']],
  ])('is what %s reads as well', async (_, [command, ...args]) => {
    const source = await database(`${jamaTables()} ${USERS} INSERT INTO role VALUES (1, 'Observers', NULL); INSERT INTO user_role VALUES (1, 1);`);
    const cwd = newFolder({ 'okta.csv': 'id,login,email,status\na1,ana@dome.example,ana@dome.example,ACTIVE\n' });
    const { code, stdout, stderr } = await runCli([command, source, ...args], { cwd, env: WITH_PASSWORD });
    expect(code, stderr).toBeLessThan(2);
    expect(stdout + stderr).not.toContain(SECRET);
    if (command !== 'redact') return;
    expect(stdout + stderr).not.toContain('ana');
    expect((await runCli(['check', join(cwd, 'copy'), '--auth-mode', 'basic'])).code).toBe(1);
  });
});
