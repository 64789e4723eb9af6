import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '../support/run.js';
import { temporaryFolders } from '../support/temporary.js';

const newFolder = temporaryFolders();

const BATCH = {
  'users.csv':
    'id\tuserName\tfullName\temail\tactive\n11\tACME\\\\nora\t"Nora\tnora@marsh.example\ttrue\n12\tbo@marsh.example\tBo"\tbo@marsh.example\ttrue\n13\tcy@marsh.example\tCy\\tVoss\tcy@marsh.example\tfalse\n',
  'groups.csv': 'id\tname\tproject\n5\t15" Display\t\n6\tReviewers\t\n7\tReviewers\t\n',
  'memberships.csv': 'groupId\tuserId\n5\t11\n6\t12\n',
};
/** The row of the group for which a name is suggested, without an answer yet. */
const BLANK = /^(.*set-name.*?)(?:,""){5}/m;
const WORDS = ['--auth-mode', 'saml', '--quote', 'none', '--escape', 'backslash'];

test('a plan keeps how the files are written: apply, verify and undo need not be told again', async () => {
  const cwd = newFolder(Object.fromEntries(Object.entries(BATCH).map(([name, text]) => [`export/${name}`, text])));
  const run = (...words: string[]) => runCli(words, { cwd });
  expect((await run('plan', 'export', ...WORDS, '--out', 'plan')).code).toBe(0);
  const { settings } = JSON.parse(readFileSync(join(cwd, 'plan/plan.json'), 'utf8'));
  expect(settings).toMatchObject({ quote: 'none', escape: 'backslash' });
  const applied = await run('apply', 'plan', 'export', '--in-place', '--yes');
  expect(applied.code, applied.stderr).toBe(0);
  const users = (): string => readFileSync(join(cwd, 'export/users.csv'), 'utf8');
  expect(users()).toBe(BATCH['users.csv'].replace('ACME\\\\nora', 'nora@marsh.example'));
  expect((await run('verify', 'plan', 'export')).code).toBe(0);
  const folder = /scim-audit undo (\S+)/.exec(applied.stdout)?.[1] ?? '';
  const undone = await run('undo', folder, '--yes');
  expect(undone.code, undone.stderr).toBe(0);
  expect(users()).toBe(BATCH['users.csv']);
});

test('a value that a file without quotes cannot hold is refused when the plan is made, and no plan is written', async () => {
  const cwd = newFolder({
    'users.csv': 'id,userName,email,active\n11,nora@marsh.example,nora@marsh.example,true\n12,bo@marsh.example,bo@marsh.example,false\n',
    'groups.csv': 'id,name,project\n6,Reviewers,\n7,Reviewers,\n',
    'memberships.csv': 'groupId,userId\n6,11\n',
  });
  const words = ['plan', '.', '--auth-mode', 'saml', '--quote', 'none', '--out', 'plan'];
  expect((await runCli(words, { cwd })).code).toBe(0);
  const file = join(cwd, 'plan/decisions.csv');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(BLANK, '$1,"set-name","Reviewers, second","","",""'));
  const before = readFileSync(join(cwd, 'plan/plan.json'), 'utf8');
  const { code, stderr } = await runCli(words, { cwd });
  expect(code).toBe(2);
  expect(stderr).toContain('group 7, in groups.csv: "Reviewers, second" cannot be written in a file without quotes and escapes: it holds the delimiter.');
  expect(stderr).toContain('Decisions carry over');
  expect(readFileSync(join(cwd, 'plan/plan.json'), 'utf8')).toBe(before);
});

test('a value that the encoding cannot hold is refused when the plan is made', async () => {
  const cwd = newFolder({
    'users.csv': Buffer.from('id,userName,email,active\n11,n\xf3ra@marsh.example,n\xf3ra@marsh.example,true\n12,bo,bo,false\n', 'latin1'),
    'groups.csv': 'id,name,project\n6,Reviewers,\n7,Reviewers,\n',
    'memberships.csv': 'groupId,userId\n6,11\n',
  });
  const words = ['plan', '.', '--auth-mode', 'saml', '--encoding', 'windows-1252', '--out', 'plan'];
  expect((await runCli(words, { cwd })).code).toBe(0);
  const file = join(cwd, 'plan/decisions.csv');
  writeFileSync(file, readFileSync(file, 'utf8').replace(BLANK, '$1,"set-name","Łódź","","",""'));
  const { code, stderr } = await runCli(words, { cwd });
  expect(code).toBe(2);
  expect(stderr).toContain('"Łódź" cannot be written in the encoding of the file, windows-1252');
});
