/** Random organizations as they mostly are: most people are one account each, so that much can be foreseen for certain. */

import fc from 'fast-check';
import type { AuthenticationType, Group, User } from '../../../src/model/directory.js';
import { AUTH_MODES } from '../../../src/model/policy.js';
import type { MembershipRow, Organization } from '../../support/organizations.js';

const PEOPLE = ['ana', 'ben', 'cleo', 'dag', 'ema', 'finn', 'gro'] as const;
const addressOf = (person: string): string => `${person}@dome.example`;

/** Another spelling of the same key: case, accent, white space or an invisible character. */
export const twinOf = (text: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    text.toUpperCase(),
    text.replace(/[aeio]/, (letter) => `${letter}\u0301`.normalize('NFC')),
    `${text}\u00a0`,
    text.replace(/^./, '$&\u200b'),
  );

interface Person extends Pick<User, 'userName' | 'email' | 'active' | 'authenticationType'> {
  readonly isThere: boolean;
}

function person(name: string): fc.Arbitrary<Person> {
  const own = addressOf(name);
  const another = fc.constantFrom(...PEOPLE).map(addressOf);
  return fc.record({
    userName: fc.oneof(
      { weight: 8, arbitrary: fc.constant(own) },
      { weight: 4, arbitrary: fc.constant(name) },
      { weight: 1, arbitrary: twinOf(own) },
      { weight: 1, arbitrary: another },
    ),
    email: fc.oneof({ weight: 10, arbitrary: fc.constant(own) }, { weight: 1, arbitrary: another }, { weight: 1, arbitrary: fc.constant('') }),
    active: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    authenticationType: fc.oneof<[fc.WeightedArbitrary<AuthenticationType>, fc.WeightedArbitrary<AuthenticationType>]>(
      { weight: 2, arbitrary: fc.constant('idp') },
      { weight: 1, arbitrary: fc.constant('basic') },
    ),
    isThere: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  });
}

const users: fc.Arbitrary<User[]> = fc.tuple(...PEOPLE.map(person)).map((people) =>
  people
    .filter(({ isThere }) => isThere)
    .map(({ userName, email, active, authenticationType }, place) => ({
      place,
      id: String(place + 1),
      input: 0,
      line: place + 2,
      userName,
      email,
      active,
      authenticationType,
    })),
);

const groups: fc.Arbitrary<Group[]> = fc
  .oneof(
    { weight: 6, arbitrary: fc.subarray(['Observers', 'Night shift', 'Mirror crew'], { minLength: 1 }) },
    { weight: 1, arbitrary: fc.constant(['Observers', 'observers', 'Night shift', 'Night shift']) },
  )
  .map((names) => names.map((name, place) => ({ place, id: String(place + 1), input: 1, line: place + 2, name, isOrganizationLevel: true })));

const memberships: fc.Arbitrary<MembershipRow[]> = fc
  .array(fc.tuple(fc.integer({ min: 1, max: PEOPLE.length }), fc.integer({ min: 1, max: 3 })), { minLength: 4, maxLength: 14 })
  .map((rows) => rows.map(([user, group], at) => ({ user: String(user), group: String(group), line: at + 2 })));

export const orderlyOrganization: fc.Arbitrary<Organization> = fc.record({
  users,
  groups,
  memberships,
  authMode: fc.constantFrom(...AUTH_MODES),
  syncGroups: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constant(['Observers', 'Night Shift']) }),
});
