/** What both identity providers' clients do alike: SCIM requests over HTTP, and who is in which group. */

import type { IdpDirectory, IdpUser } from '../../../src/model/idp.js';
import { isBlank, key } from '../../support/organizations.js';
import type { Latitude } from './service.js';

interface Answer {
  readonly status: number;
  readonly body: Resource;
}

interface UserResource {
  readonly id: string;
  readonly userName: string;
  readonly active: boolean;
  readonly name: { readonly givenName?: string; readonly familyName?: string };
  readonly emails: readonly { readonly value: string }[];
}

interface GroupResource {
  readonly id: string;
  readonly displayName: string;
  readonly members?: readonly { readonly value: string }[];
}

type Resource = UserResource & GroupResource & { readonly totalResults: number; readonly Resources: readonly (UserResource & GroupResource)[] };

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH';

/** Accounts by place of the provider's user: the provider keeps the id that it was given, and never looks the user up again. */
type Links = Map<number, string>;

const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

interface Operation {
  readonly op: 'Add' | 'Replace';
  readonly path: string;
  readonly value: unknown;
}

const patchOf = (operations: readonly Operation[]): object => ({ schemas: [PATCH_SCHEMA], Operations: operations });

export class ScimClient {
  /** Method, path and status of each request, in order. */
  readonly log: string[] = [];
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  async send(method: Method, path: string, body?: object): Promise<Answer> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        accept: 'application/scim+json',
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    this.log.push(`${method} ${decodeURIComponent(path)} ${response.status}`);
    if (response.status >= 500) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
  }

  /** Returns what has exactly this value by the service's own reading of `eq`. */
  async find(path: string, attribute: string, value: string, parameters = ''): Promise<readonly (UserResource & GroupResource)[]> {
    const { status, body } = await this.send('GET', `${path}?filter=${encodeURIComponent(`${attribute} eq "${value}"`)}${parameters}`);
    if (status !== 200) throw new Error(`a lookup of ${attribute} "${value}" was answered with ${status}`);
    return body.Resources;
  }
}

/** Returns the members of each group, by place of the group. */
function membersByGroup({ users, groups, members }: IdpDirectory): IdpUser[][] {
  const byGroup = groups.map((): IdpUser[] => []);
  members.groups.forEach((group, at) => {
    byGroup[group].push(users[members.users[at]]);
  });
  return byGroup;
}

// Entra's initial cycle, as documented: MicrosoftDocs/entra-docs, docs/identity/app-provisioning:
// how-provisioning-works ("Initial cycle", "Deprovisioning"), use-scim-to-provision-users-and-groups ("SCIM protocol
// requests and responses"), known-issues ("Null attribute can't be provisioned", "Member of group not provisioned").
// The mapping is the one that the vendor's guide leaves: userName, active, emails[type eq "work"].value,
// name.givenName, name.familyName.

/** known-issues, "Special characters are not supported on joining properties"; taken as widely as can be. */
const SPECIAL = /[^\p{L}\p{M}\p{N} _.@-]/u;

export async function syncFromEntra(client: ScimClient, directory: IdpDirectory, latitude: Latitude): Promise<void> {
  const links: Links = new Map();
  const canLookUp = (value: string): boolean => !isBlank(value) && !(latitude.failsOnSpecial && SPECIAL.test(value));
  for (const user of withoutDuplicates(directory.users, ({ subject }) => key(subject), latitude)) {
    if (canLookUp(user.subject)) await provisionFromEntra(client, user, links, latitude);
  }
  const members = membersByGroup(directory);
  for (const group of withoutDuplicates(directory.groups, ({ name }) => name, latitude)) {
    if (!canLookUp(group.name)) continue;
    const isSent = (user: IdpUser): boolean => user.active || latitude.sendsBlockedMembers;
    const ids = members[group.place].filter(isSent).flatMap(({ place }) => links.get(place) ?? []);
    await provisionGroup(client, group.name, ids);
  }
}

