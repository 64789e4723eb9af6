import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, test } from 'vitest';
import { z } from 'zod';
import { isDate } from '../../src/plan/answer-validation.js';
import { describeWith, requiredProgram, temporaryFolders } from '../support/machine.js';
import { ROOT, runCli } from '../support/run.js';
import { answer, COLUMN, readTable, readText, runPlan, SOURCE, type Summary, summaryOf, writeTable, writeText } from './planning.js';

const newFolder = temporaryFolders();
const HEAD = 'id,userName,email,active,authenticationType\n';
const EXPORT = {
  'export/users.csv': `${HEAD}1,bob1,bob@x.org,true,idp\n2,bob2,bob@x.org,true,idp\n3,c@x.org,c@x.org,false,basic\n4,nomail,,true,idp\n5,twin@x.org,t5@y.org,false,basic\n6,TWIN@x.org,t6@y.org,false,basic\n`,
  'export/groups.csv': 'id,name,project\n100,Dev,\n101,dev,\n',
  'export/memberships.csv': 'groupId,userId\n100,1\n',
};
const plan = (cwd: string, out = 'plan', ...more: string[]) => runCli(['plan', 'export', '--auth-mode', 'multi', '--out', out, ...more], { cwd });

async function planned(): Promise<string> {
  const cwd = newFolder(EXPORT);
  expect((await plan(cwd)).code).toBe(0);
  return cwd;
}

type Row = string[];
/** Cells stay in quotes only if they need them, since answers are put between them as they are. */
const read = (file: string): Row[] =>
  readFileSync(file, 'utf8')
    .replace(/^\ufeff/, '')
    .trimEnd()
    .split('\r\n')
    .map(
      (line) =>
        line
          .match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)
          ?.map((cell) => cell.replace(/,$/, '').replace(/^"([^",]*)"$/, '$1'))
          .slice(0, 12) ?? [],
    );
const write = (file: string, rows: readonly Row[]): void => writeFileSync(file, `${rows.map((row) => row.join(',')).join('\r\n')}\r\n`);

/** Writes answers into the rows of a decisions file that are chosen; returns their lines. */
function writeAnswer(file: string, isChosen: (row: Row) => boolean, ...cells: string[]): number[] {
  const rows = read(file);
  const lines = rows.flatMap((row, at) => (isChosen(row) ? [at + 1] : []));
  for (const line of lines) rows[line - 1].splice(7, cells.length, ...cells);
  write(file, rows);
  return lines;
}
const of =
  (rule: string, id?: string) =>
  (row: Row): boolean =>
    row[1] === rule && (id === undefined || row[3] === id);

describe('a decisions file by itself, on a changed export', () => {
  const changed = async (alter: (rows: Row[]) => Row[]) => {
    const cwd = await planned();
    mkdirSync(join(cwd, 'alone'));
    const file = join(cwd, 'alone/decisions.csv');
    copyFileSync(join(cwd, 'plan/decisions.csv'), file);
    writeAnswer(file, of('missing-email'), 'set-email', 'no.mail@x.org');
    write(file, alter(read(file)));
    writeFileSync(join(cwd, 'export/users.csv'), EXPORT['export/users.csv'].replace('nomail,,', 'nomail,nomail@x.org,'));
    return plan(cwd, 'next', '--decisions', 'alone/decisions.csv');
  };

  it('is taken where its rows are whole, and says what is outdated', async () => {
    const { code, stdout } = await changed((rows) => rows);
    expect(code).toBe(0);
    expect(stdout).toContain('Outdated: 1 decision of an earlier export, kept aside in decisions.outdated.csv');
  });

  it.each([
    [
      'a row of a finding that is still there is missing',
      (rows: Row[]) => rows.filter((row) => !of('duplicate-username', '6')(row)),
      'a row is missing here: user 6',
    ],
    [
      'a row has another value than its finding',
      (rows: Row[]) => rows.map((row) => (of('duplicate-group-name', '101')(row) ? row.with(4, 'devs') : row)),
      'current was altered',
    ],
    [
      'a row has another rule',
      (rows: Row[]) => rows.map((row) => (of('duplicate-username', '5')(row) ? row.with(1, 'duplicate-email') : row)),
      'rule was altered',
    ],
    ['a row is there twice', (rows: Row[]) => [...rows, rows[1]], 'the row is already there'],
  ])('is refused where %s', async (_, alter, says) => {
    const { code, stderr } = await changed(alter);
    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });
});

