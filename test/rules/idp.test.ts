import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NODE_DIGESTS } from '../../src/app/node-digests.js';
import { beginAudit } from '../../src/audit/audit.js';
import { makeAliases } from '../../src/model/alias.js';
import { type Group, locationOf, type Subject, type User } from '../../src/model/directory.js';
import type { IdpDirectory, IdpUser } from '../../src/model/idp.js';
import { askRows } from '../../src/plan/decision-rows.js';
import { redactFinding, redactorFor } from '../../src/reporters/redact.js';
import { ruleOf } from '../../src/rules/registry.js';
import { collation, differenceOf, directoryOf, inOrder, key, type Organization, policyOf, snapshotOf } from '../support/organizations.js';
import {
  auditBoth,
  connectUser,
  directoryOfIdp,
  expectedOfIdp,
  IDP_RULES,
  organizationOf,
  type Stated,
  sidesArbitrary,
  statedOfIdp,
  type TwoSides,
} from './idp-oracle.js';

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
          'second-account error',
          'second-account warning',
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

const knows = (subject: string, more: Partial<IdpUser> = {}) => ({ id: subject, subject, email: subject, active: true, ...more });
const groupOf = (place: number, name: string, more: Partial<Group> = {}): Group => ({
  place,
  id: String(place + 1),
  input: 1,
  line: place + 2,
  name,
  isOrganizationLevel: true,
  ...more,
});

/** Returns the rows of decisions.csv about the identity provider: rule, subject, suggestion. */
function asked(users: readonly User[], idpUsers: readonly ReturnType<typeof knows>[], more: Partial<Organization> = {}, names: readonly string[] = []) {
  const organization = organizationOf(users, more);
  const audit = beginAudit(directoryOf(organization), policyOf(organization), NODE_DIGESTS, directoryOfIdp('okta', idpUsers, names));
  const { findings, snapshot } = audit.finish(snapshotOf(organization));
  const rows = askRows(findings, audit.context, snapshot.inputs);
  return rows
    .filter(({ finding }) => IDP_RULES.has(finding.finding.rule))
    .map(({ written: [, rule, subject, id, , , suggestion], question }) => ({ row: `${rule} ${subject} ${id}`, suggestion, actions: question.actions }));
}

describe('what people are asked about the identity provider', () => {
  it('the subject as email, where username and subject are one and it is an address', () => {
    const actions = ['set-email', 'set-username', 'deactivate', 'accept'];
    expect(asked([connectUser(0, 'ana@dome.example', 'a.moor@dome.example')], [knows('ana@dome.example')])).toEqual([
      { row: 'idp-subject-mismatch user 1', suggestion: 'set-email ana@dome.example', actions },
    ]);
    expect(asked([connectUser(0, 'ana', 'a.moor@dome.example')], [knows('ana')])).toEqual([{ row: 'idp-subject-mismatch user 1', suggestion: '', actions }]);
    expect(asked([connectUser(0, 'ana@dome.example', 'ana@dome.example')], [knows('Ana@dome.example')])).toEqual([
      { row: 'idp-subject-mismatch user 1', suggestion: '', actions },
      { row: 'second-account user 1', suggestion: '', actions: ['set-username', 'set-email', 'deactivate', 'accept'] },
    ]);
  });

  it.each(['', ' ', '\u00a0\u200b'])('no username, where the provider has none that could be seen (%j)', (subject) => {
    const users = [connectUser(0, 'hal@dome.example', 'ben@dome.example', { active: false })];
    const [row] = asked(users, [knows(subject, { id: 'u0', email: 'ben@dome.example' })]).filter((each) => each.row.startsWith('second-account'));
    expect(row).toMatchObject({ row: 'second-account user 1', suggestion: '' });
  });

  it('to deactivate whom the provider has blocked; whom it does not have is left to people', () => {
    const users = [connectUser(0, 'ana@dome.example', 'ana@dome.example'), connectUser(1, 'ben@dome.example', 'ben@dome.example')];
    expect(asked(users, [knows('ana@dome.example', { active: false })])).toEqual([
      { row: 'not-in-idp user 2', suggestion: '', actions: ['deactivate', 'accept'] },
      { row: 'idp-inactive-user user 1', suggestion: 'deactivate', actions: ['deactivate', 'accept'] },
    ]);
  });

  it('an anonymous address for inactive accounts that somebody else could be taken for', () => {
    const users = [
      connectUser(0, 'ana@dome.example', 'ana@dome.example'),
      connectUser(1, 'old.ana', 'ana@dome.example', { active: false }),
      connectUser(2, 'Ana@dome.example', 'gone@dome.example', { active: false }),
    ];
    expect(asked(users, [knows('ana@dome.example')]).map(({ row, suggestion }) => [row, suggestion])).toEqual([
      ['ambiguous-match user 1', ''],
      ['ambiguous-match user 2', 'set-email former-2@dome.example'],
      ['ambiguous-match user 3', 'set-username former-3@dome.example'],
    ]);
  });

  it('to accept what only the provider can fix', () => {
    expect(asked([], [knows('ana@dome.example'), knows('Ana@dome.example')])).toEqual([
      { row: 'idp-duplicate-subject snapshot ', suggestion: '', actions: ['accept'] },
    ]);
  });

  it("the provider's exact name for a group, without a number", () => {
    const suggestion = (groups: readonly Group[], names: readonly string[], more: Partial<Organization> = {}) =>
      asked([], [], { groups, ...more }, names).map((each) => each.suggestion);
    expect(suggestion([groupOf(0, 'observers')], ['Observers'])).toEqual(['set-name Observers']);
    expect(suggestion([groupOf(0, ' Observers'), groupOf(1, 'Observers', { isOrganizationLevel: false })], ['Observers'])).toEqual(['set-name Observers']);
    // Only similar; with white space around it, which no decision may have; one of two that would both become it.
    expect(suggestion([groupOf(0, 'Observer')], ['Observers'])).toEqual(['']);
    expect(suggestion([groupOf(0, 'observers')], ['Observers '])).toEqual(['']);
    expect(suggestion([groupOf(0, 'observers'), groupOf(1, 'OBSERVERS')], ['Observers'])).toEqual(['', '']);
  });

  it('not to rename a group that the settings ask for by its name', () => {
    const rows = asked([], [], { groups: [groupOf(0, 'observers'), groupOf(1, 'Bakers')], syncGroups: ['observers'] }, ['Observers']);
    expect(rows).toEqual([{ row: 'group-link group 1', suggestion: '', actions: ['accept'] }]);
  });
});