/** DuplicateSourceEntries. Entra's own names are case-insensitive. */
function withoutDuplicates<T>(records: readonly T[], nameOf: (record: T) => string, { sendsDuplicates }: Latitude): readonly T[] {
  if (sendsDuplicates) return records;
  const counts = new Map<string, number>();
  for (const record of records) counts.set(nameOf(record), (counts.get(nameOf(record)) ?? 0) + 1);
  return records.filter((record) => counts.get(nameOf(record)) === 1);
}

async function provisionFromEntra(client: ScimClient, user: IdpUser, links: Links, latitude: Latitude): Promise<void> {
  const found = await client.find('/Users', 'userName', user.subject);
  // DuplicateTargetEntries: nothing is written.
  if (found.length > 1) return;
  const [account] = found;
  if (account === undefined) {
    // A disabled user cannot be provisioned.
    if (!user.active) return;
    const { status, body } = await client.send('POST', '/Users', newUser(user));
    if (status === 201) links.set(user.place, body.id);
    return;
  }
  // how-provisioning-works: a user must be active before being provisioned; what is disabled on both sides stays as it is.
  if (!user.active && (latitude.skipsBlocked || !account.active)) return;
  links.set(user.place, account.id);
  const operations = differences(user, account, latitude);
  if (operations.length > 0) await client.send('PATCH', `/Users/${account.id}`, patchOf(operations));
}

/** What is null at the source is not sent. */
const newUser = ({ subject, email, givenName = '', familyName = '', id }: IdpUser): object => ({
  schemas: [USER_SCHEMA],
  externalId: id,
  userName: subject,
  active: true,
  ...(isBlank(email) ? {} : { emails: [{ primary: true, type: 'work', value: email }] }),
  name: { ...(isBlank(givenName) ? {} : { givenName }), ...(isBlank(familyName) ? {} : { familyName }) },
  meta: { resourceType: 'User' },
});

function differences(user: IdpUser, account: UserResource, { updatesBlocked }: Latitude): Operation[] {
  const operations: Operation[] = [];
  const set = (path: string, to: string, from = ''): void => {
    if (!isBlank(to) && to !== from) operations.push({ op: from === '' ? 'Add' : 'Replace', path, value: to });
  };
  if (account.active !== user.active) operations.push({ op: 'Replace', path: 'active', value: user.active });
  if (!user.active && !updatesBlocked) return operations;
  set('userName', user.subject, account.userName);
  const [email] = account.emails;
  // A value that is not there is added whole: RFC 7644 3.5.2.3 has a filter that matches nothing fail.
  if (email !== undefined) set('emails[type eq "work"].value', user.email, email.value);
  else if (!isBlank(user.email)) operations.push({ op: 'Add', path: 'emails', value: [{ primary: true, type: 'work', value: user.email }] });
  set('name.givenName', user.givenName ?? '', account.name.givenName);
  set('name.familyName', user.familyName ?? '', account.name.familyName);
  return operations;
}

/** Groups are asked for without their members, made empty, and their members added: none is ever taken out. */
async function provisionGroup(client: ScimClient, name: string, members: readonly string[]): Promise<void> {
  const found = await client.find('/Groups', 'displayName', name, '&excludedAttributes=members');
  if (found.length > 1) return;
  const id = found[0]?.id ?? (await client.send('POST', '/Groups', { schemas: [GROUP_SCHEMA], displayName: name, meta: { resourceType: 'Group' } })).body.id;
  await client.send('GET', `/Groups/${id}?excludedAttributes=members`);
  if (members.length === 0) return;
  const added: Operation = { op: 'Add', path: 'members', value: members.map((value) => ({ $ref: null, value })) };
  await client.send('PATCH', `/Groups/${id}`, patchOf([added]));
}

// Okta's first sync with a custom application, as documented: okta/okta-developer-docs, concepts/scim/faqs ("User
// search and matching", "PATCH versus PUT") and reference/scim/scim-20 ("Create Users", "Update a specific User (PUT)",
// "Retrieve Groups", "Update specific Group membership"). Applications made by the App Integration Wizard use PUT.

