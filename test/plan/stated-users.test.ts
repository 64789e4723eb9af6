/** Rows about users: they say who the user is, and nobody is asked to make somebody what they are already. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCli } from '../support/run.js';
import { temporaryFolders } from '../support/temporary.js';
import { answer, COLUMN, readTable, rowOf, SOURCE, writeText } from './observatory.js';

const newFolder = temporaryFolders();

const folderWith = (users: readonly string[]): string =>
  newFolder({ ...SOURCE, 'export/users.csv': `id,userName,email,active,authenticationType\n${users.join('\n')}\n` });

const plan = (cwd: string, ...more: readonly string[]) => runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan', ...more], { cwd });

function problemOf(folder: string, rule: string, id: string): string {
  const table = readTable(folder);
  return table[rowOf(table, rule, id)][COLUMN.problem];
}

it('say who is decided about: username, email and state, whatever the finding is', async () => {
  const folder = folderWith([
    '20,ext1,ext1@ext.example,false,basic',
    '21,labrobot,,true,idp',
    '22,,none@x.org,true,basic',
    '23,=cmd,twice@x.org,true,idp',
    '24,old,TWICE@x.org,false,idp',
    '25,twice@x.org,twice@x.org,false,basic',
  ]);
  expect((await plan(folder)).code).toBe(0);
  expect(problemOf(folder, 'inactive-basic-member', '20')).toBe(
    'Inactive Basic user ext1 <ext1@ext.example>: The first group sync removes the user from these groups.',
  );
  expect(problemOf(folder, 'missing-email', '21')).toMatch(/^Active IdP user labrobot <no email>: /);
  expect(problemOf(folder, 'conflicting-users', '23')).toMatch(/^Active IdP user =cmd <twice@x\.org>: The username/);
  expect(problemOf(folder, 'conflicting-users', '25')).toMatch(/^Inactive Basic user twice@x\.org: The username/);
  // What a redacted plan is for is not undone by the row's own words.
  expect((await plan(folder, '--redact', '--out', 'redacted')).code).toBe(0);
  const redacted = readFileSync(join(folder, 'redacted/decisions.csv'), 'utf8');
  expect(redacted).toContain('Inactive Basic user ');
  for (const secret of ['ext1', 'labrobot', '=cmd', 'x.org']) expect(redacted).not.toContain(secret);
});

it('a decision that came true before the next export is outdated, not refused', async () => {
  const holder = '2,ana@x.org,old.ana@x.org';
  const folder = folderWith(['1,ana,ana@x.org,true,idp', `${holder},true,basic`, '9,old,old@x.org,false,basic']);
  await plan(folder);
  answer(folder, [['conflicting-users', '2', { action: 'deactivate' }]]);
  expect((await plan(folder)).code).toBe(0);
  const decided = readFileSync(join(folder, 'plan/decisions.csv'), 'utf8');
  const next = folderWith(['1,ana,ana@x.org,true,idp', `${holder},false,basic`, '9,old,old@x.org,false,basic']);
  // The plan that asked lies beside its decisions.
  await runCli(['plan', join(folder, 'export'), '--auth-mode', 'multi', '--out', 'plan'], { cwd: next });
  writeText(next, decided);
  const { code, stdout, stderr } = await plan(next, '--format', 'json');
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ outdated: 1 });
  const table = readTable(next);
  expect(table[rowOf(table, 'conflicting-users', '2')][COLUMN.action]).toBe('');
  expect(readFileSync(join(next, 'plan/decisions.outdated.csv'), 'utf8')).toContain('user 2 is inactive already');
});

it('what a better export or another name removes is told first, and only then that it can be accepted', async () => {
  const folder = newFolder({ ...SOURCE, 'export/memberships.csv': 'groupId,userId\n30,20\n30,999\n' });
  expect((await plan(folder, '--sync-group', 'Optic', '--sync-group', 'Night shift')).code).toBe(0);
  expect(problemOf(folder, 'unknown-member', '')).toMatch(/^Export again, .*can it be accepted\.$/);
  expect(problemOf(folder, 'unknown-sync-group', '')).toMatch(/^Correct the name given with --sync-group, .*did you mean "Optics"\? .*can it be accepted\.$/);
});