it('decisions in the folder are not lost to others that were given', async () => {
  const cwd = await planned();
  await plan(cwd, 'other');
  writeAnswer(join(cwd, 'plan/decisions.csv'), of('duplicate-username', '6'), 'set-username', 'mine@x.org');
  const mine = readFileSync(join(cwd, 'plan/decisions.csv'), 'utf8');
  const { code, stderr } = await plan(cwd, 'plan', '--decisions', 'other/decisions.csv');
  expect(code).toBe(0);
  expect(stderr).toContain('are kept in plan/decisions.outdated.csv, because --decisions gave others.');
  expect(readFileSync(join(cwd, 'plan/decisions.outdated.csv'), 'utf8')).toBe(mine);
  expect((await plan(cwd, 'fresh', '--decisions', 'other/decisions.csv')).stderr).not.toContain('aside');
  expect(existsSync(join(cwd, 'fresh/decisions.outdated.csv'))).toBe(false);
});

it('one end state has one verdict, however it is spelt', async () => {
  const after: unknown[] = [];
  for (const winner of [false, true]) {
    const cwd = await planned();
    const file = join(cwd, 'plan/decisions.csv');
    writeAnswer(file, of('conflicting-users', '2'), 'deactivate', '');
    if (winner) writeAnswer(file, of('conflicting-users', '1'), 'set-username', 'bob@x.org');
    const { code, stderr } = await plan(cwd);
    expect(code, stderr).toBe(0);
    after.push(JSON.parse(readFileSync(join(cwd, 'plan/plan.json'), 'utf8')).after);
  }
  expect(after[0]).toEqual(after[1]);
});

it('two acceptances of one finding in other words are refused by plan, as the gate does', async () => {
  const cwd = await planned();
  const file = join(cwd, 'plan/decisions.csv');
  writeAnswer(file, of('duplicate-username', '5'), 'accept', '', 'known', 'Ann');
  const [line] = writeAnswer(file, of('duplicate-username', '6'), 'accept', '', 'other', 'Ann');
  const { code, stderr } = await plan(cwd);
  expect(code).toBe(2);
  expect(stderr).toContain(`line ${line}, column 10: line ${line - 1} accepts this finding in other words`);
  writeAnswer(file, of('duplicate-username', '6'), 'accept', '', 'known', 'Ann');
  expect((await plan(cwd)).code).toBe(0);
  expect((await runCli(['check', 'export', '--auth-mode', 'multi', '--fail-on', 'never', '--decisions', file], { cwd })).code).toBe(0);
});

it.each([
  ['set-username', 'user', '6', '"for\nmer@x.org"'],
  ['set-username', 'user', '6', 'for\u0007mer@x.org'],
  ['set-username', 'user', '6', 'for\u202emer@x.org'],
  ['set-username', 'user', '6', 'for\u200bmer@x.org'],
  ['set-username', 'user', '6', 'for\ufffdmer@x.org'],
  ['set-name', 'group', '101', '"de\nv2"'],
])('%s of a value with what nobody sees is refused: %j %s', async (action, subject, id, value) => {
  const cwd = await planned();
  writeAnswer(join(cwd, 'plan/decisions.csv'), (row) => row[2] === subject && row[3] === id && /duplicate-(?:username|group-name)/.test(row[1]), action, value);
  const { code, stderr } = await plan(cwd);
  expect(code).toBe(2);
  expect(stderr).toContain('has a control character: a tab, a line end, or one that is invisible');
});

describe('an acceptance of what other decisions end', () => {
  const people = (...users: string[]) => newFolder({ ...EXPORT, 'export/users.csv': `${HEAD}${users.join('\n')}\n` });

  it('is refused with its line: nobody is renamed whose name was accepted', async () => {
    const cwd = people('1,a,s@x.org,true,idp', '2,b,s@x.org,true,idp', '3,c,d@x.org,false,idp');
    await plan(cwd);
    const file = join(cwd, 'plan/decisions.csv');
    const [line] = writeAnswer(file, of('username-email-mismatch', '1'), 'accept', '', 'keeps its login', 'me');
    writeAnswer(file, of('conflicting-users', '2'), 'set-email', 'n@x.org');
    const { code, stderr } = await plan(cwd);
    expect(code).toBe(2);
    expect(stderr).toContain(`decisions.csv, line ${line}: other decisions of this file end this finding`);
    expect(stderr).toContain('--leave-out-user 1');
    writeAnswer(file, of('username-email-mismatch', '1'), '', '', '', '');
    expect((await plan(cwd)).code).toBe(0);
  });

  it('is refused where a whole chain waited for one decision', async () => {
    const cwd = people('1,a,b@x.org,true,idp', '2,b@x.org,c@x.org,true,idp', '3,c@x.org,d@x.org,false,idp');
    await plan(cwd);
    const file = join(cwd, 'plan/decisions.csv');
    const [line] = writeAnswer(file, of('username-email-mismatch', '1'), 'accept', '', 'keeps its login', 'me');
    writeAnswer(file, of('conflicting-users', '3'), 'set-username', 'former-3@x.org');
    expect((await plan(cwd)).stderr).toContain(`decisions.csv, line ${line}: other decisions of this file end this finding`);
  });
});

