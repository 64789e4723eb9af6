import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Group, User } from '../../src/model/directory.js';
import type { Change } from '../../src/model/finding.js';
import { baselineLines, groupDigest, parseBaseline, userDigest } from '../../src/plan/baseline.js';
import { MemberTally } from '../../src/plan/member-tally.js';
import { type Difference, type FreshMembers, netChanges, verifyPlan } from '../../src/plan/verify.js';
import { inOrder, type MembershipRow, type Organization, organizationArbitrary } from '../support/organizations.js';
import { afterActions, madePlanOf, textOf } from './planning.js';

const user = (id: string, userName: string, email: string): User => ({
  place: 0,
  id,
  input: 0,
  line: 0,
  userName,
  email,
  active: true,
  authenticationType: 'idp',
});
const GROUPS: Group[] = [{ place: 0, id: 'g', input: 1, line: 2, name: 'Optics', isOrganizationLevel: true }];
const USERS = inOrder([user('1', 'b@x.org', 'a@x.org'), user('2', 'a@x.org', 'b@x.org'), user('3', 'free@x.org', 'free@x.org')]);
const SWAP = { users: USERS, groups: GROUPS, memberships: [], authMode: 'saml', syncGroups: null } as const;
const PLAN = madePlanOf(SWAP).body;
const DONE = afterActions(SWAP, PLAN.actions);
const NO_MEMBERS = { has: () => false };

const baselineOf = (directory: Parameters<typeof baselineLines>[0]) => parseBaseline(textOf(baselineLines(directory)));

function membersOf({ users, groups, memberships }: Pick<Organization, 'users' | 'groups' | 'memberships'>): FreshMembers & { readonly tally: MemberTally } {
  const tally = new MemberTally({ users, groups });
  for (const each of memberships) {
    const place = users.find(({ id }) => id === each.user)?.place;
    const group = groups.find(({ id }) => id === each.group)?.place;
    if (place !== undefined && group !== undefined) tally.add(place, group);
  }
  return { has: (id, of) => memberships.some((each) => each.user === id && each.group === of), tally };
}

/** Returns the differences of a fresh export from the swap as planned. */
function differences(users: readonly User[], groups: readonly Group[] = GROUPS): readonly Difference[] {
  const plan = { schemaVersion: 2, kind: 'scim-audit/plan', digest: '', ...PLAN } as const;
  return verifyPlan(plan, { users, groups, members: NO_MEMBERS }, baselineOf(DONE)).differences;
}

const changed = (id: string, values: Partial<User>): User[] => DONE.users.map((each) => (each.id === id ? { ...each, ...values } : each));

describe('a fresh export', () => {
  test('as planned', () => expect(differences(DONE.users)).toEqual([]));

  test('as before the plan', () => {
    const found = differences(USERS);
    expect(found.map(({ kind }) => kind)).toEqual(['missing', 'missing']);
    expect(found.map((each) => 'now' in each && each.now)).toEqual(['b@x.org', 'a@x.org']);
  });

  test('with a user who is neither as before nor as planned is told once', () => {
    const found = differences(changed('2', { userName: 'ben@x.org' }));
    expect(found).toMatchObject([{ kind: 'otherwise', change: { user: '2' }, now: 'ben@x.org' }]);
  });

  test('with a temporary username that was left', () => {
    const [temporary] = PLAN.actions.flatMap(({ change }) => (change.kind === 'replace-user' && change.temporary ? [change] : []));
    const found = differences(changed(temporary.user, { userName: temporary.to }));
    expect(found).toEqual([{ kind: 'temporary', subject: `user ${temporary.user}`, now: temporary.to }]);
    // Whoever has got it otherwise is told once, too.
    expect(differences(changed('3', { userName: temporary.to }))).toEqual([{ kind: 'temporary', subject: 'user 3', now: temporary.to }]);
  });

  test('without a user whom the plan changed, who is told once', () => {
    const found = differences(DONE.users.filter(({ id }) => id !== '2'));
    expect(found).toMatchObject([{ kind: 'otherwise', change: { user: '2' }, now: '(not in the export)' }]);
    expect(differences(DONE.users.filter(({ id }) => id !== '3'))).toEqual([
      { kind: 'other', subject: 'user 3', user: '3', what: 'is gone since the plan was made' },
    ]);
  });

  test.each<[string, Partial<User>]>([
    ['username', { userName: 'Free@x.org' }],
    ['email', { email: 'free@x.com' }],
    ['state', { active: false }],
    ['authentication type', { authenticationType: 'basic' }],
  ])('with another %s of a user whom the plan leaves alone', (_, values) => {
    expect(differences(changed('3', values))).toEqual([{ kind: 'other', subject: 'user 3', user: '3', what: 'was changed, and not by the plan' }]);
  });

  test('with another email of a user whom the plan renamed', () => {
    expect(differences(changed('1', { email: 'z@x.org' }))).toEqual([
      { kind: 'other', subject: 'user 1', user: '1', what: 'was changed, and not by the plan' },
    ]);
  });

  test('with somebody new, and with other groups', () => {
    expect(differences([...DONE.users, user('9', 'new', 'new@x.org')])).toEqual([
      { kind: 'other', subject: 'user 9', user: '9', what: 'is new since the plan was made' },
    ]);
    const [group] = GROUPS;
    expect(differences(DONE.users, [{ ...group, name: 'optics' }])).toEqual([
      { kind: 'other', subject: 'group g', group: 'g', what: 'was changed, and not by the plan' },
    ]);
    expect(differences(DONE.users, [{ ...group, id: 'h' }]).map((each) => 'what' in each && each.what)).toEqual([
      'is new since the plan was made',
      'is gone since the plan was made',
    ]);
  });
});

