/** Simulates a plan's actions on a copy of the snapshot and proves the guarantees of every plan (contract 6). */

import { KeyTable } from '../collections/key-table.js';
import type { Collation } from '../model/compare.js';
import type { Group, User } from '../model/directory.js';
import { findName, hasOneName } from '../model/stored-user.js';
import type { Action } from './plan.js';

export interface Proof {
  readonly users: readonly User[];
  readonly groups: readonly Group[];
  readonly actions: readonly Action[];
  /** Index of the user, or else of the group, that each action changes. */
  readonly places: Int32Array;
  readonly collation: Collation;
  /** The state that the plan was made for. */
  readonly end: { readonly users: readonly User[]; readonly groups: readonly Group[] };
}

/** The plan breaks a guarantee of plans. In a new plan that is a bug, and the plan is not written. */
export class ProofFailed extends Error {
  override readonly name = 'ProofFailed';

  constructor(readonly reason: string) {
    super(`The plan is not safe and was not written: ${reason}.`);
  }
}

const fail = (action: Action | undefined, why: string): never => {
  throw new ProofFailed(action === undefined ? why : `${action.id}: ${why}`);
};

const KNOWN = 'the temporary username is one that the organization knows';

/** The name is missing, blank, or one that no action gives. */
const NONE = -1;

/**
 * Who has which of the names that the actions give, step by step. Names are compared by keys that are made here, of all users
 * once more: planning relied on the index of the users, and the proof must not.
 */
class Names {
  /** Number of the key that each action gives; -1 if it gives none or a blank one. */
  readonly #given: Int32Array;
  /** Number by index of the user: in the source, and now. */
  readonly #native: Int32Array;
  readonly #keys: Int32Array;
  /** Number of users who have a key, and of those who had it in the source, by number of the key. */
  readonly #all: Int32Array;
  readonly #loyal: Int32Array;
  /** 1 for a key that a user of the source has as username, or as email if a temporary name has it; by number of the key. */
  readonly #isKnown: Uint8Array;

  constructor({ users, actions, collation: { key } }: Proof) {
    const table = new KeyTable(key, actions.length);
    this.#given = Int32Array.from(actions, ({ change }) =>
      change.kind === 'replace-user' && change.attribute === 'userName' ? table.intern(change.to) : NONE,
    );
    const size = table.size;
    this.#native = new Int32Array(users.length);
    this.#all = new Int32Array(size);
    this.#isKnown = new Uint8Array(size);
    // There are few temporary names, and most often none.
    const temporary = new KeyTable(key);
    for (const { change } of actions) if (change.kind === 'replace-user' && change.temporary === true) temporary.intern(change.to);
    const hasTemporary = temporary.size > 0;
    for (let place = 0; place < users.length; place++) {
      const user = users[place];
      const number = findName(table, user);
      this.#native[place] = number;
      if (number >= 0) {
        this.#all[number]++;
        this.#isKnown[number] = 1;
      }
      if (!hasTemporary || hasOneName(user)) continue;
      const met = temporary.find(user.email);
      if (met >= 0) this.#isKnown[table.find(temporary.textOf(met))] = 1;
    }
    this.#keys = this.#native.slice();
    this.#loyal = this.#all.slice();
  }

  /** Gives a user the name of an action; returns false if another user has it who did not share the name in the source. */
  move(place: number, at: number): boolean {
    const native = this.#native[place];
    const before = this.#keys[place];
    if (before >= 0) this.#all[before]--;
    if (before >= 0 && before === native) this.#loyal[before]--;
    const number = this.#given[at];
    this.#keys[place] = number;
    if (number < 0) return false;
    const isFree = this.#all[number] === 0 || (number === native && this.#all[number] === this.#loyal[number]);
    this.#all[number]++;
    if (number === native) this.#loyal[number]++;
    return isFree;
  }

  /** Is the temporary name of an action new: no user of the source has it as username or email. */
  isNew(at: number): boolean {
    return this.#given[at] >= 0 && this.#isKnown[this.#given[at]] === 0;
  }
}

/** Returns the first temporary name that a user has at the end, as username or email, but did not have in the source. */
function firstMet(temporary: readonly { readonly action: Action; readonly to: string }[], { users, end, collation: { key } }: Proof): Action | undefined {
  if (temporary.length === 0) return undefined;
  const byKey = new Map(temporary.map(({ action, to }) => [key(to), action]));
  for (let place = 0; place < users.length; place++) {
    const user = end.users[place];
    if (user === users[place]) continue;
    const { email } = users[place];
    // An email of the source is not a new name.
    if (user.email === email && user.userName === email) continue;
    const met = byKey.get(key(user.userName)) ?? byKey.get(key(user.email));
    if (met !== undefined) return met;
  }
  return undefined;
}

/** Throws ProofFailed if a plan breaks a guarantee. */
export function proveActions(proof: Proof): void {
  const { users, groups, actions, places, end } = proof;
  if (end.users.length !== users.length) fail(undefined, 'it ends with other users');
  const names = new Names(proof);
  /** Changed values, by index of the user; the snapshot has all others. */
  const userNames = new Array<string | undefined>(users.length);
  const others = { email: new Map<number, string>(), active: new Map<number, string>() };
  const groupNames = groups.map(({ name }) => name);
  const left = new Map<number, Action>();
  const temporary: { readonly action: Action; readonly to: string }[] = [];
  const isTouched = new Uint8Array(users.length);
  actions.forEach((action, at) => {
    const { change } = action;
    const place = places[at];
    if (change.kind === 'replace-group') {
      if (groups[place]?.id !== change.group) fail(action, 'there is no such group');
      if (groupNames[place] !== change.from) fail(action, 'the group is not called so at that moment');
      groupNames[place] = change.to;
    }
    if (change.kind !== 'replace-user') return;
    const user = users[place];
    if (user?.id !== change.user) fail(action, 'there is no such user');
    isTouched[place] = 1;
    if (change.attribute !== 'userName') {
      const changed = others[change.attribute];
      if ((changed.get(place) ?? String(user[change.attribute])) !== change.from) fail(action, `the ${change.attribute} is not that at that moment`);
      changed.set(place, change.to);
      return;
    }
    if ((userNames[place] ?? user.userName) !== change.from) fail(action, 'the userName is not that at that moment');
    userNames[place] = change.to;
    if (!names.move(place, at)) fail(action, 'another user has that username at that moment');
    left.delete(place);
    if (change.temporary !== true) return;
    left.set(place, action);
    temporary.push({ action, to: change.to });
    if (!names.isNew(at)) fail(action, KNOWN);
  });
  for (const action of left.values()) fail(action, 'a temporary username is left at the end');
  const met = firstMet(temporary, proof);
  if (met !== undefined) fail(met, KNOWN);
  for (let place = 0; place < users.length; place++) {
    const source = users[place];
    const user = end.users[place];
    if (user === source && isTouched[place] === 0) continue;
    const ends =
      (userNames[place] ?? source.userName) === user.userName &&
      (others.email.get(place) ?? source.email) === user.email &&
      (others.active.get(place) ?? String(source.active)) === String(user.active);
    if (!ends) fail(undefined, `user ${source.id} does not end as planned`);
  }
  for (const { place, name } of end.groups) if (groupNames[place] !== name) fail(undefined, `group ${groups[place].id} does not end as planned`);
}
