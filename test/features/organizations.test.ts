import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, test } from 'vitest';
import { temporaryFolders } from '../support/machine.js';
import { runCli } from '../support/run.js';

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

describe('dialects', () => {
  const newFolder = temporaryFolders();

  const BATCH = {
    'users.csv':
      'id\tuserName\tfullName\temail\tactive\n11\tACME\\\\nora\t"Nora\tnora@marsh.example\ttrue\n12\tbo@marsh.example\tBo"\tbo@marsh.example\ttrue\n13\tcy@marsh.example\tCy\\tVoss\tcy@marsh.example\tfalse\n',
    'groups.csv': 'id\tname\tproject\n5\t15" Display\t\n6\tReviewers\t\n7\tReviewers\t\n',
    'memberships.csv': 'groupId\tuserId\n5\t11\n6\t12\n',
  };
  /** The row of the group for which a name is suggested, without an answer yet. */
  const BLANK = /^(.*set-name.*?)(?:,""){5}/m;
  const WORDS = ['--auth-mode', 'saml', '--quote', 'none', '--escape', 'backslash'];

  test('a plan keeps how the files are written: apply, verify and undo need not be told again', async () => {
    const cwd = newFolder(Object.fromEntries(Object.entries(BATCH).map(([name, text]) => [`export/${name}`, text])));
    const run = (...words: string[]) => runCli(words, { cwd });
    expect((await run('plan', 'export', ...WORDS, '--out', 'plan')).code).toBe(0);
    const { settings } = JSON.parse(readFileSync(join(cwd, 'plan/plan.json'), 'utf8'));
    expect(settings).toMatchObject({ quote: 'none', escape: 'backslash' });
    const applied = await run('apply', 'plan', 'export', '--in-place', '--yes');
    expect(applied.code, applied.stderr).toBe(0);
    const users = (): string => readFileSync(join(cwd, 'export/users.csv'), 'utf8');
    expect(users()).toBe(BATCH['users.csv'].replace('ACME\\\\nora', 'nora@marsh.example'));
    expect((await run('verify', 'plan', 'export')).code).toBe(0);
    const folder = /scim-audit undo (\S+)/.exec(applied.stdout)?.[1] ?? '';
    const undone = await run('undo', folder, '--yes');
    expect(undone.code, undone.stderr).toBe(0);
    expect(users()).toBe(BATCH['users.csv']);
  });

  test('a value that a file without quotes cannot hold is refused when the plan is made, and no plan is written', async () => {
    const cwd = newFolder({
      'users.csv': 'id,userName,email,active\n11,nora@marsh.example,nora@marsh.example,true\n12,bo@marsh.example,bo@marsh.example,false\n',
      'groups.csv': 'id,name,project\n6,Reviewers,\n7,Reviewers,\n',
      'memberships.csv': 'groupId,userId\n6,11\n',
    });
    const words = ['plan', '.', '--auth-mode', 'saml', '--quote', 'none', '--out', 'plan'];
    expect((await runCli(words, { cwd })).code).toBe(0);
    const file = join(cwd, 'plan/decisions.csv');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(BLANK, '$1,"set-name","Reviewers, second","","",""'));
    const before = readFileSync(join(cwd, 'plan/plan.json'), 'utf8');
    const { code, stderr } = await runCli(words, { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('group 7, in groups.csv: "Reviewers, second" cannot be written in a file without quotes and escapes: it holds the delimiter.');
    expect(stderr).toContain('Decisions carry over');
    expect(readFileSync(join(cwd, 'plan/plan.json'), 'utf8')).toBe(before);
  });

  test('a value that the encoding cannot hold is refused when the plan is made', async () => {
    const cwd = newFolder({
      'users.csv': Buffer.from('id,userName,email,active\n11,n\xf3ra@marsh.example,n\xf3ra@marsh.example,true\n12,bo,bo,false\n', 'latin1'),
      'groups.csv': 'id,name,project\n6,Reviewers,\n7,Reviewers,\n',
      'memberships.csv': 'groupId,userId\n6,11\n',
    });
    const words = ['plan', '.', '--auth-mode', 'saml', '--encoding', 'windows-1252', '--out', 'plan'];
    expect((await runCli(words, { cwd })).code).toBe(0);
    const file = join(cwd, 'plan/decisions.csv');
    writeFileSync(file, readFileSync(file, 'utf8').replace(BLANK, '$1,"set-name","Łódź","","",""'));
    const { code, stderr } = await runCli(words, { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('"Łódź" cannot be written in the encoding of the file, windows-1252');
  });
});
