import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { NODE_DIGESTS } from '../../../src/app/node-digests.js';
import { parsePlan } from '../../../src/plan/plan-file.js';
import { formatNames } from '../../../src/reporters/registry.js';
import { answer, COLUMN, readTable, rowOf } from '../../plan/planning.js';
import { temporaryFolders } from '../../support/machine.js';
import { type CliResult, runCli, shell } from '../../support/run.js';
import { ACCEPTED, answering, askDecisions, check, checkJson, EXPORT, USERS, writeDecisions } from './standing.js';

const makeFolder = temporaryFolders();
const AGAINST = ['--baseline', 'baseline.json'];
const FIXED = USERS.replace('2,robot,,', '2,robot@dome.example,robot@dome.example,');
const REGRESSED = `${USERS}8,hal,,true,idp\n`;

/** Returns a folder with an export and the report of it as it was. */
async function known(files: Readonly<Record<string, string>> = EXPORT): Promise<string> {
  const folder = makeFolder(files);
  await check(folder, ['--format', 'json', '--output', 'baseline.json']);
  return folder;
}

const put = (folder: string, users: string): void => writeFileSync(join(folder, 'users.csv'), users);

describe('check --baseline', () => {
  it('shows what was known, and does not count it', async () => {
    const folder = await known();
    const { code, report } = await checkJson(folder, AGAINST);
    expect(code).toBe(0);
    expect(report.summary).toEqual({ error: 0, warning: 0, info: 0, accepted: 0, known: 2, byRule: {} });
    expect(report.fixed).toEqual([]);
    expect(report.findings).toHaveLength(2);
    for (const { accepted } of report.findings) expect(accepted).toMatchObject({ isKnown: true, reason: 'in the baseline baseline.json' });
  });

  it('counts what is new, and lists what is gone', async () => {
    const folder = await known();
    const before = (await checkJson(folder)).report;
    put(folder, REGRESSED);
    const regressed = await checkJson(folder, AGAINST);
    expect({ code: regressed.code, summary: regressed.report.summary }).toMatchObject({
      code: 1,
      summary: { error: 1, known: 2, byRule: { 'missing-email': 1 } },
    });
    put(folder, FIXED);
    const fixed = await checkJson(folder, AGAINST);
    expect({ code: fixed.code, known: fixed.report.summary.known, fixed: fixed.report.fixed }).toEqual({
      code: 0,
      known: 1,
      fixed: before.findings.filter(({ rule }) => rule === 'missing-email').map(({ fingerprint }) => fingerprint),
    });
  });

  it('never lets a real fix make room for a real regression, not even of one rule', async () => {
    const folder = await known();
    put(folder, `${FIXED}8,hal,,true,idp\n`);
    const { code, report } = await checkJson(folder, AGAINST);
    expect(code).toBe(1);
    expect(report.summary).toMatchObject({ error: 1, known: 1 });
    expect(report.fixed).toHaveLength(1);
  });

  it('knows a finding again after its row moved, and not after its values changed', async () => {
    const folder = await known();
    const [head, ...rows] = USERS.trimEnd().split('\n');
    put(folder, `${[head, ...rows.reverse()].join('\n')}\n`);
    expect((await checkJson(folder, AGAINST)).report.summary).toMatchObject({ error: 0, known: 2 });
    put(folder, USERS.replace('cleo at dome,true', 'cleo at home,true'));
    expect((await checkJson(folder, AGAINST)).code).toBe(1);
  });

  it('is nothing but the counts where nothing was found then or now', async () => {
    const clean = { ...EXPORT, 'users.csv': FIXED.replaceAll('cleo at dome', 'cleo@dome.example') };
    const { code, report } = await checkJson(await known(clean), AGAINST);
    expect({ code, known: report.summary.known, fixed: report.fixed }).toEqual({ code: 0, known: 0, fixed: [] });
  });

  it.each(formatNames('report'))('shows known findings in %s, and the exit code is the same', async (format) => {
    const folder = await known();
    put(folder, REGRESSED);
    const { code, stdout, stderr } = await check(folder, [...AGAINST, '--format', format]);
    expect(code).toBe(1);
    expect(stderr).toContain('1 error, 2 known from the baseline');
    if (format !== 'gitlab') expect(stdout).toMatch(/known|baseline/i);
  });

  it.each(['pretty', 'markdown'])('what is new is not among the rows that %s leaves out', async (format) => {
    const many = USERS + Array.from({ length: 60 }, (_, at) => `${at + 20},robot${at},,true,idp\n`).join('');
    const folder = await known({ ...EXPORT, 'users.csv': many });
    put(folder, `${many}90,hal,,true,idp\n`);
    const { stdout } = await check(folder, [...AGAINST, '--format', format]);
    expect(stdout).toMatch(/… and 5\d more|… and 1\d more/);
    expect(stdout).toMatch(/\bhal\b/);
  });

  it.each(['pretty', 'json', 'markdown', 'html'])('lists what is fixed in %s', async (format) => {
    const folder = await known();
    put(folder, FIXED);
    expect((await check(folder, [...AGAINST, '--format', format])).stdout).toMatch(/fixed/i);
  });

  it.each(['pretty', 'markdown', 'html'])('calls nothing ready in %s while known findings are there', async (format) => {
    const folder = await known();
    const { code, stdout, stderr } = await check(folder, [...AGAINST, '--format', format]);
    expect(code).toBe(0);
    expect(stderr).toContain('exit 0: No new findings: 2 known ones are still there');
    expect(stdout).toContain('No new findings: 2 known ones are still there');
    expect(stdout).not.toMatch(/Ready for SCIM|Nothing to clean|✔ No new/);
    if (format === 'pretty') expect(stdout).toMatch(/^▲ No new findings[\s\S]*\nNext\n {2}scim-audit plan \. /);
  });

  it('calls what is known by that name in a page and in a ticket, where nobody accepted it', async () => {
    const folder = await known();
    const { stdout: page } = await check(folder, [...AGAINST, '--format', 'html']);
    expect(page.match(/<tbody data-s="known">/g)).toHaveLength(2);
    expect(page).toContain('<input type="checkbox" value="known" checked>');
    expect(page).toContain('<b class="known">2</b><span>known</span>');
    expect(page).not.toContain('accepted</label>');
    const { stdout: ticket } = await check(folder, [...AGAINST, '--format', 'markdown']);
    expect(ticket).toContain('| rule | title | errors | warnings | info | accepted | known |');
    expect(ticket.match(/^\| known \| /gm)).toHaveLength(2);
    expect(ticket).not.toContain('## Accepted');
  });

  it('says what else there is beside them', async () => {
    const folder = await known();
    put(folder, USERS.replace('4,dag,dag@dome.example,false', '4,dag,dag@dome.example,true'));
    const { code, stderr } = await check(folder, [...AGAINST, '--skip-rule', 'duplicate-email']);
    expect(code).toBe(0);
    expect(stderr).toContain(
      'Nothing new at or above --fail-on error: 2 known ones are still there (1 warning, 2 known from the baseline; 1 rule not checked)',
    );
  });

  it('is ready where what is known is below what counts', async () => {
    const users = USERS.replace('2,robot,,', '2,robot@dome.example,robot@dome.example,').replaceAll('cleo at dome', 'cleo@dome.example');
    const folder = await known({ ...EXPORT, 'users.csv': users.replace('4,dag,dag@dome.example,false', '4,dag,dag@dome.example,true') });
    const { code, stderr } = await check(folder, AGAINST);
    expect({ code, isReady: stderr.includes('Ready for SCIM: 1 known from the baseline') }).toEqual({ code: 0, isReady: true });
  });

  it('does not call fixed what was not checked', async () => {
    const folder = await known();
    const { report } = await checkJson(folder, [...AGAINST, '--skip-rule', 'missing-email']);
    expect(report.fixed).toEqual([]);
  });

  it('leaves an acceptance an acceptance: what is accepted and known counts once, as accepted', async () => {
    const folder = await known();
    writeDecisions(folder, answering(await askDecisions(folder), 'missing-email'));
    const { report } = await checkJson(folder, [...AGAINST, '--decisions', 'decisions.csv']);
    expect(report.summary).toMatchObject({ error: 0, accepted: 1, known: 1 });
    expect(report.findings.find(({ rule }) => rule === 'missing-email')?.accepted).toEqual({ reason: ACCEPTED.reason, owner: ACCEPTED.owner });
  });

  it('takes a report that itself was held against one', async () => {
    const folder = await known();
    await check(folder, [...AGAINST, '--format', 'json', '--output', 'second.json']);
    expect((await checkJson(folder, ['--baseline', 'second.json'])).report.summary).toMatchObject({ error: 0, known: 2 });
  });

  it('is never overwritten by an output', async () => {
    const folder = await known();
    const before = readFileSync(join(folder, 'baseline.json'), 'utf8');
    expect((await check(folder, [...AGAINST, '--format', 'json', '--output', 'baseline.json'])).code).toBe(2);
    expect(readFileSync(join(folder, 'baseline.json'), 'utf8')).toBe(before);
  });

  it('refuses one of another organization', async () => {
    const folder = await known();
    put(folder, USERS.replaceAll(/^(\d),/gm, '9$1,'));
    const { code, stdout, stderr } = await check(folder, AGAINST);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('baseline.json is the report of another organization');
  });

  it.each([
    ['cut', (text: string) => text.slice(0, -30), /baseline\.json, line \d+, column \d+: it is damaged/],
    ['empty', () => '', /baseline\.json, line 1/],
    ['no JSON', () => 'id,name\n', /baseline\.json, line 1, column 1: it is damaged/],
    ['broken on a line', (text: string) => text.replace('"findings": [', '"findings": ['.replace(':', '')), /line \d+, column 14: it is damaged/],
    ['a list', () => '[]', /it is not a JSON report of scim-audit/],
    ['null', () => 'null', /it is not a JSON report of scim-audit/],
    ['another tool’s', (text: string) => text.replace('"name": "scim-audit"', '"name": "other"'), /it is not a JSON report of scim-audit/],
    ['of a newer version', (text: string) => text.replace('"schemaVersion": 1', '"schemaVersion": 2'), /line 2: it has schemaVersion 2, this program reads 1/],
    ['without a version', (text: string) => text.replace('"schemaVersion": 1,', ''), /schemaVersion undefined/],
    ['of a version that is none', (text: string) => text.replace('"schemaVersion": 1', '"schemaVersion": 0.5'), /schemaVersion/],
    ['without a fingerprint', (text: string) => text.replace('"fingerprint"', '"finger"'), /a finding has no fingerprint/],
  ])('refuses one that is %s', async (_, alter, says) => {
    const folder = await known();
    writeFileSync(join(folder, 'baseline.json'), alter(readFileSync(join(folder, 'baseline.json'), 'utf8')));
    const { code, stdout, stderr } = await check(folder, AGAINST);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(says);
    expect(stderr).toContain('What to do:');
  });

  it('refuses a certificate, a plan, a file that is not there, and a folder', async () => {
    const folder = await known();
    await check(folder, ['--certificate', 'certificate.json']);
    await askDecisions(folder);
    for (const file of ['certificate.json', 'plan/plan.json', 'nowhere.json', '.']) {
      expect({ file, code: (await check(folder, ['--baseline', file])).code }).toEqual({ file, code: 2 });
    }
  });
});

