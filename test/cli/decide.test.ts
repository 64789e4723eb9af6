import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { answer, COLUMN, readTable, rowOf } from '../plan/observatory.js';
import { CTRL_C, CTRL_D, converse, runCli } from '../support/run.js';
import { temporaryFolders } from '../support/temporary.js';

const newFolder = temporaryFolders();
let cwd = '';

async function planned(users: readonly string[]): Promise<void> {
  cwd = newFolder({
    'export/users.csv': `id,userName,email,active,authenticationType\n${users.join('\n')}\n9,old@bakery.example,old@bakery.example,false,basic\n`,
    'export/groups.csv': 'id,name,project\n7,Ovens,\n',
    'export/memberships.csv': `groupId,userId\n7,${users[0]?.split(',', 1)[0]}\n`,
  });
  expect((await runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan'], { cwd })).code).toBe(0);
}

beforeEach(() => planned(['1,rye,,true,idp', '2,bran,,true,idp', '3,oat,oat,true,idp', '4,spelt,spelt@bakery.example,true,idp']));

/** One wants the username that another holds. */
const CONTESTED = ['4,spelt,spelt@bakery.example,true,idp', '5,spelt@bakery.example,old.spelt@bakery.example,false,basic'];

const text = (): string => readFileSync(join(cwd, 'plan/decisions.csv'), 'utf8');
const decide = (...typed: string[]) => converse(['decide', 'plan'], typed, { cwd });

describe('whoever stops in the middle is told what stands', () => {
  it.each([
    ['Ctrl-C', CTRL_C, 130, 'interrupted'],
    ['Ctrl-D', CTRL_D, 2, 'the input ended before every question was answered'],
  ])('by %s', async (_, key, exit, how) => {
    const before = text();
    const none = await decide(key);
    expect(none.code).toBe(exit);
    expect(none.stderr).toContain(`exit ${exit}: ${how}; nothing was written.`);
    expect(text()).toBe(before);
    const one = await decide('2', key);
    expect(one.code).toBe(exit);
    expect(one.stderr).toContain(`exit ${exit}: ${how}; 1 decision is saved, 2 still open; run decide again to go on.`);
    const table = readTable(cwd);
    expect(table[rowOf(table, 'missing-email', '1')][COLUMN.action]).toBe('deactivate');
  });
});

it('asks what can be settled first, and says that the rest may only wait for that', async () => {
  await planned(CONTESTED);
  const { stdout } = await decide('s', '1', 'q');
  const heads = stdout.match(/^\d of \d: .*|^\d+ rows? without a suggestion .*/gm);
  expect(heads).toEqual([
    '1 of 3: Users who need or hold the same username',
    '2 of 3: Users who need or hold the same username',
    expect.stringMatching(/^1 row without a suggestion follows\. /),
    '3 of 3: Usernames that are not the email',
  ]);
  expect((await decide('q')).stdout).toContain('1 of 2: Users who need or hold the same username');
});

describe('a decision is checked before it is saved, in the words of the plan', () => {
  const decisionOf = (rule: string, id: string): string[] => {
    const table = readTable(cwd);
    return table[rowOf(table, rule, id)].slice(COLUMN.action);
  };
  /** Leaves the rows before one open. */
  const upTo = (rule: string, id: string): string[] => {
    const rows = readTable(cwd).slice(1);
    const suggested = new Set(rows.flatMap((cells) => (cells[COLUMN.suggestion] === '' ? [] : [cells[COLUMN.fingerprint]])));
    const isSuggested = (cells: readonly string[]): boolean => suggested.has(cells[COLUMN.fingerprint]);
    const open = rows.filter((cells) => cells[COLUMN.action] === '');
    const asked = [...open.filter(isSuggested), ...open.filter((cells) => !isSuggested(cells))];
    return asked
      .slice(
        0,
        asked.findIndex((cells) => cells[COLUMN.rule] === rule && cells[COLUMN.id] === id),
      )
      .map(() => 's');
  };

  it('an email that is none, and none at all', async () => {
    const { stdout } = await decide('1', '', '1', 'rye at bakery', 'rye@bakery.example', 'q');
    expect(stdout).toContain('\nset-email needs a value.\nPlease type a number');
    expect(stdout).toContain('\n"rye at bakery" is not an email address.\nNew value (empty: choose again): ');
    expect(decisionOf('missing-email', '1')).toEqual(['set-email', 'rye@bakery.example', '', '', '']);
  });

  it('an acceptance without a reason, a day that is none, and one that is over', async () => {
    const { stdout } = await decide('3', '', '3', 'a robot', 'Ines', '2026-02-30', '2026-03-01', '2026-12-31', 'q');
    expect(stdout).toContain('\naccept needs a reason.\n');
    expect(stdout.replace(/\s+/g, ' ')).toContain('"2026-02-30" is not a date; write it as 2027-01-31');
    expect(stdout).toContain('\nthe acceptance ended on 2026-03-01; settle the finding, or accept it again.\n');
    expect(decisionOf('missing-email', '1')).toEqual(['accept', '', 'a robot', 'Ines', '2026-12-31']);
  });

  it('a user in scope is offered the email as username, and no other', async () => {
    await planned(CONTESTED);
    const { stdout, stderr } = await decide(...upTo('username-email-mismatch', '4'), '2', 'q');
    const asked = stdout.slice(stdout.indexOf('Usernames that are not the email')).replace(/\s+/g, ' ');
    expect(asked).toContain(
      '2 set-username spelt@bakery.example: this account gets its email as username; settle the other users who need it too 3 deactivate:',
    );
    expect(asked.match(/set-username/g)).toHaveLength(1);
    expect(asked).not.toContain('New value');
    expect(stderr).toContain('1 decision saved');
    expect(decisionOf('username-email-mismatch', '4')).toEqual(['set-username', 'spelt@bakery.example', '', '', '']);
  });

  it.each([
    'x <a@b.org>: y',
    'Inactive Basic user z <z@b.org>: nothing',
    'This account is left out, so it stays as it is.',
    'spelt <a@b.org>: The export has no status column, so the status of this user is not changed here.',
  ])('whatever the username reads like: %s', async (userName) => {
    await planned([`4,${JSON.stringify(userName)},spelt@bakery.example,true,idp`, '5,spelt@bakery.example,old.spelt@bakery.example,false,basic']);
    const { stdout } = await decide(...upTo('username-email-mismatch', '4'), 'q');
    const asked = stdout.slice(stdout.indexOf('Usernames that are not the email')).replace(/\s+/g, ' ');
    expect(asked.match(/(?<=\d )(?:set-|deactivate|activate|accept)[^:]*(?=:)/g)).toEqual([
      'set-email',
      'set-username spelt@bakery.example',
      'deactivate',
      'accept',
    ]);
  });

  it('nothing is known where the plan beside tells nothing: every action of the rule is offered', async () => {
    await planned(CONTESTED);
    rmSync(join(cwd, 'plan/plan.json'));
    const { stdout } = await decide(...upTo('username-email-mismatch', '4'), 'q');
    const asked = stdout.slice(stdout.indexOf('Usernames that are not the email')).replace(/\s+/g, ' ');
    expect(asked.match(/(?<=\d )(?:set-|deactivate|activate|accept)[^:]*(?=:)/g)).toEqual(['set-email', 'set-username', 'deactivate', 'accept']);
  });

  it('that which another row says the email becomes, where one does', async () => {
    await planned(CONTESTED);
    answer(cwd, [['conflicting-users', '4', { action: 'set-email', value: 'speltina@bakery.example' }]]);
    await decide(...upTo('username-email-mismatch', '4'), '2', 'q');
    expect(decisionOf('username-email-mismatch', '4').slice(0, 2)).toEqual(['set-username', 'speltina@bakery.example']);
    expect((await runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan'], { cwd })).code).toBe(0);
  });

  it('and none where the username is the email already, or there is none', async () => {
    await planned(['4,spelt,spelt@bakery.example,true,idp', '5,spelt@bakery.example,spelt@bakery.example,true,idp', '6,Spelt@bakery.example,,true,idp']);
    for (const id of ['5', '6']) {
      const { stdout } = await decide(...upTo('conflicting-users', id), 'q');
      const asked = stdout.slice(stdout.lastIndexOf('hold the same username'));
      expect({ id, isAsked: asked.includes(`user ${id}:`), isOffered: asked.includes('set-username') }).toEqual({ id, isAsked: true, isOffered: false });
    }
  });

  it('whoever is not in scope may get any, and an empty line goes back', async () => {
    await planned(CONTESTED);
    const { stdout } = await decide(...upTo('conflicting-users', '5'), '3', '', '3', 'spelt.old', 'q');
    expect(stdout.match(/New value \(empty: choose again\): /g)).toHaveLength(2);
    expect(decisionOf('conflicting-users', '5').slice(0, 2)).toEqual(['set-username', 'spelt.old']);
  });

  it('and nothing is offered that the user is already', async () => {
    await planned(CONTESTED);
    const { stdout } = await decide(...upTo('conflicting-users', '5'), 'q');
    const [active, inactive] = stdout.split('hold the same username').slice(1);
    expect(active).toMatch(/user 4:[\s\S]*deactivate: /);
    expect(active).not.toMatch(/ activate: /);
    expect(inactive).toMatch(/user 5:[\s\S]* activate: /);
    expect(inactive).not.toContain('deactivate: ');
  });
});

describe('rows that are decided already', () => {
  beforeEach(() => {
    answer(cwd, [['missing-email', '1', { action: 'accept', reason: 'a robot', owner: 'Ines' }]]);
  });

  it('are counted, and left alone without --all', async () => {
    const { stdout } = await decide('q');
    expect(stdout.replace(/\s+/g, ' ')).toContain('1 row is decided already and can be changed by "scim-audit decide plan --all".');
    expect(stdout).toMatch(/1 of \d+: [\s\S]*user 2/);
  });

  it('are gone through with it: Enter keeps, o opens again, another choice leaves nothing of the first', async () => {
    const before = text();
    const all = (...typed: string[]) => converse(['decide', 'plan', '--all'], typed, { cwd });
    const kept = await all('', 'q');
    expect(kept.stdout).toContain('Decided: accept: a robot (Ines)');
    expect(kept.stderr).toContain('0 decisions saved');
    expect(text()).toBe(before);
    await all('1', 'rye@bakery.example', 'q');
    const table = readTable(cwd);
    expect(table[rowOf(table, 'missing-email', '1')].slice(COLUMN.action)).toEqual(['set-email', 'rye@bakery.example', '', '', '']);
    await all('o', 'q');
    expect(readTable(cwd)[rowOf(table, 'missing-email', '1')].slice(COLUMN.action)).toEqual(['', '', '', '', '']);
  });
});

it('all whom a finding is about are shown before each question, and no line is wider than the terminal', async () => {
  const twins = Array.from({ length: 13 }, (_, at) => `${at + 10},twin-${at},same@bakery.example,true,idp`);
  await planned(twins);
  const first = readTable(cwd).findIndex((cells) => cells[COLUMN.rule] === 'conflicting-users');
  answer(cwd, [['conflicting-users', '11', { action: 'deactivate' }]]);
  const typed = Array.from({ length: first - 1 }, () => 's');
  const { stdout } = await converse(['decide', 'plan'], [...typed, 's', 'q'], { cwd, columns: 60 });
  const [, , asked] = stdout.split('hold the same username');
  expect(asked).toContain('  One finding about 13 users:\n    10: Active IdP user twin-0 <same@bakery.example>\n    11, deactivate: ');
  expect(asked).toContain('\n  > 12: Active IdP user twin-2 <same@bakery.example>\n');
  expect(asked).toContain('\n    19: Active IdP user twin-9 <same@bakery.example>\n    … and 3 more\n');
  for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(60);
});

it('where consent is asked for, nothing was changed', async () => {
  const { code, stderr } = await converse(['apply', 'plan', 'export', '--in-place'], [CTRL_C], { cwd });
  expect(code).toBe(130);
  expect(stderr).toContain('interrupted; nothing was changed.');
});
