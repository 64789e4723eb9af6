import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolders } from '../support/temporary.js';
import { answer, COLUMN, type Column, readTable, readText, rowOf, runPlan, SOURCE, summaryOf, USERS, writeTable, writeText } from './observatory.js';

const folderWith = temporaryFolders();
let folder = '';

beforeEach(async () => {
  folder = folderWith(SOURCE);
  expect((await runPlan(folder)).code).toBe(0);
});

/** Line of the file on which a row starts. */
function lineOf(rule: string, id: string): number {
  const table = readTable(folder);
  const before = table.slice(0, rowOf(table, rule, id));
  return before.reduce((line, cells) => line + cells.join('').split('\n').length, 1);
}

const at = (line: number, column?: number): string => `${FILE}, line ${line}${column === undefined ? '' : `, column ${column}`}: `;

async function expectRefused(place: string, ...words: readonly string[]): Promise<void> {
  const { code, stderr } = await runPlan(folder);
  expect(stderr).toContain(place);
  for (const word of words) expect(stderr).toContain(word);
  expect(code).toBe(2);
}

const FILE = 'plan/decisions.csv';

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
    expect(text).toContain("set-name,'=Optics (2)");
    expect(text).toContain("accept,,'=because,'@ines,2026-12-31");
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
    ['all cells quoted', (text) => rewritten(text, ',', '\r\n', true)],
    ['a byte-order mark', (text) => `\ufeff${text}`],
    ['UTF-16', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['an empty line at the end', (text) => `${text}\r\n`],
    ['lines of empty cells at the end', (text) => `${text},,,,,,,,,,,\r\n`],
    ['no line end at the end', (text) => text.trimEnd()],
    ['empty cells at the end left away', (text) => text.replace(/,+\r\n/g, '\r\n')],
    ['empty cells put in at the end', (text) => rewritten(text, ',', ',,\r\n', false)],
    ['other line ends in cells', (text) => text.replace('two\nlines', 'two\r\nlines')],
    ['numbers written otherwise', (text) => text.replaceAll(',0005,', ',5,').replaceAll(',1.50,', ',1.5,')],
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

/** Yields the records of a file with their line ends. */
function records(text: string): string[] {
  return text.match(/(?:"(?:[^"]|"")*"|[^"\n])*\n/g) ?? [];
}

