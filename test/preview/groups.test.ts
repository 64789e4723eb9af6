import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IdpProvider } from '../../src/model/idp.js';
import type { AuthMode } from '../../src/model/policy.js';
import type { Forecast, GroupForecast, Login, MembershipForecast } from '../../src/preview/forecast.js';
import { type ConnectSide, forecastOf, type IdpPerson, type IdpSide, named, type Person, previewOf, worlds } from '../reporters/documents.js';
import { inOrder, key } from '../support/organizations.js';

const groupLine = ({ effect, group, idpGroup, near }: GroupForecast): string =>
  `${idpGroup?.name ?? '-'} > ${group?.id ?? '-'}: ${effect}${near.length === 0 ? '' : ` (${near.map(({ id }) => id).join(' ')})`}`;

const groupsOf = (connect: Omit<ConnectSide, 'users'>, idp: Omit<IdpSide, 'users'>): Forecast => forecastOf({ users: [], ...connect }, { users: [], ...idp });

const okta = { provider: 'okta' } as const;
const entra = { provider: 'entra' } as const;

describe('groups', () => {
  it.each([
    ['of exactly one name are linked', {}, named('QA', 'Mirrors'), ['QA', 'Mirrors'], ['QA > g1: link', 'Mirrors > g2: link']],
    ['without one are created', {}, [], ['QA'], ['QA > -: create']],
    ['of nearly the name are created beside it', {}, named('qa'), ['QA'], ['QA > -: create (g1)', '- > g1: untouched']],
    ['of exactly the name are linked, also beside one of nearly the name', {}, named('QA', 'qa '), ['QA'], ['QA > g1: link', '- > g2: untouched']],
    ['of one name are ambiguous', {}, named('QA', 'QA'), ['QA'], ['QA > -: ambiguous (g1 g2)', '- > g1: ambiguous', '- > g2: ambiguous']],
    ['of one name in the provider are ambiguous', {}, named('QA'), ['QA', 'QA'], ['QA > -: ambiguous (g1)', 'QA > -: ambiguous (g1)', '- > g1: ambiguous']],
    ['without a name', {}, named(''), [' '], ['  > -: unknown', '- > g1: untouched']],
    ['that the provider lacks stay as they are', {}, named('QA'), [], ['- > g1: untouched']],
    [
      'are only those to be synced',
      { syncGroups: ['QA', 'Domes'] },
      named('QA', 'Domes', 'Mirrors'),
      ['qa', 'Mirrors'],
      ['qa > -: create (g1)', '- > g1: untouched', '- > g2: untouched'],
    ],
  ] as const)('%s', (_name, connect, groups, sent, expected) => {
    for (const provider of ['okta', 'entra'] as const) {
      const { groups: found, summary } = groupsOf({ groups, ...connect }, { provider, groups: sent });
      expect(found.map(groupLine)).toEqual(expected);
      expect(Object.values(summary.groups).reduce((sum, n) => sum + n, 0)).toBe(expected.length);
    }
  });

  it('of a project are not linked: one is created beside them', () => {
    const groups = inOrder([{ ...named('QA')[0], isOrganizationLevel: false }]);
    const [only] = groupsOf({ groups }, { ...okta, groups: ['QA'] }).groups;
    expect(groupLine(only)).toBe('QA > -: create (g1)');
    expect(only.why.text).toMatch(/project group/);
  });

  it('with special characters may not be synced by Entra', () => {
    const found = groupsOf({ groups: named('R&D') }, { ...entra, groups: ['R&D', 'Obsérvers', 'Night_shift-2.b'] }).groups;
    expect(found.map(groupLine)).toEqual(['R&D > g1: unknown', 'Obsérvers > -: create', 'Night_shift-2.b > -: create']);
    expect(groupsOf({ groups: named('R&D') }, { ...okta, groups: ['R&D'] }).groups.map(groupLine)).toEqual(['R&D > g1: link']);
  });

  it('are uncertain where a list of groups was not given', () => {
    const connect = { groups: named('QA', 'Domes') };
    expect(groupsOf(connect, { ...okta, groups: ['QA'], given: { groupList: false } }).groups.map(groupLine)).toEqual(['QA > g1: link', '- > g2: unknown']);
    expect(forecastOf({ users: [], groups: named('QA') }, { users: [], ...okta, groups: ['Domes'] }, { lacks: 'groupList' }).groups.map(groupLine)).toEqual([
      'Domes > -: unknown',
      '- > g1: untouched',
    ]);
    expect(forecastOf({ users: [] }, { users: [], ...okta, groups: ['QA'] }, { lacks: 'groups' }).groups.map(groupLine)).toEqual(['QA > -: unknown']);
  });

  it('that are not to be synced are counted, not forgotten', () => {
    const { notes } = groupsOf({ groups: named('QA'), syncGroups: ['QA'] }, { ...okta, groups: ['QA', 'Cooks', 'Cleaners'] });
    expect(notes).toContain('2 groups of Okta are not among those to be synced and not shown.');
  });
});

