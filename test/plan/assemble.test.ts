import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { collationOf } from '../../src/model/compare.js';
import type { Group, User } from '../../src/model/directory.js';
import type { Change } from '../../src/model/finding.js';
import { type Step, sequenceRenames } from '../../src/plan/assemble.js';
import { NO_ANSWER } from '../../src/plan/decision-rows.js';
import { topicOf } from '../../src/plan/end-state.js';
import type { MadePlan } from '../../src/plan/make-plan.js';
import { whyUnsafe } from '../../src/plan/prove-again.js';
import { type Proof, ProofFailed, proveActions } from '../../src/plan/simulate.js';
import { netChanges } from '../../src/plan/verify.js';
import { ruleOf } from '../../src/rules/registry.js';
import { connectUser, directoryOfIdp, organizationOf, sidesArbitrary } from '../rules/idp-oracle.js';
import { temporaryFolders } from '../support/machine.js';
import { inOrder, key, type Organization, organizationArbitrary } from '../support/organizations.js';
import { runCli } from '../support/run.js';
import { breachesOf } from './checker.js';
import {
  answer,
  answeredCells,
  endFindings,
  fileOf,
  fittingAnswer,
  madePlanOf,
  planOf,
  planText,
  reordered,
  runPlan,
  summaryOf,
  wildAnswer,
} from './planning.js';

/** By place: what each user is called now, and is to be called; undefined where the user stays. */
type Move = readonly [from: number, to?: number];

function sequence(moves: readonly Move[]): Step[] {
  const holders = new Map<number, number[]>();
  for (const [place, [from]] of moves.entries()) {
    const known = holders.get(from);
    if (known === undefined) holders.set(from, [place]);
    else known.push(place);
  }
  return sequenceRenames({
    movers: moves.flatMap(([, to], place) => (to === undefined ? [] : [place])),
    from: (place) => moves[place][0],
    to: (place) => moves[place][1] ?? -1,
    holdersOf: (key) => holders.get(key) ?? [],
  });
}

/** Returns steps as words: the place, with a `~` for a temporary name. */
const words = (moves: readonly Move[]): string =>
  sequence(moves)
    .map(({ place, isTemporary }) => `${isTemporary ? '~' : ''}${place}`)
    .join(' ');

/** Plays the steps: nobody takes a name that another has, and all have theirs at the end. */
function play(moves: readonly Move[], steps: readonly Step[]): { temporary: number } {
  const count = new Map<number, number>();
  const names = moves.map(([from]) => from);
  for (const name of names) count.set(name, (count.get(name) ?? 0) + 1);
  let temporary = 0;
  for (const { place, isTemporary } of steps) {
    const [, to = -1] = moves[place];
    count.set(names[place], (count.get(names[place]) ?? 0) - 1);
    names[place] = isTemporary ? -100 - place : to;
    if (isTemporary) temporary++;
    if ((count.get(names[place]) ?? 0) > 0) throw new Error(`place ${place} takes a name that another has`);
    count.set(names[place], 1);
  }
  for (const [place, [from, to = from]] of moves.entries()) if (names[place] !== to) throw new Error(`place ${place} does not end as wanted`);
  return { temporary };
}

const MANY = 200_000;

describe('chains', () => {
  test('free names are taken in source order', () => expect(words([[1, 11], [2, 12], [3]])).toBe('0 1'));
  test('the leaf comes first', () =>
    expect(
      words([
        [1, 2],
        [2, 3],
        [3, 4],
      ]),
    ).toBe('2 1 0'));
  test('whoever has no name yet waits for nobody but the holder', () =>
    expect(
      words([
        [-1, 2],
        [2, 3],
      ]),
    ).toBe('1 0'));
  test('a name that two hold is free once both have left', () =>
    expect(
      words([
        [1, 2],
        [2, 3],
        [2, 4],
      ]),
    ).toBe('1 2 0'));
  test('a spelling is changed in place', () => expect(words([[1, 1]])).toBe('0'));
  test('a twin changes its spelling once the other has left', () =>
    expect(
      words([
        [1, 1],
        [1, 2],
      ]),
    ).toBe('1 0'));
});

