/** Which updates need a decision, and which renames form rings (contract 2.5 and 6). */

import { hasEmailAddress } from './email.js';
import type { IdentityIndex } from './identity-index.js';

/** No user who needs an update wants the key. */
export const NO_WANTER = -1;
/** Two or more want it. */
export const SEVERAL = -2;

export interface Contest {
  /** Index of the one user who needs an update and wants the key, by key id; or NO_WANTER, or SEVERAL. */
  readonly soleWanter: Int32Array;
  /** 1 for a user whose update needs no decision, by index. */
  readonly isAutomatic: Uint8Array;
  /** 1 for a key on a ring: following the holders' wishes from it leads back to it; by key id. */
  readonly isInRing: Uint8Array;
}

/** Returns who wants which username, which updates need no decision, and which keys are on a ring. `isHeld`: the user's update needs a decision in any case. */
export function settleContest(index: IdentityIndex, isHeld: (place: number) => boolean = () => false): Contest {
  const soleWanter = findSoleWanters(index);
  return { soleWanter, isAutomatic: findAutomatic(index, soleWanter, isHeld), isInRing: findRings(index) };
}

function findSoleWanters(index: IdentityIndex): Int32Array {
  const { emailKey, needsUpdate } = index;
  const soleWanter = new Int32Array(index.keyCount).fill(NO_WANTER);
  for (let place = 0; place < emailKey.length; place++) {
    const id = emailKey[place];
    if (needsUpdate[place] === 1) soleWanter[id] = soleWanter[id] === NO_WANTER ? place : SEVERAL;
  }
  return soleWanter;
}

/**
 * An update needs a decision if its email is not a valid address, if another user wants the same username, if another
 * system or the identity provider knows the user by the current one, or if a user holds that username who stays or who
 * moves only by a decision. Starting from the users who certainly need one and following who waits for whom makes
 * rings automatic, as the contract requires.
 */
function findAutomatic(index: IdentityIndex, soleWanter: Int32Array, isHeld: (place: number) => boolean): Uint8Array {
  const { users, userNameKey, emailKey, needsUpdate } = index;
  const isAutomatic = needsUpdate.slice();
  const stuck: number[] = [];
  const stop = (place: number): void => {
    if (isAutomatic[place] === 0) return;
    isAutomatic[place] = 0;
    stuck.push(place);
  };
  for (let place = 0; place < users.length; place++) {
    if (needsUpdate[place] === 1) {
      const user = users[place];
      if (soleWanter[emailKey[place]] === SEVERAL || !hasEmailAddress(user) || user.signsInFor !== undefined || isHeld(place)) stop(place);
    } else if (userNameKey[place] >= 0) {
      const wanter = soleWanter[userNameKey[place]];
      if (wanter >= 0) stop(wanter);
    }
  }
  for (let next = stuck.pop(); next !== undefined; next = stuck.pop()) {
    const wanter = userNameKey[next] < 0 ? NO_WANTER : soleWanter[userNameKey[next]];
    if (wanter >= 0 && wanter !== next) stop(wanter);
  }
  return isAutomatic;
}

/**
 * Marks the keys on a cycle of the graph "the holder of this key wants that key" (a user who only changes
 * the spelling is not an edge). Tarjan's algorithm with an explicit stack, since a ring may be as long as the
 * organization.
 */
function findRings({ keyCount, userNameKey, emailKey, needsUpdate, holders }: IdentityIndex): Uint8Array {
  const isInRing = new Uint8Array(keyCount);
  const order = new Int32Array(keyCount);
  const low = new Int32Array(keyCount);
  const isOpen = new Uint8Array(keyCount);
  const cursor = new Int32Array(keyCount);
  const open: number[] = [];
  const path: number[] = [];
  let clock = 0;
  const enter = (id: number): void => {
    order[id] = low[id] = ++clock;
    isOpen[id] = 1;
    open.push(id);
    path.push(id);
  };
  const leave = (id: number): void => {
    path.pop();
    if (path.length > 0) {
      const parent = path[path.length - 1];
      low[parent] = Math.min(low[parent], low[id]);
    }
    if (low[id] !== order[id]) return;
    const isRing = open[open.length - 1] !== id;
    for (let member = open.pop(); member !== undefined; member = open.pop()) {
      isOpen[member] = 0;
      if (isRing) isInRing[member] = 1;
      if (member === id) break;
    }
  };
  for (let place = 0; place < userNameKey.length; place++) {
    const start = userNameKey[place];
    if (start < 0 || needsUpdate[place] === 0 || order[start] !== 0) continue;
    enter(start);
    while (path.length > 0) {
      const id = path[path.length - 1];
      if (holders.offsets[id] + cursor[id] === holders.offsets[id + 1]) {
        leave(id);
        continue;
      }
      const holder = holders.places[holders.offsets[id] + cursor[id]++];
      const wanted = needsUpdate[holder] === 1 ? emailKey[holder] : id;
      if (wanted === id) continue;
      if (order[wanted] === 0) enter(wanted);
      else if (isOpen[wanted] === 1) low[id] = Math.min(low[id], order[wanted]);
    }
  }
  return isInRing;
}
