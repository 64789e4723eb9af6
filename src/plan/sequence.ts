/** The order of renames: pure, linear, without recursion. */

export interface Renames {
  /** Indexes of the users who are renamed, in source order. */
  readonly movers: readonly number[];
  /** Key id of each user's name, by index; -1 if it is blank. */
  readonly from: (place: number) => number;
  /** Key id of the name that each mover gets, from 0. No two movers have one target. */
  readonly to: (place: number) => number;
  /** Indexes of users whose name has a key. */
  readonly holdersOf: (key: number) => Iterable<number>;
}

export interface Step {
  readonly place: number;
  /** The user steps aside to a temporary name; a later step brings the user to the target. */
  readonly isTemporary: boolean;
}

const NO_MOVER = -1;

/**
 * Returns the steps in an order in which no user gets a name that another user still has: the last of a chain first, and
 * each ring opened by one temporary name, that of its first user in the source. Throws if a target belongs to a user who
 * is not renamed, or is wanted by two: such renames must not be planned.
 */
export function sequenceRenames({ movers, from, to, holdersOf }: Renames): Step[] {
  const targets = Int32Array.from(movers, to);
  const moverByTarget = new Int32Array(largestOf(targets) + 1).fill(NO_MOVER);
  const rankByPlace = new Int32Array(largestOf(movers) + 1).fill(NO_MOVER);
  for (let rank = 0; rank < movers.length; rank++) {
    const target = targets[rank];
    if (moverByTarget[target] !== NO_MOVER) throw new Error(`two users are to get the name of key ${target}`);
    moverByTarget[target] = rank;
    rankByPlace[movers[rank]] = rank;
  }
  /** Number of others who still have the name that a mover will get. */
  const waiting = new Int32Array(movers.length);
  for (let rank = 0; rank < movers.length; rank++) {
    for (const holder of holdersOf(targets[rank])) {
      if (holder === movers[rank]) continue;
      if ((rankByPlace[holder] ?? NO_MOVER) === NO_MOVER) throw new Error(`the name of key ${targets[rank]} is held by user ${holder}, who stays`);
      waiting[rank]++;
    }
  }

  const steps: Step[] = [];
  const isPlaced = new Uint8Array(movers.length);
  /** Returns the user who can move once this user has left its name, if no other user has it. */
  const release = (rank: number): number => {
    const next = moverByTarget[from(movers[rank])] ?? NO_MOVER;
    if (next === NO_MOVER || next === rank) return NO_MOVER;
    waiting[next]--;
    return waiting[next] === 0 ? next : NO_MOVER;
  };
  /** `opener` has left its name already, for a temporary one. */
  const follow = (first: number, opener: number): void => {
    for (let rank = first; rank !== NO_MOVER; ) {
      steps.push({ place: movers[rank], isTemporary: false });
      isPlaced[rank] = 1;
      rank = rank === opener ? NO_MOVER : release(rank);
    }
  };

  for (let rank = 0; rank < movers.length; rank++) if (waiting[rank] === 0 && isPlaced[rank] === 0) follow(rank, NO_MOVER);
  // Only separate rings are left: every name has one taker, so no chain leads into a ring.
  for (let rank = 0; rank < movers.length; rank++) {
    if (isPlaced[rank] === 1) continue;
    const place = movers[rank];
    steps.push({ place, isTemporary: true });
    const next = release(rank);
    if (next === NO_MOVER) throw new Error(`the ring of user ${place} does not open`);
    follow(next, rank);
  }
  return steps;
}

function largestOf(numbers: Int32Array | readonly number[]): number {
  let largest = -1;
  for (let at = 0; at < numbers.length; at++) if (numbers[at] > largest) largest = numbers[at];
  return largest;
}
