import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
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
  'export/memberships.csv': 'groupId,userId\n7,1\n',
};

/** Yields a folder in which the plan was applied, and the run's folder. */
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
