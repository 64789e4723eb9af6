import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { envelope, pagesOf, type RestUser, restUser } from '../../support/jama-stand-in.js';
import { temporaryFolders } from '../../support/machine.js';
import { type CliResult, ROOT, runCli } from '../../support/run.js';

const newFolder = temporaryFolders();

const MIRA: RestUser = { id: 4, username: 'mira', email: 'mira@lighthouse.example', active: true };
const OSKAR: RestUser = { id: 7, username: 'oskar@lighthouse.example', email: 'oskar@lighthouse.example', active: false };
const USERS = [MIRA, OSKAR].map(restUser);
const GROUPS = [{ id: 1, name: 'Keepers', description: '' }];
const WHOLE = {
  'users.json': JSON.stringify(envelope(USERS)),
  'usergroups.json': JSON.stringify(envelope(GROUPS)),
  'members-1.json': JSON.stringify(envelope([USERS[0]])),
};

const SKIPPED = ['--skip-rule', 'duplicate-group-name', '--skip-rule', 'inactive-basic-member'];
const check = (folder: string, ...args: string[]): Promise<CliResult> => runCli(['check', ...args, '--auth-mode', 'saml'], { cwd: folder });

/** Returns what is said of users.json when it holds this text. */
async function refusal(text: string): Promise<string> {
  const { code, stderr, stdout } = await check(newFolder({ 'users.json': text }), '.', ...SKIPPED);
  expect(stdout).toBe('');
  expect(stderr).not.toMatch(/^\s+at |This is a bug/m);
  expect(code).toBe(2);
  return stderr;
}

const userText = JSON.stringify(USERS[0]);

