import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolders } from '../support/machine.js';
import { answer, COLUMN, lineOf, placeOf, readTable, readText, rowOf, runPlan, SOURCE, summaryOf, USERS, writeText } from './observatory.js';

const folderWith = temporaryFolders();
let folder = '';

beforeEach(async () => {
  folder = folderWith(SOURCE);
  expect((await runPlan(folder)).code).toBe(0);
});

describe('comes back as it was', () => {
  test('without edits, byte for byte', async () => {
    const before = readText(folder);
    expect((await runPlan(folder)).code).toBe(0);
    expect(readText(folder)).toBe(before);
  });

  test('with answers, which stay in their rows', async () => {
    const table = answer(folder, [
      ['conflicting-users', '2', { action: 'set-username', value: 'former-2@x.org' }],
      ['conflicting-users', '4', { action: 'set-email', value: 'b.jamin@x.org' }],
      ['duplicate-group-name', '31', { action: 'set-name', value: '=Optics (2)' }],
      ['missing-email', '21', { action: 'accept', reason: '=because', owner: '@ines', expires: '2026-12-31' }],
    ]);
    const summary = await summaryOf(folder);
    expect(summary.accepted).toBe(1);
    expect(readTable(folder).map((cells) => cells[COLUMN.action])).toEqual(table.map((cells) => cells[COLUMN.action]));
    const text = readText(folder);
    expect(text).toContain('"set-name","\'=Optics (2)"');
    expect(text).toContain('"accept","","\'=because","\'@ines","2026-12-31"');
    expect(JSON.parse(readFileSync(join(folder, 'plan/plan.json'), 'utf8')).actions.map(({ change }: { change: { to: string } }) => change.to)).toContain(
      '=Optics (2)',
    );
    expect(await summaryOf(folder)).toEqual(summary);
    expect(readText(folder)).toBe(text);
  });

  test('usernames that look like formulas', () => {
    const current = readTable(folder).map((cells) => cells[COLUMN.current]);
    for (const guarded of ["'=cmd", "'+1", "'-x", "'@x", "'\tx", "''=apostrophe"]) {
      expect(current.some((cell) => cell === guarded)).toBe(true);
    }
  });

  test.each<[string, (text: string) => string | Uint8Array]>([
    ['semicolons', (text) => rewritten(text, ';', '\r\n', false)],
    ['tabs', (text) => rewritten(text, '\t', '\n', false)],
    ['LF', (text) => rewritten(text, ',', '\n', false)],
    ['quotes only where they are needed', (text) => rewritten(text, ',', '\r\n', false)],
    ['semicolons and quotes', (text) => rewritten(text, ';', '\r\n', true)],
    ['no byte-order mark', (text) => text.slice(1)],
    ['UTF-16', (text) => Buffer.from(text, 'utf16le')],
    ['an empty line at the end', (text) => `${text}\r\n`],
    ['lines of empty cells at the end', (text) => `${text},,,,,,,,,,,\r\n`],
    ['no line end at the end', (text) => text.trimEnd()],
    ['empty cells at the end left away', (text) => text.replace(/(?:,"")+\r\n/g, '\r\n')],
    ['empty cells put in at the end', (text) => rewritten(text, ',', ',,\r\n', false)],
    ['other line ends in cells', (text) => text.replace('two\nlines', 'two\r\nlines')],
    ['numbers written otherwise', (text) => text.replaceAll(',"0005",', ',5,').replaceAll(',"1.50",', ',1.5,')],
    ['rows in another order', (text) => [text.slice(0, text.indexOf('\n') + 1), ...records(text).slice(1).reverse()].join('')],
  ])('%s', async (_, change) => {
    answer(folder, [['conflicting-users', '2', { action: 'set-username', value: 'former-2@x.org' }]]);
    const summary = await summaryOf(folder);
    const text = readText(folder);
    const changed = change(text);
    expect(changed).not.toBe(text);
    writeText(folder, changed);
    expect(await summaryOf(folder)).toEqual(summary);
    expect(readText(folder)).toBe(text);
  });
});

