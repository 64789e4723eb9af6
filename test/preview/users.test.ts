import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/model/finding.js';
import { IDP_PROVIDERS, type IdpProvider } from '../../src/model/idp.js';
import { UserError } from '../../src/model/user-error.js';
import { outcomeText } from '../../src/preview/preview.js';
import { reasonsOf, userWords } from '../../src/preview/words.js';
import { type ConnectSide, forecastOf, type IdpPerson, idpOf, lineOf, named, organizationOf, type Person, previewOf } from '../reporters/documents.js';

const ana = 'ana@dome.example';
const ben = 'ben@dome.example';

interface Case {
  readonly name: string;
  readonly provider?: IdpProvider;
  readonly authMode?: NonNullable<ConnectSide['authMode']>;
  readonly connect: readonly Person[];
  readonly idp: readonly IdpPerson[];
  readonly expected: readonly string[];
  readonly why?: RegExp;
}

const basic = { authenticationType: 'basic' } as const;
const BOTH: readonly IdpProvider[] = ['okta', 'entra'];

const CASES: readonly Case[] = [
  { name: 'link', connect: [{ userName: ana, email: ana }], idp: [{ subject: ana }], expected: [`${ana} > 1: link`], why: /exactly this username/ },
  { name: 'create', connect: [], idp: [{ subject: ana }], expected: [`${ana} > -: create`], why: /finds no account/ },
  {
    name: 'create, with an account that has only the part before the @ as its username',
    connect: [{ userName: 'ana', email: 'ana@observatory.example' }],
    idp: [{ subject: ana }],
    expected: [`${ana} > -: create`, '- > 1: untouched'],
    why: /part before the @.*second account/,
  },
  {
    name: 'create beside the account with this email, which is left alone',
    connect: [{ userName: 'ana', email: ana }],
    idp: [{ subject: ana }],
    expected: [`${ana} > -: create`, '- > 1: untouched'],
    why: /a second one/,
  },
  {
    name: 'a Basic account that the provider lacks',
    connect: [{ userName: ana, email: ana, ...basic }],
    idp: [],
    expected: ['- > 1: untouched'],
    why: /stays as it is/,
  },
  {
    name: 'an active IdP account that the provider lacks',
    connect: [{ userName: ana, email: ana }],
    idp: [],
    expected: ['- > 1: untouched'],
    why: /nothing is sent/,
  },
  { name: 'an inactive IdP account that the provider lacks', connect: [{ userName: ana, email: ana, active: false }], idp: [], expected: ['- > 1: untouched'] },
  {
    name: 'an inactive account that the provider has',
    connect: [{ userName: ana, email: ana, active: false }],
    idp: [{ subject: ana }],
    expected: [`${ana} > 1: link activate`],
  },
  {
    name: 'another email',
    connect: [{ userName: ana, email: 'a.solberg@dome.example' }],
    idp: [{ subject: ana }],
    expected: [`${ana} > 1: link overwrite`],
  },
  {
    name: 'an email that differs in case only',
    connect: [{ userName: ana, email: 'Ana@dome.example' }],
    idp: [{ subject: ana }],
    expected: [`${ana} > 1: link overwrite`],
  },
  {
    name: 'a blank email is not sent over the one that is there',
    connect: [{ userName: ana, email: ben }],
    idp: [{ subject: ana, email: ' ' }],
    expected: [`${ana} > 1: link`],
  },
  {
    name: 'names that both sides know',
    connect: [{ userName: ana, email: ana, givenName: 'Ana', familyName: 'Solberg' }],
    idp: [{ subject: ana, givenName: 'Anna', familyName: 'Solberg' }],
    expected: [`${ana} > 1: link overwrite`],
  },
  {
    name: 'names that one side does not know, or that are blank',
    connect: [
      { userName: ana, email: ana },
      { userName: ben, email: ben, givenName: 'Ben' },
    ],
    idp: [
      { subject: ana, givenName: 'Ana' },
      { subject: ben, givenName: ' ' },
    ],
    expected: [`${ana} > 1: link`, `${ben} > 2: link`],
  },
  {
    name: 'a Basic account that the provider has',
    connect: [{ userName: ana, email: ben, active: false, ...basic }],
    idp: [{ subject: ana }],
    expected: [`${ana} > 1: link overwrite activate`],
    why: /only concerns signing in.*password/,
  },
  {
    name: 'in mode basic everybody is Basic',
    authMode: 'basic',
    connect: [{ userName: ana, email: ana, ...basic }],
    idp: [{ subject: ana }],
    expected: [`${ana} > 1: link`],
  },
  { name: 'no email for a new account', connect: [], idp: [{ subject: ana, email: '' }], expected: [`${ana} > -: unknown`], why: /no email/ },
  {
    name: 'no username to send',
    connect: [{ userName: ana, email: ana }],
    idp: [{ subject: ' ', email: ana }],
    expected: ['  > -: unknown', '- > 1: ambiguous'],
  },
  {
    name: 'never activated, without an account',
    connect: [],
    idp: [{ subject: ana, isPending: true }],
    expected: [`${ana} > -: unknown`],
    why: /never activated/,
  },
  {
    name: 'never activated, with an account',
    connect: [{ userName: ana, email: ana }],
    idp: [{ subject: ana, isPending: true }],
    expected: [`${ana} > 1: unknown`],
  },
  { name: 'blocked, without an account', connect: [], idp: [{ subject: ana, active: false }], expected: [`${ana} > -: untouched`], why: /none is created/ },
  {
    name: 'blocked in Entra',
    provider: 'entra',
    connect: [
      { userName: ana, email: ana },
      { userName: ben, email: ben, active: false },
    ],
    idp: [
      { subject: ana, active: false },
      { subject: ben, active: false },
    ],
    expected: [`${ana} > 1: unknown`, `${ben} > 2: untouched`],
    why: /not documented for users who were never in scope/,
  },
  {
    name: 'deactivated in Okta: nothing is sent for a user who was deactivated before',
    provider: 'okta',
    connect: [
      { userName: ana, email: ana },
      { userName: ben, email: ben, active: false },
    ],
    idp: [
      { subject: ana, active: false },
      { subject: ben, active: false },
    ],
    expected: [`${ana} > 1: unknown`, `${ben} > 2: untouched`],
    why: /has no applications/,
  },
  {
    name: 'suspended in Okta: sent as inactive',
    provider: 'okta',
    connect: [
      { userName: ana, email: ana },
      { userName: ben, email: ben, active: false },
      { userName: 'cleo@dome.example', email: 'c@dome.example' },
    ],
    idp: [
      { subject: ana, active: false, isSuspended: true },
      { subject: ben, active: false, isSuspended: true },
      { subject: 'cleo@dome.example', active: false, isSuspended: true },
      { subject: 'dag@dome.example', active: false, isSuspended: true },
    ],
    expected: [`${ana} > 1: link deactivate`, `${ben} > 2: link`, 'cleo@dome.example > 3: link overwrite deactivate', 'dag@dome.example > -: untouched'],
    why: /suspended/,
  },
  {
    name: 'only the key is equal',
    connect: [{ userName: 'Ana@Dome.example', email: ana }],
    idp: [{ subject: ana }],
    expected: [`${ana} > 1: unknown`],
    why: /How Jama Connect compares/,
  },
  {
    name: 'twins, one of whom is exact',
    connect: [
      { userName: ana, email: ana },
      { userName: 'ána@dome.example', email: ben },
    ],
    idp: [{ subject: ana }],
    expected: [`${ana} > -: ambiguous`, '- > 1: ambiguous', '- > 2: ambiguous'],
  },
  {
    name: 'several users of one subject',
    connect: [{ userName: ana, email: ana }],
    idp: [{ subject: ana }, { subject: 'ANA@dome.example' }],
    expected: [`${ana} > -: ambiguous`, 'ANA@dome.example > -: ambiguous', '- > 1: ambiguous'],
  },
  {
    name: 'one account by username, another by email',
    connect: [
      { userName: ana, email: 'old@dome.example' },
      { userName: 'ana', email: ana },
    ],
    idp: [{ subject: ana }],
    expected: [`${ana} > 1: link overwrite`, '- > 2: untouched'],
    why: /takes the account with this username.*single sign-on/,
  },
  {
    name: 'the same where the email is not the subject',
    connect: [
      { userName: ana, email: 'old@dome.example' },
      { userName: 'solberg', email: 'solberg@dome.example' },
    ],
    idp: [{ subject: ana, email: 'solberg@dome.example' }],
    expected: [`${ana} > 1: link overwrite`, '- > 2: untouched'],
  },
  {
    name: 'another account merely shares the email',
    connect: [
      { userName: ana, email: ana },
      { userName: 'ana', email: ana, ...basic },
    ],
    idp: [{ subject: ana }],
    expected: [`${ana} > 1: link`, '- > 2: untouched'],
    why: /another account has the same email/,
  },
  {
    name: 'a special character in Okta is nothing special',
    provider: 'okta',
    connect: [],
    idp: [{ subject: "o'neil@dome.example" }],
    expected: ["o'neil@dome.example > -: create"],
  },
  {
    name: 'a special character in Entra',
    provider: 'entra',
    connect: [{ userName: "o'neil@dome.example", email: "o'neil@dome.example" }],
    idp: [{ subject: "o'neil@dome.example" }, { subject: "o'hara@dome.example" }],
    expected: ["o'neil@dome.example > 1: unknown", "o'hara@dome.example > -: unknown"],
    why: /special character/,
  },
];