describe('what is refused, with its place', () => {
  const withValue = (property: string, value: string): string =>
    `[\n${JSON.stringify({ ...USERS[0], [property]: 0 }).replace(`"${property}":0`, `"${property}":${value}`)}\n]`;

  it.each([
    [
      'a key that is there twice',
      `[${userText.replace('"active":true', '"active":true,"active":false')}]`,
      /users\.json, line 1, column \d+: .*"active" appears twice/,
    ],
    ['a NUL', withValue('username', '"mi\\u0000ra"'), /line 2, column 20 \(username\): .*U\+0000/],
    ['a lone surrogate', withValue('email', '"\\ud83d@x.example"'), /line 2, column \d+ \(email\): .*lone surrogate/],
    ['a status in quotes', withValue('active', '"true"'), /\(active\): found the text "true" instead of true or false/],
    ['a status that is a number', withValue('active', '1'), /\(active\): found a number instead of true or false/],
    ['a status that is null', withValue('active', 'null'), /\(active\): found null instead of true or false/],
    ['an email that is a list', withValue('email', '["a@b.example"]'), /\(email\): found a list instead of a text or null/],
    ['an email that is a number', withValue('email', '5'), /\(email\): found a number instead of/],
    ['an id with a fraction', withValue('id', '4.0'), /\(id\): found the number 4\.0 instead of a whole number or a text/],
    ['an id that is null', withValue('id', 'null'), /\(id\): found null instead of/],
    ['an id without a character', withValue('id', '" "'), /\(id\): found the text " " instead of/],
    ['a user without a status', '[{"id":1,"username":"a","email":"b"}]', /line 1, column 2: the record has no "active"/],
    ['a list of groups', JSON.stringify(envelope(GROUPS)), /this is a group, not a user/],
    ['no property email at all', '[{"id":1,"username":"a","active":true}]', /no record has the property "email"/],
    ['a type that REST has not', `[${JSON.stringify({ ...USERS[0], authenticationType: 'basic' })}]`, /--column users\.authenticationType=authenticationType/],
    ['one record', JSON.stringify({ meta: { status: 'OK' }, data: USERS[0] }), /one record, not a list/],
    [
      'an error',
      '{"meta":{"status":"Unauthorized","timestamp":"x","message":"no license"}}',
      /line 1, column 1: this response has no "data".*"Unauthorized": "no license"/,
    ],
    ['a page of HTML', '<html><body>Sign in</body></html>', /line 1, column 1: < is not expected here; this looks like HTML/],
    ['an empty file', '', /the file is empty/],
    ['a cut file', JSON.stringify(envelope(USERS)).slice(0, -40), /the file ends in the middle/],
    ['answers in a list', JSON.stringify([envelope(USERS)]), /a whole response inside a list/],
    ['a record after an answer', `${JSON.stringify(envelope(USERS))}\n${userText}`, /line 2, .*a record follows a response/],
    [
      'no number in pageInfo',
      JSON.stringify(envelope(USERS)).replace('"totalResults":2', '"totalResults":"2"'),
      /pageInfo holds no whole number as "totalResults"/,
    ],
    ['a count that is none', JSON.stringify(envelope(USERS)).replace('"resultCount":2', '"resultCount":1'), /resultCount says 1, but the list here holds 2/],
    [
      'a page of more',
      JSON.stringify(envelope(USERS, 0, 300)),
      /holds 2 of 300: fetch the rest with GET \/rest\/v1\/users\?includeInactive=true&startAt=2&maxResults=50/,
    ],
    ['the last page only', JSON.stringify(envelope(USERS, 18, 20)), /holds 2 of 20: fetch the rest with .*startAt=0&/],
    ['more than there are', JSON.stringify(envelope(USERS, 0, 1)), /more than totalResults says \(1\)/],
    ['an id that is there twice', `[${userText},\n ${userText}]`, /users\.json, line 2, column 2 \(id\): the id "4" already appears on line 1/],
  ])('%s', async (_, text, says) => {
    expect(await refusal(text)).toMatch(says);
  });

  it('what is wrong with many records is said once, with its count', async () => {
    const stderr = await refusal(JSON.stringify(Array.from({ length: 300 }, (_, at) => ({ ...USERS[0], id: at + 1, active: 'yes' }))));
    expect(stderr).toContain('The same is wrong with 299 more records of the file');
    expect(stderr).toContain('1 problem.');
  });

  it.each([
    ['0', '0'],
    ['-1', '-1'],
    ['"NULL"', 'the text "NULL"'],
    ['""', 'the text ""'],
    ['false', 'false'],
    ['{"id":3}', 'an object'],
  ])('a project %s is neither a project nor none', async (project, shown) => {
    const folder = newFolder({ ...WHOLE, 'usergroups.json': `[{"id":1,"name":"Keepers","project":${project}}]` });
    const { code, stderr } = await check(folder, '.');
    expect(code).toBe(2);
    expect(stderr).toContain(`(project): found ${shown} instead of the id of a project or null`);
  });
});

