/** Random organizations with an identity provider beside them, small and crowded, and what the rules say of both. */

import fc from 'fast-check';
import { NODE_DIGESTS } from '../../src/app/node-digests.js';
import { beginAudit } from '../../src/audit/audit.js';
import type { Report } from '../../src/audit/report.js';
import { locationOf, type User } from '../../src/model/directory.js';
import { IDP_PROVIDERS, type IdpDirectory, type IdpGroup, type IdpUser } from '../../src/model/idp.js';
import { RULES, ruleOf } from '../../src/rules/registry.js';
import { directoryOf, type Organization, organizationArbitrary, policyOf, snapshotOf } from '../support/organizations.js';
import type { Stated, TwoSides } from './idp-oracle.js';

export const IDP_RULES: ReadonlySet<string> = new Set(RULES.filter(({ idp }) => idp !== undefined).map(({ name }) => name));

/** Returns the provider's records at their places and lines, as if read in this order. */
export function directoryOfIdp(
  provider: IdpDirectory['provider'],
  users: readonly Omit<IdpUser, 'place' | 'path' | 'line'>[],
  names: readonly string[],
  given: Partial<IdpDirectory['given']> = {},
): IdpDirectory {
  return {
    provider,
    users: users.map((user, place) => ({ ...user, place, path: 'idp-users.csv', line: place + 2 })),
    groups: names.map((name, place): IdpGroup => ({ id: `g${place}`, name, place, path: 'idp-groups.csv', line: place + 2 })),
    members: { users: new Int32Array(0), groups: new Int32Array(0) },
    listed: new Set(),
    strangers: new Map(),
    given: { emails: true, groupList: true, members: false, ...given },
    inputs: [],
    notes: [],
  };
}

/** Returns the report of the real rules on both sides. */
export function auditBoth({ organization, idp }: TwoSides): Report {
  return beginAudit(directoryOf(organization), policyOf(organization), NODE_DIGESTS, idp).finish(snapshotOf(organization));
}

/** The findings about the identity provider as the JSON report holds them, without fingerprint and message. */
export function statedOfIdp({ findings, snapshot }: Report): Stated[] {
  return findings
    .filter(({ finding }) => IDP_RULES.has(finding.rule))
    .map(({ finding }) => ({
      rule: finding.rule,
      severity: finding.severity,
      ...ruleOf(finding).data(finding, (subject) => locationOf(snapshot.inputs, subject)),
    }));
}

/** Returns a user of Jama Connect who signs in through the provider. */
export function connectUser(place: number, userName: string, email: string, more: Partial<User> = {}): User {
  return { place, id: String(place + 1), input: 0, line: place + 2, userName, email, active: true, authenticationType: 'idp', ...more };
}

export const organizationOf = (users: readonly User[], more: Partial<Organization> = {}): Organization => ({
  users,
  groups: [],
  memberships: [],
  authMode: 'multi',
  syncGroups: null,
  ...more,
});

/** Another spelling, mostly of the same key. */
const respelt = (text: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(text) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        text.toUpperCase(),
        `${text} `,
        text.replace(/[aeo]/, (letter) => `${letter}\u0301`),
        `x${text}`,
      ),
    },
  );

const PROVIDER_NAMES = ['Observers', 'observers', ' Observers', 'OBSERVERS', 'Night shift', 'Nightshift', 'Mirror crews', 'Bakers', '', ' '] as const;

/** A provider that knows of the organization's people, and of a few others, some of them twice. */
export function idpArbitrary({ users }: Organization): fc.Arbitrary<IdpDirectory> {
  const known = users.flatMap(({ userName, email }) => [userName, email]);
  const text = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('ana@dome.example', 'ben@dome.example', 'zoe@dome.example', ...known) },
    { weight: 1, arbitrary: fc.constant('') },
  );
  const user = fc
    .tuple(text.chain(respelt), text.chain(respelt), fc.nat(5), fc.nat(6), fc.nat(4))
    .map(([subject, other, own, number, state]) => ({ id: number < 5 ? `u${number}` : subject, subject, email: own < 4 ? subject : other, active: state > 0 }));
  return fc
    .tuple(
      fc.constantFrom(...IDP_PROVIDERS),
      fc.array(user, { maxLength: 7 }),
      fc.array(fc.constantFrom(...PROVIDER_NAMES), { maxLength: 5 }),
      fc.nat(7),
      fc.nat(7),
    )
    .map(([provider, all, names, emails, groupList]) =>
      directoryOfIdp(provider, emails > 0 ? all : all.map((each) => ({ ...each, email: '' })), names, { emails: emails > 0, groupList: groupList > 0 }),
    );
}

export const sidesArbitrary: fc.Arbitrary<TwoSides> = organizationArbitrary.chain((organization) =>
  idpArbitrary(organization).map((idp) => ({ organization, idp })),
);
