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
  /** Keys of every username and email, of the snapshot and of the end state: no temporary name is one of them. */
  readonly keys: readonly (readonly string[])[];
}

/** A plan that does not hold what plans promise. It is a bug, and is never written. */
export class ProofFailed extends Error {
  override readonly name = 'ProofFailed';
}

const fail = (action: Action | undefined, why: string): never => {
  throw new ProofFailed(`The plan is not safe and was not written${action === undefined ? '' : `: ${action.id}`}: ${why}.`);
};

/** Who has which of the username keys that a plan hands out, one step after the other. */
class Names {
  /** How many have a key, and how many of those had it in the source. */
  readonly #held = new Map<string, { all: number; native: number }>();
  readonly #native = new Map<number, string>();
  readonly #keys = new Map<number, string>();

  constructor(users: readonly User[], actions: readonly Action[], places: ReadonlyMap<string, number>) {
    for (const { change } of actions) {
      if (change.kind === 'replace-user' && change.attribute === 'userName') this.#held.set(key(change.to), { all: 0, native: 0 });
    }
    if (this.#held.size === 0) return;
    for (const { userName } of users) {
      const held = this.#held.get(key(userName));
      if (held === undefined) continue;
      held.all++;
      held.native++;
    }
    for (const place of places.values()) this.#native.set(place, key(users[place].userName));
  }

  /** Gives a user another name; yields whether nobody but old namesakes has it as well. */
  move(place: number, userName: string): boolean {
    const native = this.#native.get(place);
    const before = this.#keys.get(place) ?? native;
    const left = before === undefined ? undefined : this.#held.get(before);
    if (left !== undefined) {
      left.all--;
      if (before === native) left.native--;
    }
    const name = key(userName);
    this.#keys.set(place, name);
    const held = this.#held.get(name);
    if (held === undefined || name === '') return false;
    const isFree = held.all === 0 || (name === native && held.all === held.native);
    held.all++;
    if (name === native) held.native++;
    return isFree;
  }
}

type State = Record<'userName' | 'email' | 'active', string>;
const stateOf = ({ userName, email, active }: User): State => ({ userName, email, active: String(active) });

/** Yields the places of the users whom a plan changes. */
function changedPlaces(users: readonly User[], actions: readonly Action[]): Map<string, number> {
  const ids = new Set(actions.flatMap(({ change }) => (change.kind === 'replace-user' ? [change.user] : [])));
  const places = new Map<string, number>();
  for (const { id, place } of users) if (ids.has(id)) places.set(id, place);
  return places;
}

/** Throws ProofFailed where a plan breaks one of its promises. */
export function proveActions({ users, groups, actions, end, keys }: Proof): void {
  const places = changedPlaces(users, actions);
  const names = new Names(users, actions, places);
  const groupsById = new Map(groups.map(({ id, place }) => [id, place]));
  const now = new Map<number, State>();
  const groupNames = groups.map(({ name }) => name);
  const left = new Map<number, Action>();
  const temporary = new Map<string, Action>();
  for (const action of actions) {
    const { change } = action;
    if (change.kind === 'replace-group') {
      const place = groupsById.get(change.group) ?? fail(action, 'there is no such group');
      if (groupNames[place] !== change.from) fail(action, 'the group is not called so at that moment');
      groupNames[place] = change.to;
    }
    if (change.kind !== 'replace-user') continue;
    const place = places.get(change.user) ?? fail(action, 'there is no such user');
    const state = now.get(place) ?? stateOf(users[place]);
    if (state[change.attribute] !== change.from) fail(action, `the ${change.attribute} is not that at that moment`);
    state[change.attribute] = change.to;
    now.set(place, state);
    if (change.attribute !== 'userName') continue;
    if (!names.move(place, change.to)) fail(action, 'another user has that username at that moment');
    left.delete(place);
    if (change.temporary !== true) continue;
    left.set(place, action);
    temporary.set(key(change.to), action);
  }
  for (const action of left.values()) fail(action, 'a temporary username is left at the end');
  if (temporary.size > 0) {
    for (const list of keys)
      for (const known of list) if (temporary.has(known)) fail(temporary.get(known), 'the temporary username is one that the organisation knows');
  }
  for (const user of end.users) {
    const source = users[user.place];
    const state = now.get(user.place) ?? source;
    if (state === user) continue;
    if (state.userName !== user.userName || state.email !== user.email || String(state.active) !== String(user.active)) {
      fail(undefined, `user ${source.id} does not end as planned`);
    }
  }
  for (const { place, name } of end.groups) if (groupNames[place] !== name) fail(undefined, `group ${groups[place].id} does not end as planned`);
}
