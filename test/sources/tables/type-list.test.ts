import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collationOf } from '../../../src/model/compare.js';
import type { User } from '../../../src/model/directory.js';
import { temporaryFolders } from '../../support/machine.js';
import { findingsOf as factsOf, filesOf, type Organization, organizationArbitrary } from '../../support/organizations.js';
import { type CliResult, runCli } from '../../support/run.js';

const newFolder = temporaryFolders();

const USERS = 'id,userName,email,active\n1,ana,ana@dome.example,true\n2,"Brahe, Tycho",tycho@dome.example,true\n3,dag,dag@dome.example,false\n';
const EXPORT = { 'users.csv': USERS, 'groups.csv': 'id,name,project\n7,Observers,\n', 'memberships.csv': 'groupId,userId\n7,1\n7,3\n' } as const;

/** Checks the export beside a list. */
function check(list: string | Buffer, option: string, more: readonly string[] = [], files: Readonly<Record<string, string>> = EXPORT): Promise<CliResult> {
  const cwd = newFolder({ ...files, 'list.csv': list });
  return runCli(['check', '.', '--auth-mode', 'multi', option, 'list.csv', ...more], { cwd });
}

interface Shown {
  readonly findings: readonly { readonly rule: string; readonly user?: { readonly id: string; readonly authenticationType: string } }[];
  readonly notChecked: readonly { readonly rule: string; readonly why: string }[];
  readonly notes: readonly string[];
}

const shownOf = ({ stdout, stderr }: CliResult): Shown => {
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Shown;
};
const findingsOf = (result: CliResult): string[] => shownOf(result).findings.map(({ rule, user }) => `${rule} ${user?.id} ${user?.authenticationType}`);

/** 1 is Basic, and so out of scope; 2 is not; 3 is an inactive Basic member. */
const AS_LISTED = ['username-email-mismatch 2 idp', 'inactive-basic-member 3 basic'];