const ana = 'ana@dome.example';
const ben = 'ben@dome.example';
const memberLine = ({ effect, user, idpUser, members }: MembershipForecast): string =>
  `${idpUser?.subject ?? '-'} > ${user?.id ?? '-'}: ${effect}${members === undefined ? '' : ` ${members}`}`;

interface MemberCase {
  readonly name: string;
  readonly connect: ConnectSide['users'];
  /** Ids of members of the group in Jama Connect. */
  readonly there?: readonly string[];
  readonly idp: IdpSide['users'];
  /** Places of members of the group in the provider. */
  readonly own?: readonly number[];
  readonly strangers?: number;
  /** A list of the members was given, if only an empty one. */
  readonly isListed?: true;
  readonly okta: readonly string[];
  readonly entra?: readonly string[];
  readonly kept?: readonly [okta: number, entra: number];
}

const basic = { authenticationType: 'basic' } as const;
const gone = { ...basic, active: false } as const;

const MEMBER_CASES: readonly MemberCase[] = [
  { name: 'who are there are kept', connect: [{ userName: ana, email: ana }], there: ['1'], idp: [{ subject: ana }], own: [0], okta: [], kept: [1, 1] },
  {
    name: 'whom the export repeats are one',
    connect: [{ userName: ana, email: ana }],
    there: ['1', '1'],
    idp: [{ subject: ana }],
    own: [0],
    okta: [],
    kept: [1, 1],
  },
  { name: 'who are not there are added', connect: [{ userName: ana, email: ana }], idp: [{ subject: ana }], own: [0], okta: [`${ana} > 1: added`] },
  { name: 'with a new account are added', connect: [], idp: [{ subject: ana }], own: [0], okta: [`${ana} > -: added`] },
  {
    name: 'who are inactive Basic users are lost',
    connect: [{ userName: ben, email: ben, ...gone }],
    there: ['1', '1'],
    idp: [{ subject: ana }],
    own: [0],
    okta: [`${ana} > -: added`, '- > 1: lost'],
  },
  {
    name: 'who are inactive Basic users and blocked in the provider are lost, though it has them',
    connect: [{ userName: ben, email: ben, ...gone }],
    there: ['1'],
    idp: [{ subject: ben, active: false }],
    own: [0],
    okta: [`${ben} > 1: lost`],
  },
  {
    name: 'who are inactive Basic users and activated by the sync stay',
    connect: [{ userName: ben, email: ben, ...gone }],
    there: ['1'],
    idp: [{ subject: ben }],
    own: [0],
    okta: [],
    kept: [1, 1],
  },
  {
    name: 'whom the sync deactivates are not certain where they are Basic',
    connect: [{ userName: ben, email: ben, ...basic }],
    there: ['1'],
    idp: [{ subject: ben, active: false }],
    own: [0],
    okta: [`${ben} > 1: unknown`],
  },
  {
    name: 'who may be somebody of the provider are not certain',
    connect: [
      { userName: ben, email: ben, ...gone },
      { userName: 'BEN@dome.example', email: '', ...gone },
    ],
    there: ['1'],
    idp: [{ subject: ben }],
    own: [0],
    okta: [`${ben} > -: unknown`, '- > 1: unknown'],
  },
  {
    name: 'whose account may not be found are not certain',
    connect: [{ userName: 'BEN@dome.example', email: '', ...gone }],
    there: ['1'],
    idp: [{ subject: ben }],
    own: [0],
    okta: [`${ben} > -: unknown`, '- > 1: unknown'],
  },
  {
    name: 'whom only Jama Connect has',
    connect: [
      { userName: ben, email: ben },
      { userName: 'root', email: '', ...basic },
    ],
    there: ['1', '2'],
    idp: [{ subject: ana }],
    own: [0],
    okta: [`${ana} > -: added`],
    entra: [`${ana} > -: added`, '- > 1: unknown', '- > 2: unknown'],
    kept: [2, 0],
  },
  { name: 'who are blocked and have no account', connect: [], idp: [{ subject: ana, active: false }], own: [0], okta: [`${ana} > -: skipped`] },
  {
    name: 'who are blocked and have an account',
    connect: [{ userName: ana, email: ana }],
    idp: [{ subject: ana, active: false }],
    own: [0],
    okta: [`${ana} > 1: skipped`],
    entra: [`${ana} > 1: unknown`],
  },
  { name: 'of whom only the number is known', connect: [], idp: [], strangers: 3, okta: ['- > -: skipped 3'] },
  {
    name: 'that are not given: only what is lost for certain is said',
    connect: [
      { userName: ana, email: ana },
      { userName: ben, email: ben, ...gone },
    ],
    there: ['1', '2'],
    idp: [{ subject: ana }],
    okta: ['- > 2: lost'],
  },
  {
    name: 'of whom an empty list was given: nobody is there',
    connect: [
      { userName: ana, email: ana },
      { userName: ben, email: ben, ...gone },
    ],
    there: ['1', '2'],
    idp: [{ subject: ana }],
    isListed: true,
    okta: ['- > 2: lost'],
    entra: ['- > 1: unknown', '- > 2: lost'],
    kept: [1, 0],
  },
];