describe('pages', () => {
  const three = Array.from({ length: 5 }, (_, at) =>
    restUser({ ...OSKAR, id: at + 1, username: `u${at}@x.example`, email: `u${at}@x.example`, active: at > 0 }),
  );
  const pages = pagesOf(three, 2);

  async function said(files: Record<string, string>): Promise<string> {
    return (await check(newFolder(files), '.', ...SKIPPED)).stderr;
  }

  it('a page that is missing in the middle', async () => {
    expect(await said({ 'users-0.json': pages[0], 'users-4.json': pages[2] })).toMatch(
      /users-4\.json, line 1, column \d+: the list of users holds 3 of 5: .*startAt=2&/,
    );
  });

  it('a page that was saved twice is one problem', async () => {
    const stderr = await said({ 'users-0.json': pages[0], 'users-2.json': pages[0], 'users-4.json': pages[2] });
    expect(stderr).toMatch(/users-2\.json, .*: records 0 to 1 are here, but users-0\.json holds 0 to 1 already/);
    expect(stderr).toContain('1 problem.');
  });

  it('totals that differ between pages', async () => {
    const grown = pages[1].replace('"totalResults":5', '"totalResults":6');
    expect(await said({ 'users-0.json': pages[0], 'users-2.json': grown, 'users-4.json': pages[2] })).toContain('the list changed while it was fetched');
  });

  it('a bare page beside one with its envelope', async () => {
    expect(await said({ 'users-0.json': pages[0], 'users-2.json': JSON.stringify(three.slice(2)) })).toContain(
      'this file has no pageInfo, but users-0.json has',
    );
  });

  it('an empty last page, as a loop that asks once too often saves it', async () => {
    const folder = newFolder({
      'users-0.json': pages[0],
      'users-2.json': pages[1],
      'users-4.json': pages[2],
      'users-6.json': JSON.stringify(envelope([], 6, 5)),
    });
    expect((await check(folder, '.', ...SKIPPED)).code).toBe(0);
  });

  it('all answers one after the other in one file', async () => {
    expect((await check(newFolder({ 'users.json': pages.join('\n') }), '.', ...SKIPPED)).code).toBe(0);
  });

  it('what a shell made of a pattern, and what it left of one', async () => {
    const folder = newFolder({ 'u-0.json': pages[0], 'u-2.json': pages[1], 'u-4.json': pages[2] });
    for (const words of [
      ['--users', 'u-*.json'],
      ['--users', 'u-0.json', 'u-2.json', 'u-4.json'],
      ['--users', 'u-4.json', '--users', 'u-0.json', '--users', 'u-2.json'],
    ]) {
      expect((await check(folder, ...words, ...SKIPPED)).code).toBe(0);
    }
    expect((await check(folder, '--users', 'v-*.json', ...SKIPPED)).stderr).toContain('v-*.json: no file matches this pattern');
    expect((await check(folder, '--users', 'u-0.json', '--groups', 'g.csv', 'u-2.json', ...SKIPPED)).stderr).toContain(
      'put the pattern in quotes: --users "users-*.json"',
    );
  });
});

describe('which files', () => {
  it('the longest pattern wins, and all digits are the id', async () => {
    const groups = [1, 12, 123].map((id) => ({ id, name: `G${id}`, project: null }));
    const member = (...ids: number[]): string => JSON.stringify(envelope(USERS.filter(({ id }) => ids.includes(Number(id)))));
    const folder = newFolder({
      'users.json': WHOLE['users.json'],
      'usergroups.json': JSON.stringify(envelope(groups)),
      'members-1.json': member(4),
      'usergroups-12-users-0.json': member(4, 7),
      'members-123.json': member(),
    });
    const { stdout } = await check(folder, '.', '--format', 'json', '--fail-on', 'never');
    expect(JSON.parse(stdout).snapshot).toMatchObject({ groups: 3, memberships: 3 });
  });

  it('members that are said by their flag, with a pattern', async () => {
    const [first, second] = pagesOf(USERS, 1);
    const folder = newFolder({ ...WHOLE, 'm-0.json': first, 'm-1.json': second });
    const { stdout } = await check(folder, '.', '--memberships', '1=m-*.json', '--format', 'json', '--fail-on', 'never');
    expect(JSON.parse(stdout).snapshot.memberships).toBe(2);
    expect((await check(folder, '.', '--memberships', 'm-0.json')).stderr).toContain('does not say which group');
  });

  it('a pair of formats in one role', async () => {
    const folder = newFolder({ ...WHOLE, 'old.csv': 'id,userName,email,active\n4,mira,mira@lighthouse.example,true\n' });
    expect((await check(folder, '.', '--users', 'old.csv', '--users', 'users.json')).stderr).toContain('old.csv and users.json are both lists of users');
    expect((await check(folder, '.', '--inactive-users', 'old.csv')).stderr).toContain('are both lists of users');
    expect((await check(folder, '.', '--users', 'old.csv', '--memberships', '1=old.csv')).stderr).toContain('is not JSON');
  });

  it('without any list of members they are not given, as with CSV', async () => {
    const { 'members-1.json': _, ...files } = WHOLE;
    const folder = newFolder(files);
    expect((await check(folder, '.')).stderr).toContain('inactive-basic-member: give --memberships FILE');
    expect((await check(folder, '.', '--skip-rule', 'inactive-basic-member')).code).toBe(1);
  });

  it('a JSON file as SOURCE, and a folder without a list of users', async () => {
    const folder = newFolder(WHOLE);
    expect((await check(folder, 'users.json')).stderr).toContain('Give the folder that contains it, or give the file with --users users.json');
    expect((await check(newFolder({ 'usergroups.json': WHOLE['usergroups.json'] }), '.')).stderr).toContain('does not contain users*.json');
  });
});

