/** Rows of decisions.csv as they are asked: who the user is, actions that change something, and values that fit Jama Connect's columns. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, test } from 'vitest';
import { temporaryFolders } from '../support/machine.js';
import { runCli } from '../support/run.js';
import {
  answer,
  COLUMN,
  type Column,
  lineOf,
  placeOf,
  readTable,
  readText,
  rowOf,
  runPlan,
  SOURCE,
  summaryOf,
  USERS,
  writeTable,
  writeText,
} from './planning.js';

const newFolder = temporaryFolders();

const folderWith = (users: readonly string[]): string =>
  newFolder({ ...SOURCE, 'export/users.csv': `id,userName,email,active,authenticationType\n${users.join('\n')}\n` });

const plan = (cwd: string, ...more: readonly string[]) => runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan', ...more], { cwd });

function problemOf(folder: string, rule: string, id: string): string {
  const table = readTable(folder);
  return table[rowOf(table, rule, id)][COLUMN.problem];
}

it('say who is decided about: username, email and state, whatever the finding is', async () => {
  const folder = folderWith([
    '20,ext1,ext1@ext.example,false,basic',
    '21,labrobot,,true,idp',
    '22,,none@x.org,true,basic',
    '23,=cmd,twice@x.org,true,idp',
    '24,old,TWICE@x.org,false,idp',
    '25,twice@x.org,twice@x.org,false,basic',
  ]);
  expect((await plan(folder)).code).toBe(0);
  expect(problemOf(folder, 'inactive-basic-member', '20')).toBe(
    'Inactive Basic user ext1 <ext1@ext.example>: The first group sync removes the user from these groups.',
  );
  expect(problemOf(folder, 'missing-email', '21')).toMatch(/^Active IdP user labrobot <no email>: /);
  expect(problemOf(folder, 'conflicting-users', '23')).toMatch(/^Active IdP user =cmd <twice@x\.org>: The username/);
  expect(problemOf(folder, 'conflicting-users', '25')).toMatch(/^Inactive Basic user twice@x\.org: The username/);
  // What a redacted plan is for is not undone by the row's own words.
  expect((await plan(folder, '--redact', '--out', 'redacted')).code).toBe(0);
  const redacted = readFileSync(join(folder, 'redacted/decisions.csv'), 'utf8');
  expect(redacted).toContain('Inactive Basic user ');
  for (const secret of ['ext1', 'labrobot', '=cmd', 'x.org']) expect(redacted).not.toContain(secret);
});

it('a decision that came true before the next export is outdated, not refused', async () => {
  const holder = '2,ana@x.org,old.ana@x.org';
  const folder = folderWith(['1,ana,ana@x.org,true,idp', `${holder},true,basic`, '9,old,old@x.org,false,basic']);
  await plan(folder);
  answer(folder, [['conflicting-users', '2', { action: 'deactivate' }]]);
  expect((await plan(folder)).code).toBe(0);
  const decided = readFileSync(join(folder, 'plan/decisions.csv'), 'utf8');
  const next = folderWith(['1,ana,ana@x.org,true,idp', `${holder},false,basic`, '9,old,old@x.org,false,basic']);
  // The plan that asked lies beside its decisions.
  await runCli(['plan', join(folder, 'export'), '--auth-mode', 'multi', '--out', 'plan'], { cwd: next });
  writeText(next, decided);
  const { code, stdout, stderr } = await plan(next, '--format', 'json');
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ outdated: 1 });
  const table = readTable(next);
  expect(table[rowOf(table, 'conflicting-users', '2')][COLUMN.action]).toBe('');
  expect(readFileSync(join(next, 'plan/decisions.outdated.csv'), 'utf8')).toContain('user 2 is inactive already');
});

it('what a better export or another name removes is told first, and only then that it can be accepted', async () => {
  const folder = newFolder({ ...SOURCE, 'export/memberships.csv': 'groupId,userId\n30,20\n30,999\n' });
  expect((await plan(folder, '--sync-group', 'Optic', '--sync-group', 'Night shift')).code).toBe(0);
  expect(problemOf(folder, 'unknown-member', '')).toMatch(/^Memberships name .* Export active and inactive users .* again, .*Accept the finding only if /);
  expect(problemOf(folder, 'unknown-sync-group', '')).toMatch(
    /^Correct the name given with --sync-group, .*did you mean "Optics"\? .*Accept the finding only if /,
  );
});

const LONG = 'x'.repeat(256);

/** Two groups of one name, and a user out of scope who holds a contested username; of both, `longest` is all that fits. */
const sourceOf = (name: string) => ({
  'export/users.csv': 'id,username,email,active,authentication type\n1,ana,ana@x.org,true,idp\n2,ana@x.org,old@x.org,false,idp\n',
  'export/groups.csv': `id,name,project\n30,${name},\n31,${name},\n`,
  'export/memberships.csv': 'groupId,userId\n',
});

it('a value that no column holds is refused with its line, and the longest that it holds is not', async () => {
  const folder = newFolder(sourceOf('Optics'));
  await runPlan(folder);
  answer(folder, [
    ['duplicate-group-name', '30', { action: 'set-name', value: LONG }],
    ['conflicting-users', '2', { action: 'set-username', value: LONG }],
  ]);
  const { code, stderr } = await runPlan(folder);
  expect(code).toBe(2);
  for (const [rule, id] of [
    ['duplicate-group-name', '30'],
    ['conflicting-users', '2'],
  ] as const) {
    expect(stderr).toContain(`${placeOf(lineOf(folder, rule, id), COLUMN.value + 1)}"${LONG.slice(0, 57)}…" has 256 characters; Jama Connect holds 255.`);
  }
  answer(folder, [
    ['duplicate-group-name', '30', { action: 'set-name', value: LONG.slice(1) }],
    ['conflicting-users', '2', { action: 'set-username', value: LONG.slice(1) }],
  ]);
  expect((await runPlan(folder)).code).toBe(0);
});

it('nothing is suggested that no column holds', async () => {
  for (const [length, suggests] of [
    [240, true],
    [255, false],
  ] as const) {
    const folder = newFolder(sourceOf('x'.repeat(length)));
    await runPlan(folder);
    const table = readTable(folder);
    const suggestions = ['30', '31'].map((id) => table[rowOf(table, 'duplicate-group-name', id)][COLUMN.suggestion]);
    expect({ length, isAny: suggestions.some((text) => text !== '') }).toEqual({ length, isAny: suggests });
  }
});

it('numbers of the summary have separators', async () => {
  const rows = Array.from({ length: 1_001 }, (_, at) => `${at + 1},u${at}@x.org,,true,idp\n`).join('');
  const folder = newFolder({
    ...sourceOf('Optics'),
    'export/users.csv': `id,username,email,active,authentication type\n${rows}9999,z@x.org,z@x.org,false,idp\n`,
  });
  await runPlan(folder);
  answer(
    folder,
    Array.from({ length: 1_001 }, (_, at) => ['missing-email', String(at + 1), { action: 'set-email', value: `u${at}@x.org` }] as const),
  );
  expect((await runPlan(folder)).stdout).toContain('1,001 emails change, 1,001 of active users');
});

describe('the file of decisions', () => {
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
      [
        'what the inactive user is',
        taken,
        { action: 'deactivate' },
        'action',
        'user 2 is inactive already; possible: set-email, set-username, activate, accept',
      ],
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
});

describe('decisions, written and read back', () => {
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
});
