/** A database in which another program has ended in the middle of a write: whoever may not write to it does not. */

import { chmodSync, chownSync, cpSync, existsSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { temporaryFolders } from '../../support/machine.js';
import { type CliResult, end, ROOT, runCli, shell, startModule } from '../../support/run.js';

const newFolder = temporaryFolders();
const SKIP = '--skip-rule inactive-basic-member --skip-rule duplicate-group-name';

/** Runs a command in this process, which must work. */
async function done(line: string, folder: string): Promise<void> {
  const { code, stderr } = await runCli(line.split(' '), { cwd: folder, isReal: true });
  expect(code, `${line}: ${stderr}`).toBe(0);
}

/** Returns a folder with a plan and a database of which a program that was killed wrote the half. */
async function halfWritten(): Promise<string> {
  const folder = newFolder();
  const file = join(folder, 'harbour.sqlite');
  const database = new Sqlite(file);
  database.exec(
    `CREATE TABLE users (id INTEGER PRIMARY KEY, userName TEXT, email TEXT, active TEXT, authenticationType TEXT);
     INSERT INTO users VALUES (1, 'tern', 'tern@harbour.example', 'true', 'idp');
     CREATE TABLE ballast (text TEXT);
     WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2000) INSERT INTO ballast SELECT hex(randomblob(200)) FROM numbers;`,
  );
  database.close();
  await done(`plan harbour.sqlite --auth-mode multi ${SKIP} --out plan`, folder);
  // A small cache, so that the half is in the file before the end.
  const child = await startModule(
    `import Sqlite from ${JSON.stringify(join(ROOT, 'node_modules/better-sqlite3/lib/index.js'))};
     const database = new Sqlite('harbour.sqlite'); database.pragma('cache_size = 5');
     database.exec("BEGIN; UPDATE ballast SET text = 'gone'; UPDATE users SET userName = 'half'"); console.log('half'); setInterval(() => {}, 1000);`,
    folder,
  );
  await end(child);
  expect(statSync(`${file}-journal`).size).toBeGreaterThan(1000);
  return folder;
}

const HALF_WRITTEN = await halfWritten();

function harbour(): { folder: string; file: string; state(): readonly string[] } {
  const folder = newFolder();
  cpSync(HALF_WRITTEN, folder, { recursive: true });
  const file = join(folder, 'harbour.sqlite');
  return { folder, file, state: () => [file, `${file}-journal`].map((path) => (existsSync(path) ? readFileSync(path).toString('base64') : 'none')) };
}

const nameIn = (file: string): unknown => {
  const database = new Sqlite(file);
  try {
    return database.prepare('SELECT userName FROM users').pluck().get();
  } finally {
    database.close();
  }
};

describe('a database with a write that was cut short', () => {
  it.each([
    ['check', `check harbour.sqlite --auth-mode multi ${SKIP}`, 2],
    ['a dry run', 'apply plan harbour.sqlite --in-place --dry-run', 4],
    ['a dry run that also agrees', 'apply plan harbour.sqlite --in-place --dry-run --yes', 4],
    ['an apply without consent', 'apply plan harbour.sqlite --in-place', 4],
    ['an apply to a copy', 'apply plan harbour.sqlite --out copy.sqlite --yes', 4],
    ['show', 'show plan harbour.sqlite', 2],
  ])('is left to the byte by %s, which says how to go on', (_, words, wanted) => {
    const { folder, file, state } = harbour();
    const before = state();
    const { code, stderr } = shell(`scim-audit ${words}`, folder);
    expect(code, stderr).toBe(wanted);
    expect(stderr).toMatch(/sqlite3 FILE \.tables.*A program stopped in the middle of a write to \S*harbour\.sqlite\. /s);
    expect(stderr).not.toContain('WAL');
    expect(state()).toEqual(before);
    expect(readdirSync(folder).sort()).toEqual(['harbour.sqlite', 'harbour.sqlite-journal', 'plan']);
    expect(nameIn(file)).toBe('tern');
  });

  it('is put right by an apply that changes it, with consent', () => {
    const { folder, file } = harbour();
    const { code, stderr } = shell('scim-audit apply plan harbour.sqlite --in-place --yes', folder);
    expect(code, stderr).toBe(0);
    expect(nameIn(file)).toBe('tern@harbour.example');
    const database = new Sqlite(file);
    expect(database.prepare("SELECT count(*) FROM ballast WHERE text = 'gone'").pluck().get()).toBe(0);
    database.close();
  });
});

/** Returns a folder with a database of one user, whose plan does not know of the trigger. */
async function planned(trigger: string): Promise<string> {
  const folder = newFolder();
  const database = new Sqlite(join(folder, 'harbour.sqlite'));
  database.exec(
    "CREATE TABLE users (id INT, userName TEXT, email TEXT, active TEXT, authenticationType TEXT); INSERT INTO users VALUES (1, 'tern', 't@h.example', 'true', 'idp')",
  );
  database.exec(trigger);
  database.close();
  await done(`plan harbour.sqlite --auth-mode multi ${SKIP} --out plan`, folder);
  return folder;
}

describe('what is not there any more', () => {
  it('is nothing to undo, where a run to a copy never wrote it', async () => {
    const folder = await planned('CREATE TRIGGER kept BEFORE UPDATE ON users BEGIN SELECT raise(ignore); END');
    expect(shell('scim-audit apply plan harbour.sqlite --out copy.sqlite --yes', folder).code).toBe(4);
    const [run] = readdirSync(join(folder, 'plan/runs')).filter((name) => !name.startsWith('.'));
    const { code, stderr } = shell(`scim-audit undo plan/runs/${run} --yes`, folder);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('the run never wrote anything');
  });

  it.each([
    ['a copy', '--out copy', 'copy', /there is nothing to undo.*copy\/users\.csv no longer exists\./s],
    ['a source', '--in-place', 'exports', /Restore it as the run left it.*exports\/users\.csv no longer exists\./s],
  ])('%s is named by undo, with what to do', async (_, how, gone, message) => {
    const folder = newFolder({ 'exports/users.csv': 'id,userName,email,active,authenticationType\n1,tern,t@h.example,true,idp\n' });
    await done(`plan exports --auth-mode multi ${SKIP} --out plan`, folder);
    await done(`apply plan exports ${how} --yes`, folder);
    renameSync(join(folder, gone), join(folder, 'elsewhere'));
    const [run] = readdirSync(join(folder, 'plan/runs')).filter((name) => !name.startsWith('.'));
    const { code, stderr } = shell(`scim-audit undo plan/runs/${run} --yes`, folder);
    expect(code, stderr).toBe(4);
    expect(stderr).toMatch(message);
  });
});

it('a run in place that is refused leaves no copy of the database behind', async () => {
  const folder = await planned('CREATE TABLE log (line TEXT); CREATE TRIGGER told AFTER UPDATE ON users BEGIN INSERT INTO log VALUES (1); END');
  expect(shell('scim-audit apply plan harbour.sqlite --in-place --yes', folder).code).toBe(4);
  const runs = join(folder, 'plan/runs');
  for (const run of readdirSync(runs)) expect(readdirSync(join(runs, run))).toEqual(['journal.jsonl']);
});

const isRoot = process.getuid?.() === 0;
const ANOTHER = 65534;

/** Runs a command in this process, which is another user's meanwhile. */
async function asAnother(words: readonly string[], cwd: string): Promise<CliResult> {
  process.setegid?.(ANOTHER);
  process.seteuid?.(ANOTHER);
  try {
    return await runCli(words, { cwd, isReal: true });
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

/** A folder with a run, all of which belongs to another user but for what is named. */
async function applied(hidden: string): Promise<{ readonly folder: string; readonly run: string }> {
  const folder = newFolder({
    'exports/users.csv': 'id,userName,email,active,authenticationType\n1,tern,t@h.example,true,idp\n2,gone,g@h.example,false,basic\n',
    'exports/groups.csv': 'id,name\n7,Harbour\n',
    'exports/memberships.csv': 'groupId,userId\n7,1\n',
  });
  await done('plan exports --auth-mode multi --out plan', folder);
  await done('apply plan exports --in-place --yes', folder);
  const [run] = readdirSync(join(folder, 'plan/runs')).filter((name) => !name.startsWith('.'));
  for (const path of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })]) {
    chownSync(join(folder, path), ANOTHER, ANOTHER);
    chmodSync(join(folder, path), path.includes('.') ? 0o600 : 0o755);
  }
  const path = join(folder, hidden.replace('RUN', run));
  chownSync(path, 0, 0);
  chmodSync(path, hidden.endsWith('l') ? 0o600 : 0o700);
  return { folder, run };
}

describe.runIf(isRoot).each(['plan/runs/RUN', 'plan/runs', 'plan', 'plan/runs/RUN/journal.jsonl'])('%s of another user', (hidden) => {
  it.each([
    ['runs plan', hidden.startsWith('plan/runs/') ? 0 : 2],
    ['undo plan/runs/RUN --yes', 4],
    ['undo plan/runs/RUN --dry-run', 4],
    ['show plan', hidden === 'plan' ? 2 : 0],
    ['show plan exports', 2],
    ['apply plan exports --in-place --yes', hidden === 'plan' ? 2 : 4],
    ['plan exports --auth-mode multi --out plan', hidden === 'plan' ? 2 : undefined],
  ])('is told by "%s"', async (words, code) => {
    const { folder, run } = await applied(hidden);
    const result = await asAnother(words.replace('RUN', run).split(' '), folder);
    const said = result.stdout + result.stderr;
    expect(said).not.toMatch(/internal error|bug in scim-audit|no such f/);
    if (code !== undefined) expect(result.code, said).toBe(code);
    if (result.code !== 0 || words.startsWith('runs')) expect(said).toMatch(/you have no permission, and it may belong to another user|no permission to read/);
  });
});
