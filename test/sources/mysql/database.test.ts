import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../../support/parts.js';
import { runCli } from '../../support/run.js';
import { WITH_PASSWORD as env, jamaTables, SECRET, type SourceServer, startSourceServer } from '../../support/source-server.js';
import { temporaryFolders } from '../../support/temporary.js';

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
