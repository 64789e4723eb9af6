/** What a check could not see: what a person may answer for, and what stays an error. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NODE_DIGESTS } from '../../../src/app/node-digests.js';
import { parsePlan } from '../../../src/plan/plan-file.js';
import { answer, COLUMN, readTable, rowOf } from '../../plan/observatory.js';
import { temporaryFolders } from '../../support/machine.js';
import { type CliResult, runCli } from '../../support/run.js';

const newFolder = temporaryFolders();

const HEAD = 'id,userName,email,active,authenticationType\n';
const BASIC = `${HEAD}1,alice,a@x.example,true,basic\n2,old,old@x.example,false,basic\n`;
const CLEAN = `${HEAD}1,a@x.example,a@x.example,true,idp\n2,old,old@x.example,false,basic\n`;

const folderOf = (users: string, groups = '1,Crew,\n', memberships = '1,1\n'): string =>
  newFolder({ 'export/users.csv': users, 'export/groups.csv': `id,name,project\n${groups}`, 'export/memberships.csv': `groupId,userId\n${memberships}` });

const run = (folder: string, command: string, ...more: readonly string[]): Promise<CliResult> =>
  runCli([command, 'export', '--auth-mode', 'multi', ...more], { cwd: folder });

const planned = (folder: string) => parsePlan(readFileSync(join(folder, 'plan/plan.json'), 'utf8'), 'plan.json', NODE_DIGESTS);

/** Plans, accepts the finding of a rule about the export as a whole, plans again, and checks with that decision. */
async function accepting(folder: string, rule: string): Promise<CliResult> {
  expect((await run(folder, 'plan', '--out', 'plan')).code).toBe(0);
  expect(planned(folder).open.filter((fingerprint) => fingerprint.startsWith(`${rule}:`))).toHaveLength(1);
  answer(folder, [[rule, '', { action: 'accept', reason: 'it is so', owner: 'Cleo' }]]);
  const { code, stderr } = await run(folder, 'plan', '--out', 'plan');
  expect(code, stderr).toBe(0);
  expect(planned(folder).open).toEqual([]);
  return run(folder, 'check', '--decisions', 'plan/decisions.csv');
}

describe('accepted by a person, it no longer counts', () => {
  it.each([
    ['nothing-to-check', folderOf(CLEAN, '', '')],
    ['nothing-to-check', folderOf(CLEAN, '1,Crew,Comet\n')],
    ['nothing-to-check', folderOf(CLEAN, '1,Crew,\n', '')],
    ['damaged-text', folderOf(CLEAN, '1,Pr?fer,\n')],
    ['damaged-text', folderOf(CLEAN.replace('2,old', '2,\ufffdld'))],
    ['row-limit', folderOf(HEAD + Array.from({ length: 200 }, (_, at) => `${at},u${at}@x.example,u${at}@x.example,${at < 199},idp\n`).join(''))],
  ])('%s', async (rule, folder) => {
    const { code, stdout } = await accepting(folder, rule);
    expect(code, stdout).toBe(0);
    expect(stdout).toContain('1 accepted');
  });
});

describe('that nobody is in scope', () => {
  it('is open, asks nothing, and cannot be accepted', async () => {
    const folder = folderOf(BASIC);
    expect((await run(folder, 'plan', '--out', 'plan')).code).toBe(0);
    const [fingerprint, ...others] = planned(folder).open;
    expect(fingerprint).toMatch(/^nothing-to-check:/);
    expect(others).toEqual([]);
    const table = readTable(folder);
    expect(table).toHaveLength(1);
    expect(readFileSync(join(folder, 'plan/plan.md'), 'utf8')).toContain('No decision settles it');
    const row = [fingerprint, 'nothing-to-check', 'snapshot', '', '', '', '', 'accept', '', 'it is so', 'Cleo', ''];
    const file = newFolder({ 'decisions.csv': `${table[0]?.join(',')}\n${row.join(',')}\n` });
    const { code, stderr } = await run(folder, 'check', '--decisions', join(file, 'decisions.csv'));
    expect(code).toBe(2);
    expect(stderr).toContain('"accept" is not possible here; leave it blank');
  });

  it('is no error if no rule about usernames or emails is checked', async () => {
    const rules = ['username-email-mismatch', 'conflicting-users', 'missing-email', 'invalid-email', 'duplicate-email', 'duplicate-username'];
    const { code, stdout } = await run(folderOf(BASIC), 'check', ...rules.flatMap((rule) => ['--skip-rule', rule]));
    expect(code).toBe(0);
    expect(stdout).toContain('No user is in scope: no findings');
  });
});

