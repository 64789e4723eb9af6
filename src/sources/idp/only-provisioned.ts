/** Leaves in a directory of Entra only what is provisioned: who and what is assigned, and has a subject. */

import type { IdpDirectory, IdpUser } from '../../model/idp.js';
import { count } from './accounts.js';

interface Assigned {
  /** 1 by index of a user. */
  readonly isAssigned: Uint8Array;
  /** 1 by index of a group; undefined if the lists name no groups. */
  readonly isGroupAssigned: Uint8Array | undefined;
}

/** Returns the directory with the users and groups that are assigned, and without users for whom nothing could be sent as `userName`. */
export function onlyProvisioned(all: IdpDirectory, assigned: Assigned | undefined): IdpDirectory {
  // A blank subject is one that Entra skips only if a setting named the attribute; every other reader refuses it.
  const isSent = ({ place, subject }: IdpUser): boolean => assigned?.isAssigned[place] !== 0 && subject.trim() !== '';
  const users = all.users.filter(isSent);
  const isGroupSent = ({ place }: { readonly place: number }): boolean => assigned?.isGroupAssigned?.[place] !== 0;
  const groups = all.groups.filter(isGroupSent);
  if (assigned === undefined && users.length === all.users.length) return all;
  const userPlaces = placesOf(users, all.users.length);
  const groupPlaces = placesOf(groups, all.groups.length);
  const pairs: { readonly user: number; readonly group: number }[] = [];
  const strangers = new Map([...all.strangers].flatMap(([group, number]) => (groupPlaces[group] < 0 ? [] : [[groupPlaces[group], number] as const])));
  all.members.users.forEach((user, at) => {
    const group = groupPlaces[all.members.groups[at]];
    if (group < 0) return;
    if (userPlaces[user] >= 0) pairs.push({ user: userPlaces[user], group });
    else strangers.set(group, (strangers.get(group) ?? 0) + 1);
  });
  const unassigned = assigned === undefined ? undefined : all.users.filter(({ place }) => assigned.isAssigned[place] === 0);
  const leftOut = all.groups.length - groups.length;
  return {
    ...all,
    users: users.map((user, place) => ({ ...user, place })),
    ...(unassigned === undefined ? {} : { unassigned: unassigned.map((user, place) => ({ ...user, place })) }),
    groups: groups.map((group, place) => ({ ...group, place })),
    members: { users: Int32Array.from(pairs, ({ user }) => user), groups: Int32Array.from(pairs, ({ group }) => group) },
    listed: new Set([...all.listed].flatMap((group) => (groupPlaces[group] < 0 ? [] : [groupPlaces[group]]))),
    strangers,
    notes:
      leftOut === 0
        ? all.notes
        : [
            ...all.notes,
            `${count(leftOut, 'group')} of Entra ${leftOut === 1 ? 'is' : 'are'} not assigned to the application, so ${leftOut === 1 ? 'it is' : 'they are'} not provisioned.`,
          ],
  };
}

/** Returns the new index by the former one; -1 for what is left out. */
function placesOf(kept: readonly { readonly place: number }[], length: number): Int32Array {
  const places = new Int32Array(length).fill(-1);
  kept.forEach(({ place }, at) => {
    places[place] = at;
  });
  return places;
}
