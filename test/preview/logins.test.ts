import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IdpProvider } from '../../src/model/idp.js';
import type { AuthMode } from '../../src/model/policy.js';
import type { Login } from '../../src/preview/forecast.js';
import type { Person } from '../reporters/reports.js';
import { key } from '../support/organizations.js';
import { forecastOf, type IdpPerson, previewOf, worlds } from './worlds.js';

const ana = 'ana@dome.example';
const ben = 'ben@dome.example';
const basic = { authenticationType: 'basic' } as const;

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
