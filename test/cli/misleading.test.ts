import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planText } from '../plan/planning.js';
import { wordsOfCommand } from '../support/fixture-pages.js';
import { temporaryFolders } from '../support/machine.js';
import { runCli } from '../support/run.js';

const newFolder = temporaryFolders();
const USERS = 'id,userName,email,active,authType\n1,mira@bakery.example,mira@bakery.example,true,idp\n2,otto@bakery.example,otto@bakery.example,false,basic\n';
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