describe('a finding that the actions of others end', () => {
  const planOf = (cwd: string) => JSON.parse(readFileSync(join(cwd, 'plan/plan.json'), 'utf8'));
  const resolved = (cwd: string, rule: string): string[] =>
    planOf(cwd).actions.flatMap(({ change, resolves }: { change: { kind: string; attribute: string }; resolves: string[] }) =>
      resolves.some((each) => each.startsWith(rule)) ? [`${change.kind} ${change.attribute}`] : [],
    );

  it.each<[string, string, string[], string[], [string, string, ...string[]], string]>([
    [
      'that there is no inactive user',
      'no-inactive-users',
      ['1,a,s@x.org,true,idp', '2,b,s@x.org,true,idp'],
      [],
      ['conflicting-users', '1', 'deactivate'],
      'replace-user active',
    ],
    [
      'who is in a group that is renamed',
      'inactive-basic-member',
      ['1,a@x.org,a@x.org,true,idp', '2,b@x.org,b@x.org,false,basic'],
      ['--sync-group', 'Dev', '--sync-group', 'Ops'],
      ['duplicate-group-name', '101', 'set-name', 'Dev2'],
      'replace-group displayName',
    ],
    [
      'a name that no group had',
      'unknown-sync-group',
      ['1,a@x.org,a@x.org,true,idp'],
      ['--sync-group', 'Ops'],
      ['duplicate-group-name', '101', 'set-name', 'Ops'],
      'replace-group displayName',
    ],
  ])('%s is not open', async (_, rule, users, flags, [of_, id, ...cells], action) => {
    const groups = 'id,name,project\n100,Dev,\n101,Dev,\n';
    const cwd = newFolder({
      'export/users.csv': `${HEAD}${users.join('\n')}\n`,
      'export/groups.csv': groups,
      'export/memberships.csv': 'groupId,userId\n101,2\n'.slice(0, users.length > 1 && rule === 'inactive-basic-member' ? undefined : 15),
    });
    expect((await plan(cwd, 'plan', ...flags)).code).toBe(0);
    expect(planOf(cwd).open).toContainEqual(expect.stringContaining(rule));
    writeAnswer(join(cwd, 'plan/decisions.csv'), of(of_, id), ...cells);
    const { code, stderr } = await plan(cwd, 'plan', ...flags);
    expect(code, stderr).toBe(0);
    expect(planOf(cwd).open).not.toContainEqual(expect.stringContaining(rule));
    expect(resolved(cwd, rule)).toEqual([action]);
  });
});

it('a date is one that other files may have as well', () => {
  const number = (max: number, digits: number) => fc.nat(max).map((n) => String(n).padStart(digits, '0'));
  const near = fc.tuple(fc.constantFrom('1900', '2000', '2023', '2024', '2100', '0000', '9999'), number(13, 2), number(32, 2)).map((parts) => parts.join('-'));
  fc.assert(
    fc.property(fc.oneof(near, fc.string(), fc.constantFrom('2026-3-1', '2026-03-01\n', ' 2026-03-01', '٢٠٢٦-٠٣-٠١')), (text) => {
      expect(isDate(text)).toBe(z.iso.date().safeParse(text).success);
    }),
    { numRuns: 500 },
  );
});

