import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FORMATS } from '../../src/reporters/registry.js';
import { runCli } from '../support/run.js';
import { temporaryFolders } from '../support/temporary.js';
import { ACCEPTED, answering, askDecisions, check, checkJson, type DecisionRow, EXPORT, USERS, writeDecisions } from './standing.js';

const makeFolder = temporaryFolders();
const WITH = ['--decisions', 'decisions.csv'];

/** Yields a folder with an export and decisions that accept the finding without an email. */
async function accepting(
  answer: Readonly<Partial<Record<string, string>>> = ACCEPTED,
): Promise<{ readonly folder: string; readonly rows: readonly DecisionRow[]; readonly line: number }> {
  const folder = makeFolder(EXPORT);
  const rows = answering(await askDecisions(folder), 'missing-email', answer);
  writeDecisions(folder, rows);
  return { folder, rows, line: rows.findIndex(({ rule }) => rule === 'missing-email') + 2 };
}

describe('check --decisions', () => {
  it('takes an accepted finding out of the count, and only that one', async () => {
    const { folder } = await accepting();
    const before = await checkJson(folder);
    expect(before.report.summary).toMatchObject({ error: 2, accepted: 0 });
    const { code, report } = await checkJson(folder, WITH);
    expect(code).toBe(1);
    expect(report.summary).toEqual({ error: 1, warning: 0, info: 0, accepted: 1, byRule: { 'invalid-email': 1 } });
    expect(report.findings.map(({ fingerprint }) => fingerprint)).toEqual(before.report.findings.map(({ fingerprint }) => fingerprint));
    expect(report.findings.find(({ rule }) => rule === 'missing-email')?.accepted).toEqual({ reason: ACCEPTED.reason, owner: ACCEPTED.owner });
  });

  it('is ready where everything is accepted', async () => {
    const { folder, rows } = await accepting();
    writeDecisions(folder, answering(rows, 'invalid-email'));
    const { code, report } = await checkJson(folder, WITH);
    expect({ code, ready: report.ready, summary: report.summary }).toEqual({
      code: 0,
      ready: true,
      summary: { error: 0, warning: 0, info: 0, accepted: 2, byRule: {} },
    });
  });

  it.each(FORMATS.map(({ id }) => id))('shows it in %s, and the exit code is the same', async (format) => {
    const { folder } = await accepting();
    const { code, stdout } = await check(folder, [...WITH, '--format', format]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/accepted|suppress/i);
    // The log of a step names a count; its summary, and every other format, who answers for it.
    if (format !== 'github' && format !== 'gitlab') expect(stdout).toContain(ACCEPTED.owner);
  });

  it.each([
    [{ reason: '' }, 'accept needs a reason', 'reason'],
    [{ reason: '   ' }, 'accept needs a reason', 'reason'],
    [{ owner: '' }, 'accept needs an owner', 'owner'],
    [{ expires: '2026-03-01' }, 'the acceptance ended on 2026-03-01', 'expires'],
    [{ expires: '1999-12-31' }, 'the acceptance ended on 1999-12-31', 'expires'],
    [{ expires: '2026-02-30' }, 'is no date', 'expires'],
    [{ expires: '2027-02-29' }, 'is no date', 'expires'],
    [{ expires: '31.12.2026' }, 'is no date', 'expires'],
    [{ expires: '2026-12' }, 'is no date', 'expires'],
    [{ expires: '2026-12-31T00:00:00Z' }, 'is no date', 'expires'],
    [{ expires: 'never' }, 'is no date', 'expires'],
    [{ value: 'x' }, 'accept takes no value', 'value'],
  ])('refuses %j with its line', async (answer, says, column) => {
    const { folder, line } = await accepting({ ...ACCEPTED, ...answer });
    const { code, stdout, stderr } = await check(folder, WITH);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`decisions\\.csv, line ${line}, column \\d+ \\(${column}\\): .*${says}`));
  });

  it.each(['2026-03-02', '2028-02-29', '9999-12-31'])('holds up to and on its last day: %s', async (expires) => {
    const { folder } = await accepting({ ...ACCEPTED, expires });
    const { report } = await checkJson(folder, WITH);
    expect(report.findings.find(({ rule }) => rule === 'missing-email')?.accepted).toMatchObject({ expires });
  });

  it('refuses one that is unused because the finding was mended, with its line', async () => {
    const { folder, line } = await accepting();
    writeFileSync(join(folder, 'users.csv'), USERS.replace('2,robot,,', '2,robot@dome.example,robot@dome.example,'));
    const { code, stderr } = await check(folder, WITH);
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(`line ${line}, column 1 \\(fingerprint\\): the acceptance is unused`));
  });

  it('refuses one whose finding has changed, and one whose rule is not checked', async () => {
    const { folder } = await accepting();
    expect((await check(folder, [...WITH, '--skip-rule', 'missing-email'])).code).toBe(2);
    const changed = answering(await askDecisions(folder), 'invalid-email');
    writeDecisions(folder, changed);
    writeFileSync(join(folder, 'users.csv'), USERS.replace('cleo at dome,true', 'cleo at home,true'));
    expect((await check(folder, WITH)).code).toBe(2);
  });

  it('refuses the decisions of another organisation, every line of them', async () => {
    const { folder, rows } = await accepting();
    const other = makeFolder({ ...EXPORT, 'users.csv': USERS.replaceAll(/^(\d),/gm, '9$1,') });
    writeDecisions(other, answering(rows, 'invalid-email'));
    const { code, stderr } = await check(other, WITH);
    expect(code).toBe(2);
    expect(stderr.match(/the acceptance is unused/g)).toHaveLength(2);
    expect((await check(folder, WITH)).code).toBe(1);
  });

  it('tells every problem at once, in the order of the file', async () => {
    const { folder, rows } = await accepting({ ...ACCEPTED, reason: '', owner: '' });
    writeDecisions(folder, answering(rows, 'invalid-email', { ...ACCEPTED, expires: 'soon' }));
    const { stderr } = await check(folder, WITH);
    expect(stderr.match(/^.*decisions\.csv, line .*$/gm)).toHaveLength(3);
    expect(stderr).toContain('3 problems');
  });

  it('takes nothing from rows that are open or settled otherwise', async () => {
    const { folder } = await accepting({ action: 'set-email', value: 'robot@dome.example' });
    const { code, report } = await checkJson(folder, WITH);
    expect({ code, accepted: report.summary.accepted }).toEqual({ code: 1, accepted: 0 });
    writeDecisions(folder, await askDecisions(folder));
    expect((await checkJson(folder, WITH)).report.summary.accepted).toBe(0);
  });

  it.each([
    ['semicolons', { delimiter: ';' }],
    ['tabs', { delimiter: '\t' }],
    ['a byte-order mark', { bom: true }],
  ])('reads what a spreadsheet saves with %s', async (_, options) => {
    const { folder, rows } = await accepting();
    writeDecisions(folder, rows, options);
    expect((await checkJson(folder, WITH)).report.summary.accepted).toBe(1);
  });

  it('reads UTF-16, and a value that was made harmless for spreadsheets as it was', async () => {
    const { folder, rows } = await accepting({ ...ACCEPTED, reason: "'=1+1 is the joke", owner: ' Tycho ' });
    writeDecisions(folder, rows);
    const text = readFileSync(join(folder, 'decisions.csv'), 'utf8');
    writeFileSync(join(folder, 'decisions.csv'), Buffer.from(`\ufeff${text}`, 'utf16le'));
    const { report } = await checkJson(folder, WITH);
    expect(report.findings.find(({ accepted }) => accepted !== undefined)?.accepted).toEqual({ reason: '=1+1 is the joke', owner: 'Tycho' });
  });

  it('brings nothing of a reason to a terminal but text', async () => {
    const { folder } = await accepting({ ...ACCEPTED, reason: 'red \u001b[31m \u202e', owner: 'a\u0007b' });
    for (const { id } of FORMATS) {
      const terminal = { cwd: folder, isTty: true, columns: 100, env: { NO_COLOR: '1' } };
      const { stdout } = await runCli(['check', '.', '--auth-mode', 'multi', ...WITH, '--format', id], terminal);
      expect(stdout, id).not.toMatch(/[\u001b\u202e\u0007]/);
    }
  });

  it.each([
    ['is empty', ''],
    ['is a report', '{"schemaVersion":1}'],
    ['has other headings', 'fingerprint,rule,action\nx,y,accept\n'],
    ['has rows of another width', 'REST'],
    ['is no text', Buffer.from([0, 1, 2, 255, 254, 10, 200])],
  ])('refuses a file that %s', async (_, content) => {
    const { folder } = await accepting();
    const text = readFileSync(join(folder, 'decisions.csv'), 'utf8');
    writeFileSync(join(folder, 'decisions.csv'), content === 'REST' ? `${text}${'x,'.repeat(20)}y\n` : content);
    const { code, stdout, stderr } = await check(folder, WITH);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/decisions\.csv, line \d/);
  });

  it('refuses one that is not there, and one that is a folder', async () => {
    const { folder } = await accepting();
    expect((await check(folder, ['--decisions', 'nowhere.csv'])).code).toBe(2);
    expect((await check(folder, ['--decisions', 'plan'])).code).toBe(2);
  });

  it('is never overwritten by an output', async () => {
    const { folder } = await accepting();
    const before = readFileSync(join(folder, 'decisions.csv'), 'utf8');
    expect((await check(folder, [...WITH, '--format', 'csv', '--output', 'decisions.csv'])).code).toBe(2);
    expect(readFileSync(join(folder, 'decisions.csv'), 'utf8')).toBe(before);
  });

  describe('of one finding with several rows', () => {
    const TWINS = `${USERS}5,eve,,false,basic\n6,EVE,,false,basic\n`;

    async function twins(answers: readonly Readonly<Record<string, string>>[]) {
      const folder = makeFolder({ ...EXPORT, 'users.csv': TWINS });
      let at = 0;
      writeDecisions(
        folder,
        (await askDecisions(folder)).map((row) => (row.rule === 'duplicate-username' ? { ...row, ...answers[at++] } : row)),
      );
      expect(at).toBe(answers.length);
      return check(folder, [...WITH, '--format', 'json']);
    }

    it('takes one accepted row, or rows that say the same, for the finding', async () => {
      for (const answers of [
        [ACCEPTED, {}],
        [{}, ACCEPTED],
        [ACCEPTED, ACCEPTED],
      ]) {
        const { stdout } = await twins(answers);
        expect(JSON.parse(stdout)).toMatchObject({ summary: { accepted: 1 } });
      }
    });

    it('refuses rows that contradict each other', async () => {
      expect((await twins([ACCEPTED, { action: 'set-username', value: 'eve6' }])).code).toBe(2);
      expect((await twins([ACCEPTED, { ...ACCEPTED, owner: 'Kepler' }])).code).toBe(2);
    });
  });
});
