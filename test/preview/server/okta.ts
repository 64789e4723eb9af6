/**
 * Okta's first sync with a custom application, as documented: okta/okta-developer-docs, concepts/scim/faqs ("User search
 * and matching", "PATCH versus PUT") and reference/scim/scim-20 ("Create Users", "Update a specific User (PUT)",
 * "Retrieve Groups", "Update specific Group membership"). Applications made by the App Integration Wizard use PUT.
 */

import type { IdpDirectory, IdpUser } from '../../../src/model/idp.js';
import { isBlank } from '../../support/organizations.js';
import { GROUP_SCHEMA, type Links, membersByGroup, type ScimClient, USER_SCHEMA } from './client.js';
import type { Latitude } from './connect.js';

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
    } else if (user.isPending !== true || latitude.sendsPending) await provision(client, user, links, latitude);
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

async function provision(client: ScimClient, user: IdpUser, links: Links, latitude: Latitude): Promise<void> {
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