test('memberships that the plan ends or adds are looked up', () => {
  const actions = [
    { id: 'a1', change: { kind: 'remove-member', group: 'g', user: '1' }, resolves: [] },
    { id: 'a2', change: { kind: 'add-member', group: 'g', user: '2' }, resolves: [] },
  ] as const;
  const plan = { schemaVersion: 2, kind: 'scim-audit/plan', digest: '', ...PLAN, actions } as const;
  const landed = verifyPlan(plan, { ...DONE, members: { has: (id) => id === '2' } }, undefined);
  expect(landed).toEqual({ landed: 2, differences: [] });
  const found = verifyPlan(plan, { ...DONE, members: { has: (id) => id === '1' } }, undefined).differences;
  expect(found.map((each) => [each.kind, 'now' in each && each.now])).toEqual([
    ['missing', 'member'],
    ['missing', 'no member'],
  ]);
});

test('whatever was planned, the result is as planned, and the source is not', () => {
  fc.assert(
    fc.property(organizationArbitrary, (organization) => {
      const { body, assembly } = madePlanOf(organization);
      const result = afterActions(organization, body.actions);
      const plan = { schemaVersion: 2, kind: 'scim-audit/plan', digest: '', ...body } as const;
      const baseline = baselineOf(assembly.end);
      const net = netChanges(plan).length;
      expect(verifyPlan(plan, { ...result, members: membersOf(result) }, baseline)).toEqual({ landed: net, differences: [] });
      expect(verifyPlan(plan, { ...organization, members: membersOf(organization) }, baseline).differences.map(({ kind }) => kind)).toEqual(
        Array(net).fill('missing'),
      );
    }),
    { numRuns: 200 },
  );
});