describe('rings', () => {
  test('two who swap pass through one temporary name, that of the first', () =>
    expect(
      words([
        [1, 2],
        [2, 1],
      ]),
    ).toBe('~0 1 0'));
  test('three in a ring', () =>
    expect(
      words([
        [1, 2],
        [2, 3],
        [3, 1],
      ]),
    ).toBe('~0 2 1 0'));
  test('several rings, each with a name of its own, after all chains', () =>
    expect(
      words([
        [1, 2],
        [3, 4],
        [2, 1],
        [5, 6],
        [4, 3],
      ]),
    ).toBe('3 ~0 2 0 ~1 4 1'));
  test('a twin that leaves does not open the ring, it only goes first', () =>
    expect(
      words([
        [1, 2],
        [2, 1],
        [1, 9],
      ]),
    ).toBe('2 ~0 1 0'));
  test('a chain that ends in the name of a twin in a ring goes first', () =>
    expect(
      words([
        [1, 2],
        [2, 1],
        [2, 9],
        [8, 7],
      ]),
    ).toBe('2 3 ~0 1 0'));
});

describe('what is not to be planned', () => {
  test('a name that two are to get', () =>
    expect(() =>
      sequence([
        [1, 3],
        [2, 3],
      ]),
    ).toThrow('two users are to get'));
  test('a name whose holder stays', () => expect(() => sequence([[1, 2], [2]])).toThrow('who stays'));
  test('a name of which one holder stays', () => expect(() => sequence([[1, 2], [2, 3], [2]])).toThrow('who stays'));
});

describe('any size, without recursion', () => {
  test('a chain of 200,000', () => {
    const chain = Array.from({ length: MANY }, (_, place): Move => [place, place + 1]);
    const steps = sequence(chain);
    expect(steps[0]).toEqual({ place: MANY - 1, isTemporary: false });
    expect(play(chain, steps).temporary).toBe(0);
  });

  test('a ring of 200,000', () => {
    const ring = Array.from({ length: MANY }, (_, place): Move => [place, (place + 1) % MANY]);
    const steps = sequence(ring);
    expect(steps.length).toBe(MANY + 1);
    expect(play(ring, steps).temporary).toBe(1);
  });

  test('100,000 rings of two', () => {
    const rings = Array.from({ length: MANY }, (_, place): Move => [place, place ^ 1]);
    expect(play(rings, sequence(rings)).temporary).toBe(MANY / 2);
  });

  test('200,000 who leave one name, and one who takes it', () => {
    const moves: Move[] = [...Array.from({ length: MANY }, (_, place): Move => [1, place + 2]), [-1, 1]];
    expect(sequence(moves).at(-1)).toEqual({ place: MANY, isTemporary: false });
  });
});

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

const user = (place: number, userName: string, email: string): User => ({
  place,
  id: String(place + 10),
  input: 0,
  line: place + 2,
  userName,
  email,
  active: true,
  authenticationType: 'idp',
});
const group = (place: number, name: string): Group => ({ place, id: `g${place}`, input: 1, line: place + 2, name, isOrganizationLevel: true });

const USERS = [user(0, 'b@x.org', 'a@x.org'), user(1, 'a@x.org', 'b@x.org'), user(2, 'cy', 'c@x.org'), user(3, 'CY', '')];
const GROUPS = [group(0, 'Night shift')];

const rename = (id: string, from: string, to: string, temporary?: true): Change => ({
  kind: 'replace-user',
  user: id,
  attribute: 'userName',
  from,
  to,
  ...(temporary === undefined ? {} : { temporary }),
});

const TEMPORARY = 'temporary-10@scim-audit.invalid';
const SWAP = [rename('10', 'b@x.org', TEMPORARY, true), rename('11', 'a@x.org', 'b@x.org'), rename('10', TEMPORARY, 'a@x.org'), rename('12', 'cy', 'c@x.org')];
const SWAPPED = [user(0, 'a@x.org', 'a@x.org'), user(1, 'b@x.org', 'b@x.org'), user(2, 'c@x.org', 'c@x.org'), user(3, 'CY', '')];

/** Proves changes against the end state of the swap, or another one. */
function prove(changes: readonly Change[], end: Partial<Proof['end']> = {}): void {
  const placeOf = (change: Change): number =>
    'user' in change ? USERS.findIndex(({ id }) => id === change.user) : GROUPS.findIndex(({ id }) => id === change.group);
  proveActions({
    users: USERS,
    groups: GROUPS,
    actions: changes.map((change, at) => ({ id: `a${at + 1}`, change, resolves: [] })),
    places: Int32Array.from(changes, placeOf),
    collation: collationOf('utf8mb4_0900_ai_ci'),
    end: { users: SWAPPED, groups: GROUPS, ...end },
  });
}

