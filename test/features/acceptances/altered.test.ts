/** Decisions whose rows somebody changed, who answers for nothing, and what another export may tell in other words. */

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { describe, expect, it } from 'vitest';
import { temporaryFolders } from '../../support/machine.js';
import { runCli } from '../../support/run.js';
import { ACCEPTED, askDecisions, check, checkJson, type DecisionRow, EXPORT, USERS, writeDecisions } from './standing.js';

const makeFolder = temporaryFolders();
const WITH = ['--decisions', 'decisions.csv'];
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

  it('is refused if the answer is no acceptance', async () => {
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
