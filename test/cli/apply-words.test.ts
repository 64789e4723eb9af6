import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../support/run.js';
import { temporaryFolders } from '../support/temporary.js';

const newFolder = temporaryFolders();
const EXPORT = {
  'export/users.csv': [
    'id,userName,email,active,authenticationType',
    '1,rye,rye@bakery.example,true,idp',
    '2,spelt@bakery.example,oat@bakery.example,true,idp',
    '3,oat@bakery.example,spelt@bakery.example,true,idp',
    '4,bran,bran@bakery.example,false,basic',
    '',
  ].join('\n'),
  'export/groups.csv': 'id,name,project\n7,Ovens,\n',
  'export/memberships.csv': 'groupId,userId\n7,1\n7,4\n',
};

/** Yields a folder with an export and its plan; every suggestion is taken where that is asked for. */
async function planned(isDecided = false): Promise<string> {
  const cwd = newFolder(EXPORT);
  const plan = ['plan', 'export', '--auth-mode', 'multi', '--out', 'plan'];
  expect((await runCli(plan, { cwd })).code).toBe(0);
  if (!isDecided) return cwd;
  const file = join(cwd, 'plan/decisions.csv');
  writeFileSync(file, readFileSync(file, 'utf8').replace(',remove-member,,,,,', ',remove-member,remove-member,,,,'));
  expect((await runCli(plan, { cwd })).code).toBe(0);
  return cwd;
}

describe('words that are wrong are no refusal of a plan', () => {
  it.each([
    ['no source', ['apply', 'plan', '--out', 'copy'], 'No source was given.'],
    ['a source that is not there', ['apply', 'plan', 'nowhere', '--out', 'copy'], 'nowhere: there is no such file or folder.'],
    ['a plan that is not there', ['apply', 'nowhere', 'export', '--out', 'copy'], 'nowhere'],
    ['a folder for the copy that is not there', ['apply', 'plan', 'export', '--out', 'no/where', '--yes'], 'does not exist'],
    ['a run that is not there', ['undo', 'nowhere'], 'nowhere: there is no such folder.'],
    ['a folder that is no run', ['undo', 'export'], 'export is no folder of a run.'],
    ['runs of a folder that is not there', ['runs', 'nowhere'], 'nowhere: there is no such folder.'],
    ['runs of an export', ['runs', 'export'], 'export holds no plan, and no runs of one.'],
  ])('%s', async (_, args, says) => {
    const cwd = await planned();
    const { code, stdout, stderr } = await runCli(args, { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(says);
    expect(stderr).toContain('What to do: ');
  });
});

describe('a plan that is applied', () => {
  it('says what it came to, and what comes next', async () => {
    const cwd = await planned(true);
    const { code, stdout } = await runCli(['apply', 'plan', 'export', '--out', 'a copy', '--yes'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('Applied 5 actions: 3 values changed, 1 membership ended.\n');
    expect(stdout).toContain("scim-audit verify plan 'a copy'\n");
    expect((await runCli(['verify', 'plan', 'a copy'], { cwd })).stderr).toContain('as planned: 4 changes landed');
  });

  it('is shown as applied, and not as stale', async () => {
    const cwd = await planned();
    await runCli(['apply', 'plan', 'export', '--in-place', '--yes'], { cwd });
    const applied = await runCli(['show', 'plan', 'export'], { cwd });
    expect(applied.stderr).toMatch(/run \d+T\d+Z-\w+ applied it to this source/);
    expect(applied.stderr).not.toContain('stale');
    writeFileSync(join(cwd, 'export/users.csv'), `${readFileSync(join(cwd, 'export/users.csv'), 'utf8')}9,new,new@bakery.example,true,idp\n`);
    expect((await runCli(['show', 'plan', 'export'], { cwd })).stderr).toContain('Warning: the plan is stale');
  });

  it('needs nobody to agree where it has no actions', async () => {
    const cwd = await planned();
    await runCli(['apply', 'plan', 'export', '--out', 'clean', '--yes'], { cwd });
    await runCli(['plan', 'clean', '--auth-mode', 'multi', '--out', 'second'], { cwd });
    const inPlace = await runCli(['apply', 'second', 'clean', '--in-place'], { cwd });
    expect(inPlace).toMatchObject({ code: 0, stdout: '' });
    expect(inPlace.stderr).toContain('nothing to apply: the plan has no actions');
    expect((await runCli(['apply', 'second', 'clean', '--out', 'copy'], { cwd })).code).toBe(0);
    expect(readFileSync(join(cwd, 'copy/users.csv'), 'utf8')).toBe(readFileSync(join(cwd, 'clean/users.csv'), 'utf8'));
  });
});

it('consent tells the dangerous part first, and temporary usernames where usernames are told', async () => {
  const cwd = await planned(true);
  const { code, stderr } = await runCli(['apply', 'plan', 'export', '--in-place'], { cwd });
  expect(code).toBe(4);
  const [first, second, third] = stderr.split('\n');
  expect(first).toMatch(/^This applies 5 actions in place: /);
  expect(second).toBe('  1 membership ends: access that came with the group is lost');
  expect(third).toBe('  3 usernames change, 1 of them by way of a temporary one: whoever signs in with the old one must be told');
});

it('verify says what to do about each kind of difference', async () => {
  const cwd = await planned();
  const { code, stdout } = await runCli(['verify', 'plan', 'export'], { cwd });
  expect(code).toBe(1);
  expect(stdout).toContain('What to do\n  what is missing: apply the plan');
  expect(stdout).not.toContain('what changed otherwise');
});

it('a row of decisions says whom it is about', async () => {
  const cwd = newFolder({ ...EXPORT, 'export/users.csv': `${EXPORT['export/users.csv']}5,miller,,true,idp\n6,,nobody,true,idp\n` });
  await runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan'], { cwd });
  const text = readFileSync(join(cwd, 'plan/decisions.csv'), 'utf8');
  expect(text).toContain(',missing-email,user,5,,"miller, active IdP: The user is in scope and has no email."');
  expect(text).toContain(',user,4,Ovens,"bran <bran@bakery.example>, inactive Basic: The first group sync removes');
  expect(text).toContain(',invalid-email,user,6,nobody,"(no username) <nobody>, active IdP: ');
});

it('an email that is left out is asked for', async () => {
  const cwd = newFolder({ ...EXPORT, 'export/users.csv': `${EXPORT['export/users.csv']}5,miller,,true,idp\n` });
  const plan = ['plan', 'export', '--auth-mode', 'multi', '--out', 'plan'];
  await runCli(plan, { cwd });
  const file = join(cwd, 'plan/decisions.csv');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/(,missing-email,.*?has no email\.",[^,]*),,/, '$1,set-email,'));
  const { code, stderr } = await runCli(plan, { cwd });
  expect({ code, says: stderr.includes('set-email needs a value.') }).toEqual({ code: 2, says: true });
});
