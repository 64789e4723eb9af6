/** The pair table of the guide for one contested username, counted by kinds of users instead of pair by pair. */

import type { IdentityIndex } from '../model/identity-index.js';

export interface Pair {
  /** Ids, by place in the source. */
  readonly first: string;
  readonly second: string;
  readonly reason: 'email-equals-username' | 'same-email';
}

export interface Member {
  readonly place: number;
  /** EMAILS, HOLDS and NEEDS, added up. */
  readonly kind: number;
}

export interface Pairing {
  /** All users who are in a pair, by place. */
  readonly members: readonly Member[];
  readonly count: number;
}

const MOST_PAIRS = 100;
/** Has the key as email. */
const EMAILS = 1;
/** Has the key as username. */
const HOLDS = 2;
/** Needs an update. */
const NEEDS = 4;
const KINDS = 8;

type Reason = Pair['reason'] | undefined;

/** Returns why two users of these kinds conflict; both reasons count as `email-equals-username` (contract 4). */
function reasonOf(a: number, b: number): Reason {
  if (((a | b) & NEEDS) === 0) return undefined;
  if ((a & EMAILS && b & HOLDS) || (b & EMAILS && a & HOLDS)) return 'email-equals-username';
  return a & b & EMAILS && a & b & NEEDS ? 'same-email' : undefined;
}

const REASONS: readonly (readonly Reason[])[] = Array.from({ length: KINDS }, (_, a) => Array.from({ length: KINDS }, (_, b) => reasonOf(a, b)));

/** Returns the pairs that share the key, or undefined if there are none. */
export function pairing(index: IdentityIndex, id: number): Pairing | undefined {
  if (!mayPair(index, id)) return undefined;
  const members = membersOf(index, id);
  if (members.length < 2) return undefined;
  const counts = new Array<number>(KINDS).fill(0);
  for (const { kind } of members) counts[kind]++;
  let count = 0;
  const isPaired = new Array<boolean>(KINDS).fill(false);
  for (let a = 0; a < KINDS; a++) {
    for (let b = a; b < KINDS; b++) {
      const pairs = a === b ? (counts[a] * (counts[a] - 1)) / 2 : counts[a] * counts[b];
      if (pairs === 0 || REASONS[a][b] === undefined) continue;
      count += pairs;
      isPaired[a] = isPaired[b] = true;
    }
  }
  if (count === 0) return undefined;
  return { members: isPaired.every((is, kind) => is || counts[kind] === 0) ? members : members.filter(({ kind }) => isPaired[kind]), count };
}

/** Returns whether the key may have a pair; a quick answer, because nearly every key has one user only. */
function mayPair({ holders, emailers, needsUpdate }: IdentityIndex, id: number): boolean {
  const holding = holders.sizeOf(id);
  const emailing = emailers.sizeOf(id);
  if (holding + emailing < 2) return false;
  if (holding !== 1 || emailing !== 1) return true;
  const holder = holders.places[holders.offsets[id]];
  const emailer = emailers.places[emailers.offsets[id]];
  return holder !== emailer && (needsUpdate[holder] === 1 || needsUpdate[emailer] === 1);
}

/** Returns the holders and emailers of the key, merged by place. */
function membersOf(index: IdentityIndex, id: number): Member[] {
  const holders = index.holders.of(id);
  const emailers = index.emailers.of(id);
  const members: Member[] = [];
  for (let h = 0, e = 0; h < holders.length || e < emailers.length; ) {
    const holder = h < holders.length ? holders[h] : Number.POSITIVE_INFINITY;
    const emailer = e < emailers.length ? emailers[e] : Number.POSITIVE_INFINITY;
    const place = Math.min(holder, emailer);
    let kind = index.needsUpdate[place] === 1 ? NEEDS : 0;
    if (holder === place) {
      kind |= HOLDS;
      h++;
    }
    if (emailer === place) {
      kind |= EMAILS;
      e++;
    }
    members.push({ place, kind });
  }
  return members;
}

/**
 * Returns the first 100 pairs that share the key, by place of first, then second.
 * A member is passed over as soon as no partner follows it, so at most 100 of them scan the rest.
 */
export function firstPairs(index: IdentityIndex, id: number): Pair[] {
  const members = membersOf(index, id);
  const left = new Array<number>(KINDS).fill(0);
  for (const { kind } of members) left[kind]++;
  const pairs: Pair[] = [];
  for (let i = 0; i < members.length && pairs.length < MOST_PAIRS; i++) {
    const { place, kind } = members[i];
    left[kind]--;
    if (!REASONS[kind].some((reason, other) => reason !== undefined && left[other] > 0)) continue;
    for (let j = i + 1; j < members.length && pairs.length < MOST_PAIRS; j++) {
      const reason = REASONS[kind][members[j].kind];
      if (reason === undefined) continue;
      pairs.push({ first: index.users[place].id, second: index.users[members[j].place].id, reason });
    }
  }
  return pairs;
}
