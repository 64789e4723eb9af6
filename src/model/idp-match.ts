/** Which user of Jama Connect an identity provider's user is: by the subject, else by the email. Linear, even if all share one address. */

import { Buckets, haveOwnKeys, type IdentityIndex, IS_EMAIL_KEY, IS_NAME_KEY } from './identity-index.js';
import type { IdpDirectory, IdpUser } from './idp.js';
import { numberKeys, SHARES_SUBJECT } from './idp-keys.js';
import { haveSameEmail, isCalledSubject } from './same-texts.js';

/** No user matches. */
export const NO_FIT = -1;
/** Two or more match. */
export const SEVERAL_FIT = -2;

export interface IdpMatch {
  readonly directory: IdpDirectory;
  /** Number of keys: first those of the identity index under the same ids, then those that only the provider has. */
  readonly keyCount: number;
  /** Returns the text of a key. */
  keyText(id: number): string;
  /** Key id of each provider user's subject, by index; -1 if it is blank. */
  readonly subjectKey: Int32Array;
  /** Key id of each provider user's email, by index; -1 if it is blank. */
  readonly emailKey: Int32Array;
  /** What is known of each provider user without fetching the user, by index: IS_NAME_KEY for the subject, IS_EMAIL_KEY, IS_ACTIVE, IS_PENDING, IS_SUSPENDED, SHARES_SUBJECT. */
  readonly traits: Uint8Array;
  /** The one provider user with a key as subject, by key; NO_FIT or SEVERAL_FIT. */
  readonly soleSubject: Int32Array;
  /** The one provider user with a key as email. */
  readonly soleEmailer: Int32Array;
  /** Indexes of provider users by key of the subject. */
  readonly subjects: Buckets;
  /** Indexes of provider users by key of the email. */
  readonly emailers: Buckets;
  /** The one Connect user whose username has the key of the provider user's subject, by the provider user's index; NO_FIT or SEVERAL_FIT. */
  readonly holder: Int32Array;
  /** Returns the indexes of Connect users with the key as username; none for a key that only the provider has. */
  holdersOf(key: number): Int32Array;
  /** Returns the indexes of Connect users with the key as email. */
  connectEmailersOf(key: number): Int32Array;
  /** The one Connect user whose username or email is the provider user's subject or email, by the provider user's index; NO_FIT or SEVERAL_FIT. */
  readonly fit: Int32Array;
  /** The provider user who matches a Connect user best, by the Connect user's index; NO_FIT. */
  readonly partner: Int32Array;
}

const NOWHERE = new Int32Array(0);

/** Returns how the provider's users and the snapshot's match. */
export function matchIdp(index: IdentityIndex, directory: IdpDirectory): IdpMatch {
  const { keyCount, keyText, subjectKey, emailKey, traits } = numberKeys(index, directory.users);
  const known = index.keyCount;
  const soleSubject = solesOf(subjectKey, keyCount);
  for (let place = 0; place < subjectKey.length; place++)
    if (subjectKey[place] >= 0 && soleSubject[subjectKey[place]] === SEVERAL_FIT) traits[place] |= SHARES_SUBJECT;
  const { holder, fit } = findFits(index, subjectKey, emailKey);
  let subjects: Buckets | undefined;
  let emailers: Buckets | undefined;
  let partner: Int32Array | undefined;
  return {
    directory,
    keyCount,
    keyText,
    subjectKey,
    emailKey,
    traits,
    soleSubject,
    soleEmailer: solesOf(emailKey, keyCount),
    // These are built on first use: only some rules and plans need them.
    get subjects() {
      subjects ??= new Buckets(subjectKey, keyCount);
      return subjects;
    },
    get emailers() {
      emailers ??= new Buckets(emailKey, keyCount);
      return emailers;
    },
    holder,
    holdersOf: (key) => (key >= 0 && key < known ? index.holders.of(key) : NOWHERE),
    connectEmailersOf: (key) => (key >= 0 && key < known ? index.emailers.of(key) : NOWHERE),
    fit,
    get partner() {
      partner ??= findPartners(index, directory.users, traits, this.subjects, this.emailers);
      return partner;
    },
  };
}

