import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { contextFor } from '../../src/app/context.js';
import { pull } from '../../src/app/pull.js';
import { pullSchema } from '../../src/audit/pull-manifest.js';
import { type JamaStandIn, type StandInGroup, type StandInOptions, type StandInUser, startJamaStandIn } from '../support/jama-stand-in.js';
import { temporaryFolders } from '../support/machine.js';
import { type CliOptions, type CliResult, runCli } from '../support/run.js';

const newFolder = temporaryFolders();
const opened: JamaStandIn[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

/** An observatory: odd values, a swap, an inactive user who is in a group of the organization and in one of a project. */
const users = (): StandInUser[] => [
  { id: 11, username: 'NULL', email: 'null@observatory.example', firstName: '=1+1', lastName: 'O"Brien, "Bo"' },
  { id: 2, username: 'SKY\\nadia', email: 'nadia@observatory.example', firstName: 'Nadia\nde' },
  { id: 3, username: 'tycho@observatory.example', email: 'kepler@observatory.example' },
  { id: 4, username: 'kepler@observatory.example', email: 'tycho@observatory.example', licenseType: 'REVIEWER' },
  { id: 5, username: ' Łukasz ', email: '', active: false },
];
const groups = (): StandInGroup[] => [
  { id: 70, name: 'Observers', description: 'look, "up"', members: [2, 3, 5] },
  { id: 8, name: 'Observers ', project: 12, members: [4, 5] },
  { id: 90, name: 'Empty', members: [] },
];

const startObservatory = async (options: StandInOptions = {}): Promise<JamaStandIn> => {
  const server = await startJamaStandIn({ users: users(), groups: groups(), ...options });
  opened.push(server);
  return server;
};

const pullBy = (server: JamaStandIn, cwd: string, args: readonly string[] = [], options: CliOptions = {}): Promise<CliResult> =>
  runCli(['pull', '--url', server.url, '--out', 'pulled', ...args], { cwd, env: server.environment, ...options });

const manifestOf = (folder: string): Record<string, unknown> => JSON.parse(readFileSync(join(folder, 'pulled/pull.json'), 'utf8'));

const checkIn = async (
  cwd: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly stderr: string; readonly report: Record<string, never> }> => {
  const { code, stdout, stderr } = await runCli(['check', 'pulled', '--auth-mode', 'basic', '--format', 'json', ...args], { cwd, env });
  return { code, stderr, report: stdout === '' ? {} : JSON.parse(stdout) };
};

const many = (count: number, inactive = 0): StandInUser[] =>
  Array.from({ length: count }, (_, at) => ({
    id: at + 1,
    username: `u${at}@observatory.example`,
    email: `u${at}@observatory.example`,
    active: at >= inactive,
  }));

describe('pull', () => {
  it('writes three lists and pull.json, readable by their owner only, and nothing else', async () => {
    const folder = newFolder();
    const server = await startObservatory();
    const { code, stdout, stderr } = await pullBy(server, folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('pulled 5 users, 3 groups and 3 memberships') });
    const names = readdirSync(join(folder, 'pulled')).sort();
    expect(names).toEqual(['groups.csv', 'memberships.csv', 'pull.json', 'users.csv']);
    expect(readdirSync(folder)).toEqual(['pulled']);
    for (const name of names) expect(statSync(join(folder, 'pulled', name)).mode & 0o777, name).toBe(0o600);
    expect(readFileSync(join(folder, 'pulled/users.csv'), 'utf8')).toBe(
      [
        '"id","username","email","active","firstName","lastName","licenseType"',
        '"2","SKY\\nadia","nadia@observatory.example","true","Nadia\nde","","NAMED"',
        '"3","tycho@observatory.example","kepler@observatory.example","true","","","NAMED"',
        '"4","kepler@observatory.example","tycho@observatory.example","true","","","REVIEWER"',
        '"5"," Łukasz ","","false","","","NAMED"',
        '"11","NULL","null@observatory.example","true","=1+1","O""Brien, ""Bo""","NAMED"',
        '',
      ].join('\n'),
    );
    expect(readFileSync(join(folder, 'pulled/groups.csv'), 'utf8')).toBe(
      '"id","name","project","description"\n"8","Observers ","12",""\n"70","Observers","","look, ""up"""\n"90","Empty","",""\n',
    );
    expect(readFileSync(join(folder, 'pulled/memberships.csv'), 'utf8')).toBe('"groupId","userId"\n"70","2"\n"70","3"\n"70","5"\n');
    expect(manifestOf(folder)).toMatchObject({
      url: server.url,
      membersOf: 'organization',
      users: { total: 5, inactive: 1 },
      groups: { total: 3, organization: 2 },
      memberships: 3,
      inactiveMembers: { by: 'member', group: '70', user: '5' },
    });
    expect(pullSchema.safeParse(manifestOf(folder)).error).toBeUndefined();
    expect(stdout).toContain('scim-audit check pulled --auth-mode MODE');
    expect(server.calls.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('makes what check reads as it was, without a warning about lists that may be cut off', async () => {
    const folder = newFolder();
    // Names with a backslash before n would be refused in another list; 200 users are a common limit.
    const server = await startObservatory({ users: [...users(), ...many(195, 1).map((user) => ({ ...user, id: user.id + 100 }))] });
    await pullBy(server, folder);
    // The credentials are still in the environment.
    const { report } = await checkIn(folder, [], { ...server.environment, SCIM_AUDIT_JAMA_CLIENT_SECRET: 'x' });
    expect(report.snapshot).toMatchObject({ users: 200, groups: 3, memberships: 3 });
    expect(JSON.stringify(report.findings)).toContain(String.raw`SKY\\nadia`);
    expect(report.notChecked).toEqual([]);
    const rules = (report.findings as { rule: string }[]).map(({ rule }) => rule);
    expect(rules).toContain('inactive-basic-member');
    expect(rules).not.toContain('row-limit');
    const plan = await runCli(['plan', 'pulled', '--auth-mode', 'basic', '--out', 'plan'], { cwd: folder });
    expect(plan.code).toBe(0);
  });

  it('leads back: plan and apply print the commands that carry the plan out where it came from', async () => {
    const cwd = newFolder();
    const server = await startObservatory({ users: [{ id: 7, username: 'cleo', email: 'cleo@observatory.example' }], groups: [] });
    await pullBy(server, cwd);
    const planned = await runCli(['plan', 'pulled', '--auth-mode', 'saml', '--skip-rule', 'nothing-to-check', '--out', 'plan'], { cwd });
    const next = [
      'Next',
      '  read plan/plan.md',
      '  carry it out in Jama Connect itself, through its REST API:',
      `    scim-audit apply plan/plan.json --url ${server.url}`,
      '  or, if it is self-hosted, through its database (or --dialect sqlserver):',
      '    scim-audit script plan/plan.json --dialect mysql --out scripts',
      '  or correct a copy of the lists, which changes nothing in Jama Connect:',
      '    scim-audit apply plan/plan.json pulled --out corrected',
      '',
    ];
    expect(planned.stdout.slice(planned.stdout.indexOf('Next\n'))).toBe(next.join('\n'));
    const run = (command: string, ...more: readonly string[]): Promise<CliResult> =>
      runCli([...command.trim().split(' ').slice(1), ...more], { cwd, env: server.environment });
    expect((await run(next[5])).code).toBe(0);
    const copied = await run(next[7], '--yes');
    expect(copied.stdout).toContain(`\n${next[3]}\n`);
    // A copy that was corrected does not stand in the way.
    expect((await run(next[3], '--yes')).code).toBe(0);
    expect(server.organization.users[0].username).toBe('cleo@observatory.example');
  });

  it('knows that there are no inactive users, if there are none', async () => {
    const folder = newFolder();
    const server = await startObservatory({ users: many(3), groups: [{ id: 7, name: 'All', members: [1] }] });
    await pullBy(server, folder);
    const { code, report } = await checkIn(folder);
    expect({ code, findings: report.findings, notChecked: report.notChecked }).toEqual({ code: 0, findings: [], notChecked: [] });
  });

  it('reads the members of project groups too if asked', async () => {
    const folder = newFolder();
    const server = await startObservatory();
    await pullBy(server, folder, ['--all-groups']);
    expect(manifestOf(folder)).toMatchObject({ membersOf: 'all', memberships: 5 });
  });

  it('takes ids that are texts, an environment with API credentials, a context path, and https is refused only by its certificate', async () => {
    const folder = newFolder();
    const server = await startObservatory({ areIdsTexts: true, contextPath: '/contour', tokenCalls: 3 });
    expect(await pullBy(server, folder, [], { env: server.oauthEnvironment })).toMatchObject({ code: 0 });
    expect(manifestOf(folder)).toMatchObject({ users: { total: 5 }, memberships: 3 });
  });

  it('refuses a folder that is not empty, and a rate that is too high, before it calls', async () => {
    const server = await startObservatory();
    const folder = newFolder({ 'pulled/notes.txt': 'mine' });
    expect(await pullBy(server, folder)).toMatchObject({ code: 2, stderr: expect.stringContaining('is not empty') });
    for (const rate of ['0', '9', '8.5', 'fast', '-1']) expect((await pullBy(server, newFolder(), ['--rate', rate])).code).toBe(2);
    expect(await pullBy(server, newFolder({ pulled: 'a file' }))).toMatchObject({ code: 2, stderr: expect.stringContaining('is not a folder') });
    expect(await pullBy(server, newFolder(), [], { env: {} })).toMatchObject({ code: 2, stderr: expect.stringContaining('No credentials') });
    expect(server.calls).toEqual([]);
    expect(readdirSync(folder)).toEqual(['pulled']);
  });
});

describe('the proof that members lists hold inactive users', () => {
  const hidden = { showsInactiveMembers: false };

  it('is missing: the rule is not checked, and pull, pull.json, check and the certificate say so', async () => {
    const folder = newFolder();
    const server = await startObservatory(hidden);
    const { code, stdout } = await pullBy(server, folder);
    expect(code).toBe(0);
    expect(stdout).toContain('inactive-basic-member is not checked');
    expect(manifestOf(folder).inactiveMembers).toBeNull();
    // Project groups were asked as well.
    expect(server.calls.map(({ path }) => path)).toContain('/rest/v1/usergroups/8/users');
    const { report } = await checkIn(folder, ['--certificate', 'c.json']);
    const expected = [{ rule: 'inactive-basic-member', why: expect.stringContaining('nothing proves') }];
    expect(report.notChecked).toEqual(expected);
    expect(JSON.parse(readFileSync(join(folder, 'c.json'), 'utf8')).notChecked).toEqual(expected);
  });

  it('may come from a project group, whose members are not written', async () => {
    const folder = newFolder();
    const server = await startObservatory({
      groups: [
        { id: 70, name: 'Observers', members: [2] },
        { id: 8, name: 'Project', project: 1, members: [5] },
        { id: 9, name: 'Later', project: 1, members: [5] },
      ],
    });
    await pullBy(server, folder);
    expect(manifestOf(folder)).toMatchObject({ inactiveMembers: { by: 'member', group: '8', user: '5' }, memberships: 1 });
    expect(server.calls.map(({ path }) => path)).not.toContain('/rest/v1/usergroups/9/users');
    expect((await checkIn(folder)).report.notChecked).toEqual([]);
  });

  it('may come from an earlier pull of the same address, and of no other', async () => {
    const folder = newFolder();
    const server = await startObservatory();
    await pullBy(server, folder);
    const proof = join(folder, 'pulled/pull.json');
    Object.assign(server.knobs, hidden);
    server.calls.length = 0;
    const next = newFolder();
    expect(await pullBy(server, next, ['--proof', proof])).toMatchObject({ code: 0 });
    expect(manifestOf(next)).toMatchObject({ inactiveMembers: { by: 'earlier-pull', digest: manifestOf(folder).digest } });
    expect((await checkIn(next)).report.notChecked).toEqual([]);
    // What was proved once proves it again; the folder does as well.
    expect(await pullBy(server, newFolder(), ['--proof', join(next, 'pulled')])).toMatchObject({ code: 0 });
    const other = await startObservatory(hidden);
    expect(await pullBy(other, newFolder(), ['--proof', proof])).toMatchObject({ code: 2, stderr: expect.stringContaining('of another address') });
    const unproved = newFolder();
    await pullBy(other, unproved);
    expect(await pullBy(other, newFolder(), ['--proof', join(unproved, 'pulled/pull.json')])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('does not prove'),
    });
    writeFileSync(proof, readFileSync(proof, 'utf8').replace('"total": 5', '"total": 6'));
    expect(await pullBy(server, newFolder(), ['--proof', proof])).toMatchObject({ code: 2, stderr: expect.stringContaining('was altered') });
  });

  describe('may come from the journal of a live run', () => {
    const journal = (server: JamaStandIn, { user = '5', outcome = 'done', mode = 'live', more = [] as unknown[], url = server.url } = {}): string =>
      [
        { type: 'run', run: '20260302T080000Z', mode, url },
        { type: 'intent', id: 'a1', at: 0, change: { kind: 'remove-member', group: '70', user } },
        { type: 'outcome', id: 'a1', outcome },
        ...more,
      ]
        .map((line) => `${JSON.stringify(line)}\n`)
        .join('');

    it('that removed an inactive user, by its folder or its file', async () => {
      const server = await startObservatory(hidden);
      const folder = newFolder({ 'run/journal.jsonl': `${journal(server)}{"type":"en` });
      expect(await pullBy(server, folder, ['--proof', 'run'])).toMatchObject({ code: 0, stdout: expect.stringContaining('listed, as a live run proved') });
      expect(manifestOf(folder)).toMatchObject({ inactiveMembers: { by: 'run', run: '20260302T080000Z', group: '70', user: '5' } });
      expect((await checkIn(folder)).report.notChecked).toEqual([]);
      const next = newFolder();
      expect((await pullBy(server, next, ['--proof', join(folder, 'run/journal.jsonl')])).code).toBe(0);
      expect(manifestOf(next).inactiveMembers).not.toBeNull();
    });

    const deactivated = [
      { type: 'intent', id: 'a2', at: 1, change: { kind: 'replace-user', user: '5', attribute: 'active', from: true, to: false } },
      { type: 'outcome', id: 'a2', outcome: 'done' },
    ];
    it.each([
      ['was not done', { outcome: 'refused' }],
      ['was of a copy of an export', { mode: 'out' }],
      ['deactivated the user itself', { more: deactivated }],
    ])('but not if it %s', async (_, change) => {
      const server = await startObservatory(hidden);
      const folder = newFolder({ 'run/journal.jsonl': journal(server, change) });
      expect(await pullBy(server, folder, ['--proof', 'run'])).toMatchObject({ code: 2, stderr: expect.stringContaining('does not prove') });
    });

    it('but not of another address, nor of a user who is active', async () => {
      const server = await startObservatory(hidden);
      const folder = newFolder({
        'run/journal.jsonl': journal(server, { url: 'https://other.example' }),
        'active/journal.jsonl': journal(server, { user: '2' }),
      });
      expect(await pullBy(server, folder, ['--proof', 'run'])).toMatchObject({ code: 2, stderr: expect.stringContaining('of another address') });
      expect((await pullBy(server, folder, ['--proof', 'active'])).code).toBe(0);
      expect(manifestOf(folder).inactiveMembers).toBeNull();
    });
  });

  it('does not hold for a memberships.csv that was changed', async () => {
    const folder = newFolder();
    const server = await startObservatory();
    await pullBy(server, folder);
    const file = join(folder, 'pulled/memberships.csv');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"70","5"\n', ''));
    const { report } = await checkIn(folder);
    expect(report.notChecked).toEqual([{ rule: 'inactive-basic-member', why: expect.stringContaining('memberships.csv is not as') }]);
    expect(report.notes).toContainEqual(expect.stringContaining('memberships.csv is not as "scim-audit pull" wrote it'));
  });

  it('does not hold for a users.csv with inactive users after a pull without any', async () => {
    const folder = newFolder();
    const server = await startObservatory({ users: many(200), groups: [{ id: 7, name: 'All', members: [1] }] });
    await pullBy(server, folder);
    const file = join(folder, 'pulled/users.csv');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace(
        '"1","u0@observatory.example","u0@observatory.example","true"',
        '"1","U0@observatory.example","u0@observatory.example","false"',
      ),
    );
    const { report } = await checkIn(folder);
    expect(report.notChecked).toEqual([{ rule: 'inactive-basic-member', why: expect.stringContaining('users.csv is not as') }]);
    const rules = (report.findings as { rule: string }[]).map(({ rule }) => rule);
    expect(rules).toContain('row-limit');
  });

  it('does not hold if pull.json was altered: the folder is refused', async () => {
    const folder = newFolder();
    const server = await startObservatory(hidden);
    await pullBy(server, folder);
    const file = join(folder, 'pulled/pull.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"inactiveMembers": null', '"inactiveMembers": {"by":"no-inactive-users"}'));
    expect(await checkIn(folder)).toMatchObject({ code: 2, stderr: expect.stringContaining('was altered') });
  });

  it('goes along with a corrected copy, as far as it still holds, and is missing in it if it was missing', async () => {
    const folder = newFolder();
    const server = await startObservatory(hidden);
    await pullBy(server, folder);
    await runCli(['plan', 'pulled', '--auth-mode', 'basic', '--out', 'plan'], { cwd: folder });
    expect((await runCli(['apply', 'plan/plan.json', 'pulled', '--out', 'corrected', '--yes'], { cwd: folder })).code).toBe(0);
    const { stdout } = await runCli(['check', 'corrected', '--auth-mode', 'basic', '--format', 'json'], { cwd: folder });
    const { notChecked, notes } = JSON.parse(stdout);
    expect(notChecked).toEqual([{ rule: 'inactive-basic-member', why: expect.stringContaining('nothing proves') }]);
    expect(notes).toContainEqual(expect.stringContaining('users.csv is not as "scim-audit pull" wrote it'));
    expect(readdirSync(join(folder, 'corrected')).sort()).toEqual(['groups.csv', 'memberships.csv', 'pull.json', 'users.csv']);
  });

  it('says so in the command that checks a redacted copy', async () => {
    const folder = newFolder();
    await pullBy(await startObservatory(hidden), folder);
    const { stdout } = await runCli(['redact', 'pulled', '--auth-mode', 'basic', '--out', 'copy'], { cwd: folder });
    expect(stdout).toContain('--skip-rule inactive-basic-member');
  });

  it('is not needed for memberships that are given by option', async () => {
    const folder = newFolder({ 'own.csv': 'groupId,userId\n70,5\n' });
    const server = await startObservatory(hidden);
    await pullBy(server, folder);
    const { report } = await checkIn(folder, ['--memberships', 'own.csv']);
    expect(report.notChecked).toEqual([]);
  });
});

