/** Usernames and emails of all users by comparison key, in typed arrays, in linear time. */

import { IS_ODD, IS_OWN_KEY, KeyTable } from '../collections/key-table.js';
import type { StoredTexts } from '../collections/stored-texts.js';
import { BATCH, NameBatch, type TextBatch } from '../collections/text-batch.js';
import { type Collation, collationOf } from './compare.js';
import type { User } from './directory.js';
import { isInScope, type Policy } from './policy.js';
import { hasOneName, StoredUser } from './stored-user.js';

/** Indexes of users by key, in source order within a key. */
export class Buckets {
  /** Where each key's indexes begin in `places`, and at last where they end, twice. */
  readonly offsets: Int32Array;
  readonly places: Int32Array;

  constructor(keyByPlace: Int32Array, keyCount: number) {
    // One longer, and counted one further on: where a key's next index goes is then kept where, in the end, the next key's begin.
    const offsets = new Int32Array(keyCount + 2);
    for (let place = 0; place < keyByPlace.length; place++) if (keyByPlace[place] >= 0) offsets[keyByPlace[place] + 2]++;
    for (let id = 0; id < keyCount; id++) offsets[id + 2] += offsets[id + 1];
    const places = new Int32Array(offsets[keyCount + 1]);
    for (let place = 0; place < keyByPlace.length; place++) if (keyByPlace[place] >= 0) places[offsets[keyByPlace[place] + 1]++] = place;
    this.offsets = offsets;
    this.places = places;
  }

  /** Returns the indexes of the users with the key; `offsets` gives the same without creating an object per key. */
  of(id: number): Int32Array {
    return this.places.subarray(this.offsets[id], this.offsets[id + 1]);
  }

  sizeOf(id: number): number {
    return this.offsets[id + 1] - this.offsets[id];
  }
}

/** The username is its own key: another text that is one too is equal if the keys are equal, and neither text has to be fetched. */
export const IS_NAME_KEY = 1;
/** The email is its own key. */
export const IS_EMAIL_KEY = 2;
/** Of a user of Jama Connect, or of the provider: is active. */
export const IS_ACTIVE = 4;
/** Signs in with a password. */
export const IS_BASIC = 8;

export interface IdentityIndex {
  readonly users: readonly User[];
  /** The collation of the keys. */
  readonly collation: Collation;
  /** Number of keys; their ids are 0 and up. */
  readonly keyCount: number;
  /** Returns the text of a key. */
  keyText(id: number): string;
  /** Returns where a key is as bytes; undefined if it is a text. */
  storedKey(id: number): { readonly stored: StoredTexts; readonly address: number } | undefined;
  /** Returns the id of a text's key; -1 if no user has it, or if it is blank. */
  find(text: string): number;
  /** Sets the ids of the keys of many texts, as `find` returns them, and IS_OWN_KEY of each; at most BATCH of them. */
  findAll(batch: TextBatch, count: number, ids: Int32Array, traits: Uint8Array): void;
  /** Key id of each user's username, by index; -1 if it is blank. */
  readonly userNameKey: Int32Array;
  /** Key id of each user's email, by index; -1 if it is blank. */
  readonly emailKey: Int32Array;
  /** 1 for a user in scope, by index. */
  readonly isInScope: Uint8Array;
  /** 1 for a user who needs an update, by index. */
  readonly needsUpdate: Uint8Array;
  /** 1 for a user whose username or email has a letter beyond ASCII or a question mark, by index. */
  readonly isOdd: Uint8Array;
  /** What is known of each user without fetching the user, by index: IS_NAME_KEY, IS_EMAIL_KEY, IS_ACTIVE, IS_BASIC. */
  readonly traits: Uint8Array;
  /** Users with a key as username. */
  readonly holders: Buckets;
  /** Users with a key as email. */
  readonly emailers: Buckets;
}

/** Are the user's username and email their own keys: they are equal if their keys are. */
export const haveOwnKeys = ({ traits }: IdentityIndex, user: number): boolean => (traits[user] & (IS_NAME_KEY | IS_EMAIL_KEY)) === (IS_NAME_KEY | IS_EMAIL_KEY);

