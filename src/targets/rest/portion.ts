/** Which of the remaining actions `--first N` does: those of N users, whole chains and rings, groups and memberships last. */

import type { Collation } from '../../model/compare.js';
import type { Task } from '../run/net-work.js';

/** Groups of users who pass usernames on to each other, by union. */
class Chains {
  readonly #parents = new Map<string, string>();

  root(name: string): string {
    let top = name;
    for (let next = this.#parents.get(top); next !== undefined; next = this.#parents.get(top)) top = next;
    // Shortens the way for the next time.
    for (let each = name; each !== top; ) {
      const next = this.#parents.get(each) ?? top;
      this.#parents.set(each, top);
      each = next;
    }
    return top;
  }

  join(a: string, b: string): void {
    const [first, second] = [this.root(a), this.root(b)];
    if (first !== second) this.#parents.set(second, first);
  }
}

/** Returns the indexes to be done now, in the plan's order. `actions`: all of the plan; `remaining`: indexes of those that are not done. */
export function portionOf(actions: readonly Task[], remaining: readonly number[], first: number | undefined, key: Collation['key']): readonly number[] {
  if (first === undefined) return remaining;
  const chains = new Chains();
  for (const { change } of actions) {
    if (change.kind !== 'replace-user' || change.attribute !== 'userName') continue;
    for (const userName of [change.from, change.to]) chains.join(`user ${change.user}`, `name ${key(userName)}`);
  }
  const usersByChain = new Map<string, Set<string>>();
  for (const at of remaining) {
    const { change } = actions[at];
    if (change.kind !== 'replace-user') continue;
    const chain = chains.root(`user ${change.user}`);
    const users = usersByChain.get(chain) ?? new Set();
    usersByChain.set(chain, users.add(change.user));
  }
  const chosen = new Set<string>();
  let count = 0;
  for (const [chain, users] of usersByChain) {
    if (count >= first) break;
    chosen.add(chain);
    count += users.size;
  }
  // Only fewer users than asked for leave something for groups and memberships.
  if (count < first) return remaining;
  return remaining.filter((at) => {
    const { change } = actions[at];
    return change.kind === 'replace-user' && chosen.has(chains.root(`user ${change.user}`));
  });
}

/** Returns how many users some actions change. */
export const usersIn = (actions: readonly Task[], indexes: readonly number[]): number =>
  new Set(indexes.flatMap((at) => (actions[at].change.kind === 'replace-user' ? [actions[at].change.user] : []))).size;
