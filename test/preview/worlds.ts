/** Two sides in memory: an organization of Jama Connect and the exports of its identity provider. */

import fc from 'fast-check';
import { NODE_DIGESTS } from '../../src/app/node-digests.js';
import { beginAudit } from '../../src/audit/audit.js';
import { IDP_PROVIDERS, type IdpDirectory, type IdpProvider, type IdpUser } from '../../src/model/idp.js';
import type { Action } from '../../src/plan/plan.js';
import type { Forecast, LicenseStock, UserForecast } from '../../src/preview/forecast.js';
import { predict } from '../../src/preview/predict.js';
import type { Preview } from '../../src/preview/preview.js';
import { afterPlan, MemberList } from '../../src/preview/preview-input.js';
import { groupsOf, nastyText, type Person, usersOf } from '../reporters/reports.js';
import { directoryOf, type Organization, organizationArbitrary, policyOf, snapshotOf } from '../support/organizations.js';

export type IdpPerson = Partial<IdpUser> & Pick<IdpUser, 'subject'>;

export interface IdpSide {
  readonly provider: IdpProvider;
  readonly users: readonly IdpPerson[];
  readonly groups?: readonly string[];
  /** Places of user and group. */
  readonly members?: readonly (readonly [user: number, group: number])[];
  readonly strangers?: Readonly<Record<number, number>>;
  /** Places of groups whose members were listed. */
  readonly listed?: readonly number[];
  readonly given?: Partial<IdpDirectory['given']>;
}

/** Returns the exports; a user's email is the subject where nothing else is said. */
export function idpOf({ provider, users, groups = [], members = [], strangers = {}, listed = [], given = {} }: IdpSide): IdpDirectory {
  return {
    provider,
    users: users.map((user, place) => ({ id: `i${place + 1}`, email: user.subject, active: true, path: 'idp-users.csv', line: place + 2, ...user, place })),
    groups: groups.map((name, place) => ({ place, id: `ig${place + 1}`, name, path: 'idp-groups.csv', line: place + 2 })),
    members: { users: Int32Array.from(members, ([user]) => user), groups: Int32Array.from(members, ([, group]) => group) },
    listed: new Set(listed),
    strangers: new Map(Object.entries(strangers).map(([place, number]) => [Number(place), number])),
    given: { emails: true, groupList: true, members: true, ...given },
    inputs: [{ path: 'idp-users.csv', file: '/observatory/idp-users.csv', role: 'idp-users', sha256: '1'.repeat(64), rows: users.length }],
    notes: [],
  };
}

export interface ConnectSide {
  readonly users: readonly Person[];
  readonly groups?: Organization['groups'];
  /** Ids of user and group. */
  readonly members?: readonly (readonly [user: string, group: string])[];
  readonly authMode?: Organization['authMode'];
  readonly syncGroups?: Organization['syncGroups'];
  readonly administrators?: Organization['administrators'];
}

export function organizationOf({ users, groups = [], members = [], authMode = 'multi', syncGroups = null, administrators }: ConnectSide): Organization {
  const memberships = members.map(([user, group], at) => ({ user, group, line: at + 2 }));
  return { users: usersOf(users), groups, memberships, authMode, syncGroups, ...(administrators === undefined ? {} : { administrators }) };
}

export const named = (...names: readonly string[]): Organization['groups'] => groupsOf(names);

export interface PreviewWishes {
  readonly licenses?: LicenseStock;
  readonly actions?: readonly Action[];
  /** What the source does not tell. */
  readonly lacks?: 'groups' | 'groupList' | 'memberships';
}

/** Returns the preview of an organization against an identity provider, the memberships streamed in the order of their rows. */
export function previewOf(organization: Organization, idp: IdpDirectory, { licenses, actions, lacks }: PreviewWishes = {}): Preview {
  const plain = directoryOf(organization);
  const directory = lacks === undefined ? plain : { ...plain, given: { ...plain.given, [lacks]: false } };
  const policy = policyOf(organization);
  const audit = beginAudit(directory, policy, NODE_DIGESTS, idp);
  const members = new MemberList();
  const sink = members.sinkFor(directory);
  const users = new Map(organization.users.map(({ id, place }) => [id, place]));
  const groups = new Map(organization.groups.map(({ id, place }) => [id, place]));
  for (const { user, group } of organization.memberships) {
    const [userPlace, groupPlace] = [users.get(user), groups.get(group)];
    if (userPlace !== undefined && groupPlace !== undefined) sink.member(userPlace, groupPlace);
  }
  const wishes = licenses === undefined ? {} : { licenses };
  const about = { snapshot: snapshotOf(organization), policy, syncNames: audit.context.sync.names, idp, notes: [] };
  const now = predict(audit.context, members, wishes);
  if (actions === undefined) return { ...about, members, forecast: now };
  const after = afterPlan(audit.context, members, actions);
  return { ...about, members: after.members, forecast: predict(after.context, after.members, wishes), before: now };
}

