/** Random organizations with an identity provider beside them: what it really has, and what its exports hold of that. */

import fc from 'fast-check';
import type { AuthenticationType, Group, User } from '../../../src/model/directory.js';
import { IDP_PROVIDERS, type IdpDirectory, type IdpGroup, type IdpProvider, type IdpUser } from '../../../src/model/idp.js';
import { AUTH_MODES } from '../../../src/model/policy.js';
import { isBlank, type MembershipRow, type Organization, organizationArbitrary } from '../../support/organizations.js';
import { type Account, type ConnectGroup, type ConnectState, type Latitude, latitudeArbitrary } from './service.js';

// Random organizations as they mostly are: most people are one account each, so that much can be foreseen for certain.

const PEOPLE = ['ana', 'ben', 'cleo', 'dag', 'ema', 'finn', 'gro'] as const;
const addressOf = (person: string): string => `${person}@dome.example`;

/** Another spelling of the same key: case, accent, white space or an invisible character. */
const twinOf = (text: string): fc.Arbitrary<string> =>
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

export interface Case {
  readonly organization: Organization;
  /** The organization as Jama Connect holds it. */
  readonly state: ConnectState;
  /** All that the provider has: what it syncs. */
  readonly truth: IdpDirectory;
  /** What is known of it: what the prediction is made of. */
  readonly exported: IdpDirectory;
  readonly latitude: Latitude;
}

const stranger = fc.constantFrom('jon@dome.example', 'kai@dome.example', 'lea', "mia.o'hara@dome.example", 'Nils.Åberg@dome.example');
// Mostly the same for all, so that names of both sides are equal as often as not.
const givenName = fc.oneof({ weight: 6, arbitrary: fc.constant('Ana') }, { weight: 1, arbitrary: fc.constant('Åse') });
const familyName = fc.oneof({ weight: 6, arbitrary: fc.constant('Berg') }, { weight: 1, arbitrary: fc.constant('O’Hara') });
const mostly = (weight: number): fc.Arbitrary<boolean> => fc.oneof({ weight, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) });

/** Blank now and then in Entra; Okta asks for both names of everybody. */
const named = (provider: IdpProvider, name: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  provider === 'okta' ? name : fc.oneof({ weight: 5, arbitrary: name }, { weight: 1, arbitrary: fc.constant('') });

type ProviderPerson = Pick<IdpUser, 'subject' | 'email' | 'active'> & { readonly isPending: boolean; readonly isSuspended: boolean };

/** A user of the provider who is meant to be the account, and mostly is found by it. */
function personOf({ userName, email }: Pick<User, 'userName' | 'email'>): fc.Arbitrary<ProviderPerson> {
  const known = [userName, email].filter((text) => !isBlank(text));
  const own = known.length === 0 ? stranger : fc.constantFrom(...known, known[0]);
  const spelt = fc.oneof({ weight: 7, arbitrary: own }, { weight: 1, arbitrary: own.chain(twinOf) });
  return fc
    .tuple(spelt, fc.oneof({ weight: 6, arbitrary: fc.constant(email) }, { weight: 2, arbitrary: stranger }, { weight: 1, arbitrary: fc.constant('') }))
    .chain(([subject, mail]) =>
      fc.record({
        subject: fc.constant(subject),
        email: fc.constantFrom(mail, mail, mail, subject),
        active: mostly(4),
        isPending: mostly(12).map((isActivated) => !isActivated),
        isSuspended: fc.boolean(),
      }),
    );
}

const newcomer: fc.Arbitrary<ProviderPerson> = stranger.chain((subject) => personOf({ userName: subject, email: subject }));

function peopleOf(users: readonly User[]): fc.Arbitrary<ProviderPerson[]> {
  const own = fc.subarray([...users]).chain((some) => fc.tuple(...some.map(personOf)));
  const others = fc.array(
    users.length === 0 ? newcomer : fc.oneof({ weight: 5, arbitrary: newcomer }, { weight: 1, arbitrary: fc.constantFrom(...users).chain(personOf) }),
    { maxLength: 2 },
  );
  return fc.tuple(own, others).map((parts) => parts.flat());
}

function truthOf({ users, groups }: Organization, provider: IdpProvider): fc.Arbitrary<IdpDirectory> {
  const names = fc.record({ givenName: named(provider, givenName), familyName: named(provider, familyName) });
  const people = peopleOf(users).chain((all) => fc.tuple(...all.map((person) => names.map((own) => ({ ...person, ...own })))));
  const shared = groups.map(({ name }) => name).filter((name) => !isBlank(name));
  const groupName =
    shared.length === 0
      ? fc.constant('Visitors')
      : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...shared) }, { weight: 1, arbitrary: fc.constant('Visitors') });
  return fc
    .tuple(
      people,
      fc.oneof({ weight: 4, arbitrary: fc.uniqueArray(groupName, { maxLength: 3 }) }, { weight: 1, arbitrary: fc.array(groupName, { maxLength: 3 }) }),
      fc.array(fc.tuple(fc.nat(10), fc.nat(2)), { maxLength: 12 }),
    )
    .map(([all, groupNames, pairs]) => {
      const idpUsers = all.map(({ isPending, isSuspended, ...person }, place): IdpUser => {
        const user = { place, id: `00u${place}`, path: 'people.csv', line: place + 2, ...person };
        // Okta has nobody without an email, and Entra nobody who is staged.
        return provider === 'okta'
          ? {
              ...user,
              email: isBlank(user.email) ? 'jon@dome.example' : user.email,
              ...(isPending && user.active ? { isPending } : {}),
              ...(isSuspended && !user.active ? { isSuspended } : {}),
            }
          : user;
      });
      const idpGroups = groupNames.map((name, place): IdpGroup => ({ place, id: `00g${place}`, path: 'teams.csv', line: place + 2, name }));
      return {
        provider,
        users: idpUsers,
        groups: idpGroups,
        members: membersFrom(pairs.filter(([user, group]) => user < idpUsers.length && group < idpGroups.length)),
        listed: new Set(),
        strangers: new Map(),
        given: { emails: true, groupList: true, members: true },
        inputs: [],
        notes: [],
      };
    });
}

