/** Findings and choices → ordered actions, with the proof that they are safe. Pure: no clock, no random. */

import type { AuditContext } from '../audit/audit.js';
import type { AuditedFinding, Report } from '../audit/report.js';
import type { Collation } from '../model/compare.js';
import type { Group, User } from '../model/directory.js';
import type { Change } from '../model/finding.js';
import type { RuleContext } from '../rules/rule.js';
import { type Choices, type EndState, endStateOf } from './end-state.js';
import type { MemberTable } from './member-tally.js';
import type { Action } from './plan.js';
import { type Placed, Resolving } from './resolved-findings.js';
import { ProofFailed, proveActions } from './simulate.js';

export interface Assembly {
  readonly actions: readonly Action[];
  /** Findings of the source that are still there at the end, and that a person must settle. */
  readonly open: readonly AuditedFinding[];
  readonly end: EndState;
}

export interface Ground {
  readonly before: Report;
  readonly context: AuditContext;
  readonly members: MemberTable;
}

/** Returns the plan of an end state. Throws ProofFailed if it would not be safe. */
export function assemble({ before, context, members }: Ground, choices: Choices): Assembly {
  const end = endStateOf(before, context, members, choices);
  return assembleFor({ before, context, members }, choices, end);
}

/** Returns the plan for an end state that is known already. */
export function assembleFor({ before, context }: Ground, choices: Choices, end: EndState): Assembly {
  const { users, groups } = context.directory;
  const placed = [
    ...emailChanges(users, choices),
    ...activityChanges(users, choices),
    ...renameChanges(context, end),
    ...groupChanges(groups, end.groups, choices, context.index.collation.key),
    ...memberChanges(users, groups, choices),
  ];
  const resolving = new Resolving(before.findings, context.directory, end);
  const actions = resolving.withRest(
    placed.map((each, at): Action => ({ id: `a${at + 1}`, change: each.change, resolves: resolving.of(each) })),
    placed,
  );
  proveActions({ users, groups, actions, places: Int32Array.from(placed, ({ place }) => place), collation: context.index.collation, end });
  if (end.contest.isAutomatic.includes(1)) throw new ProofFailed('it is not finished, an update would still need no decision');
  return { actions, open: resolving.open(), end };
}

function* emailChanges(users: readonly User[], { emails }: Choices): Iterable<Placed> {
  for (const [place, to] of inPlace(emails)) {
    const { id, email: from } = users[place];
    if (to !== from) yield { place, change: { kind: 'replace-user', user: id, attribute: 'email', from, to } };
  }
}

function* activityChanges(users: readonly User[], { active }: Choices): Iterable<Placed> {
  for (const [place, to] of inPlace(active)) {
    const { id, active: from } = users[place];
    if (to !== from) yield { place, change: { kind: 'replace-user', user: id, attribute: 'active', from: String(from), to: String(to) } };
  }
}

const inPlace = <T>(map: ReadonlyMap<number, T>): (readonly [number, T])[] => [...map].sort(([a], [b]) => a - b);

function renameChanges({ directory, index }: RuleContext, end: EndState): Placed[] {
  const { users } = directory;
  const { key } = index.collation;
  /** Key ids of targets that no user had or wanted in the source; they follow those of the index. */
  const added = new Map<string, number>();
  const addedId = (text: string): number => {
    const id = added.get(text) ?? index.keyCount + added.size;
    added.set(text, id);
    return id;
  };
  const targetOf = (place: number): number => {
    const { userName } = end.users[place];
    if (userName === users[place].email) return index.emailKey[place];
    const id = index.find(userName);
    return id >= 0 ? id : addedId(key(userName));
  };
  const steps = sequenceRenames({
    movers: end.movers,
    from: (place) => index.userNameKey[place],
    to: targetOf,
    holdersOf: (id) => (id < index.keyCount && index.holders.sizeOf(id) > 0 ? index.holders.of(id) : []),
  });
  const names = new Map<number, string>();
  /** Keys of the temporary names so far: two ids may lead to the same stem. */
  const temporary = new Set<string>();
  const isTaken = (name: string): boolean => index.find(name) >= 0 || end.index.find(name) >= 0 || temporary.has(key(name));
  return steps.map(({ place, isTemporary }: Step): Placed => {
    const { id, userName } = users[place];
    const from = names.get(place) ?? userName;
    const to = isTemporary ? temporaryName(id, isTaken) : end.users[place].userName;
    const change: Change = { kind: 'replace-user', user: id, attribute: 'userName', from, to };
    if (!isTemporary) return { place, change };
    temporary.add(key(to));
    names.set(place, to);
    return { place, change: { ...change, temporary: true } };
  });
}

/** A reserved domain, so no mail can reach it (RFC 2606). */
const TEMPORARY_DOMAIN = '@scim-audit.invalid';

/** Returns a username that no user has or wants, and that is not an address that receives mail. */
function temporaryName(id: string, isTaken: (name: string) => boolean): string {
  const stem = `temporary-${id.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 40)}`;
  for (let number = 1; ; number++) {
    const name = `${stem}${number === 1 ? '' : `-${number}`}${TEMPORARY_DOMAIN}`;
    if (!isTaken(name)) return name;
  }
}

function groupChanges(groups: readonly Group[], ends: readonly Group[], { groupNames }: Choices, key: Collation['key']): Placed[] {
  const movers = inPlace(groupNames)
    .filter(([place, to]) => groups[place].name !== to)
    .map(([place]) => place);
  if (movers.length === 0) return [];
  const ids = new Map<string, number>();
  const idOf = (name: string): number => {
    const text = key(name);
    const id = ids.get(text) ?? ids.size;
    ids.set(text, id);
    return id;
  };
  const isMover = new Set(movers);
  const holders = new Map<number, number[]>();
  // Only renamed groups can conflict with one another: decisions for names that other groups keep were refused.
  for (const place of movers) {
    const id = idOf(groups[place].name);
    const known = holders.get(id);
    if (known === undefined) holders.set(id, [place]);
    else known.push(place);
  }
  const steps = sequenceRenames({
    movers,
    from: (place) => idOf(groups[place].name),
    to: (place) => idOf(ends[place].name),
    holdersOf: (id) => (holders.get(id) ?? []).filter((place) => isMover.has(place)),
  });
  const names = new Map<number, string>();
  return steps.map(({ place, isTemporary }) => {
    const { id, name } = groups[place];
    const from = names.get(place) ?? name;
    const to = isTemporary ? `${name} (temporary ${id})` : ends[place].name;
    names.set(place, to);
    return { place, change: { kind: 'replace-group', group: id, attribute: 'displayName', from, to } };
  });
}

function* memberChanges(users: readonly User[], groups: readonly Group[], { removals }: Choices): Iterable<Placed> {
  for (const [user, left] of inPlace(removals)) {
    for (const group of [...left].sort((a, b) => a - b))
      yield { place: user, change: { kind: 'remove-member', group: groups[group].id, user: users[user].id } };
  }
}

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
