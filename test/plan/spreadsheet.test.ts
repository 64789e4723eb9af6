import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { beforeEach, describe, expect, test } from 'vitest';
import { describeWith, requiredProgram, temporaryFolders } from '../support/machine.js';
import { ROOT, runCli } from '../support/run.js';
import { answer, COLUMN, readTable, readText, runPlan, SOURCE, type Summary, summaryOf, writeTable, writeText } from './observatory.js';

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
