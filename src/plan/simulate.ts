/** Plays a plan's actions on a copy of the snapshot and proves what always holds (contract 6). */

import { key } from '../model/compare.js';
import type { Group, User } from '../model/directory.js';
import type { Action } from './plan.js';

export interface Proof {
  readonly users: readonly User[];
  readonly groups: readonly Group[];
  readonly actions: readonly Action[];
  /** The state that the plan was made for. */
  readonly end: { readonly users: readonly User[]; readonly groups: readonly Group[] };
  /** Keys of every username and email of the snapshot and of the end state: no temporary name is one of them. */
  readonly takenKeys: ReadonlySet<string>;
}

/** A plan that does not hold what plans promise. It is a bug, and is never written. */
export class ProofFailed extends Error {
  override readonly name = 'ProofFailed';
}

const fail = (action: Action | undefined, why: string): never => {
  throw new ProofFailed(`The plan is not safe and was not written${action === undefined ? '' : `: ${action.id}`}: ${why}.`);
};

/** Who has which username key, one step after the other. */
class Names {
  readonly #keys: string[];
  readonly #native: readonly string[];
  /** How many have a key, and how many of those had it in the source. */
  readonly #holders = new Map<string, { all: number; native: number }>();

  constructor(users: readonly User[]) {
    this.#native = users.map(({ userName }) => key(userName));
    this.#keys = [...this.#native];
    for (const name of this.#native) {
      const held = this.#at(name);
      held.all++;
      held.native++;
    }
  }

  #at(name: string): { all: number; native: number } {
    let held = this.#holders.get(name);
    if (held === undefined) {
      held = { all: 0, native: 0 };
      this.#holders.set(name, held);
    }
    return held;
  }

  /** Gives a user another name; yields whether nobody but old namesakes has it as well. */
  move(place: number, userName: string): boolean {
    const native = this.#native[place];
    const old = this.#at(this.#keys[place]);
    old.all--;
    if (this.#keys[place] === native) old.native--;
    const name = key(userName);
    this.#keys[place] = name;
    const held = this.#at(name);
    const isFree = name !== '' && (held.all === 0 || (name === native && held.all === held.native));
    held.all++;
    if (name === native) held.native++;
    return isFree;
  }
}

/** Throws ProofFailed where a plan breaks one of its promises. */
export function proveActions({ users, groups, actions, end, takenKeys }: Proof): void {
  const names = new Names(users);
  const placesById = new Map(users.map(({ id, place }) => [id, place]));
  const groupsById = new Map(groups.map(({ id, place }) => [id, place]));
  const now = users.map(({ userName, email, active }) => ({ userName, email, active: String(active) }));
  const groupNames = groups.map(({ name }) => name);
  const temporary = new Map<number, string>();
  for (const action of actions) {
    const { change } = action;
    if (change.kind === 'replace-group') {
      const place = groupsById.get(change.group) ?? fail(action, 'there is no such group');
      if (groupNames[place] !== change.from) fail(action, 'the group is not called so at that moment');
      groupNames[place] = change.to;
    }
    if (change.kind !== 'replace-user') continue;
    const place = placesById.get(change.user) ?? fail(action, 'there is no such user');
    if (now[place][change.attribute] !== change.from) fail(action, `the ${change.attribute} is not that at that moment`);
    now[place][change.attribute] = change.to;
    if (change.attribute !== 'userName') continue;
    if (!names.move(place, change.to)) fail(action, 'another user has that username at that moment');
    if (change.temporary !== true) temporary.delete(place);
    else if (takenKeys.has(key(change.to))) fail(action, 'the temporary username is one that the organisation knows');
    else temporary.set(place, change.to);
  }
  if (temporary.size > 0) fail(undefined, 'a temporary username is left at the end');
  for (const { place, userName, email, active } of end.users) {
    const state = now[place];
    if (state.userName !== userName || state.email !== email || state.active !== String(active)) {
      fail(undefined, `user ${users[place].id} does not end as planned`);
    }
  }
  for (const { place, name } of end.groups) if (groupNames[place] !== name) fail(undefined, `group ${groups[place].id} does not end as planned`);
}
