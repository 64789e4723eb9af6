/** Who is concerned by enablement: users in scope, and groups to be synced (contract 2.1, 2.2). */

import type { Collation } from './compare.js';
import type { Group, User } from './directory.js';
import type { AuthMode, Policy } from './policy.js';

/** Must have a username equal to the email before enablement (guide: `username-format`). */
export function isInScope(user: User, mode: AuthMode): boolean {
  return user.active && user.isLeftOut !== true && (mode === 'basic' || user.authenticationType === 'idp');
}

/** Is in scope, has an email, and its username is not exactly that email. */
export function needsUpdate(user: User, mode: AuthMode, { isBlank }: Collation): boolean {
  return user.userName !== user.email && isInScope(user, mode) && !isBlank(user.email);
}

/** Which groups the identity provider will manage. */
export interface SyncSelection {
  /** By place: 1 for a group to be synced. */
  readonly isSynced: Uint8Array;
  /** Wanted names in order; null where every organisation-level group is meant. */
  readonly names: readonly string[] | null;
  /** Names by which groups are looked for, given by a person or by the mark of a project group. */
  readonly sought: ReadonlySet<string>;
  /** Those of them that no organisation-level group has. */
  readonly unknown: readonly string[];
}

/**
 * Yields the groups to be synced: named, or marked in the source, or else every organisation-level group. A project
 * group that is marked is a wanted name that only a project group has.
 */
export function selectSyncGroups(groups: readonly Group[], policy: Policy): SyncSelection {
  const marked = groups.filter((group) => group.sync === true);
  const misplaced = marked.filter((group) => !group.isOrganisationLevel);
  const wanted = new Set([...(policy.syncGroups ?? []), ...misplaced.map(({ name }) => name)]);
  // Nobody enables a sync of nothing: to name none is not to say that there is none.
  const all = wanted.size === 0 && marked.length === 0;
  const isSynced = new Uint8Array(groups.length);
  const found = new Set<string>();
  for (const group of groups) {
    if (!group.isOrganisationLevel) continue;
    const isWanted = wanted.has(group.name);
    if (isWanted) found.add(group.name);
    if (all || isWanted || group.sync === true) isSynced[group.place] = 1;
  }
  return {
    isSynced,
    names: all ? null : [...new Set([...wanted, ...marked.map(({ name }) => name)])],
    sought: wanted,
    unknown: [...wanted].filter((name) => !found.has(name)),
  };
}

/** Yields the group name that was probably meant: the same key, else one or two edits away. */
export function nearestName(wanted: string, names: Iterable<string>, key: Collation['key']): string | undefined {
  const sought = key(wanted);
  let best: string | undefined;
  let least = Math.min(3, Math.ceil(sought.length / 3));
  for (const name of names) {
    const candidate = key(name);
    if (candidate === sought) return name;
    const distance = editDistance(sought, candidate, least);
    if (distance < least) {
      best = name;
      least = distance;
    }
  }
  return best;
}

/** Yields how many single edits part two texts, or `limit` as soon as it cannot be fewer. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const swap = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(swap, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    if (Math.min(...current) >= limit) return limit;
    previous = current;
  }
  return previous[b.length] ?? limit;
}
