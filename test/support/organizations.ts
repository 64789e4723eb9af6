/** Random organizations, small and crowded, so that chains, rings, twins and shared addresses are common. */

import fc from 'fast-check';
import { NODE_DIGESTS } from '../../src/app/node-digests.js';
import { beginAudit } from '../../src/audit/audit.js';
import type { Report } from '../../src/audit/report.js';
import type { AuthenticationType, Directory, Group, Input, Role, Snapshot, User } from '../../src/model/directory.js';
import type { StatedName } from '../../src/model/environment.js';
import { AUTH_MODES, type AuthMode, type CollationName, type Policy } from '../../src/model/policy.js';

/** A membership by ids, which the users or groups may lack. */
export interface MembershipRow {
  readonly user: string;
  readonly group: string;
  readonly line: number;
}

/** What a source and the settings would say. */
export interface Organization {
  readonly users: readonly User[];
  readonly groups: readonly Group[];
  readonly memberships: readonly MembershipRow[];
  readonly authMode: AuthMode;
  readonly syncGroups: readonly string[] | null;
  /** The users' `signsInFor` tell whose usernames other systems sign in with. */
  readonly areIntegrationsGiven?: true;
  /** Whom the configuration names as organization administrators. */
  readonly administrators?: readonly StatedName[];
  /** How names compare; the default if it is not said. */
  readonly collation?: CollationName;
  /** Severities that the settings change. */
  readonly severities?: Policy['severities'];
}

const ROLES = ['users', 'groups', 'memberships'] as const satisfies readonly Role[];

export function inputsOf({ users, groups, memberships }: Organization): Input[] {
  const rows = { users: users.length, groups: groups.length, memberships: memberships.length };
  return ROLES.map((role) => ({
    path: `${role}.csv`,
    file: `/observatory/${role}.csv`,
    role,
    sha256: '0'.repeat(64),
    rows: rows[role],
  }));
}

export function directoryOf({ users, groups }: Organization): Directory {
  return { users, groups, given: { groups: true, groupList: true, memberships: true } };
}

export function snapshotOf(organization: Organization): Snapshot {
  return {
    ...directoryOf(organization),
    inputs: inputsOf(organization),
    memberships: organization.memberships.length,
    notes: [],
  };
}

export function policyOf({
  authMode,
  syncGroups,
  areIntegrationsGiven,
  administrators,
  collation = 'utf8mb4_0900_ai_ci',
  severities = {},
}: Organization): Policy {
  const usual: Policy = {
    authMode,
    syncGroups,
    failOn: 'error',
    collation,
    severities,
    skipRules: [],
    authTypeMap: {},
    leaveOutUsers: [],
    allowEmpty: true,
    ...(administrators === undefined ? {} : { environment: { stated: { administrators }, isStrict: false, today: '2026-11-28' } }),
  };
  return areIntegrationsGiven === true ? { ...usual, areIntegrationsGiven } : usual;
}

/** Returns the report of the real rules, the memberships streamed in the order of their rows. */
export function auditOf(organization: Organization): Report {
  const audit = beginAudit(directoryOf(organization), policyOf(organization), NODE_DIGESTS);
  const users = new Map(organization.users.map(({ id, place }) => [id, place]));
  const groups = new Map(organization.groups.map(({ id, place }) => [id, place]));
  for (const { user, group, line } of organization.memberships) {
    const userPlace = users.get(user);
    const groupPlace = groups.get(group);
    if (userPlace !== undefined && groupPlace !== undefined) {
      audit.sink.member(userPlace, groupPlace);
      continue;
    }
    const lacks = userPlace !== undefined ? 'group' : groupPlace !== undefined ? 'user' : 'both';
    audit.sink.unknown({ user, group, lacks, location: { path: 'memberships.csv', line } });
  }
  return audit.finish(snapshotOf(organization));
}

/** Returns the records at their places and lines, as if read in this order. */
export function inOrder<T extends User | Group>(records: readonly T[]): T[] {
  return records.map((record, place) => ({ ...record, place, line: place + 2 }));
}