describe('users', () => {
  for (const { name, provider, authMode, connect, idp, expected, why } of CASES) {
    it.each(provider === undefined ? BOTH : [provider])(`${name}: %s`, (which) => {
      const { users } = forecastOf({ users: connect, ...(authMode === undefined ? {} : { authMode }) }, { provider: which, users: idp });
      expect(users.map(lineOf)).toEqual(expected);
      if (why !== undefined) expect(users[0].why.text).toMatch(why);
      for (const one of users) expect(one.effects.length, one.why.text).toBeGreaterThan(0);
    });
  }

  it('says what is overwritten, by what', () => {
    const { users } = forecastOf(
      { users: [{ userName: ana, email: 'Ana@dome.example', givenName: 'Ana', familyName: 'Berg' }] },
      { provider: 'okta', users: [{ subject: ana, givenName: 'Anna', familyName: 'Solberg' }] },
    );
    expect(users[0].overwrites).toEqual([
      { attribute: 'emails[type eq "work"].value', from: 'Ana@dome.example', to: ana },
      { attribute: 'name.givenName', from: 'Ana', to: 'Anna' },
      { attribute: 'name.familyName', from: 'Berg', to: 'Solberg' },
    ]);
  });

  it('names the accounts that a second one would stand beside, each once and at most twenty', () => {
    const crowd = Array.from({ length: 30 }, (_, at) => ({ userName: `ana${at}`, email: ana }));
    const { users, summary } = forecastOf(
      { users: [{ userName: 'solberg@dome.example', email: ana }, ...crowd] },
      { provider: 'entra', users: [{ subject: ana, email: 'solberg@dome.example' }] },
    );
    expect(users[0].beside.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, at) => String(at + 1)));
    expect(summary.secondAccounts).toBe(1);
    const [byEmail] = forecastOf(
      { users: [{ userName: 'solberg@dome.example', email: 'x@dome.example' }] },
      { provider: 'entra', users: [{ subject: ana, email: 'solberg@dome.example' }] },
    ).users;
    expect(byEmail.beside.map(({ id }) => id)).toEqual(['1']);
  });

  it('says of each account beside which a second one comes that it stays, whatever shows whose it is', () => {
    const others = { subject: ana, email: 'solberg@dome.example' };
    const connect = [
      { userName: 'ana1', email: ana },
      { userName: 'ana2', email: 'solberg@dome.example' },
      { userName: 'solberg@dome.example', email: 'x@dome.example' },
      { userName: 'otto', email: 'otto@dome.example' },
    ];
    const { users } = forecastOf({ users: connect }, { provider: 'entra', users: [others] });
    expect(users.map(({ user, why }) => [user?.id, why.names[0]])).toEqual([
      [undefined, 'second-account'],
      ['1', 'beside-alone'],
      ['2', 'beside-alone'],
      ['3', 'beside-alone'],
      ['4', 'active-alone'],
    ]);
  });

  it('is certain of no account that a person without a subject could be', () => {
    const connect = [
      { userName: 'ana1', email: ana },
      { userName: ana, email: 'x@dome.example' },
      { userName: 'otto', email: 'otto@dome.example' },
    ];
    const { users } = forecastOf({ users: connect }, { provider: 'okta', users: [{ subject: '', email: ana }] });
    expect(users.map(lineOf)).toEqual([' > -: unknown', '- > 1: ambiguous', '- > 2: ambiguous', '- > 3: untouched']);
  });

  it('counts users who are not certain once', () => {
    const { summary } = forecastOf(
      { users: [{ userName: ana, email: ana, active: true, ...basic }] },
      { provider: 'okta', users: [{ subject: ana, active: false }, { subject: '' }] },
    );
    expect(summary.users).toEqual({ link: 0, create: 0, overwrite: 0, activate: 0, deactivate: 0, untouched: 0, ambiguous: 0, unknown: 2 });
    expect(summary.uncertain).toBe(2);
  });
});

