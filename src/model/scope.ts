/** Users and groups that enablement concerns: users in scope, and groups to be synced (contract 2.1, 2.2). */

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

/** The groups that the identity provider will manage. */
export interface SyncSelection {
  /** By index: 1 for a group to be synced. */
  readonly isSynced: Uint8Array;
  /** Wanted names in order; null if every organization-level group is meant. */
  readonly names: readonly string[] | null;
  /** Names for which groups are searched, given by the user or by the mark of a project group. */
  readonly sought: ReadonlySet<string>;
  /** Those names that no organization-level group has. */
  readonly unknown: readonly string[];
}

/**
 * Returns the groups to be synced: named, or marked in the source, or else every organization-level group. A project
 * group that is marked is a wanted name that only a project group has.
 */
export function selectSyncGroups(groups: readonly Group[], policy: Policy): SyncSelection {
  const marked = groups.filter((group) => group.sync === true);
  const misplaced = marked.filter((group) => !group.isOrganizationLevel);
  const wanted = new Set([...(policy.syncGroups ?? []), ...misplaced.map(({ name }) => name)]);
  // Naming no group does not mean that no group is synced, since no one enables a sync of nothing.
  const all = wanted.size === 0 && marked.length === 0;
  const isSynced = new Uint8Array(groups.length);
  const found = new Set<string>();
  for (const group of groups) {
    if (!group.isOrganizationLevel) continue;
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
