import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import Sqlite from 'better-sqlite3';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { describe, expect, it } from 'vitest';
import { runApply } from '../../src/cli/commands/apply.js';
import type { Io } from '../../src/cli/io.js';
import type { Change } from '../../src/model/finding.js';
import { planText } from '../plan/planning.js';
import { temporaryFolders } from '../support/machine.js';
import { runCli } from '../support/run.js';
import { planOf, rename } from '../targets/support.js';

const newFolder = temporaryFolders();

const USERS = [
  ['1', 'rye', 'rye@bakery.example', 'true', 'idp'],
  ['2', 'bran', 'bran@bakery.example', 'false', 'basic'],
  ['3', 'spelt', 'spelt@bakery.example', 'true', 'idp'],
];
const MEMBERS = [
  ['7', '1'],
  ['7', '2'],
];
const csv = (heading: string, rows: readonly (readonly string[])[]): string =>
  [heading, ...rows.map((row) => row.join(','))].map((line) => `${line}\n`).join('');
const EXPORT = {
  'export/users.csv': csv('id,userName,email,active,authenticationType', USERS),
  'export/groups.csv': 'id,name,project\n7,Ovens,\n',
  'export/memberships.csv': csv('groupId,userId', MEMBERS),
};

/** Makes a plan in which every suggestion is taken: two renames, and Bran leaves the ovens. */
async function planned(source = 'export', cwd = newFolder(EXPORT)): Promise<string> {
  const words = ['plan', source, '--auth-mode', 'multi', '--out', 'plan'];
  await runCli(words, { cwd });
  const file = join(cwd, 'plan', 'decisions.csv');
  const [heading, ...rows] = parse(readFileSync(file, 'utf8'), { bom: true });
  const at = (name: string): number => heading.indexOf(name);
  for (const row of rows) [row[at('action')], row[at('value')]] = row[at('suggestion')].split(' ');
  writeFileSync(file, stringify([heading, ...rows]));
  expect((await runCli(words, { cwd })).code).toBe(0);
  return cwd;
}

/** Makes the same organization as a database. */
function databaseIn(cwd: string): string {
  const database = new Sqlite(join(cwd, 'export.sqlite'));
  database.exec(`CREATE TABLE users (id INT, userName TEXT, email TEXT, active TEXT, authenticationType TEXT); CREATE TABLE groups (id INT, name TEXT, project TEXT);
    CREATE TABLE memberships (groupId INT, userId INT); INSERT INTO groups VALUES (7, 'Ovens', '')`);
  for (const row of USERS) database.prepare('INSERT INTO users VALUES (?, ?, ?, ?, ?)').run(...row);
  for (const row of MEMBERS) database.prepare('INSERT INTO memberships VALUES (?, ?)').run(...row);
  database.close();
  return 'export.sqlite';
}