describe('what follows a check', () => {
  it('a plan, no apply, verify of a fresh export, gate and a redacted copy', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'saved'));
    for (const [name, text] of Object.entries(WHOLE)) writeFileSync(join(folder, 'saved', name), text);
    const run = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: folder });
    const planned = await run('plan', 'saved', '--auth-mode', 'saml', '--out', 'plan');
    expect(planned.code).toBe(0);
    expect(planned.stdout).not.toContain('--out corrected');
    expect(planned.stdout).toContain('carry it out in Jama Connect itself, through its REST API:\n    scim-audit apply plan/plan.json --url URL\n');
    expect(planned.stdout).toContain('    scim-audit script plan/plan.json --dialect mysql --out scripts\n');
    const { snapshot } = JSON.parse(readFileSync(join(folder, 'plan/plan.json'), 'utf8'));
    expect(snapshot.inputs.map(({ path }: { path: string }) => path)).toEqual(['users.json', 'usergroups.json', 'members-1.json']);

    const before = Object.keys(WHOLE).map((name) => readFileSync(join(folder, 'saved', name), 'utf8'));
    for (const where of [['--in-place'], ['--out', 'copy']]) {
      const applied = await run('apply', 'plan/plan.json', 'saved', ...where, '--yes');
      expect(applied.code).toBe(4);
      expect(applied.stderr).toContain('"scim-audit apply PLAN --url URL"');
    }
    expect(readdirSync(folder).sort()).toEqual(['plan', 'saved']);
    expect(Object.keys(WHOLE).map((name) => readFileSync(join(folder, 'saved', name), 'utf8'))).toEqual(before);

    expect((await run('verify', 'plan/plan.json', 'saved')).code).toBe(1);
    const fresh = newFolder({ ...WHOLE, 'users.json': WHOLE['users.json'].replace('"username":"mira"', '"username":"mira@lighthouse.example"') });
    expect((await run('verify', 'plan/plan.json', fresh)).code).toBe(0);

    expect((await run('check', fresh, '--auth-mode', 'saml', '--certificate', 'cert.json')).code).toBe(0);
    expect((await run('gate', 'cert.json', fresh)).code).toBe(0);
    writeFileSync(join(fresh, 'members-1.json'), JSON.stringify(envelope([])));
    expect((await run('gate', 'cert.json', fresh)).stderr).toContain('members-1.json');

    expect((await run('redact', 'saved', '--out', 'redacted', '--auth-mode', 'saml')).code).toBe(0);
    expect(readdirSync(join(folder, 'redacted')).sort()).toEqual(['groups.csv', 'memberships.csv', 'users.csv']);
    expect(readFileSync(join(folder, 'redacted/users.csv'), 'utf8')).not.toContain('mira');
  });
});

describe('a member who is listed twice', () => {
  const { 'members-1.json': _, ...others } = WHOLE;
  const [mira, oskar] = USERS;
  const said = async (first: unknown, second: unknown): Promise<CliResult> =>
    check(newFolder({ ...others, 'members-1-0.json': JSON.stringify(first), 'members-1-1.json': JSON.stringify(second) }), '.');

  it('is refused: another one is missing from the list', async () => {
    for (const [first, second] of [
      [envelope([mira], 0, 2), envelope([mira], 1, 2)],
      [[mira], [mira]],
    ]) {
      const { code, stderr } = await said(first, second);
      expect(code).toBe(2);
      expect(stderr).toMatch(/members-1-1\.json, line 1, column \d+: the list of members of group 1 already holds this member/);
    }
  });

  it('is not refused where the pages hold each once', async () => {
    expect((await said(envelope([mira], 0, 2), envelope([oskar], 1, 2))).code).toBe(1);
  });
});