describe('members', () => {
  test('are told by group wherever they are others, in whatever order they come', () => {
    const memberships = fc.array(fc.record({ user: fc.constantFrom('1', '2', '3', '4'), group: fc.constantFrom('g', 'h'), line: fc.constant(2) }), {
      maxLength: 6,
    });
    const users = inOrder(['1', '2', '3', '4'].map((id) => user(id, `${id}@x.org`, `${id}@x.org`)));
    const groups = inOrder(['g', 'h'].map((id): Group => ({ ...GROUPS[0], id, name: id })));
    const plan = { schemaVersion: 2, kind: 'scim-audit/plan', digest: '', ...PLAN, actions: [] } as const;
    const named = (rows: readonly MembershipRow[], of: string): string =>
      JSON.stringify(rows.flatMap(({ user: id, group }) => (group === of ? [id] : [])).sort());
    fc.assert(
      fc.property(memberships, memberships, (planned, now) => {
        const baseline = baselineOf({ users, groups, tally: membersOf({ users, groups, memberships: planned }).tally });
        const found = verifyPlan(plan, { users, groups, members: membersOf({ users, groups, memberships: now }) }, baseline).differences;
        expect(found.map((each) => 'subject' in each && each.subject)).toEqual(
          ['g', 'h'].filter((id) => named(planned, id) !== named(now, id)).map((id) => `group ${id}`),
        );
      }),
    );
  });

  test('that share no id hardly ever come to one sum', () => {
    const users = inOrder(Array.from({ length: 300 }, (_, at) => user(`${at + 1}`, '', '')));
    const pairs = users.flatMap((a) => users.slice(a.place + 1).map((b) => [a.place, b.place] as const));
    const groups = inOrder(pairs.map((_, at): Group => ({ ...GROUPS[0], id: `${at}` })));
    const tally = new MemberTally({ users, groups });
    for (const [group, places] of pairs.entries()) for (const place of places) tally.add(place, group);
    expect(new Set(pairs.map((_, group) => JSON.stringify(tally.of(group)))).size).toBe(pairs.length);
    expect(new Set(pairs.map((_, group) => tally.of(group).left)).size).toBeGreaterThan(pairs.length - 10);
    expect(new Set(pairs.map((_, group) => tally.of(group).right)).size).toBeGreaterThan(pairs.length - 10);
  });
});

describe('net changes', () => {
  const rename = (from: string, to: string, temporary?: true): Change => ({
    kind: 'replace-user',
    user: '1',
    attribute: 'userName',
    from,
    to,
    ...(temporary ? { temporary } : {}),
  });
  const net = (...changes: readonly Change[]): readonly Change[] =>
    netChanges({ actions: changes.map((change, at) => ({ id: `a${at}`, change, resolves: [] })) });

  test('a temporary username is none', () => expect(net(rename('a', 't', true), rename('t', 'b'))).toEqual([rename('a', 'b')]));
  test('attributes are apart', () => {
    const email: Change = { kind: 'replace-user', user: '1', attribute: 'email', from: 'a', to: 'b' };
    expect(net(email, rename('a', 'b'))).toEqual([email, rename('a', 'b')]);
  });
});

describe('the baseline', () => {
  test('differs wherever two users differ', () => {
    const values = fc.record({
      userName: fc.string({ maxLength: 4 }),
      email: fc.string({ maxLength: 4 }),
      active: fc.boolean(),
      authenticationType: fc.constantFrom('idp' as const, 'basic' as const),
    });
    fc.assert(
      fc.property(values, values, (a, b) => {
        const [one, other] = [
          { ...USERS[0], ...a },
          { ...USERS[0], ...b },
        ];
        expect(userDigest(one) === userDigest(other)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
      { numRuns: 2000 },
    );
  });
  test('does not run values together', () => {
    expect(userDigest(user('1', 'ab', 'c'))).not.toBe(userDigest(user('1', 'a', 'bc')));
    expect(userDigest(user('1', '', 'a'))).not.toBe(userDigest(user('1', 'a', '')));
    expect(userDigest(user('1', 'a\u0000', 'b'))).not.toBe(userDigest(user('1', 'a', '\u0000b')));
    expect(groupDigest(GROUPS[0])).not.toBe(groupDigest({ ...GROUPS[0], isOrganizationLevel: false }));
  });
  test('hardly ever gives two users of an organization one digest', () => {
    const digests = new Set(Array.from({ length: 200_000 }, (_, at) => userDigest(user('1', `user.${at}@x.org`, `user.${at}@x.org`))));
    expect(digests.size).toBe(200_000);
  });
  test('survives ids of any kind', () => {
    const odd = inOrder([user('"\n,', 'a', 'b'), user('ü', 'c', 'd')]);
    expect([...(baselineOf({ users: odd, groups: [] })?.users.ids ?? [])]).toEqual(['"\n,', 'ü']);
  });
  test('is none where the text is none', () => {
    for (const text of ['{}', 'not JSON', '["user","1"]', '[1,2,3,4]']) expect(parseBaseline(text)).toBeUndefined();
    expect(parseBaseline('')?.users.size).toBe(0);
  });
});
