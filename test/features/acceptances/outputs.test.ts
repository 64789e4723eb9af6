import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { formatNames } from '../../../src/reporters/registry.js';
import { temporaryFolders } from '../../support/machine.js';
import { runCli, shell } from '../../support/run.js';
import { check, EXPORT, USERS } from './standing.js';

const makeFolder = temporaryFolders();
const IDS = formatNames('report');
const HEAD = USERS.split('\n', 1)[0];

describe('the exit code never depends on the format', () => {
  it.each([
    ['ready', EXPORT, ['--skip-rule', 'missing-email', '--skip-rule', 'invalid-email'], 0],
    ['not ready', EXPORT, [], 1],
    ['not judged', EXPORT, ['--fail-on', 'never'], 0],
    ['refused', { ...EXPORT, 'groups.csv': 'id,name\n7\n' }, [], 2],
    ['empty', { ...EXPORT, 'users.csv': `${HEAD}\n`, 'memberships.csv': 'groupId,userId\n' }, [], 3],
  ])('of a source that is %s', async (_, files, args, code) => {
    const folder = makeFolder(files);
    const seen: { readonly id: string; readonly code: number }[] = [];
    for (const id of IDS) seen.push({ id, code: (await check(folder, [...args, '--format', id, '--output', `${id}.out`])).code });
    expect(seen).toEqual(IDS.map((id) => ({ id, code })));
    expect(readdirSync(folder).filter((name) => name.endsWith('.out')).length).toBe(code < 2 ? IDS.length : 0);
  });
});

describe('the config that a verdict rests on', () => {
  it.each(IDS)('is named by %s, with each severity that it lowers', async (id) => {
    const config = JSON.stringify({ rules: { 'missing-email': 'info', 'invalid-email': 'off', 'duplicate-email': 'error' } });
    const folder = makeFolder({ ...EXPORT, 'scim-audit.config.json': config });
    const { stdout } = await check(folder, ['--format', id]);
    for (const part of ['scim-audit.config.json', 'missing-email', 'invalid-email']) expect(stdout).toContain(part);
    const text = stdout.replaceAll(/<[^>]*>|\\/g, '').replaceAll(/\s+/g, ' ');
    expect(text).toContain('lowers missing-email from error to info, turns invalid-email off');
    expect(text).not.toContain('duplicate-email from');
  });

  it('is in the JSON as data', async () => {
    const config = JSON.stringify({ rules: { 'missing-email': 'info', 'invalid-email': 'off' } });
    const { stdout } = await check(makeFolder({ ...EXPORT, 'scim-audit.config.json': config }), ['--format', 'json']);
    expect(JSON.parse(stdout).settings).toMatchObject({
      config: 'scim-audit.config.json',
      lowered: [
        { rule: 'missing-email', from: 'error', to: 'info' },
        { rule: 'invalid-email', from: 'error', to: 'off' },
      ],
    });
    expect(JSON.parse((await check(makeFolder(EXPORT), ['--format', 'json'])).stdout).settings).toMatchObject({ config: null, lowered: [] });
  });
});