describe('licenses', () => {
  const two = { users: [{ userName: ana, email: ana, active: false }] };
  const idp = { provider: 'okta' as const, users: [{ subject: 'new@dome.example' }, { subject: ana }, { subject: 'late@dome.example' }] };

  it('go to new and reactivated users in the order of the export: Creator, then Creator (float)', () => {
    const { licenses, notes } = forecastOf(two, idp, { licenses: { creator: 1, creatorFloat: 1 } });
    expect(licenses).toMatchObject({ needed: 3, creator: 1, creatorFloat: 1 });
    expect(licenses?.without.map(lineOf)).toEqual(['late@dome.example > -: create']);
    expect(notes.join(' ')).toMatch(/the names are an example/);
  });

  it('suffice, and nobody is without', () => {
    const { licenses, notes } = forecastOf(two, idp, { licenses: { creator: 9, creatorFloat: 9 } });
    expect(licenses).toMatchObject({ needed: 3, creator: 3, creatorFloat: 0, without: [] });
    expect(notes.join(' ')).not.toMatch(/an example/);
  });

  it('are not predicted where nobody says how many there are', () => {
    expect(forecastOf(two, idp).licenses).toBeUndefined();
  });
});

/** Scripts rely on these names: one that is missing would break them. */
const NAMES = {
  users: [
    'link',
    'suspended',
    'basic',
    'shared',
    'subject-and-email',
    'blocked',
    'blocked-inactive',
    'create',
    'create-namesake',
    'second-account',
    'no-email',
    'no-subject',
    'never-activated',
    'not-provisioned',
    'only-alike',
    'twins',
    'same-subject',
    'special',
    'basic-alone',
    'inactive-alone',
    'active-alone',
    'beside-alone',
    'candidate',
  ],
  groups: [
    'link',
    'link-beside-alike',
    'create',
    'create-beside-alike',
    'create-beside-project',
    'twins',
    'same-name',
    'blank',
    'special',
    'no-groups',
    'no-group-list',
    'candidate',
    'untouched',
    'untouched-alike',
    'no-idp-list',
  ],
  memberships: [
    'added',
    'added-created',
    'lost-basic',
    'blocked-now',
    'skipped-blocked',
    'blocked-member',
    'skipped-strangers',
    'uncertain-user',
    'candidate',
    'candidate-member',
    'not-in-idp',
    'no-memberships',
  ],
} as const;