/** Returns the one index with each key, by key; NO_FIT, SEVERAL_FIT. */
function solesOf(keys: Int32Array, keyCount: number): Int32Array {
  const soles = new Int32Array(keyCount).fill(NO_FIT);
  for (let place = 0; place < keys.length; place++) {
    const key = keys[place];
    if (key >= 0) soles[key] = soles[key] === NO_FIT ? place : SEVERAL_FIT;
  }
  return soles;
}

/** Is the subject exactly the username, of users for whom both have the same key. */
export const isSameName = (index: IdentityIndex, { traits, directory }: IdpMatch, user: number, idpUser: number): boolean =>
  (index.traits[user] & traits[idpUser] & IS_NAME_KEY) !== 0 || isCalledSubject(index.users[user], directory.users[idpUser]);

/** Are the subject, the username and the email certainly one text; false also if only the texts could show it. */
export const areSurelySame = (index: IdentityIndex, { traits, subjectKey }: IdpMatch, user: number, idpUser: number): boolean =>
  haveOwnKeys(index, user) &&
  (traits[idpUser] & IS_NAME_KEY) !== 0 &&
  index.userNameKey[user] === index.emailKey[user] &&
  index.emailKey[user] === subjectKey[idpUser];

/** Are both emails exactly equal. */
export const isSameEmail = (index: IdentityIndex, { traits, emailKey, directory }: IdpMatch, user: number, idpUser: number): boolean =>
  (index.traits[user] & traits[idpUser] & IS_EMAIL_KEY) !== 0
    ? index.emailKey[user] === emailKey[idpUser]
    : haveSameEmail(index.users[user], directory.users[idpUser]);

/**
 * Returns `holder` and `fit` of an IdpMatch. What a key finds is computed once per key, in the order of the keys, and kept side by side: the
 * provider's users ask for keys in any order, and each question would wait for four places in memory instead of one.
 */
function findFits(index: IdentityIndex, subjectKey: Int32Array, emailKey: Int32Array): Pick<IdpMatch, 'holder' | 'fit'> {
  const { keyCount } = index;
  const soles = new Int32Array(keyCount * 2);
  for (let key = 0; key < keyCount; key++) {
    soles[key * 2] = soleOf(index.holders, key);
    soles[key * 2 + 1] = soleUser(index, key);
  }
  const holder = new Int32Array(subjectKey.length);
  const fit = new Int32Array(subjectKey.length);
  for (let place = 0; place < fit.length; place++) {
    const [subject, email] = [subjectKey[place], emailKey[place]];
    const isKnown = subject >= 0 && subject < keyCount;
    holder[place] = isKnown ? soles[subject * 2] : NO_FIT;
    const found = isKnown ? soles[subject * 2 + 1] : NO_FIT;
    const other = email === subject || found === SEVERAL_FIT ? found : email >= 0 && email < keyCount ? soles[email * 2 + 1] : NO_FIT;
    fit[place] = found === NO_FIT || other === found ? other : other === NO_FIT ? found : SEVERAL_FIT;
  }
  return { holder, fit };
}

/** Returns the index of the one user of Jama Connect with the key as username or email; NO_FIT, SEVERAL_FIT. */
export function soleUser({ keyCount, holders, emailers }: IdentityIndex, key: number): number {
  if (key < 0 || key >= keyCount) return NO_FIT;
  const called = soleOf(holders, key);
  if (called === SEVERAL_FIT) return SEVERAL_FIT;
  const addressed = soleOf(emailers, key);
  if (called === NO_FIT || addressed === called) return addressed;
  return addressed === NO_FIT ? called : SEVERAL_FIT;
}

/** Returns the one index with the key; NO_FIT, SEVERAL_FIT. */
const soleOf = ({ places, offsets }: Buckets, key: number): number => {
  const size = offsets[key + 1] - offsets[key];
  return size === 0 ? NO_FIT : size === 1 ? places[offsets[key]] : SEVERAL_FIT;
};