function rewritten(text: string, delimiter: string, lineEnd: string, isQuoted: boolean): string {
  const table = records(text).map((record) => [...record.trimEnd().matchAll(/(?:^|,)("(?:[^"]|"")*"|[^,]*)/g)].map(([, cell = '']) => cell));
  const plain = (cell: string): string => (cell.startsWith('"') ? cell.slice(1, -1) : cell);
  const needs = (cell: string): boolean => isQuoted || cell.startsWith('"') || cell.includes(delimiter);
  return table.map((cells) => cells.map((cell) => (needs(cell) ? `"${plain(cell)}"` : cell)).join(delimiter) + lineEnd).join('');
}

describe('is refused where the file is not the one that was written', () => {
  test('a row is missing', async () => {
    const table = readTable(folder);
    const line = lineOf('conflicting-users', '2');
    writeTable(folder, table.toSpliced(rowOf(table, 'conflicting-users', '2'), 1));
    await expectRefused(at(line), 'a row is missing here: user 2');
  });
  test('a row was added', async () => {
    const table = readTable(folder);
    const row = table[rowOf(table, 'conflicting-users', '2')].with(COLUMN.id, '23');
    writeTable(folder, [...table, row]);
    await expectRefused(FILE, 'the row was added or altered');
  });
  test('a row is there twice', async () => {
    const table = readTable(folder);
    writeTable(folder, [...table, table[1]]);
    await expectRefused(FILE, 'the row is there already, on line 2');
  });
  test.each<[Column, string]>([
    ['rule', 'duplicate-email'],
    ['current', 'ana@x.org <other@x.org>'],
    ['problem', 'Nothing.'],
    ['suggestion', 'set-username root'],
  ])('%s was altered', async (column, value) => {
    const line = lineOf('conflicting-users', '2');
    answer(folder, [['conflicting-users', '2', { [column]: value }]]);
    await expectRefused(at(line, COLUMN[column] + 1), `${column} was altered`);
  });
  test.each<[Column, string]>([
    ['fingerprint', 'conflicting-users:0000000000000000'],
    ['subject', 'group'],
    ['id', '3'],
  ])('%s was altered, so that it is another row', async (column, value) => {
    const line = lineOf('conflicting-users', '2');
    answer(folder, [['conflicting-users', '2', { [column]: value }]]);
    await expectRefused(at(line), 'the row was added or altered');
  });
  test('headings', async () => {
    writeText(folder, readText(folder).replace('fingerprint,rule', 'finger print,rule'));
    await expectRefused(at(1, 1), 'the headings are not');
  });
  test('a cell beyond the last column', async () => {
    const table = readTable(folder);
    writeTable(
      folder,
      table.map((cells, at) => (at === 2 ? [...cells, 'a remark'] : cells)),
    );
    await expectRefused(at(3, 13), 'the row has 13 cells');
  });
  test('an empty file', async () => {
    writeText(folder, '');
    await expectRefused(at(1, 1));
  });
});

describe('is refused where a decision cannot be meant', () => {
  const taken = ['conflicting-users', '2'] as const;
  test.each<[string, readonly [string, string], Partial<Record<Column, string>>, Column, string]>([
    ['an unknown action', taken, { action: 'rename', value: 'x' }, 'action', '"rename" is not possible here; possible: set-email'],
    ['an action of another rule', taken, { action: 'remove-member' }, 'action', '"remove-member" is not possible here'],
    ['a value without an action', taken, { value: 'x@x.org' }, 'action', 'there is a value but no action'],
    ['no value', taken, { action: 'set-username' }, 'value', 'set-username needs a value'],
    ['no email', taken, { action: 'set-email', value: 'x at x' }, 'value', '"x at x" is not an email address'],
    ['no name', ['duplicate-group-name', '31'], { action: 'set-name', value: ' ' }, 'value', 'set-name needs a value'],
    ['a name with a space at its end', ['duplicate-group-name', '31'], { action: 'set-name', value: 'Optics 2 ' }, 'value', 'white space around it'],
    ['a value too many', taken, { action: 'deactivate', value: 'yes' }, 'value', 'deactivate takes no value'],
    [
      'a group that the finding does not have',
      ['inactive-basic-member', '20'],
      { action: 'remove-member', value: '99' },
      'value',
      'the finding has no group "99"',
    ],
    ['accept without a reason', taken, { action: 'accept', owner: 'Ines' }, 'reason', 'accept needs a reason'],
    ['accept without an owner', taken, { action: 'accept', reason: 'known' }, 'owner', 'accept needs an owner'],
    ['accept with a value', taken, { action: 'accept', reason: 'known', owner: 'Ines', value: 'x' }, 'value', 'accept takes no value'],
    [
      'an acceptance that ended',
      taken,
      { action: 'accept', reason: 'known', owner: 'Ines', expires: '2026-03-01' },
      'expires',
      'the acceptance ended on 2026-03-01',
    ],
    ['a day that is none', taken, { action: 'accept', reason: 'known', owner: 'Ines', expires: '2026-02-29' }, 'expires', '"2026-02-29" is no date'],
    ['a date of a country', taken, { action: 'accept', reason: 'known', owner: 'Ines', expires: '31.12.2026' }, 'expires', 'write it as 2027-01-31'],
    ['a username other than the email, in scope', ['conflicting-users', '4'], { action: 'set-username', value: 'benny' }, 'value', 'user 4 is in scope'],
  ])('%s', async (_, [rule, id], cells, column, words) => {
    const line = lineOf(rule, id);
    answer(folder, [[rule, id, cells]]);
    await expectRefused(at(line, COLUMN[column] + 1), words);
  });

  test('an acceptance on its last day still holds', async () => {
    answer(folder, [['missing-email', '21', { action: 'accept', reason: 'a robot', owner: 'Ines', expires: '2026-03-02' }]]);
    expect((await summaryOf(folder)).accepted).toBe(1);
  });

  test('two rows decide otherwise about one user', async () => {
    const first = lineOf('username-email-mismatch', '4');
    const second = lineOf('conflicting-users', '4');
    answer(folder, [
      ['username-email-mismatch', '4', { action: 'set-email', value: 'one@x.org' }],
      ['conflicting-users', '4', { action: 'set-email', value: 'two@x.org' }],
    ]);
    await expectRefused(at(second, 9), `line ${first} decides otherwise about the email of user 4`);
  });

  test('one finding is both accepted and changed', async () => {
    const first = lineOf('conflicting-users', '3');
    answer(folder, [
      ['conflicting-users', '3', { action: 'accept', reason: 'known', owner: 'Ines' }],
      ['conflicting-users', '4', { action: 'set-email', value: 'two@x.org' }],
    ]);
    await expectRefused(at(lineOf('conflicting-users', '4'), 8), `line ${first} decides otherwise about this finding`);
  });

  test.each<[string, readonly [string, string], Partial<Record<Column, string>>, string]>([
    ['the username of somebody else', taken, { action: 'set-username', value: 'FREE@x.org' }, 'new finding, duplicate-username'],
    ['the email of somebody else', ['missing-email', '21'], { action: 'set-email', value: 'free@x.org' }, 'new finding'],
    ['a username that another was to get without a decision', taken, { action: 'set-username', value: 'Cleo@x.org' }, 'new finding, conflicting-users'],
    ['the email of one who was to be renamed', ['missing-email', '21'], { action: 'set-email', value: 'cleo@x.org' }, 'new finding, conflicting-users'],
    ['the name of another group', ['duplicate-group-name', '31'], { action: 'set-name', value: 'night SHIFT' }, 'new finding, duplicate-group-name'],
  ])('a new conflict: %s', async (_, [rule, id], cells, words) => {
    const line = lineOf(rule, id);
    answer(folder, [[rule, id, cells]]);
    await expectRefused(at(line), words);
  });

  test('a refused plan leaves the folder as it was', async () => {
    const before = readFileSync(join(folder, 'plan/plan.json'), 'utf8');
    answer(folder, [[...taken, { action: 'rename' }]]);
    const text = readText(folder);
    await expectRefused(FILE);
    expect(readFileSync(join(folder, 'plan/plan.json'), 'utf8')).toBe(before);
    expect(readText(folder)).toBe(text);
  });
});

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
    const line = lineOf('conflicting-users', '2');
    answer(folder, [['conflicting-users', '2', { current: 'somebody else' }]]);
    folder = fresh((rows) => rows.map((row) => row.replace('old.ana@x.org', 'older.ana@x.org')));
    await expectRefused(at(line), 'the row was added or altered since the plan wrote it');
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
