/** One small organization of which it is known what becomes of everybody. */

import type { AuthenticationType, User } from '../../../src/model/directory.js';
import type { IdpDirectory, IdpGroup, IdpProvider, IdpUser } from '../../../src/model/idp.js';
import type { Organization } from '../../support/organizations.js';
import { stateOf } from './cases.js';
import type { ConnectState } from './connect.js';

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

const person = (place: number, subject: string, [givenName, familyName]: Names, active = true): IdpUser => ({
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
    person(0, 'ana@dome.example', ['Ana', 'Berg']),
    person(1, 'ben@dome.example', ['Ben', 'Ek']),
    person(2, 'cleo@dome.example', ['Cleo', 'Falk']),
    person(3, 'dag@dome.example', ['Dag', 'Lie'], false),
    person(4, 'ema@dome.example', ['Ema', 'Dahl']),
  ],
  groups: [team(0, 'Observers'), team(1, 'Visitors')],
  members: { users: Int32Array.of(0, 1, 2, 0), groups: Int32Array.of(0, 0, 0, 1) },
  listed: new Set(),
  strangers: new Map(),
  given: { emails: true, groupList: true, members: true },
  inputs: [],
  notes: [],
});