/** The subject takes precedence over the email, and an exactly equal text over one with only the same key. */
function findPartners(
  { users, userNameKey, emailKey, traits: own }: IdentityIndex,
  idpUsers: readonly IdpUser[],
  traits: Uint8Array,
  subjects: Buckets,
  emailers: Buckets,
): Int32Array {
  const bySubject = new Choosing(subjects, idpUsers, traits);
  const byEmail = new Choosing(emailers, idpUsers, traits);
  const partners = new Int32Array(users.length);
  users.forEach(({ userName, email }, place) => {
    const name = userNameKey[place];
    const address = emailKey[place];
    let chosen = bySubject.exactly(name, userName, (own[place] & IS_NAME_KEY) !== 0);
    if (chosen === NO_FIT) chosen = bySubject.exactly(address, email, (own[place] & IS_EMAIL_KEY) !== 0);
    if (chosen === NO_FIT) chosen = bySubject.first(name);
    if (chosen === NO_FIT) chosen = bySubject.first(address);
    if (chosen === NO_FIT) chosen = byEmail.first(address);
    if (chosen === NO_FIT) chosen = byEmail.first(name);
    partners[place] = chosen;
  });
  return partners;
}

/** Chooses one of several provider users with a key, the same one in any order of rows, in one pass. */
class Choosing {
  readonly #firstByKey = new Map<number, number>();
  readonly #firstByText = new Map<number, ReadonlyMap<string, number>>();

  constructor(
    readonly buckets: Buckets,
    readonly users: readonly IdpUser[],
    readonly traits: Uint8Array,
  ) {}

  /** Returns the first of the provider users with the key. */
  first(key: number): number {
    const size = key < 0 ? 0 : this.buckets.sizeOf(key);
    if (size < 2) return size === 0 ? NO_FIT : this.buckets.places[this.buckets.offsets[key]];
    const known = this.#firstByKey.get(key);
    if (known !== undefined) return known;
    const chosen = this.buckets.of(key).reduce((best, place) => (isBefore(this.users[place], this.users[best]) ? place : best));
    this.#firstByKey.set(key, chosen);
    return chosen;
  }

  /** Returns the first of the provider users with the key whose subject is exactly the text; `isOwnKey`: the text is its own key. */
  exactly(key: number, text: string, isOwnKey: boolean): number {
    const size = key < 0 ? 0 : this.buckets.sizeOf(key);
    if (size === 0) return NO_FIT;
    if (size === 1) {
      const only = this.buckets.places[this.buckets.offsets[key]];
      return (isOwnKey && (this.traits[only] & IS_NAME_KEY) !== 0) || this.users[only].subject === text ? only : NO_FIT;
    }
    return (this.#firstByText.get(key) ?? this.#readTexts(key)).get(text) ?? NO_FIT;
  }

  #readTexts(key: number): ReadonlyMap<string, number> {
    const texts = new Map<string, number>();
    for (const place of this.buckets.of(key)) {
      const best = texts.get(this.users[place].subject);
      if (best === undefined || isBefore(this.users[place], this.users[best])) texts.set(this.users[place].subject, place);
    }
    this.#firstByText.set(key, texts);
    return texts;
  }
}

/** Active users come before blocked ones; otherwise ids decide, never the order of the rows. */
export function isBefore(a: IdpUser, b: IdpUser): boolean {
  if (a.active !== b.active) return a.active;
  if (a.id !== b.id) return a.id < b.id;
  return a.subject === b.subject ? a.email < b.email : a.subject < b.subject;
}

/** Limit on how many subjects with one key are searched for one spelling. */
const MOST_SPELLINGS = 16;

/**
 * Would the rename to the email take a user away from the provider: it knows the username as a subject but not the email,
 * so the look-up that finds the account now would find none.
 */
export function leadingAway({ users, userNameKey, emailKey }: IdentityIndex, { directory, subjects }: IdpMatch): (place: number) => boolean {
  return (place) => {
    const [name, email] = [userNameKey[place], emailKey[place]];
    if (name < 0 || subjects.sizeOf(name) === 0) return false;
    if (name !== email) return email < 0 || subjects.sizeOf(email) === 0;
    const user = users[place];
    const spellings = Array.from(subjects.of(name).subarray(0, MOST_SPELLINGS), (other) => directory.users[other].subject);
    return spellings.includes(user.userName) && !spellings.includes(user.email);
  };
}