const PEOPLE = ['ana', 'ben', 'cleo', 'dag', 'ema', 'finn', 'gro', 'hal', 'ines'] as const;
const addressOf = (person: string): string => `${person}@dome.example`;

/** Other spellings with the same key: case, accent, white space, invisible and compatibility characters. */
const twinOf = (text: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    text.toUpperCase(),
    text.replace(/^./, (letter) => letter.toUpperCase()),
    text.replace(/[aeio]/, (letter) => `${letter}\u0301`.normalize('NFC')),
    ` ${text}`,
    `${text}\u00a0`,
    text.replace(/^./, (letter) => `${letter}\u200b`),
    text.replace(/[aegn]/, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)),
  );

/** A text as it is, or less often its twin. */
const spelt = (text: string): fc.Arbitrary<string> => fc.oneof({ weight: 5, arbitrary: fc.constant(text) }, { weight: 1, arbitrary: twinOf(text) });

const blank = fc.constantFrom('', ' ', '\u200b', '\t\u00a0');
const invalidEmail = fc.constantFrom('ana at dome', 'ben@', '@dome.example', 'cleo@@dome.example', 'ana@dome.example ');

type Names = Pick<User, 'userName' | 'email'>;

/** Anybody may be called anything: shared addresses and usernames abound. */
function looseNames(crowd: number): fc.Arbitrary<Names> {
  const address = fc
    .constantFrom(...PEOPLE.slice(0, crowd))
    .map(addressOf)
    .chain(spelt);
  const login = fc.constantFrom(...PEOPLE.slice(0, crowd)).chain(spelt);
  const userName = fc.oneof({ weight: 8, arbitrary: address }, { weight: 2, arbitrary: login }, { weight: 1, arbitrary: blank });
  const email = fc.oneof({ weight: 9, arbitrary: address }, { weight: 1, arbitrary: blank }, { weight: 1, arbitrary: invalidEmail });
  return fc.record({ userName, email });
}

/** Users called by one another's addresses, each address wanted once and held once: chains and rings. */
const knottedNames: fc.Arbitrary<Names[]> = fc.integer({ min: 2, max: PEOPLE.length }).chain((size) => {
  const people = [...PEOPLE.slice(0, size)];
  const shuffled = fc.shuffledSubarray(people, { minLength: size, maxLength: size });
  return fc.tuple(shuffled, fc.boolean()).chain(([order, isOneRing]) => {
    // Either each wants the next one's address, the last one the first's; or whatever the shuffle gives.
    const wanted = order.map((person, at) => (isOneRing ? (order[(at + 1) % size] ?? person) : (people[at] ?? person)));
    return fc.tuple(...order.map((person, at) => namesOf(addressOf(person), addressOf(wanted[at] ?? person))));
  });
});

const namesOf = (userName: string, email: string): fc.Arbitrary<Names> => fc.record({ userName: spelt(userName), email: spelt(email) });

const namesArbitrary: fc.Arbitrary<Names[]> = fc.oneof(
  fc.array(looseNames(3), { maxLength: 6 }),
  fc.array(looseNames(PEOPLE.length), { maxLength: 9 }),
  knottedNames,
  // A knot in which up to three people are called or addressed otherwise.
  fc.tuple(knottedNames, fc.array(fc.tuple(fc.nat(8), looseNames(PEOPLE.length)), { maxLength: 3 })).map(([names, others]) => {
    const replaced = new Map(others);
    return names.map((own, at) => replaced.get(at) ?? own);
  }),
);

const active = fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) });
const authenticationType: fc.Arbitrary<AuthenticationType> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<AuthenticationType>('idp') },
  { weight: 1, arbitrary: fc.constant<AuthenticationType>('basic') },
);

/** Ids whose order as text is not the order of the rows. */
const idOf = (at: number): string => String(((at * 7) % 11) + 1);