describe('members', () => {
  for (const {
    name,
    connect,
    there = [],
    idp,
    own = [],
    strangers = 0,
    isListed = false,
    okta: ofOkta,
    entra: ofEntra = ofOkta,
    kept = [0, 0],
  } of MEMBER_CASES) {
    it.each([
      ['okta', ofOkta, kept[0]],
      ['entra', ofEntra, kept[1]],
    ] as const)(`${name}: %s`, (provider, expected, keptNumber) => {
      const { memberships, groups, summary } = forecastOf(
        { users: connect, groups: named('QA'), members: there.map((id) => [id, 'g1']) },
        {
          provider,
          users: idp,
          groups: ['QA'],
          members: own.map((place) => [place, 0]),
          strangers: strangers === 0 ? {} : { 0: strangers },
          listed: isListed ? [0] : [],
        },
      );
      expect(memberships.map(memberLine)).toEqual(expected);
      expect(groups[0].members.kept).toBe(keptNumber);
      expect(groups[0].members).toEqual(summary.memberships);
      const rows = memberships.reduce((sum, { members = 1 }) => sum + members, 0);
      expect(Object.values(summary.memberships).reduce((sum, n) => sum + n, 0)).toBe(rows + keptNumber);
      for (const { why, groupName } of memberships) expect([groupName, why.text.length > 20]).toEqual(['QA', true]);
    });
  }

  it('who are Basic and suspended in Okta are not certain, because their accounts are deactivated', () => {
    const { users, memberships } = forecastOf(
      { users: [{ userName: ben, email: ben, ...basic }], groups: named('QA'), members: [['1', 'g1']] },
      { ...okta, users: [{ subject: ben, active: false, isSuspended: true }], groups: ['QA'], members: [[0, 0]] },
    );
    expect(users[0].effects).toEqual(['link', 'deactivate']);
    expect(memberships.map(memberLine)).toEqual([`${ben} > 1: unknown`]);
  });

  it('of groups of projects, and of groups that are not linked, are left alone', () => {
    const groups = inOrder([...named('QA'), { ...named('Domes')[0], id: 'g2', isOrganizationLevel: false }, { ...named('Mirrors')[0], id: 'g3' }]);
    const { memberships } = forecastOf(
      {
        users: [{ userName: ben, email: ben, ...gone }],
        groups,
        members: [
          ['1', 'g2'],
          ['1', 'g3'],
        ],
      },
      { ...okta, users: [], groups: ['QA'] },
    );
    expect(memberships).toEqual([]);
  });

  it('are not called added where the memberships of Jama Connect are not known', () => {
    const idp: IdpSide = {
      ...okta,
      users: [{ subject: ana }, { subject: ben }],
      groups: ['QA'],
      members: [
        [0, 0],
        [1, 0],
      ],
    };
    const { memberships, notes } = forecastOf({ users: [{ userName: ana, email: ana }], groups: named('QA') }, idp, { lacks: 'memberships' });
    expect(memberships.map(memberLine)).toEqual([`${ana} > 1: unknown`, `${ben} > -: added`]);
    expect(notes.join(' ')).toMatch(/memberships of Jama Connect were not given/);
    const created = forecastOf({ users: [{ userName: ana, email: ana }] }, idp, { lacks: 'memberships' });
    expect(created.memberships.map(memberLine), 'a new group has no members').toEqual([`${ana} > 1: added`, `${ben} > -: added`]);
  });

  it('says in notes what it rests on, and what it does not know', () => {
    const connect = { users: [{ userName: ben, email: ben, ...gone }], groups: named('QA'), members: [['1', 'g1']] as const };
    const inOkta = forecastOf(connect, { ...okta, users: [{ subject: ben }], groups: ['QA'], members: [[0, 0]] }).notes.join(' ');
    expect(inOkta).toMatch(/1 inactive Basic member is activated by the same sync/);
    expect(inOkta).toMatch(/On the day of linking, members whom only Jama Connect has stay in the group.*PUT of all members/);
    const inEntra = forecastOf(connect, {
      ...entra,
      users: [{ subject: ben }],
      groups: ['QA'],
      given: { members: false, emails: false, groupList: false },
    }).notes.join(' ');
    expect(inEntra).toMatch(/Entra reads a group without its members/);
    expect(inEntra).toMatch(/The members of the groups of Entra were not given/);
    expect(inEntra).toMatch(/overwritten and missing emails are not predicted/);
    expect(inEntra).toMatch(/No list of the groups of Entra was given/);
    expect(inEntra).toMatch(/names are not known for either side/);
  });
});

