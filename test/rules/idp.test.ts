import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceOf, key } from '../support/alike-texts.js';
import { inOrder } from '../support/organizations.js';
import { expectedOfIdp, type Stated, type TwoSides } from './idp-oracle.js';
import { auditBoth, directoryOfIdp, sidesArbitrary, statedOfIdp } from './idp-sides.js';

const withoutNear = (all: readonly Stated[]): Stated[] =>
  all.map((stated) => {
    if (stated.rule !== 'group-link') return stated;
    const { near: _, difference: __, ...rest } = stated;
    return rest;
  });

const fingerprintsOf = (sides: TwoSides): string[] =>
  auditBoth(sides)
    .findings.map(({ fingerprint }) => fingerprint)
    .sort();

describe('the rules about the identity provider against the oracle', () => {
  it('state the same findings, field by field and in order', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(sidesArbitrary, (sides) => {
        expect(withoutNear(statedOfIdp(auditBoth(sides)))).toEqual(expectedOfIdp(sides));
      }),
      { numRuns: 1500 },
    );
  });

  it('name as near group one that is there: of the same key, the least different, where there is one', () => {
    fc.assert(
      fc.property(sidesArbitrary, (sides) => {
        const names = sides.idp.groups.map(({ name }) => name);
        for (const { near, difference, group } of statedOfIdp(auditBoth(sides)).filter(({ rule }) => rule === 'group-link')) {
          const { name } = group as { readonly name: string };
          const alike = names.filter((each) => key(each) !== '' && key(each) === key(name)).map((each) => differenceOf(name, each));
          if (near === null) expect({ difference, alike }).toEqual({ difference: null, alike: [] });
          else {
            expect(names).toContain(near);
            const mildest = ['case', 'whitespace', 'unicode'].find((each) => alike.some((one) => one === each));
            expect(difference).toBe(mildest ?? differenceOf(name, String(near)));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('meet every kind of finding in the random organizations', () => {
    const met = new Set(
      fc
        .sample(sidesArbitrary, { numRuns: 4000, seed: 5 })
        .flatMap(expectedOfIdp)
        .flatMap(({ rule, severity, differs, difference, userCount, idpUserCount, users }) => [
          `${rule} ${severity}`,
          `${rule} ${differs ?? ''} ${difference ?? ''}`,
          ...(typeof userCount === 'number' ? [`${userCount > 2 ? 'three' : 'two'} for ${idpUserCount === undefined ? 'one' : 'several'}`] : []),
          ...(Array.isArray(users) ? users.map(({ by }) => `by ${by}`) : []),
        ]),
    );
    expect([...met]).toEqual(
      expect.arrayContaining([
        ...['idp-subject-mismatch error', 'idp-subject-mismatch warning', 'not-in-idp error', 'idp-missing-email error', 'idp-missing-email warning'],
        ...[
          'idp-duplicate-subject error',
          'ambiguous-match error',
          'ambiguous-match warning',
          'idp-inactive-user warning',
          'group-link error',
          'group-link warning',
        ],
        ...['subject', 'userName', 'email', 'all'].map((differs) => `idp-subject-mismatch ${differs} value`),
        ...['case', 'whitespace', 'unicode'].flatMap((kind) => [`idp-subject-mismatch subject ${kind}`, `idp-missing-email  ${kind}`]),
        ...['two for one', 'two for several', 'three for one', 'three for several', 'by userName', 'by email', 'by both'],
      ]),
    );
  });
});

describe('fingerprints of findings about the identity provider', () => {
  it('are unique within a report, and so are the plain findings', () => {
    fc.assert(
      fc.property(sidesArbitrary, (sides) => {
        const fingerprints = fingerprintsOf(sides);
        expect(new Set(fingerprints).size).toBe(fingerprints.length);
      }),
      { numRuns: 400 },
    );
  });

  it('do not change as a set when rows of either side change places', () => {
    const shuffled = sidesArbitrary.chain((sides) => {
      const { organization, idp } = sides;
      return fc
        .record({
          users: fc.shuffledSubarray([...organization.users], { minLength: organization.users.length }),
          groups: fc.shuffledSubarray([...organization.groups], { minLength: organization.groups.length }),
          idpUsers: fc.shuffledSubarray([...idp.users], { minLength: idp.users.length }),
          names: fc.shuffledSubarray(
            idp.groups.map(({ name }) => name),
            { minLength: idp.groups.length },
          ),
        })
        .map((rows) => ({
          sides,
          other: {
            organization: { ...organization, users: inOrder(rows.users), groups: inOrder(rows.groups) },
            idp: directoryOfIdp(idp.provider, rows.idpUsers, rows.names, idp.given),
          },
        }));
    });
    fc.assert(
      fc.property(shuffled, ({ sides, other }) => {
        expect(fingerprintsOf(other)).toEqual(fingerprintsOf(sides));
      }),
      { numRuns: 500 },
    );
  });

  it('do not change when somebody comes on both sides who concerns nobody', () => {
    fc.assert(
      fc.property(sidesArbitrary, (sides) => {
        const vera = { subject: 'vera@harbour.example', email: 'vera@harbour.example' };
        const idp = directoryOfIdp(
          sides.idp.provider,
          [{ id: 'u900', active: true, ...vera }, ...sides.idp.users],
          [...sides.idp.groups.map(({ name }) => name)],
          sides.idp.given,
        );
        const of = (all: readonly string[]): string[] => all.filter((fingerprint) => !/^(?:no-inactive-users|nothing-to-check):/.test(fingerprint));
        expect(of(fingerprintsOf({ ...sides, idp }))).toEqual(of(fingerprintsOf(sides)));
      }),
      { numRuns: 150 },
    );
  });
});

describe('without the exports of an identity provider', () => {
  it('its rules do not exist, and for Okta there is none about the primary email', () => {
    fc.assert(
      fc.property(sidesArbitrary, (sides) => {
        const rulesOf = ({ findings, notChecked }: ReturnType<typeof auditBoth>): string[] => [
          ...findings.map(({ finding }) => finding.rule),
          ...notChecked.map(({ rule }) => rule),
        ];
        if (sides.idp.provider === 'okta') expect(rulesOf(auditBoth(sides))).not.toContain('idp-missing-email');
        if (!sides.idp.given.groupList)
          expect(auditBoth(sides).notChecked).toContainEqual({ rule: 'group-link', why: 'no groups of the identity provider were given' });
      }),
      { numRuns: 60 },
    );
  });
});