describe('after an apply', () => {
  it('that the database refused, runs says that it stopped, not that it was interrupted', async () => {
    const cwd = newFolder();
    const database = new Sqlite(join(cwd, databaseIn(cwd)));
    database.exec("CREATE TRIGGER closed BEFORE UPDATE ON users BEGIN SELECT RAISE(ABORT, 'the bakery is closed'); END");
    database.close();
    await planned('export.sqlite', cwd);
    const { code, stderr } = await runCli(['apply', 'plan', 'export.sqlite', '--in-place', '--yes'], { cwd });
    expect([code, stderr]).toEqual([4, expect.stringContaining('the bakery is closed')]);
    const { stdout } = await runCli(['runs', 'plan'], { cwd });
    expect(stdout).toMatch(/ {2}stopped before the write {2}in place {2}0 of \d actions done {2}/);
  });

  it('files and databases count the same, and what comes next is said', async () => {
    const files = await planned();
    const { stdout } = await runCli(['apply', 'plan', 'export', '--out', 'corrected', '--yes'], { cwd: files });
    expect(stdout).toContain('Applied 3 actions: 2 values changed, 1 membership removed.\n');
    expect(stdout).toContain(
      [
        'Next',
        '  scim-audit verify plan corrected',
        '  Jama Connect itself is unchanged. To carry the plan out there, through its REST API:',
        '    scim-audit apply plan --url URL',
        '  or, if it is self-hosted, through its database (or --dialect sqlserver):',
        '    scim-audit script plan --dialect mysql --out scripts',
        '',
      ].join('\n'),
    );
    // The command is complete but for the address.
    expect((await runCli(['script', 'plan', '--dialect', 'mysql', '--out', 'scripts'], { cwd: files })).code).toBe(0);
    const database = newFolder();
    await planned(databaseIn(database), database);
    const inPlace = await runCli(['apply', 'plan', 'export.sqlite', '--in-place', '--yes'], { cwd: database });
    expect(inPlace.stdout).toContain('Applied 3 actions: 2 values changed, 1 membership removed.\n');
    expect(inPlace.stdout).toContain('Next\n  scim-audit verify plan export.sqlite\n');
    expect(inPlace.stdout).not.toContain('Jama Connect');
  });

  it('no way into Jama Connect is named for ids that are not its own', async () => {
    const cwd = newFolder({ 'export/users.csv': 'id,userName,email,active,authenticationType\nrye,rye,rye@bakery.example,true,idp\n' });
    const skip = ['duplicate-group-name', 'inactive-basic-member', 'unknown-sync-group', 'unknown-member'].flatMap((rule) => ['--skip-rule', rule]);
    expect((await runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan', ...skip], { cwd })).code).toBe(0);
    const { code, stdout } = await runCli(['apply', 'plan', 'export', '--out', 'corrected', '--yes'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('Next\n  scim-audit verify plan corrected\n  Jama Connect itself is unchanged until the corrected data is brought there.\n');
  });

  it('the next command names the files of a copy where they were named by flag', async () => {
    const cwd = await planned();
    const flags = ['--users', 'export/users.csv', '--groups', 'export/groups.csv', '--memberships', 'export/memberships.csv'];
    const { stdout } = await runCli(['apply', 'plan', ...flags, '--out', 'corrected', '--yes'], { cwd });
    const [, words = ''] = /^ {2}scim-audit (verify .*)$/m.exec(stdout) ?? [];
    expect(words).toBe('verify plan --users corrected/users.csv --groups corrected/groups.csv --memberships corrected/memberships.csv');
    expect((await runCli(words.split(' '), { cwd })).code).toBe(0);
  });

  it('show says that the plan was applied, by which run', async () => {
    const cwd = await planned();
    expect((await runCli(['show', 'plan', 'export'], { cwd })).stderr).toContain('it fits the source');
    await runCli(['apply', 'plan', 'export', '--in-place', '--yes'], { cwd });
    const { stdout, stderr } = await runCli(['show', 'plan', 'export'], { cwd });
    expect(stdout).toMatch(/\nThis plan was applied to this source by run 20260302T080000Z-[0-9a-f]{4}; applying it again changes nothing\.\n$/);
    expect(stderr).not.toContain('stale');
  });

  it('runs says where each went', async () => {
    const cwd = await planned();
    await runCli(['apply', 'plan', 'export', '--out', 'corrected', '--yes'], { cwd });
    expect((await runCli(['runs', 'plan'], { cwd })).stdout).toContain('  finished  to a copy  3 of 3 actions done');
  });

  it('verify tells of groups that have other members than planned', async () => {
    const cwd = await planned();
    await runCli(['apply', 'plan', 'export', '--out', 'corrected', '--yes'], { cwd });
    const landed = await runCli(['verify', 'plan', 'corrected'], { cwd });
    expect(landed.code, landed.stdout).toBe(0);
    const memberships = join(cwd, 'corrected', 'memberships.csv');
    const rows = readFileSync(memberships, 'utf8');
    writeFileSync(memberships, `${rows}7,3\n`);
    const { code, stdout, stderr } = await runCli(['verify', 'plan', 'corrected'], { cwd });
    expect(code).toBe(1);
    expect(stdout).toContain('\nOther changes since the plan was made (1)\n  group 7 "Ovens" has 2 members instead of 1, and not by the plan\n');
    expect(stderr).toContain('3 landed, 0 missing, 0 changed otherwise, 0 temporary usernames left, 1 other change\n');
    writeFileSync(memberships, rows.replace('7,1', '7,3'));
    expect((await runCli(['verify', 'plan', 'corrected'], { cwd })).stdout).toContain('group 7 "Ovens" has other members, 1 as before, and not by the plan\n');
  });

  it('verify says what to do about each kind of difference', async () => {
    const cwd = await planned();
    writeFileSync(join(cwd, 'export', 'users.csv'), `${EXPORT['export/users.csv'].replace('3,spelt,', '3,dinkel,')}4,emmer,emmer@bakery.example,true,idp\n`);
    const { code, stdout } = await runCli(['verify', 'plan', 'export'], { cwd });
    expect(code).toBe(1);
    expect(stdout).toContain(
      'user 2 "bran" leaves group 7 "Ovens"; now "member"\n  What to do: apply the plan, or make these changes in Jama Connect; then export again',
    );
    expect(stdout).toContain('now "dinkel"\n  What to do: these values changed after the plan was made; make a new plan from the fresh export.');
    expect(stdout).toContain('user 4 "emmer" is new since the plan was made\n  What to do: review each of them; if they matter');
    expect(stdout).not.toMatch(/has (\d+|other) members/);
  });
});

it('with a source, changes are shown with names', async () => {
  const cwd = await planned();
  const named = /user 2 "bran" leaves group 7 "Ovens"\n/;
  expect((await runCli(['apply', 'plan', 'export', '--in-place', '--dry-run'], { cwd })).stdout).toMatch(named);
  expect((await runCli(['show', 'plan', 'export'], { cwd })).stdout).toMatch(named);
  expect((await runCli(['show', 'plan'], { cwd })).stdout).toMatch(/user 2 {2}leaves group 7\n/);
  const { stdout } = await runCli(['apply', 'plan', 'export', '--in-place', '--yes'], { cwd });
  const [, run = ''] = /scim-audit undo (\S+)/.exec(stdout) ?? [];
  expect((await runCli(['undo', run, '--dry-run'], { cwd })).stdout).toContain('user 2 "bran" joins group 7 "Ovens"\n');
});

describe('arguments that name nothing end with 2', () => {
  it.each([
    [['apply', 'plan', '--out', 'q'], 'No source was given.'],
    [['apply', 'plan', 'nowhere', '--out', 'q'], 'nowhere: the file or folder does not exist.'],
    [['apply', 'plan', '--users', 'nowhere.csv', '--in-place'], 'nowhere.csv: the file does not exist.'],
    [['apply', 'plan', 'export', '--out', 'nowhere/q', '--yes'], 'The folder nowhere does not exist.'],
    [['apply', 'plan', 'export', '--out', 'export/users.csv/q', '--yes'], 'export/users.csv is not a folder.'],
    [['apply', 'plan', 'export', '--out', 'export/copy', '--yes'], 'export/copy is inside the source export, which must stay unchanged.'],
    [['apply', 'plan', 'export', '--out', './export/../export', '--yes'], './export/../export is the source itself, which a corrected copy must not replace.'],
    [['undo', 'nowhere'], 'nowhere does not exist.'],
    [['undo', 'export'], 'export is not the folder of a run.'],
    [['runs', 'nowhere'], 'nowhere does not exist.'],
    [['runs', 'export'], 'export: there is no plan in it.'],
    [['runs', 'export/users.csv'], 'export/users.csv'],
  ])('%j', async (words, reason) => {
    const cwd = await planned();
    const { code, stderr } = await runCli(words, { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain(`scim-audit: exit 2: ${reason}`);
    expect(stderr).toContain('What to do: ');
    expect(existsSync(join(cwd, 'plan', 'runs'))).toBe(false);
  });

  it('but a plan that has no runs yet is one', async () => {
    const cwd = await planned();
    for (const name of ['plan', 'plan/plan.json']) expect((await runCli(['runs', name], { cwd })).stderr).toBe('scim-audit: exit 0: there are no runs\n');
  });
});

describe('the command that a plan leads to never writes into the source', () => {
  const files = ['--users', 'users.csv', '--groups', 'groups.csv', '--memberships', 'memberships.csv'];
  const corrected = { 'corrected/users.csv': EXPORT['export/users.csv'], 'corrected/groups.csv': EXPORT['export/groups.csv'] };
  it.each([
    ['export', ['.'], '../corrected'],
    ['export/deep', ['..'], '../../corrected'],
    ['export', ['../export'], '../corrected'],
    ['export', files, 'corrected'],
    ['.', ['export'], 'corrected'],
    ['.', ['corrected'], 'corrected-2'],
    ['corrected', ['.'], '../corrected-2'],
  ])('in %s: plan %j', async (folder, source, out) => {
    const memberships = { 'corrected/memberships.csv': EXPORT['export/memberships.csv'], 'export/deep/note.txt': '' };
    const root = newFolder({ ...EXPORT, ...corrected, ...memberships });
    const cwd = join(root, folder);
    const { stdout } = await runCli(['plan', ...source, '--auth-mode', 'multi', '--out', join(root, 'plan')], { cwd });
    const [, words = ''] = /^ {2}scim-audit (apply .*)$/m.exec(stdout) ?? [];
    expect(words.split(' ').at(-1)).toBe(out);
    const { code, stderr } = await runCli([...`${words}-fresh`.split(' '), '--dry-run'], { cwd });
    expect({ code, stderr }).toMatchObject({ code: 0 });
  });
});

describe('a plan without actions', () => {
  const clean = {
    ...EXPORT,
    'export/users.csv': csv('id,userName,email,active,authenticationType', [
      ['1', 'rye@bakery.example', 'rye@bakery.example', 'true', 'idp'],
      ['2', 'bran', 'bran@bakery.example', 'false', 'basic'],
    ]),
  };
  const cleanPlan = async (): Promise<string> => planned('export', newFolder({ ...clean, 'export/memberships.csv': 'groupId,userId\n7,1\n' }));

  it('is not asked about, in place', async () => {
    const cwd = await cleanPlan();
    const { code, stderr } = await runCli(['apply', 'plan', 'export', '--in-place'], { cwd });
    expect(code).toBe(0);
    expect(stderr).toBe('scim-audit: exit 0: nothing to apply: the plan has no actions\n');
    expect(existsSync(join(cwd, 'plan', 'runs'))).toBe(false);
  });

  it('is not asked about, to a copy, which is written', async () => {
    const cwd = await cleanPlan();
    const { code, stderr } = await runCli(['apply', 'plan', 'export', '--out', 'corrected'], { cwd });
    expect(code).toBe(0);
    expect(stderr).toContain('nothing to apply: the plan has no actions, and corrected is a copy of the source as it is');
    expect(readFileSync(join(cwd, 'corrected', 'users.csv'), 'utf8')).toBe(clean['export/users.csv']);
  });

  it('is shown without blank lines that stand for nothing', async () => {
    const { stdout } = await runCli(['show', 'plan'], { cwd: await cleanPlan() });
    expect(stdout).toMatch(/^0 actions, 0 findings open; authentication mode multi\n\nOnce it is applied, /);
    expect(stdout).not.toContain('\n\n\n');
  });
});

describe('on a terminal', () => {
  it.each([40, 60, 80])('no line is wider than %i columns, and no word is broken', async (columns) => {
    const cwd = await planned();
    const words = ['apply', 'plan', 'export', '--out', 'corrected'];
    const asked = await runCli(words, { cwd, isTty: true, columns, stdin: 'no\n' });
    expect(asked.code).toBe(4);
    expect(asked.stderr.replace(/\s+/g, ' ')).toContain('2 usernames change: these users will sign in with a new username');
    const refused = await runCli([...words, '--max-changes', '1'], { cwd, isTty: true, columns });
    expect(refused.stderr.replace(/\s+/g, ' ')).toContain('The plan has 3 actions, more than the 1 that --max-changes allows.');
    // The reason is the last line, and one line wherever it is read.
    const lines = (asked.stderr + refused.stderr).split('\n').filter((line) => !line.startsWith('scim-audit: exit '));
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
  });
});

describe('while one apply waits for an answer', () => {
  /** Answers yes once `meanwhile` has come to its end; returns what was said. */
  async function applyAfter(cwd: string, meanwhile: () => Promise<unknown>): Promise<{ stdout: string; ending: Awaited<ReturnType<typeof runApply>> }> {
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    let stdout = '';
    const outputTo = (write: (text: string) => void) => ({ write, settle: async () => undefined, isTTY: true, columns: 80 });
    const io: Io = {
      stdout: outputTo((text) => {
        stdout += text;
      }),
      stderr: outputTo((text) => {
        if (text.startsWith('This applies')) void meanwhile().then(() => stdin.write('yes\n'));
      }),
      stdin,
      environment: {},
      folder: cwd,
      sleep: async () => {},
      now: () => new Date('2026-03-02T09:00:00Z'),
      process: { pid: process.pid, host: 'test', user: process.getuid?.(), isAlive: (pid) => pid === process.pid, shell: 'posix' },
      interruption: { listen: () => {}, signal: () => undefined },
    };
    const ending = await runApply(join(cwd, 'plan'), join(cwd, 'export'), { inPlace: true }, io);
    return { stdout, ending };
  }

  it('and another comes to its end, all is done already', async () => {
    const cwd = await planned();
    const { stdout, ending } = await applyAfter(cwd, () => runCli(['apply', 'plan', 'export', '--in-place', '--yes'], { cwd }));
    expect(stdout).toBe('');
    expect(ending.code).toBe(0);
    expect(ending.reason).toMatch(/^all is done already \(run 20260302T080000Z-[0-9a-f]{4}\), nothing was written/);
  });

  it('and somebody changes the source, the plan is stale', async () => {
    const cwd = await planned();
    const change = async (): Promise<void> => writeFileSync(join(cwd, 'export', 'users.csv'), `${EXPORT['export/users.csv']}4,emmer,e@b.example,true,idp\n`);
    await expect(applyAfter(cwd, change)).rejects.toMatchObject({ kind: 'refused', message: expect.stringContaining('stale') });
  });
});

describe('a place that no copy can take ends with 2, and is left as it is', () => {
  it('that has no name', async () => {
    const cwd = await planned();
    const { code, stderr } = await runCli(['apply', 'plan', 'export', '--out', '', '--yes'], { cwd });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'What to do: Give the path of the corrected copy: --out PATH. Nothing was written.\nscim-audit: exit 2: --out is empty.\n',
    });
  });

  it('a link', async () => {
    const cwd = await planned();
    mkdirSync(join(cwd, 'empty'));
    symlinkSync('empty', join(cwd, 'link'));
    symlinkSync('gone', join(cwd, 'dangling'));
    const linked = await runCli(['apply', 'plan', 'export', '--out', 'link', '--yes'], { cwd });
    expect(linked.code).toBe(2);
    expect(linked.stderr).toContain('scim-audit: exit 2: link is a link to a folder, and a copy must not replace a link.');
    const [, folder = ''] = /Name the folder itself: --out (.*)\n/.exec(linked.stderr) ?? [];
    const dangling = await runCli(['apply', 'plan', 'export', '--out', 'dangling', '--dry-run'], { cwd });
    expect(dangling.code).toBe(2);
    expect(dangling.stderr).toContain('scim-audit: exit 2: dangling is a link to something that does not exist.');
    expect((await runCli(['apply', 'plan', 'export', '--out', folder, '--yes'], { cwd })).code).toBe(0);
    expect((await runCli(['apply', 'plan', 'export', '--out', 'link', '--yes'], { cwd })).stderr).toContain('all is done already');
  });

  it('a folder, for a database', async () => {
    const cwd = newFolder();
    await planned(databaseIn(cwd), cwd);
    mkdirSync(join(cwd, 'empty'));
    const { code, stderr } = await runCli(['apply', 'plan', 'export.sqlite', '--out', 'empty', '--yes'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('scim-audit: exit 2: empty is a folder, but the copy of a SQLite file is a single file.');
    expect(stderr).toContain('such as --out empty/export.sqlite\n');
    expect((await runCli(['apply', 'plan', 'export.sqlite', '--out', 'empty/export.sqlite', '--yes'], { cwd })).code).toBe(0);
  });
});

it('a copy may be made in a folder that is empty', async () => {
  const cwd = await planned();
  mkdirSync(join(cwd, 'corrected'));
  expect((await runCli(['apply', 'plan', 'export', '--out', 'corrected', '--yes'], { cwd })).code).toBe(0);
});

// What `verify` compares with the plan, column by column, and what it says of it.

describe('verify', () => {
  const HEAD = 'id,username,email,active,authenticationType,First Name,Last Name,License Type\n';
  const USERS = `${HEAD}1,ana,ana@dome.example,true,idp,Ana,Aperture,Creator\n2,bo@dome.example,bo@dome.example,true,idp,Bo,Barlow,Reviewer\n3,old@dome.example,old@dome.example,false,basic,Otto,Ocular,NULL\n`;
  const GROUPS = 'id,name,project\n7,Observers,\n';
  const MEMBERS = 'groupId,userId\n7,1\n';
  const DONE = USERS.replace('1,ana,', '1,ana@dome.example,');

  const FILES = { 'export/users.csv': USERS, 'export/groups.csv': GROUPS, 'export/memberships.csv': MEMBERS };
  const fresh = (users: string) => ({ 'fresh/users.csv': users, 'fresh/groups.csv': GROUPS, 'fresh/memberships.csv': MEMBERS });

  async function planned(users: string): Promise<string> {
    const folder = newFolder({ ...FILES, ...fresh(users) });
    expect((await runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan'], { cwd: folder })).code).toBe(0);
    return folder;
  }
  const verify = (folder: string, ...more: string[]) => runCli(['verify', 'plan', 'fresh', ...more], { cwd: folder });
  const verifyJson = async (folder: string) => JSON.parse((await verify(folder, '--format', 'json')).stdout);

  it('says which columns it compared', async () => {
    const folder = await planned(DONE);
    const { code, stdout } = await verify(folder);
    expect(code).toBe(0);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'Compared: of users username, email, status, authentication type, first name, last name, license type; of groups name and whether they belong to a project; the members of each group.',
    );
    expect(stdout).not.toContain('Not compared');
    expect((await verifyJson(folder)).compared).toEqual({
      users: ['userName', 'email', 'active', 'authenticationType', 'firstName', 'lastName', 'licenseType'],
      groups: ['name', 'organizationLevel'],
      notCompared: [],
    });
  });

  it('does not send anybody to options that it does not have', async () => {
    const folder = await planned(DONE.replace('username', 'Kennung').replace(',true,', ',WAHR,'));
    const { code, stderr } = await verify(folder);
    expect(code).toBe(2);
    expect(stderr).toContain('add --column users.userName=');
    expect(stderr.replace(/\s+/g, ' ')).toContain('Export in the form that the plan was made from, or make a new plan from the export as it is now.');
    expect(await verify(folder, '--column', 'users.userName=Kennung')).toMatchObject({ code: 2, stderr: expect.stringContaining('unknown option') });
  });

  it.each([
    ['first name', 'Bo,Barlow', 'Boo,Barlow'],
    ['last name', 'Bo,Barlow', 'Bo,Barlov'],
    ['license type', 'Barlow,Reviewer', 'Barlow,Creator'],
    ['license type', 'Ocular,NULL', 'Ocular,Creator'],
    ['first name and license type', 'Bo,Barlow,Reviewer', 'B,Barlow,Creator'],
  ])('sees that somebody changed the %s', async (what, from, to) => {
    const folder = await planned(DONE.replace(from, to));
    const { code, stdout } = await verify(folder);
    expect(code).toBe(1);
    expect(stdout).toContain(`has another ${what}, and not by the plan`);
    expect((await verifyJson(folder)).summary).toMatchObject({ landed: 1, other: 1 });
  });

  it('takes spellings of no value for one, and rows in another order', async () => {
    const [head, ...rows] = DONE.replace('Ocular,NULL', 'Ocular,').trimEnd().split('\n');
    expect((await verify(await planned(`${[head, ...rows.reverse()].join('\n')}\n`))).code).toBe(0);
  });

  it.each([
    [
      'has no such column',
      DONE.replace(',License Type', '').replace(/,[^,\n]*$/gm, (cell) => (/^,(?:Creator|Reviewer|NULL)$/.test(cell) ? '' : cell)),
      'this export has no such column',
    ],
    [
      'heads it otherwise',
      DONE.replace('License Type', 'licenseType').replace('Reviewer', 'REV'),
      'its heading is "licenseType" in this export and "License Type" in that of the plan',
    ],
  ])('does not compare a column if the fresh export %s, and says so', async (_, users, why) => {
    const folder = await planned(users);
    const { code, stdout } = await verify(folder);
    expect({ code, isSaid: stdout.replace(/\s+/g, ' ').includes(`Not compared: license type (${why}).`) }, stdout).toEqual({ code: 0, isSaid: true });
    expect((await verifyJson(folder)).compared.notCompared).toEqual([{ column: 'licenseType', why }]);
  });

  it('reads a baseline of an earlier version, and says what that does not hold', async () => {
    const folder = await planned(DONE.replace('Barlow,Reviewer', 'Barlow,Creator'));
    const file = join(folder, 'plan/baseline.jsonl');
    const lines = readFileSync(file, 'utf8').split('\n').slice(1);
    writeFileSync(file, lines.map((line) => line.replace(/^(\["user",.*"[0-9a-f]{16})[0-9a-f]{24}"/, '$1"')).join('\n'));
    const { code, stdout } = await verify(folder);
    expect(code).toBe(0);
    expect(stdout.replace(/\s+/g, ' ')).toContain('Compared: of users username, email, status, authentication type; of groups');
    expect(stdout.replace(/\s+/g, ' ')).toContain('license type (the plan was made by an earlier version of scim-audit)');
    writeFileSync(join(folder, 'fresh/users.csv'), DONE.replaceAll('bo@', 'bob@'));
    expect((await verify(folder)).code).toBe(1);
  });

  it('compares of two lists of users only what both of them head alike', async () => {
    const folder = newFolder({
      'active.csv': DONE.split('\n').slice(0, 3).join('\n'),
      'inactive.csv': `${HEAD.replace('First Name', 'Given Name')}3,old@dome.example,old@dome.example,false,basic,Otto,Ocular,Creator\n`,
      'groups.csv': GROUPS,
      'memberships.csv': MEMBERS,
    });
    const args = ['--users', 'active.csv', '--users', 'inactive.csv', '--groups', 'groups.csv', '--memberships', 'memberships.csv'];
    expect((await runCli(['plan', ...args, '--auth-mode', 'multi', '--out', 'plan'], { cwd: folder })).code).toBe(0);
    const { code, stdout } = await runCli(['verify', 'plan', ...args, '--format', 'json'], { cwd: folder });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).compared.users).toEqual(['userName', 'email', 'active', 'authenticationType', 'lastName', 'licenseType']);
  });

  it('says that it compared nothing else if the baseline is missing', async () => {
    const folder = await planned(DONE);
    writeFileSync(join(folder, 'plan/baseline.jsonl'), '["columns"');
    const { stdout } = await verify(folder);
    expect(stdout).toContain('baseline.jsonl is missing or damaged');
    expect(stdout).not.toContain('Compared:');
    expect((await verifyJson(folder)).compared).toBeNull();
  });
});

const folderWith = (changes: readonly Change[], files: Readonly<Record<string, string>> = {}): string => {
  const { schemaVersion: _, kind: __, digest: ___, ...body } = planOf(changes);
  return newFolder({ 'plan/plan.json': planText(body), ...files });
};

const ARGUMENTS = ['script', 'plan', '--dialect', 'mysql', '--out', 'scripts'];

describe('scim-audit script', () => {
  it('writes the folder, readable by its owner only, and names what comes next', async () => {
    const cwd = folderWith([rename('1', 'jdoe', 'jdoe@x.example'), rename('2', 'true', 'false', 'active')], {
      'scim-audit.config.json': '{ "database": { "users": { "table": "people" } } }',
    });
    const { code, stdout, stderr } = await runCli(ARGUMENTS, { cwd });
    expect(stderr).toBe('scim-audit: exit 0: the scripts are written: 2 actions\n');
    expect(code).toBe(0);
    expect(stdout).toContain('no license');
    expect(readdirSync(join(cwd, 'scripts')).sort()).toEqual(['README.txt', 'apply.sql', 'check.sql', 'undo.sql']);
    for (const name of readdirSync(join(cwd, 'scripts'))) {
      expect(statSync(join(cwd, 'scripts', name)).mode & 0o777).toBe(0o600);
      expect(readFileSync(join(cwd, 'scripts', name), 'utf8')).toMatch(/^[\x0a\x20-\x7e]*$/);
    }
    expect(readFileSync(join(cwd, 'scripts/apply.sql'), 'utf8')).toContain('UPDATE `people`');
    const digest = /"digest": "(sha256:\w+)"/.exec(readFileSync(join(cwd, 'plan/plan.json'), 'utf8'))?.[1] ?? '';
    expect(readFileSync(join(cwd, 'scripts/README.txt'), 'utf8')).toContain(`mysql --init-command="SET @scim_audit_apply='${digest}'" DB < apply.sql`);
    const again = await runCli(ARGUMENTS, { cwd });
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('not empty') });
  });

  it.each([
    ['an id that is not a number', [rename('jdoe', 'jdoe', 'jdoe@x.example')], 'a1: the id of user "jdoe" is not a whole number'],
    ['a value that is too long', [rename('1', 'a', 'x'.repeat(1001))], 'has 1001 characters'],
    ['actions that do not follow one another', [rename('1', 'a', 'b'), rename('1', 'c', 'd')], 'a2 starts from "c", and a1 leaves "b"'],
    ['two users who get one username', [rename('1', 'a', 'c'), rename('2', 'b', 'C')], 'breaks a guarantee'],
    ['no actions', [], 'no actions'],
  ] as const)('%s is refused before anything is written', async (_, changes, told) => {
    const cwd = folderWith(changes);
    const { code, stderr } = await runCli(ARGUMENTS, { cwd });
    expect(stderr).toContain(told);
    expect(code).toBe(4);
    expect(existsSync(join(cwd, 'scripts'))).toBe(false);
  });

  it('an altered plan is refused, and names that no script can hold are', async () => {
    const cwd = folderWith([rename('1', 'a', 'b')], { 'scim-audit.config.json': '{ "database": { "users": { "table": "Benützer" } } }' });
    expect(await runCli(ARGUMENTS, { cwd })).toMatchObject({ code: 2, stderr: expect.stringContaining('database.users.table: "Benützer"') });
    const file = join(cwd, 'plan/plan.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"to":"b"', '"to":"c"'));
    expect(await runCli([...ARGUMENTS, '--config', join(newFolder({ 'c.json': '{}' }), 'c.json')], { cwd })).toMatchObject({ code: 4 });
  });
});
