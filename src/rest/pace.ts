/** How fast calls go out, and how long to wait if the server asks for it. */

/** Calls per second for everything together, unless a person says otherwise. */
export const DEFAULT_RATE = 4;
/** Jama Connect allows 10 calls a second for a whole environment, other integrations included. */
export const HIGHEST_RATE = 8;

/** The clock that a client lives by. */
export interface Pace {
  now(): Date;
  sleep(milliseconds: number): Promise<void>;
}

/** Returns a function that waits until the next call may go out. Calls go out in the order in which they came. */
export function limiterOf(rate: number, { now, sleep }: Pace): () => Promise<void> {
  const interval = 1000 / Math.min(rate, HIGHEST_RATE);
  let last: number | undefined;
  let turn: Promise<void> = Promise.resolve();
  const wait = async (): Promise<void> => {
    const passed = last === undefined ? interval : now().getTime() - last;
    // A clock that was set back says nothing about the time that passed.
    if (passed < interval) await sleep(passed < 0 ? interval : interval - passed);
    last = now().getTime();
  };
  return () => {
    turn = turn.then(wait);
    return turn;
  };
}

/** What the vendor recommends between attempts, in milliseconds. */
export const BUSY_WAITS: readonly number[] = [3000, 5000, 8000, 13_000];
/** A read whose connection broke is tried again after these. */
export const BROKEN_WAITS: readonly number[] = [3000, 5000];
/** A server that asks for more is asked again by a person. */
export const LONGEST_WAIT = 300_000;

/** Returns the milliseconds that a Retry-After header asks for; undefined if it cannot be read. */
export function retryAfter(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const until = Date.parse(header);
  return Number.isNaN(until) ? undefined : Math.max(0, until - now.getTime());
}
