/** The memberships that a plan needs: those of Basic users in organization-level groups one by one, of all others a tally per group (their number and a sum of digests, in any order). */

import { IntPairs } from '../collections/pairs.js';
import type { Directory, MembershipSink } from '../model/directory.js';
import { putDigest } from './digest.js';

/** Tally of one group. The halves are sums of 32 bits each, without carry. */
export interface Tally {
  readonly count: number;
  readonly left: number;
  readonly right: number;
}

const halves = new Uint32Array(2);

/** Spreads differences over all bits (MurmurHash3's finalizer), so that similar ids do not give similar sums. */
function spread(bits: number): number {
  let mixed = bits ^ (bits >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function putIdDigest(id: string): void {
  putDigest([id], halves);
  halves[0] = spread(halves[0]);
  halves[1] = spread(halves[1]);
}

/** Returns a tally with one membership of the user added or removed. */
export function shifted({ count, left, right }: Tally, user: string, times: 1 | -1): Tally {
  putIdDigest(user);
  return { count: count + times, left: (left + times * halves[0]) >>> 0, right: (right + times * halves[1]) >>> 0 };
}

export const isSameTally = (a: Tally, b: Tally): boolean => a.count === b.count && a.left === b.left && a.right === b.right;

/** Counts streamed memberships, by indexes. A membership that is stated twice counts twice. */
export class MemberTally {
  /** Two numbers per user. */
  readonly #digests: Uint32Array;
  /** Three numbers per group. */
  readonly #sums: Uint32Array;

  constructor(of: Pick<Directory, 'users' | 'groups'> | MemberTally) {
    if (of instanceof MemberTally) {
      this.#digests = of.#digests;
      this.#sums = of.#sums.slice();
      return;
    }
    const digests = new Uint32Array(of.users.length * 2);
    for (const { place, id } of of.users) {
      putIdDigest(id);
      digests[place * 2] = halves[0];
      digests[place * 2 + 1] = halves[1];
    }
    this.#digests = digests;
    this.#sums = new Uint32Array(of.groups.length * 3);
  }

  add(user: number, group: number): void {
    const sums = this.#sums;
    sums[group * 3]++;
    sums[group * 3 + 1] += this.#digests[user * 2];
    sums[group * 3 + 2] += this.#digests[user * 2 + 1];
  }

  remove(user: number, group: number): void {
    const sums = this.#sums;
    sums[group * 3]--;
    sums[group * 3 + 1] -= this.#digests[user * 2];
    sums[group * 3 + 2] -= this.#digests[user * 2 + 1];
  }

  of(group: number): Tally {
    const [count, left, right] = this.#sums.subarray(group * 3);
    return { count, left, right };
  }
}

export class MemberTable {
  readonly #pairs = new IntPairs();
  #tally: MemberTally | undefined;

  /** Returns a sink that keeps the memberships that matter for group syncs, and counts all. */
  sinkFor({ users, groups, given }: Directory): MembershipSink {
    const tally = new MemberTally({ users, groups });
    if (given.memberships) this.#tally = tally;
    const isOrganizationLevel = Uint8Array.from(groups, (group) => Number(group.isOrganizationLevel));
    const isBasic = Uint8Array.from(users, ({ authenticationType }) => Number(authenticationType === 'basic'));
    return {
      member: (user, group) => {
        tally.add(user, group);
        if (isOrganizationLevel[group] === 1 && isBasic[user] === 1) this.#pairs.add(user, group);
      },
      unknown: () => {},
    };
  }

  /** Passes on each kept membership by indexes, in source order. */
  forEach(visit: (user: number, group: number) => void): void {
    this.#pairs.forEach(visit);
  }

  /** Returns a copy of the tally of all memberships; undefined if none were given. */
  tally(): MemberTally | undefined {
    return this.#tally === undefined ? undefined : new MemberTally(this.#tally);
  }
}
