/** Loads users into the cache of the processor before they are read. */

import type { User } from './directory.js';
import { StoredUser } from './stored-user.js';

/** How many are loaded at once. */
export const FETCHED = 64;

/**
 * Loads users that are read in another order than they are kept in: read one after the other, each would be waited for by itself. For the same
 * reason all objects are loaded before what is in them.
 */
export class UserFetcher {
  readonly #users: User[] = [];
  /** Kept, so that reading is not left out as useless. */
  readonly #sum = new Int32Array(1);

  /** Loads the users whose indexes are in `places` from one offset to another; negative ones are none. */
  fetch(users: readonly User[], places: Int32Array, from: number, end: number): void {
    let count = 0;
    for (let at = from; at < end; at++) if (places[at] >= 0) this.#users[count++] = users[places[at]];
    let sum = 0;
    for (let at = 0; at < count; at++) sum += this.#users[at].place;
    for (let at = 0; at < count; at++) sum += touched(this.#users[at]);
    this.#sum[0] = sum;
  }
}

/** Reads what is in a record. */
const touched = (user: User): number => (user instanceof StoredUser ? user.emailLength : 0);