interface Case {
  readonly name: string;
  readonly provider?: IdpProvider;
  readonly authMode?: AuthMode;
  readonly connect: readonly Person[];
  readonly idp: readonly IdpPerson[];
  /** Of the active accounts. */
  readonly expected: readonly (readonly [id: string, login: Login, reason: string])[];
}

const CASES: readonly Case[] = [
  { name: 'linked, with the email that is sent', connect: [{ userName: ana, email: ana }], idp: [{ subject: ana }], expected: [['1', 'sso', 'sso']] },
  {
    name: 'linked, with an email that the sync corrects',
    connect: [{ userName: ana, email: 'old@dome.example' }],
    idp: [{ subject: ana }],
    expected: [['1', 'sso', 'sso']],
  },
  {
    name: 'linked, with an email that the sync makes another than the subject',
    connect: [{ userName: ana, email: ana }],
    idp: [{ subject: ana, email: 'a.berg@dome.example' }],
    expected: [['1', 'none', 'no-account']],
  },
  {
    name: 'another account, active or not, has the same email',
    connect: [
      { userName: ana, email: ana },
      { userName: 'former', email: ana, active: false },
    ],
    idp: [{ subject: ana }],
    expected: [['1', 'none', 'shared-email']],
  },
  {
    name: 'a second account is created with the same email',
    connect: [{ userName: 'ana', email: ana }],
    idp: [{ subject: ana }],
    expected: [['1', 'none', 'shared-email']],
  },
  {
    name: 'a second account is created with another email than the first has',
    connect: [{ userName: ana, email: 'a.berg@dome.example' }],
    idp: [
      { subject: 'solberg@dome.example', email: ana },
      { subject: ana.toUpperCase(), email: 'x@dome.example' },
    ],
    expected: [['1', 'uncertain', 'unsure-account']],
  },
  {
    name: 'single sign-on finds another account',
    connect: [
      { userName: ana, email: 'a.berg@dome.example' },
      { userName: 'ben', email: ana },
    ],
    idp: [{ subject: ana, email: ' ' }],
    expected: [
      ['1', 'other-account', 'other-account'],
      ['2', 'sso', 'sso'],
    ],
  },
  { name: 'nobody in the provider', connect: [{ userName: ana, email: ana }], idp: [{ subject: ben }], expected: [['1', 'none', 'nobody']] },
  { name: 'blocked in the provider', connect: [{ userName: ana, email: ana }], idp: [{ subject: ana, active: false }], expected: [['1', 'none', 'blocked']] },
  {
    name: 'suspended in Okta',
    provider: 'okta',
    connect: [{ userName: ana, email: ana }],
    idp: [{ subject: ana, active: false, isSuspended: true }],
    expected: [['1', 'none', 'deactivated']],
  },
  { name: 'a Basic account outside the provider', connect: [{ userName: ana, email: ana, ...basic }], idp: [], expected: [['1', 'password', 'password']] },
  {
    name: 'a Basic account that is linked',
    connect: [{ userName: ana, email: ana, ...basic }],
    idp: [{ subject: ana }],
    expected: [['1', 'uncertain', 'managed-basic']],
  },
  {
    name: 'a Basic account in the mode saml, with Okta, which needs multi-mode',
    provider: 'okta',
    authMode: 'saml',
    connect: [{ userName: ana, email: ana, ...basic }],
    idp: [],
    expected: [['1', 'password', 'password']],
  },
  {
    name: 'a Basic account in the mode saml, with Entra',
    provider: 'entra',
    authMode: 'saml',
    connect: [{ userName: ana, email: ana, ...basic }],
    idp: [],
    expected: [['1', 'uncertain', 'password-unsure']],
  },
  {
    name: 'in the mode basic, those who are linked sign in through the provider from then on',
    authMode: 'basic',
    connect: [
      { userName: ana, email: ana, ...basic },
      { userName: ben, email: ben, ...basic },
    ],
    idp: [{ subject: ana }],
    expected: [
      ['1', 'sso', 'sso'],
      ['2', 'password', 'password'],
    ],
  },
  {
    name: 'only the spelling of the email differs',
    connect: [{ userName: ana, email: 'Ana@dome.example' }],
    idp: [{ subject: ana, email: ' ' }],
    expected: [['1', 'uncertain', 'only-alike']],
  },
  { name: 'an inactive account is not asked about', connect: [{ userName: ana, email: ana, active: false }], idp: [{ subject: ana }], expected: [] },
];

