/** The order of renames: pure, linear, without recursion. */

export interface Renames {
  /** Places of the users who are renamed, in source order. */
  readonly movers: readonly number[];
  /** Key id of the name that each place has, -1 where it is blank. */
  readonly from: (place: number) => number;
  /** Key id of the name that each mover gets. No two movers have one target. */
  readonly to: (place: number) => number;
  /** Places that have a key as name. */
  readonly holdersOf: (key: number) => Iterable<number>;
}

export interface Step {
  readonly place: number;
  /** The user steps aside to a temporary name; a later step brings the user to the target. */
  readonly isTemporary: boolean;
}

const NOBODY = -1;

/**
 * Yields the steps in an order in which nobody ever takes a name that another user still has: the last of a chain
 * first, and each ring opened by one temporary name, that of its first user in the source. Throws where a target is
 * held by somebody who is not renamed, or wanted by two: such renames are not to be planned at all.
 */
export function sequenceRenames({ movers, from, to, holdersOf }: Renames): Step[] {
  const moverByTarget = new Map<number, number>();
  for (const place of movers) {
    const target = to(place);
    if (moverByTarget.has(target)) throw new Error(`two users are to get the name of key ${target}`);
    moverByTarget.set(target, place);
  }
  const isMover = new Set(movers);
  /** How many others still have the name that a mover is to get. */
  const waiting = new Map<number, number>();
  for (const place of movers) {
    let others = 0;
    for (const holder of holdersOf(to(place))) {
      if (holder === place) continue;
      if (!isMover.has(holder)) throw new Error(`the name of key ${to(place)} is held by user ${holder}, who stays`);
      others++;
    }
    waiting.set(place, others);
  }

  const steps: Step[] = [];
  const isPlaced = new Set<number>();
  /** Yields who can move once the user has left its old name, if that was the last it waited for. */
  const release = (place: number): number => {
    const next = moverByTarget.get(from(place)) ?? NOBODY;
    if (next === NOBODY || next === place) return NOBODY;
    const left = (waiting.get(next) ?? 0) - 1;
    waiting.set(next, left);
    return left === 0 ? next : NOBODY;
  };
  const follow = (first: number, hasLeft: ReadonlySet<number>): void => {
    for (let place = first; place !== NOBODY; ) {
      steps.push({ place, isTemporary: false });
      isPlaced.add(place);
      place = hasLeft.has(place) ? NOBODY : release(place);
    }
  };

  const noneLeft: ReadonlySet<number> = new Set();
  for (const place of movers) if (waiting.get(place) === 0 && !isPlaced.has(place)) follow(place, noneLeft);
  // What is left are rings, each by itself: every name has one taker, so nothing hangs on a ring from outside.
  for (const place of movers) {
    if (isPlaced.has(place)) continue;
    steps.push({ place, isTemporary: true });
    const next = release(place);
    if (next === NOBODY) throw new Error(`the ring of user ${place} does not open`);
    follow(next, new Set([place]));
  }
  return steps;
}
