import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it, test } from 'vitest';
import { fitted, verbatim } from '../../src/cli/wrap-terminal-text.js';
import { planText } from '../plan/planning.js';
import { wordsOfCommand } from '../support/fixture-pages.js';
import { temporaryFolders } from '../support/machine.js';
import { BAKERY } from '../support/organizations.js';
import { runCli } from '../support/run.js';
import { bytesBelow } from '../targets/support.js';

const newFolder = temporaryFolders();
const USERS = 'id,userName,email,active,authenticationType\n1,rye,rye@bakery.example,true,idp\n2,bran,bran@bakery.example,false,basic\n';
const EXPORT = {
  'export/users.csv': USERS,
  'export/groups.csv': 'id,name,project\n7,Ovens,\n',
  'export/memberships.csv': 'groupId,userId\n7,1\n',
};
const SKIP = ['--skip-rule', 'inactive-basic-member', '--skip-rule', 'duplicate-group-name'];

async function planOf(cwd: string, ...words: readonly string[]): Promise<void> {
  const { code, stderr } = await runCli(['plan', ...words, '--auth-mode', 'multi', '--out', 'plan'], { cwd });
  expect(code, stderr).toBe(0);
}

describe('a dry run, and the question, refuse what the run refuses, in the same words', () => {
  it.each([
    ['to a copy', ['--out', 'copy']],
    ['in place', ['--in-place']],
  ])('a view, %s', async (_, mode) => {
    const cwd = newFolder();
    const database = new Sqlite(join(cwd, 'export.sqlite'));
    database.exec(`CREATE TABLE people (id INT, userName TEXT, email TEXT, active TEXT, authenticationType TEXT);
      INSERT INTO people VALUES (1, 'rye', 'rye@bakery.example', 'true', 'idp'), (2, 'bran', 'b@bakery.example', 'false', 'basic');
      CREATE VIEW users AS SELECT * FROM people`);
    database.close();
    await planOf(cwd, 'export.sqlite', ...SKIP);
    await expectSame(cwd, ['apply', 'plan', 'export.sqlite', ...mode], 'users is a view, and a view cannot be written to.');
  });

  it("a value that the file's encoding cannot hold is refused by the plan already, and what is advised works", async () => {
    const cwd = newFolder(EXPORT);
    writeFileSync(join(cwd, 'export/users.csv'), USERS.replace('rye@bakery.example', 'rye at bakery').replace('bran@', 'kl\u00efe@'), 'latin1');
    await planOf(cwd, 'export', '--encoding', 'windows-1252');
    const file = join(cwd, 'plan', 'decisions.csv');
    const answered = readFileSync(file, 'utf8').replace(/^("invalid-email:.*)(?:,""){5}$/m, '$1,"set-email","\u0142ukasz@bakery.example","","",""');
    expect(answered).toContain('\u0142ukasz');
    writeFileSync(file, answered);
    const before = bytesBelow(cwd);
    const { code, stderr } = await runCli(['plan', 'export', '--auth-mode', 'multi', '--encoding', 'windows-1252', '--out', 'plan'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('cannot be written in the encoding of the file, windows-1252');
    expect(bytesBelow(cwd)).toEqual(before);
    writeFileSync(join(cwd, 'export/users.csv'), readFileSync(join(cwd, 'export/users.csv'), 'latin1'));
    await planOf(cwd, 'export');
    expect((await runCli(['apply', 'plan', 'export', '--in-place', '--yes'], { cwd })).code).toBe(0);
  });

  /** Returns what is said; nothing is written by any of the three. */
  async function expectSame(cwd: string, words: readonly string[], reason: string): Promise<string> {
    const before = bytesBelow(cwd);
    const dry = await runCli([...words, '--dry-run'], { cwd });
    const asked = await runCli(words, { cwd, isTty: true, columns: 1000, stdin: 'yes\n' });
    expect(bytesBelow(cwd)).toEqual(before);
    const real = await runCli([...words, '--yes'], { cwd });
    expect(real.code).toBe(4);
    expect(real.stderr).toContain(reason);
    expect({ code: dry.code, stdout: dry.stdout }).toEqual({ code: 4, stdout: '' });
    expect(dry.stderr).toBe(real.stderr);
    expect(asked.code).toBe(4);
    expect(asked.stderr).not.toContain('Type yes');
    expect(asked.stderr).toContain(reason);
    return real.stderr;
  }

  it('another run that holds the lock', async () => {
    const cwd = newFolder(EXPORT);
    await planOf(cwd, 'export');
    const lock = { pid: 1, host: 'elsewhere', startedAt: '2026-03-02T07:00:00Z', command: 'scim-audit apply' };
    mkdirSync(join(cwd, 'plan/runs'));
    writeFileSync(join(cwd, 'plan/runs/.lock'), JSON.stringify(lock));
    await expectSame(cwd, ['apply', 'plan', 'export', '--in-place'], 'Another run holds the lock');
  });
});

it('only the files that change are named', async () => {
  const cwd = newFolder(EXPORT);
  await planOf(cwd, 'export');
  const dry = await runCli(['apply', 'plan', 'export', '--in-place', '--dry-run'], { cwd });
  expect(dry.stderr).toContain(`dry run: 1 action would be applied in place: ${join(cwd, 'export/users.csv')}; nothing was written`);
  const asked = await runCli(['apply', 'plan', 'export', '--in-place'], { cwd });
  expect(asked.stderr).toContain(`This applies 1 action in place: ${join(cwd, 'export/users.csv')}\n`);
});

const STALE_EXPORT = {
  'export/users.csv': 'id,userName,email,active,authenticationType\n1,rye,rye@bakery.example,true,idp\n2,bran,bran@bakery.example,false,basic\n',
  'export/groups.csv': 'id,name,project\n7,Ovens,\n',
  'export/memberships.csv': 'groupId,userId\n7,1\n',
};

it('a plan is stale where a file that it was made of is gone, as well as where one has changed', async () => {
  const cwd = newFolder(STALE_EXPORT);
  await runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan'], { cwd });
  expect((await runCli(['show', 'plan', 'export'], { cwd })).stderr).toContain('it fits the source');
  rmSync(join(cwd, 'export', 'memberships.csv'));
  const { stderr } = await runCli(['show', 'plan', 'export'], { cwd });
  expect(stderr).toContain('Changed since: memberships.csv (memberships)');
});

it('a preview says where memberships name whom the export lacks', async () => {
  const cwd = newFolder({
    ...STALE_EXPORT,
    'export/memberships.csv': 'groupId,userId\n7,1\n7,99\n',
    'okta.csv': 'id,login,email,status\na,rye@bakery.example,rye@bakery.example,ACTIVE\n',
  });
  const { code, stdout } = await runCli(['preview', 'export', '--auth-mode', 'multi', '--idp', 'okta', '--idp-users', 'okta.csv'], { cwd });
  expect(code).toBe(0);
  expect(stdout.replace(/\s+/g, ' ')).toContain('The export is incomplete: 1 membership names a user or group that it lacks.');
});

describe('undo', () => {
  const EXPORT = BAKERY;

  /** Returns a folder in which the plan was applied, and the run's folder. */
  async function applied(...mode: readonly string[]): Promise<{ readonly cwd: string; readonly run: string }> {
    const cwd = newFolder(EXPORT);
    expect((await runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan'], { cwd })).code).toBe(0);
    const { code, stdout } = await runCli(['apply', 'plan', 'export', ...mode, '--yes'], { cwd });
    expect(code).toBe(0);
    return { cwd, run: /scim-audit undo (\S+)/.exec(stdout)?.[1] ?? '' };
  }

  it.each([
    ['as the run left it', (text: string) => text],
    ['changed since', (text: string) => text.replace('1,rye@bakery.example', '1,rye-new')],
  ])('the step that leads to the temporary username is the one that is marked, %s', async (_, change) => {
    const { cwd, run } = await applied('--in-place');
    const file = join(cwd, 'export/users.csv');
    writeFileSync(file, change(readFileSync(file, 'utf8')));
    const { stdout } = await runCli(['undo', run, '--dry-run'], { cwd });
    const renames = stdout.split('\n').filter((line) => line.includes('username') && !line.includes('left alone') && !line.includes('user 1 '));
    expect(renames).toHaveLength(3);
    const [, name = ''] = / {2}"[^"]*" → "([^"]*)" {2}\(temporary\)$/.exec(renames[0]) ?? [];
    expect(name).not.toBe('');
    expect(renames[2]).toContain(`"${name}" → `);
    expect(renames.filter((line) => line.endsWith('(temporary)'))).toHaveLength(1);
  });

  it('a dry run counts what it leaves alone, and only the file that changes is named', async () => {
    const { cwd, run } = await applied('--in-place');
    const file = join(cwd, 'export/users.csv');
    writeFileSync(file, readFileSync(file, 'utf8').replace('1,rye@bakery.example', '1,rye-new'));
    const dry = await runCli(['undo', run, '--dry-run'], { cwd });
    expect(dry.stderr).toBe('scim-audit: exit 0: dry run: 3 actions would be undone, 1 action left alone because of later changes; nothing was written\n');
    expect((await runCli(['undo', run], { cwd })).stderr).toContain(`This undoes 3 actions in ${file}. Some of it has changed since the run;`);
  });

  describe('what is not there any more is named, with what to do', () => {
    it.each([['--dry-run'], ['--yes']])('the copy of the file before the run (%s)', async (flag) => {
      const { cwd, run } = await applied('--in-place');
      const backup = resolve(cwd, run, 'backup');
      renameSync(backup, `${backup}-moved`);
      const after = readFileSync(join(cwd, 'export/users.csv'), 'utf8');
      const { code, stderr } = await runCli(['undo', run, flag], { cwd });
      expect(code).toBe(4);
      expect(stderr).toContain(`${join(backup, '1-users.csv')}, the run's copy of ${join(cwd, 'export/users.csv')} as it was before, no longer exists.`);
      expect(stderr).toContain('What to do: Nothing was changed. Put the copy back');
      expect(readFileSync(join(cwd, 'export/users.csv'), 'utf8')).toBe(after);
      renameSync(`${backup}-moved`, backup);
      expect((await runCli(['undo', run, flag], { cwd })).code).toBe(0);
    });

    it.each([['--dry-run'], ['--yes']])('the source (%s)', async (flag) => {
      const { cwd, run } = await applied('--in-place');
      renameSync(join(cwd, 'export'), join(cwd, 'moved'));
      const { code, stderr } = await runCli(['undo', run, flag], { cwd });
      expect(code).toBe(4);
      expect(stderr).toContain('3 files that the run wrote or read no longer exist.');
      expect(stderr).toContain(`${join(cwd, 'export/users.csv')}\n`);
      expect(stderr).toContain(
        `Restore them as the run left them, and run this command again. Copies from before the run are in ${resolve(cwd, run, 'backup')}.`,
      );
    });

    it.each([['--dry-run'], ['--yes']])('the copy that the run made (%s)', async (flag) => {
      const { cwd, run } = await applied('--out', 'copy');
      rmSync(join(cwd, 'copy/users.csv'));
      const { code, stderr } = await runCli(['undo', run, flag], { cwd });
      expect(code).toBe(4);
      expect(stderr).toContain(`scim-audit: exit 4: ${join(cwd, 'copy/users.csv')} no longer exists.`);
      expect(stderr).toContain('the run did not change its source');
    });
  });

  it.each([
    ['the same', ''],
    ['read by flag', 'flag'],
  ])('a copy that was undone is reported as such by the same apply (%s)', async (_, way) => {
    const { cwd, run } = await applied('--out', 'copy');
    expect((await runCli(['undo', run, '--yes'], { cwd })).code).toBe(0);
    const source = way === '' ? ['export'] : ['--users', 'export/users.csv', '--groups', 'export/groups.csv', '--memberships', 'export/memberships.csv'];
    const words = ['apply', 'plan', ...source, '--out', 'copy', '--yes'];
    const { code, stderr } = await runCli(words, { cwd });
    expect(code).toBe(4);
    expect(stderr).toMatch(
      /scim-audit: exit 4: copy is the copy that run \S+ of this plan made\. That run was undone, so the copy equals the source as it was before\.\n$/,
    );
    expect(stderr).toContain('move that copy away or name another path with --out');
    renameSync(join(cwd, 'copy'), join(cwd, 'away'));
    expect((await runCli(words, { cwd })).code).toBe(0);
  });
});

describe('nothing that misleads', () => {
  const USERS =
    'id,userName,email,active,authType\n1,mira@bakery.example,mira@bakery.example,true,idp\n2,otto@bakery.example,otto@bakery.example,false,basic\n';
  const GROUPS = 'id,name,project\n1,Ovens,\n';
  const MEMBERS = 'groupId,userId\n1,1\n';
  const export_ = (files: Readonly<Record<string, string>> = {}): string =>
    newFolder({ 'users.csv': USERS, 'groups.csv': GROUPS, 'memberships.csv': MEMBERS, ...files });
  const check = (cwd: string, ...args: string[]) => runCli(['check', '.', '--auth-mode', 'saml', ...args], { cwd });

  describe('nothing is called ready that was not judged', () => {
    it('where nobody is in scope', async () => {
      const { stdout } = await check(export_({ 'users.csv': USERS.replace('true,idp', 'true,basic') }));
      expect(stdout).toMatch(/^✖ NOT READY for SCIM: 1 error/);
      expect(stdout).toContain('of 2 users none is in scope with --auth-mode saml');
      expect(stdout).not.toContain('Nothing to clean');
    });

    it('where every group belongs to a project, or there are no rows', async () => {
      const { stdout } = await check(export_({ 'groups.csv': 'id,name,project\n1,Ovens,31\n', 'memberships.csv': 'groupId,userId\n' }));
      expect(stdout).toContain('every group belongs to a project');
      expect(stdout).toContain('memberships.csv has headings and no rows');
    });

    it('where only inactive users are missing: the mark is no tick', async () => {
      const { code, stdout } = await check(export_({ 'users.csv': USERS.replace('false,basic', 'true,basic') }));
      expect(code).toBe(0);
      expect(stdout).toMatch(/^▲ Ready for SCIM: 1 warning/);
    });
  });

  describe('an account to be left out', () => {
    it('that is not there is refused: another one was meant', async () => {
      const { code, stderr } = await check(export_(), '--leave-out-user', '1', '--leave-out-user', '17');
      expect(code).toBe(2);
      expect(stderr).toContain('No user has the id "17"');
    });

    it('is out of scope, and its name stays taken', async () => {
      const users = 'id,userName,email,active\n1,root,mira@bakery.example,true\n2,mira,root,true\n3,otto,otto,false\n';
      const { stdout } = await check(export_({ 'users.csv': users }), '--leave-out-user', '1', '--format', 'json');
      const { findings } = JSON.parse(stdout);
      const ofRule = (name: string) => findings.filter(({ rule }: { rule: string }) => rule === name);
      expect(ofRule('username-email-mismatch').map(({ user }: { user: { id: string } }) => user.id)).toEqual(['2']);
      expect(ofRule('conflicting-users')).toMatchObject([{ userName: 'root', pattern: 'taken' }]);
    });
  });

  describe('a refusal', () => {
    it('tells the rows of good files beside the headings of a wrong one, by file', async () => {
      const { stderr } = await check(
        export_({ 'groups.csv': 'nr,title\n1,Ovens\n', 'users.csv': USERS.replace(',true,', ',perhaps,'), 'memberships.csv': 'groupId,userId\n1\n' }),
      );
      const files = [...stderr.matchAll(/^(\w+)\.csv, line (\d+)/gm)].map(([, file, line]) => `${file} ${line}`);
      expect(files).toEqual(['users 2', 'groups 1', 'groups 1', 'memberships 2']);
    });

    it('tells everything that is wrong with a row, also where it has no id', async () => {
      const { stderr } = await check(export_({ 'users.csv': `${USERS},ida,ida@bakery.example,perhaps,idp\n` }));
      expect([...stderr.matchAll(/^users\.csv, line 4, column (\d)/gm)].map(([, column]) => column)).toEqual(['1', '4']);
    });

    it('of a command line says what was meant, on lines of its own', async () => {
      const { stderr } = await check(export_(), '--leave-out-usr', '1');
      expect(stderr).toBe("What to do: Did you mean --leave-out-user?\nscim-audit: exit 2: unknown option '--leave-out-usr'\n");
    });

    it('of a delimiter says which characters there are', async () => {
      const { stderr } = await check(export_(), '--delimiter', ':');
      expect(stderr).toContain('Expected one of comma, semicolon, tab, pipe.');
    });

    it('of a rule that a config names says which config', async () => {
      const folder = export_({ 'c.json': '{ "rules": { "missing-mail": "off" } }' });
      expect((await check(folder, '--config', 'c.json')).stderr).toContain('There is no rule called "missing-mail" (c.json).');
    });
  });

  describe('a file that is given twice', () => {
    it.each([
      ['users', ['--users', 'users.csv', '--users', './users.csv']],
      ['users', ['--users', 'users.csv', '--inactive-users', 'users.csv']],
      ['memberships', ['--memberships', 'memberships.csv', '--memberships', 'memberships.csv']],
    ])('as a list of %s is said to be', async (role, files) => {
      const { code, stderr } = await check(export_(), ...files);
      expect(code).toBe(2);
      expect(stderr).toContain(`is given twice as a list of ${role}.`);
      expect(stderr).not.toContain('already appears');
    });

    it('as lists of two kinds is none', async () => {
      const cwd = newFolder({ 'u.csv': 'id,userName,email,active,authType,groups\n1,a@b.example,a@b.example,true,idp,Ovens\n', 'groups.csv': GROUPS });
      const { stdout } = await runCli(['check', '--users', 'u.csv', '--groups', 'groups.csv', '--auth-mode', 'saml'], { cwd });
      expect(stdout).toContain('1 membership;');
    });
  });

  describe('what is shown', () => {
    it('names a user without a username by the id, and one user as one', async () => {
      const { stdout } = await check(export_({ 'users.csv': 'id,userName,email,active,authType\n21,,,true,idp\n' }), '--format', 'json');
      const messages = JSON.parse(stdout).findings.map(({ message }: { message: string }) => message);
      expect(messages).toContain('The user 21 has neither a username nor an email.');
      expect(messages).toContain('The only user is active. Most exports leave out inactive users, but these hold usernames too.');
    });

    it.each(['github', 'gitlab', 'sarif'])('is a group that is not there, in %s, beside the groups', async (format) => {
      const folder = export_();
      const { stdout } = await check(folder, '--sync-group', 'Oven', '--format', format);
      const about = stdout.split(/\n(?=::| {2}\{|\s*\{"ruleId")/).filter((entry) => entry.includes('unknown-sync-group') && entry.includes('Oven'));
      expect(about.join('\n')).toContain('groups.csv');
      expect(about.join('\n')).not.toContain('users.csv');
    });

    it('has no property twice in junit', async () => {
      const { stdout } = await check(
        export_({ 'more.csv': 'groupId,userId\n1,1\n' }),
        '--memberships',
        'memberships.csv',
        '--memberships',
        'more.csv',
        '--format',
        'junit',
      );
      const names = [...stdout.matchAll(/<property name="([^"]*)"/g)].map(([, name]) => name);
      expect(names).toContain('input 4 (memberships)');
      expect(new Set(names).size).toBe(names.length);
    });

    it('counts unknown members that no report lists', async () => {
      const rows = Array.from({ length: 30 }, (_, at) => `1,${100 + at}\n`).join('');
      const folder = export_({ 'memberships.csv': `groupId,userId\n${rows}` });
      expect((await check(folder)).stdout).toContain('… and 20 more; --rows all shows the first 20');
      expect((await check(folder, '--rows', 'all')).stdout).toMatch(/… and 10 more$/m);
    });

    it('as the next command means the same source and settings', async () => {
      const flags = ['--auth-mode', 'saml', '--sync-group', "Otto's $HOME", '--fail-on', 'warning', '--skip-rule', 'duplicate-email'];
      const more = ['--leave-out-user', '2', '--column', 'users.userName=My Login', '--auth-type-map', 'ldap=basic', '--delimiter', 'comma', '--assume-active'];
      const folder = newFolder({ 'a b/users.csv': USERS.replace('userName', 'My Login'), 'a b/groups.csv': GROUPS, 'a b/memberships.csv': MEMBERS });
      const { stdout } = await runCli(['check', 'a b', ...flags, ...more], { cwd: folder });
      const command = stdout.split('\n').find((line) => line.startsWith('  scim-audit plan '));
      const words = wordsOfCommand(command?.trim().replaceAll("'\\''", `'"'"'`) ?? '');
      expect(words.slice(0, 3)).toEqual(['scim-audit', 'plan', 'a b']);
      expect(words.slice(-2)).toEqual(['--out', 'plan']);
      for (const each of [flags, more]) for (const word of each) expect(words).toContain(word);
      expect((await runCli(words.slice(1), { cwd: folder })).code).toBe(0);
    });

    it('makes no promise of a plan where there are no ids', async () => {
      const folder = newFolder({ 'u.csv': 'Username,Full Name,Email,License Type\nmira,Mira Falk,mira@bakery.example,Named\n' });
      const skipped = ['duplicate-group-name', 'inactive-basic-member'].flatMap((rule) => ['--skip-rule', rule]);
      const { stdout } = await runCli(['check', '--users', join(folder, 'u.csv'), '--auth-mode', 'basic', ...skipped], { cwd: folder });
      expect(stdout).toContain('Export with ids');
      expect(stdout).not.toContain('scim-audit plan --users');
    });
  });

  describe('lists that are given with the wrong flags', () => {
    const RIGHT = ['--users', 'current.csv', '--inactive-users', 'former.csv'];
    const SWAPPED = ['--users', 'former.csv', '--inactive-users', 'current.csv'];
    const SKIP = ['--skip-rule', 'inactive-basic-member', '--skip-rule', 'duplicate-group-name'];

    /** Makes a plan of a list of active users and one of inactive ones. */
    async function planned(): Promise<string> {
      const cwd = newFolder({
        'current.csv': 'id,userName,email,authenticationType\n1,rye,rye@bakery.example,idp\n',
        'former.csv': 'id,userName,email,authenticationType\n2,bran,bran@bakery.example,idp\n',
      });
      const { code, stderr } = await runCli(['plan', ...RIGHT, '--assume-active', '--auth-mode', 'multi', ...SKIP, '--out', 'plan'], { cwd });
      expect(code, stderr).toBe(0);
      return cwd;
    }

    it('lists of active and inactive users that are swapped are no source of the plan', async () => {
      const cwd = await planned();
      for (const words of [
        ['apply', 'plan', ...SWAPPED, '--out', 'copy', '--yes'],
        ['apply', 'plan', ...SWAPPED, '--in-place', '--dry-run'],
        ['show', 'plan', ...SWAPPED],
      ]) {
        const { code, stderr } = await runCli(words, { cwd });
        expect(code, stderr).toBe(2);
        expect(stderr).toContain('former.csv: the plan was made with it as --inactive-users, now it is given as --users.');
        expect(stderr).toContain('current.csv: the plan was made with it as --users, now it is given as --inactive-users.');
      }
      expect((await runCli(['apply', 'plan', ...RIGHT, '--out', 'copy', '--yes'], { cwd })).code).toBe(0);
      // The copy is there, but it is of the lists as they were meant.
      expect((await runCli(['apply', 'plan', ...SWAPPED, '--out', 'copy', '--yes'], { cwd })).code).toBe(2);
    });

    it('a plan that does not tell how its lists were given is applied as before', async () => {
      const cwd = await planned();
      const file = join(cwd, 'plan/plan.json');
      const plan = JSON.parse(readFileSync(file, 'utf8'));
      for (const input of plan.snapshot.inputs) delete input.activity;
      const { schemaVersion: _, kind: __, digest: ___, ...body } = plan;
      writeFileSync(file, planText(body));
      expect((await runCli(['apply', 'plan', ...RIGHT, '--out', 'copy', '--yes'], { cwd })).code).toBe(0);
    });
  });
});

describe('words of a command line', () => {
  const EXPORT = { ...BAKERY, 'export/memberships.csv': 'groupId,userId\n7,1\n7,4\n' };

  /** Returns a folder with an export and its plan. */
  async function planned(): Promise<string> {
    const cwd = newFolder(EXPORT);
    expect((await runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan'], { cwd })).code).toBe(0);
    return cwd;
  }

  describe('words that are wrong are no refusal of a plan', () => {
    it.each([
      ['no source', ['apply', 'plan', '--out', 'copy'], 'No source was given.'],
      ['a source that is not there', ['apply', 'plan', 'nowhere', '--out', 'copy'], 'nowhere: the file or folder does not exist.'],
      ['a plan that is not there', ['apply', 'nowhere', 'export', '--out', 'copy'], 'nowhere'],
      ['a folder for the copy that is not there', ['apply', 'plan', 'export', '--out', 'no/where', '--yes'], 'does not exist'],
      ['a run that is not there', ['undo', 'nowhere'], 'nowhere does not exist.'],
      ['a folder that is not a run', ['undo', 'export'], 'export is not the folder of a run.'],
      ['runs of a folder that is not there', ['runs', 'nowhere'], 'nowhere does not exist.'],
      ['runs of an export', ['runs', 'export'], 'export: there is no plan in it.'],
    ])('%s', async (_, args, says) => {
      const cwd = await planned();
      const { code, stdout, stderr } = await runCli(args, { cwd });
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(says);
      expect(stderr).toContain('What to do: ');
    });
  });

  it('a plan without actions needs nobody to agree', async () => {
    const cwd = await planned();
    await runCli(['apply', 'plan', 'export', '--out', 'clean', '--yes'], { cwd });
    await runCli(['plan', 'clean', '--auth-mode', 'multi', '--out', 'second'], { cwd });
    const inPlace = await runCli(['apply', 'second', 'clean', '--in-place'], { cwd });
    expect(inPlace).toMatchObject({ code: 0, stdout: '' });
    expect(inPlace.stderr).toContain('nothing to apply: the plan has no actions');
    expect((await runCli(['apply', 'second', 'clean', '--out', 'copy'], { cwd })).code).toBe(0);
    expect(readFileSync(join(cwd, 'copy/users.csv'), 'utf8')).toBe(readFileSync(join(cwd, 'clean/users.csv'), 'utf8'));
  });

  it('verify refuses to tell of memberships that the export does not have', async () => {
    const cwd = await planned();
    const file = join(cwd, 'plan/decisions.csv');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"remove-member","","",', '"remove-member","remove-member","",'));
    await runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan'], { cwd });
    await runCli(['apply', 'plan', 'export', '--out', 'copy', '--yes'], { cwd });
    expect((await runCli(['verify', 'plan', 'copy'], { cwd })).code).toBe(0);
    rmSync(join(cwd, 'copy/memberships.csv'));
    const { code, stderr } = await runCli(['verify', 'plan', 'copy'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('The plan changes memberships, and this export has none');
  });

  it('verify does not say that nothing else changed where it could not look', async () => {
    const cwd = await planned();
    await runCli(['apply', 'plan', 'export', '--out', 'copy', '--yes'], { cwd });
    expect((await runCli(['verify', 'plan', 'copy'], { cwd })).stderr).toContain('no other user, group or membership changed');
    const without = ['verify', 'plan', '--users', 'copy/users.csv', '--groups', 'copy/groups.csv'];
    const unseen = await runCli(without, { cwd });
    expect(unseen.stdout).toContain('Memberships that the plan does not name were not compared: this export has none.');
    expect(unseen.stderr).toContain('no other user or group changed');
    expect(JSON.parse((await runCli([...without, '--format', 'json'], { cwd })).stdout)).toMatchObject({ asPlanned: true, membershipsCompared: false });
    writeFileSync(join(cwd, 'plan/baseline.jsonl'), 'broken');
    const { stdout, stderr } = await runCli(['verify', 'plan', 'copy'], { cwd });
    expect(stdout).toContain('baseline.jsonl is missing or damaged');
    expect(stderr).toContain('other changes cannot be detected');
  });

  it('a person who ends the input at the prompt has not agreed', async () => {
    const cwd = await planned();
    const { code, stderr } = await runCli(['apply', 'plan', 'export', '--in-place'], { cwd, isTty: true, columns: 80, stdin: '' });
    expect(code).toBe(4);
    expect(stderr).toContain('nothing was changed');
  });

  it('the command that is shown works for a source that looks like an option', async () => {
    const cwd = newFolder(Object.fromEntries(Object.entries(EXPORT).map(([name, text]) => [name.replace('export/', '-export/'), text])));
    expect((await runCli(['plan', './-export', '--auth-mode', 'multi', '--out', 'plan'], { cwd })).code).toBe(0);
    const { stderr } = await runCli(['apply', 'plan', '--out', 'copy', '--', '-export'], { cwd });
    const command = /^ {2}scim-audit (.*)$/m.exec(stderr)?.[1] ?? '';
    expect((await runCli(command.split(' '), { cwd })).code).toBe(0);
  });

  const NARROW = { isTTY: true, columns: 24 };
  const PATH = 'Journal: /srv/audits of the dome/plan/runs/1/journal.jsonl';

  test('what is to be copied stays one line, and prose that reads like it does not', () => {
    expect(fitted([verbatim(PATH), '  scim-audit is a program with a long name'], NARROW)).toBe(
      `${PATH}\n  scim-audit is a\n    program with a long\n    name\n`,
    );
    expect(fitted(PATH, NARROW).split('\n').length).toBeGreaterThan(2);
  });

  test('nothing is broken where there is no terminal', () => {
    expect(fitted(['', PATH], { ...NARROW, isTTY: false })).toBe(`\n${PATH}\n`);
  });

  describe('paths', () => {
    const check = (folder: string, source: readonly string[], format: string) =>
      runCli(['check', ...source, '--auth-mode', 'multi', '--format', format], { cwd: folder });

    describe('paths in reports are relative to the working folder, however the source was typed', () => {
      it.each(['github', 'gitlab', 'sarif', 'json', 'csv'])('in %s', async (format) => {
        const folder = newFolder(BAKERY);
        mkdirSync(join(folder, 'x'));
        const sources = ['export', './export', 'x/../export', join(folder, 'export'), `${folder}/./export/`, `${folder}/x/../export`];
        const reports: string[] = [];
        for (const source of sources) reports.push((await check(folder, [source], format)).stdout);
        for (const report of reports) {
          expect(report).not.toContain(folder);
          expect(report).toBe(reports[0]);
        }
        if (format !== 'json' && format !== 'csv') expect(reports[0]).toContain('export/users.csv');
      });

      it('of files named by flag', async () => {
        const folder = newFolder(BAKERY);
        const files = [
          '--users',
          join(folder, 'export/users.csv'),
          '--groups',
          join(folder, 'export/groups.csv'),
          '--memberships',
          join(folder, 'export/memberships.csv'),
        ];
        const { snapshot } = JSON.parse((await check(folder, files, 'json')).stdout);
        expect(snapshot.inputs.map(({ path }: { path: string }) => path)).toEqual(['export/users.csv', 'export/groups.csv', 'export/memberships.csv']);
      });

      it('through a link to the working folder', async () => {
        const folder = newFolder(BAKERY);
        symlinkSync(folder, join(folder, 'link'));
        expect((await check(folder, [join(folder, 'link/export')], 'github')).stdout).not.toContain(folder);
      });

      it('but not of what lies elsewhere', async () => {
        const folder = newFolder(BAKERY);
        const elsewhere = newFolder({});
        const { stdout } = await check(elsewhere, [join(folder, 'export')], 'json');
        expect(JSON.parse(stdout).snapshot.inputs[0].path).toBe('users.csv');
      });
    });
  });
});