/** Returns the records of a file with their line ends. */
function records(text: string): string[] {
  return text.match(/(?:"(?:[^"]|"")*"|[^"\n])*\n/g) ?? [];
}

function rewritten(text: string, delimiter: string, lineEnd: string, isQuoted: boolean): string {
  const table = records(text.replace(/^\ufeff/, '')).map((record) =>
    [...record.trimEnd().matchAll(/(?:^|,)("(?:[^"]|"")*"|[^,]*)/g)].map(([, cell = '']) => cell),
  );
  const plain = (cell: string): string => (cell.startsWith('"') ? cell.slice(1, -1) : cell);
  const needs = (cell: string): boolean => isQuoted || /[",\n]|^\s|\s$/.test(cell) || cell.includes(delimiter);
  return table.map((cells) => cells.map((cell) => (needs(plain(cell)) ? `"${plain(cell)}"` : plain(cell))).join(delimiter) + lineEnd).join('');
}

describe('on a fresh export', () => {
  const fresh = (change: (users: readonly string[]) => readonly string[]): string => {
    const [headings = '', ...rows] = USERS;
    return folderWith({
      ...SOURCE,
      'export/users.csv': `${[headings, ...change(rows)].join('\n')}\n`,
      'plan/decisions.csv': readText(folder),
      'plan/plan.json': readFileSync(join(folder, 'plan/plan.json')),
    });
  };

  test('decisions whose finding is the same carry over', async () => {
    answer(folder, [[...(['conflicting-users', '2'] as const), { action: 'set-username', value: 'former-2@x.org' }]]);
    folder = fresh((rows) => [...rows.toReversed(), '50,new,new@x.org,true,idp']);
    expect((await summaryOf(folder)).outdated).toBe(0);
    const table = readTable(folder);
    expect(table[rowOf(table, 'conflicting-users', '2')][COLUMN.value]).toBe('former-2@x.org');
  });

  test('decisions whose finding has changed are kept aside, with the reason', async () => {
    answer(folder, [
      ['conflicting-users', '2', { action: 'set-username', value: 'former-2@x.org' }],
      ['missing-email', '21', { action: 'set-email', value: 'labrobot@x.org' }],
    ]);
    folder = fresh((rows) => rows.map((row) => row.replace('old.ana@x.org', 'older.ana@x.org').replace('21,labrobot,,', '21,labrobot,robot@x.org,')));
    expect((await summaryOf(folder)).outdated).toBe(2);
    const aside = readFileSync(join(folder, 'plan/decisions.outdated.csv'), 'utf8');
    expect(aside).toContain('former-2@x.org');
    expect(aside).toContain('the finding has changed');
    expect(aside).toContain('the finding is gone');
    expect((await summaryOf(folder)).outdated).toBe(0);
    expect(readFileSync(join(folder, 'plan/decisions.outdated.csv'), 'utf8')).toBe(aside);
  });

  test('a row that was altered is refused all the same', async () => {
    const line = lineOf(folder, 'conflicting-users', '2');
    answer(folder, [['conflicting-users', '2', { current: 'somebody else' }]]);
    folder = fresh((rows) => rows.map((row) => row.replace('old.ana@x.org', 'older.ana@x.org')));
    const { code, stderr } = await runPlan(folder);
    expect(stderr).toContain(`${placeOf(line)}the row was added or altered since the plan wrote it`);
    expect(code).toBe(2);
  });

  test('other settings ask other questions, and blame nobody', async () => {
    answer(folder, [['conflicting-users', '2', { action: 'set-username', value: 'former-2@x.org' }]]);
    const { code, stderr } = await runPlan(folder, '--skip-rule', 'missing-email', '--sync-group', 'Night shift');
    expect(stderr).toContain('the plan is written');
    expect(code).toBe(0);
    const table = readTable(folder);
    expect(table[rowOf(table, 'conflicting-users', '2')][COLUMN.value]).toBe('former-2@x.org');
  });
});
