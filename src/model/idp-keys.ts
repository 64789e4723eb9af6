/** The keys of a provider's subjects and emails, with those of Jama Connect. */

import { IS_OWN_KEY, KeyTable } from '../collections/key-table.js';
import { BATCH, NameBatch } from '../collections/text-batch.js';
import { type IdentityIndex, IS_ACTIVE, IS_EMAIL_KEY, IS_NAME_KEY } from './identity-index.js';
import type { IdpUser } from './idp.js';
import { IDP_FLAG } from './idp-records.js';
import { StoredIdpUser } from './stored-idp-user.js';

/** The provider user was never activated. */
export const IS_PENDING = 8;
/** The provider user is suspended. */
export const IS_SUSPENDED = 16;
/** Another user of the provider has the subject. */
export const SHARES_SUBJECT = 32;

/** See `IdpMatch`. */
interface NumberedKeys {
  readonly keyCount: number;
  keyText(id: number): string;
  readonly subjectKey: Int32Array;
  readonly emailKey: Int32Array;
  /** Without SHARES_SUBJECT. */
  readonly traits: Uint8Array;
}

/** Returns the ids of the keys of the provider's users. */
export function numberKeys(index: IdentityIndex, users: readonly IdpUser[]): NumberedKeys {
  const known = index.keyCount;
  const others = new KeyTable(index.collation.key);
  const subjectKey = new Int32Array(users.length);
  const emailKey = new Int32Array(users.length);
  const traits = new Uint8Array(users.length);
  const batch = new NameBatch();
  const isOne = new Uint8Array(BATCH / 2);
  const numbers = new Int32Array(BATCH);
  const own = new Uint8Array(BATCH);
  const keys = new KeysOfBoth(index, others);
  for (let from = 0; from < users.length; from += BATCH / 2) {
    const end = Math.min(from + BATCH / 2, users.length);
    batch.count = 0;
    for (let place = from; place < end; place++) isOne[place - from] = addNames(batch, users[place]) ? 1 : 0;
    keys.number(batch, numbers, own);
    let count = 0;
    for (let place = from; place < end; place++) {
      const name = count++;
      const address = isOne[place - from] === 1 ? name : count++;
      subjectKey[place] = numbers[name];
      emailKey[place] = numbers[address];
      traits[place] = ((own[name] & IS_OWN_KEY) === 0 ? 0 : IS_NAME_KEY) | ((own[address] & IS_OWN_KEY) === 0 ? 0 : IS_EMAIL_KEY) | stateTraits(users[place]);
    }
  }
  const keyText = (key: number): string => (key < known ? index.keyText(key) : others.textOf(key - known));
  const keyCount = known + others.size;
  return { keyCount, keyText, subjectKey, emailKey, traits };
}

function stateTraits(user: IdpUser): number {
  if (user instanceof StoredIdpUser) {
    const { flags } = user;
    return (
      ((flags & IDP_FLAG.isActive) === 0 ? 0 : IS_ACTIVE) |
      ((flags & IDP_FLAG.isPending) === 0 ? 0 : IS_PENDING) |
      ((flags & IDP_FLAG.isSuspended) === 0 ? 0 : IS_SUSPENDED)
    );
  }
  return (user.active ? IS_ACTIVE : 0) | (user.isPending === true ? IS_PENDING : 0) | (user.isSuspended === true ? IS_SUSPENDED : 0);
}

/** Adds the names of a provider's user; returns whether the email is the subject. */
function addNames(batch: NameBatch, user: IdpUser): boolean {
  if (!(user instanceof StoredIdpUser) || !batch.holds(user.texts)) return batch.addTexts(user.subject, user.email);
  const isOne = user.has('hasOneName');
  batch.addStored(user.subjectAddress, user.emailAddress, isOne);
  return isOne;
}

/** Numbers the keys of the provider's names: one that Jama Connect has keeps its number. */
class KeysOfBoth {
  readonly #unknown = new NameBatch();
  readonly #numbers = new Int32Array(BATCH);
  readonly #traits = new Uint8Array(BATCH);

  constructor(
    readonly index: IdentityIndex,
    readonly others: KeyTable,
  ) {}

  number(batch: NameBatch, numbers: Int32Array, traits: Uint8Array): void {
    const { count } = batch;
    this.index.findAll(batch, count, numbers, traits);
    const unknown = this.#unknown;
    unknown.stored = batch.stored;
    unknown.count = 0;
    for (let at = 0; at < count; at++) if (numbers[at] < 0) unknown.addOf(batch, at);
    if (unknown.count === 0) return;
    this.others.internAll(unknown, unknown.count, this.#numbers, this.#traits);
    let next = 0;
    for (let at = 0; at < count; at++) {
      if (numbers[at] >= 0) continue;
      const other = this.#numbers[next++];
      numbers[at] = other < 0 ? other : this.index.keyCount + other;
    }
  }
}
