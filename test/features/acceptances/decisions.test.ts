import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatNames } from '../../../src/reporters/registry.js';
import { temporaryFolders } from '../../support/machine.js';
import { runCli } from '../../support/run.js';
import { ACCEPTED, answering, askDecisions, check, checkJson, type DecisionRow, EXPORT, USERS, writeDecisions } from './standing.js';

const makeFolder = temporaryFolders();
const WITH = ['--decisions', 'decisions.csv'];

/** Returns a folder with an export and decisions that accept the finding without an email. */
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

  it.each(formatNames('report'))('shows it in %s, and the exit code is the same', async (format) => {
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
    [{ expires: '2026-02-30' }, 'is not a date', 'expires'],
    [{ expires: '2027-02-29' }, 'is not a date', 'expires'],
    [{ expires: '31.12.2026' }, 'is not a date', 'expires'],
    [{ expires: '2026-12' }, 'is not a date', 'expires'],
    [{ expires: '2026-12-31T00:00:00Z' }, 'is not a date', 'expires'],
    [{ expires: 'never' }, 'is not a date', 'expires'],
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

  it('refuses the decisions of another organization, every line of them', async () => {
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

  describe('of rows that are not as they were written', () => {
    const OF = (rows: readonly DecisionRow[], rule: string): number => rows.findIndex((row) => row.rule === rule);

    /** Returns what a check says of the rows, once somebody changed them. */
    async function changed(change: (rows: DecisionRow[]) => void, args: readonly string[] = []) {
      const { folder, rows } = await accepting();
      const altered = rows.map((row) => ({ ...row }));
      change(altered);
      writeDecisions(folder, altered);
      return check(folder, [...WITH, ...args]);
    }

    it.each(['frobnicate', 'acept', 'accept!'])('refuses %j, which is no action, with its line', async (action) => {
      const { code, stdout, stderr } = await changed((rows) => {
        rows[OF(rows, 'invalid-email')].action = action;
      });
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(`decisions.csv, line 3, column 8 (action): "${action}" is not an action; possible: set-email, deactivate, accept,`);
    });

    it('refuses an action that the finding does not have', async () => {
      const { code, stderr } = await changed((rows) => {
        Object.assign(rows[OF(rows, 'invalid-email')], { action: 'set-name', value: 'x' });
      });
      expect({ code, said: stderr.includes('line 3, column 8 (action): "set-name" is not possible here') }).toEqual({ code: 2, said: true });
    });

    it('refuses a row whose fingerprint is that of another finding, as after sorting one column', async () => {
      const swapped = await changed((rows) => {
        [rows[0].fingerprint, rows[1].fingerprint] = [rows[1].fingerprint, rows[0].fingerprint];
        rows[1].action = '';
      });
      expect({ code: swapped.code, stdout: swapped.stdout }).toEqual({ code: 2, stdout: '' });
      expect(swapped.stderr).toMatch(
        /line 2, column 1 \(fingerprint\): fingerprint was altered.* is about user "3", "cleo at dome", and this row about user "2", ""/s,
      );
      const overwritten = await changed((rows) => {
        rows[0].fingerprint = rows[1].fingerprint;
      });
      expect({ code: overwritten.code, said: overwritten.stderr.includes('line 2, column 1 (fingerprint)') }).toEqual({ code: 2, said: true });
    });

    it.each([
      ['rule', 2, 'missing-email'],
      ['current', 5, 'cleo at home'],
    ])('refuses an altered %s, and says what it was', async (name, column, text) => {
      const { code, stderr } = await changed((rows) => {
        Object.assign(rows[OF(rows, 'invalid-email')], ACCEPTED, { [name]: text });
      });
      expect(code).toBe(2);
      expect(stderr).toMatch(new RegExp(`line 3, column ${column} \\(${name}\\): ${name} was altered: it is "${text}" and was "(invalid-email|cleo at dome)"`));
    });

    it('refuses a row that is there twice', async () => {
      const { code, stderr } = await changed((rows) => {
        rows.push({ ...rows[OF(rows, 'missing-email')] });
      });
      expect({ code, said: stderr.includes('the row is already there, on line 2') }).toEqual({ code: 2, said: true });
    });

    it('shows no value of the row under --redact', async () => {
      const { code, stderr } = await changed(
        (rows) => {
          Object.assign(rows[OF(rows, 'invalid-email')], ACCEPTED, { current: 'cleo at home' });
        },
        ['--redact'],
      );
      expect({ code, isTold: stderr.includes('current was altered'), isShown: /cleo/.test(stderr) }).toEqual({ code: 2, isTold: true, isShown: false });
    });

    it('leaves rows alone that answer nothing, that a spreadsheet wrote in its own way, or whose finding is gone', async () => {
      const { code } = await changed((rows) => {
        rows[OF(rows, 'invalid-email')].current = 'cleo at home';
        rows[OF(rows, 'missing-email')].id = '2.0';
        rows.push({ ...rows[0], fingerprint: 'invalid-email:0123456789abcdef', id: '9', current: 'else', action: 'deactivate' });
      });
      expect(code).toBe(1);
    });
  });

  it('takes an acceptance about groups of which one got another name since', async () => {
    const files = { ...EXPORT, 'groups.csv': 'id,name\n7,Observers\n', 'memberships.csv': 'groupId,userId\n7,4\n' };
    const folder = makeFolder(files);
    const rows = answering(await askDecisions(folder), 'inactive-basic-member');
    expect(rows.find(({ rule }) => rule === 'inactive-basic-member')?.current).toBe('Observers (7)');
    writeDecisions(folder, rows);
    writeFileSync(join(folder, 'groups.csv'), 'id,name\n7,Watchers\n');
    expect((await checkJson(folder, WITH)).report.summary.accepted).toBe(1);
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
    for (const id of formatNames('report')) {
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
