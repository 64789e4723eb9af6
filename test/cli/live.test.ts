/** apply, undo and verify in Jama Connect itself, as a person uses them. */

import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { contextFor } from '../../src/app/context.js';
import { withLiveApplication, withLiveUndo } from '../../src/app/live.js';
import type { Change } from '../../src/model/finding.js';
import { type JamaStandIn, type Mishap, type StandInCall, type StandInOptions, startJamaStandIn } from '../support/jama-stand-in.js';
import { temporaryFolders } from '../support/machine.js';
import { type CliResult, ROOT, runCli } from '../support/run.js';
import { planTextOf } from '../targets/support.js';

describe('apply, undo and verify in Jama Connect itself', () => {
  const newFolder = temporaryFolders();
  const servers: JamaStandIn[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  const rename = (user: string, from: string, to: string): Change => ({ kind: 'replace-user', user, attribute: 'userName', from, to });

  /** Two users swap usernames, a third gets a new one, and an inactive user leaves a group that is renamed. */
  const CHANGES: readonly Change[] = [
    { kind: 'replace-user', user: '1', attribute: 'userName', from: 'ana@dome.example', to: 'passing-1', temporary: true },
    rename('2', 'ben@dome.example', 'ana@dome.example'),
    rename('1', 'passing-1', 'ben@dome.example'),
    rename('3', 'cleo', 'cleo@dome.example'),
    { kind: 'replace-group', group: '9', attribute: 'displayName', from: 'Observers', to: 'Observers (EU)' },
    { kind: 'remove-member', group: '9', user: '4' },
  ];

  const ORGANIZATION = {
    users: [
      { id: 1, username: 'ana@dome.example', email: 'ben@dome.example' },
      { id: 2, username: 'ben@dome.example', email: 'ana@dome.example' },
      { id: 3, username: 'cleo', email: 'cleo@dome.example' },
      { id: 4, username: 'dag@dome.example', email: 'dag@dome.example', active: false },
      { id: 5, username: 'ema@dome.example', email: 'ema@dome.example' },
    ],
    groups: [{ id: 9, name: 'Observers', description: 'who observe', members: [3, 4] }],
  };

  interface Stage {
    readonly server: JamaStandIn;
    readonly folder: string;
    cli(...args: readonly string[]): Promise<CliResult>;
    /** The folder of the only run. */
    run(): string;
  }

  async function stage(changes: readonly Change[] = CHANGES, options: StandInOptions = {}): Promise<Stage> {
    const server = await startJamaStandIn({ ...structuredClone(ORGANIZATION), ...options });
    servers.push(server);
    const folder = newFolder({ 'plan.json': planTextOf(changes) });
    return {
      server,
      folder,
      cli: (...args) => runCli(args, { cwd: folder, env: server.environment }),
      run: () => join(folder, 'runs', readdirSync(join(folder, 'runs')).filter((name) => !name.startsWith('.'))[0] ?? ''),
    };
  }

  const usernames = ({ organization }: JamaStandIn): string[] => organization.users.map(({ username }) => username);
  const PLANNED = ['ben@dome.example', 'ana@dome.example', 'cleo@dome.example', 'dag@dome.example', 'ema@dome.example'];
  const BEFORE = ORGANIZATION.users.map(({ username }) => username);
  const lastLine = ({ stderr }: CliResult): string => stderr.trimEnd().split('\n').at(-1) ?? '';

  test('without a yes nothing is written, and the first run suggests one user', async () => {
    const { server, cli, folder } = await stage();
    const refused = await cli('apply', '.', '--url', server.url);
    expect(refused.code).toBe(4);
    for (const words of ['Named Creator license', 'notices.csv', 'in the moment between them', `apply . --url ${server.url} --first 1`, '--yes'])
      expect(refused.stderr).toContain(words);
    expect(server.writes).toEqual([]);
    expect(existsSync(join(folder, 'runs'))).toBe(false);
  });

  test('--dry-run reads only, and shows every change', async () => {
    const { server, cli, folder } = await stage();
    const shown = await cli('apply', '.', '--url', server.url, '--dry-run');
    expect(shown).toMatchObject({ code: 0 });
    expect(shown.stdout.split('\n').filter((line) => /^a\d/.test(line))).toHaveLength(CHANGES.length);
    expect(shown.stdout).toContain('a6  user 4 "dag@dome.example" leaves group 9 "Observers"');
    expect(server.writes).toEqual([]);
    expect(existsSync(join(folder, 'runs'))).toBe(false);
  });

  test('--first 1 finishes the ring that the user is in and pauses; the same command goes on; undo goes back', async () => {
    const { server, cli, folder, run } = await stage();
    const first = await cli('apply', '.', '--url', server.url, '--first', '1', '--yes');
    expect(first.code).toBe(0);
    expect(lastLine(first)).toBe('scim-audit: exit 0: paused: 3 actions of 2 users applied, 3 actions left');
    expect(usernames(server).slice(0, 3)).toEqual(['ben@dome.example', 'ana@dome.example', 'cleo']);
    expect((await cli('runs', '.')).stdout).toMatch(/ {2}paused {2}live at http:.* {2}3 of 6 actions done/);
    expect((await cli('show', '.')).stdout).toMatch(/Run .*, live at http.*: paused, 3 of 6 actions done/);
    const verified = await cli('verify', '.', '--url', server.url, '--format', 'json');
    expect(verified.code).toBe(1);
    // Other changes were not looked for, so that there are none is not said.
    expect(lastLine(verified)).toBe(
      'scim-audit: exit 1: not as planned: 2 landed, 3 missing, 0 changed otherwise, 0 temporary usernames left, only what the plan changes was read',
    );
    expect(JSON.parse(verified.stdout)).toMatchObject({ asPlanned: false, summary: { landed: 2, missing: 3, otherwise: 0, temporary: 0 } });
    const one = await cli('apply', '.', '--url', server.url, '--first', '1', '--yes');
    expect(lastLine(one)).toBe('scim-audit: exit 0: paused: 1 action of 1 user applied, 2 actions left');
    const rest = await cli('apply', '.', '--url', server.url, '--yes');
    expect(lastLine(rest)).toBe('scim-audit: exit 0: applied: 2 actions');
    expect(usernames(server)).toEqual(PLANNED);
    expect(server.organization.groups[0]).toMatchObject({ name: 'Observers (EU)', description: 'who observe', members: [3] });
    expect(readdirSync(join(folder, 'runs')).filter((name) => !name.startsWith('.'))).toHaveLength(1);
    const written = server.writes.length;
    expect(lastLine(await cli('apply', '.', '--url', server.url, '--yes'))).toContain('all is done already');
    expect(server.writes).toHaveLength(written);
    expect(await cli('verify', '.', '--url', server.url)).toMatchObject({ code: 0 });
    expect((await cli('runs', '.')).stdout).toContain('  finished  live at ');
    const undone = await cli('undo', run(), '--url', server.url, '--yes');
    expect(undone.code).toBe(0);
    expect(lastLine(undone)).toContain('undone: 6 actions; all that the run changed is as it was before');
    expect(usernames(server)).toEqual(BEFORE);
    expect(server.organization.groups[0]).toMatchObject({ name: 'Observers', description: 'who observe', members: [3, 4] });
    expect((await cli('runs', '.')).stdout).toContain('  undone  live at ');
    expect(lastLine(await cli('undo', run(), '--url', server.url, '--yes'))).toContain('undone already');
  });

  test('each journal line tells intent and what was read again, in files that nobody else may read; no secret is anywhere', async () => {
    const { server, cli, folder, run } = await stage();
    const texts: string[] = [];
    const collect = ({ stdout, stderr }: CliResult): void => void texts.push(stdout, stderr);
    collect(await cli('apply', '.', '--url', server.url, '--first', '1', '--yes'));
    server.knobs.mishap = ({ method }) => (method === 'PUT' ? { status: 400, message: `not with ${server.knobs.password}` } : undefined);
    collect(await cli('apply', '.', '--url', server.url, '--yes'));
    server.knobs.mishap = () => undefined;
    collect(await cli('undo', run(), '--url', server.url, '--yes'));
    collect(await runCli(['apply', '.', '--url', server.url, '--yes'], { cwd: folder, env: server.oauthEnvironment }));
    collect(await cli('apply', '.', '--url', server.url.replace('http://', 'http://user:geheim@'), '--yes'));
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((file) => statSync(file).isFile());
    for (const file of files) {
      texts.push(readFileSync(file, 'utf8'));
      if (file.includes('runs')) expect(statSync(file).mode & 0o777).toBe(0o600);
    }
    const journal = readFileSync(join(run(), 'journal.jsonl'), 'utf8');
    expect(journal).toContain('"call":"PUT /users/1"');
    expect(journal).toContain('"answer":"200","found":"passing-1"');
    const { password, clientSecret } = server.knobs;
    for (const secret of [password, clientSecret, encodeURIComponent(password), 'tok.', 'geheim', Buffer.from(`audit.account:${password}`).toString('base64')])
      for (const text of texts) expect(text).not.toContain(secret);
  });

  test.each<[string, (organization: JamaStandIn['organization']) => unknown, string]>([
    [
      'a value is neither old nor new',
      ({ users }) => Object.assign(users[2], { username: 'cleo.else' }),
      'a4: user 3: the username is "cleo.else" now, neither "cleo" as before the plan nor',
    ],
    ['a value differs by case only', ({ users }) => Object.assign(users[2], { username: 'Cleo' }), 'a4: user 3: the username is "Cleo" now'],
    ['a user is gone', ({ users }) => users.splice(2, 1), 'a4: user 3 does not exist in Jama Connect'],
    ['a group is gone', ({ groups }) => groups.splice(0, 1), 'a5: group 9 does not exist'],
    ['a group is in a project now', ({ groups }) => Object.assign(groups[0], { project: 7 }), 'a5: group 9 "Observers" belongs to a project now'],
    [
      'a newcomer has a new username',
      ({ users }) => users.push({ id: 77, username: 'CLÉO@dome.example', email: '' }),
      'a4: the username "cleo@dome.example" is held by user 77 as "CLÉO@dome.example"',
    ],
    ['an inactive newcomer has it', ({ users }) => users.push({ id: 77, username: 'cleo@dome.example', email: '', active: false }), 'is held by user 77'],
    [
      'someone has the temporary username',
      ({ users }) => users.push({ id: 77, username: 'passing-1', email: '' }),
      'a1: the username "passing-1" is held by user 77',
    ],
  ])('refused before the first write, %s', async (_, change, text) => {
    const { server, cli, folder } = await stage();
    change(server.organization);
    const refused = await cli('apply', '.', '--url', server.url, '--yes');
    expect(refused.stderr).toContain(text);
    expect(refused.code).toBe(4);
    expect(server.writes).toEqual([]);
    expect(existsSync(join(folder, 'runs'))).toBe(false);
  });

  test('all doubts are told at once', async () => {
    const { server, cli } = await stage();
    server.organization.users[2].username = 'other';
    server.organization.groups[0].name = 'Others';
    const { stderr, code } = await cli('apply', '.', '--url', server.url, '--yes');
    expect(code).toBe(4);
    expect(stderr).toContain('a4: ');
    expect(stderr).toContain('a5: ');
  });

  test('an inactive user whom the members list does not show is in doubt', async () => {
    const { server, cli } = await stage(CHANGES, { showsInactiveMembers: false });
    const { stderr, code } = await cli('apply', '.', '--url', server.url, '--yes');
    expect(code).toBe(4);
    expect(stderr).toContain('a6: user 4 is inactive and not in the list of members of group 9. Nothing proves');
    expect(server.writes).toEqual([]);
  });

  test.each<[string, Change, string]>([
    ['an id that is not a number', rename('cleo', 'cleo', 'cleo@dome.example'), `a1: the user's id "cleo" is not a number`],
    [
      'a group without a number',
      { kind: 'replace-group', group: 'Observers', attribute: 'displayName', from: 'Observers', to: 'X' },
      `the group's id "Observers"`,
    ],
    ['a blank email', { kind: 'replace-user', user: '3', attribute: 'email', from: 'cleo@dome.example', to: ' ' }, 'a1: the email becomes blank'],
  ])('a plan with %s is refused without a call', async (_, change, text) => {
    const { server, cli } = await stage([change]);
    const { stderr, code } = await cli('apply', '.', '--url', server.url, '--yes');
    expect(stderr).toContain(text);
    expect(code).toBe(4);
    expect(server.calls).toEqual([]);
  });

  test('a resealed plan whose actions collide is refused', async () => {
    const { server, cli } = await stage([rename('3', 'cleo', 'ana@dome.example'), rename('1', 'ana@dome.example', 'new@dome.example')]);
    const { stderr, code } = await cli('apply', '.', '--url', server.url, '--yes');
    expect(code).toBe(4);
    expect(stderr).toContain('a1: user 1 would have the username "ana@dome.example" at that moment');
    expect(server.writes).toEqual([]);
  });

  /** Something happens to the nth call that is to change something. */
  const atWrite = (server: JamaStandIn, nth: number, mishap: Mishap | undefined, after: Mishap | undefined = undefined): void => {
    let seen = 0;
    server.knobs.mishap = ({ method }: StandInCall) => (method === 'GET' ? (seen >= nth ? after : undefined) : ++seen === nth ? mishap : undefined);
  };

  test.each<[string, Mishap]>([
    ['lost before it was done', 'broken-before'],
    ['lost after it was done', 'broken-after'],
    ['a gateway error', { status: 502, text: 'bad gateway' }],
    ['a login page', 'login-page'],
  ])('a change whose answer is %s is read before it is sent again', async (_, mishap) => {
    const { server, cli } = await stage();
    atWrite(server, 2, mishap);
    const done = await cli('apply', '.', '--url', server.url, '--yes');
    expect(done.code).toBe(0);
    expect(usernames(server)).toEqual(PLANNED);
    const paths = server.calls.slice(server.calls.findIndex(({ method }) => method === 'PUT')).map(({ method, path }) => `${method} ${path}`);
    const lost = paths.indexOf('PUT /rest/v1/users/2');
    expect(paths[lost + 1]).toBe('GET /rest/v1/users/2');
  });

  test('a server that says yes and does nothing stops the run, with the old value named', async () => {
    const { server, cli, run } = await stage();
    atWrite(server, 4, 'idle');
    const stopped = await cli('apply', '.', '--url', server.url, '--yes');
    expect(stopped.code).toBe(5);
    expect(lastLine(stopped)).toContain('that it changed the username of user 3, but did not: it is still "cleo"');
    expect(stopped.stderr).toContain(`undo ${run()} --url ${server.url}`);
    server.knobs.mishap = () => undefined;
    expect((await cli('runs', '.')).stdout).toContain('interrupted after a write');
    expect(await cli('apply', '.', '--url', server.url, '--yes')).toMatchObject({ code: 0 });
    expect(usernames(server)).toEqual(PLANNED);
  });

  test.each<[string, number, Mishap, number, string]>([
    ['no right, before the first write', 1, { status: 403, message: 'no' }, 2, 'Nothing was changed'],
    ['no right, after a write', 2, { status: 403, message: 'no' }, 5, 'status 403'],
    ['signed out in the middle', 4, { status: 401, message: 'no' }, 5, 'status 401'],
    ['taken in the eyes of the server', 1, { status: 400, message: 'A user with this username already exists.' }, 4, 'exists already'],
    ['taken, after a write', 2, { status: 409, message: 'already exists' }, 5, 'exists already'],
  ])('%s: a sentence and the code', async (_, nth, mishap, code, text) => {
    const { server, cli } = await stage();
    atWrite(server, nth, mishap);
    const stopped = await cli('apply', '.', '--url', server.url, '--yes');
    expect(stopped.stderr).toContain(text);
    expect(stopped.code).toBe(code);
    server.knobs.mishap = () => undefined;
    expect(await cli('apply', '.', '--url', server.url, '--yes')).toMatchObject({ code: 0 });
    expect(usernames(server)).toEqual(PLANNED);
  });

  test('what someone changes while the run is under way stops it; undo leaves that alone', async () => {
    const { server, cli, run } = await stage();
    server.knobs.before = ({ method, path }, { users }) => {
      if (method === 'PUT' && path.endsWith('/users/2')) users[2].username = 'cleo.meanwhile';
    };
    const stopped = await cli('apply', '.', '--url', server.url, '--yes');
    expect(stopped.code).toBe(5);
    expect(lastLine(stopped)).toContain('"cleo.meanwhile" now, neither "cleo" nor "cleo@dome.example"');
    server.knobs.before = () => {};
    expect(await cli('apply', '.', '--url', server.url, '--yes')).toMatchObject({ code: 4 });
    const undone = await cli('undo', run(), '--url', server.url, '--yes');
    expect(undone.code).toBe(0);
    expect(usernames(server).slice(0, 3)).toEqual(['ana@dome.example', 'ben@dome.example', 'cleo.meanwhile']);
  });

  test('undo leaves alone what was changed since, and users who would collide with it', async () => {
    const { server, cli, run } = await stage();
    await cli('apply', '.', '--url', server.url, '--yes');
    server.organization.users[0].username = 'ana.married@dome.example';
    server.organization.users.push({ id: 78, username: 'cleo', email: '' });
    const shown = await cli('undo', run(), '--url', server.url, '--dry-run');
    expect(shown.stdout).toContain('left alone');
    const undone = await cli('undo', run(), '--url', server.url, '--yes');
    expect(undone.code).toBe(0);
    // One was changed; the other would collide, which need not come of a change: the source may have held both.
    expect(lastLine(undone)).toMatch(/, \d actions left alone for the reasons above$/);
    expect(usernames(server)).toEqual(['ana.married@dome.example', 'ben@dome.example', 'cleo@dome.example', 'dag@dome.example', 'ema@dome.example', 'cleo']);
    expect((await cli('runs', '.')).stdout).toContain('undone in part');
  });

  test('undo is refused where the run was not, with the right command', async () => {
    const { server, cli, run, folder } = await stage();
    await cli('apply', '.', '--url', server.url, '--yes');
    const without = await cli('undo', run(), '--yes');
    expect(without).toMatchObject({ code: 2 });
    expect(without.stderr).toContain(`scim-audit undo ${run()} --url ${server.url}`);
    const elsewhere = await cli('undo', run(), '--url', 'https://other.example', '--yes');
    expect(elsewhere).toMatchObject({ code: 4 });
    expect(elsewhere.stderr).toContain(`scim-audit undo ${run()} --url ${server.url}`);
    const journal = join(run(), 'journal.jsonl');
    writeFileSync(journal, readFileSync(journal, 'utf8').replaceAll('"mode":"live"', '"mode":"out"'));
    const files = await cli('undo', run(), '--url', server.url, '--yes');
    expect(files).toMatchObject({ code: 2 });
    expect(files.stderr).toContain('is not a live run');
    expect(usernames(server)).toEqual(PLANNED);
    expect(folder).toBeTruthy();
  });

  test('a damaged journal is not followed, and a shortened one never leads to "nothing was written"', async () => {
    const { server, cli, run } = await stage();
    await cli('apply', '.', '--url', server.url, '--yes');
    const journal = join(run(), 'journal.jsonl');
    const text = readFileSync(journal, 'utf8');
    writeFileSync(journal, text.split('\n').toSpliced(3, 2).join('\n'));
    expect(await cli('undo', run(), '--url', server.url, '--yes')).toMatchObject({ code: 4 });
    writeFileSync(journal, `${text.split('\n')[0]}\n`);
    const short = await cli('undo', run(), '--url', server.url, '--yes');
    expect(short.stdout).toContain("the run's journal does not record this change");
    expect(lastLine(short)).not.toContain('never wrote');
    expect(usernames(server)).toEqual(PLANNED);
  });

  test('--url goes with no files, and --first and --rate with nothing else', async () => {
    const { server, cli } = await stage();
    const { url } = server;
    for (const more of [['export'], ['--out', 'copy'], ['--in-place'], ['--users', 'users.csv']])
      expect(await cli('apply', '.', ...more, '--url', url)).toMatchObject({ code: 2, stderr: expect.stringContaining('given together') });
    expect(await cli('verify', '.', 'export', '--url', url)).toMatchObject({ code: 2 });
    expect(await cli('apply', '.', 'export', '--out', 'copy', '--first', '1')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--first is given without --url'),
    });
    expect(server.calls).toEqual([]);
  });

  test('too many changes, another run, no credentials', async () => {
    const { server, cli, folder } = await stage();
    expect(await cli('apply', '.', '--url', server.url, '--yes', '--max-changes', '5')).toMatchObject({ code: 4 });
    expect(await runCli(['apply', '.', '--url', server.url, '--yes'], { cwd: folder })).toMatchObject({ code: 2 });
    let second: Promise<CliResult> | undefined;
    server.knobs.before = ({ method }) => {
      if (method === 'PUT') second ??= cli('apply', '.', '--url', server.url, '--yes');
    };
    expect(await cli('apply', '.', '--url', server.url, '--yes')).toMatchObject({ code: 0 });
    expect(await second).toMatchObject({ code: 4, stderr: expect.stringContaining('Another run holds the lock') });
  });

  test('a plan that renames the account it signs in with is refused', async () => {
    const { server, cli } = await stage(CHANGES, { user: 'cleo' });
    const { stderr, code } = await cli('apply', '.', '--url', server.url, '--yes');
    expect(code).toBe(4);
    expect(stderr).toContain('a4: user 3 is the account that this command signs in with');
  });

  test('a token that ends in the middle is renewed', async () => {
    const { server, folder } = await stage(CHANGES, { tokenCalls: 5 });
    expect(await runCli(['apply', '.', '--url', server.url, '--yes'], { cwd: folder, env: server.oauthEnvironment })).toMatchObject({ code: 0 });
    expect(usernames(server)).toEqual(PLANNED);
  });

  test('the program killed in the middle of a ring: runs tells it, the same command finishes, undo goes back', async () => {
    const { server, folder, run } = await stage();
    const args = ['apply', '.', '--url', server.url, '--yes', '--rate', '8'];
    const child = spawn(process.execPath, [join(ROOT, 'bin/scim-audit.js'), ...args], { cwd: folder, env: server.environment, stdio: 'ignore' });
    const gone = new Promise((resolve) => child.once('exit', resolve));
    let writes = 0;
    server.knobs.before = ({ method }) => {
      if (method !== 'GET' && ++writes === 2) child.kill('SIGKILL');
    };
    await gone;
    server.knobs.before = () => {};
    const cli = (...words: readonly string[]): Promise<CliResult> => runCli(words, { cwd: folder, env: server.environment, isReal: true });
    expect(usernames(server)[0]).toBe('passing-1');
    expect((await cli('runs', '.')).stdout).toContain('interrupted after a write');
    expect(JSON.parse((await cli('verify', '.', '--url', server.url, '--format', 'json')).stdout)).toMatchObject({ summary: { temporary: 1 } });
    expect(await cli(...args)).toMatchObject({ code: 0 });
    expect(usernames(server)).toEqual(PLANNED);
    expect(await cli('undo', run(), '--url', server.url, '--yes')).toMatchObject({ code: 0 });
    expect(usernames(server)).toEqual(BEFORE);
  });

  test.each([
    ['verify', ['.', 'after']],
    ['undo', ['runs/1']],
    ['apply', ['.', 'after', '--in-place']],
  ])('%s refuses --rate without --url', async (command, args) => {
    const { cli } = await stage();
    const refused = await cli(command, ...args, '--rate', '2');
    expect(refused.code).toBe(2);
    expect(lastLine(refused)).toBe('scim-audit: exit 2: --rate is given without --url.');
  });

  test.each([
    [{ licenseType: 'TEST_RUNNER' }, 'has the license type TEST_RUNNER'],
    [{ licenseType: 'NAMED_REVIEWER' }, 'has the license type NAMED_REVIEWER'],
    [{ active: false }, 'is inactive in Jama Connect'],
  ])('an account that cannot change users is told so before anything is read or written: %j', async (caller, words) => {
    const { server, cli, folder, run } = await stage();
    server.knobs.caller = caller;
    for (const more of [['--yes'], ['--dry-run'], ['--first', '1', '--yes']]) {
      const refused = await cli('apply', '.', '--url', server.url, ...more);
      expect(refused.code).toBe(2);
      expect(lastLine(refused)).toContain(`The account "audit.account", which this command signs in with, ${words}`);
      expect(lastLine(refused)).toMatch(/Nothing was changed\.$/);
      expect(refused.stderr).toContain('What to do: Use API credentials or an account with a Named Creator license');
    }
    expect(server.calls.map(({ path }) => path)).toEqual(Array(3).fill('/rest/v1/users/current'));
    expect(existsSync(join(folder, 'runs'))).toBe(false);
    server.knobs.caller = {};
    expect((await cli('apply', '.', '--url', server.url, '--yes')).code).toBe(0);
    const written = server.writes.length;
    server.knobs.caller = caller;
    expect((await cli('undo', run(), '--url', server.url, '--yes')).code).toBe(2);
    expect(server.writes).toHaveLength(written);
  });

  test.each<[string, Partial<JamaStandIn['knobs']>]>([
    ['a floating Creator, whom earlier versions let in', { caller: { licenseType: 'FLOATING' } }],
    ['a type that is not known', { caller: { licenseType: 'OBSERVER' } }],
    ['no type', { caller: { licenseType: undefined, active: undefined } }],
    ['a type of another form', { caller: { licenseType: 7, active: 'no' } }],
    ['no user', { caller: { username: null } }],
    ['a server that has no such call', { mishap: ({ path }) => (path.endsWith('/current') ? { status: 404 } : undefined) }],
    ['a server that refuses this call only', { mishap: ({ path }) => (path.endsWith('/current') ? { status: 400, message: 'no' } : undefined) }],
  ])('what is not documented to forbid it does not stop a run: %s', async (_, knobs) => {
    const { server, cli } = await stage(CHANGES, knobs);
    const applied = await cli('apply', '.', '--url', server.url, '--yes');
    expect(applied.code, applied.stderr).toBe(0);
    expect(usernames(server)).toEqual(PLANNED);
  });

  test('API credentials do not deactivate the account that they belong to; they may rename it', async () => {
    const deactivate: Change = { kind: 'replace-user', user: '3', attribute: 'active', from: 'true', to: 'false' };
    const { server, folder } = await stage([deactivate, rename('5', 'ema@dome.example', 'ema')], { caller: { id: 3 } });
    const refused = await runCli(['apply', '.', '--url', server.url, '--yes'], { cwd: folder, env: server.oauthEnvironment });
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain('a1: user 3 is the account that this command signs in with');
    expect(server.writes).toEqual([]);
    server.knobs.caller = { id: 5 };
    const applied = await runCli(['apply', '.', '--url', server.url, '--yes'], { cwd: folder, env: server.oauthEnvironment });
    expect(applied.code, applied.stderr).toBe(0);
  });
});