describe.each(IDP_PROVIDERS)('the reasons of %s', (provider) => {
  const reasons = reasonsOf(provider);

  it.each(['users', 'groups', 'memberships'] as const)('of %s have the names that they always had, each its own', (list) => {
    expect(reasons[list].map(({ names }) => names)).toEqual(NAMES[list].map((name) => [name]));
  });

  it.each(['users', 'groups', 'memberships'] as const)('of %s have different sentences', (list) => {
    expect(new Set(reasons[list].map(({ text }) => text)).size).toBe(NAMES[list].length);
  });

  it('are combined if several apply to a link', () => {
    const why = userWords(provider).link({ isSuspended: true, isBasic: false, isEmailShared: true, isEmailElsewhere: false });
    expect(why.names).toEqual(['link', 'suspended', 'shared']);
    const parts = why.names.map((name) => reasons.users.find(({ names }) => names[0] === name)?.text);
    expect(why.text).toBe(parts.join(' '));
  });
});

const organization = organizationOf({
  users: [
    { userName: 'ana', email: ana },
    { userName: ben, email: 'old@dome.example', active: false, authenticationType: 'basic' },
    { userName: 'cleo@dome.example', email: 'cleo@dome.example', authenticationType: 'basic' },
  ],
  groups: named('QA', 'QA'),
  members: [
    ['2', 'g1'],
    ['3', 'g1'],
  ],
});
const idp = idpOf({ provider: 'okta', users: [{ subject: ana }], groups: ['QA'], members: [[0, 0]] });

