import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { User } from '../../src/model/directory.js';
import { topicOf } from '../../src/plan/end-state.js';
import { ruleOf } from '../../src/rules/registry.js';
import { connectUser, directoryOfIdp, organizationOf, sidesArbitrary } from '../rules/idp-oracle.js';
import { temporaryFolders } from '../support/machine.js';
import { inOrder, key } from '../support/organizations.js';
import { runCli } from '../support/run.js';
import { answer, runPlan, summaryOf } from './observatory.js';
import { answeredCells, fileOf, madePlanOf, planOf } from './planning.js';

const newFolder = temporaryFolders();

/** Whoever is deactivated is an inactive Basic member from then on. */
const SOURCE = {
  'export/users.csv':
    'id,username,email,active,authentication type\n1,ana,ana@x.org,true,idp\n2,ana@x.org,old.ana@x.org,true,basic\n3,gone@x.org,gone@x.org,false,idp\n',
  'export/groups.csv': 'id,name,project\n30,Optics,\n',
  'export/memberships.csv': 'groupId,userId\n30,2\n',
};
const LEADS = 'The decisions lead to 1 finding that the export does not have (1 inactive-basic-member): plan.md names it.';

it('what decisions lead to is told at once, and listed', async () => {
  const folder = newFolder(SOURCE);
  const before = await runPlan(folder);
  expect(before.stdout).not.toContain('The decisions lead to');
  expect(await summaryOf(folder)).toMatchObject({ following: [] });
  answer(folder, [['conflicting-users', '2', { action: 'deactivate' }]]);
  const { stdout } = await runPlan(folder);
  expect(stdout).toContain(`\n${LEADS}\n`);
  expect(readFileSync(join(folder, 'plan/plan.md'), 'utf8')).toContain('## What the decisions lead to: 1');
  const { following } = (await summaryOf(folder)) as unknown as { readonly following: readonly string[] };
  await runCli(['apply', 'plan/plan.json', 'export', '--out', 'corrected', '--yes'], { cwd: folder });
  const after = await runCli(['check', 'corrected', '--auth-mode', 'multi', '--format', 'json'], { cwd: folder });
  const { findings } = JSON.parse(after.stdout) as { readonly findings: readonly { readonly rule: string; readonly fingerprint: string }[] };
  expect(following).toEqual(findings.filter(({ rule }) => rule === 'inactive-basic-member').map(({ fingerprint }) => fingerprint));
  expect(following).toHaveLength(1);
});

it('a decision that takes out the last membership leaves nothing to check, as a check of the result says', async () => {
  const folder = newFolder({
    ...SOURCE,
    'export/users.csv': 'id,username,email,active,authentication type\n1,ana@x.org,ana@x.org,true,idp\n2,old,old@x.org,false,basic\n',
  });
  await runPlan(folder);
  answer(folder, [['inactive-basic-member', '2', { action: 'remove-member' }]]);
  await runPlan(folder);
  const { after } = JSON.parse(readFileSync(join(folder, 'plan/plan.json'), 'utf8'));
  await runCli(['apply', 'plan/plan.json', 'export', '--out', 'corrected', '--yes'], { cwd: folder });
  const result = await runCli(['check', 'corrected', '--auth-mode', 'multi', '--format', 'json'], { cwd: folder });
  const { summary } = JSON.parse(result.stdout);
  expect(summary.byRule).toEqual({ 'nothing-to-check': 1 });
  expect(after).toEqual({ error: summary.error, warning: summary.warning, info: summary.info });
});

const person = (id: string, userName: string, email: string, active: boolean) =>
  ({ place: 0, id, input: 0, line: 0, userName, email, active, authenticationType: 'basic' }) as const;

