import fc from 'fast-check';
import { expect, test } from 'vitest';
import { netChanges } from '../../src/plan/verify.js';
import { type Organisation, organisationArbitrary } from '../support/organisations.js';
import { breachesOf } from './checker.js';
import { endFindings, madePlanOf, planText, reordered } from './planning.js';

const RUNS = 300;

test('a plan holds what every plan promises', () => {
  fc.assert(
    fc.property(organisationArbitrary, (organisation) => {
      expect(breachesOf(organisation, madePlanOf(organisation).body)).toEqual([]);
    }),
    { numRuns: RUNS },
  );
});

test('what the end state takes over from the source is what an audit of it alone finds', () => {
  fc.assert(
    fc.property(organisationArbitrary, (organisation) => {
      const { told, alone } = endFindings(organisation, madePlanOf(organisation));
      expect(told).toEqual(alone);
    }),
    { numRuns: RUNS },
  );
});

test('the same source gives the same bytes', () => {
  fc.assert(
    fc.property(organisationArbitrary, (organisation) => {
      expect(planText(madePlanOf(structuredClone(organisation)).body)).toBe(planText(madePlanOf(organisation).body));
    }),
    { numRuns: 100 },
  );
});

/** Yields whom the plan renames to what, whatever the order. */
const renamesOf = (organisation: Organisation): string[] =>
  netChanges(madePlanOf(organisation).body)
    .map((change) => JSON.stringify(change))
    .sort();

test('the order of rows changes neither who is renamed to what, nor whether that is safe', () => {
  const shuffled = organisationArbitrary.chain((organisation) =>
    fc.record({
      organisation: fc.constant(organisation),
      users: fc.shuffledSubarray([...organisation.users], { minLength: organisation.users.length }),
      groups: fc.shuffledSubarray([...organisation.groups], { minLength: organisation.groups.length }),
    }),
  );
  fc.assert(
    fc.property(shuffled, ({ organisation, users, groups }) => {
      const other = reordered(organisation, users, groups);
      const made = madePlanOf(other);
      expect(renamesOf(other)).toEqual(renamesOf(organisation));
      expect(breachesOf(other, made.body)).toEqual([]);
      expect([...made.body.open].sort()).toEqual([...madePlanOf(organisation).body.open].sort());
    }),
    { numRuns: RUNS },
  );
});