describe('the first sign-in', () => {
  for (const { name, provider, authMode, connect, idp, expected } of CASES) {
    it.each(provider === undefined ? (['okta', 'entra'] as const) : [provider])(`${name}: %s`, (which) => {
      const { logins, summary } = forecastOf({ users: connect, ...(authMode === undefined ? {} : { authMode }) }, { provider: which, users: idp });
      expect(logins.map(({ user, login, why }) => [user.id, login, why.names[0]])).toEqual(expected);
      expect(Object.values(summary.logins).reduce((sum, number) => sum + number, 0)).toBe(expected.length);
    });
  }

  it('is foreseen for each active account once, and by single sign-on only where one account has the email', () => {
    fc.assert(
      fc.property(worlds, ({ organization, idp }) => {
        const { logins, users } = previewOf(organization, idp).forecast;
        expect(logins.map(({ user }) => user.id)).toEqual(organization.users.filter(({ active }) => active).map(({ id }) => id));
        for (const { user, login } of logins.filter((one) => one.login === 'sso')) {
          const own = users.find((one) => one.user === user);
          const email = own?.overwrites.find(({ attribute }) => attribute.startsWith('emails'))?.to ?? user.email;
          const others = users.filter((one) => {
            const written = one.overwrites.find(({ attribute }) => attribute.startsWith('emails'))?.to;
            const address = one.effects.includes('create') ? (idp.given.emails ? one.idpUser?.email : one.idpUser?.subject) : (written ?? one.user?.email);
            return one.user !== user && address !== undefined && key(address) === key(email);
          });
          expect([login, others]).toEqual(['sso', []]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('of administrators is told apart', () => {
    const users = [
      { userName: ana, email: ana },
      { userName: 'root', email: 'root@dome.example', ...basic },
      { userName: ben, email: ben, ...basic },
    ];
    const { administrators, notes } = forecastOf(
      { users, administrators: [ana, 'root', { userName: ben }, { id: '9' }] },
      { provider: 'okta', users: [{ subject: ana }, { subject: ben }] },
    );
    expect(administrators?.administrators.map(({ user, login, isOutside }) => [user.id, login, isOutside])).toEqual([
      ['1', 'sso', false],
      ['2', 'password', true],
      ['3', 'uncertain', false],
    ]);
    expect(administrators?.missing).toEqual(['9']);
    expect(notes.join(' ')).toMatch(
      /Of 4 organization administrators that the configuration names, 2 certainly can sign in after the change, 1 with a Basic account/,
    );
  });
});
