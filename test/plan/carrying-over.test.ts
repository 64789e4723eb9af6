import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_ANSWER } from '../../src/plan/decision-rows.js';
import { readDecisions } from '../../src/plan/read-decisions.js';
import { type Organization, organizationArbitrary } from '../support/organizations.js';
import { fittingAnswer } from './answers.js';
import { answeredCells, fileOf, madePlanOf, planOf, reordered } from './planning.js';

/** Somebody new whom nobody knows, at the end. */
const withNewcomer = ({ users, ...rest }: Organization): Organization => ({
  ...rest,
  users: [...users, { place: 0, id: '99', input: 0, line: 0, userName: 'zoe', email: 'zoe@dome.example', active: true, authenticationType: 'idp' }],
});

const answeredPlans = organizationArbitrary.chain((organization) => {
  const plan = madePlanOf(organization);
  return fc.record({
    organization: fc.constant(organization),
    plan: fc.constant(plan),
    answers: fc.tuple(...plan.rows.map(fittingAnswer)),
    order: fc.shuffledSubarray([...withNewcomer(organization).users], { minLength: organization.users.length + 1 }),
    changed: fc.nat(8),
  });
});

describe('a fresh export', () => {
  test('with other row order and new users keeps every decision', () => {
    fc.assert(
      fc.property(answeredPlans, ({ organization, plan, answers, order }) => {
        const cells = plan.rows.map(({ asked }, at) => answeredCells(asked, answers[at]));
        const again = planOf(reordered(withNewcomer(organization), order, organization.groups), fileOf(cells, { previous: plan.body.decisions }));
        const same = planOf(organization, fileOf(cells));
        // Two rows that decide otherwise about one user come in another order.
        if ('problems' in again || 'problems' in same) {
          expect('problems' in again).toBe('problems' in same);
          return;
        }
        expect(again.outdated).toEqual([]);
        const kept = new Map(again.rows.map(({ asked, answer }) => [JSON.stringify([asked.finding.fingerprint, asked.question.id]), answer]));
        for (const [at, { asked }] of plan.rows.entries()) {
          expect(kept.get(JSON.stringify([asked.finding.fingerprint, asked.question.id]))).toEqual(answers[at]);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('with a changed user outdates decisions about that user alone, says why, and loses none', () => {
    fc.assert(
      fc.property(answeredPlans, ({ organization, plan, answers, changed }) => {
        const users = organization.users.map((user) => (user.place === changed ? { ...user, email: 'moved@dome.example' } : user));
        const asked = madePlanOf({ ...organization, users }).rows.map((row) => row.asked);
        const rows = fileOf(plan.rows.map((row, at) => answeredCells(row.asked, answers[at])));
        const { answered, outdated, problems } = readDecisions(rows.headings, rows.rows, asked, plan.body.decisions);
        expect(problems).toEqual([]);
        const given = answers.filter((answer) => answer !== NO_ANSWER).length;
        expect(answered.filter(({ answer }) => answer.action !== '').length + outdated.length).toBe(given);
        const fingerprints = new Set(asked.map(({ finding }) => finding.fingerprint));
        for (const { cells, why } of outdated) {
          expect(fingerprints.has(cells[0])).toBe(false);
          expect(why).toMatch(/^the finding (is gone|has changed: .*)$/s);
        }
      }),
      { numRuns: 300 },
    );
  });
});