describe('authentication types', () => {
  it('are not in REST: mode multi is refused with the options that give them', async () => {
    const folder = newFolder({ 'basic.txt': 'NULL\n' });
    await pullBy(await startObservatory(), folder);
    const { code, stderr } = await runCli(['check', 'pulled', '--auth-mode', 'multi'], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toMatch(/--auth-types FILE or --basic-users FILE/);
    expect((await runCli(['check', 'pulled', '--auth-mode', 'multi', '--basic-users', 'basic.txt'], { cwd: folder })).code).toBe(1);
  });
});

describe('an organization that does not hold still', () => {
  const leftOver = (folder: string): string[] => (existsSync(join(folder, 'pulled')) ? readdirSync(join(folder, 'pulled')) : []);

  it.each<[string, StandInOptions, number]>([
    ['a user was renamed once', { before: ({ number }, { users: all }) => void (number === 3 && Object.assign(all[0], { username: 'renamed' })) }, 0],
    ['a user is renamed again and again', { before: ({ number }, { users: all }) => void Object.assign(all[0], { username: `renamed ${number}` }) }, 2],
    [
      'a user was added once',
      { before: ({ number }, { users: all }) => void (number === 4 && all.push({ id: 99, username: 'late', email: 'late@observatory.example' })) },
      0,
    ],
    [
      'a user comes and goes',
      { before: ({ number }, organization) => void Object.assign(organization, { users: users().slice(Math.floor(number / 4) % 2) }) },
      2,
    ],
    ['a group is renamed again and again', { before: ({ number }, { groups: all }) => void Object.assign(all[0], { name: `renamed ${number}` }) }, 2],
    ['the last page is missing', { users: many(60), hidesLastPage: true }, 2],
    ['rows are in another order on each page', { users: many(120), isShuffled: true }, 2],
  ])('%s', async (_, options, expected) => {
    const folder = newFolder();
    const server = await startObservatory(options);
    const { code, stderr } = await pullBy(server, folder);
    expect({ code, stderr }).toMatchObject({ code: expected });
    if (expected === 0) {
      expect(readFileSync(join(folder, 'pulled/users.csv'), 'utf8')).toMatch(/"renamed"|"late"/);
      return;
    }
    expect(leftOver(folder)).toEqual(expect.not.arrayContaining(['users.csv']));
    expect(stderr).toMatch(/changed while|rows|twice/);
    expect(stderr).toContain('again');
  });

  it('in which only the order differs from list to list is read', async () => {
    const folder = newFolder();
    expect(await pullBy(await startObservatory({ isShuffled: true }), folder)).toMatchObject({ code: 0 });
    expect(manifestOf(folder)).toMatchObject({ users: { total: 5 } });
  });
});

describe('answers that cannot be read for certain', () => {
  const page = (rows: unknown[]): string =>
    JSON.stringify({ meta: { pageInfo: { startIndex: 0, resultCount: rows.length, totalResults: rows.length } }, data: rows });
  const user = { id: 1, username: 'a', email: 'a@observatory.example', active: true };

  it.each<[string, unknown, string]>([
    ['no id', { ...user, id: undefined }, 'which is not a whole number'],
    ['an id beyond what is exact', { ...user, id: 2 ** 60 }, 'which is not a whole number'],
    ['an id with a sign', { ...user, id: '-1' }, 'which is not a whole number'],
    ['no username', { ...user, username: null }, '"username" is "null"'],
    ['an email that is an object', { ...user, email: {} }, '"email" is "{}"'],
    ['a status that is a text', { ...user, active: 'yes' }, '"active" is'],
    ['half a character', { ...user, username: '\ud800' }, '"username" is'],
  ])('%s', async (_, row, why) => {
    const folder = newFolder();
    const server = await startObservatory({ mishap: ({ path }) => (path === '/rest/v1/users' ? { status: 200, text: page([row]) } : undefined) });
    const { code, stderr } = await pullBy(server, folder);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(why) });
    expect(existsSync(join(folder, 'pulled/users.csv'))).toBe(false);
  });

  it.each<[string, StandInOptions, RegExp]>([
    ['a login page', { mishap: () => 'login-page' }, /Not signed in/],
    ['no license', { isNamed: false }, /Named Creator/],
    ['a wrong password', { before: () => {}, allowsBasic: false }, /refuses the credentials/],
    ['a server that is busy for too long', { busyCalls: 99 }, /too busy/],
    ['a server that is down', { mishap: () => 'broken-before' }, /broke/],
  ])('%s ends with 2, and leaves nothing', async (_, options, why) => {
    const folder = newFolder();
    const server = await startObservatory(options);
    const { code, stderr } = await pullBy(server, folder);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(why) });
    expect(readdirSync(folder)).toEqual([]);
    expect(stderr).not.toContain(server.knobs.password);
  });
});