describe('several reports', () => {
  it('of one run are the reports of several runs', async () => {
    const folder = makeFolder(EXPORT);
    const { code, stdout } = await check(folder, [...IDS.flatMap((id) => ['--format', id, '--output', `${id}.out`]), '--format', 'pretty']);
    expect(code).toBe(1);
    expect(stdout).toBe((await check(folder)).stdout);
    for (const id of IDS.filter((each) => each !== 'csv'))
      expect(readFileSync(join(folder, `${id}.out`), 'utf8'), id).toBe((await check(folder, ['--format', id])).stdout);
  });

  it('as CSV have the same cells in a file and on stdout; the file is for spreadsheets', async () => {
    const folder = makeFolder(EXPORT);
    const { stdout } = await check(folder, ['--format', 'csv']);
    await check(folder, ['--output', 'a.csv']);
    await check(folder, ['--output', 'b.csv', '--csv-delimiter', 'semicolon']);
    const [comma, semicolon] = ['a.csv', 'b.csv'].map((name) => readFileSync(join(folder, name), 'utf8'));
    expect(comma).toMatch(/^\ufeff"rule","severity",/);
    expect(semicolon).toMatch(/^\ufeff"rule";"severity";/);
    const cellsOf = (text: string, delimiter = ',') => parse(text, { bom: true, delimiter, record_delimiter: '\r\n' });
    expect(cellsOf(comma)).toEqual(cellsOf(stdout));
    expect(cellsOf(semicolon, ';')).toEqual(cellsOf(stdout));
  });

  it('take their format from the ending of the file, and "-" is stdout', async () => {
    const folder = makeFolder(EXPORT);
    const endings = { 'a.json': 'json', 'a.sarif': 'sarif', 'a.xml': 'junit', 'a.md': 'markdown', 'a.html': 'html', 'a.txt': 'pretty' };
    const { stdout } = await check(folder, [...Object.keys(endings).flatMap((file) => ['--output', file]), '--format', 'gitlab', '--output', '-']);
    expect(stdout).toBe((await check(folder, ['--format', 'gitlab'])).stdout);
    for (const [file, format] of Object.entries(endings))
      expect(readFileSync(join(folder, file), 'utf8'), file).toBe((await check(folder, ['--format', format])).stdout);
  });

  it('an output before its format is taken with it, unless its ending says another one', async () => {
    const folder = makeFolder(EXPORT);
    expect((await check(folder, ['--output', 'a.json', '--format', 'json'])).stdout).toBe('');
    expect((await check(folder, ['--output', 'a.out', '--format', 'json'])).stdout).toBe('');
    expect(readFileSync(join(folder, 'a.out'), 'utf8')).toBe(readFileSync(join(folder, 'a.json'), 'utf8'));
    const { code, stderr } = await check(folder, ['--output', 'b.json', '--format', 'pretty']);
    expect(code).toBe(2);
    expect(stderr).toContain('--format pretty --output b.json, or --format json --output b.json --format pretty for both');
    expect(existsSync(join(folder, 'b.json'))).toBe(false);
  });

  it.each(['report', 'report.log'])('refuses %s, of which the format is not known', async (file) => {
    const { code, stderr } = await check(makeFolder(EXPORT), ['--output', file]);
    expect(code).toBe(2);
    expect(stderr).toContain(`--format FORMAT --output ${file}`);
  });

  it.each([
    [['--output', './x.json', '--certificate', 'x.json']],
    [['--output', 'x.json', '--certificate', 'sub/../x.json']],
    [['--output', 'x.csv', '--format', 'csv', '--output', 'link/x.csv']],
  ])('refuses %j: both would be one file', async (args) => {
    const folder = makeFolder({ ...EXPORT, 'sub/x': '' });
    symlinkSync(folder, join(folder, 'link'));
    const { code, stderr } = await check(folder, args);
    expect(code).toBe(2);
    expect(stderr).toContain('would be written to');
  });

  it.each([
    [['--format', 'json', '--format', 'pretty'], 'json and pretty would both be written to stdout'],
    [['--format', 'json', '--format', 'json'], 'json and json would both be written to stdout'],
    [['--format', 'json', '--output', 'a', '--format', 'csv', '--format', 'html'], 'csv and html would both be written to stdout'],
    [['--format', 'json', '--output', 'a', '--format', 'csv', '--output', 'a'], 'Two reports would be written to a'],
    [['--format', 'json', '--output', 'a', '--format', 'csv', '--output', './a'], 'Two reports would be written to'],
    [['--format', 'yaml'], 'There is no format called "yaml"'],
  ])('are refused before anything is read: %j', async (args, says) => {
    const folder = makeFolder(EXPORT);
    const { code, stdout, stderr } = await check(folder, args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(says);
    expect(existsSync(join(folder, 'a'))).toBe(false);
  });
});

describe('an output that cannot be written', () => {
  it.each([
    ['a folder that is not there', 'nowhere/a.json', 'its folder does not exist'],
    ['below a file', 'users.csv/a.json', 'a part of the path is a file'],
    ['a folder', 'folder', 'it is a folder'],
  ])('ends with 2, and the other outputs are whole: %s', async (_, file, says) => {
    const folder = makeFolder(EXPORT);
    mkdirSync(join(folder, 'folder'));
    const outputs = [
      '--format',
      'json',
      '--output',
      'before.json',
      '--format',
      'sarif',
      '--output',
      file,
      '--format',
      'json',
      '--output',
      'after.json',
      '--format',
      'pretty',
    ];
    const { code, stdout, stderr } = await check(folder, outputs);
    expect(code).toBe(2);
    expect(stderr).toContain(says);
    expect(stdout).toBe((await check(folder)).stdout);
    const json = (await check(folder, ['--format', 'json'])).stdout;
    for (const whole of ['before.json', 'after.json']) expect(readFileSync(join(folder, whole), 'utf8')).toBe(json);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('is named, each of them', async () => {
    const folder = makeFolder(EXPORT);
    const { code, stderr } = await check(folder, [
      '--format',
      'json',
      '--output',
      'no/a',
      '--format',
      'csv',
      '--output',
      'nor/b',
      '--certificate',
      'neither/c',
    ]);
    expect(code).toBe(2);
    for (const file of ['no/a', 'nor/b', 'neither/c']) expect(stderr).toContain(`${file} cannot be written`);
  });

  it('is stdout on a full disk', () => {
    if (!existsSync('/dev/full')) return;
    const folder = makeFolder(EXPORT);
    const { code, stderr } = shell('scim-audit check . --auth-mode multi --format json > /dev/full', folder);
    expect(code).toBe(2);
    expect(stderr).toContain('stdout cannot be written: the disk is full.');
  });
});

describe('the summary of a GitHub Actions step', () => {
  const run = (folder: string, args: readonly string[], file: string) =>
    runCli(['check', '.', '--auth-mode', 'multi', ...args], { cwd: folder, env: { GITHUB_STEP_SUMMARY: file } });

  it('is added to what is there, with --format github and with no other', async () => {
    const folder = makeFolder({ ...EXPORT, 'summary.md': 'before\n' });
    const summary = join(folder, 'summary.md');
    await run(folder, ['--format', 'json'], summary);
    expect(readFileSync(summary, 'utf8')).toBe('before\n');
    expect((await run(folder, ['--format', 'github'], summary)).code).toBe(1);
    expect(readFileSync(summary, 'utf8')).toBe(`before\n${(await check(folder, ['--format', 'markdown'])).stdout}`);
  });

  it('is not written where GitHub names no file', async () => {
    expect((await run(makeFolder(EXPORT), ['--format', 'github'], '')).code).toBe(1);
  });

  it('ends with 2 where it cannot be written, and the annotations are whole', async () => {
    const folder = makeFolder(EXPORT);
    const { code, stdout, stderr } = await run(folder, ['--format', 'github'], join(folder, 'nowhere/summary.md'));
    expect(code).toBe(2);
    expect(stderr).toContain('The step summary');
    expect(stdout).toBe((await check(folder, ['--format', 'github'])).stdout);
  });

  it('never makes the file larger than GitHub takes', async () => {
    const folder = makeFolder({ ...EXPORT, 'summary.md': 'x'.repeat(1024 * 1024 - 5000) });
    const summary = join(folder, 'summary.md');
    for (let round = 0; round < 5; round++) await run(folder, ['--format', 'github'], summary);
    expect(readFileSync(summary).length).toBeLessThanOrEqual(1024 * 1024);
    expect(readFileSync(summary).length).toBeGreaterThan(1024 * 1024 - 5000);
  });
});
