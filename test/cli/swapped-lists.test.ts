import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { planText } from '../plan/planning.js';
import { runCli } from '../support/run.js';
import { temporaryFolders } from '../support/temporary.js';

const newFolder = temporaryFolders();
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