describe('a pull that was interrupted', () => {
  const breaking = { users: many(170, 1), groups: [{ id: 7, name: 'All', members: [1] }] };

  /** Breaks for good at one call. */
  const interrupted = async (folder: string, at: number): Promise<JamaStandIn> => {
    const server = await startObservatory({ ...breaking, mishap: ({ number }) => (number >= at ? 'broken-before' : undefined) });
    expect((await pullBy(server, folder)).code).toBe(2);
    server.knobs.mishap = () => undefined;
    server.calls.length = 0;
    return server;
  };

  it.each([2, 4, 5, 6, 7, 9, 11])('at call %i goes on where it was', async (at) => {
    const folder = newFolder();
    const server = await interrupted(folder, at);
    expect(readdirSync(join(folder, 'pulled'))).toEqual(['.pull']);
    expect(statSync(join(folder, 'pulled/.pull/pages.jsonl')).mode & 0o777).toBe(0o600);
    const { code, stderr } = await pullBy(server, folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(`${at - 1} of its pages are used`) });
    // Eleven pages in all, none of them twice.
    expect(server.calls.length).toBe(11 - (at - 1));
    expect(manifestOf(folder)).toMatchObject({ users: { total: 170, inactive: 1 }, memberships: 1, inactiveMembers: { by: 'member' } });
    expect(readdirSync(join(folder, 'pulled')).sort()).toEqual(['groups.csv', 'memberships.csv', 'pull.json', 'users.csv']);
  });

  it('sees what changed in between', async () => {
    const folder = newFolder();
    const server = await interrupted(folder, 4);
    server.organization.users[0].username = 'renamed';
    expect((await pullBy(server, folder)).code).toBe(0);
    expect(readFileSync(join(folder, 'pulled/users.csv'), 'utf8')).toContain('"renamed"');
  });

  it.each<[string, (file: string) => void, string]>([
    [
      'long ago',
      (file) =>
        writeFileSync(
          file,
          readFileSync(file, 'utf8').replace(/"at":(\d+)/g, (_, at) => `"at":${Number(at) - 1_860_000}`),
        ),
      'older than 30 minutes',
    ],
    ['and damaged', (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('"start":50', '"start":"50"')), 'damaged'],
    ['by another version', (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('"version":"', '"version":"0')), 'another version'],
  ])('%s is read anew', async (_, change, why) => {
    const folder = newFolder();
    const server = await interrupted(folder, 4);
    change(join(folder, 'pulled/.pull/pages.jsonl'));
    const { code, stderr } = await pullBy(server, folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(why) });
    expect(server.calls.length).toBe(11);
  });

  it('and goes on with another address is read anew', async () => {
    const folder = newFolder();
    await interrupted(folder, 4);
    const other = await startObservatory(breaking);
    expect(await pullBy(other, folder)).toMatchObject({ code: 0, stderr: expect.stringContaining('of another address') });
    expect(other.calls.length).toBe(11);
  });

  it('in the middle of a line uses the lines before', async () => {
    const folder = newFolder();
    const server = await interrupted(folder, 4);
    const file = join(folder, 'pulled/.pull/pages.jsonl');
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, -20));
    expect(await pullBy(server, folder)).toMatchObject({ code: 0, stderr: expect.stringContaining('2 of its pages') });
  });

  it('by a signal ends between two calls, and goes on', async () => {
    const folder = newFolder();
    const server = await startObservatory(breaking);
    const context = contextFor({
      process,
      host: 'test',
      now: () => new Date('2026-03-02T08:00:00Z'),
      folder,
      sleep: async () => {},
      environment: server.environment,
      interruption: { listen: () => {}, signal: () => (server.calls.length >= 3 ? 'SIGINT' : undefined) },
    });
    await expect(pull({ url: server.url, out: join(folder, 'pulled') }, context)).rejects.toMatchObject({ kind: 'SIGINT' });
    server.calls.length = 0;
    expect(await pullBy(server, folder)).toMatchObject({ code: 0, stderr: expect.stringContaining('3 of its pages') });
  });

  it('is not disturbed by a second one', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'pulled/.pull'), { recursive: true });
    writeFileSync(join(folder, 'pulled/.pull/lock'), JSON.stringify({ pid: 1, host: 'elsewhere', startedAt: 'now', command: 'scim-audit pull' }));
    const server = await startObservatory();
    expect(await pullBy(server, folder)).toMatchObject({ code: 2, stderr: expect.stringContaining('Another pull into pulled is under way') });
    expect(server.calls).toEqual([]);
  });
});

describe('secrets', () => {
  it('are in no file, no output and no state, however the pull ends', async () => {
    for (const isOauth of [false, true])
      for (const options of [{}, { mishap: ({ number }: { readonly number: number }) => (number === 4 ? ('broken-before' as const) : undefined) }]) {
        const folder = newFolder();
        const server = await startObservatory(options);
        const { password, clientSecret, user, clientId } = server.knobs;
        const secrets = [
          password,
          clientSecret,
          'tok.',
          Buffer.from(`${user}:${password}`).toString('base64'),
          Buffer.from(`${clientId}:${clientSecret}`).toString('base64'),
        ];
        const { stdout, stderr } = await pullBy(server, folder, [], { env: isOauth ? server.oauthEnvironment : server.environment });
        const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
        const written = files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
        for (const text of [stdout, stderr, ...written]) for (const secret of secrets) expect(text).not.toContain(secret);
      }
  });
});
