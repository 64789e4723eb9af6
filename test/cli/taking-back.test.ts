import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BAKERY } from '../support/organizations.js';
import { runCli } from '../support/run.js';
import { temporaryFolders } from '../support/temporary.js';

const newFolder = temporaryFolders();
const EXPORT = BAKERY;

/** Returns a folder in which the plan was applied, and the run's folder. */
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

it('a dry run counts what it leaves alone, and only the file that changes is named', async () => {
  const { cwd, run } = await applied('--in-place');
  const file = join(cwd, 'export/users.csv');
  writeFileSync(file, readFileSync(file, 'utf8').replace('1,rye@bakery.example', '1,rye-new'));
  const dry = await runCli(['undo', run, '--dry-run'], { cwd });
  expect(dry.stderr).toBe('scim-audit: exit 0: dry run: 3 actions would be undone, 1 action left alone because of later changes; nothing was written\n');
  expect((await runCli(['undo', run], { cwd })).stderr).toContain(`This undoes 3 actions in ${file}. It was changed since;`);
});

describe('what is not there any more is named, with what to do', () => {
  it.each([['--dry-run'], ['--yes']])('the copy of the file before the run (%s)', async (flag) => {
    const { cwd, run } = await applied('--in-place');
    const backup = resolve(cwd, run, 'backup');
    renameSync(backup, `${backup}-moved`);
    const after = readFileSync(join(cwd, 'export/users.csv'), 'utf8');
    const { code, stderr } = await runCli(['undo', run, flag], { cwd });
    expect(code).toBe(4);
    expect(stderr).toContain(`${join(backup, '1-users.csv')}, the run's copy of ${join(cwd, 'export/users.csv')} as it was before, no longer exists.`);
    expect(stderr).toContain('What to do: Nothing was changed. Put the copy back');
    expect(readFileSync(join(cwd, 'export/users.csv'), 'utf8')).toBe(after);
    renameSync(`${backup}-moved`, backup);
    expect((await runCli(['undo', run, flag], { cwd })).code).toBe(0);
  });

  it.each([['--dry-run'], ['--yes']])('the source (%s)', async (flag) => {
    const { cwd, run } = await applied('--in-place');
    renameSync(join(cwd, 'export'), join(cwd, 'moved'));
    const { code, stderr } = await runCli(['undo', run, flag], { cwd });
    expect(code).toBe(4);
    expect(stderr).toContain('3 files that the run wrote or read no longer exist.');
    expect(stderr).toContain(`${join(cwd, 'export/users.csv')}\n`);
    expect(stderr).toContain(
      `Restore them as the run left them, and run this command again. Copies from before the run are in ${resolve(cwd, run, 'backup')}.`,
    );
  });

  it.each([['--dry-run'], ['--yes']])('the copy that the run made (%s)', async (flag) => {
    const { cwd, run } = await applied('--out', 'copy');
    rmSync(join(cwd, 'copy/users.csv'));
    const { code, stderr } = await runCli(['undo', run, flag], { cwd });
    expect(code).toBe(4);
    expect(stderr).toContain(`scim-audit: exit 4: ${join(cwd, 'copy/users.csv')} no longer exists.`);
    expect(stderr).toContain('the run did not change its source');
  });
});

it.each([
  ['the same', ''],
  ['read by flag', 'flag'],
])('a copy that was taken back is told as that by the same apply (%s)', async (_, way) => {
  const { cwd, run } = await applied('--out', 'copy');
  expect((await runCli(['undo', run, '--yes'], { cwd })).code).toBe(0);
  const source = way === '' ? ['export'] : ['--users', 'export/users.csv', '--groups', 'export/groups.csv', '--memberships', 'export/memberships.csv'];
  const words = ['apply', 'plan', ...source, '--out', 'copy', '--yes'];
  const { code, stderr } = await runCli(words, { cwd });
  expect(code).toBe(4);
  expect(stderr).toMatch(
    /scim-audit: exit 4: copy is the copy that run \S+ of this plan made\. That run was undone, so the copy equals the source as it was before\.\n$/,
  );
  expect(stderr).toContain('move that copy away or name another path with --out');
  renameSync(join(cwd, 'copy'), join(cwd, 'away'));
  expect((await runCli(words, { cwd })).code).toBe(0);
});