describe('a spreadsheet', () => {
  const folderWith = temporaryFolders();
  let folder = '';
  let decided: { readonly text: string; readonly summary: Summary };

  beforeEach(async () => {
    folder = folderWith(SOURCE);
    await runPlan(folder);
    answer(folder, [
      ['conflicting-users', '2', { action: 'set-username', value: 'former-2@x.org' }],
      ['duplicate-group-name', '31', { action: 'set-name', value: '=Optics, “2”' }],
      ['missing-email', '21', { action: 'accept', reason: 'it is a robot; "really"', owner: "'Ines", expires: '2026-12-31' }],
    ]);
    const summary = await summaryOf(folder);
    decided = { summary, text: readText(folder) };
  });

  interface Habit {
    readonly program: string;
    readonly column: keyof typeof COLUMN;
    readonly written: string;
    readonly rewritten: string;
  }

  const HABITS: Habit[] = parse(readFileSync(join(ROOT, 'fixtures/plan/spreadsheet-habits/habits.csv')), { columns: true });

  describe('what a spreadsheet was seen to write comes back', () => {
    test.each(HABITS)('$program writes $written as $rewritten', async ({ column, written, rewritten }) => {
      const table = readTable(folder);
      const at = COLUMN[column];
      expect(table.some((cells) => cells[at] === written)).toBe(true);
      writeTable(
        folder,
        table.map((cells) => cells.with(at, cells[at] === written ? rewritten : cells[at])),
      );
      expect(await summaryOf(folder)).toEqual(decided.summary);
      expect(readText(folder)).toBe(decided.text);
    });
  });

  test('a time that a spreadsheet wrote in its own way is refused, with advice', async () => {
    folder = folderWith({ ...SOURCE, 'export/users.csv': SOURCE['export/users.csv'].replace(',1.50,', ',12:30,') });
    await runPlan(folder);
    const table = readTable(folder);
    writeTable(
      folder,
      table.map((cells) => cells.with(COLUMN.current, cells[COLUMN.current] === '12:30' ? '12:30:00 PM' : cells[COLUMN.current])),
    );
    const { code, stderr } = await runPlan(folder);
    expect(stderr).toContain('current was altered: it is "12:30:00 PM" and was "12:30". Spreadsheets do that');
    expect(code).toBe(2);
  });

  describeWith('libreoffice', 'LibreOffice opens the file and saves it', () => {
    test.each([
      ['commas, all text quoted', '44,34,76,1,,0,true,true,false'],
      ['commas', '44,34,76,1,,0,false,true,false'],
      ['semicolons', '59,34,76,1'],
      ['tabs', '9,34,76,1'],
    ])('with %s', { timeout: 120_000 }, async (_, filter) => {
      const saved = join(folder, 'saved');
      const profile = `-env:UserInstallation=file://${join(folder, 'profile')}`;
      const { status, stderr } = spawnSync(
        requiredProgram('libreoffice'),
        [
          profile,
          '--headless',
          '--infilter=CSV:44,34,76,1',
          '--convert-to',
          `csv:Text - txt - csv (StarCalc):${filter}`,
          '--outdir',
          saved,
          join(folder, 'plan/decisions.csv'),
        ],
        { encoding: 'utf8', env: { PATH: process.env.PATH ?? '', HOME: folder } },
      );
      if (status !== 0) throw new Error(stderr);
      expect(readFileSync(join(saved, 'decisions.csv'), 'utf8')).not.toBe(decided.text);
      copyFileSync(join(saved, 'decisions.csv'), join(folder, 'plan/decisions.csv'));
      expect(await summaryOf(folder)).toEqual(decided.summary);
      expect(readText(folder)).toBe(decided.text);
    });
  });

  describe('a file in another encoding is told what it is', () => {
    beforeEach(async () => {
      folder = folderWith({
        ...SOURCE,
        'export/users.csv': SOURCE['export/users.csv'].replace('21,labrobot,', '21,Zoë “robot” Ďáblík,').replace('1,ana,', '1,añaÏ,'),
      });
      expect((await runPlan(folder)).code).toBe(0);
    });

    test('saved in the encoding of the country', async () => {
      writeText(folder, Buffer.from(readText(folder), 'latin1'));
      const { code, stderr } = await runPlan(folder);
      expect(code).toBe(2);
      expect(stderr).toContain('the text is not utf-8: save the file again as "CSV UTF-8".');
      expect(stderr).toContain('The decisions cannot be used as they are');
      expect(stderr).not.toContain('--encoding');
      expect(stderr).not.toContain('Fix the export');
      const checked = await runCli(['check', 'export', '--auth-mode', 'multi', '--decisions', 'plan/decisions.csv'], { cwd: folder });
      expect(checked.stderr).toContain('save the file again as "CSV UTF-8".');
    });

    test('opened as windows-1252 and saved as UTF-8', async () => {
      // Windows reads the bytes that the encoding lacks as control characters.
      const misread = readText(folder).replaceAll('Zoë “robot” Ďáblík', 'ZoÃ« â€œrobotâ€\u009d ÄŽÃ¡blÃ\u00adk').replaceAll('añaÏ', 'aÃ±aÃ\u008f');
      writeText(folder, misread);
      const { code, stderr } = await runPlan(folder);
      expect(code).toBe(2);
      expect(stderr).toContain('The file was opened in another encoding: open it as UTF-8 (Data > From Text/CSV in Excel).');
      expect(stderr).not.toContain('may be written.');
    });
  });
});
