/** Rows of decisions.csv as they are asked: who the user is, actions that change something, and values that fit Jama Connect's columns. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolders } from '../support/machine.js';
import { runCli } from '../support/run.js';
import { answer, COLUMN, lineOf, placeOf, readTable, rowOf, runPlan, SOURCE, writeText } from './observatory.js';

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
  expect(problemOf(folder, 'unknown-member', '')).toMatch(/^Memberships name .* Export active and inactive users .* again, .*Accept the finding only if /);
  expect(problemOf(folder, 'unknown-sync-group', '')).toMatch(
    /^Correct the name given with --sync-group, .*did you mean "Optics"\? .*Accept the finding only if /,
  );
});

const LONG = 'x'.repeat(256);

/** Two groups of one name, and a user out of scope who holds a contested username; of both, `longest` is all that fits. */
const sourceOf = (name: string) => ({
  'export/users.csv': 'id,username,email,active,authentication type\n1,ana,ana@x.org,true,idp\n2,ana@x.org,old@x.org,false,idp\n',
  'export/groups.csv': `id,name,project\n30,${name},\n31,${name},\n`,
  'export/memberships.csv': 'groupId,userId\n',
});

it('a value that no column holds is refused with its line, and the longest that it holds is not', async () => {
  const folder = newFolder(sourceOf('Optics'));
  await runPlan(folder);
  answer(folder, [
    ['duplicate-group-name', '30', { action: 'set-name', value: LONG }],
    ['conflicting-users', '2', { action: 'set-username', value: LONG }],
  ]);
  const { code, stderr } = await runPlan(folder);
  expect(code).toBe(2);
  for (const [rule, id] of [
    ['duplicate-group-name', '30'],
    ['conflicting-users', '2'],
  ] as const) {
    expect(stderr).toContain(`${placeOf(lineOf(folder, rule, id), COLUMN.value + 1)}"${LONG.slice(0, 57)}…" has 256 characters; Jama Connect holds 255.`);
  }
  answer(folder, [
    ['duplicate-group-name', '30', { action: 'set-name', value: LONG.slice(1) }],
    ['conflicting-users', '2', { action: 'set-username', value: LONG.slice(1) }],
  ]);
  expect((await runPlan(folder)).code).toBe(0);
});

it('nothing is suggested that no column holds', async () => {
  for (const [length, suggests] of [
    [240, true],
    [255, false],
  ] as const) {
    const folder = newFolder(sourceOf('x'.repeat(length)));
    await runPlan(folder);
    const table = readTable(folder);
    const suggestions = ['30', '31'].map((id) => table[rowOf(table, 'duplicate-group-name', id)][COLUMN.suggestion]);
    expect({ length, isAny: suggestions.some((text) => text !== '') }).toEqual({ length, isAny: suggests });
  }
});

it('numbers of the summary have separators', async () => {
  const rows = Array.from({ length: 1_001 }, (_, at) => `${at + 1},u${at}@x.org,,true,idp\n`).join('');
  const folder = newFolder({
    ...sourceOf('Optics'),
    'export/users.csv': `id,username,email,active,authentication type\n${rows}9999,z@x.org,z@x.org,false,idp\n`,
  });
  await runPlan(folder);
  answer(
    folder,
    Array.from({ length: 1_001 }, (_, at) => ['missing-email', String(at + 1), { action: 'set-email', value: `u${at}@x.org` }] as const),
  );
  expect((await runPlan(folder)).stdout).toContain('1,001 emails change, 1,001 of active users');
});
