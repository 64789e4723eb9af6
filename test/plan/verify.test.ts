import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/model/change.js';
import type { Group, User } from '../../src/model/directory.js';
import { baselineLines, groupDigest, parseBaseline, userDigest } from '../../src/plan/baseline.js';
import { type Difference, netChanges, verifyPlan } from '../../src/plan/verify.js';
import { inOrder, organisationArbitrary } from '../support/organisations.js';
import { textOf } from '../support/pieces.js';
import { afterActions, madePlanOf } from './planning.js';

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
const GROUPS: Group[] = [{ place: 0, id: 'g', input: 1, line: 2, name: 'Optics', isOrganisationLevel: true }];
const USERS = inOrder([user('1', 'b@x.org', 'a@x.org'), user('2', 'a@x.org', 'b@x.org'), user('3', 'free@x.org', 'free@x.org')]);
const SWAP = { users: USERS, groups: GROUPS, memberships: [], authMode: 'saml', syncGroups: null } as const;
const PLAN = madePlanOf(SWAP).body;
const DONE = afterActions(SWAP, PLAN.actions);
const NO_MEMBERS = () => false;

const baselineOf = (directory: { readonly users: readonly User[]; readonly groups: readonly Group[] }) => parseBaseline(textOf(baselineLines(directory)));

/** Yields the differences of a fresh export from the swap as planned. */
function differences(users: readonly User[], groups: readonly Group[] = GROUPS): readonly Difference[] {
  const plan = { schemaVersion: 1, kind: 'scim-audit/plan', digest: '', ...PLAN } as const;
  return verifyPlan(plan, { users, groups }, NO_MEMBERS, baselineOf(DONE)).differences;
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
    expect(found).toContainEqual({ kind: 'temporary', subject: `user ${temporary.user}`, now: temporary.to });
  });

  test('without a user whom the plan changed', () => {
    const found = differences(DONE.users.filter(({ id }) => id !== '2'));
    expect(found).toContainEqual(expect.objectContaining({ kind: 'otherwise', now: '(not in the export)' }));
    expect(found).toContainEqual({ kind: 'other', subject: 'user 2', what: 'is gone since the plan was made' });
  });

  test.each<[string, Partial<User>]>([
    ['username', { userName: 'Free@x.org' }],
    ['email', { email: 'free@x.com' }],
    ['state', { active: false }],
    ['authentication type', { authenticationType: 'basic' }],
  ])('with another %s of a user whom the plan leaves alone', (_, values) => {
    expect(differences(changed('3', values))).toEqual([{ kind: 'other', subject: 'user 3', what: 'was changed, and not by the plan' }]);
  });

  test('with another email of a user whom the plan renamed', () => {
    expect(differences(changed('1', { email: 'z@x.org' }))).toEqual([{ kind: 'other', subject: 'user 1', what: 'was changed, and not by the plan' }]);
  });

  test('with somebody new, and with other groups', () => {
    expect(differences([...DONE.users, user('9', 'new', 'new@x.org')])).toEqual([{ kind: 'other', subject: 'user 9', what: 'is new since the plan was made' }]);
    const [group] = GROUPS;
    expect(differences(DONE.users, [{ ...group, name: 'optics' }])).toEqual([{ kind: 'other', subject: 'group g', what: 'was changed, and not by the plan' }]);
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
  const plan = { schemaVersion: 1, kind: 'scim-audit/plan', digest: '', ...PLAN, actions } as const;
  const landed = verifyPlan(plan, DONE, (id) => id === '2', undefined);
  expect(landed).toEqual({ landed: 2, differences: [] });
  const found = verifyPlan(plan, DONE, (id) => id === '1', undefined).differences;
  expect(found.map((each) => [each.kind, 'now' in each && each.now])).toEqual([
    ['missing', 'member'],
    ['missing', 'no member'],
  ]);
});

test('whatever was planned, the result is as planned, and the source is not', () => {
  fc.assert(
    fc.property(organisationArbitrary, (organisation) => {
      const { body, assembly } = madePlanOf(organisation);
      const result = afterActions(organisation, body.actions);
      const plan = { schemaVersion: 1, kind: 'scim-audit/plan', digest: '', ...body } as const;
      const baseline = baselineOf(assembly.end);
      const net = netChanges(plan).length;
      expect(verifyPlan(plan, result, NO_MEMBERS, baseline)).toEqual({ landed: net, differences: [] });
      expect(verifyPlan(plan, organisation, NO_MEMBERS, baseline).differences.map(({ kind }) => kind)).toEqual(Array(net).fill('missing'));
    }),
    { numRuns: 200 },
  );
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
    expect(groupDigest(GROUPS[0])).not.toBe(groupDigest({ ...GROUPS[0], isOrganisationLevel: false }));
  });
  test('hardly ever gives two users of an organisation one digest', () => {
    const digests = new Set(Array.from({ length: 200_000 }, (_, at) => userDigest(user('1', `user.${at}@x.org`, `user.${at}@x.org`))));
    expect(digests.size).toBe(200_000);
  });
  test('survives ids of any kind', () => {
    const odd = inOrder([user('"\n,', 'a', 'b'), user('ü', 'c', 'd')]);
    expect([...(baselineOf({ users: odd, groups: [] })?.users.keys() ?? [])]).toEqual(['"\n,', 'ü']);
  });
  test('is none where the text is none', () => {
    for (const text of ['{}', 'not JSON', '["user","1"]', '[1,2,3,4]']) expect(parseBaseline(text)).toBeUndefined();
    expect(parseBaseline('')?.users.size).toBe(0);
  });
});