test('to activate a member whose rename would then need a decision is refused with its line, and says which finding is new', () => {
  const organization = {
    // Finn is inactive, and would have to become ben@dome.example, whom Ben's bad email keeps where he is.
    users: inOrder([person('1', 'finn@dome.example', 'ben@dome.example', false), person('2', 'ben@dome.example', 'not an address', true)]),
    groups: inOrder([{ place: 0, id: 'g1', input: 1, line: 2, name: 'Team', isOrganizationLevel: true }]),
    memberships: [{ user: '1', group: 'g1', line: 2 }],
    authMode: 'basic' as const,
    syncGroups: null,
  };
  const open = planOf(organization);
  if ('problems' in open) throw new Error('nothing was decided yet');
  const rows = open.rows.map(({ asked }) => answeredCells(asked, asked.written[1] === 'inactive-basic-member' ? { action: 'activate' } : {}));
  const line = rows.findIndex((cells) => cells[7] === 'activate') + 2;
  const decided = planOf(organization, fileOf(rows));
  expect('problems' in decided ? decided.problems : []).toContainEqual(
    expect.objectContaining({
      line,
      message: expect.arrayContaining([' makes a new finding, "', 'Usernames that are not the email', '" (', 'username-email-mismatch', '): ']),
    }),
  );
});

const knows = (...subjects: readonly string[]) =>
  directoryOfIdp(
    'okta',
    subjects.map((subject) => ({ id: subject, subject, email: subject, active: true })),
    [],
  );

const changesOf = (users: readonly User[], subjects: readonly string[]) =>
  madePlanOf(organizationOf(users), undefined, knows(...subjects)).body.actions.map(({ change }) => change);

test('a decision is not refused because another user has the username of the only administrator once the renames without a decision are done', () => {
  const organization = organizationOf(
    [
      connectUser(0, 'cleo@dome.example', 'ana@dome.example'),
      connectUser(1, 'ana@dome.example', 'cleo@dome.example'),
      connectUser(2, 'dag@dome.example', 'not an address'),
    ],
    { administrators: ['cleo@dome.example'] },
  );
  const open = madePlanOf(organization);
  const administratorsIn = (findings: typeof open.before.findings): (readonly string[])[] =>
    findings.flatMap(({ finding }) => (finding.rule === 'break-glass' ? [ruleOf(finding).users(finding)].map((users) => users.map(({ id }) => id)) : []));
  expect([open.before, open.assembly.end.report].map(({ findings }) => administratorsIn(findings))).toEqual([[['1']], [['2']]]);
  const rows = open.rows.map(({ asked }) =>
    answeredCells(asked, asked.written[1] === 'invalid-email' ? { action: 'set-email', value: 'dag@dome.example' } : {}),
  );
  expect(planOf(organization, fileOf(rows))).not.toHaveProperty('problems');
});

