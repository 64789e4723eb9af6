import { describe, expect, it } from 'vitest';
import type { Group } from '../../src/model/directory.js';
import type { IdpDirectory, IdpUser } from '../../src/model/idp.js';
import { ruleOf } from '../../src/rules/registry.js';
import { auditBoth, connectUser, directoryOfIdp, organizationOf, statedOfIdp } from './idp-sides.js';

/** So many that a look at everybody for everybody would not end within the time that a test has. */
const SIZE = 60_000;
const SHARED = 'oven@bakery.example';

const many = <T>(make: (at: number) => T, size = SIZE): T[] => Array.from({ length: size }, (_, at) => make(at));
const provided = (make: (at: number) => Partial<IdpUser>): IdpDirectory =>
  directoryOfIdp(
    'entra',
    many((at) => ({ id: `u${at}`, subject: `baker${at}@bakery.example`, email: SHARED, active: true, ...make(at) })),
    [],
  );

const reportOf = (idp: IdpDirectory, email: (at: number) => string, userName: (at: number) => string) =>
  auditBoth({ organization: organizationOf(many((at) => connectUser(at, userName(at), email(at)))), idp });

const countOf = (all: readonly { readonly rule: string }[], rule: string): number => all.filter((stated) => stated.rule === rule).length;

describe('60,000 users on either side', { timeout: 30_000 }, () => {
  it('who all share one email are one ambiguous match, of which 100 are listed and asked about', () => {
    const report = reportOf(
      provided(() => ({})),
      () => SHARED,
      (at) => `oven${at}`,
    );
    const found = statedOfIdp(report);
    const [match, ...others] = found.filter(({ rule }) => rule === 'ambiguous-match');
    expect(others).toEqual([]);
    expect(match).toMatchObject({ severity: 'error', userCount: SIZE, idpUserCount: SIZE });
    expect(match.users).toHaveLength(100);
    expect(countOf(found, 'idp-subject-mismatch')).toBe(0);
    expect(countOf(found, 'idp-missing-email')).toBe(SIZE);
    const { finding } = report.findings.find((each) => each.finding.rule === 'ambiguous-match') ?? { finding: undefined };
    if (finding === undefined) throw new Error('no ambiguous match');
    const rule = ruleOf(finding);
    expect(rule.remedy(finding).questions).toHaveLength(100);
    expect(rule.rows(finding, () => ({ path: 'users.csv', line: 2 }))).toHaveLength(SIZE);
    expect(rule.message(finding).length).toBeLessThan(300);
  });

  it('of whom each has a subject, and all of them one email, are told apart by the subject', () => {
    const found = statedOfIdp(
      reportOf(
        provided(() => ({})),
        (at) => (at === 0 ? SHARED : `baker${at}@bakery.example`),
        (at) => `baker${at}@bakery.example`,
      ),
    );
    // Of the first of each side email and username lead to one and the same; of all others to two.
    expect(countOf(found, 'ambiguous-match')).toBe(SIZE - 1);
    expect(found.filter(({ rule }) => rule === 'ambiguous-match').every(({ userCount }) => userCount === 2)).toBe(true);
  });

  it('of whom the provider has one subject in two spellings are one duplicate', () => {
    const found = statedOfIdp(
      reportOf(
        provided((at) => ({ subject: at % 2 === 0 ? SHARED : `Oven@bakery.example`, email: '' })),
        (at) => `baker${at}@bakery.example`,
        (at) => (at % 2 === 0 ? `Oven@bakery.example` : SHARED),
      ),
    );
    expect(countOf(found, 'idp-duplicate-subject')).toBe(1);
    expect(found.find(({ rule }) => rule === 'ambiguous-match')).toMatchObject({ severity: 'error', userCount: SIZE, idpUserCount: SIZE });
  });

  it('who are known on one side only are each told once', () => {
    const found = statedOfIdp(
      reportOf(
        provided(() => ({ active: false })),
        (at) => `guest${at}@bakery.example`,
        (at) => `guest${at}@bakery.example`,
      ),
    );
    expect(found).toHaveLength(SIZE);
    expect(countOf(found, 'not-in-idp')).toBe(SIZE);
  });
});

describe('20,000 groups on either side', { timeout: 30_000 }, () => {
  const size = 20_000;
  const groupsOf = (name: (at: number) => string): Group[] =>
    many((place) => ({ place, id: String(place), input: 1, line: place + 2, name: name(place), isOrganizationLevel: true }), size);
  const links = (connect: (at: number) => string, provider: (at: number) => string) =>
    statedOfIdp(auditBoth({ organization: organizationOf([], { groups: groupsOf(connect) }), idp: directoryOfIdp('okta', [], many(provider, size)) }));

  it('of which none has a name on the other side are each told once, without a near name', () => {
    const found = links(
      (at) => `Oven crew ${at}, ${'x'.repeat(40)}`,
      (at) => `Shop floor ${at}, ${'y'.repeat(40)}`,
    );
    expect(found).toHaveLength(size);
    expect(found.every(({ near, severity }) => near === null && severity === 'warning')).toBe(true);
  });

  it('which all have one name, in ever other spellings, are each told with one that is there', () => {
    const spelt = (at: number, mark: string): string =>
      [...'ovencrewsofthenight'].map((letter, bit) => ((at >> bit) % 2 === 1 ? letter.toUpperCase() : letter)).join('') + mark;
    const found = links(
      (at) => spelt(at, ''),
      (at) => spelt(at, ' '),
    );
    expect(found).toHaveLength(size);
    expect(found.every(({ near, severity }) => typeof near === 'string' && severity === 'error')).toBe(true);
  });

  it('of which a few differ by a letter are told with the near name', () => {
    const found = links(
      (at) => (at < 5 ? `Bakers of hall ${String.fromCharCode(65 + at)}` : `Group ${at}`),
      (at) => (at < 5 ? `Baker of hall ${String.fromCharCode(65 + at)}` : `Group ${at}`),
    );
    expect(found.map(({ near, difference }) => ({ near, difference }))).toEqual(
      ['A', 'B', 'C', 'D', 'E'].map((hall) => ({ near: `Baker of hall ${hall}`, difference: 'value' })),
    );
  });
});
