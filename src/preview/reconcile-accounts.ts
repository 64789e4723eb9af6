/** The accounts of after the sync, found by the predictions about them. */

import { KeyTable } from '../collections/key-table.js';
import type { IdTable } from '../collections/places.js';
import type { Collation } from '../model/compare.js';
import type { User } from '../model/directory.js';
import { isCalled, placesById } from '../model/stored-user.js';
import { FETCHED, UserFetcher } from '../model/user-fetcher.js';
import type { PredictedMembers, PredictedUser, Prediction } from './prediction.js';

const NO_KEY = -1;

/** The accounts of after, and which of them are new. */
export class Accounts {
  readonly #users: readonly User[];
  readonly #places: IdTable;
  /** New accounts by the key of the username, and of the email. */
  readonly #newByName = new Map<number, User[]>();
  readonly #claimed = new Set<User>();
  /** Index of the account, by the index of the prediction; -1 if it is gone, or if there was none. */
  readonly #placeAfter: Int32Array;
  readonly #new: User[] = [];
  readonly #keys: KeyTable;
  readonly #isBlank: Collation['isBlank'];
  readonly #fetcher: UserFetcher;
  readonly #predicted: readonly PredictedUser[];
  /** Created on first use: most syncs leave no account that nobody predicted. */
  #persons: ReadonlyMap<number, NonNullable<PredictedUser['idpUser']>> | undefined;
  /** The account that came for each person who gets one for certain; they come first, so that no name that is only alike takes it. */
  readonly created: ReadonlyMap<PredictedUser, User | undefined>;
  readonly before: number;
  readonly found: number;
  readonly alike: number;

  constructor({ users: predicted }: Prediction, users: readonly User[], { key, isBlank }: Collation) {
    this.#keys = new KeyTable(key);
    this.#isBlank = isBlank;
    this.#users = users;
    this.#fetcher = new UserFetcher(users);
    this.#places = placesById(users);
    const [wasThere, gone] = [new Uint8Array(users.length), new Set<string>()];
    let found = 0;
    this.#placeAfter = new Int32Array(predicted.length).fill(-1);
    for (const [at, { user }] of predicted.entries()) {
      if (user === undefined) continue;
      const place = this.#places.get(user.id);
      this.#placeAfter[at] = place;
      if (place < 0) gone.add(user.id);
      else if (wasThere[place] === 0) {
        wasThere[place] = 1;
        found++;
      }
    }
    for (const user of users) {
      if (wasThere[user.place] === 1) continue;
      this.#new.push(user);
      const at = this.#keys.intern(user.userName);
      const some = this.#newByName.get(at);
      if (some === undefined) this.#newByName.set(at, [user]);
      else some.push(user);
    }
    this.before = found + gone.size;
    this.found = found;
    this.#predicted = predicted;
    let alike = 0;
    for (let at = 0; at < predicted.length; at++) {
      this.prepare(at);
      if (this.#isAlike(predicted[at], this.after(at))) alike++;
    }
    this.alike = alike;
    this.created = new Map(
      predicted.flatMap((each) => (each.idpUser !== undefined && each.effects.includes('create') ? [[each, this.claim(each.idpUser.subject)]] : [])),
    );
  }

  /** Returns the indexes of the accounts with the ids; -1 for one that is gone. */
  placesOf(ids: PredictedMembers['users']): Int32Array {
    return ids instanceof Int32Array ? ids.map((id) => this.#places.byInteger(id)) : Int32Array.from(ids, (id) => this.#places.get(id));
  }

  /** Is to be called before the account of each prediction is read, in their order. */
  prepare(at: number): void {
    if (at % FETCHED === 0) this.#fetcher.fetch(this.#placeAfter, at, Math.min(at + FETCHED, this.#placeAfter.length));
  }

  /** Returns the account that a prediction is about, given the index of the prediction; undefined if it is gone, or if there was none. */
  after(at: number): User | undefined {
    return this.#users[this.#placeAfter[at]];
  }

  find(id: string): User | undefined {
    return this.#users[this.#places.get(id)];
  }

  /** Is the account of the same id the same one: it has the username or the email of before, or what was predicted. */
  #isAlike({ user: before, overwrites = [] }: PredictedUser, after: User | undefined): boolean {
    if (before === undefined || after === undefined) return false;
    if (before.userName !== '' && isCalled(after, before.userName)) return true;
    const names = new Set([before.userName, before.email, ...overwrites.map(({ to }) => to)].map((name) => this.#keys.intern(name)));
    names.delete(NO_KEY);
    return names.has(this.#keys.intern(after.userName)) || names.has(this.#keys.intern(after.email));
  }

  /** Returns a new account with the username, and counts it as explained. An equal username comes before one that is only alike. */
  claim(userName: string): User | undefined {
    const at = this.#newByName.size === 0 ? NO_KEY : this.#keys.find(userName);
    // Accounts without a username have no key either.
    const some = at >= 0 || this.#isBlank(userName) ? this.#newByName.get(at) : undefined;
    const free = some?.filter((user) => !this.#claimed.has(user));
    const found = free?.find((user) => user.userName === userName) ?? free?.[0];
    if (found !== undefined) this.#claimed.add(found);
    return found;
  }

  /** Returns the person of the provider whom an account belongs to by its username or email. */
  personOf({ userName, email }: User): PredictedUser['idpUser'] {
    this.#persons ??= this.#findPersons();
    return this.#persons.get(this.#keys.intern(userName)) ?? (email === '' ? undefined : this.#persons.get(this.#keys.intern(email)));
  }

  #findPersons(): ReadonlyMap<number, NonNullable<PredictedUser['idpUser']>> {
    const persons = new Map<number, NonNullable<PredictedUser['idpUser']>>();
    // The subject counts before the email, so that a shared email names nobody else.
    for (const { idpUser } of this.#predicted) if (idpUser !== undefined && idpUser.email !== '') persons.set(this.#keys.intern(idpUser.email), idpUser);
    for (const { idpUser } of this.#predicted) if (idpUser !== undefined && idpUser.subject !== '') persons.set(this.#keys.intern(idpUser.subject), idpUser);
    return persons;
  }

  /** Returns new accounts that no prediction explains. */
  unclaimed(): readonly User[] {
    return this.#new.filter((user) => !this.#claimed.has(user));
  }
}