const usersArbitrary: fc.Arbitrary<User[]> = namesArbitrary.chain((names) =>
  fc.array(fc.record({ active, authenticationType }), { minLength: names.length, maxLength: names.length }).map((states) =>
    names.flatMap((own, place) => {
      const state = states[place];
      return state === undefined ? [] : [{ place, id: idOf(place), input: 0, line: place + 2, ...own, ...state }];
    }),
  ),
);

const groupName = fc.constantFrom('Observers', 'observers', 'Obsérvers', ' Observers', 'Night shift', 'Night  shift', 'Mirror crew', '', ' ');

/** A sync column is there for all groups or for none. */
const groupsArbitrary: fc.Arbitrary<Group[]> = fc.boolean().chain((hasSync) => {
  const sync: fc.Arbitrary<Pick<Group, 'sync'>> = hasSync ? fc.record({ sync: fc.boolean() }) : fc.constant({});
  const isOrganizationLevel = fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) });
  return fc.array(fc.tuple(fc.record({ name: groupName, isOrganizationLevel }), sync), { maxLength: 5 }).map((groups) =>
    groups.map(([group, mark], place) => ({
      place,
      id: idOf(place),
      input: 1,
      line: place + 2,
      ...group,
      ...mark,
    })),
  );
});

const syncGroupsArbitrary = fc.option(fc.uniqueArray(fc.oneof(groupName, fc.constantFrom('Observer', 'Bakers')), { maxLength: 3 }));

/** Ids 1 to 11, of which a small organization has only some: the rest are unknown. */
const membershipsArbitrary: fc.Arbitrary<MembershipRow[]> = fc
  .oneof(
    { weight: 9, arbitrary: fc.array(fc.tuple(fc.nat(9), fc.nat(5)), { maxLength: 12 }) },
    { weight: 1, arbitrary: fc.array(fc.tuple(fc.nat(10), fc.nat(10)), { minLength: 30, maxLength: 50 }) },
  )
  .map((rows) => rows.map(([user, group], at) => ({ user: idOf(user), group: idOf(group), line: at + 2 })));

/** Organizations of up to nine users, with their settings. */
export const organizationArbitrary: fc.Arbitrary<Organization> = fc.record({
  users: usersArbitrary,
  groups: groupsArbitrary,
  memberships: membershipsArbitrary,
  authMode: fc.constantFrom(...AUTH_MODES),
  syncGroups: syncGroupsArbitrary,
});

/** Names that lost letters, and some that only look like it. */
const DAMAGED = [
  'Pr?fer',
  '?????',
  '? ?',
  'Pr\ufffdfer',
  'Pr\u00c3\u00bcfer',
  '\u00e9\u00bb x\u00e9\u00bb',
  'CAF\u00c9\u2122',
  'Why? ',
  '4?2',
  'an?',
  'cl\u00e9o',
];

const damages = fc.array(fc.option(fc.constantFrom(...DAMAGED), { freq: 2 }), { minLength: 24, maxLength: 24 });

/** Organizations in which some names lost letters on the way. */
export const damagedArbitrary: fc.Arbitrary<Organization> = fc.tuple(organizationArbitrary, damages).map(([organization, damaged]) => {
  let at = 0;
  const next = (text: string): string => damaged[at++] ?? text;
  const users = organization.users.map((user) => ({ ...user, userName: next(user.userName), email: next(user.email) }));
  const groups = organization.groups.map((group) => ({ ...group, name: next(group.name) }));
  return { ...organization, users, groups };
});

export const BAKERY = {
  'export/users.csv': [
    'id,userName,email,active,authenticationType',
    '1,rye,rye@bakery.example,true,idp',
    '2,spelt@bakery.example,oat@bakery.example,true,idp',
    '3,oat@bakery.example,spelt@bakery.example,true,idp',
    '4,bran,bran@bakery.example,false,basic',
    '',
  ].join('\n'),
  'export/groups.csv': 'id,name,project\n7,Ovens,\n',
  'export/memberships.csv': 'groupId,userId\n7,1\n',
} as const;