describe('a baseline that PowerShell or an editor wrote', () => {
  const encode: readonly (readonly [string, (text: string) => Buffer])[] = [
    ['UTF-8 with a mark', (text) => Buffer.from(`\ufeff${text}`)],
    ['UTF-16 little-endian', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16 big-endian', (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
  ];
  const text = (folder: string): string => readFileSync(join(folder, 'baseline.json'), 'utf8').replaceAll('\n', '\r\n');

  it.each(encode)('is read: %s', async (_, bytes) => {
    const folder = await known();
    writeFileSync(join(folder, 'baseline.json'), bytes(text(folder)));
    const { code, report } = await checkJson(folder, AGAINST);
    expect({ code, known: report.summary.known }).toEqual({ code: 0, known: 2 });
  });

  it.each(encode)('is damaged at the line where it is: %s', async (_, bytes) => {
    const folder = await known();
    const whole = text(folder);
    const line = whole.split('\n').findIndex((each) => each.includes('"findings"')) + 1;
    writeFileSync(join(folder, 'baseline.json'), bytes(whole.replace('"findings": [', '"findings": oops [')));
    expect((await check(folder, AGAINST)).stderr).toMatch(new RegExp(`baseline\\.json, line ${line}, column 15: it is damaged \\(this word is not valid JSON`));
    writeFileSync(join(folder, 'baseline.json'), bytes(whole.slice(0, -20)));
    const lines = whole.slice(0, -20).split('\n').length;
    expect((await check(folder, AGAINST)).stderr).toMatch(new RegExp(`line ${lines}, column \\d+: it is damaged \\(the file ends here`));
  });

  it('is refused with the line of bytes that are no text', async () => {
    const folder = await known();
    writeFileSync(join(folder, 'baseline.json'), Buffer.from(text(folder).replace('"findings"', '"fin\u00fcdings"'), 'latin1'));
    expect((await check(folder, AGAINST)).stderr).toMatch(/baseline\.json, line \d+, column 7: the bytes are not valid utf-8/);
  });

  it('is told to be of version 1 if it is, and not damaged', async () => {
    const folder = await known();
    writeFileSync(join(folder, 'baseline.json'), readFileSync(new URL('baseline-with-mark.json', import.meta.url)));
    const { code, stderr } = await check(folder, AGAINST);
    expect(code).toBe(2);
    expect(stderr).toContain('baseline.json was made by version 1 of scim-audit');
  });
});

describe('another file with a mark', () => {
  const marked = (text: string): readonly Buffer[] => [
    Buffer.from(`\ufeff${text}`),
    Buffer.from(`\ufeff${text}`, 'utf16le'),
    Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
  ];

  it('is read if it is a config', async () => {
    const folder = makeFolder(EXPORT);
    for (const bytes of marked('{ "rules": { "missing-email": "info" } }')) {
      writeFileSync(join(folder, 'scim-audit.config.json'), bytes);
      expect((await checkJson(folder)).report.summary).toMatchObject({ error: 1, info: 1 });
    }
    writeFileSync(join(folder, 'scim-audit.config.json'), Buffer.from('{ "syncGroups": ["Pr\u00fcfer"] }', 'latin1'));
    expect((await check(folder)).stderr).toContain('scim-audit.config.json cannot be read: it holds bytes that are not UTF-8');
  });

  it('no longer counts if it is sealed, and says what happened to it', async () => {
    const folder = makeFolder(EXPORT);
    await check(folder, ['--certificate', 'certificate.json']);
    await runCli(['plan', '.', '--auth-mode', 'multi', '--out', 'plan'], { cwd: folder });
    for (const [file, code, args] of [
      ['certificate.json', 2, ['gate', 'certificate.json', '.']],
      ['plan/plan.json', 4, ['apply', 'plan/plan.json', '.', '--out', 'out', '--yes']],
    ] as const) {
      for (const bytes of marked(readFileSync(join(folder, file), 'utf8'))) {
        const whole = readFileSync(join(folder, file));
        writeFileSync(join(folder, file), bytes);
        const run = await runCli(args, { cwd: folder });
        expect(run.code).toBe(code);
        expect(run.stderr).toContain(`${file} begins with a byte-order mark: an editor saved it again, or PowerShell's > wrote it.`);
        writeFileSync(join(folder, file), whole);
      }
    }
  });
});

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

// What a check could not see: what a person may answer for, and what stays an error.

describe('what a check could not see', () => {
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

    it('is not an error if no rule about usernames or emails is checked', async () => {
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
});