describe('one organization as CSV and as JSON', () => {
  const name = fc.constantFrom('a', 'b', 'A', 'a@x.example', 'b@x.example', 'B@x.example', 'c@x.example', 'ß', '');
  const user = fc.record({ username: name, email: fc.oneof(name, fc.constant(null)), active: fc.boolean() });
  const group = fc.record({ name: fc.constantFrom('Keepers', 'keepers', 'Boats', 'Log'), project: fc.constantFrom(null, undefined, 31) });
  const cell = (text: string | null): string => `"${text ?? ''}"`;

  it('gives the same findings, whatever the pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(user, { minLength: 1, maxLength: 8 }),
        fc.array(group, { minLength: 1, maxLength: 4 }),
        fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 8 }),
        fc.record({
          size: fc.integer({ min: 1, max: 5 }),
          way: fc.constantFrom('envelopes', 'one file', 'bare', 'lines'),
          areTexts: fc.boolean(),
          seed: fc.nat(),
        }),
        async (people, teams, pairs, { size, way, areTexts, seed }) => {
          const idOf = (at: number): number | string => (areTexts ? String(at + 1) : at + 1);
          const users = people.map((each, at) => restUser({ ...each, id: idOf(at) }));
          const groups = teams.map((each, at) => ({ ...each, id: idOf(at) }));
          const members = groups.map((_, at) => new Set(pairs.filter(([, to]) => to % groups.length === at).map(([from]) => from % users.length)));
          const files: Record<string, string> = {};
          /** Names of pages that do not sort as the pages follow each other. */
          const save = (front: string, list: readonly unknown[]): void => {
            if (way === 'envelopes') {
              for (const [at, text] of pagesOf(list, size).entries()) files[`${front}-p${(at * 7 + seed) % 1009}.json`] = text;
            } else if (way === 'one file') files[`${front}.json`] = pagesOf(list, size).reverse().join('\n');
            else if (way === 'bare' || list.length === 0) files[`${front}.json`] = JSON.stringify(list, undefined, 1);
            else files[`${front}.json`] = list.map((each) => JSON.stringify(each)).join('\n');
          };
          save('users', users);
          save('usergroups', groups);
          groups.forEach(({ id, project }, at) => {
            // Project groups need no list, but without any list memberships are not given.
            if (at === 0 || typeof project !== 'number' || members[at].size > 0)
              save(
                `members-${id}`,
                [...members[at]].map((place) => users[place]),
              );
          });
          const csv = {
            'users.csv': [
              'id,username,email,active',
              ...users.map(({ id, username, email, active }) => `${id},${cell(username)},${cell(email)},${active}`),
            ].join('\n'),
            'groups.csv': ['id,name,project', ...groups.map(({ id, name: called, project }) => `${id},${cell(called)},${project ?? ''}`)].join('\n'),
            'memberships.csv': ['groupId,userId', ...groups.flatMap(({ id }, at) => [...members[at]].map((place) => `${id},${users[place].id}`))].join('\n'),
          };
          // `row-limit` and the like tell of files, and those differ.
          const found = async (folder: string): Promise<unknown> => {
            const { stdout, stderr } = await runCli(['check', folder, '--auth-mode', 'basic', '--format', 'json', '--fail-on', 'never']);
            if (stdout === '') throw new Error(stderr);
            const { findings, snapshot } = JSON.parse(stdout);
            return { findings: findings.map(({ fingerprint }: { fingerprint: string }) => fingerprint).sort(), memberships: snapshot.memberships };
          };
          expect(await found(newFolder(files))).toEqual(await found(newFolder(csv)));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('saved by curl', () => {
  const run = promisify(execFile);

  const isThere = (command: string): boolean => spawnSync(command, ['--version']).error === undefined;

  const USERS = Array.from({ length: 123 }, (_, at) =>
    restUser({ id: at + 1, username: `keeper${at}@lighthouse.example`, email: `keeper${at}@lighthouse.example`, active: at % 9 !== 0 }),
  );
  // A name that looks like what the loop looks for.
  const GROUPS = Array.from({ length: 3 }, (_, at) => ({ id: at + 11, name: `"id": ${at}, "resultCount": 7`, ...(at === 2 ? { project: 4 } : {}) }));
  const MEMBERS = new Map(GROUPS.map(({ id }, at) => [id, at === 1 ? [] : USERS.slice(at * 10, at * 10 + 60)]));

  /** Answers as Jama Connect does, at most 20 records where another number or none is asked for. */
  function answer({ url = '', headers }: IncomingMessage): { readonly status: number; readonly body: unknown } {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    if (headers.authorization !== `Basic ${Buffer.from('mira:lamp light').toString('base64')}`)
      return { status: 401, body: { meta: { status: 'Unauthorized' } } };
    const [, group] = /^\/jama\/rest\/v1\/usergroups\/(\d+)\/users$/.exec(pathname) ?? [];
    const all = searchParams.get('includeInactive') === 'true';
    const list =
      pathname === '/jama/rest/v1/users'
        ? USERS.filter(({ active }) => all || active)
        : pathname === '/jama/rest/v1/usergroups'
          ? GROUPS
          : MEMBERS.get(Number(group));
    if (list === undefined) return { status: 404, body: { meta: { status: 'Not Found' } } };
    const startAt = Number(searchParams.get('startAt') ?? 0);
    const most = Math.min(50, Number(searchParams.get('maxResults') ?? 20));
    return { status: 200, body: envelope(list.slice(startAt, startAt + most), startAt, list.length) };
  }

  const server = createServer((request, response) => {
    const { status, body } = answer(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise<unknown>((resolve) => server.close(resolve)));

  /** Returns the script of docs/exports.md, with what a reader puts in, and without its last line. */
  function loopOf(netrc: string): string {
    const [, script = ''] = /```bash\n(url=https:[\s\S]*?)```/.exec(readFileSync(join(ROOT, 'docs/exports.md'), 'utf8')) ?? [];
    const { port } = server.address() as AddressInfo;
    return script
      .replace('https://connect.example.com', `http://127.0.0.1:${port}/jama`)
      .replace('netrc=~/.netrc', `netrc=${netrc}`)
      .replace(/^scim-audit .*$/m, '')
      .replaceAll('sleep 0.25', 'true');
  }

  describe.skipIf(!isThere('curl') || !isThere('bash'))('the script of docs/exports.md', () => {
    it('saves pages that are read as they are', async () => {
      const folder = newFolder({ netrc: 'machine 127.0.0.1 login mira password "lamp light"\n' });
      await run('bash', ['-c', loopOf('netrc')], { cwd: folder });
      expect(readdirSync(join(folder, 'saved')).sort()).toEqual([
        'members-11-0.json',
        'members-11-50.json',
        'members-12-0.json',
        'members-13-0.json',
        'members-13-50.json',
        'usergroups-0.json',
        'users-0.json',
        'users-100.json',
        'users-50.json',
      ]);
      const { code, stdout, stderr } = await runCli(['check', 'saved', '--auth-mode', 'saml', '--format', 'json'], { cwd: folder });
      expect(stderr).toContain('exit 0');
      expect(code).toBe(0);
      expect(JSON.parse(stdout).snapshot).toMatchObject({ users: 123, groups: 3, memberships: 120 });
    });

    it('saves nothing with a wrong password, and what there is is refused', async () => {
      const folder = newFolder({ netrc: 'machine 127.0.0.1 login mira password dark\n' });
      await run('bash', ['-c', loopOf('netrc')], { cwd: folder }).catch(() => undefined);
      expect((await runCli(['check', 'saved', '--auth-mode', 'saml'], { cwd: folder })).code).toBe(2);
    });
  });
});
