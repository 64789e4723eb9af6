import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { changeLine, countLines } from '../../src/app/change-text.js';
import { commandWords, shellCommand, shellWord } from '../../src/app/command-words.js';
import type { Change, UserAttribute } from '../../src/model/finding.js';
import { temporaryFolders } from '../support/machine.js';
import { runCli } from '../support/run.js';

const newFolder = temporaryFolders();

describe('a word for a POSIX shell', () => {
  it.each([
    ['exports/users.csv', 'exports/users.csv'],
    ['groups.project=0', 'groups.project=0'],
    ['Software Team.csv', `'Software Team.csv'`],
    ["O'Neil", `'O'\\''Neil'`],
    ['$HOME `id` "x" %PATH%', `'$HOME \`id\` "x" %PATH%'`],
    ['', `''`],
  ])('%j', (word, expected) => {
    expect(shellWord(word, 'posix')).toBe(expected);
  });

  it.skipIf(process.platform === 'win32')('is read as it was by sh', () => {
    const words = ['a b', "O'Neil", '$HOME', '`id`', '"', '\\', '%PATH%', '!', 'x\ny', '', '*', '~', 'é'];
    const script = `for word in ${words.map((word) => shellWord(word, 'posix')).join(' ')}; do printf '%s\\0' "$word"; done`;
    expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)).toEqual(words);
  });
});

describe('a word for cmd.exe and PowerShell', () => {
  it.each([
    ['exports\\users.csv', 'exports\\users.csv'],
    ['C:\\exports\\', 'C:\\exports\\'],
    ['users.userName=Login', 'users.userName=Login'],
    ['--auth-mode', '--auth-mode'],
    ['Software Team.csv', '"Software Team.csv"'],
    ["O'Neil", `"O'Neil"`],
    ['R&D | <all> ^', '"R&D | <all> ^"'],
    ['@names', '"@names"'],
    ['a,b;c', '"a,b;c"'],
    ['{1}(2)#', '"{1}(2)#"'],
    ['Büro', '"Büro"'],
    ['C:\\My exports\\', '"C:\\My exports\\\\"'],
  ])('%j', (word, expected) => {
    expect(shellWord(word, 'windows')).toBe(expected);
  });

  it.each([
    ['%PATH%', '"<quote by hand: _PATH_>"'],
    ['$env:TEMP', '"<quote by hand: _env:TEMP>"'],
    ['a`b', '"<quote by hand: a_b>"'],
    ['a "b" & calc', '"<quote by hand: a _b_ & calc>"'],
    ['a” & calc', '"<quote by hand: a_ & calc>"'],
    ['now!', '"<quote by hand: now_>"'],
    ['two\r\nlines', '"<quote by hand: two__lines>"'],
    ['$x\\', '"<quote by hand: _x>"'],
    ['', '"<empty text>"'],
  ])('shows a placeholder for %j, which neither shell keeps whole', (word, expected) => {
    expect(shellWord(word, 'windows')).toBe(expected);
  });
});

