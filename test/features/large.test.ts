import { describe, expect, it } from 'vitest';
import { runCli } from '../support/run.js';
import { temporaryFolders } from '../support/temporary.js';

const USERS = 12_000;
const folder = temporaryFolders()({
  'users.csv': `id,userName,email,active\n${Array.from({ length: USERS }, (_, at) => `${at},keeper${at},lamp@lighthouse.example,${at > 0}\n`).join('')}`,
  'groups.csv': 'id,name,project\n1,Keepers,\n',
  'memberships.csv': 'groupId,userId\n1,1\n',
});

const check = (...args: string[]) => runCli(['check', '.', '--auth-mode', 'saml', ...args], { cwd: folder });

describe('a contest of 12,000 users for one address', () => {
  it('is one finding, and short to read', async () => {
    const { code, stdout } = await check();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✖ NOT READY for SCIM: 12,000 errors, 1 warning$/m);
    expect(stdout.split('\n').length).toBeLessThan(100);
    expect(stdout.match(/and 11,9\d\d more; --rows all shows them/g)).toHaveLength(3);
  });

  it('is shown whole when that is asked for', async () => {
    const { stdout } = await check('--rows', 'all');
    expect(stdout.match(/\bkeeper11999\b/g)).toHaveLength(3);
    expect(stdout).not.toContain(' more; ');
  });

  it('lists 100 pairs and counts the others in JSON', async () => {
    const { stdout } = await check('--format', 'json');
    const { findings } = JSON.parse(stdout);
    const contest = findings.find(({ rule }: { rule: string }) => rule === 'conflicting-users');
    // The first user is inactive and wants nothing: no pair of `same-email` has that user.
    expect(contest).toMatchObject({ pattern: 'same-email', resolution: 'decision', pairCount: ((USERS - 1) * (USERS - 2)) / 2 });
    expect(contest.pairs).toHaveLength(100);
    expect(contest.users).toHaveLength(USERS - 1);
  });
});
