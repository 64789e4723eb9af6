/** Whatever plan makes holds when it is proved again by what an apply can see of the source; what was altered mostly does not. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { User } from '../../src/model/directory.js';
import { NO_ANSWER } from '../../src/plan/decision-rows.js';
import type { MadePlan } from '../../src/plan/make-plan.js';
import { whyUnsafe } from '../../src/plan/prove-again.js';
import { key } from '../support/alike-texts.js';
import { type Organization, organizationArbitrary } from '../support/organizations.js';
import { answeredCells, fileOf, fittingAnswer, madePlanOf, planOf, wildAnswer } from './planning.js';

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