const planned = (...changes: readonly Change[]) =>
  previewOf(organization, idp, { actions: changes.map((change, at) => ({ id: `a${at + 1}`, change, resolves: [] })) });

const rename: Change = { kind: 'replace-user', user: '1', attribute: 'userName', from: 'ana', to: ana };
const renameGroup: Change = { kind: 'replace-group', group: 'g2', attribute: 'displayName', from: 'QA', to: 'QA (g2)' };

describe('after a plan', () => {
  it('usernames, states and group names are those that it leaves', () => {
    const shown = planned(rename, renameGroup, { kind: 'replace-user', user: '2', attribute: 'active', from: 'false', to: 'true' });
    expect(shown.before?.users.map(lineOf)).toEqual([`${ana} > -: create`, '- > 1: untouched', '- > 2: untouched', '- > 3: untouched']);
    expect(shown.forecast.users.map(lineOf)).toEqual([`${ana} > 1: link`, '- > 2: untouched', '- > 3: untouched']);
    expect(shown.forecast.users[0].user).toMatchObject({ userName: ana, line: 2 });
    expect([shown.before?.summary.groups.ambiguous, shown.forecast.summary.groups]).toEqual([
      3,
      { link: 1, create: 0, ambiguous: 0, untouched: 1, unknown: 0 },
    ]);
    expect(shown.forecast.summary.memberships).toEqual({ added: 1, kept: 2, lost: 0, skipped: 0, unknown: 0 });
    expect(outcomeText(shown)).toBe(
      'once the plan is applied, the one person in Okta would get no second account, and no outcome is uncertain; 1 linked as it is (now: 1 and 0)',
    );
  });

  it('leaves the organization that it was given as it was', () => {
    planned(rename, renameGroup);
    expect([organization.users[0].userName, organization.groups[1].name]).toEqual(['ana', 'QA']);
  });

  it('a ring passes through a temporary name', () => {
    const temporary = 'temporary-1@scim-audit.invalid';
    const shown = planned({ ...rename, to: temporary, temporary: true }, { ...rename, from: temporary });
    expect(lineOf(shown.forecast.users[0])).toBe(`${ana} > 1: link`);
  });

  it('members are taken out and put in', () => {
    const leave: Change = { kind: 'remove-member', group: 'g1', user: '2' };
    expect(planned(renameGroup).forecast.summary.memberships).toMatchObject({ lost: 1, kept: 1 });
    expect(planned(renameGroup, leave).forecast.summary.memberships).toMatchObject({ lost: 0, kept: 1 });
    const back: Change = { kind: 'add-member', group: 'g1', user: '2' };
    expect(planned(renameGroup, leave, back).forecast.summary.memberships).toMatchObject({ lost: 1, kept: 1 });
    expect(planned(renameGroup, { ...back, user: '1' }, { ...leave, user: '1' }).forecast.summary.memberships).toMatchObject({ lost: 1, kept: 1 });
    expect(planned(rename, renameGroup, { ...back, user: '1' }).forecast.summary.memberships).toMatchObject({ added: 0, kept: 2 });
  });

  it.each<[string, Change, RegExp]>([
    ['a username', { ...rename, from: 'anna' }, /action a1 expects a different value \(the username of user 1 is a different one/],
    ['an email', { ...rename, attribute: 'email', from: 'ana@dome.test' }, /the email of user 1/],
    ['a state', { kind: 'replace-user', user: '2', attribute: 'active', from: 'true', to: 'false' }, /the state of user 2/],
    ['a user', { ...rename, user: '9' }, /there is no user 9/],
    ['a group', { ...renameGroup, group: '__proto__' }, /there is no group __proto__/],
    ['a group name', { ...renameGroup, from: 'qa' }, /group g2 has a different name/],
    ['a member', { kind: 'remove-member', group: 'g1', user: '9' }, /there is no user 9/],
  ])('of another source is refused: %s', (_what, change, message) => {
    expect(() => planned(change)).toThrow(UserError);
    expect(() => planned(change)).toThrow(message);
  });
});