/** Pairs of places of user and group, each once. */
function membersFrom(pairs: readonly (readonly [number, number])[]): IdpDirectory['members'] {
  const each = [...new Map(pairs.map((pair) => [pair.join(), pair])).values()];
  return { users: Int32Array.from(each, ([user]) => user), groups: Int32Array.from(each, ([, group]) => group) };
}

/** Returns the directory with some of its groups only. */
export function withGroups(directory: IdpDirectory, isWanted: (group: IdpGroup) => boolean): IdpDirectory {
  const groups = directory.groups.filter(isWanted);
  const places = new Map(groups.map(({ place }, at) => [place, at]));
  const pairs = Array.from(directory.members.users, (user, at) => [user, places.get(directory.members.groups[at])] as const);
  return {
    ...directory,
    groups: groups.map((group, place) => ({ ...group, place })),
    members: membersFrom(pairs.flatMap(([user, group]) => (group === undefined ? [] : [[user, group] as const]))),
  };
}

/** By place of a group, whether it has members who are no user of the exports. */
const strangers = fc.array(
  mostly(3).map((isPure) => !isPure),
  { minLength: 3, maxLength: 3 },
);

/**
 * Returns what exports without some of their columns and files hold. A forecast says in its notes what it cannot know of
 * such exports, and rests on there being none of it: users without an email, and groups of the same name as one that is known.
 */
function exportOf(truth: IdpDirectory): fc.Arbitrary<IdpDirectory> {
  const hasEmails = truth.users.some(({ email }) => isBlank(email)) ? fc.constant(true) : mostly(4);
  const isNameShared = new Set(truth.groups.map(({ name }) => name)).size < truth.groups.length;
  return fc
    .record({ emails: hasEmails, names: mostly(4), groupList: isNameShared ? fc.constant(true) : mostly(6), members: mostly(6), strangers })
    .map(({ emails, names, groupList, members, strangers }) => {
      const listed = withGroups(truth, ({ place }) => groupList || (members && truth.members.groups.includes(place)));
      return {
        ...listed,
        users: truth.users.map((user): IdpUser => {
          const { givenName: given, familyName: family, ...rest } = user;
          return {
            ...rest,
            email: emails ? user.email : '',
            ...(names && given !== undefined && family !== undefined ? { givenName: given, familyName: family } : {}),
          };
        }),
        members: members ? listed.members : membersFrom([]),
        listed: new Set(),
        strangers: new Map(members ? listed.groups.filter(({ place }) => strangers[place]).map(({ place }) => [place, 2]) : []),
        given: { emails, groupList, members },
      };
    });
}

/** Returns the organization with names, which its export has or has not, and what Jama Connect holds in either case. */
function withNames(organization: Organization): fc.Arbitrary<Pick<Case, 'organization' | 'state'>> {
  const { users } = organization;
  return fc
    .tuple(mostly(3), fc.array(fc.record({ givenName, familyName }), { minLength: users.length, maxLength: users.length }))
    .map(([isExported, names]) => {
      const full = users.map((user) => ({ ...user, ...names[user.place] }));
      return { organization: isExported ? { ...organization, users: full } : organization, state: stateOf(organization, full) };
    });
}

