import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { temporaryFolders } from '../support/machine.js';
import { BAKERY } from '../support/organizations.js';
import { runCli } from '../support/run.js';
import { bytesBelow } from '../targets/support.js';

const newFolder = temporaryFolders();
const USERS = 'id,userName,email,active,authenticationType\n1,rye,rye@bakery.example,true,idp\n2,bran,bran@bakery.example,false,basic\n';
const EXPORT = {
  'export/users.csv': USERS,
  'export/groups.csv': 'id,name,project\n7,Ovens,\n',
  'export/memberships.csv': 'groupId,userId\n7,1\n',
};
const SKIP = ['--skip-rule', 'inactive-basic-member', '--skip-rule', 'duplicate-group-name'];

async function planOf(cwd: string, ...words: readonly string[]): Promise<void> {
  const { code, stderr } = await runCli(['plan', ...words, '--auth-mode', 'multi', '--out', 'plan'], { cwd });
  expect(code, stderr).toBe(0);
}

describe('a dry run, and the question, refuse what the run refuses, in the same words', () => {
  it.each([
    ['to a copy', ['--out', 'copy']],
    ['in place', ['--in-place']],
  ])('a view, %s', async (_, mode) => {
    const cwd = newFolder();
    const database = new Sqlite(join(cwd, 'export.sqlite'));
    database.exec(`CREATE TABLE people (id INT, userName TEXT, email TEXT, active TEXT, authenticationType TEXT);
      INSERT INTO people VALUES (1, 'rye', 'rye@bakery.example', 'true', 'idp'), (2, 'bran', 'b@bakery.example', 'false', 'basic');
      CREATE VIEW users AS SELECT * FROM people`);
    database.close();
    await planOf(cwd, 'export.sqlite', ...SKIP);
    await expectSame(cwd, ['apply', 'plan', 'export.sqlite', ...mode], 'users is a view, and a view cannot be written to.');
  });

  it("a value that the file's encoding cannot hold is refused by the plan already, and what is advised works", async () => {
    const cwd = newFolder(EXPORT);
    writeFileSync(join(cwd, 'export/users.csv'), USERS.replace('rye@bakery.example', 'rye at bakery').replace('bran@', 'kl\u00efe@'), 'latin1');
    await planOf(cwd, 'export', '--encoding', 'windows-1252');
    const file = join(cwd, 'plan', 'decisions.csv');
    const answered = readFileSync(file, 'utf8').replace(/^("invalid-email:.*)(?:,""){5}$/m, '$1,"set-email","\u0142ukasz@bakery.example","","",""');
    expect(answered).toContain('\u0142ukasz');
    writeFileSync(file, answered);
    const before = bytesBelow(cwd);
    const { code, stderr } = await runCli(['plan', 'export', '--auth-mode', 'multi', '--encoding', 'windows-1252', '--out', 'plan'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('cannot be written in the encoding of the file, windows-1252');
    expect(bytesBelow(cwd)).toEqual(before);
    writeFileSync(join(cwd, 'export/users.csv'), readFileSync(join(cwd, 'export/users.csv'), 'latin1'));
    await planOf(cwd, 'export');
    expect((await runCli(['apply', 'plan', 'export', '--in-place', '--yes'], { cwd })).code).toBe(0);
  });

  /** Returns what is said; nothing is written by any of the three. */
  async function expectSame(cwd: string, words: readonly string[], reason: string): Promise<string> {
    const before = bytesBelow(cwd);
    const dry = await runCli([...words, '--dry-run'], { cwd });
    const asked = await runCli(words, { cwd, isTty: true, columns: 1000, stdin: 'yes\n' });
    expect(bytesBelow(cwd)).toEqual(before);
    const real = await runCli([...words, '--yes'], { cwd });
    expect(real.code).toBe(4);
    expect(real.stderr).toContain(reason);
    expect({ code: dry.code, stdout: dry.stdout }).toEqual({ code: 4, stdout: '' });
    expect(dry.stderr).toBe(real.stderr);
    expect(asked.code).toBe(4);
    expect(asked.stderr).not.toContain('Type yes');
    expect(asked.stderr).toContain(reason);
    return real.stderr;
  }

  it('another run that holds the lock', async () => {
    const cwd = newFolder(EXPORT);
    await planOf(cwd, 'export');
    const lock = { pid: 1, host: 'elsewhere', startedAt: '2026-03-02T07:00:00Z', command: 'scim-audit apply' };
    mkdirSync(join(cwd, 'plan/runs'));
    writeFileSync(join(cwd, 'plan/runs/.lock'), JSON.stringify(lock));
    await expectSame(cwd, ['apply', 'plan', 'export', '--in-place'], 'Another run holds the lock');
  });
});

it('only the files that change are named', async () => {
  const cwd = newFolder(EXPORT);
  await planOf(cwd, 'export');
  const dry = await runCli(['apply', 'plan', 'export', '--in-place', '--dry-run'], { cwd });
  expect(dry.stderr).toContain(`dry run: 1 action would be applied in place: ${join(cwd, 'export/users.csv')}; nothing was written`);
  const asked = await runCli(['apply', 'plan', 'export', '--in-place'], { cwd });
  expect(asked.stderr).toContain(`This applies 1 action in place: ${join(cwd, 'export/users.csv')}\n`);
});

const STALE_EXPORT = {
  'export/users.csv': 'id,userName,email,active,authenticationType\n1,rye,rye@bakery.example,true,idp\n2,bran,bran@bakery.example,false,basic\n',
  'export/groups.csv': 'id,name,project\n7,Ovens,\n',
  'export/memberships.csv': 'groupId,userId\n7,1\n',
};

it('a plan is stale where a file that it was made of is gone, as well as where one has changed', async () => {
  const cwd = newFolder(STALE_EXPORT);
  await runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan'], { cwd });
  expect((await runCli(['show', 'plan', 'export'], { cwd })).stderr).toContain('it fits the source');
  rmSync(join(cwd, 'export', 'memberships.csv'));
  const { stderr } = await runCli(['show', 'plan', 'export'], { cwd });
  expect(stderr).toContain('Changed since: memberships.csv (memberships)');
});

it('a preview says where memberships name whom the export lacks', async () => {
  const cwd = newFolder({
    ...STALE_EXPORT,
    'export/memberships.csv': 'groupId,userId\n7,1\n7,99\n',
    'okta.csv': 'id,login,email,status\na,rye@bakery.example,rye@bakery.example,ACTIVE\n',
  });
  const { code, stdout } = await runCli(['preview', 'export', '--auth-mode', 'multi', '--idp', 'okta', '--idp-users', 'okta.csv'], { cwd });
  expect(code).toBe(0);
  expect(stdout.replace(/\s+/g, ' ')).toContain('The export is incomplete: 1 membership names a user or group that it lacks.');
});

describe('undo', () => {
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
    expect((await runCli(['undo', run], { cwd })).stderr).toContain(`This undoes 3 actions in ${file}. Some of it has changed since the run;`);
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
});
