/**
 * Entra's initial cycle, as documented: MicrosoftDocs/entra-docs, docs/identity/app-provisioning: how-provisioning-works
 * ("Initial cycle", "Deprovisioning"), use-scim-to-provision-users-and-groups ("SCIM protocol requests and responses"),
 * known-issues ("Null attribute can't be provisioned", "Member of group not provisioned"). The mapping is the one that
 * the vendor's guide leaves: userName, active, emails[type eq "work"].value, name.givenName, name.familyName.
 */

import type { IdpDirectory, IdpUser } from '../../../src/model/idp.js';
import { isBlank, key } from '../../support/organizations.js';
import { GROUP_SCHEMA, type Links, membersByGroup, type Operation, patchOf, type ScimClient, USER_SCHEMA, type UserResource } from './client.js';
import type { Latitude } from './connect.js';

/** known-issues, "Special characters are not supported on joining properties"; taken as widely as can be. */
const SPECIAL = /[^\p{L}\p{M}\p{N} _.@-]/u;

export async function syncFromEntra(client: ScimClient, directory: IdpDirectory, latitude: Latitude): Promise<void> {
  const links: Links = new Map();
  const canLookUp = (value: string): boolean => !isBlank(value) && !(latitude.failsOnSpecial && SPECIAL.test(value));
  for (const user of withoutDuplicates(directory.users, ({ subject }) => key(subject), latitude)) {
    if (canLookUp(user.subject)) await provision(client, user, links, latitude);
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

async function provision(client: ScimClient, user: IdpUser, links: Links, latitude: Latitude): Promise<void> {
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