/** Returns what is predicted of both sides. */
export const forecastOf = (connect: ConnectSide, idp: IdpSide, wishes?: PreviewWishes): Forecast =>
  previewOf(organizationOf(connect), idpOf(idp), wishes).forecast;

/** Returns a forecast in one line: who is sent, to which account, and what happens. */
export const lineOf = ({ effects, user, idpUser }: UserForecast): string => `${idpUser?.subject ?? '-'} > ${user?.id ?? '-'}: ${effects.join(' ')}`;

/** Users of the provider who are mostly somebody of the organization, under one of their names. */
const idpArbitrary = ({ users, groups }: Organization): fc.Arbitrary<IdpDirectory> => {
  const names = [
    'ana@dome.example',
    'Ben@dome.example',
    'zoe@dome.example',
    "o'neil@dome.example",
    '',
    ...users.flatMap(({ userName, email }) => [userName, email]),
  ];
  const name = fc.constantFrom(...names);
  const groupName = fc.constantFrom('Observers', 'observers', 'R&D', 'Night shift', '', ...groups.map((group) => group.name));
  const person = fc.record({
    subject: name,
    email: name,
    active: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    isSuspended: fc.boolean(),
    isNew: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  });
  return fc
    .record({
      provider: fc.constantFrom(...IDP_PROVIDERS),
      people: fc.array(person, { maxLength: 8 }),
      groupNames: fc.array(groupName, { maxLength: 4 }),
      pairs: fc.uniqueArray(fc.tuple(fc.nat(7), fc.nat(3)), { maxLength: 10, selector: ([user, group]) => `${user}/${group}` }),
      strangers: fc.record({ 0: fc.nat(2) }),
      given: fc.record({ groupList: fc.boolean(), members: fc.boolean(), emails: fc.boolean() }),
    })
    .map(({ provider, people, groupNames, pairs, strangers, given }) =>
      idpOf({
        provider,
        users: people.map(({ isNew, isSuspended, ...one }) => ({
          ...one,
          ...(provider === 'okta' && isSuspended && !one.active ? { isSuspended: true as const } : {}),
          ...(given.emails ? {} : { email: '' }),
          ...(isNew ? { isPending: true as const } : {}),
        })),
        groups: groupNames,
        members: given.members ? pairs.filter(([user, group]) => user < people.length && group < groupNames.length) : [],
        strangers: given.members && groupNames.length > 0 ? strangers : {},
        given,
      }),
    );
};

/** Organizations with an identity provider beside them. */
export const worlds: fc.Arbitrary<{ readonly organization: Organization; readonly idp: IdpDirectory }> = organizationArbitrary.chain((organization) =>
  idpArbitrary(organization).map((idp) => ({ organization, idp })),
);

/** Previews in which every value that an export can choose is hostile, with every kind of forecast that such values allow. */
export const nastyPreview: fc.Arbitrary<Preview> = fc
  .record({
    provider: fc.constantFrom(...IDP_PROVIDERS),
    name: nastyText,
    email: nastyText,
    twin: nastyText,
    group: nastyText,
    note: nastyText,
    more: fc.array(fc.record({ userName: nastyText, email: nastyText, active: fc.boolean() }), { maxLength: 4 }),
  })
  .map(({ provider, name, email, twin, group, note, more }) => {
    const organization = organizationOf({
      users: [
        { userName: name, email: `${email}x`, active: false, givenName: name, familyName: twin },
        { userName: 'other', email: `${twin}@`, authenticationType: 'basic' as const },
        { userName: 'third', email: twin, active: false, authenticationType: 'basic' as const },
        ...more,
      ],
      groups: [...named(group, group, `${group}1`), { ...named('x')[0], id: 'gp', place: 3, name: `${group}2`, isOrganizationLevel: false }],
      members: [
        ['3', 'g3'],
        ['1', 'g3'],
      ],
    });
    const idp = idpOf({
      provider,
      users: [
        { subject: name, email, givenName: twin, familyName: email },
        { subject: `${twin}@` },
        { subject: `new${twin}`, email: twin, id: note },
        ...more.map(({ userName }) => ({ subject: userName.toUpperCase() })),
      ],
      groups: [group, `${group}1`, `${group}2`],
      members: [
        [0, 1],
        [2, 1],
        [2, 2],
      ],
      strangers: { 1: 2 },
    });
    const shown = previewOf(organization, idp, { licenses: { creator: 1, creatorFloat: 0 } });
    return { ...shown, notes: [`A note about ${note}.`] };
  });