describe('a source without users', () => {
  it('is not ready, whatever is allowed, and no finding', async () => {
    const folder = folderOf(HEAD, '', '');
    const { code, stdout } = await run(folder, 'check', '--allow-empty', '--format', 'json', '--certificate', 'certificate.json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ready: false, findings: [], notes: expect.arrayContaining([expect.stringMatching(/^Nothing was checked/)]) });
    expect(JSON.parse(readFileSync(join(folder, 'certificate.json'), 'utf8'))).toMatchObject({ ready: false });
    expect((await runCli(['gate', 'certificate.json', 'export'], { cwd: folder })).code).toBe(1);
  });
});

describe('damaged text', () => {
  it('is not told in clear if it is redacted', async () => {
    const folder = folderOf(`${HEAD}1,k.l?hr@x.example,k.l?hr@x.example,true,idp\n2,old,old@x.example,false,basic\n`, '1,K?chin,\n');
    for (const format of ['pretty', 'json', 'sarif', 'junit', 'github', 'gitlab', 'markdown', 'html', 'csv']) {
      const { stdout } = await run(folder, 'check', '--redact', '--format', format);
      expect(stdout, format).toContain('damaged-text');
      expect(stdout, format).not.toMatch(/l\?hr|K\?chin/);
    }
  });

  it('is as lost in a redacted copy', async () => {
    const folder = folderOf(`${HEAD}1,k.l?hr@x.example,k.l?hr@x.example,true,idp\n2,old,\ufffdld@x.example,false,basic\n`, '1,K?chin,\n');
    expect((await runCli(['redact', 'export', '--out', 'copy'], { cwd: folder })).code).toBe(0);
    const { stdout } = await runCli(['check', 'copy', '--auth-mode', 'multi', '--format', 'json'], { cwd: folder });
    expect(JSON.parse(stdout).findings).toMatchObject([{ rule: 'damaged-text', severity: 'error', count: 4 }]);
  });

  it('that a decision would bring in is refused', async () => {
    const folder = folderOf(CLEAN.replace('1,a@x.example,a@x.example', '1,alice,'));
    await run(folder, 'plan', '--out', 'plan');
    answer(folder, [['missing-email', '1', { action: 'set-email', value: 'm?ller@x.example' }]]);
    const { code, stderr } = await run(folder, 'plan', '--out', 'plan');
    expect(code).toBe(2);
    expect(stderr).toContain('damaged-text');
  });

  it('is settled by a decision that corrects it', async () => {
    const folder = folderOf(CLEAN, '1,Pr?fer,\n2,Pr?fer,\n');
    await run(folder, 'plan', '--out', 'plan');
    answer(folder, [
      ['duplicate-group-name', '1', { action: 'set-name', value: 'Prüfer' }],
      ['duplicate-group-name', '2', { action: 'set-name', value: 'Prüferinnen' }],
    ]);
    const { code, stderr } = await run(folder, 'plan', '--out', 'plan');
    expect(code, stderr).toBe(0);
    expect(planned(folder)).toMatchObject({ open: [], after: { error: 0, warning: 0 } });
    const table = readTable(folder);
    expect(table[rowOf(table, 'damaged-text', '')][COLUMN.problem]).toContain('PowerShell');
  });
});