const PAGE = '&startIndex=1&count=100';

const profileOf = ({ subject, email, givenName = '', familyName = '', id }: IdpUser, active: boolean): object => ({
  schemas: [USER_SCHEMA],
  userName: subject,
  name: { givenName, familyName },
  emails: isBlank(email) ? [] : [{ primary: true, value: email, type: 'work' }],
  externalId: id,
  groups: [],
  active,
});

export async function syncFromOkta(client: ScimClient, directory: IdpDirectory, latitude: Latitude): Promise<void> {
  const links: Links = new Map();
  for (const user of directory.users) {
    if (isBlank(user.subject)) continue;
    if (!user.active) {
      if (user.isSuspended === true || latitude.deactivatesUnlinked) await deactivate(client, user, links, latitude);
    } else if (user.isPending !== true || latitude.sendsPending) await provisionFromOkta(client, user, links, latitude);
  }
  const members = membersByGroup(directory);
  for (const group of directory.groups) {
    // help.okta.com, "Troubleshooting Group Push": inactive users are not pushed, and of the others those who are provisioned.
    const ids = members[group.place].filter(({ active }) => active).flatMap(({ place }) => links.get(place) ?? []);
    await pushGroup(client, group.name, ids, latitude);
  }
}

/** Returns the account's id; undefined where there is none, or where it is not known what Okta makes of several. */
async function lookUp(client: ScimClient, path: '/Users' | '/Groups', value: string, { takesFirst }: Latitude): Promise<string | 'several' | undefined> {
  const found = await client.find(path, path === '/Users' ? 'userName' : 'displayName', value, PAGE);
  return found.length > 1 && !takesFirst ? 'several' : found[0]?.id;
}

async function provisionFromOkta(client: ScimClient, user: IdpUser, links: Links, latitude: Latitude): Promise<void> {
  const id = await lookUp(client, '/Users', user.subject, latitude);
  if (id === 'several') return;
  if (id === undefined) {
    const { status, body } = await client.send('POST', '/Users', profileOf(user, true));
    if (status === 201) links.set(user.place, body.id);
    return;
  }
  await put(client, user, id, true, links);
}

/** scim-20, "Delete Users": for users who are suspended, deactivated or unassigned `active` is put to false. An account that is inactive already is not deactivated for a deactivated user. */
async function deactivate(client: ScimClient, user: IdpUser, links: Links, latitude: Latitude): Promise<void> {
  const id = await lookUp(client, '/Users', user.subject, latitude);
  if (id === undefined || id === 'several') return;
  if (user.isSuspended !== true && !(await client.send('GET', `/Users/${id}`)).body.active) return;
  await put(client, user, id, false, links);
}

async function put(client: ScimClient, user: IdpUser, id: string, active: boolean, links: Links): Promise<void> {
  const { body } = await client.send('GET', `/Users/${id}`);
  const { status } = await client.send('PUT', `/Users/${id}`, { ...body, ...profileOf(user, active) });
  if (status === 200) links.set(user.place, id);
}

/**
 * A push by name. What Okta puts as `members` replaces those that are there; the guide ("Provisioning Groups in Okta")
 * says that the members of a Connect group which is linked remain, so they are put along.
 */
async function pushGroup(client: ScimClient, name: string, members: readonly string[], latitude: Latitude): Promise<void> {
  const found = await lookUp(client, '/Groups', name, latitude);
  if (found === 'several') return;
  const id = found ?? (await client.send('POST', '/Groups', { schemas: [GROUP_SCHEMA], displayName: name, members: [] })).body.id;
  const { body } = await client.send('GET', `/Groups/${id}`);
  const all = new Set([...(body.members ?? []).map(({ value }) => value), ...members]);
  await client.send('PUT', `/Groups/${id}`, { schemas: [GROUP_SCHEMA], displayName: name, members: [...all].map((value) => ({ value })) });
}