describe('a command', () => {
  it('is quoted for the shell that it is shown to', () => {
    const words = ['scim-audit', 'verify', 'my plan\\plan.json'];
    expect(shellCommand(words, 'windows')).toBe('scim-audit verify "my plan\\plan.json"');
    expect(shellCommand(words, 'posix')).toBe(`scim-audit verify 'my plan\\plan.json'`);
  });

  it('has the options that were given', () => {
    const flags = { authMode: 'multi' as const, syncGroups: ['R&D', 'QA'], columns: { 'users.userName': 'Login Name' } };
    expect(commandWords('my exports', flags, 'windows')).toBe(
      '"my exports" --auth-mode multi --sync-group "R&D" --sync-group QA --column "users.userName=Login Name"',
    );
    expect(commandWords('my exports', flags, 'posix')).toBe(
      `'my exports' --auth-mode multi --sync-group 'R&D' --sync-group QA --column 'users.userName=Login Name'`,
    );
  });

  it.each(['posix', 'windows'] as const)('is printed for the shell of the machine: %s', async (shell) => {
    const quote = shell === 'windows' ? '"' : "'";
    const cwd = newFolder({
      'my exports/users.csv': 'id,userName,email,active,authenticationType\n1,a.baker,a.baker@bakery.example,true,idp\n2,b,b@bakery.example,false,basic\n',
      'my exports/groups.csv': 'id,name,project\n9,Ovens,\n',
      'my exports/memberships.csv': 'groupId,userId\n9,1\n',
    });
    const options = ['--auth-mode', 'multi', '--sync-group', 'Ovens'];
    const run = async (...words: string[]): Promise<string> => (await runCli(words, { cwd, shell })).stdout;
    expect(await run('check', 'my exports', ...options)).toContain(`scim-audit plan ${quote}my exports${quote} --auth-mode multi`);
    expect(await run('plan', 'my exports', ...options, '--out', 'my plan')).toMatch(
      new RegExp(`scim-audit apply ${quote}my plan.plan\\.json${quote} ${quote}my exports${quote} --out corrected`),
    );
    expect(await run('apply', 'my plan', 'my exports', '--out', 'new copy', '--yes')).toContain(
      `scim-audit verify ${quote}my plan${quote} ${quote}new copy${quote}`,
    );
  });
});

describe('change texts', () => {
  const change = (user: string, attribute: UserAttribute, from: string, to: string, temporary?: true): Change => ({
    kind: 'replace-user',
    user,
    attribute,
    from,
    to,
    ...(temporary ? { temporary } : {}),
  });

  describe('counts', () => {
    it('of usernames say which pass through another, beside them', () => {
      const lines = countLines([
        { kind: 'replace-group', group: '9', attribute: 'displayName', from: 'Ovens', to: 'Ovens (EU)' },
        change('1', 'userName', 'rye', 'temporary', true),
        change('2', 'userName', 'bran', 'rye'),
        change('1', 'userName', 'temporary', 'bran'),
      ]);
      expect(lines).toEqual(['  2 usernames change, 1 of them via a temporary one: these users will sign in with a new username', '  1 group name changes']);
    });

    it('tell nobody who is deactivated to sign in', () => {
      expect(countLines([change('1', 'userName', 'rye', 'rye (old)'), change('1', 'active', 'true', 'false'), change('2', 'userName', 'bran', 'rye')])).toEqual(
        [
          '  1 user is deactivated: they can no longer sign in',
          '  1 username changes: these users will sign in with a new username',
          '  1 username changes: of users who are deactivated and do not sign in',
        ],
      );
    });

    it('of emails come before those of usernames, and say why they matter', () => {
      const lines = countLines([change('1', 'userName', 'rye', 'rye@b.example'), change('1', 'email', 'r@b.example', 'rye@b.example')]);
      expect(lines[0]).toBe(
        '  1 email changes: single sign-on finds an account by its email, so users who sign in with the old one no longer reach this account',
      );
      expect(lines).toHaveLength(2);
    });
  });

  describe('a change', () => {
    const names = { users: new Map([['56', 'ext1']]), groups: new Map([['1', 'Night\u202eshift']]) };

    it.each<[Change, string, string]>([
      [{ kind: 'remove-member', group: '1', user: '56' }, 'user 56  leaves group 1', 'user 56 "ext1" leaves group 1 "Night⟨U+202E⟩shift"'],
      [{ kind: 'add-member', group: '2', user: '57' }, 'user 57  joins group 2', 'user 57 joins group 2'],
      [change('56', 'email', 'a', 'b'), 'user 56  email  "a" → "b"', 'user 56 "ext1"  email  "a" → "b"'],
      [change('56', 'userName', 'a', 'b'), 'user 56  username  "a" → "b"', 'user 56  username  "a" → "b"'],
      [{ kind: 'replace-group', group: '1', attribute: 'displayName', from: 'a', to: 'b' }, 'group 1  group name  "a" → "b"', 'group 1  group name  "a" → "b"'],
    ])('is told with and without names', (each, without, withNames) => {
      expect(changeLine(each)).toBe(without);
      expect(changeLine(each, names)).toBe(withNames);
    });
  });
});
