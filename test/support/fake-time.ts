import type { Pace } from '../../src/rest/client.js';

/** A clock that only sleeping moves, so that no test waits. `slept` has the milliseconds of each pause. */
export function fakeTime(start = Date.parse('2026-03-02T08:00:00Z')): Pace & { readonly slept: number[]; pass(milliseconds: number): void } {
  let time = start;
  const slept: number[] = [];
  return {
    slept,
    now: () => new Date(time),
    async sleep(milliseconds) {
      slept.push(milliseconds);
      time += milliseconds;
    },
    pass(milliseconds) {
      time += milliseconds;
    },
  };
}
