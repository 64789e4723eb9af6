import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { fitted, verbatim } from '../../src/cli/wrap-terminal-text.js';
import { temporaryFolders } from '../support/machine.js';
import { BAKERY } from '../support/organizations.js';
import { runCli } from '../support/run.js';

const newFolder = temporaryFolders();
const EXPORT = { ...BAKERY, 'export/memberships.csv': 'groupId,userId\n7,1\n7,4\n' };

/** Returns a folder with an export and its plan. */
async function planned(): Promise<string> {
  const cwd = newFolder(EXPORT);
  expect((await runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan'], { cwd })).code).toBe(0);
  return cwd;
}

describe('words that are wrong are no refusal of a plan', () => {
  it.each([
    ['no source', ['apply', 'plan', '--out', 'copy'], 'No source was given.'],
    ['a source that is not there', ['apply', 'plan', 'nowhere', '--out', 'copy'], 'nowhere: the file or folder does not exist.'],
    ['a plan that is not there', ['apply', 'nowhere', 'export', '--out', 'copy'], 'nowhere'],
    ['a folder for the copy that is not there', ['apply', 'plan', 'export', '--out', 'no/where', '--yes'], 'does not exist'],
    ['a run that is not there', ['undo', 'nowhere'], 'nowhere does not exist.'],
    ['a folder that is no run', ['undo', 'export'], 'export is not the folder of a run.'],
    ['runs of a folder that is not there', ['runs', 'nowhere'], 'nowhere does not exist.'],
    ['runs of an export', ['runs', 'export'], 'export: there is no plan in it.'],
  ])('%s', async (_, args, says) => {
    const cwd = await planned();
    const { code, stdout, stderr } = await runCli(args, { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(says);
    expect(stderr).toContain('What to do: ');
  });
});

it('a plan without actions needs nobody to agree', async () => {
  const cwd = await planned();
  await runCli(['apply', 'plan', 'export', '--out', 'clean', '--yes'], { cwd });
  await runCli(['plan', 'clean', '--auth-mode', 'multi', '--out', 'second'], { cwd });
  const inPlace = await runCli(['apply', 'second', 'clean', '--in-place'], { cwd });
  expect(inPlace).toMatchObject({ code: 0, stdout: '' });
  expect(inPlace.stderr).toContain('nothing to apply: the plan has no actions');
  expect((await runCli(['apply', 'second', 'clean', '--out', 'copy'], { cwd })).code).toBe(0);
  expect(readFileSync(join(cwd, 'copy/users.csv'), 'utf8')).toBe(readFileSync(join(cwd, 'clean/users.csv'), 'utf8'));
});

it('verify refuses to tell of memberships that the export does not have', async () => {
  const cwd = await planned();
  const file = join(cwd, 'plan/decisions.csv');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"remove-member","","",', '"remove-member","remove-member","",'));
  await runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan'], { cwd });
  await runCli(['apply', 'plan', 'export', '--out', 'copy', '--yes'], { cwd });
  expect((await runCli(['verify', 'plan', 'copy'], { cwd })).code).toBe(0);
  rmSync(join(cwd, 'copy/memberships.csv'));
  const { code, stderr } = await runCli(['verify', 'plan', 'copy'], { cwd });
  expect(code).toBe(2);
  expect(stderr).toContain('The plan changes memberships, and this export has none');
});

it('verify does not say that nothing else changed where it could not look', async () => {
  const cwd = await planned();
  await runCli(['apply', 'plan', 'export', '--out', 'copy', '--yes'], { cwd });
  expect((await runCli(['verify', 'plan', 'copy'], { cwd })).stderr).toContain('no other user, group or membership changed');
  const without = ['verify', 'plan', '--users', 'copy/users.csv', '--groups', 'copy/groups.csv'];
  const unseen = await runCli(without, { cwd });
  expect(unseen.stdout).toContain('Memberships that the plan does not name were not compared: this export has none.');
  expect(unseen.stderr).toContain('no other user or group changed');
  expect(JSON.parse((await runCli([...without, '--format', 'json'], { cwd })).stdout)).toMatchObject({ asPlanned: true, membershipsCompared: false });
  writeFileSync(join(cwd, 'plan/baseline.jsonl'), 'broken');
  const { stdout, stderr } = await runCli(['verify', 'plan', 'copy'], { cwd });
  expect(stdout).toContain('baseline.jsonl is missing or damaged');
  expect(stderr).toContain('other changes cannot be detected');
});

it('whoever ends the input at the prompt has not agreed', async () => {
  const cwd = await planned();
  const { code, stderr } = await runCli(['apply', 'plan', 'export', '--in-place'], { cwd, isTty: true, columns: 80, stdin: '' });
  expect(code).toBe(4);
  expect(stderr).toContain('nothing was changed');
});

it('the command that is shown works for a source that looks like an option', async () => {
  const cwd = newFolder(Object.fromEntries(Object.entries(EXPORT).map(([name, text]) => [name.replace('export/', '-export/'), text])));
  expect((await runCli(['plan', './-export', '--auth-mode', 'multi', '--out', 'plan'], { cwd })).code).toBe(0);
  const { stderr } = await runCli(['apply', 'plan', '--out', 'copy', '--', '-export'], { cwd });
  const command = /^ {2}scim-audit (.*)$/m.exec(stderr)?.[1] ?? '';
  expect((await runCli(command.split(' '), { cwd })).code).toBe(0);
});

const NARROW = { isTTY: true, columns: 24 };
const PATH = 'Journal: /srv/audits of the dome/plan/runs/1/journal.jsonl';

test('what is to be copied stays one line, and prose that reads like it does not', () => {
  expect(fitted([verbatim(PATH), '  scim-audit is a program with a long name'], NARROW)).toBe(
    `${PATH}\n  scim-audit is a\n    program with a long\n    name\n`,
  );
  expect(fitted(PATH, NARROW).split('\n').length).toBeGreaterThan(2);
});

test('nothing is broken where there is no terminal', () => {
  expect(fitted(['', PATH], { ...NARROW, isTTY: false })).toBe(`\n${PATH}\n`);
});

describe('paths', () => {
  const check = (folder: string, source: readonly string[], format: string) =>
    runCli(['check', ...source, '--auth-mode', 'multi', '--format', format], { cwd: folder });

  describe('paths in reports are relative to the working folder, however the source was typed', () => {
    it.each(['github', 'gitlab', 'sarif', 'json', 'csv'])('in %s', async (format) => {
      const folder = newFolder(BAKERY);
      mkdirSync(join(folder, 'x'));
      const sources = ['export', './export', 'x/../export', join(folder, 'export'), `${folder}/./export/`, `${folder}/x/../export`];
      const reports: string[] = [];
      for (const source of sources) reports.push((await check(folder, [source], format)).stdout);
      for (const report of reports) {
        expect(report).not.toContain(folder);
        expect(report).toBe(reports[0]);
      }
      if (format !== 'json' && format !== 'csv') expect(reports[0]).toContain('export/users.csv');
    });

    it('of files named by flag', async () => {
      const folder = newFolder(BAKERY);
      const files = [
        '--users',
        join(folder, 'export/users.csv'),
        '--groups',
        join(folder, 'export/groups.csv'),
        '--memberships',
        join(folder, 'export/memberships.csv'),
      ];
      const { snapshot } = JSON.parse((await check(folder, files, 'json')).stdout);
      expect(snapshot.inputs.map(({ path }: { path: string }) => path)).toEqual(['export/users.csv', 'export/groups.csv', 'export/memberships.csv']);
    });

    it('through a link to the working folder', async () => {
      const folder = newFolder(BAKERY);
      symlinkSync(folder, join(folder, 'link'));
      expect((await check(folder, [join(folder, 'link/export')], 'github')).stdout).not.toContain(folder);
    });

    it('but not of what lies elsewhere', async () => {
      const folder = newFolder(BAKERY);
      const elsewhere = newFolder({});
      const { stdout } = await check(elsewhere, [join(folder, 'export')], 'json');
      expect(JSON.parse(stdout).snapshot.inputs[0].path).toBe('users.csv');
    });
  });
});
