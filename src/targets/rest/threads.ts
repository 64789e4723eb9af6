/** What a plan does to each value: the values that it passes through, so that a value found in Jama Connect tells how far it is. */

import type { Change } from '../../model/finding.js';
import type { Task } from '../run/net-work.js';

/** One attribute of a user, the name of a group, or one membership. */
export interface Thread {
  readonly name: string;
  readonly change: Change;
  /** Indexes of its actions in the plan, in order. */
  readonly at: number[];
  /** The value before the first of them, and after each. */
  readonly values: string[];
}

export const MEMBER = 'member';
export const NO_MEMBER = 'not a member';

/** Returns the value that a change starts from, and the one that it leads to. */
export function endsOf(change: Change): readonly [string, string] {
  if (change.kind === 'remove-member') return [MEMBER, NO_MEMBER];
  return change.kind === 'add-member' ? [NO_MEMBER, MEMBER] : [change.from, change.to];
}

/** Returns the name of the thread that a change belongs to. */
export function threadName(change: Change): string {
  if (change.kind === 'replace-user') return JSON.stringify(['user', change.user, change.attribute]);
  return change.kind === 'replace-group' ? JSON.stringify(['group', change.group]) : JSON.stringify(['member', change.group, change.user]);
}

export interface Threads {
  readonly all: readonly Thread[];
  /** The thread of each action, by its index. */
  readonly of: readonly Thread[];
  /** Ids of actions that do not start from what the action before left, or that lead to a value that was there before. */
  readonly broken: readonly string[];
}

export function threadsOf(actions: readonly Task[]): Threads {
  const byName = new Map<string, Thread>();
  const broken: string[] = [];
  const of = actions.map(({ id, change }, at) => {
    const name = threadName(change);
    const [from, to] = endsOf(change);
    const thread = byName.get(name) ?? { name, change, at: [], values: [from] };
    byName.set(name, thread);
    // A value that comes twice would not tell how far the thread is.
    if (thread.values[thread.values.length - 1] !== from || thread.values.includes(to)) broken.push(id);
    thread.at.push(at);
    thread.values.push(to);
    return thread;
  });
  return { all: [...byName.values()], of, broken };
}

/** How many actions of each thread are done, by its name. */
export type Positions = ReadonlyMap<string, number>;

/** Returns the indexes of the actions that are still to be done, in the plan's order. */
export function remainingOf({ of, all }: Threads, positions: Positions): number[] {
  const firsts = new Map(all.map(({ name, at }) => [name, at[positions.get(name) ?? 0] ?? Number.POSITIVE_INFINITY]));
  return of.flatMap(({ name }, at) => (at >= (firsts.get(name) ?? 0) ? [at] : []));
}
