import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { answer, COLUMN, readTable, rowOf, SOURCE } from '../plan/planning.js';
import { temporaryFolders } from '../support/machine.js';
import { CTRL_C, CTRL_D, converse, runCli, startCli } from '../support/run.js';

describe('the dialogue', () => {
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
  const decideWith = (words: readonly string[], ...typed: string[]) => converse(['decide', 'plan', ...words], typed, { cwd });
  const flat = (text: string): string => text.replace(/\s+/g, ' ');
  /** Returns the last five cells of a row. */
  const decisionOf = (rule: string, id: string): string[] => {
    const table = readTable(cwd);
    return table[rowOf(table, rule, id)].slice(COLUMN.action);
  };
  const OPEN = ['', '', '', '', ''];
  const replan = () => runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan', '--format', 'json'], { cwd });

  describe('a person who stops in the middle is told what stands', () => {
    it.each([
      ['Ctrl-C', CTRL_C, 130, 'interrupted'],
      ['Ctrl-D', CTRL_D, 2, 'the input ended before every question was answered'],
    ])('by %s', async (_, key, exit, how) => {
      const before = text();
      const none = await decide(key);
      expect(none.code).toBe(exit);
      expect(none.stderr).toContain(`exit ${exit}: ${how}; nothing was written.`);
      expect(text()).toBe(before);
      const one = await decide('d', 'yes', key);
      expect(one.code).toBe(exit);
      expect(one.stderr).toContain(`exit ${exit}: ${how}; 1 answer is saved, 2 still open; run decide again to go on.`);
      expect(decisionOf('missing-email', '1')[0]).toBe('deactivate');
    });
  });

  describe('a question by intention', () => {
    beforeEach(() => planned(CONTESTED));

    it('is asked once for all rows that its answer settles, and the answer fills them', async () => {
      const { stdout, stderr } = await decide('k1', '', 'q');
      expect(stdout).toContain('1 of 1: Users who need or hold the same username\n\n  Two accounts want "spelt@bakery.example". Whose is it?\n');
      expect(stdout).toContain('  1  user 4: Active IdP user spelt <spelt@bakery.example> (its email)\n');
      expect(stderr).toContain('1 answer saved, 0 still open');
      expect(decisionOf('conflicting-users', '5')).toEqual(['set-username', 'former-5@bakery.example', '', '', '']);
      expect(decisionOf('conflicting-users', '4')).toEqual(OPEN);
      expect(decisionOf('username-email-mismatch', '4')).toEqual(OPEN);
      expect(JSON.parse((await replan()).stdout).open).toBe(0);
    });

    it('the other way round: the other account gives the address up, and is deactivated as well', async () => {
      const { stdout } = await decide('k', '2', 'd', 'yes', 'q');
      expect(flat(stdout)).toContain(
        'user 4, what does it get? (Enter: former-4@bakery.example; or type another address; d: deactivated as well; c: choose again)',
      );
      const cells = [decisionOf('conflicting-users', '4'), decisionOf('username-email-mismatch', '4')];
      expect(cells.sort()).toEqual([
        ['deactivate', '', '', '', ''],
        ['set-email', 'former-4@bakery.example', '', '', ''],
      ]);
      expect(decisionOf('conflicting-users', '5')).toEqual(OPEN);
      expect((await replan()).code).toBe(0);
    });

    it('one person with two accounts: the other one is retired', async () => {
      await planned(['4,spelt,spelt@bakery.example,true,idp', '5,spelt@bakery.example,old.spelt@bakery.example,true,basic']);
      const { stdout } = await decide('p', '1', 'spelt.old@bakery.example', 'q');
      expect(flat(stdout)).toContain('user 5 can get another address here, and stays active: decisions.csv has one row about it');
      expect(decisionOf('conflicting-users', '5')).toEqual(['set-username', 'spelt.old@bakery.example', '', '', '']);
    });

    it('neither: both get another address', async () => {
      await decide('n', '', 'x@bakery.example', 'q');
      expect(decisionOf('conflicting-users', '4').slice(0, 2)).toEqual(['set-email', 'former-4@bakery.example']);
      expect(decisionOf('conflicting-users', '5').slice(0, 2)).toEqual(['set-username', 'x@bakery.example']);
      expect((await replan()).code).toBe(0);
    });

    it('all stay as they are: every finding of the question is accepted', async () => {
      await decide('l', 'agreed', 'Ines', '', 'q');
      for (const [rule, id] of [
        ['conflicting-users', '4'],
        ['conflicting-users', '5'],
        ['username-email-mismatch', '4'],
      ])
        expect(decisionOf(rule, id)).toEqual(['accept', '', 'agreed', 'Ines', '']);
      expect(JSON.parse((await replan()).stdout)).toMatchObject({ open: 0, accepted: 2 });
    });

    it('a person who types what cannot be goes back, and saves nothing', async () => {
      const before = text();
      const { stdout } = await decide('k', '3', '', 'k1', 'two\tlines', 'c', 'x', 'q');
      expect(stdout).toContain('Please type a number up to 2.\n');
      expect(stdout).toContain('Please type one of the letters s, k, p, n, l, o');
      expect(flat(stdout)).toContain('has a control character');
      expect(text()).toBe(before);
    });

    it('groups of one name', async () => {
      cwd = newFolder({
        'export/users.csv': 'id,userName,email,active,authenticationType\n1,a@b.example,a@b.example,true,idp\n2,c,d@b.example,false,basic\n',
        'export/groups.csv': 'id,name,project\n7,Ovens,\n8,Ovens,\n9,ovens,\n',
        'export/memberships.csv': 'groupId,userId\n7,1\n',
      });
      expect((await replan()).code).toBe(0);
      const { stdout } = await decide('k', '2', '', 'Ovens (north)', 'q');
      expect(stdout).toContain('Three groups are called "Ovens". Which of them keeps the name?');
      expect(['7', '8', '9'].map((id) => decisionOf('duplicate-group-name', id).slice(0, 2))).toEqual([
        ['set-name', 'Ovens (7)'],
        ['', ''],
        ['set-name', 'Ovens (north)'],
      ]);
    });
  });

  describe('questions that only wait', () => {
    beforeEach(() =>
      planned([
        '4,spelt,spelt@bakery.example,true,idp',
        '5,spelt@bakery.example,oat@bakery.example,true,idp',
        '6,oat@bakery.example,x@bakery.example,false,basic',
      ]),
    );

    it('come last, and it is said why', async () => {
      const { stdout } = await decide('', 'q');
      const heads = stdout.match(/^\d of \d: .*|^\d questions? follows? that may only wait .*|^ {2}.*\?$/gm);
      expect(heads).toEqual([
        '1 of 2: Users who need or hold the same username',
        '  Two accounts want "oat@bakery.example". Whose is it?',
        expect.stringMatching(/^1 question follows that may only wait for what you have decided so far/),
        '2 of 2: Users who need or hold the same username',
        expect.stringContaining('Is there anything to decide here?'),
      ]);
    });

    it('and are not asked once the source shows that they are settled', async () => {
      const { stdout, stderr } = await decideWith(['export'], 's', '');
      expect(stdout).not.toContain('2 of 2');
      expect(stderr).toContain('1 answer saved, 0 still open');
    });
  });

  describe('a decision is checked before it is saved, in the words of the plan', () => {
    it('an email that is none, and none at all', async () => {
      const { stdout } = await decide('e', '', 'e', 'rye at bakery', 'rye@bakery.example', 'q');
      expect(stdout).toContain('\n"rye at bakery" is not an email address.\nNew value (empty: choose again): ');
      expect(decisionOf('missing-email', '1')).toEqual(['set-email', 'rye@bakery.example', '', '', '']);
    });

    it('an acceptance without a reason, a day that is none, and one that is over', async () => {
      const { stdout } = await decide('l', '', 'l', 'a robot', 'Ines', '2026-02-30', '2026-03-01', '2026-12-31', 'q');
      expect(flat(stdout)).toContain('"2026-02-30" is not a date; write it as 2027-01-31');
      expect(stdout).toContain('\nthe acceptance ended on 2026-03-01; settle the finding, or accept it again.\n');
      expect(decisionOf('missing-email', '1')).toEqual(['accept', '', 'a robot', 'Ines', '2026-12-31']);
    });

    it('another row that decides otherwise about the same account', async () => {
      await planned(CONTESTED);
      const { stdout } = await decideWith(['--rows'], 'e', 'x@bakery.example', '', 'e', 'y@bakery.example', '', 'e', 'y@bakery.example', 'w', 'q');
      expect(flat(stdout)).toContain(
        'The next plan would refuse this, because of another decision: user 4: set-email x@bakery.example (conflicting-users) says otherwise than username-email-mismatch',
      );
      expect(stdout.match(/^Saved\.$/gm)).toHaveLength(2);
      expect(decisionOf('username-email-mismatch', '4')[1]).toBe('y@bakery.example');
      expect((await replan()).code).toBe(2);
    });
  });

  it.each([
    ['a finding that another row accepts', ['l', 'agreed', 'Ines', '', 's', '', 'q'], 'user 4: accept: agreed (Ines) (conflicting-users) says otherwise'],
    [
      'an acceptance in other words',
      ['l', 'agreed', 'Ines', '', 'l', 'agreed', 'Bo', '', '', 'q'],
      'user 4: accept: agreed (Ines) (conflicting-users) says otherwise',
    ],
  ])('row by row, one finding cannot be decided both ways: %s', async (_, typed, words) => {
    await planned(CONTESTED);
    const { stdout } = await decideWith(['--rows', '--rule', 'conflicting-users'], ...typed);
    expect(flat(stdout)).toContain(words);
    expect(decisionOf('conflicting-users', '5')).toEqual(OPEN);
  });

  describe('row by row', () => {
    beforeEach(() => planned(CONTESTED));

    it('a user in scope is offered the email as username, and no other', async () => {
      const { stdout, stderr } = await decide('r', '', '', 'u', 'q');
      const asked = flat(stdout.slice(stdout.lastIndexOf('Usernames that are not the email')));
      expect(asked).toContain(
        'u this account gets its email as username; settle the other users who need it too (spelt@bakery.example) d the user can no longer',
      );
      expect(asked).not.toContain('New value');
      expect(stderr).toContain('1 answer saved');
      expect(decisionOf('username-email-mismatch', '4')).toEqual(['set-username', 'spelt@bakery.example', '', '', '']);
    });

    it.each([
      'x <a@b.org>: y',
      'Inactive Basic user z <z@b.org>: nothing',
      'This account is left out, so it stays as it is.',
      'spelt <a@b.org>: The export has no status column, so the status of this user is not changed here.',
    ])('whatever the username reads like: %s', async (userName) => {
      await planned([`4,${JSON.stringify(userName)},spelt@bakery.example,true,idp`, '5,spelt@bakery.example,old.spelt@bakery.example,false,basic']);
      const { stdout } = await decideWith(['--rows', '--rule', 'username-email-mismatch'], 'q');
      expect(stdout.match(/^ {2}[a-z](?= {2})/gm)).toEqual(['  e', '  u', '  d', '  l']);
    });

    it('nothing is known where the plan beside tells nothing: every row is asked by itself, with every action of the rule', async () => {
      rmSync(join(cwd, 'plan/plan.json'));
      const { stdout } = await decideWith(['--rule', 'username-email-mismatch'], 'q');
      expect(stdout.match(/^ {2}[a-z](?= {2})/gm)).toEqual(['  e', '  u', '  d', '  l']);
      expect((await decide('q')).stdout).toContain('1 of 3: ');
    });

    it('that which another row says the email becomes, where one does', async () => {
      answer(cwd, [['conflicting-users', '4', { action: 'set-email', value: 'speltina@bakery.example' }]]);
      await decideWith(['--rows', '--rule', 'username-email-mismatch'], 'u', 'q');
      expect(decisionOf('username-email-mismatch', '4').slice(0, 2)).toEqual(['set-username', 'speltina@bakery.example']);
      expect((await replan()).code).toBe(0);
    });

    it('and none where the username is the email already, or there is none', async () => {
      await planned(['4,spelt,spelt@bakery.example,true,idp', '5,spelt@bakery.example,spelt@bakery.example,true,idp', '6,Spelt@bakery.example,,true,idp']);
      for (const id of ['5', '6']) {
        const { stdout } = await decideWith(['--rows', '--rule', 'conflicting-users', '--user', id], 'q');
        expect({ id, letters: stdout.match(/^ {2}[a-z](?= {2})/gm) }).toEqual({
          id,
          letters: id === '5' ? ['  e', '  d', '  l'] : expect.not.arrayContaining(['  u']),
        });
      }
    });

    it('an account that is not in scope may get any, and an empty line goes back', async () => {
      const { stdout } = await decideWith(['--rows', '--user', '5'], 'u', '', 'u', 'spelt.old', 'q');
      expect(stdout.match(/New value \(empty: choose again\): /g)).toHaveLength(2);
      expect(decisionOf('conflicting-users', '5').slice(0, 2)).toEqual(['set-username', 'spelt.old']);
    });

    it('and nothing is offered that the user is already', async () => {
      const of = async (id: string) => (await decideWith(['--rows', '--rule', 'conflicting-users', '--user', id], 'q')).stdout;
      expect((await of('4')).match(/^ {2}[ad](?= {2})/gm)).toEqual(['  d']);
      expect((await of('5')).match(/^ {2}[ad](?= {2})/gm)).toEqual(['  a']);
    });
  });

  describe('the way back', () => {
    it('an answer is undone as it was, and its question asked again', async () => {
      answer(cwd, [['missing-email', '1', { reason: 'a note', owner: 'Ines' }]]);
      const before = text();
      const { stdout, stderr } = await decide('d', 'yes', 'z', 'q');
      expect(stdout).toContain('Undone.\n');
      expect(stdout.match(/^1 of 3: /gm)).toHaveLength(2);
      expect(stderr).toContain('0 answers saved, 3 still open');
      expect(text()).toBe(before);
    });

    it('goes to the question before, with what was decided, and what is undone first is what was saved last', async () => {
      await decide('e', 'rye@bakery.example', 'e', 'bran@bakery.example', 'q');
      const back = await decideWith(['--all'], '', 'e', 'bran2@bakery.example', 'q');
      expect(back.stdout).toContain('Decided:\n    user 2: set-email bran@bakery.example (missing-email)');
      const again = await decideWith(['--all'], '', 'b', 'e', 'rye2@bakery.example', 'z', 'q');
      expect(again.stdout.match(/^\d of 3/gm)).toEqual(['1 of 3', '2 of 3', '1 of 3', '2 of 3', '1 of 3']);
      expect([decisionOf('missing-email', '1')[1], decisionOf('missing-email', '2')[1]]).toEqual(['rye@bakery.example', 'bran2@bakery.example']);
    });

    it('before the first question is none', async () => {
      expect((await decide('b', 'q')).stdout).toContain('This is the first question.\n');
    });
  });

  describe('what cuts somebody off', () => {
    it('is saved only after a yes', async () => {
      const before = text();
      const { stdout } = await decide('d', '', 'd', 'y', 'q');
      expect(stdout).toContain('This deactivates user 1. Type yes to save it; Enter: choose again: ');
      expect(text()).toBe(before);
    });
  });

  describe('the same for the rest of a rule', () => {
    it('says how many questions that answers, fills all of them, and is undone at once', async () => {
      const { stdout } = await decide('t', 'd', 'yes');
      expect(stdout).toContain('t the same for all 2 of this rule');
      expect(flat(stdout)).toContain('d nobody uses the account: deactivate it: 2 questions');
      expect(stdout).toContain('  This answers 2 questions:\n    user 1: deactivate (missing-email)\n    user 2: deactivate (missing-email)\n');
      expect([decisionOf('missing-email', '1')[0], decisionOf('missing-email', '2')[0]]).toEqual(['deactivate', 'deactivate']);
      const before = text();
      answer(
        cwd,
        ['1', '2'].map((id) => ['missing-email', id, { action: '' }] as const),
      );
      const open = text();
      await decide('t', 'l', 'agreed', 'Ines', '');
      expect(text()).not.toBe(open);
      await decideWith(['--all'], 'd', 'yes', 'z', 'q');
      expect(text()).not.toBe(before);
      expect(decisionOf('missing-email', '1')).toEqual(['accept', '', 'agreed', 'Ines', '']);
    });
  });

  describe('what an answer leads to, with the source', () => {
    beforeEach(() => planned(CONTESTED));

    it('is told in two lines before it is saved, as the next plan counts it', async () => {
      const { stdout } = await decideWith(['export'], 's', 'c', 's', '', 'q');
      const told =
        /Ends (\d+) findings? \(([^)]*)\); begins none\. Then a check would count (\d+) errors? and (\d+) warnings?; (\d+) findings? would be left/.exec(
          flat(stdout),
        );
      expect(told?.slice(1)).toEqual(['2', 'username-email-mismatch, conflicting-users', '0', '0', '0']);
      expect(stdout.match(/Enter: save it; c: choose again: /g)).toHaveLength(2);
      const { after, open } = JSON.parse((await replan()).stdout);
      expect({ after, open }).toEqual({ after: { error: 0, warning: 0, info: 0 }, open: 0 });
    });

    it('a finding that it begins', async () => {
      await planned(['5,spelt,,true,basic', '6,bran,,true,idp']);
      const { stdout } = await decideWith(['export'], 'd', 'yes', 'q');
      expect(stdout).toContain('Ends 1 finding (missing-email); begins 1 finding (nothing-to-check).');
    });

    it('what the next plan would refuse is not saved by Enter, and is by w', async () => {
      const before = text();
      const refused = await decideWith(['export'], 'n', 'ex-spelt@bakery.example', 'ex-spelt@bakery.example', '', 'q');
      expect(refused.stdout).toContain('The next plan would refuse this:\n    line ');
      expect(text()).toBe(before);
      await decideWith(['export'], 'n', 'ex-spelt@bakery.example', 'ex-spelt@bakery.example', 'w', 'q');
      expect(decisionOf('conflicting-users', '5')[1]).toBe('ex-spelt@bakery.example');
      expect((await replan()).code).toBe(2);
    });

    it('of another source it is refused to say', async () => {
      const { code, stderr } = await decideWith(['export', '--leave-out-user', '5'], 'q');
      expect(code).toBe(2);
      expect(flat(stderr)).toContain('does not ask what plan/plan.json asks');
    });

    it('without one, it is said how', async () => {
      expect(flat((await decide('q')).stdout)).toContain('name the source too: scim-audit decide plan SOURCE');
    });
  });

  /** Returns the command that a plan prints for its questions, as words after `decide`. */
  async function printedCommand(words: readonly string[]): Promise<string[]> {
    const { code, stdout, stderr } = await runCli(['plan', ...words, '--out', 'plan'], { cwd });
    if (code !== 0) throw new Error(stderr);
    const [, command = ''] = /\(or: scim-audit decide ([^)]*)\)/.exec(stdout) ?? [];
    return command.split(' ');
  }

  it.each([
    [
      'files by flags, and another heading',
      ['--users', 'export/users.csv', '--groups', 'export/groups.csv', '--memberships', 'export/memberships.csv', '--column', 'users.email=email'],
    ],
    [
      'settings',
      [
        'export',
        '--delimiter',
        'comma',
        '--encoding',
        'windows-1252',
        '--quote',
        'double',
        '--escape',
        'none',
        '--null',
        '-',
        '--collation',
        'sqlserver_ci_as',
      ],
    ],
    ['who is judged', ['export', '--sync-group', 'Ovens', '--skip-rule', 'duplicate-email', '--leave-out-user', '9', '--active-map', 'ja=active']],
    ['a list of integrations', ['export', '--integrations', 'integrations.csv']],
    ["the provider's exports", ['export', '--idp', 'okta', '--idp-users', 'okta.csv']],
    [
      'who is assigned, and what is sent',
      ['export', '--idp', 'entra', '--idp-users', 'entra.csv', '--idp-assignments', 'assigned.csv', '--idp-subject', 'mail'],
    ],
  ])('the command that a plan prints reads its source as the plan did: %s', async (_, words) => {
    cwd = newFolder({
      'export/users.csv': `id,userName,email,active,authenticationType\n${CONTESTED.join('\n')}\n6,,,true,idp\n9,a@b.example,a@b.example,false,idp\n`,
      'export/groups.csv': 'id,name,project\n7,Ovens,\n',
      'export/memberships.csv': 'groupId,userId\n7,4\n',
      'integrations.csv': 'userName,system\nspelt,Build server\n',
      'okta.csv': 'User Id,Status,Username,First name,Last name,Primary email\n1,ACTIVE,spelt@bakery.example,S,P,spelt@bakery.example\n',
      'entra.csv':
        'id,userPrincipalName,mail,accountEnabled\n1,spelt@bakery.onmicrosoft.example,spelt@bakery.example,True\n2,rye@bakery.onmicrosoft.example,rye@bakery.example,True\n',
      'assigned.csv': 'id,userPrincipalName,isUser,isGroup\n2,rye@bakery.onmicrosoft.example,True,False\n',
    });
    const command = await printedCommand([...words, '--auth-mode', 'multi']);
    const { code, stdout } = await converse(['decide', ...command, '--rule', 'missing-email'], ['e', 'new@bakery.example', 'c', 'q'], { cwd });
    expect(code).toBe(0);
    expect(flat(stdout)).toMatch(/Ends \d+ findings? \(.*missing-email.*\).*Then a check would count/);
  });

  it('of SQLite as well', async () => {
    cwd = newFolder({});
    const database = join(import.meta.dirname, '../../fixtures/organizations/observatory-jama/observatory.sqlite');
    const command = await printedCommand([database, '--auth-mode', 'saml']);
    const { stdout } = await converse(['decide', ...command, '--rule', 'invalid-email'], ['e', 'new@bakery.example', 'c', 'q'], { cwd });
    expect(flat(stdout)).toMatch(/Ends \d+ findings? .*Then a check would count/);
  });

  it('the page about plans shows the question as it is asked', async () => {
    cwd = newFolder({});
    const exports = join(import.meta.dirname, '../../fixtures/organizations/observatory');
    const command = await printedCommand([exports, '--auth-mode', 'multi', '--sync-groups', join(exports, 'sync-groups.txt')]);
    const { stdout } = await converse(['decide', ...command], ['k2', '', '', 'q'], { cwd });
    const file = join(import.meta.dirname, '../../docs/plan.md');
    const page = readFileSync(file, 'utf8');
    const [asked] = /1 of \d+: [\s\S]*?Saved\.\n/.exec(stdout) ?? [''];
    const shown = page.replace(/(?<=```text\n)1 of \d+: [\s\S]*?(?=```)/, () => asked.replace(/ +$/gm, ''));
    // As the transcripts are: UPDATE_TRANSCRIPTS writes it.
    if (process.env.UPDATE_TRANSCRIPTS !== undefined) writeFileSync(file, shown);
    expect(page).toBe(shown);
    expect(page).toContain('Whose is it?');
  });

  describe('straight to something', () => {
    it('a rule, or a user by id, username or email', async () => {
      await planned([...CONTESTED, '6,,,true,idp']);
      expect((await decideWith(['--rule', 'missing-email'], 'q')).stdout).toContain('1 of 1: Users without an email');
      for (const user of ['5', 'SPELT@bakery.example', 'old.spelt@bakery.example']) {
        const { stdout } = await decideWith(['--user', user], 'q');
        expect({ user, is: stdout.includes('1 of 1: Users who need or hold') }).toEqual({ user, is: true });
      }
    });

    it.each([
      ['--rule', 'duplicate-email', 'asks nothing about the rule "duplicate-email"'],
      ['--user', 'nobody', 'asks nothing about a user with the id, username or email "nobody"'],
    ])('what is not asked is refused: %s %s', async (flag, value, words) => {
      const { code, stderr } = await decideWith([flag, value], 'q');
      expect(code).toBe(2);
      expect(flat(stderr)).toContain(words);
    });
  });

  describe('questions that are answered already', () => {
    beforeEach(() => {
      answer(cwd, [['missing-email', '1', { action: 'accept', reason: 'a robot', owner: 'Ines' }]]);
    });

    it('are counted, and left alone without --all', async () => {
      const { stdout } = await decide('q');
      expect(flat(stdout)).toContain('1 question is answered already and can be changed by "scim-audit decide plan --all".');
      expect(stdout).toMatch(/1 of 2: [\s\S]*bran/);
    });

    it('are gone through with it: Enter keeps, o opens again, another choice leaves nothing of the first', async () => {
      const before = text();
      const all = (...typed: string[]) => decideWith(['--all'], ...typed);
      const kept = await all('', 'q');
      expect(kept.stdout).toContain('Decided:\n    user 1: accept: a robot (Ines) (missing-email)');
      expect(kept.stderr).toContain('0 answers saved');
      expect(text()).toBe(before);
      await all('e', 'rye@bakery.example', 'q');
      expect(decisionOf('missing-email', '1')).toEqual(['set-email', 'rye@bakery.example', '', '', '']);
      await all('o', 'q');
      expect(decisionOf('missing-email', '1')).toEqual(OPEN);
    });
  });

  it('all whom a question is about are shown, long lists are cut, and no line is wider than the terminal', async () => {
    await planned(Array.from({ length: 23 }, (_, at) => `${at + 10},twin-${at},same@bakery.example,true,idp`));
    const { stdout } = await converse(['decide', 'plan'], ['k', '2', '', '', 'q'], { cwd, columns: 60 });
    expect(stdout).toContain(
      '  23 accounts want "same@bakery.example". Whose is it?\n\n   1  user 10: Active IdP user twin-0 <same@bakery.example>\n      (its email)\n',
    );
    expect(stdout).toContain('\n  … and 3 more\n');
    expect(stdout).toContain('    … and 14 more rows\n');
    expect(decisionOf('conflicting-users', '11')).toEqual(OPEN);
    expect(decisionOf('conflicting-users', '22').slice(0, 2)).toEqual(['set-email', 'former-22@bakery.example']);
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(60);
    expect((await replan()).code).toBe(0);
  });

  it('where consent is asked for, nothing was changed', async () => {
    const { code, stderr } = await converse(['apply', 'plan', 'export', '--in-place'], [CTRL_C], { cwd });
    expect(code).toBe(130);
    expect(stderr).toContain('interrupted; nothing was changed.');
  });
});