describe('a plan that knows the identity provider', () => {
  it('renames nobody away from the subject that finds the account now', () => {
    expect(changesOf([connectUser(0, 'ana@dome.example', 'ana@old-dome.example')], ['ana@dome.example'])).toEqual([]);
    expect(changesOf([connectUser(0, 'ana@dome.example', 'Ana@Dome.example')], ['ana@dome.example'])).toEqual([]);
  });

  it('does not refuse a decision for what comes of the renames that need none', () => {
    // Ben and Cleo swap usernames; from then on, the provider's Ben, whose email is Ana's, matches two accounts by both names.
    const organization = organizationOf([
      connectUser(0, 'ana@dome.example', 'ana@dome.example', { authenticationType: 'basic' }),
      connectUser(1, 'ben@dome.example', 'cleo@dome.example'),
      connectUser(2, 'cleo@dome.example', 'ben@dome.example'),
      connectUser(3, 'dag@dome.example', 'not an address'),
    ]);
    const listed = [
      { id: 'a', subject: 'ana@dome.example', email: 'ana@dome.example', active: true },
      { id: 'b', subject: 'ben@dome.example', email: 'ana@dome.example', active: true },
      { id: 'c', subject: 'cleo@dome.example', email: 'cleo@dome.example', active: true },
    ];
    const idp = directoryOfIdp('okta', listed, []);
    const open = madePlanOf(organization, undefined, idp);
    const known = new Set(open.before.findings.map(topicOf));
    const begun = open.assembly.end.report.findings.filter((audited) => audited.finding.rule === 'ambiguous-match' && !known.has(topicOf(audited)));
    expect(begun.length).toBeGreaterThan(0);
    const rows = open.rows.map(({ asked }) =>
      answeredCells(asked, asked.written[1] === 'invalid-email' ? { action: 'set-email', value: 'dag@dome.example' } : {}),
    );
    expect(planOf(organization, fileOf(rows), idp)).not.toHaveProperty('problems');
  });

  it('renames to an email that is a subject, and whoever the provider does not know', () => {
    const to = (users: readonly User[], subjects: readonly string[]): string[] => changesOf(users, subjects).map((change) => ('to' in change ? change.to : ''));
    expect(to([connectUser(0, 'ana', 'ana@dome.example')], ['ana@dome.example'])).toEqual(['ana@dome.example']);
    expect(to([connectUser(0, 'ana', 'ana@dome.example')], ['ben@dome.example'])).toEqual(['ana@dome.example']);
    expect(to([connectUser(0, 'Ana@Dome.example', 'ana@dome.example')], ['ana@dome.example'])).toEqual(['ana@dome.example']);
    const swapped = [connectUser(0, 'ana@dome.example', 'ben@dome.example'), connectUser(1, 'ben@dome.example', 'ana@dome.example')];
    expect(to(swapped, ['ana@dome.example', 'ben@dome.example'])).toHaveLength(3);
  });

  it('holds up whoever waits for the username, and goes on once the email is decided', () => {
    const organization = organizationOf([connectUser(0, 'ana@dome.example', 'ana@old-dome.example'), connectUser(1, 'ben', 'ana@dome.example')]);
    const idp = knows('ana@dome.example');
    const made = madePlanOf(organization, undefined, idp);
    expect(made.body.actions).toEqual([]);
    const rows = made.rows.map(({ asked }) =>
      answeredCells(
        asked,
        asked.question.id === '2' && asked.written[1] === 'username-email-mismatch' ? { action: 'set-email', value: 'ben@dome.example' } : {},
      ),
    );
    const decided = madePlanOf(organization, fileOf(rows), idp);
    expect(decided.assembly.end.users.map(({ userName }) => userName)).toEqual(['ana@dome.example', 'ben@dome.example']);
  });

  it('suggests the subject as email', () => {
    const made = madePlanOf(organizationOf([connectUser(0, 'ana@dome.example', 'ana@old-dome.example')]), undefined, knows('ana@dome.example'));
    expect(made.rows.map(({ asked }) => asked.written[6])).toContain('set-email ana@dome.example');
    const rows = made.rows.map(({ asked }) => answeredCells(asked, asked.written[6] === '' ? {} : { action: 'set-email', value: 'ana@dome.example' }));
    const decided = madePlanOf(organizationOf([connectUser(0, 'ana@dome.example', 'ana@old-dome.example')]), fileOf(rows), knows('ana@dome.example'));
    expect(decided.body.open.filter((fingerprint) => !/^(?:no-inactive-users|nothing-to-check):/.test(fingerprint))).toEqual([]);
  });

  it('takes nobody away from a subject, in any organization, and comes to an end', () => {
    fc.assert(
      fc.property(sidesArbitrary, ({ organization, idp }) => {
        const made = madePlanOf(organization, undefined, idp);
        const subjects = new Set(idp.users.map(({ subject }) => key(subject)).filter((text) => text !== ''));
        for (const place of made.assembly.end.movers) {
          const { userName, email } = organization.users[place];
          if (subjects.has(key(userName))) expect(subjects.has(key(email)), `${userName} to ${email}`).toBe(true);
        }
        const after = { ...organization, users: made.assembly.end.users };
        expect(madePlanOf(after, undefined, idp).body.actions).toEqual([]);
      }),
    );
  });
});
