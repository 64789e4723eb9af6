/** Seeded numbers without a state: the same place always has the same number, in whatever order it is asked for. */

/**
 * Returns a whole number from 0 up to, without, `limit`.
 * @param {number} seed
 * @param {number} place
 * @param {number} purpose keeps the numbers of one place apart
 * @param {number} limit
 */
export function numberAt(seed, place, purpose, limit) {
  let hash = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(place + 1, 0xc2b2ae35) ^ Math.imul(purpose + 1, 0x27d4eb2f);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % limit;
}

/**
 * Returns a function that maps places 0..size-1 onto one another, neighbors far apart.
 * @param {number} size below 2^26, so that products stay exact
 * @returns {(place: number) => number}
 */
export function scatter(size) {
  let step = Math.max(1, Math.floor(size * 0.6180339887));
  while (greatestCommonDivisor(step, size) !== 1) step++;
  return (place) => (place * step + 7) % size;
}

/** @param {number} a @param {number} b @returns {number} */
function greatestCommonDivisor(a, b) {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}
