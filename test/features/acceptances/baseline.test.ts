import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatNames } from '../../../src/reporters/registry.js';
import { temporaryFolders } from '../../support/machine.js';
import { runCli } from '../../support/run.js';
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
