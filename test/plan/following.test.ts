import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCli } from '../support/run.js';
import { temporaryFolders } from '../support/temporary.js';
import { answer, runPlan, summaryOf } from './observatory.js';

const newFolder = temporaryFolders();

/** Whoever is deactivated is an inactive Basic member from then on. */
const SOURCE = {
  'export/users.csv':
    'id,username,email,active,authentication type\n1,ana,ana@x.org,true,idp\n2,ana@x.org,old.ana@x.org,true,basic\n3,gone@x.org,gone@x.org,false,idp\n',
  'export/groups.csv': 'id,name,project\n30,Optics,\n',
  'export/memberships.csv': 'groupId,userId\n30,2\n',
};
const LEADS = 'The decisions lead to 1 finding that the export does not have (1 inactive-basic-member): plan.md names it.';

it('what decisions lead to is told at once, and listed', async () => {
  const folder = newFolder(SOURCE);
  const before = await runPlan(folder);
  expect(before.stdout).not.toContain('The decisions lead to');
  expect(await summaryOf(folder)).toMatchObject({ following: [] });
  answer(folder, [['conflicting-users', '2', { action: 'deactivate' }]]);
  const { stdout } = await runPlan(folder);
  expect(stdout).toContain(`\n${LEADS}\n`);
  expect(readFileSync(join(folder, 'plan/plan.md'), 'utf8')).toContain('## What the decisions lead to: 1');
  const { following } = (await summaryOf(folder)) as unknown as { readonly following: readonly string[] };
  await runCli(['apply', 'plan/plan.json', 'export', '--out', 'corrected', '--yes'], { cwd: folder });
  const after = await runCli(['check', 'corrected', '--auth-mode', 'multi', '--format', 'json'], { cwd: folder });
  const { findings } = JSON.parse(after.stdout) as { readonly findings: readonly { readonly rule: string; readonly fingerprint: string }[] };
  expect(following).toEqual(findings.filter(({ rule }) => rule === 'inactive-basic-member').map(({ fingerprint }) => fingerprint));
  expect(following).toHaveLength(1);
});

it('a decision that takes out the last membership leaves nothing to check, as a check of the result says', async () => {
  const folder = newFolder({
    ...SOURCE,
    'export/users.csv': 'id,username,email,active,authentication type\n1,ana@x.org,ana@x.org,true,idp\n2,old,old@x.org,false,basic\n',
  });
  await runPlan(folder);
  answer(folder, [['inactive-basic-member', '2', { action: 'remove-member' }]]);
  await runPlan(folder);
  const { after } = JSON.parse(readFileSync(join(folder, 'plan/plan.json'), 'utf8'));
  await runCli(['apply', 'plan/plan.json', 'export', '--out', 'corrected', '--yes'], { cwd: folder });
  const result = await runCli(['check', 'corrected', '--auth-mode', 'multi', '--format', 'json'], { cwd: folder });
  const { summary } = JSON.parse(result.stdout);
  expect(summary.byRule).toEqual({ 'nothing-to-check': 1 });
  expect(after).toEqual({ error: summary.error, warning: summary.warning, info: summary.info });
});