describe('--auth-types', () => {
  it.each([
    ['by id', 'ID,Authentication Type\n3,basic\n1,Basic\n2,IdP-login\n'],
    ['by username, under its key', 'Username,Auth Type\nDAG,basic\n ana ,Basic\n"Brahe,  TYCHO",saml\n'],
    ['by email', 'Email;auth\ndag@DOME.example;basic\nana@dome.example;basic\ntycho@dome.example;sso\n'],
    ['by all of them, each row by what it gives', 'id,Username,Email,authenticationType\n3,,,basic\n,ana,,basic\n2,"Brahe, Tycho",tycho@dome.example,oidc\n'],
    ['with columns that nothing reads, below a title', 'Users\nName,Username,Status,authtype\nDag,dag,x,basic\nAna,ana,y,basic\nTycho,"Brahe, Tycho",z,idp\n'],
    ['an email that the database lacks', 'username\temail\tauth\ndag\tNULL\tbasic\nana\t\\N\tbasic\nBrahe, Tycho\t\tidp\n'],
    ['an id that is NULL', 'id,username,auth\nNULL,dag,basic\n1,,basic\n2,,idp\n'],
    ['a user twice, with one type', 'username,auth\ndag,basic\nana,basic\nANA,basic\n"Brahe, Tycho",idp\n'],
  ])('%s', async (_, list) => {
    const result = await check(list, '--auth-types', ['--format', 'json']);
    expect(findingsOf(result)).toEqual(AS_LISTED);
    expect(shownOf(result).notChecked).toEqual([]);
    expect(shownOf(result).notes.join('\n')).toContain('list.csv: 2 users are Basic and 1 IdP.');
  });

  it('UTF-16 with a byte-order mark, and windows-1252 where it is said', async () => {
    const files = { ...EXPORT, 'users.csv': USERS.replaceAll('ana', 'Anaïs') };
    const list = 'username;auth\r\ndag;basic\r\nAnaïs;basic\r\n"Brahe, Tycho";idp\r\n';
    const marked = Buffer.from(`\ufeff${list}`, 'utf16le');
    expect(findingsOf(await check(marked, '--auth-types', ['--format', 'json'], files))).toEqual(AS_LISTED);
    const plain = { ...EXPORT };
    const latin = Buffer.from(list.replaceAll('Anaïs', 'ana'), 'latin1');
    expect(findingsOf(await check(latin, '--auth-types', ['--format', 'json', '--encoding', 'windows-1252'], plain))).toEqual(AS_LISTED);
    const refused = await check(Buffer.from(list, 'latin1'), '--auth-types', [], files);
    expect(refused.stderr).toContain('list.csv, line 3, column 1 (username): the byte 0xEF');
  });

  it('takes backslashes as letters, whatever they may be in the source', async () => {
    const files = { ...EXPORT, 'users.csv': USERS.replaceAll('ana', 'ACME\\nora') };
    const list = 'username,auth\ndag,basic\nACME\\nora,basic\n"Brahe, Tycho",idp\n';
    expect(findingsOf(await check(list, '--auth-types', ['--escape', 'none', '--format', 'json'], files))).toEqual(AS_LISTED);
  });

  it('takes a cell of several lines as one if that is said, and spellings of no value as the source does', async () => {
    const list = 'email,auth,username,note\ndag@dome.example,basic,dag,"a\n1,2,3,4"\n[NULL],basic,ana,\ntycho@dome.example,idp,,\n';
    expect((await check(list, '--auth-types', ['--null', '[NULL]'])).stderr).toContain('use --quote double');
    expect(findingsOf(await check(list, '--auth-types', ['--quote', 'double', '--null', '[NULL]', '--format', 'json']))).toEqual(AS_LISTED);
  });

  it('notes what it leaves out', async () => {
    const { notes } = shownOf(await check('sep=;\nid;auth\n1;basic\n2;idp\n3;basic\n;\n', '--auth-types', ['--format', 'json']));
    expect(notes.filter((note) => note.includes('left out'))).toEqual([
      'list.csv: line 1 is "sep=", which tells Excel the delimiter, and was left out.',
      'list.csv: line 6 holds only delimiters, as Excel leaves at the end, and was left out.',
    ]);
  });

  it('maps further spellings, and lists unknown ones once', async () => {
    const list = 'id,auth\n1,LDAP\n2,Crowd\n3,LDAP\n';
    const refused = await check(list, '--auth-types', ['--auth-type-map', 'Crowd=idp']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(
      'list.csv, line 2, column 2 (auth): authentication types that are neither basic nor idp: "LDAP" (2) from line 2. Accepted:',
    );
    expect(refused.stderr.match(/LDAP/g)).toHaveLength(3);
    expect(findingsOf(await check(list, '--auth-types', ['--auth-type-map', 'Crowd=idp', '--auth-type-map', 'ldap=basic', '--format', 'json']))).toEqual(
      AS_LISTED,
    );
    expect((await check('id,auth\n1,basic\n2,\n3,basic\n', '--auth-types')).stderr).toContain(
      'line 3, column 2 (auth): authentication types that are neither basic nor idp: "" (1)',
    );
  });

  it.each([
    [
      'a stranger',
      'id,auth\n1,basic\n2,idp\n3,basic\n4,idp\n',
      ['list.csv, line 5, column 1 (id): no user has the id "4".', '1 row does not name one user of the source.'],
    ],
    [
      'two users under one key',
      'username,auth\nana,basic\nBrahe,idp\n',
      ['line 2, column 1 (username): the username "ana" matches more than one user; give each by id.'],
      'id,userName,email,active\n1,ana,a@x.org,true\n2,Brahe,b@x.org,true\n3,Ána,c@x.org,true\n',
    ],
    [
      'an email of two users',
      'email,auth\na@x.org,basic\n',
      ['the email "a@x.org" matches more than one user'],
      'id,userName,email,active\n1,ana,a@x.org,true\n3,dag,A@x.org,true\n',
    ],
    [
      'cells that mean two users',
      'id,username,auth\n1,dag,basic\n2,"Brahe, Tycho",idp\n3,dag,basic\n',
      [
        'line 2: the row does not identify one user: the id "1" belongs to the user with the id "1", the username "dag" belongs to the user with the id "3".',
        'user "ana" is not in list.csv',
      ],
    ],
    ['a cell that means nobody', 'username,email,auth\nana,x@x.org,basic\n"Brahe, Tycho",,idp\ndag,,basic\n', ['no user has the email "x@x.org"']],
    ['two types for one user', 'id,username,auth\n1,,basic\n2,,idp\n3,,basic\n,ANA,idp\n', ['line 5: line 2 says that user "ana" is Basic, this one IdP.']],
    ['a row that names nobody', 'id,username,auth\n1,,basic\n,,idp\n2,,idp\n3,,basic\n', ['line 3: the row identifies no user: id, userName are blank.']],
    [
      'a user who is missing',
      'id,auth\n1,basic\n2,idp\n',
      ['users.csv, line 4: user "dag" is not in list.csv.', 'All of them are inactive. Admin > Users shows active users first'],
    ],
    ['no types', 'id,username\n1,ana\n', ['no column is the authentication type', '--basic-users']],
    ['no names', 'name,auth\nAna,basic\n', ['no column identifies the users']],
    ['a heading twice', 'id,username,login,auth\n1,ana,ana,basic\n', ['the columns "username", "login" all match userName']],
    ['rows of another width', 'id,auth\n1,basic,x\n', ['line 2, column 3: the row has 3 cells']],
    ['headings only', 'id,auth\n', ['list.csv: the list contains no user.']],
  ])('refuses %s', async (_, list, says, users = USERS) => {
    const { code, stdout, stderr } = await check(list, '--auth-types', [], { ...EXPORT, 'users.csv': users });
    expect(stdout).toBe('');
    expect(code).toBe(2);
    for (const text of says) expect(stderr).toContain(text);
  });

  it('takes a row whose email several share, where its username tells who is meant', async () => {
    const users = 'id,userName,email,active\n1,ana,us@x.org,true\n2,Brahe,us@x.org,true\n3,dag,US@x.org,false\n';
    const list = 'username,email,auth\nana,us@x.org,basic\nbrahe,us@x.org,idp\ndag,us@x.org,basic\n';
    const result = await check(list, '--auth-types', ['--format', 'json'], { ...EXPORT, 'users.csv': users });
    expect(findingsOf(result)).toContain('inactive-basic-member 3 basic');
    expect(findingsOf(result)).toContain('username-email-mismatch 2 idp');
  });

  it('names the first 50 users that it lacks, and counts the others; the same of strangers', async () => {
    const ids = Array.from({ length: 61 }, (_, at) => at + 1);
    const users = `id,userName,email,active\n${ids.map((id) => `${id},u${id},u${id}@x.org,true\n`).join('')}`;
    const list = `id,auth\n1,basic\n${ids.map((id) => `${id + 100},idp\n`).join('')}`;
    const { stderr } = await check(list, '--auth-types', [], { ...EXPORT, 'users.csv': users });
    expect(stderr.match(/is not in list\.csv/g)).toHaveLength(50);
    expect(stderr.match(/no user has the id/g)).toHaveLength(50);
    expect(stderr).toContain('… and 11 more rows.\n');
    expect(stderr).toContain('… and 10 more users.\n');
    expect(stderr).toContain('61 rows do not name one user of the source, and 60 users of the source are missing from it');
  });

  it('makes the type of the SCIM Admin known', async () => {
    const cwd = newFolder({
      ...EXPORT,
      'list.csv': 'id,auth\n1,idp\n2,idp\n3,basic\n',
      'scim-audit.config.json': '{"environment":{"scimAdmin":{"userName":"ana"}}}',
    });
    const { stdout } = await runCli(['check', '.', '--auth-mode', 'multi', '--auth-types', 'list.csv', '--format', 'json'], { cwd });
    expect(stdout).toContain('"rule":"environment-setting"');
    expect(stdout).toMatch(/The SCIM Admin .{2}ana.{2} signs in through the identity provider/);
  });
});

describe('--basic-users', () => {
  it.each([
    ['one username per line', 'ana\r\n\r\n DAG\r\n'],
    ['a CSV by id', 'id\n3\n1\n'],
    ['a CSV by email, with others', 'First name;E-Mail\nx;dag@dome.example\ny;ana@dome.example\n'],
    ['a name twice', 'ana\ndag\nANA\n'],
  ])('%s', async (_, list) => {
    const result = await check(list, '--basic-users', ['--format', 'json']);
    expect(findingsOf(result)).toEqual(AS_LISTED);
    expect(shownOf(result).notChecked).toEqual([]);
    expect(shownOf(result).notes.join('\n')).toContain('list.csv: 2 users count as Basic, and all others (1) as IdP.');
  });

  it('takes a line as it is: commas, quotes, semicolons and spaces are part of a username', async () => {
    const odd = ['Brahe, Tycho', 'say "hi"', '"quoted"', 'a;b', 'a\tb', "o'neil", '#1', 'a|b', '\\N', 'NULL', '=1+1'];
    const rows = odd.map((name, at) => `${at + 1},"${name.replaceAll('"', '""')}",u${at}@x.org,false\n`);
    const files = {
      ...EXPORT,
      'users.csv': `id,userName,email,active\n${rows.join('')}`,
      'memberships.csv': `groupId,userId\n${odd.map((_, at) => `7,${at + 1}\n`).join('')}`,
    };
    const result = await check(`${odd.join('\n')}\n`, '--basic-users', ['--format', 'json'], files);
    // All of them are inactive, so nobody is in scope.
    expect(findingsOf(result)).toEqual([...odd.map((_, at) => `inactive-basic-member ${at + 1} basic`), 'nothing-to-check undefined undefined']);
  });

  it('is not enough for inactive-basic-member where it holds no inactive user and there are some', async () => {
    const result = await check('ana\n', '--basic-users', ['--format', 'json']);
    const { notChecked, findings } = shownOf(result);
    expect(notChecked).toEqual([
      {
        rule: 'inactive-basic-member',
        why: expect.stringMatching(/^list\.csv holds no inactive user of the source, which has 1, and Admin > Users shows active users first/),
      },
    ]);
    expect(findings.map(({ rule }) => rule)).toEqual(['username-email-mismatch']);
    const active = { ...EXPORT, 'users.csv': USERS.replace('false', 'true') };
    expect(shownOf(await check('ana\n', '--basic-users', ['--format', 'json'], active)).notChecked).toEqual([]);
  });

  it('may be cut off where it holds as many users as a page of a tool does', async () => {
    const rows = Array.from({ length: 201 }, (_, at) => `${at},u${at}@dome.example,u${at}@dome.example,${at !== 0}`);
    const files = { ...EXPORT, 'users.csv': `id,userName,email,active\n${rows.join('\n')}\n` };
    const limits = async (count: number): Promise<unknown> => {
      const list = `id\n${Array.from({ length: count }, (_, at) => at).join('\n')}\n`;
      const { findings } = shownOf(await check(list, '--basic-users', ['--format', 'json'], files));
      return findings.filter(({ rule }) => rule === 'row-limit');
    };
    expect(await limits(200)).toEqual([expect.objectContaining({ rule: 'row-limit', severity: 'warning', file: 'list.csv', rows: 200 })]);
    expect(await limits(199)).toEqual([]);
  });

  it('says so in a plan and in a certificate as well', async () => {
    const cwd = newFolder({ ...EXPORT, 'basic.txt': 'ana\n' });
    const args = ['.', '--auth-mode', 'multi', '--basic-users', 'basic.txt'];
    const { stdout } = await runCli(['plan', ...args, '--out', 'plan'], { cwd });
    expect(stdout).toContain('Not checked: inactive-basic-member (basic.txt holds no inactive user of the source');
    expect(readFileSync(join(cwd, 'plan/plan.md'), 'utf8')).toContain(
      'Not known: inactive-basic-member was not checked (basic.txt holds no inactive user of the source',
    );
    await runCli(['check', ...args, '--certificate', 'certificate.json'], { cwd });
    expect(readFileSync(join(cwd, 'certificate.json'), 'utf8')).toContain('Admin > Users shows active users first');
  });

  it('is held by a certificate: the gate does not pass where it changed', async () => {
    const users = USERS.replace('1,ana,', '1,ana@dome.example,');
    const cwd = newFolder({ ...EXPORT, 'users.csv': users, 'basic.txt': 'Brahe, Tycho\ndag\n' });
    const args = ['.', '--auth-mode', 'multi', '--basic-users', 'basic.txt', '--skip-rule', 'inactive-basic-member'];
    expect((await runCli(['check', ...args, '--certificate', 'certificate.json'], { cwd })).code).toBe(0);
    const open = await runCli(['gate', 'certificate.json', '.', '--basic-users', 'basic.txt'], { cwd });
    expect(open.stderr).toContain('exit 0: the gate is open');
    writeFileSync(join(cwd, 'basic.txt'), 'dag\n');
    const shut = await runCli(['gate', 'certificate.json', '.', '--basic-users', 'basic.txt'], { cwd });
    expect(shut.stderr).toContain('exit 1: the gate does not pass');
    expect(shut.stderr).toContain('basic.txt is not what was audited');
  });

  it.each([
    ['a name that fits no user', 'ana\ndagg\n', ['list.csv, line 2: no user has the username "dagg".', '1 row does not name one user']],
    ['a list of everybody', 'username,auth\nana,basic\n', ['every user in it counts as Basic. Give this file with --auth-types.']],
    ['a list of nobody', '\n \n', ['the list contains no user']],
    ['bytes of another encoding', Buffer.from('ana\nJörg\n', 'latin1'), ['list.csv, line 2: the byte 0xF6 is not valid utf-8']],
    [
      'a heading that is a username',
      'login\nana\n',
      ['the first line, "login", is a heading, but a user of the source also has that username'],
      `${USERS}4,Login,l@x.org,true\n`,
    ],
    ['a username of two', 'ana\n', ['matches more than one user'], `${USERS}4,ANA,l@x.org,true\n`],
  ])('refuses %s', async (_, list, says, users = USERS) => {
    const { code, stderr } = await check(list, '--basic-users', [], { ...EXPORT, 'users.csv': users });
    expect(code).toBe(2);
    for (const text of says) expect(stderr).toContain(text);
  });
});

describe('the key under which a list names users', () => {
  const users = 'id,userName,email,active\n1,Søren,s@x.org,true\n2,Андрей,a@x.org,true\n';
  const list = 'username,auth\nSoren,basic\nАндреи,idp\n';

  it('is that of the collation', async () => {
    const usual = await check(list, '--auth-types', [], { ...EXPORT, 'users.csv': users });
    expect(usual.stderr).toContain('1 row does not name one user of the source, and 1 user of the source is missing from it');
    expect(usual.stderr).toContain('no user has the username "Андреи"');
    const other = await check(list, '--auth-types', ['--collation', 'sqlserver_ci_as'], { ...EXPORT, 'users.csv': users });
    expect(other.stderr).toContain('no user has the username "Soren"');
  });
});

describe('saved answers of REST', () => {
  const page = (data: readonly object[]): string =>
    JSON.stringify({ meta: { status: 'OK', pageInfo: { startIndex: 0, resultCount: data.length, totalResults: data.length } }, data });

  it('are judged in mode multi with a list', async () => {
    const people = [
      { id: 1, username: 'ana', email: 'ana@dome.example', active: true, licenseType: 'NAMED' },
      { id: 2, username: 'Brahe, Tycho', email: 'tycho@dome.example', active: true, licenseType: 'NAMED' },
      { id: 3, username: 'dag', email: 'dag@dome.example', active: false, licenseType: 'INACTIVE' },
    ];
    const saved = { 'users-0.json': page(people), 'usergroups-0.json': page([{ id: 7, name: 'Observers' }]), 'members-7.json': page(people.slice(2)) };
    expect((await check('username,auth\nana,basic\n', '--auth-types', [], saved)).stderr).toContain('users-0.json');
    const result = await check(
      'Username,Email,Auth\nana,,Basic\n"Brahe, Tycho",tycho@dome.example,SAML\n,dag@dome.example,Basic\n',
      '--auth-types',
      ['--format', 'json'],
      saved,
    );
    expect(findingsOf(result)).toEqual(AS_LISTED);
  });
});

describe('lists of types', () => {
  const TYPED = 'id,userName,email,active,Authentication Type\n1,ana,ana@dome.example,true,Basic\n';

  it.each([
    ['--auth-types', 'id,auth\n1,basic\n'],
    ['--basic-users', 'ana\n'],
  ])('%s is refused where the source has types', async (option, list) => {
    const { code, stderr } = await check(list, option, [], { ...EXPORT, 'users.csv': TYPED });
    expect(code).toBe(2);
    expect(stderr).toContain('users.csv: the column "Authentication Type" holds the authentication types.');
    expect(stderr).toContain(`list.csv was given with ${option}, but the source has authentication types of its own`);
  });

  it('are refused together, wherever they were given', async () => {
    const cwd = newFolder({ ...EXPORT, 'a.csv': 'id,auth\n1,basic\n', 'scim-audit.config.json': '{"basicUsers":"b.txt"}' });
    const { code, stderr } = await runCli(['check', '.', '--auth-mode', 'multi', '--auth-types', 'a.csv'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('Authentication types were given twice');
  });

  it('are named as they are from here where the config gives them', async () => {
    const cwd = newFolder({ ...EXPORT, 'lists/b.txt': 'nobody\n', 'scim-audit.config.json': '{"basicUsers":"lists/b.txt"}' });
    const { stderr } = await runCli(['check', '.', '--auth-mode', 'multi'], { cwd });
    expect(stderr).toContain('lists/b.txt, line 1: no user has the username "nobody".');
  });

  it('are told together with what is wrong in the source', async () => {
    const { stderr } = await check('id,auth\n1,LDAP\n', '--auth-types', [], { ...EXPORT, 'users.csv': USERS.replace('true', 'perhaps') });
    expect(stderr).toContain('users.csv, line 2, column 4 (active)');
    expect(stderr).toContain('list.csv, line 2, column 2 (auth)');
  });

  it('hold no username back from a redacted message, and none in it', async () => {
    const { stderr } = await check('id,username,auth\n1,dag,basic\n,stella nova,idp\n', '--auth-types', ['--redact']);
    expect(stderr).toContain('no user has the username "');
    for (const secret of ['dag', 'stella', 'Brahe']) expect(stderr).not.toContain(secret);
  });

  it.each([
    ['--auth-types', 'id,dag@dome.example\n1,basic\n', 'no column is the authentication type'],
    ['--auth-types', 'dag@dome.example\tauth\n1\tbasic\n', 'no column identifies the users'],
    ['--auth-types', 'id,dag@dome.example,email,mail\n1,basic,a,b\n', 'the columns "email", "mail" all match email'],
  ] as const)('say under --redact what is wrong with the headings, with aliases for those that are data: %s %j', async (option, list, what) => {
    const { code, stderr } = await check(list, option, ['--redact']);
    expect(code).toBe(2);
    expect(stderr).toContain(what);
    expect(stderr).toMatch(/Headings found: .*"[a-z]+@[a-z]+\.example"/);
    expect(stderr).not.toContain('dag@dome');
  });

  it('are kept in the plan, and what reads a source for it does without', async () => {
    const cwd = newFolder({
      'export/users.csv': USERS,
      'export/groups.csv': EXPORT['groups.csv'],
      'export/memberships.csv': EXPORT['memberships.csv'],
      'basic.txt': 'ana\ndag\n',
    });
    const run = (...args: string[]): Promise<CliResult> => runCli(args, { cwd });
    await run('plan', 'export', '--auth-mode', 'multi', '--basic-users', 'basic.txt', '--out', 'plan');
    expect(JSON.parse(readFileSync(join(cwd, 'plan/plan.json'), 'utf8')).settings.typeList).toMatchObject({
      role: 'basic-users',
      rows: 2,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect((await run('show', 'plan', 'export')).stderr).toContain('it fits the source');
    expect((await run('apply', 'plan', 'export', '--out', 'fixed', '--dry-run')).stderr).toContain('exit 0: dry run: 1 action');
    expect((await run('apply', 'plan', 'export', '--in-place', '--yes')).stderr).toContain('exit 0: applied: 1 action');
    expect((await run('verify', 'plan', 'export')).stderr).toContain('exit 0: as planned: 1 change landed; no other user, group or membership changed');
    const runs = await run('runs', 'plan');
    const folder = runs.stdout.trim().split('\n').at(-1)?.trim() ?? '';
    expect((await run('undo', folder, '--yes')).stderr).toContain('everything is as it was before the run');
    expect(readFileSync(join(cwd, 'export/users.csv'), 'utf8')).toBe(USERS);
    expect((await run('verify', 'plan', 'export')).stderr).toContain('exit 1: not as planned: 0 landed, 1 missing');
  });

  it('go into a redacted copy, so that it is judged the same', async () => {
    const cwd = newFolder({ ...EXPORT, 'basic.txt': 'ana\n', 'types.csv': 'id,auth\n1,basic\n2,idp\n3,basic\n' });
    for (const [option, list] of [
      ['--basic-users', 'basic.txt'],
      ['--auth-types', 'types.csv'],
    ] as const) {
      const out = `copy${option}`;
      const { stdout } = await runCli(['redact', '.', '--auth-mode', 'multi', option, list, '--out', out], { cwd });
      const command = stdout.trim().split('\n').at(-1)?.trim().split(' ').slice(1) ?? [];
      const before = await runCli(['check', '.', '--auth-mode', 'multi', option, list, '--format', 'json'], { cwd });
      const after = await runCli([...command, '--format', 'json'], { cwd });
      expect(after.code).toBe(before.code);
      expect(factsOf(after.stdout)).toEqual(factsOf(before.stdout));
      expect(shownOf(after).notChecked.map(({ rule }) => rule)).toEqual(shownOf(before).notChecked.map(({ rule }) => rule));
    }
  });
});

const cells = (values: readonly string[]): string => `${values.map((value) => `"${value.replaceAll('"', '""')}"`).join(',')}\n`;

/** Returns which of the users a row can name by each column: those whose value nobody shares. */
function namedBy(users: readonly User[], textOf: (user: User) => string): ReadonlySet<string> {
  const { key } = collationOf('utf8mb4_0900_ai_ci');
  const keys = users.map((user) => key(textOf(user)));
  return new Set(users.filter((_, at) => keys[at] !== '' && keys.filter((each) => each === keys[at]).length === 1).map(({ id }) => id));
}

/** Writes the users without their types, into a folder of CSV files or a database. */
function writeUntyped({ users, ...rest }: Organization, isDatabase: boolean): { readonly cwd: string; readonly source: string } {
  const files = filesOf({ users, ...rest });
  const untyped = [
    cells(['id', 'userName', 'email', 'name', 'phone', 'active']),
    ...users.map(({ id, userName, email, active }) => cells([id, userName, email, 'x', 'y', String(active)])),
  ].join('');
  if (!isDatabase) return { cwd: newFolder({ ...files, 'users.csv': untyped }), source: '.' };
  const cwd = newFolder();
  const db = new Database(join(cwd, 'export.sqlite'));
  db.exec(
    'CREATE TABLE users (id TEXT, userName TEXT, email TEXT, active TEXT); CREATE TABLE groups (id TEXT, name TEXT, project TEXT, sync TEXT); CREATE TABLE memberships (groupId TEXT, userId TEXT)',
  );
  for (const { id, userName, email, active } of users) db.prepare('INSERT INTO users VALUES (?, ?, ?, ?)').run(id, userName, email, String(active));
  for (const { id, name, isOrganizationLevel, sync } of rest.groups)
    db.prepare('INSERT INTO groups VALUES (?, ?, ?, ?)').run(id, name, isOrganizationLevel ? '' : '51', String(sync === true));
  for (const { group, user } of rest.memberships) db.prepare('INSERT INTO memberships VALUES (?, ?)').run(group, user);
  db.close();
  return { cwd, source: 'export.sqlite' };
}

describe('types of a list and types of a column', () => {
  const wayArbitrary = fc.record({ isDatabase: fc.boolean(), picks: fc.array(fc.nat({ max: 2 }), { minLength: 12, maxLength: 12 }), isReversed: fc.boolean() });

  it('give the same findings', async () => {
    await fc.assert(
      fc.asyncProperty(organizationArbitrary, wayArbitrary, async (organization, { isDatabase, picks, isReversed }) => {
        const { users } = organization;
        fc.pre(users.length > 0);
        const args = ['--auth-mode', organization.authMode, '--format', 'json'];
        const typed = await runCli(['check', '.', ...args], { cwd: newFolder(filesOf(organization)) });
        const { cwd, source } = writeUntyped(organization, isDatabase);
        const ways = [namedBy(users, ({ userName }) => userName), namedBy(users, ({ email }) => email)];
        const rows = users.map(({ id, userName, email, authenticationType }, at) => {
          const pick = picks[at % picks.length];
          if (pick < 2 && ways[pick].has(id)) return cells(pick === 0 ? ['', userName, '', authenticationType] : ['', '', email, authenticationType]);
          return cells([id, userName, email, authenticationType]);
        });
        const folder = newFolder({
          'types.csv': [cells(['id', 'Username', 'Email', 'Authentication Type']), ...(isReversed ? rows.reverse() : rows)].join(''),
        });
        const listed = await runCli(['check', source, ...args, '--auth-types', join(folder, 'types.csv')], { cwd });
        expect(listed.code, listed.stderr).toBe(typed.code);
        const facts = (text: string): unknown => JSON.parse(text.replace(/"location":\{[^}]*\}/g, '"location":0')).findings;
        expect(facts(listed.stdout)).toEqual(facts(typed.stdout));
      }),
      { numRuns: 60 },
    );
  }, 240_000);

  it('give the same findings where the Basic users are listed, or say what is not checked', async () => {
    await fc.assert(
      fc.asyncProperty(organizationArbitrary, async (organization) => {
        const basic = organization.users.filter(({ authenticationType }) => authenticationType === 'basic');
        fc.pre(basic.length > 0);
        const args = ['--auth-mode', organization.authMode, '--format', 'json'];
        const typed = await runCli(['check', '.', ...args], { cwd: newFolder(filesOf(organization)) });
        const { cwd } = writeUntyped(organization, false);
        const folder = newFolder({ 'basic.csv': ['id\n', ...basic.map(({ id }) => `${id}\n`)].join('') });
        const listed = await runCli(['check', '.', ...args, '--basic-users', join(folder, 'basic.csv')], { cwd });
        const isHidden = organization.users.some(({ active }) => !active) && !basic.some(({ active }) => !active);
        expect(shownOf(listed).notChecked.map(({ rule }) => rule)).toEqual(isHidden ? ['inactive-basic-member'] : []);
        // Whether there is nothing to look at is asked only about what is checked.
        const counted = (result: Awaited<ReturnType<typeof runCli>>) => shownOf(result).findings.filter(({ rule }) => !isHidden || rule !== 'nothing-to-check');
        expect(counted(listed)).toEqual(counted(typed));
      }),
      { numRuns: 60 },
    );
  }, 240_000);
});
