import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collationOf } from '../../src/model/compare.js';
import type { Group, User } from '../../src/model/directory.js';
import type { Change } from '../../src/model/finding.js';
import { NO_ANSWER } from '../../src/plan/decision-rows.js';
import type { MadePlan } from '../../src/plan/make-plan.js';
import { whyUnsafe } from '../../src/plan/prove-again.js';
import { type Proof, ProofFailed, proveActions } from '../../src/plan/simulate.js';
import { netChanges } from '../../src/plan/verify.js';
import { key, type Organization, organizationArbitrary } from '../support/organizations.js';
import { breachesOf } from './checker.js';
import { answeredCells, endFindings, fileOf, fittingAnswer, madePlanOf, planOf, planText, reordered, wildAnswer } from './planning.js';

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
