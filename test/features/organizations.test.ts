import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runCli } from '../support/run.js';
import { temporaryFolders } from '../support/temporary.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../fixtures/organizations');
const syncGroups = join(root, 'observatory/sync-groups.txt');

async function check(source: string, ...args: string[]) {
  const { code, stdout } = await runCli(['check', join(root, source), '--format', 'json', ...args]);
  return { code, report: JSON.parse(stdout) };
}

// The counts are those of each organization's README.
describe('fixtures/organizations', () => {
  it('observatory holds every trap', async () => {
    const { code, report } = await check('observatory', '--auth-mode', 'multi', '--sync-groups', syncGroups);
    expect(code).toBe(1);
    expect(report.snapshot).toMatchObject({ users: 153, groups: 21, memberships: 310 });
    expect(report.summary).toEqual({
      error: 103,
      warning: 17,
      info: 0,
      accepted: 0,
      byRule: {
        'username-email-mismatch': 75,
        'conflicting-users': 19,
        'duplicate-group-name': 4,
        'inactive-basic-member': 4,
        'missing-email': 3,
        'invalid-email': 4,
        'duplicate-email': 6,
        'duplicate-username': 3,
        'unknown-member': 1,
        'unknown-sync-group': 1,
      },
    });
    const count = (key: string, rule: string): Record<string, number> => {
      const counts: Record<string, number> = {};
      for (const finding of report.findings) if (finding.rule === rule) counts[finding[key]] = (counts[finding[key]] ?? 0) + 1;
      return counts;
    };
    expect(count('difference', 'username-email-mismatch')).toEqual({ value: 60, case: 8, unicode: 4, whitespace: 3 });
    expect(count('pattern', 'conflicting-users')).toEqual({ swap: 6, taken: 5, chain: 3, 'same-email': 3, bystander: 2 });
    expect(count('match', 'duplicate-group-name')).toEqual({ exact: 1, case: 1, whitespace: 1, unicode: 1 });
  });

  it('observatory has one inactive Basic member more where every group counts', async () => {
    const { report } = await check('observatory', '--auth-mode', 'multi');
    expect(report.summary.byRule['inactive-basic-member']).toBe(5);
    expect(report.summary.byRule).not.toHaveProperty('unknown-sync-group');
  });

  it("observatory-jama holds the same people in Jama Connect's tables, and two system rows that are audited like everybody", async () => {
    const jama = ['observatory-jama/observatory.sqlite', '--auth-mode', 'basic', '--sync-groups', syncGroups] as const;
    const { report } = await check(...jama);
    expect(report.snapshot).toMatchObject({ users: 155, groups: 22, memberships: 311 });
    expect(report.summary).toMatchObject({ error: 116, warning: 17 });
    expect(report.notes.join('\n')).toMatch(/users 1 and 2 look like system accounts .* --leave-out-user 1 --leave-out-user 2/);
    // A plan must not rename the installation's own accounts.
    const { report: ofPeople } = await check(...jama, '--leave-out-user', '1', '--leave-out-user', '2');
    expect(ofPeople.summary).toMatchObject({ error: 113, warning: 17 });
    expect(ofPeople.notes).toEqual(['2 accounts left out on purpose, with names that count as taken: users 1, 2.']);
  });

  it('bakery is ready', async () => {
    const { code, report } = await check('bakery', '--auth-mode', 'saml');
    expect(code).toBe(0);
    expect(report.snapshot).toMatchObject({ users: 24, groups: 5, memberships: 34 });
    expect(report.findings).toEqual([]);
  });
});

const USERS = 12_000;
const folder = temporaryFolders()({
  'users.csv': `id,userName,email,active\n${Array.from({ length: USERS }, (_, at) => `${at},keeper${at},lamp@lighthouse.example,${at > 0}\n`).join('')}`,
  'groups.csv': 'id,name,project\n1,Keepers,\n',
  'memberships.csv': 'groupId,userId\n1,1\n',
});

const checkContest = (...args: string[]) => runCli(['check', '.', '--auth-mode', 'saml', ...args], { cwd: folder });

describe('a contest of 12,000 users for one address', () => {
  it('is one finding, and short to read', async () => {
    const { code, stdout } = await checkContest();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✖ NOT READY for SCIM: 12,000 errors, 1 warning$/m);
    expect(stdout.split('\n').length).toBeLessThan(100);
    expect(stdout.match(/and 11,9\d\d more; --rows all shows them/g)).toHaveLength(3);
  });

  it('is shown whole when that is asked for', async () => {
    const { stdout } = await checkContest('--rows', 'all');
    expect(stdout.match(/\bkeeper11999\b/g)).toHaveLength(3);
    expect(stdout).not.toContain(' more; ');
  });

  it('lists 100 pairs and counts the others in JSON', async () => {
    const { stdout } = await checkContest('--format', 'json');
    const { findings } = JSON.parse(stdout);
    const contest = findings.find(({ rule }: { rule: string }) => rule === 'conflicting-users');
    // The first user is inactive and wants nothing: no pair of `same-email` has that user.
    expect(contest).toMatchObject({ pattern: 'same-email', resolution: 'decision', pairCount: ((USERS - 1) * (USERS - 2)) / 2 });
    expect(contest.pairs).toHaveLength(100);
    expect(contest.users).toHaveLength(USERS - 1);
  });
});