/** Returns what SCIM shows of an organization: its users, and its organization-level groups. */
export function stateOf({ groups, memberships }: Organization, users: readonly (User & Pick<Account, 'givenName' | 'familyName'>)[]): ConnectState {
  const accounts = new Map(
    users.map(({ id, userName, email, givenName: given, familyName: family, active, authenticationType }): [string, Account] => [
      id,
      { id, userName, email, givenName: given, familyName: family, active, authenticationType },
    ]),
  );
  const connectGroups = groups
    .filter(({ isOrganizationLevel }) => isOrganizationLevel)
    .map(({ id, name }): [string, ConnectGroup] => {
      const members = memberships.filter(({ group, user }) => group === id && accounts.has(user)).map(({ user }) => user);
      return [id, { id, displayName: name, members: new Set(members) }];
    });
  return { accounts, groups: new Map(connectGroups) };
}

export const caseArbitrary: fc.Arbitrary<Case> = fc
  .tuple(
    fc.oneof({ weight: 1, arbitrary: organizationArbitrary }, { weight: 3, arbitrary: orderlyOrganization }).chain(withNames),
    fc.constantFrom(...IDP_PROVIDERS),
    latitudeArbitrary,
  )
  .chain(([own, provider, latitude]) =>
    truthOf(own.organization, provider).chain((truth) => exportOf(truth).map((exported) => ({ ...own, truth, exported, latitude }))),
  );

// One small organization of which it is known what becomes of everybody.

type Names = readonly [given: string, family: string];

const account = (id: number, userName: string, email: string, [givenName, familyName]: Names, active: boolean, authenticationType: AuthenticationType) => ({
  place: id - 1,
  id: String(id),
  input: 0,
  line: id + 1,
  name: `${givenName} ${familyName}`,
  userName,
  email,
  givenName,
  familyName,
  active,
  authenticationType,
});

const USERS = [
  account(1, 'ana@dome.example', 'ana@dome.example', ['Ana', 'Berg'], true, 'idp'),
  account(2, 'ben', 'ben@dome.example', ['Ben', 'Ek'], true, 'idp'),
  account(3, 'cleo@dome.example', 'cleo@old.example', ['Cleo', 'Moe'], false, 'idp'),
  account(4, 'dag@dome.example', 'dag@dome.example', ['Dag', 'Lie'], true, 'idp'),
  account(5, 'Ema@dome.example', 'ema@dome.example', ['Ema', 'Dahl'], true, 'idp'),
  account(6, 'finn', 'finn@home.example', ['Finn', 'Vik'], false, 'basic'),
  account(7, 'gro', 'gro@home.example', ['Gro', 'Haug'], true, 'basic'),
] as const satisfies readonly User[];

const GROUPS = ['Observers', 'Night shift'].map((name, place) => ({
  place,
  id: String(place + 1),
  input: 1,
  line: place + 2,
  name,
  isOrganizationLevel: true,
}));
const MEMBERSHIPS = ['1', '6', '7'].map((user, at) => ({ user, group: '1', line: at + 2 }));

export const OBSERVATORY: Organization = { users: USERS, groups: GROUPS, memberships: MEMBERSHIPS, authMode: 'multi', syncGroups: null };
export const OBSERVATORY_STATE: ConnectState = stateOf(OBSERVATORY, USERS);

const idpUser = (place: number, subject: string, [givenName, familyName]: Names, active = true): IdpUser => ({
  place,
  id: `00u${place}`,
  path: 'people.csv',
  line: place + 2,
  subject,
  email: subject,
  active,
  givenName,
  familyName,
});

const team = (place: number, name: string): IdpGroup => ({ place, id: `00g${place}`, path: 'teams.csv', line: place + 2, name });

/** Ana is as she is in Jama Connect, Ben has another username there, Cleo comes back, Dag is blocked, Ema is spelt otherwise. */
export const observatoryIdp = (provider: IdpProvider): IdpDirectory => ({
  provider,
  users: [
    idpUser(0, 'ana@dome.example', ['Ana', 'Berg']),
    idpUser(1, 'ben@dome.example', ['Ben', 'Ek']),
    idpUser(2, 'cleo@dome.example', ['Cleo', 'Falk']),
    idpUser(3, 'dag@dome.example', ['Dag', 'Lie'], false),
    idpUser(4, 'ema@dome.example', ['Ema', 'Dahl']),
  ],
  groups: [team(0, 'Observers'), team(1, 'Visitors')],
  members: { users: Int32Array.of(0, 1, 2, 0), groups: Int32Array.of(0, 0, 0, 1) },
  listed: new Set(),
  strangers: new Map(),
  given: { emails: true, groupList: true, members: true },
  inputs: [],
  notes: [],
});
