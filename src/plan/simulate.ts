/** Plays a plan's actions on a copy of the snapshot and proves what always holds (contract 6). */

import { key } from '../model/compare.js';
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

/** Who has which username key, one step after the other. */
class Names {
  readonly #table = new KeyTable();
  /** Key number by place: in the source, and now. */
  readonly #native: Int32Array;
  readonly #keys: Int32Array;
  /** How many have a key, and how many of those had it in the source, by key number. */
  readonly #all: Int32Array;
  readonly #loyal: Int32Array;

  constructor(users: readonly User[], renames: number) {
    this.#native = Int32Array.from(users, ({ userName }) => this.#table.intern(userName));
    this.#keys = this.#native.slice();
    this.#all = new Int32Array(this.#table.keys.length + renames);
    for (const number of this.#native) if (number >= 0) this.#all[number]++;
    this.#loyal = this.#all.slice();
  }

  /** Gives a user another name; yields whether nobody but old namesakes has it as well. */
  move(place: number, userName: string): boolean {
    const native = this.#native[place];
    const before = this.#keys[place];
    if (before >= 0) this.#all[before]--;
    if (before >= 0 && before === native) this.#loyal[before]--;
    const number = this.#table.intern(userName);
    this.#keys[place] = number;
    if (number < 0) return false;
    const isFree = this.#all[number] === 0 || (number === native && this.#all[number] === this.#loyal[number]);
    this.#all[number]++;
    if (number === native) this.#loyal[number]++;
    return isFree;
  }
}

/** Throws ProofFailed where a plan breaks one of its promises. */
export function proveActions({ users, groups, actions, places, end, keys }: Proof): void {
  const names = new Names(users, actions.length);
  /** What was changed, by place; of everybody else the snapshot tells. */
  const now = { userName: new Map<number, string>(), email: new Map<number, string>(), active: new Map<number, string>() };
  const groupNames = groups.map(({ name }) => name);
  const left = new Map<number, Action>();
  const temporary = new Map<string, Action>();
  actions.forEach((action, at) => {
    const { change } = action;
    const place = places[at];
    if (change.kind === 'replace-group') {
      if (groups[place]?.id !== change.group) fail(action, 'there is no such group');
      if (groupNames[place] !== change.from) fail(action, 'the group is not called so at that moment');
      groupNames[place] = change.to;
    }
    if (change.kind !== 'replace-user') return;
    if (users[place]?.id !== change.user) fail(action, 'there is no such user');
    const changed = now[change.attribute];
    if ((changed.get(place) ?? String(users[place][change.attribute])) !== change.from) fail(action, `the ${change.attribute} is not that at that moment`);
    changed.set(place, change.to);
    if (change.attribute !== 'userName') return;
    if (!names.move(place, change.to)) fail(action, 'another user has that username at that moment');
    left.delete(place);
    if (change.temporary !== true) return;
    left.set(place, action);
    temporary.set(key(change.to), action);
  });
  for (const action of left.values()) fail(action, 'a temporary username is left at the end');
  if (temporary.size > 0) {
    for (const list of keys) {
      for (const known of list) if (temporary.has(known)) fail(temporary.get(known), 'the temporary username is one that the organisation knows');
    }
  }
  for (const user of end.users) {
    const { place, userName, email, active } = user;
    const source = users[place];
    if (user === source && !now.userName.has(place) && !now.email.has(place) && !now.active.has(place)) continue;
    const ends =
      (now.userName.get(place) ?? source.userName) === userName &&
      (now.email.get(place) ?? source.email) === email &&
      (now.active.get(place) ?? String(source.active)) === String(active);
    if (!ends) fail(undefined, `user ${source.id} does not end as planned`);
  }
  for (const { place, name } of end.groups) if (groupNames[place] !== name) fail(undefined, `group ${groups[place].id} does not end as planned`);
}
