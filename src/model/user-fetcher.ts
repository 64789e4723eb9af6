/** Loads users into the cache of the processor before they are read. */

import type { User } from './directory.js';
import type { IdentityIndex } from './identity-index.js';
import { StoredUser } from './stored-user.js';

/** How many are loaded at once. */
export const FETCHED = 64;

/**
 * Loads users that are read in another order than they are kept in: read one after the other, each would be waited for by itself. For the same
 * reason all objects are loaded before what is in them.
 */
export class UserFetcher {
  readonly #some: User[] = [];
  /** Kept, so that reading is not left out as useless. */
  readonly #sum = new Int32Array(1);

  /** `index` is given if what it has of the users is read as well. */
  constructor(
    readonly users: readonly User[],
    readonly index?: Pick<IdentityIndex, 'traits' | 'emailKey'>,
  ) {}

  /** Loads the users whose indexes are in `places` from one offset to another; negative ones are none. */
  fetch(places: Int32Array, from: number, end: number): void {
    const { users, index } = this;
    const some = this.#some;
    let count = 0;
    let sum = 0;
    for (let at = from; at < end; at++) if (places[at] >= 0) some[count++] = users[places[at]];
    if (index !== undefined) for (let at = from; at < end; at++) if (places[at] >= 0) sum += index.traits[places[at]] + index.emailKey[places[at]];
    for (let at = 0; at < count; at++) sum += some[at].place;
    for (let at = 0; at < count; at++) sum += touched(some[at]);
    this.#sum[0] = sum;
  }
}

/** Reads what is in a record. */
const touched = (user: User): number => (user instanceof StoredUser ? user.emailLength : 0);
