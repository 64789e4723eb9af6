/** `reconcile --url`: the state of after the first sync, read from Jama Connect itself. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { previewSchema } from '../../src/reporters/answer-schemas.js';
import { type JamaStandIn, type StandInOptions, type StandInOrganization, startJamaStandIn } from '../support/jama-stand-in.js';
import { temporaryFolders } from '../support/machine.js';
import { type CliOptions, type CliResult, runCli } from '../support/run.js';

const newFolder = temporaryFolders();
const servers: JamaStandIn[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** A bakery before the sync; the millers are not synced, and one of them is inactive. */
const BEFORE = {
  'before/users.csv': [
    'id,userName,email,active,authenticationType',
    '1,ana@bakery.example,ana@bakery.example,true,idp',
    '2,cleo@bakery.example,cleo@bakery.example,true,basic',
    '3,oat@bakery.example,oat@bakery.example,false,idp',
    '',
  ].join('\n'),
  'before/groups.csv': 'id,name,project\n10,Bakers,\n11,Millers,\n',
  'before/memberships.csv': 'groupId,userId\n10,1\n11,2\n11,3\n',
  'okta.csv': 'id,login,email,status\no1,ana@bakery.example,ana@bakery.example,ACTIVE\no2,ben@bakery.example,ben@bakery.example,ACTIVE\n',
  'okta-groups.csv': 'id,name,description,type\ng1,Bakers,,OKTA_GROUP\n',
  'okta-members.csv': 'id,login\no1,ana@bakery.example\no2,ben@bakery.example\n',
};

/** What a sync without faults makes of it. */
const synced = (): StandInOrganization => ({
  users: [
    { id: 1, username: 'ana@bakery.example', email: 'ana@bakery.example' },
    { id: 2, username: 'cleo@bakery.example', email: 'cleo@bakery.example' },
    { id: 3, username: 'oat@bakery.example', email: 'oat@bakery.example', active: false },
    { id: 4, username: 'ben@bakery.example', email: 'ben@bakery.example' },
  ],
  groups: [
    { id: 10, name: 'Bakers', members: [1, 4] },
    { id: 11, name: 'Millers', members: [2, 3] },
  ],
});

interface Bakery {
  readonly cwd: string;
  readonly server: JamaStandIn;
  reconcile(args?: readonly string[], options?: CliOptions): Promise<CliResult>;
}

async function bakery(options: StandInOptions = {}): Promise<Bakery> {
  const cwd = newFolder(BEFORE);
  const idp = ['--idp', 'okta', '--idp-users', 'okta.csv', '--idp-groups', 'okta-groups.csv', '--idp-members', 'Bakers=okta-members.csv'];
  const saved = await runCli(['preview', 'before', '--auth-mode', 'multi', ...idp, '--format', 'json', '--output', 'preview.json'], { cwd });
  expect(saved.code, saved.stderr).toBe(0);
  const server = await startJamaStandIn({ ...synced(), ...options });
  servers.push(server);
  return {
    cwd,
    server,
    reconcile: (args = [], others = {}) => runCli(['reconcile', 'preview.json', '--url', server.url, ...args], { cwd, env: server.environment, ...others }),
  };
}

interface Place {
  readonly url?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly knobs?: unknown;
}

const lastLine = ({ stderr }: CliResult): string => stderr.trimEnd().split('\n').at(-1) ?? '';
const surprisesIn = ({ stdout }: CliResult): string[] =>
  (JSON.parse(stdout).unforeseen as { kind: string; user?: { name: string }; group?: { name: string } }[]).map(({ kind, user, group }) =>
    [kind, user?.name, group?.name].filter((each) => each !== undefined).join(' '),
  );

const failuresIn = ({ stdout }: CliResult): string[] =>
  (JSON.parse(stdout).predictions as { about: string; outcome: string; idpUser?: { name: string }; group?: { name: string } }[]).flatMap(
    ({ about, outcome, idpUser, group }) => (outcome === 'failed' ? [`${about} ${idpUser?.name ?? group?.name}`] : []),
  );

