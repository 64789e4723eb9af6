/** Simulates a plan's actions on a copy of the snapshot and proves the guarantees of every plan (contract 6). */

import type { Collation } from '../model/compare.js';
import type { Group, User } from '../model/directory.js';
import type { IdentityIndex } from '../model/identity-index.js';
import type { Action } from './plan.js';

export interface Proof {
  readonly users: readonly User[];
  readonly groups: readonly Group[];
  readonly actions: readonly Action[];
  /** Index of the user, or else of the group, that each action changes. */
  readonly places: Int32Array;
  /** Of the source. */
  readonly index: Pick<IdentityIndex, 'collation' | 'keys' | 'find' | 'userNameKey' | 'emailKey'>;
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

/** Is the name missing or blank. */
const NONE = -1;

/**
 * Who has which username key, step by step. The keys have their numbers from the source's index, and every user is compared
 * with it first: planning relied on that index, and the proof must not.
 */
class Names {
  /** Key number of the name that each action gives; -1 if it gives none or a blank one. */
  readonly #given: Int32Array;
  /** Key number by index of the user: in the source, and now. */
  readonly #native: Int32Array;
  readonly #keys: Int32Array;
  /** Number of users who have a key, and of those who had it in the source, by key number. */
  readonly #all: Int32Array;
  readonly #loyal: Int32Array;
  /** Numbers from here on belong to keys that the source does not have. */
  readonly #firstNew: number;

  constructor({ users, actions, places, index }: Proof) {
    const { collation, keys, userNameKey, emailKey } = index;
    const { key } = collation;
    users.forEach(({ id, userName, email }, place) => {
      const isName = isKeyOf(keys[userNameKey[place]], userName, key);
      const isEmail = email === userName ? emailKey[place] === userNameKey[place] : isKeyOf(keys[emailKey[place]], email, key);
      if (!isName || !isEmail) fail(undefined, `user ${id} is not as the plan took it`);
    });
    this.#firstNew = keys.length;
    const added = new Map<string, number>();
    this.#given = Int32Array.from(actions, ({ change }, at) => {
      if (change.kind !== 'replace-user' || change.attribute !== 'userName') return NONE;
      if (change.to === users[places[at]]?.email) return emailKey[places[at]];
      const number = index.find(change.to);
      return number >= 0 ? number : this.#addedNumber(key(change.to), added);
    });
    this.#native = userNameKey;
    this.#keys = userNameKey.slice();
    this.#all = new Int32Array(this.#firstNew + added.size);
    for (const number of userNameKey) if (number >= 0) this.#all[number]++;
    this.#loyal = this.#all.slice();
  }

  #addedNumber(text: string, added: Map<string, number>): number {
    if (text === '') return NONE;
    const number = added.get(text) ?? this.#firstNew + added.size;
    added.set(text, number);
    return number;
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

  /** Is the name of an action new: no user of the source has it as username or email. */
  isNew(at: number): boolean {
    return this.#given[at] >= this.#firstNew;
  }
}

/** Is a name its own key: lower case, without spaces, as nearly every name is. */
const OWN_KEY = /^[\x21-\x40\x5b-\x7e]+$/;

/** Is a text of the index the key of a text; undefined means that there is no key. */
const isKeyOf = (known: string | undefined, text: string, key: Collation['key']): boolean =>
  (known === text && OWN_KEY.test(text)) || (known ?? '') === key(text);

/** Returns the first temporary name that a user has at the end, as username or email, but did not have in the source. */
function firstMet(temporary: readonly { readonly action: Action; readonly to: string }[], { users, end, index }: Proof): Action | undefined {
  if (temporary.length === 0) return undefined;
  const { key } = index.collation;
  const byKey = new Map(temporary.map(({ action, to }) => [key(to), action]));
  for (let place = 0; place < users.length; place++) {
    const user = end.users[place];
    const { email } = users[place];
    // An email of the source is not a new name.
    if (user === users[place] || (user.email === email && user.userName === email)) continue;
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
