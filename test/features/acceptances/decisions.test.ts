import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
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

  it('refuses one that is unused because the finding was fixed, with its line', async () => {
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

// Decisions whose rows somebody changed, who answers for nothing, and what another export may tell in other words.

const COLUMNS = ['rule', 'subject', 'current', 'problem', 'suggestion'] as const;

/** Findings of several rules: a suggestion, a group, twins, somebody in a group. */
const FILES = {
  'users.csv': `${USERS}5,eve,,false,basic\n6,EVE,,false,basic\n7, fay@dome.example ,fay@dome.example ,true,idp\n`,
  'groups.csv': 'id,name\n7,Observers\n8,observers\n',
  'memberships.csv': 'groupId,userId\n7,1\n7,4\n',
};

const acceptAll = (rows: readonly DecisionRow[]): DecisionRow[] => rows.map((row) => ({ ...row, ...ACCEPTED }));
const linesOf = (text: string): string[] => [...text.matchAll(/decisions\.csv, line (\d+)/g)].map(([, line]) => line);

describe('an acceptance of which the reason or the owner is blank', () => {
  it.each([
    ['reason', '\u200b'],
    ['reason', ' \u200b\u2060 '],
    ['reason', '\u034f'],
    ['reason', '\u0301'],
    ['owner', '\u200b'],
    ['owner', '\u00ad'],
    ['owner', '\u3000\u00a0'],
  ])('does not count: %s %j', async (column, text) => {
    const folder = makeFolder(EXPORT);
    const rows = (await askDecisions(folder)).map((row) => (row.rule === 'missing-email' ? { ...row, ...ACCEPTED, [column]: text } : row));
    writeDecisions(folder, rows);
    const line = rows.findIndex(({ rule }) => rule === 'missing-email') + 2;
    const checked = await check(folder, WITH);
    expect({ code: checked.code, stdout: checked.stdout }).toEqual({ code: 2, stdout: '' });
    expect(checked.stderr).toMatch(new RegExp(`line ${line}, column \\d+ \\(${column}\\): accept needs an? ${column}`));
    const planned = await runCli(['plan', '.', '--auth-mode', 'multi', '--out', 'next', ...WITH], { cwd: folder });
    expect(planned.code).toBe(2);
    expect(planned.stderr).toMatch(new RegExp(`line ${line}, column \\d+: accept needs an? ${column}`));
  });

  it('is asked of the collation: a mark by itself is something to SQL Server', async () => {
    const folder = makeFolder(EXPORT);
    writeDecisions(
      folder,
      (await askDecisions(folder)).map((row) => (row.rule === 'missing-email' ? { ...row, ...ACCEPTED, reason: '\u0301' } : row)),
    );
    expect((await check(folder, [...WITH, '--collation', 'sqlserver_ci_as'])).code).toBe(1);
  });
});

describe('an altered cell of an answered row', () => {
  const places = COLUMNS.flatMap((column) => (['alone', 'beside its plan'] as const).map((where) => [column, where] as const));

  it.each(places)('is refused with its line: %s, of a file %s', async (column, where) => {
    const folder = makeFolder(FILES);
    const rows = acceptAll(await askDecisions(folder));
    const file = where === 'alone' ? 'decisions.csv' : 'plan/decisions.csv';
    for (const [at, row] of rows.entries()) {
      for (const text of [`${row[column]}x`, `x${row[column]}`, 'something else', row[column] === '' ? 'set-email x' : '']) {
        // Another export or version may have told it so, and only the plan beside the file knows what was told.
        const mayDiffer = column === 'problem' || (column === 'current' && row.rule === 'inactive-basic-member');
        if (text === row[column] || (where === 'alone' && mayDiffer && text !== '')) continue;
        writeFileSync(join(folder, file), stringify(rows.with(at, { ...row, [column]: text }), { header: true }));
        const { code, stdout, stderr } = await check(folder, ['--decisions', file]);
        expect({ code, stdout, lines: linesOf(stderr) }, `${row.rule} ${text}`).toEqual({ code: 2, stdout: '', lines: [String(at + 2)] });
      }
    }
  });

  it.each(['problem', 'current'] as const)('is refused if it is that of another row, as after sorting only some of the columns: %s', async (column) => {
    const folder = makeFolder(FILES);
    const rows = acceptAll(await askDecisions(folder));
    for (const [at, row] of rows.entries()) {
      const others = [...new Set(rows.map((other) => other[column]))].filter((text) => text !== row[column]);
      const [other] = others;
      writeDecisions(folder, rows.with(at, { ...row, [column]: other }));
      const { code, stdout, stderr } = await check(folder, WITH);
      expect({ code, stdout, lines: linesOf(stderr) }, row.rule).toEqual({ code: 2, stdout: '', lines: [String(at + 2)] });
    }
  });

  it('is refused if the answer is not an acceptance', async () => {
    const folder = makeFolder(FILES);
    const rows = (await askDecisions(folder)).map((row) =>
      row.rule === 'missing-email' ? { ...row, action: 'set-email', value: 'robot@dome.example', subject: 'group' } : row,
    );
    writeDecisions(folder, rows);
    const { code, stderr } = await check(folder, WITH);
    expect(code).toBe(2);
    expect(stderr).toContain('column 3 (subject): subject was altered: it is "group" and was "user"');
  });

  it('and an added row are refused beside the plan, whatever its fingerprint', async () => {
    const folder = makeFolder(FILES);
    const rows = await askDecisions(folder);
    rows.push({ ...rows[0], fingerprint: 'missing-email:0123456789abcdef', action: 'deactivate' });
    writeFileSync(join(folder, 'plan/decisions.csv'), stringify(rows, { header: true }));
    const { code, stderr } = await check(folder, ['--decisions', 'plan/decisions.csv']);
    expect({ code, lines: linesOf(stderr) }).toEqual({ code: 2, lines: [String(rows.length + 1)] });
    expect(stderr).toContain('the row was added or altered since the plan wrote it');
  });
});

describe('another export', () => {
  const RENAMED = FILES['users.csv'].replace('5,eve,,false,basic', '5,eve,eve@dome.example,true,idp').replace('4,dag,dag@', '4,dagmar,dagmar@');
  const CHANGED = { ...FILES, 'users.csv': RENAMED, 'groups.csv': FILES['groups.csv'].replace('8,observers', '8,watchers') };

  it.each(['alone', 'beside its plan'])('tells the same findings in other words, and they stay accepted: %s', async (where) => {
    const folder = makeFolder(FILES);
    const rows = (await askDecisions(folder)).map((row) => (row.rule === 'duplicate-group-name' ? row : { ...row, ...ACCEPTED }));
    const file = where === 'alone' ? 'decisions.csv' : 'plan/decisions.csv';
    writeFileSync(join(folder, file), stringify(rows, { header: true }));
    for (const [name, text] of Object.entries(CHANGED)) writeFileSync(join(folder, name), text);
    const before = await checkJson(folder);
    const { stderr } = await check(folder, ['--decisions', file]);
    expect(stderr).not.toContain('altered');
    const { report } = await checkJson(folder, ['--decisions', file]);
    const accepted = report.findings.filter((each) => each.accepted !== undefined).map(({ fingerprint }) => fingerprint);
    const carried = before.report.findings.filter(({ fingerprint }) => rows.some((row) => row.fingerprint === fingerprint && row.action !== ''));
    expect(accepted).toEqual(carried.map(({ fingerprint }) => fingerprint));
    expect(carried.map(({ rule }) => rule)).toEqual(expect.arrayContaining(['missing-email', 'duplicate-username', 'inactive-basic-member']));
  });

  it('of a plan by itself: altered cells are refused there as well', async () => {
    const folder = makeFolder(FILES);
    const rows = acceptAll(await askDecisions(folder));
    for (const [name, text] of Object.entries(CHANGED)) writeFileSync(join(folder, name), text);
    const at = rows.findIndex(({ rule }) => rule === 'missing-email');
    for (const [column, text] of [
      ['subject', 'group'],
      ['problem', ''],
      ['problem', rows[at === 0 ? 1 : 0].problem],
      ['suggestion', 'do nothing'],
    ] as const) {
      writeDecisions(folder, rows.with(at, { ...rows[at], [column]: text }));
      const { code, stderr } = await runCli(['plan', '.', '--auth-mode', 'multi', '--out', 'next', ...WITH], { cwd: folder });
      expect({ code, isTold: stderr.includes(`${column} was altered`) }, column).toEqual({ code: 2, isTold: true });
    }
  });
});

describe('a decisions.csv that a spreadsheet saved in windows-1252', () => {
  const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
  const OF = { ...EXPORT, 'users.csv': latin(USERS.replace('robot', 'r\u00f6bot')) };
  const RUN = ['--encoding', 'windows-1252'];

  async function saved(encode: (text: string) => Buffer, reason = 'geh\u00f6rt niemandem', owner = 'J\u00f6rg'): Promise<string> {
    const folder = makeFolder({ ...EXPORT });
    writeFileSync(join(folder, 'users.csv'), OF['users.csv']);
    expect((await runCli(['plan', '.', '--auth-mode', 'multi', '--out', 'plan', ...RUN], { cwd: folder })).code).toBe(0);
    const text = readFileSync(join(folder, 'plan/decisions.csv'), 'utf8').slice(1);
    const answered = text.replace(/^("missing-email.*),"","","","",""(\r?)$/m, `$1,"accept","","${reason}","${owner}",""$2`);
    expect(answered).not.toBe(text);
    expect(answered).toContain('r\u00f6bot');
    writeFileSync(join(folder, 'plan/decisions.csv'), encode(answered));
    return folder;
  }
  const acceptedIn = async (folder: string, ...more: string[]) => {
    const { report } = await checkJson(folder, ['--decisions', 'plan/decisions.csv', ...RUN, ...more]);
    return report.findings.find(({ accepted }) => accepted !== undefined)?.accepted;
  };

  it.each([
    ['windows-1252', latin],
    ['UTF-8', (text: string) => Buffer.from(text)],
    ['UTF-8 with a mark', (text: string) => Buffer.from(`\ufeff${text}`)],
    ['UTF-16 with a mark', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
  ])('is read if the whole run says so, and so is %s', async (_, encode) => {
    const folder = await saved(encode);
    expect(await acceptedIn(folder)).toEqual({ reason: 'geh\u00f6rt niemandem', owner: 'J\u00f6rg' });
    const again = await runCli(['plan', '.', '--auth-mode', 'multi', '--out', 'plan', ...RUN], { cwd: folder });
    expect(again.code, again.stderr).toBe(0);
    expect(readFileSync(join(folder, 'plan/decisions.csv'), 'utf8')).toContain('"geh\u00f6rt niemandem","J\u00f6rg"');
    mkdirSync(join(folder, 'alone'));
    copyFileSync(join(folder, 'plan/decisions.csv'), join(folder, 'alone/decisions.csv'));
    const given = await runCli(['plan', '.', '--auth-mode', 'multi', '--out', 'other', '--decisions', 'alone/decisions.csv', ...RUN], { cwd: folder });
    expect(given.code, given.stderr).toBe(0);
  });

  it('is refused with its line if nobody says so', async () => {
    const folder = await saved(latin);
    writeFileSync(join(folder, 'users.csv'), Buffer.from(USERS.replace('robot', 'r\u00f6bot')));
    const { code, stderr } = await check(folder, ['--decisions', 'plan/decisions.csv']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/decisions\.csv, line \d+, column \d+: the text is not utf-8: save the file again as "CSV UTF-8"/);
  });

  it('is refused if it has a mark of UTF-8 and is not', async () => {
    const folder = await saved((text) => Buffer.concat([Buffer.from('\ufeff'), latin(text)]));
    expect((await check(folder, ['--decisions', 'plan/decisions.csv', ...RUN])).code).toBe(2);
  });

  it('shows a wrong reading in the cells that nobody may write: of another encoding, and of letters that were lost', async () => {
    for (const encode of [(text: string) => latin(text.replaceAll('\u00f6', '\u0099')), (text: string) => latin(text.replaceAll('\u00f6', '?'))]) {
      for (const isAlone of [false, true]) {
        const folder = await saved(encode);
        if (isAlone) rmSync(join(folder, 'plan/plan.json'));
        const { code, stderr } = await check(folder, ['--decisions', 'plan/decisions.csv', ...RUN]);
        expect(code).toBe(2);
        expect(stderr).toContain('was altered');
      }
    }
  });
});
