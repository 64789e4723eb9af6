/**
 * Who is assigned to the application in Entra: users directly, groups with their own members. Graph's `appRoleAssignedTo`,
 * or a list of members, each of whom counts as assigned.
 */

import { PlaceTable } from '../../collections/places.js';
import type { IdpDirectory, IdpUser } from '../../model/idp.js';
import { type Note, note, quoted, quotedId } from '../../model/note.js';
import { movedIdpUser, StoredIdpUser } from '../../model/stored-idp-user.js';
import type { Problems } from '../tables/problem.js';
import type { Entry } from './entry.js';
import { AMBIGUOUS, type DirectoryUsers, type Groups, NameIndex } from './groups.js';
import { kindOfMember, type Pairs } from './members.js';
import { count } from './record-words.js';

interface Assigned {
  readonly id: string;
  /** The login of a user, or the name of a group; blank if the list does not say. */
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

export class EntraAssignments {
  readonly #users: Assigned[] = [];
  readonly #groups = new Map<string, Assigned>();
  readonly #applications = new Set<string>();
  #others = 0;
  /** True if some list is one of assignments, which names assigned groups as well. */
  #namesGroups = false;

  take(entry: Entry): void {
    const { file, line } = entry;
    if (entry.kind !== 'assignment') {
      if (kindOfMember(entry) === 'user') this.#users.push({ id: entry.text('id').trim(), name: entry.text('login'), file, line });
      else this.#others++;
      return;
    }
    this.#namesGroups = true;
    const application = entry.findCommon('instance') ?? entry.findCommon('application') ?? '';
    if (!this.#applications.has(application)) {
      this.#applications.add(application);
      if (this.#applications.size > 1) {
        entry.refuse(undefined, 'the assignments belong to several applications (resourceId); give those of Jama Connect only.', 'applications');
      }
    }
    const id = entry.text('principal').trim();
    if (id === '') entry.refuse('principal', 'principalId is blank, although every assignment has one; export again.');
    const assigned: Assigned = { id, name: entry.text('principalName'), file, line };
    const type = entry.text('principalType').trim().toLowerCase();
    if (type === 'user') this.#users.push({ ...assigned, name: '' });
    else if (type === 'group') this.#groups.set(id, assigned);
    else if (type === 'serviceprincipal') this.#others++;
    else
      entry.refuse(
        'principalType',
        note`${quoted(entry.text('principalType'))} is not a type of what Entra assigns (User, Group, ServicePrincipal).`,
        `type ${type}`,
      );
  }

  /**
   * Returns 1 by index of an assigned user, 1 by index of an assigned group (undefined if the lists name no groups), and
   * notes. Adds a problem for each assigned user who is in no list of users, and each assigned group whose members were not given.
   */
  settle(
    { users, logins }: DirectoryUsers,
    groups: Groups,
    { members, listed }: { readonly members: Pairs; readonly listed: ReadonlySet<number> },
    problems: Problems,
  ): { readonly isAssigned: Uint8Array; readonly isGroupAssigned: Uint8Array | undefined; readonly notes: readonly Note[] } {
    const isAssigned = new Uint8Array(users.length);
    const byId = new PlaceTable();
    for (const { id, place } of users) byId.add(id, place);
    const byLogin = new NameIndex(groups.key, logins());
    for (const { id, name, file, line } of this.#users) {
      const known = id === '' ? -1 : byId.get(id);
      const place = known >= 0 ? known : byLogin.find(name);
      if (place >= 0) isAssigned[place] = 1;
      else {
        const what = id === '' ? quoted(name) : quotedId(id);
        const why = place === AMBIGUOUS ? 'matches more than one user' : 'is not in the lists of users';
        problems.add({
          file,
          line,
          message: note`the assigned user ${what} ${why}; export both lists at the same time, with the users' ids.`,
          cause: `user ${why}`,
        });
      }
    }
    const isGroupAssigned = new Uint8Array(groups.all.length);
    for (const { id, name, file, line } of this.#groups.values()) {
      const found = groups.assigned(id, name);
      if (found >= 0) isGroupAssigned[found] = 1;
      if (found >= 0 && listed.has(found)) continue;
      problems.add({
        file,
        line,
        message: note`the group ${name === '' ? quotedId(id) : quoted(name)} is assigned, but its members were not given, so it is not known who is provisioned; give them with --idp-members "GROUP=FILE".`,
      });
    }
    members.forEach((user, group) => {
      if (isGroupAssigned[group] === 1) isAssigned[user] = 1;
    });
    const total = isAssigned.reduce((sum, one) => sum + one, 0);
    const notes: Note[] = [
      `${count(total, 'user')} of ${users.length.toLocaleString('en-US')} in Entra ${total === 1 ? 'is' : 'are'} assigned to the application, ${this.#groups.size === 0 ? 'directly' : `directly or by ${count(this.#groups.size, 'group')}`}; nothing is sent for the others.`,
    ];
    if (this.#others > 0)
      notes.push(
        `${count(this.#others, 'assignment is', 'assignments are')} not of a user or a group that is provisioned (a service principal, a device, or a group within a list of members, whose members Entra does not provision).`,
      );
    return { isAssigned, isGroupAssigned: this.#namesGroups ? isGroupAssigned : undefined, notes };
  }
}

// Leaves in a directory of Entra only what is provisioned: who and what is assigned, and has a subject.

interface WhoIsAssigned {
  /** 1 by index of a user. */
  readonly isAssigned: Uint8Array;
  /** 1 by index of a group; undefined if the lists name no groups. */
  readonly isGroupAssigned: Uint8Array | undefined;
}

/** Returns the directory with the users and groups that are assigned, and without users for whom nothing could be sent as `userName`. */
export function onlyProvisioned(all: IdpDirectory, assigned: WhoIsAssigned | undefined): IdpDirectory {
  // A blank subject is one that Entra skips only if a setting named the attribute; every other reader refuses it.
  const isSent = (user: IdpUser): boolean =>
    assigned?.isAssigned[user.place] !== 0 && ((user instanceof StoredIdpUser && user.hasSurelySubject) || user.subject.trim() !== '');
  // Okta provisions who is listed, and a subject is always there.
  if (assigned === undefined && (all.provider === 'okta' || all.users.every(isSent))) return all;
  const users = all.users.filter(isSent);
  const isGroupSent = ({ place }: { readonly place: number }): boolean => assigned?.isGroupAssigned?.[place] !== 0;
  const groups = all.groups.filter(isGroupSent);
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
    users: users.map(movedIdpUser),
    ...(unassigned === undefined ? {} : { unassigned: unassigned.map(movedIdpUser) }),
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