// The line of progress of a live run: it is gone whenever something else is written.

describe('the line of progress', () => {
  const newFolder = temporaryFolders();
  const servers: JamaStandIn[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  const NAMES = Array.from({ length: 8 }, (_, at) => `rye${at + 1}`);
  const CHANGES = NAMES.map(
    (name, at): Change => ({ kind: 'replace-user', user: String(at + 1), attribute: 'userName', from: name, to: `${name}@bakery.example` }),
  );

  test('is cleared before a question, before the result and before an error, and says nothing of time once all is done', async () => {
    const server = await startJamaStandIn({ users: NAMES.map((username, at) => ({ id: at + 1, username, email: `${username}@bakery.example` })), groups: [] });
    servers.push(server);
    const folder = newFolder({ 'plan.json': planTextOf(CHANGES) });
    const events: string[] = [];
    let shown = '';
    /** What is on the terminal when something else is written. */
    const write = (what: string): void => void events.push(`${what}${shown === '' ? '' : ` after ${JSON.stringify(shown)}`}`);
    let minutes = 0;
    const lines: string[] = [];
    const context = contextFor({
      process,
      host: 'bakery',
      folder,
      environment: server.environment,
      // A minute passes between two looks at the clock.
      now: () => new Date(Date.UTC(2026, 2, 2, 8, minutes++)),
      sleep: async () => {},
      startProgress: async () => ({
        report: ({ text = '' }) => {
          shown = text;
          lines.push(text);
        },
        stop: () => {
          shown = '';
        },
      }),
    });
    const { runFolder } = await withLiveApplication(folder, { url: server.url }, context, async ({ prepared }) => {
      write('question');
      const receipt = await prepared.run();
      write('receipt');
      return receipt;
    });
    server.knobs.mishap = ({ method, path }) => (method === 'PUT' && path.endsWith('/3') ? { status: 400 } : undefined);
    await expect(
      withLiveUndo(runFolder, { url: server.url }, context, async (prepared) => {
        write('question');
        return prepared.run().catch((error) => {
          write('error');
          throw error;
        });
      }),
    ).rejects.toThrow(/400/);
    expect(events).toEqual(['question', 'receipt', 'question', 'error']);
    expect(lines).toContain('Changing Jama Connect: 8 of 8');
    expect(lines.some((line) => /^Changing Jama Connect: 6 of 8, about \d+ min left$/.test(line))).toBe(true);
  });
});