const broken = (changes: readonly Change[], end: Partial<Proof['end']> = {}): string => {
  try {
    prove(changes, end);
  } catch (error) {
    if (error instanceof ProofFailed) return error.message;
    throw error;
  }
  return 'proved';
};

test('a swap by way of a temporary username is proved', () => expect(broken(SWAP)).toBe('proved'));

describe('a broken promise stops the plan', () => {
  test('a value that is not the one at that moment', () => {
    expect(broken([...SWAP.slice(0, 3), rename('12', 'Cy', 'c@x.org')])).toContain('a4: the userName is not that at that moment');
    expect(broken([SWAP[0], SWAP[1], rename('10', 'b@x.org', 'a@x.org'), SWAP[3]])).toContain('a3: the userName is not that');
    expect(broken([{ kind: 'replace-user', user: '10', attribute: 'email', from: 'A@x.org', to: 'z@x.org' }])).toContain('a1: the email is not that');
    expect(broken([{ kind: 'replace-user', user: '10', attribute: 'active', from: 'false', to: 'true' }])).toContain('a1: the active is not that');
  });
  test('a username that another has at that moment', () => {
    expect(broken([rename('10', 'b@x.org', 'a@x.org'), rename('11', 'a@x.org', 'b@x.org'), SWAP[3]])).toContain('a1: another user has that username');
    expect(broken([...SWAP, rename('13', 'CY', 'B@X.org')])).toContain('a5: another user has that username');
  });
  test('twins may stay and leave, but not come back to one another', () => {
    expect(broken([...SWAP.slice(0, 3), rename('12', 'cy', 'cY'), rename('12', 'cY', 'c@x.org')])).toBe('proved');
    expect(broken([...SWAP, rename('13', 'CY', 'd'), rename('10', 'a@x.org', 'cy'), rename('13', 'd', 'Cy')])).toContain('a7: another user has that username');
    expect(broken([...SWAP, rename('10', 'a@x.org', 'cý')])).toContain('a5: another user has that username');
  });
  test('a blank username', () => expect(broken([...SWAP, rename('13', 'CY', '\u200b')])).toContain('a5: another user has that username'));
  test('a temporary username that is left', () =>
    expect(broken([...SWAP, rename('13', 'CY', 'temporary-13', true)])).toContain('a5: a temporary username is left'));
  test('a temporary username that the organization knows, in the source or at the end', () => {
    expect(broken([...SWAP, rename('13', 'CY', 'Cy', true), rename('13', 'Cy', 'CY')])).toContain('one that the organization knows');
    expect(broken([rename('13', 'CY', 'C@x.org', true), rename('13', 'C@x.org', 'CY'), ...SWAP])).toContain('a1: the temporary username is one that');
    const known = SWAPPED.map((each) => (each.place === 3 ? { ...each, email: TEMPORARY.toUpperCase() } : each));
    expect(broken(SWAP, { users: known })).toContain('a1: the temporary username is one that the organization knows');
  });
  test('users and groups that do not exist', () => {
    expect(broken([rename('99', 'a', 'b')])).toContain('a1: there is no such user');
    expect(broken([{ kind: 'replace-group', group: 'g9', attribute: 'displayName', from: 'a', to: 'b' }])).toContain('a1: there is no such group');
  });
  test('a group that is not called so', () =>
    expect(broken([{ kind: 'replace-group', group: 'g0', attribute: 'displayName', from: 'Day', to: 'Dusk' }])).toContain('not called so'));
  test('another end than the planned one', () => {
    expect(broken(SWAP.slice(0, 3))).toContain('user 12 does not end as planned');
    expect(broken(SWAP, { users: SWAPPED.map((each) => ({ ...each, email: `${each.email}x` })) })).toContain('user 10 does not end as planned');
    expect(broken(SWAP, { users: SWAPPED.map((each) => ({ ...each, active: false })) })).toContain('user 10 does not end as planned');
    expect(broken(SWAP, { users: SWAPPED.slice(1) })).toContain('other users');
    expect(broken(SWAP, { groups: [group(0, 'Day shift')] })).toContain('group g0 does not end as planned');
  });
});

const RUNS = 300;

test('a plan holds what every plan promises', () => {
  fc.assert(
    fc.property(organizationArbitrary, (organization) => {
      expect(breachesOf(organization, madePlanOf(organization).body)).toEqual([]);
    }),
    { numRuns: RUNS },
  );
});

test('what the end state takes over from the source is what an audit of it alone finds', () => {
  fc.assert(
    fc.property(organizationArbitrary, (organization) => {
      const { told, alone } = endFindings(organization, madePlanOf(organization));
      expect(told).toEqual(alone);
    }),
    { numRuns: RUNS },
  );
});

