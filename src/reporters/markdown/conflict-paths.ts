/** Rings and chains that contested usernames make together: who waits for whose username. */

import type { ConflictingUsers } from '../../rules/conflicting-users.js';

/** The conflicts of one ring or chain. */
export interface ConflictPath {
  readonly isRing: boolean;
  /** Places of users: each gets the username of the next; a ring leads from the last to the first. */
  readonly places: readonly number[];
  /** Which of the conflicts, that of the first user first. */
  readonly conflicts: readonly number[];
  /** What hangs on it if several users have one username, by their places. */
  readonly branches: readonly (readonly number[])[];
}

const NONE = -1;

/** Returns the rings and chains, each with the number of the conflict of its first user: the conflicts are those of the patterns `swap` and `chain`. */
export function conflictPaths(conflicts: readonly ConflictingUsers[]): Map<number, ConflictPath> {
  const paths = new Map<number, ConflictPath>();
  if (conflicts.length === 0) return paths;
  const ways = new Ways(conflicts);
  for (const start of ways.starts()) {
    const path = ways.from(start);
    paths.set(path.conflicts[0], path);
  }
  return paths;
}

/** Who waits for whom, in numbers by place: a ring may be as long as the organization. */
class Ways {
  readonly #conflicts: readonly ConflictingUsers[];
  /** Number of the conflict of the username that a user wants, by place. */
  readonly #wanted: Int32Array;
  /** 1 for a user whose username another one waits for, by place. */
  readonly #isHolder: Uint8Array;
  /** 1 for a user whose path has been followed, by place. */
  readonly #isSeen: Uint8Array;

  constructor(conflicts: readonly ConflictingUsers[]) {
    const size = conflicts[0].index.users.length;
    this.#conflicts = conflicts;
    this.#wanted = new Int32Array(size).fill(NONE);
    this.#isHolder = new Uint8Array(size);
    this.#isSeen = new Uint8Array(size);
    for (let at = 0; at < conflicts.length; at++) {
      const { index, keyId, users, needsUpdate } = conflicts[at];
      const wanter = users.find(({ place }) => needsUpdate[place] === 1 && index.emailKey[place] === keyId);
      if (wanter === undefined) continue;
      this.#wanted[wanter.place] = at;
      for (const place of index.holders.of(keyId)) if (place !== wanter.place) this.#isHolder[place] = 1;
    }
  }

  /** Yields the first user of each path: of chains, the users for whom nobody waits; then of each ring, any one, because nothing leads into a ring. */
  *starts(): Iterable<number> {
    for (let place = 0; place < this.#wanted.length; place++) if (this.#wanted[place] !== NONE && this.#isHolder[place] === 0) yield place;
    for (let place = 0; place < this.#wanted.length; place++) if (this.#isSeen[place] === 0 && this.#isSwapping(place)) yield place;
  }

  from(start: number): ConflictPath {
    const runs: number[][] = [];
    const conflicts: number[] = [];
    const begun: number[][] = [[start]];
    let isRing = false;
    for (let run = begun.pop(); run !== undefined; run = begun.pop()) {
      runs.push(run);
      for (let place = run[run.length - 1]; this.#isSeen[place] === 0 && this.#wanted[place] !== NONE; ) {
        this.#isSeen[place] = 1;
        conflicts.push(this.#wanted[place]);
        const { index, keyId } = this.#conflicts[this.#wanted[place]];
        const holders = index.holders.of(keyId).filter((holder) => holder !== place);
        // Of several who have the username, at most one is on the ring.
        const next = holders.find((holder) => this.#isSwapping(holder)) ?? holders[0];
        for (const other of holders) if (other !== next) begun.push([place, other]);
        if (next === start) isRing = true;
        else run.push(next);
        place = next;
      }
    }
    const [places, ...branches] = runs;
    return { isRing, places, conflicts, branches };
  }

  #isSwapping(place: number): boolean {
    return this.#wanted[place] !== NONE && this.#conflicts[this.#wanted[place]].pattern === 'swap';
  }
}