/** Returns each finding about the identity provider as it is told, plain and with aliases: its fields, and its words. */
function toldTwice(sides: TwoSides) {
  const { findings, snapshot } = auditBoth(sides);
  const redactor = redactorFor(
    snapshot,
    makeAliases((text) => createHmac('sha256', 'the seventh moon').update(text).digest(), collation),
  );
  const locate = (subject: Subject) => locationOf(snapshot.inputs, subject);
  return findings
    .filter(({ finding }) => IDP_RULES.has(finding.rule))
    .map(({ finding }) =>
      [finding, redactFinding(finding, redactor)].map((each) => {
        const rule = ruleOf(each);
        const { questions } = rule.remedy(each);
        return { data: rule.data(each, locate), words: [rule.message(each), rule.topic(each), rule.rows(each, locate), questions, rule.idpUsers?.(each)] };
      }),
    );
}

const PROTECTED = new Set(['userName', 'email', 'subject', 'near', 'name', 'id']);

/** Returns the data without what is a name. */
const facts = (data: unknown): string => JSON.stringify(data, (name, value: unknown) => (PROTECTED.has(name) && typeof value === 'string' ? undefined : value));

describe('findings about the identity provider with aliases', () => {
  it('state the same but for the names', () => {
    fc.assert(
      fc.property(sidesArbitrary, (sides) => {
        for (const [plain, redacted] of toldTwice(sides)) expect(facts(redacted.data)).toBe(facts(plain.data));
      }),
      { numRuns: 300 },
    );
  });

  it('show no username, email, subject or name of either side', () => {
    fc.assert(
      fc.property(sidesArbitrary, (sides) => {
        for (const [, redacted] of toldTwice(sides)) {
          expect(JSON.stringify(redacted)).not.toMatch(/@?dome\.example|(?:ana|ben|zoe|cleo|finn|ines)@|observers|bakers|night ?shift|mirror crew/i);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('hide people and groups in all the words of each rule', () => {
    const users = [
      connectUser(0, 'annabel', 'annabel@sky.example'),
      connectUser(1, 'benedict@sky.example', 'benedict@sky.example'),
      connectUser(2, 'benedict', 'Benedict@sky.example', { active: false }),
      connectUser(3, 'cordelia@sky.example', 'cordelia@sky.example'),
      connectUser(4, 'dorothea@sky.example', 'dorothea@sky.example'),
    ];
    const groups = [{ place: 0, id: '1', input: 1, line: 2, name: 'Stargazers', isOrganizationLevel: true }];
    const own = (id: string, subject: string, more = {}) => ({ id, subject, email: subject, active: true, ...more });
    const idp = directoryOfIdp(
      'entra',
      [
        own('a', 'annabel@sky.example'),
        own('b', 'benedict@sky.example', { email: '' }),
        own('cordelia@sky.example', 'cordelia@sky.example', { active: false }),
        own('e', 'Eleanor@sky.example'),
        own('f', 'eleanor@sky.example'),
      ],
      ['stargazers'],
    );
    const told = toldTwice({ organization: organizationOf(users, { groups }), idp });
    expect(told.length).toBeGreaterThanOrEqual(8);
    for (const [plain, redacted] of told) {
      expect(JSON.stringify(plain)).toMatch(/annabel|benedict|cordelia|dorothea|eleanor|stargazers/i);
      expect(JSON.stringify(redacted)).not.toMatch(/annabel|benedict|cordelia|dorothea|eleanor|stargazers|sky\.example/i);
    }
  });
});

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