describe('a sync without faults', () => {
  it('is as predicted: exit 0, with nothing written there and nothing left on the disk', async () => {
    const { cwd, server, reconcile } = await bakery();
    const before = readdirSync(cwd).sort();
    const found = await reconcile();
    expect(found.code, found.stderr + found.stdout).toBe(0);
    expect(lastLine(found)).toContain('nothing else happened');
    expect(server.writes).toEqual([]);
    expect(readdirSync(cwd).sort()).toEqual(before);
  });

  it('says the same as of the folder that pull writes', async () => {
    const { cwd, server, reconcile } = await bakery();
    expect((await runCli(['pull', '--url', server.url, '--out', 'pulled'], { cwd, env: server.environment })).code).toBe(0);
    const ofFolder = await runCli(['reconcile', 'preview.json', 'pulled', '--format', 'json'], { cwd });
    const ofServer = await reconcile(['--format', 'json']);
    expect(ofFolder.code).toBe(0);
    expect(ofServer).toEqual(ofFolder);
  });
});

it('is called as the runbook says', async () => {
  const { cwd, server } = await bakery();
  const { stdout } = await runCli(['runbook', 'before', '--idp', 'okta', '--hosting', 'cloud', '--auth-mode', 'multi'], { cwd });
  const [, command = ''] = /`scim-audit (reconcile \S+ --url \S+)/.exec(stdout) ?? [];
  const words = command.replace('https://YOUR-ADDRESS', server.url).split(' ');
  const { code, stderr } = await runCli(words, { cwd, env: server.environment });
  expect(code, stderr).toBe(0);
});

describe('a fault is found and named, and nothing else is', () => {
  /** What is spoiled, what nobody predicted, and whose certain prediction did not come true. */
  const faults: readonly (readonly [string, (organization: StandInOrganization) => void, readonly string[], readonly string[]])[] = [
    [
      'a user skipped',
      ({ users, groups }) => void groups[0].members.splice(groups[0].members.indexOf(users.pop()?.id ?? 0), 1),
      [],
      ['user ben@bakery.example', 'membership ben@bakery.example'],
    ],
    ['one created twice', ({ users }) => void users.push({ id: 5, username: 'ana.b', email: 'ana@bakery.example' }), ['second-account ana.b'], []],
    ['one deactivated', ({ users }) => void Object.assign(users[1], { active: false }), ['deactivated cleo@bakery.example'], []],
    ['a group emptied', ({ groups }) => void groups[1].members.shift(), ['membership-lost cleo@bakery.example Millers'], []],
    ['a group renamed', ({ groups }) => void Object.assign(groups[1], { name: 'Milling' }), ['group-renamed Milling'], ['group Millers']],
  ];
  it.each(faults)('%s', async (_, spoil, surprises, failures) => {
    const organization = synced();
    spoil(organization);
    const { reconcile } = await bakery(organization);
    const found = await reconcile(['--format', 'json']);
    expect(found.code, found.stderr).toBe(1);
    expect(surprisesIn(found)).toEqual(surprises);
    expect(failuresIn(found)).toEqual(failures);
  });

  it('a plan gives a lost membership back, over REST, and then all is as predicted', async () => {
    const organization = synced();
    organization.groups[1].members = [3];
    const { cwd, server, reconcile } = await bakery(organization);
    expect((await reconcile(['--plan', 'back', '--restore', 'restore.csv'])).code).toBe(1);
    expect(readFileSync(join(cwd, 'restore.csv'), 'utf8')).toContain('"11","Millers","2","cleo@bakery.example"');
    const given = JSON.parse(readFileSync(join(cwd, 'back/plan.json'), 'utf8'));
    expect(given.snapshot.inputs).toMatchObject([
      { path: server.url, table: 'users', rows: 4 },
      { path: server.url, table: 'groups', rows: 2 },
      { path: server.url, table: 'memberships', rows: 3 },
    ]);
    const applied = await runCli(['apply', 'back', '--url', server.url, '--yes'], { cwd, env: server.environment });
    expect(applied.code, applied.stderr).toBe(0);
    expect((await reconcile()).code).toBe(0);
  });

  it('is found under --redact as well, with no name of anybody and with the address', async () => {
    const organization = synced();
    organization.groups[1].members = [3];
    const { server, reconcile } = await bakery(organization);
    for (const format of ['pretty', 'json', 'markdown', 'html', 'csv']) {
      const { code, stdout } = await reconcile(['--redact', '--format', format]);
      expect(code).toBe(1);
      expect(stdout).toMatch(/lost/);
      expect(stdout).not.toMatch(/cleo|ana@|ben@|bakery|Millers|Bakers/);
    }
    server.knobs.mishap = () => 'login-page';
    const refused = await reconcile(['--redact']);
    expect(refused.code).toBe(2);
    expect(lastLine(refused)).toContain(`"${server.url}" answers with status 200`);
  });
});

describe('members lists without inactive users', () => {
  it('do not count as memberships that were lost, and it is said', async () => {
    const { reconcile } = await bakery({ showsInactiveMembers: false });
    const found = await reconcile(['--format', 'json']);
    expect(found.stderr).toContain('memberships of inactive users were not compared');
    expect(surprisesIn(found)).toEqual([]);
    expect(found.code).toBe(0);
  });

  it('nor for somebody whom the sync deactivated: only that is named', async () => {
    const organization = synced();
    organization.users[1].active = false;
    const { reconcile } = await bakery({ ...organization, showsInactiveMembers: false });
    const found = await reconcile(['--format', 'json']);
    expect(surprisesIn(found)).toEqual(['deactivated cleo@bakery.example']);
  });

  it('count as whole with an earlier proof', async () => {
    const organization = synced();
    const { cwd, server, reconcile } = await bakery(organization);
    expect((await runCli(['pull', '--url', server.url, '--out', 'pulled'], { cwd, env: server.environment })).code).toBe(0);
    organization.groups[1].members = [2];
    const found = await reconcile(['--proof', 'pulled', '--format', 'json']);
    expect(found.stderr).not.toContain('not compared');
    expect(surprisesIn(found)).toEqual(['membership-lost oat@bakery.example Millers']);
  });
});

describe('a log of another time', () => {
  /** The clock of the tests says 2 March 2026, 8:00. */
  const logAt = (...hours: readonly string[]): string =>
    JSON.stringify(
      hours.map((hour) => ({
        eventType: 'application.provision.user.push',
        published: `${hour}:00:00.000Z`,
        outcome: { result: 'SUCCESS', reason: null },
        target: [
          { id: 'o2', type: 'User', alternateId: 'ben@bakery.example', displayName: 'Ben' },
          { id: 'a1', type: 'AppInstance', alternateId: 'Jama Connect', displayName: 'Jama Connect' },
        ],
      })),
    );

  /** Pulls before and after the sync, and saves the preview of what was pulled before. */
  async function pulledTwice(log: string): Promise<{ readonly cwd: string; readonly after: JamaStandIn }> {
    const { cwd, server: after } = await bakery();
    const { users, groups } = synced();
    const before = await startJamaStandIn({
      users: users.slice(0, 3),
      groups: [{ ...groups[0], members: [1] }, groups[1]],
    });
    servers.push(before);
    writeFileSync(join(cwd, 'log.json'), log);
    writeFileSync(join(cwd, 'basic.txt'), 'cleo@bakery.example\n');
    for (const [server, out] of [
      [before, 'pulled'],
      [after, 'fresh'],
    ] as const)
      expect((await runCli(['pull', '--url', server.url, '--out', out], { cwd, env: server.environment })).code).toBe(0);
    return { cwd, after };
  }
  const IDP = ['--auth-mode', 'multi', '--basic-users', 'basic.txt', '--idp', 'okta', '--idp-users', 'okta.csv', '--idp-groups', 'okta-groups.csv'];
  const save = async (cwd: string, ...more: readonly string[]): Promise<void> => {
    const saved = await runCli(['preview', 'pulled', ...IDP, ...more, '--format', 'json', '--output', 'saved.json'], { cwd });
    expect(saved.code, saved.stderr).toBe(0);
  };

  const BEFORE_IT = /The log is of another time: it has \d entr.*, and the export of the preview was read from Jama Connect after that, at 2026-03-02T08:/;
  const AFTER_IT =
    /The log is of another time: it has \d entr.*, and what the preview is compared with was read from Jama Connect before that, at 2026-03-02T08:/;
  it.each<[string, readonly string[], RegExp | undefined]>([
    ['is of the day', ['2026-03-02T07', '2026-03-02T09'], undefined],
    // Clocks differ.
    ['ends less than a day before', ['2026-03-01T09'], undefined],
    ['ends more than a day before', ['2026-02-01T07', '2026-03-01T07'], BEFORE_IT],
    ['begins long before, and goes on', ['2026-01-01T09', '2026-03-02T09'], undefined],
    ['goes on long after', ['2026-03-02T09', '2026-06-01T09'], undefined],
    ['begins less than a day after', ['2026-03-03T07'], undefined],
    ['begins more than a day after', ['2026-03-03T09', '2026-06-01T09'], AFTER_IT],
  ])('that %s', async (_, hours, refusal) => {
    const { cwd, after } = await pulledTwice(logAt(...hours));
    await save(cwd);
    for (const place of [['fresh'], ['--url', after.url]]) {
      const found = await runCli(['reconcile', 'saved.json', ...place, '--idp-log', 'log.json'], { cwd, env: after.environment });
      expect(found.code, found.stderr).toBe(refusal === undefined ? 0 : 2);
      if (refusal !== undefined) expect(found.stderr.replace(/\s+/g, ' ')).toMatch(refusal);
    }
  });

  it('is not told by the time of a list that was changed since', async () => {
    const { cwd } = await pulledTwice(logAt('2026-02-28T09'));
    const saved = async (): Promise<unknown> => {
      await save(cwd);
      return previewSchema.parse(JSON.parse(readFileSync(join(cwd, 'saved.json'), 'utf8'))).snapshot.pulledAt;
    };
    expect(await saved()).toMatch(/^2026-03-02T08:/);
    const users = join(cwd, 'pulled/users.csv');
    writeFileSync(users, readFileSync(users, 'utf8').replace('Ana', 'Anna').replaceAll('\n', '\r\n'));
    expect(await saved()).toBeUndefined();
    expect((await runCli(['reconcile', 'saved.json', 'before', '--idp-log', 'log.json'], { cwd })).stderr).not.toContain('another time');
  });
});

describe('is refused', () => {
  it.each([
    ['with a source and an address', ['before'], '--url and a source are given together.'],
    ['with files and an address', ['--users', 'before/users.csv'], '--url and a source are given together.'],
  ])('%s', async (_, args, message) => {
    const { server, reconcile } = await bakery();
    const refused = await reconcile(args);
    expect(refused.code).toBe(2);
    expect(lastLine(refused)).toBe(`scim-audit: exit 2: ${message}`);
    expect(server.calls).toEqual([]);
  });

  it.each([
    ['with neither', [], 'Neither a fresh export nor --url is given.'],
    ['with --rate alone', ['before', '--rate', '2'], '--rate is given without --url.'],
    ['with --proof alone', ['before', '--proof', 'pulled'], '--proof is given without --url.'],
  ])('%s', async (_, args, message) => {
    const { cwd } = await bakery();
    const refused = await runCli(['reconcile', 'preview.json', ...args], { cwd });
    expect(refused.code).toBe(2);
    expect(lastLine(refused)).toBe(`scim-audit: exit 2: ${message}`);
  });

  const places: readonly (readonly [string, (server: JamaStandIn) => Place, RegExp])[] = [
    ['without credentials', () => ({ env: {} }), /No credentials for Jama Connect are set/],
    ['with a wrong password', ({ environment }) => ({ env: { ...environment, SCIM_AUDIT_JAMA_PASSWORD: 'rye' } }), /refuses the credentials \(status 401\)/],
    ['without a license', ({ knobs }) => ({ knobs: Object.assign(knobs, { isNamed: false }) }), /may not do this \(status 403\)/],
    ['without a network', () => ({ url: 'http://127.0.0.1:9' }), /No connection to/],
    ['with http elsewhere', () => ({ url: 'http://bakery.example' }), /would send credentials unencrypted/],
    ['if it does not hold still', ({ knobs }) => ({ knobs: Object.assign(knobs, { before: renameEachTime }) }), /changed while they were read/],
  ];
  it.each(places)('%s: exit 2, and nothing is written', async (_, change, message) => {
    const { cwd, server } = await bakery();
    const { url = server.url, env = server.environment } = change(server);
    const before = readdirSync(cwd).sort();
    const refused = await runCli(['reconcile', 'preview.json', '--url', url, '--restore', 'restore.csv', '--plan', 'back', '--output', 'report.json'], {
      cwd,
      env,
    });
    expect(refused.code, refused.stderr).toBe(2);
    expect(lastLine(refused)).toMatch(message);
    expect(readdirSync(cwd).sort()).toEqual(before);
    expect(existsSync(join(cwd, 'back'))).toBe(false);
  });

  it('for a preview of another organization', async () => {
    const { users, groups } = synced();
    const { reconcile } = await bakery({
      users: users.map((user) => ({ ...user, id: user.id + 100 })),
      groups: groups.map((group) => ({ ...group, members: [] })),
    });
    const refused = await reconcile();
    expect(refused.code).toBe(2);
    expect(lastLine(refused)).toContain('another organization: Jama Connect has only 0 accounts of the 3 accounts in it.');
  });
});

let renames = 0;
const renameEachTime = (_: unknown, { users }: StandInOrganization): void => {
  users[0].firstName = `Ana ${++renames}`;
};