/** Adds the names of a user; returns whether the email is the username. */
function addNames(batch: NameBatch, user: User): boolean {
  if (!(user instanceof StoredUser) || !batch.holds(user.texts)) return batch.addTexts(user.userName, user.email);
  const isOne = hasOneName(user);
  batch.addStored(user.nameAddress, user.emailAddress, isOne);
  return isOne;
}

/** Returns the index of a snapshot's users. */
export function indexIdentities(users: readonly User[], policy: Pick<Policy, 'authMode' | 'collation'>): IdentityIndex {
  const collation = collationOf(policy.collation);
  const table = new KeyTable(collation.key, users.length * 1.4);
  const userNameKey = new Int32Array(users.length);
  const emailKey = new Int32Array(users.length);
  const inScope = new Uint8Array(users.length);
  const needing = new Uint8Array(users.length);
  const odd = new Uint8Array(users.length);
  const traits = new Uint8Array(users.length);
  const batch = new NameBatch();
  const isOne = new Uint8Array(BATCH / 2);
  const numbers = new Int32Array(BATCH);
  const traitsOfTexts = new Uint8Array(BATCH);
  for (let from = 0; from < users.length; from += BATCH / 2) {
    const end = Math.min(from + BATCH / 2, users.length);
    batch.count = 0;
    for (let place = from; place < end; place++) isOne[place - from] = addNames(batch, users[place]) ? 1 : 0;
    table.internAll(batch, batch.count, numbers, traitsOfTexts);
    let count = 0;
    for (let place = from; place < end; place++) {
      const user = users[place];
      const name = count++;
      const email = isOne[place - from] === 1 ? name : count++;
      userNameKey[place] = numbers[name];
      emailKey[place] = numbers[email];
      odd[place] = (traitsOfTexts[name] | traitsOfTexts[email]) & IS_ODD;
      traits[place] =
        ((traitsOfTexts[name] & IS_OWN_KEY) === 0 ? 0 : IS_NAME_KEY) |
        ((traitsOfTexts[email] & IS_OWN_KEY) === 0 ? 0 : IS_EMAIL_KEY) |
        (user.active ? IS_ACTIVE : 0) |
        (user.authenticationType === 'basic' ? IS_BASIC : 0);
      if (!isInScope(user, policy.authMode)) continue;
      inScope[place] = 1;
      if (email !== name && numbers[email] >= 0) needing[place] = 1;
    }
  }
  const keyCount = table.size;
  return {
    users,
    collation,
    keyCount,
    keyText: (id) => table.textOf(id),
    storedKey: (id) => table.storedAt(id),
    find: (text) => table.find(text),
    findAll: (some, count, ids, traitsOf) => table.findAll(some, count, ids, traitsOf),
    userNameKey,
    emailKey,
    isInScope: inScope,
    needsUpdate: needing,
    isOdd: odd,
    traits,
    holders: new Buckets(userNameKey, keyCount),
    emailers: new Buckets(emailKey, keyCount),
  };
}

/**
 * Returns the index of the same users after the given ones got their email as username. Key ids stay: every new
 * username was some user's email, and a key that is no longer used has neither holders nor emailers.
 */
export function reindexRenamed(index: IdentityIndex, users: readonly User[], places: readonly number[]): IdentityIndex {
  if (places.length === 0) return { ...index, users };
  const userNameKey = index.userNameKey.slice();
  const needing = index.needsUpdate.slice();
  const traits = index.traits.slice();
  for (const place of places) {
    userNameKey[place] = index.emailKey[place];
    traits[place] = (traits[place] & ~IS_NAME_KEY) | ((traits[place] & IS_EMAIL_KEY) === 0 ? 0 : IS_NAME_KEY);
    needing[place] = 0;
  }
  return { ...index, users, userNameKey, needsUpdate: needing, traits, holders: new Buckets(userNameKey, index.keyCount) };
}