const folders = temporaryFolders();

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Asks as nothing but a browser could: with any host and origin. */
function ask(address: string, { method = 'GET', headers = {}, body = '' }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(address, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece) => (text += piece));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

interface Serving {
  readonly folder: string;
  readonly address: string;
  readonly origin: string;
  stop(): Promise<string>;
}

async function serve(): Promise<Serving> {
  const cwd = folders(SOURCE);
  await runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan'], { cwd });
  const folder = join(cwd, 'plan');
  const running = startCli(['decide', folder, '--web']);
  for (let tries = 0; tries < 200 && !running.written().includes('Press Enter'); tries++) await new Promise((done) => setTimeout(done, 20));
  const [address = '', origin = ''] = /(http:\/\/127\.0\.0\.1:\d+)\/[\w-]{32}\//.exec(running.written()) ?? [];
  return {
    folder,
    address,
    origin,
    async stop() {
      running.type('\n');
      return (await running.ended).stderr;
    },
  };
}

describe('decide --web', () => {
  it('serves the page and saves answers to decisions.csv, until Enter is pressed', async () => {
    const { folder, address, origin, stop } = await serve();
    try {
      const { status, text } = await ask(address);
      expect(status).toBe(200);
      expect(text).toContain('data-save="save"');
      expect(text).toContain("connect-src 'self'");
      const file = join(folder, 'decisions.csv');
      const [fingerprint] = /missing-email:[0-9a-f]+/.exec(readFileSync(file, 'utf8')) ?? [];
      const answer = { fingerprint, subject: 'user', id: '21', action: 'deactivate', value: '', reason: 'robot', owner: '', expires: '' };
      const headers = { 'content-type': 'application/json', origin };
      expect(await ask(`${address}save`, { method: 'POST', headers, body: JSON.stringify([answer]) })).toEqual({ status: 200, text: 'saved' });
      expect(readFileSync(file, 'utf8')).toContain('"deactivate","","robot","",""');
      // What the next plan would refuse is not saved.
      const refused = await ask(`${address}save`, { method: 'POST', headers, body: JSON.stringify([{ ...answer, action: 'accept', reason: '' }]) });
      expect(refused.status).toBe(422);
      expect(refused.text).toContain('accept needs a reason');
      expect(readFileSync(file, 'utf8')).toContain('"deactivate","","robot","",""');
      expect((await ask(address)).text).toContain('"action":"deactivate"');
    } finally {
      expect(await stop()).toContain('1 change saved');
    }
    await expect(ask(address)).rejects.toThrow('ECONNREFUSED');
  });

  it('answers nobody but its own page', async () => {
    const { address, origin, stop } = await serve();
    try {
      const post = { method: 'POST', body: '[]' };
      const json = { 'content-type': 'application/json' };
      const asked: readonly (readonly [string, Asked, number])[] = [
        [address, { headers: { host: 'evil.example' } }, 403],
        [address, { headers: { host: 'localhost' } }, 403],
        [address, { headers: { origin: 'http://evil.example' } }, 403],
        [address, { headers: { 'sec-fetch-site': 'cross-site' } }, 403],
        [`${origin}/`, {}, 404],
        [`${origin}/${'x'.repeat(32)}/`, {}, 404],
        [`${origin}/${'x'.repeat(32)}/save`, { ...post, headers: { ...json, origin } }, 404],
        [`${address}../plan.json`, {}, 404],
        [`${address}save`, { ...post, headers: json }, 405],
        [`${address}save`, { ...post, headers: { 'content-type': 'text/plain', origin } }, 405],
        [`${address}save`, { ...post, headers: { ...json, origin: 'http://evil.example' } }, 403],
        [`${address}save`, { ...post, headers: { ...json, origin }, body: '[{"fingerprint":"x","subject":"user","id":"1"}]' }, 400],
        [`${address}save`, { ...post, headers: { ...json, origin }, body: '{' }, 400],
      ];
      for (const [url, each, status] of asked)
        expect([url.replace(origin, ''), each, (await ask(url, each)).status]).toEqual([url.replace(origin, ''), each, status]);
    } finally {
      await stop();
    }
  });

  it('refuses a page that is not the plan’s', async () => {
    const cwd = folders(SOURCE);
    await runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan'], { cwd });
    await runCli(['plan', 'export', '--auth-mode', 'saml', '--out', 'other'], { cwd });
    copyFileSync(join(cwd, 'other/plan.html'), join(cwd, 'plan/plan.html'));
    const { ended } = startCli(['decide', join(cwd, 'plan'), '--web']);
    const { code, stderr } = await ended;
    expect(code).toBe(2);
    expect(stderr).toContain('do not belong together');
  });
});
