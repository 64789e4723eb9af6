import { join } from 'node:path';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { paintFor } from '../../src/reporters/pretty/paint.js';
import { unpack } from '../support/fixture-pages.js';
import { temporaryFolders } from '../support/machine.js';
import { ROOT, runCli } from '../support/run.js';

const newFolder = temporaryFolders();
const transcripts = unpack('cli', newFolder());
const observatory = ['check', join(ROOT, 'fixtures/organizations/observatory'), '--auth-mode', 'multi'];
const traps = ['check', 'export', '--auth-mode', 'multi'];

const onTerminal = (args: readonly string[], columns: number, env: Readonly<Record<string, string>> = {}) =>
  runCli(args, { cwd: join(transcripts, 'not-ready'), isTty: true, columns, env: { CI: '1', ...env } });

// Colors and nothing else of what an escape character can begin.
const withoutColors = (text: string): string => text.replace(/\u001b\[\d+m/g, '');

describe('colors', () => {
  it.each([
    ['bold', '\u001b[1mDome\u001b[22m'],
    ['dim', '\u001b[2mDome\u001b[22m'],
    ['green', '\u001b[32mDome\u001b[39m'],
    ['yellow', '\u001b[33mDome\u001b[39m'],
    ['red bold', '\u001b[31m\u001b[1mDome\u001b[22m\u001b[39m'],
    ['green bold', '\u001b[32m\u001b[1mDome\u001b[22m\u001b[39m'],
    ['yellow bold', '\u001b[33m\u001b[1mDome\u001b[22m\u001b[39m'],
    ['blue bold', '\u001b[34m\u001b[1mDome\u001b[22m\u001b[39m'],
    ['yellow underline', '\u001b[33m\u001b[4mDome\u001b[24m\u001b[39m'],
  ] as const)('%s is on before a text and off after it, and neither where there are none', (look, painted) => {
    expect(paintFor(true)(look, 'Dome')).toBe(painted);
    expect(paintFor(true)(look, '')).toBe('');
    expect(paintFor(false)(look, 'Dome')).toBe('Dome');
  });
});

describe('pretty on a terminal', () => {
  it.each([60, 80, 100, 132, 200])('keeps to %i columns', async (columns) => {
    const { stdout } = await onTerminal([...observatory, '--rows', 'all'], columns);
    const wide = withoutColors(stdout)
      .split('\n')
      .filter((line) => stringWidth(line) > columns)
      // A command is there to be copied, so it is never cut.
      .filter((line) => !line.startsWith('  scim-audit '));
    expect(wide).toEqual([]);
  });

  it.each([40, 60, 80])('keeps to %i columns whatever the values are', async (columns) => {
    const long = `結城小林${'👩\u200d🍳'.repeat(9)}1\ufe0f\u20e3`.repeat(3);
    const folder = newFolder({
      'users.csv': `id,userName,email,active,authType\n1,${long},${long} ,true,idp\n2,${'x'.repeat(200)},y@x.example,true,idp\n`,
      'groups.csv': `id,name,project\n1,${'漢'.repeat(90)},\n2,${'漢'.repeat(90)} ,\n`,
      'memberships.csv': `groupId,userId\n1,${'9'.repeat(150)}\n`,
    });
    const { stdout } = await runCli(['check', '.', '--auth-mode', 'multi'], { cwd: folder, isTty: true, columns, env: { CI: '1' } });
    const lines = withoutColors(stdout).split('\n');
    expect(lines.filter((line) => stringWidth(line) > columns && !line.startsWith('  scim-audit '))).toEqual([]);
    expect(lines.filter((line) => line.includes('␠')).length).toBeGreaterThan(1);
  });

  it.each([60, 80])('shows the difference of a value also where only %i columns are left', async (columns) => {
    const { stdout } = await onTerminal([...traps, '--no-color'], columns);
    // A row of the table, or the block of a user if the columns do not fit.
    const rowOf = (id: string): string => stdout.split(/\n(?= {4}(?:id {2,})?\d+)|\n\n/).find((part) => new RegExp(`^ {4}(?:id +)?${id}\\b`).test(part)) ?? '';
    expect(rowOf('13'), 'a space at the end of the email').toContain('␠');
    expect(rowOf('15'), 'an invisible character').toContain('U+200B');
    expect(rowOf('14'), 'an accent').toContain('é');
  });

  it('stacks a table of which two columns would be cut, one user per block, with nothing cut', async () => {
    const names = ['a.one@acme-observatories.example', 'a.two@acme-observatories.example'];
    const folder = newFolder({
      'users.csv': `id,userName,email,active,authType\n1,${names[0]},${names[1]},true,idp\n2,${names[1]},${names[0]},true,idp\n`,
      'groups.csv': 'id,name\n1,A\n',
      'memberships.csv': 'groupId,userId\n1,1\n',
    });
    const { stdout } = await runCli(['check', '.', '--auth-mode', 'multi'], { cwd: folder, isTty: true, columns: 80, env: { CI: '1', NO_COLOR: '1' } });
    expect(stdout).toContain(`    id                  1\n    username            ${names[0]}\n    email               ${names[1]}\n`);
    const wide = await runCli(['check', '.', '--auth-mode', 'multi'], { cwd: folder, isTty: true, columns: 200, env: { CI: '1', NO_COLOR: '1' } });
    expect(wide.stdout).toMatch(/contested username +id +username/);
  });

  it('has colors, and the same text without them', async () => {
    const colored = await onTerminal(traps, 120);
    const plain = await onTerminal([...traps, '--no-color'], 120);
    expect(colored.stdout).toContain('\u001b[31m');
    expect(plain.stdout).not.toContain('\u001b');
    expect(withoutColors(colored.stdout)).toBe(plain.stdout);
    for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) expect((await onTerminal(traps, 120, env)).stdout).toBe(plain.stdout);
  });

  it('closes what it colors within each line', async () => {
    const { stdout } = await onTerminal(traps, 100);
    for (const line of stdout.split('\n')) {
      const codes = [...line.matchAll(/\u001b\[(\d+)m/g)].map(([, code]) => Number(code));
      const opened = codes.filter((code) => code < 20 || (code > 29 && code < 39)).length;
      expect(codes.length - opened, JSON.stringify(line)).toBe(opened);
      expect(line, 'an empty line has no colors').not.toMatch(/^(?:\u001b\[\d+m)+$/);
    }
  });

  it('elsewhere it has no colors and is not cut', async () => {
    const { stdout } = await runCli(traps, { cwd: join(transcripts, 'not-ready') });
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('night-shift@observatory.example (needed by several)');
  });
});

describe('what an export holds', () => {
  const folder = join(transcripts, 'hostile-values');
  const ACTS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

  it.each(['pretty', 'json'])('never reaches a terminal as control characters: %s', async (format) => {
    const { stdout, stderr } = await runCli(['check', 'export', '--auth-mode', 'multi', '--rows', 'all', '--format', format], { cwd: folder });
    expect(stdout).not.toMatch(ACTS);
    expect(stderr).not.toMatch(ACTS);
  });

  it('is in JSON what it is in the source', async () => {
    const { stdout } = await runCli(['check', 'export', '--auth-mode', 'multi', '--format', 'json'], { cwd: folder });
    const names = JSON.parse(stdout).findings.map(({ user }: { user?: { userName: string } }) => user?.userName);
    for (const name of ['red\u001b[31malert\u001b[0m', '\u202egnp.exe@bakery.example', 'csi\u009b31m', 'two\nlines', '__proto__'])
      expect(names).toContain(name);
  });

  it('never reaches a terminal in a refusal either', async () => {
    const { stderr, code } = await runCli(['check', '--users', 'export/groups.csv', '--sync-group', '\u001b[31m', '--auth-mode', 'saml'], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).not.toMatch(ACTS);
    const option = await runCli(['check', '\u001b[31mnowhere', '--auth-mode', '\u009bsaml'], { cwd: folder });
    expect(option.code).toBe(2);
    expect(option.stderr).not.toMatch(ACTS);
  });
});

describe('JSON', () => {
  it('is the same bytes for the same input, also from another folder', async () => {
    const first = await runCli([...observatory, '--format', 'json']);
    const second = await runCli(['check', 'observatory', '--auth-mode', 'multi', '--format', 'json'], { cwd: join(ROOT, 'fixtures/organizations') });
    expect(second.stdout).toBe(first.stdout);
  });

  it('has a fingerprint of at least 12 digits for every finding, and no two alike', async () => {
    const { findings } = JSON.parse((await runCli([...observatory, '--format', 'json'])).stdout);
    const fingerprints: string[] = findings.map(({ fingerprint }: { fingerprint: string }) => fingerprint);
    for (const [at, fingerprint] of fingerprints.entries()) expect(fingerprint).toMatch(new RegExp(`^${findings[at].rule}:[0-9a-f]{12,}$`));
    expect(new Set(fingerprints).size).toBe(fingerprints.length);
  });

  it('has the fields of the contract in their order', async () => {
    const report = JSON.parse((await runCli([...observatory, '--format', 'json'])).stdout);
    expect(Object.keys(report)).toEqual(['schemaVersion', 'tool', 'snapshot', 'settings', 'ready', 'summary', 'notChecked', 'notes', 'findings']);
    const contest = report.findings.find(({ rule }: { rule: string }) => rule === 'conflicting-users');
    expect(Object.keys(contest)).toEqual(['rule', 'severity', 'fingerprint', 'message', 'userName', 'pattern', 'resolution', 'users', 'pairCount', 'pairs']);
    expect(Object.keys(contest.users[0])).toEqual(['id', 'userName', 'email', 'active', 'authenticationType', 'needsUpdate', 'location']);
  });
});
