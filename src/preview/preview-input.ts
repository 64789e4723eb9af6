/** The input of a prediction, with the memberships of organization-level groups, which alone are synced. */

import { IntPairs } from '../collections/pairs.js';
import type { Directory, Group, MembershipSink, User } from '../model/directory.js';
import type { UserAttribute } from '../model/finding.js';
import { indexIdentities } from '../model/identity-index.js';
import { matchIdp } from '../model/idp-match.js';
import { type Note, note, userId } from '../model/note.js';
import { selectSyncGroups } from '../model/policy.js';
import { plainUser } from '../model/stored-user.js';
import { UserError } from '../model/user-error.js';
import type { Action } from '../plan/plan.js';
import type { RuleContext } from '../rules/rule.js';

/** The part of an audit's context that a prediction uses; it must include the identity provider's exports. */
export type Foreseeable = Pick<RuleContext, 'directory' | 'policy' | 'index' | 'sync' | 'idp'>;

export type PreviewInput = Required<Foreseeable>;

/** Limit on the related subjects that a forecast names. */
export const MOST_NAMED = 20;

/** Passes on memberships by indexes of user and group, as often as it is called. */
export interface MembershipView {
  forEach(visit: (user: number, group: number) => void): void;
}

export class MemberList implements MembershipView {
  #pairs = new IntPairs();
  /** Memberships whose user or group is missing from the export. */
  unknown = 0;

  /** Returns a sink that keeps memberships that could be synced; what an earlier one kept is forgotten. */
  sinkFor({ groups }: Directory): MembershipSink {
    const pairs = new IntPairs();
    this.#pairs = pairs;
    this.unknown = 0;
    return {
      member: (user, group) => {
        if (groups[group].isOrganizationLevel) pairs.add(user, group);
      },
      unknown: () => {
        this.unknown++;
      },
    };
  }

  forEach(visit: (user: number, group: number) => void): void {
    this.#pairs.forEach(visit);
  }
}

/** Indexes of the members of each group, in order within a group; a group that was not requested is empty. */
export class MembersByGroup {
  readonly #offsets: Int32Array;
  readonly #members: Int32Array;

  /** `isWanted`: 1 by index of a group whose members are requested. */
  constructor(view: MembershipView, isWanted: Uint8Array) {
    const offsets = new Int32Array(isWanted.length + 1);
    // A preview without groups of the provider wants none, and there may be millions of memberships.
    if (isWanted.includes(1))
      view.forEach((_, group) => {
        if (isWanted[group] === 1) offsets[group + 1]++;
      });
    for (let group = 0; group < isWanted.length; group++) offsets[group + 1] += offsets[group];
    const next = offsets.slice();
    const members = new Int32Array(offsets[isWanted.length]);
    if (members.length > 0)
      view.forEach((user, group) => {
        if (isWanted[group] === 1) members[next[group]++] = user;
      });
    this.#offsets = offsets;
    this.#members = members;
  }

  of(group: number): Int32Array {
    return this.#members.subarray(this.#offsets[group], this.#offsets[group + 1]);
  }
}

// The directory as a plan leaves it, in memory.

interface AfterPlan {
  readonly context: Foreseeable;
  readonly members: MembershipView;
}

/** Returns the preview input after the actions. Throws a UserError if they belong to another source. */
export function afterPlan({ directory, policy, idp }: Foreseeable, members: MembershipView, actions: readonly Action[]): AfterPlan {
  const playing = new Playing(directory, members);
  for (const action of actions) playing.play(action);
  const after: Directory = { ...directory, users: playing.users, groups: playing.groups };
  const index = indexIdentities(after.users, policy);
  const sync = selectSyncGroups(after.groups, policy);
  return {
    context: { directory: after, policy, index, sync, ...(idp === undefined ? {} : { idp: matchIdp(index, idp.directory) }) },
    members: playing.members,
  };
}

/** Applies actions to a copy, each compared with the value that it expects. */
class Playing {
  readonly users: User[];
  readonly groups: Group[];
  readonly #before: MembershipView;
  readonly #userPlaces: ReadonlyMap<string, number>;
  readonly #groupPlaces: ReadonlyMap<string, number>;
  /** Users removed from or added to a group, by index of the group. */
  readonly #removed = new Map<number, Set<number>>();
  readonly #added = new Map<number, Set<number>>();

  constructor({ users, groups }: Directory, members: MembershipView) {
    this.users = [...users];
    this.groups = [...groups];
    this.#before = members;
    this.#userPlaces = new Map(users.map(({ id, place }) => [id, place]));
    this.#groupPlaces = new Map(groups.map(({ id, place }) => [id, place]));
  }

  play(action: Action): void {
    const { change } = action;
    if (change.kind === 'replace-user') {
      const user = this.users[this.#placeOf(this.#userPlaces, change.user, action)];
      if (String(user[change.attribute]) !== change.from)
        throw strange(action, note`the ${NAMES[change.attribute]} of user ${userId(user.id)} is a different one`);
      this.users[user.place] = { ...plainUser(user), [change.attribute]: change.attribute === 'active' ? change.to === 'true' : change.to };
    } else if (change.kind === 'replace-group') {
      const group = this.groups[this.#placeOf(this.#groupPlaces, change.group, action)];
      if (group.name !== change.from) throw strange(action, note`group ${userId(group.id)} has a different name`);
      this.groups[group.place] = { ...group, name: change.to };
    } else {
      const user = this.#placeOf(this.#userPlaces, change.user, action);
      const group = this.#placeOf(this.#groupPlaces, change.group, action);
      const isRemoval = change.kind === 'remove-member';
      (isRemoval ? this.#added : this.#removed).get(group)?.delete(user);
      const to = isRemoval ? this.#removed : this.#added;
      to.set(group, (to.get(group) ?? new Set()).add(user));
    }
  }

  get members(): MembershipView {
    const before = this.#before;
    const removed = this.#removed;
    const added = this.#added;
    return {
      forEach(visit) {
        before.forEach((user, group) => {
          if (removed.get(group)?.has(user) !== true) visit(user, group);
        });
        for (const [group, users] of added) for (const user of users) visit(user, group);
      },
    };
  }

  #placeOf(places: ReadonlyMap<string, number>, id: string, action: Action): number {
    const place = places.get(id);
    if (place === undefined) throw strange(action, note`there is no ${places === this.#userPlaces ? 'user' : 'group'} ${userId(id)}`);
    return place;
  }
}

const NAMES: Readonly<Record<UserAttribute, string>> = { userName: 'username', email: 'email', active: 'state' };

const strange = ({ id }: Action, what: Note): UserError =>
  new UserError(
    note`The plan does not match the source as it was read: action ${id} expects a different value (${what}).`,
    note`Use the options with which the plan was made (--column, --table, --encoding and so on), or run "scim-audit plan" again.`,
  );