test('the same source gives the same bytes', () => {
  fc.assert(
    fc.property(organizationArbitrary, (organization) => {
      expect(planText(madePlanOf(structuredClone(organization)).body)).toBe(planText(madePlanOf(organization).body));
    }),
    { numRuns: 100 },
  );
});

/** Returns whom the plan renames to what, whatever the order. */
const renamesOf = (organization: Organization): string[] =>
  netChanges(madePlanOf(organization).body)
    .map((change) => JSON.stringify(change))
    .sort();

test('the order of rows changes neither who is renamed to what, nor whether that is safe', () => {
  const shuffled = organizationArbitrary.chain((organization) =>
    fc.record({
      organization: fc.constant(organization),
      users: fc.shuffledSubarray([...organization.users], { minLength: organization.users.length }),
      groups: fc.shuffledSubarray([...organization.groups], { minLength: organization.groups.length }),
    }),
  );
  fc.assert(
    fc.property(shuffled, ({ organization, users, groups }) => {
      const other = reordered(organization, users, groups);
      const made = madePlanOf(other);
      expect(renamesOf(other)).toEqual(renamesOf(organization));
      expect(breachesOf(other, made.body)).toEqual([]);
      expect([...made.body.open].sort()).toEqual([...madePlanOf(organization).body.open].sort());
    }),
    { numRuns: RUNS },
  );
});

// Every plan that was made holds when it is proved again by what an apply can see of the source; an altered one mostly does not.
describe('proved again', () => {
  /** Organizations some of whose users other systems know: an apply does not hear of that. */
  const integrated: fc.Arbitrary<Organization> = organizationArbitrary.chain((organization) => {
    const names = [...new Set(organization.users.map(({ userName }) => key(userName)))].filter((name) => name !== '');
    return fc.subarray(names).map((held): Organization => {
      const isHeld = new Set(held);
      const marked = (user: User): User => (isHeld.has(key(user.userName)) ? { ...user, signsInFor: ['Night log'] } : user);
      return { ...organization, users: organization.users.map(marked), areIntegrationsGiven: true };
    });
  });

  const seenBy = ({ users }: Organization): User[] => users.map(({ signsInFor: _, ...user }) => user);

  const reasonOf = (organization: Organization, { body }: MadePlan): string | undefined => whyUnsafe(body, seenBy(organization), true);

  test.each([
    ['of any organization', organizationArbitrary],
    ['of organizations with integrations', integrated],
  ])('plans %s hold, with and without decisions', (_, arbitrary) => {
    let decided = 0;
    const cases = arbitrary.chain((organization) => {
      const plan = madePlanOf(organization);
      const answerTo = (row: MadePlan['rows'][number]) =>
        fc.oneof({ weight: 3, arbitrary: fittingAnswer(row) }, { weight: 2, arbitrary: fc.constant(NO_ANSWER) }, { weight: 1, arbitrary: wildAnswer });
      return fc.tuple(...plan.rows.map(answerTo)).map((answers) => ({ organization, plan, answers }));
    });
    fc.assert(
      fc.property(cases, ({ organization, plan, answers }) => {
        expect(reasonOf(organization, plan)).toBeUndefined();
        const made = planOf(organization, fileOf(plan.rows.map(({ asked }, at) => answeredCells(asked, answers[at]))));
        if ('problems' in made) return;
        decided++;
        expect(reasonOf(organization, made)).toBeUndefined();
      }),
      { numRuns: 1500 },
    );
    expect(decided).toBeGreaterThan(100);
  });

  test('a plan that lost the action of somebody whom no question is about does not hold', () => {
    let refused = 0;
    fc.assert(
      fc.property(organizationArbitrary, fc.nat(), (organization, at) => {
        const { body } = madePlanOf(organization);
        if (body.actions.length === 0) return;
        const lost = at % body.actions.length;
        const { change } = body.actions[lost];
        const altered = { ...body, actions: body.actions.filter((_, each) => each !== lost) };
        // Where one of several steps is lost, the next does not start from what is there: that is the target's to name.
        const isOnly = change.kind === 'replace-user' && body.actions.filter(({ change: other }) => 'user' in other && other.user === change.user).length === 1;
        if (!isOnly || body.decisions.some(({ id }) => id === change.user)) return;
        expect(whyUnsafe(altered, seenBy(organization), true)).toBeDefined();
        refused++;
      }),
      { numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(50);
  });
});
