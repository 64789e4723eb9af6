/** Usernames and emails of all users by comparison key, in typed arrays: one pass, and nothing in it is quadratic. */

import { key } from './compare.js';
import type { User } from './directory.js';
import type { AuthMode } from './policy.js';
import { isInScope } from './scope.js';

/** Places of users by key, in source order within a key. */
export class Buckets {
  readonly #offsets: Int32Array;
  readonly #places: Int32Array;

  constructor(keyByPlace: Int32Array, keyCount: number) {
    const offsets = new Int32Array(keyCount + 1);
    for (const id of keyByPlace) if (id >= 0) offsets[id + 1]++;
    for (let id = 0; id < keyCount; id++) offsets[id + 1] += offsets[id];
    const next = offsets.slice();
    const places = new Int32Array(offsets[keyCount]);
    keyByPlace.forEach((id, place) => {
      if (id >= 0) places[next[id]++] = place;
    });
    this.#offsets = offsets;
    this.#places = places;
  }

  /** Yields the places that have the key. */
  of(id: number): Int32Array {
    return this.#places.subarray(this.#offsets[id], this.#offsets[id + 1]);
  }

  sizeOf(id: number): number {
    return this.#offsets[id + 1] - this.#offsets[id];
  }
}

export interface IdentityIndex {
  readonly users: readonly User[];
  /** Key texts by key id. */
  readonly keys: readonly string[];
  /** Key id of each user's username, by place; -1 where it is blank. */
  readonly userNameKey: Int32Array;
  /** Key id of each user's email, by place; -1 where it is blank. */
  readonly emailKey: Int32Array;
  /** 1 for a user in scope, by place. */
  readonly isInScope: Uint8Array;
  /** 1 for a user who needs an update, by place. */
  readonly needsUpdate: Uint8Array;
  /** Who has a key as username. */
  readonly holders: Buckets;
  /** Who has a key as email. */
  readonly emailers: Buckets;
}

/** Yields the index of a snapshot's users under an authentication mode. */
export function indexIdentities(users: readonly User[], mode: AuthMode): IdentityIndex {
  const idsByKey = new Map<string, number>();
  const keys: string[] = [];
  const intern = (text: string): number => {
    if (text === '') return -1;
    const folded = key(text);
    if (folded === '') return -1;
    const known = idsByKey.get(folded);
    if (known !== undefined) return known;
    const id = keys.push(folded) - 1;
    idsByKey.set(folded, id);
    return id;
  };
  const userNameKey = new Int32Array(users.length);
  const emailKey = new Int32Array(users.length);
  const inScope = new Uint8Array(users.length);
  const needing = new Uint8Array(users.length);
  users.forEach((user, place) => {
    const name = intern(user.userName);
    const email = user.email === user.userName ? name : intern(user.email);
    userNameKey[place] = name;
    emailKey[place] = email;
    if (!isInScope(user, mode)) return;
    inScope[place] = 1;
    if (email >= 0 && user.userName !== user.email) needing[place] = 1;
  });
  return {
    users,
    keys,
    userNameKey,
    emailKey,
    isInScope: inScope,
    needsUpdate: needing,
    holders: new Buckets(userNameKey, keys.length),
    emailers: new Buckets(emailKey, keys.length),
  };
}
