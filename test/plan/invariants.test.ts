import fc from 'fast-check';
import { expect, test } from 'vitest';
import { netChanges } from '../../src/plan/verify.js';
import { type Organization, organizationArbitrary } from '../support/organizations.js';
import { breachesOf } from './checker.js';
import { endFindings, madePlanOf, planText, reordered } from './planning.js';

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
