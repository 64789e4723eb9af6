import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCli } from '../support/run.js';
import { temporaryFolders } from '../support/temporary.js';

const newFolder = temporaryFolders();
const HEAD = 'id,userName,email,active,authenticationType\n';
const GROUPS = 'id,name,project\n10,Bakers,\n';

/** A preview that is saved, and the export of after a sync that emptied a group. */
async function emptied(): Promise<string> {
  const users = `${HEAD}1,ana@bakery.example,ana@bakery.example,true,idp\n2,gone@bakery.example,gone@bakery.example,false,basic\n`;
  const cwd = newFolder({
    'before/users.csv': users,
    'before/groups.csv': GROUPS,
    'before/memberships.csv': 'groupId,userId\n10,1\n',
    'after/users.csv': users,
    'after/groups.csv': GROUPS,
    'after/memberships.csv': 'groupId,userId\n',
    'okta.csv': 'login,email,status\nana@bakery.example,ana@bakery.example,ACTIVE\n',
    'groups.csv': 'id,name,description,type\ng1,Bakers,,OKTA_GROUP\n',
  });
  const words = [
    '--auth-mode',
    'multi',
    '--idp',
    'okta',
    '--idp-users',
    'okta.csv',
    '--idp-groups',
    'groups.csv',
    '--format',
    'json',
    '--output',
    'preview.json',
  ];
  expect((await runCli(['preview', 'before', ...words], { cwd })).code).toBe(0);
  return cwd;
}

it('names a lost membership, and a plan gives it back', async () => {
  const cwd = await emptied();
  const { code, stdout } = await runCli(['reconcile', 'preview.json', 'after', '--restore', 'restore.csv', '--plan', 'back'], { cwd });
  expect(code).toBe(1);
  expect(stdout).toContain('Memberships that were lost (1)');
  expect(readFileSync(join(cwd, 'restore.csv'), 'utf8')).toContain('"10","Bakers","1","ana@bakery.example"');
  expect(statSync(join(cwd, 'restore.csv')).mode & 0o777).toBe(0o600);
  expect((await runCli(['apply', 'back', 'after', '--out', 'fixed', '--yes'], { cwd })).code).toBe(0);
  expect(readFileSync(join(cwd, 'fixed/memberships.csv'), 'utf8')).toBe('groupId,userId\n10,1\n');
});

it.each(['after/users.csv', 'preview.json'])('never writes over what it reads: %s', async (file) => {
  const cwd = await emptied();
  const before = readFileSync(join(cwd, file), 'utf8');
  for (const option of ['--restore', '--output']) {
    const { code, stderr } = await runCli(['reconcile', 'preview.json', 'after', option, file, ...(option === '--output' ? ['--format', 'csv'] : [])], { cwd });
    expect(code, stderr).toBe(2);
    expect(readFileSync(join(cwd, file), 'utf8')).toBe(before);
  }
});

it('refuses a redacted preview, and one of another organization', async () => {
  const cwd = await emptied();
  const words = ['--auth-mode', 'multi', '--idp', 'okta', '--idp-users', 'okta.csv', '--format', 'json', '--output', 'hidden.json', '--redact'];
  await runCli(['preview', 'before', ...words], { cwd });
  expect(await runCli(['reconcile', 'hidden.json', 'after'], { cwd })).toMatchObject({ code: 2, stderr: expect.stringMatching(/redacted preview/) });
  const other = newFolder({
    'users.csv': `${HEAD}7,zoe@dome.example,zoe@dome.example,true,idp\n`,
    'groups.csv': GROUPS,
    'memberships.csv': 'groupId,userId\n',
  });
  expect(await runCli(['reconcile', 'preview.json', other], { cwd })).toMatchObject({ code: 2, stderr: expect.stringMatching(/another organization/) });
});
