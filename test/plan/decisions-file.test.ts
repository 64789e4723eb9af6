import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolders } from '../support/machine.js';
import { answer, COLUMN, type Column, lineOf, placeOf, readTable, readText, rowOf, runPlan, SOURCE, summaryOf, writeTable, writeText } from './observatory.js';

const folderWith = temporaryFolders();
let folder = '';

beforeEach(async () => {
  folder = folderWith(SOURCE);
  expect((await runPlan(folder)).code).toBe(0);
});

async function expectRefused(place: string, ...words: readonly string[]): Promise<void> {
  const { code, stderr } = await runPlan(folder);
  expect(stderr).toContain(place);
  for (const word of words) expect(stderr).toContain(word);
  expect(code).toBe(2);
}

describe('is refused where the file is not the one that was written', () => {
  test('a row is missing', async () => {
    const table = readTable(folder);
    const line = lineOf(folder, 'conflicting-users', '2');
    writeTable(folder, table.toSpliced(rowOf(table, 'conflicting-users', '2'), 1));
    await expectRefused(placeOf(line), 'a row is missing here: user 2');
  });
  test('a row was added', async () => {
    const table = readTable(folder);
    const row = table[rowOf(table, 'conflicting-users', '2')].with(COLUMN.id, '23');
    writeTable(folder, [...table, row]);
    await expectRefused('plan/decisions.csv', 'the row was added or altered');
  });
  test('a row is there twice', async () => {
    const table = readTable(folder);
    writeTable(folder, [...table, table[1]]);
    await expectRefused('plan/decisions.csv', 'the row is already there, on line 2');
  });
  test.each<[Column, string]>([
    ['rule', 'duplicate-email'],
    ['current', 'ana@x.org <other@x.org>'],
    ['problem', 'Nothing.'],
    ['suggestion', 'set-username root'],
  ])('%s was altered', async (column, value) => {
    const line = lineOf(folder, 'conflicting-users', '2');
    answer(folder, [['conflicting-users', '2', { [column]: value }]]);
    await expectRefused(placeOf(line, COLUMN[column] + 1), `${column} was altered`);
  });
  test.each<[Column, string]>([
    ['fingerprint', 'conflicting-users:0000000000000000'],
    ['subject', 'group'],
    ['id', '3'],
  ])('%s was altered, so that it is another row', async (column, value) => {
    const line = lineOf(folder, 'conflicting-users', '2');
    answer(folder, [['conflicting-users', '2', { [column]: value }]]);
    await expectRefused(placeOf(line), 'the row was added or altered');
  });
  test('headings', async () => {
    writeText(folder, readText(folder).replace('"fingerprint","rule"', '"finger print","rule"'));
    await expectRefused(placeOf(1, 1), 'the headings are not');
  });
  test('a cell beyond the last column', async () => {
    const table = readTable(folder);
    writeTable(
      folder,
      table.map((cells, at) => (at === 2 ? [...cells, 'a remark'] : cells)),
    );
    await expectRefused(placeOf(3, 13), 'the row has 13 cells');
  });
  test('an empty file', async () => {
    writeText(folder, '');
    await expectRefused(placeOf(1, 1));
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
    ['no email address at all', taken, { action: 'set-email' }, 'value', 'set-email needs a value.'],
    ['a control character', taken, { action: 'set-username', value: 'a\tb' }, 'value', '"a\\tb" has a control character'],
    ['a value too many', taken, { action: 'activate', value: 'yes' }, 'value', 'activate takes no value'],
    ['what the inactive user is', taken, { action: 'deactivate' }, 'action', 'user 2 is inactive already; possible: set-email, set-username, activate, accept'],
    ['what the active user is', ['conflicting-users', '4'], { action: 'activate' }, 'action', 'user 4 is active already; possible: set-email'],
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
    ['a day that is none', taken, { action: 'accept', reason: 'known', owner: 'Ines', expires: '2026-02-29' }, 'expires', '"2026-02-29" is not a date'],
    ['a date of a country', taken, { action: 'accept', reason: 'known', owner: 'Ines', expires: '31.12.2026' }, 'expires', 'write it as 2027-01-31'],
    ['a username other than the email, in scope', ['conflicting-users', '4'], { action: 'set-username', value: 'benny' }, 'value', 'user 4 is in scope'],
  ])('%s', async (_, [rule, id], cells, column, words) => {
    const line = lineOf(folder, rule, id);
    answer(folder, [[rule, id, cells]]);
    await expectRefused(placeOf(line, COLUMN[column] + 1), words);
  });

  test('an acceptance on its last day still holds', async () => {
    answer(folder, [['missing-email', '21', { action: 'accept', reason: 'a robot', owner: 'Ines', expires: '2026-03-02' }]]);
    expect((await summaryOf(folder)).accepted).toBe(1);
  });

  test('two rows decide otherwise about one user', async () => {
    const first = lineOf(folder, 'username-email-mismatch', '4');
    const second = lineOf(folder, 'conflicting-users', '4');
    answer(folder, [
      ['username-email-mismatch', '4', { action: 'set-email', value: 'one@x.org' }],
      ['conflicting-users', '4', { action: 'set-email', value: 'two@x.org' }],
    ]);
    await expectRefused(placeOf(second, 9), `line ${first} has a different decision about the email of user 4`);
  });

  test('one finding is both accepted and changed', async () => {
    const first = lineOf(folder, 'conflicting-users', '3');
    answer(folder, [
      ['conflicting-users', '3', { action: 'accept', reason: 'known', owner: 'Ines' }],
      ['conflicting-users', '4', { action: 'set-email', value: 'two@x.org' }],
    ]);
    await expectRefused(placeOf(lineOf(folder, 'conflicting-users', '4'), 8), `line ${first} has a different decision about this finding`);
  });

  test.each<[string, readonly [string, string], Partial<Record<Column, string>>, string]>([
    ['the username of somebody else', taken, { action: 'set-username', value: 'FREE@x.org' }, '(duplicate-username): '],
    ['the email of somebody else', ['missing-email', '21'], { action: 'set-email', value: 'free@x.org' }, 'new finding'],
    ['a username that another was to get without a decision', taken, { action: 'set-username', value: 'Cleo@x.org' }, '(conflicting-users): '],
    ['the email of one who was to be renamed', ['missing-email', '21'], { action: 'set-email', value: 'cleo@x.org' }, '(conflicting-users): '],
    ['the name of another group', ['duplicate-group-name', '31'], { action: 'set-name', value: 'night SHIFT' }, '(duplicate-group-name): '],
  ])('a new conflict: %s', async (_, [rule, id], cells, words) => {
    const line = lineOf(folder, rule, id);
    answer(folder, [[rule, id, cells]]);
    await expectRefused(placeOf(line), words);
  });

  test('a refused plan leaves the folder as it was', async () => {
    const before = readFileSync(join(folder, 'plan/plan.json'), 'utf8');
    answer(folder, [[...taken, { action: 'rename' }]]);
    const text = readText(folder);
    await expectRefused('plan/decisions.csv');
    expect(readFileSync(join(folder, 'plan/plan.json'), 'utf8')).toBe(before);
    expect(readText(folder)).toBe(text);
  });
});
