/** Plays a plan's actions on a copy of the snapshot and proves what always holds (contract 6). */

import type { Group, User } from '../model/directory.js';
import { KeyTable } from '../model/key-table.js';
import type { Action } from './plan.js';

export interface Proof {
  readonly users: readonly User[];
  readonly groups: readonly Group[];
  readonly actions: readonly Action[];
  /** Place of the user whom each action changes; of the group, where it changes one. */
  readonly places: Int32Array;
  /** The state that the plan was made for. */
  readonly end: { readonly users: readonly User[]; readonly groups: readonly Group[] };
}

/** A plan that does not hold what plans promise. It is a bug, and is never written. */
export class ProofFailed extends Error {
  override readonly name = 'ProofFailed';
}

const fail = (action: Action | undefined, why: string): never => {
  throw new ProofFailed(`The plan is not safe and was not written${action === undefined ? '' : `: ${action.id}`}: ${why}.`);
};

/** Has no name that the plan gives to anybody: such a name is in nobody's way. */
const UNSOUGHT = -1;

/** Who has which username key, one step after the other. It asks no index: whoever made the plan could have been wrong about it. */
class Names {
  /** Numbers the names that the plan gives. */
  readonly #table = new KeyTable();
  /** Key number of the name that each action gives; -1 where it gives none, or a blank one. */
  readonly #given: Int32Array;
  /** Key number by place: in the source, and now. */
  readonly #native: Int32Array;
  readonly #keys: Int32Array;
  /** How many have a key, and how many of those had it in the source, by key number. */
  readonly #all: Int32Array;
  readonly #loyal: Int32Array;
  /** 1 for a key that is a username or an email of the organisation; looked for where names are temporary. */
  readonly #isKnown: Uint8Array;

  constructor({ users, actions, end }: Proof) {
    let hasTemporary = false;
    this.#given = Int32Array.from(actions, ({ change }) => {
      if (change.kind !== 'replace-user' || change.attribute !== 'userName') return UNSOUGHT;
      if (change.temporary === true) hasTemporary = true;
      return this.#table.intern(change.to);
    });
    const size = this.#table.keys.length;
    this.#native = new Int32Array(users.length);
    this.#all = new Int32Array(size);
    this.#isKnown = new Uint8Array(size);
    for (let place = 0; place < users.length; place++) {
      const user = users[place];
      const number = this.#know(user.userName);
      this.#native[place] = number;
      if (number >= 0) this.#all[number]++;
      if (hasTemporary && user.email !== user.userName) this.#know(user.email);
      if (!hasTemporary || end.users[place] === user) continue;
      this.#know(end.users[place].userName);
      this.#know(end.users[place].email);
    }
    this.#keys = this.#native.slice();
    this.#loyal = this.#all.slice();
  }

  #know(text: string): number {
    const number = this.#table.find(text);
    if (number >= 0) this.#isKnown[number] = 1;
    return number;
  }

  /** Gives a user the name of an action; yields whether nobody but old namesakes has it as well. */
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

  /** Is the name of an action a username or an email, in the source or at the end. */
  isKnown(at: number): boolean {
    return this.#isKnown[this.#given[at]] === 1;
  }
}

/** Throws ProofFailed where a plan breaks one of its promises. */
export function proveActions(proof: Proof): void {
  const { users, groups, actions, places, end } = proof;
  if (end.users.length !== users.length) fail(undefined, 'it ends with other users');
  const names = new Names(proof);
  /** What was changed, by place; of everybody else the snapshot tells. */
  const userNames = new Array<string | undefined>(users.length);
  const others = { email: new Map<number, string>(), active: new Map<number, string>() };
  const groupNames = groups.map(({ name }) => name);
  const left = new Map<number, Action>();
  const temporary: number[] = [];
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
    temporary.push(at);
  });
  for (const action of left.values()) fail(action, 'a temporary username is left at the end');
  for (const at of temporary) if (names.isKnown(at)) fail(actions[at], 'the temporary username is one that the organisation knows');
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
