/** Resolved settings that every module may read, and which users and groups they put in scope (contract 2.1, 2.2). */

import type { AuthenticationType, Group, User } from './directory.js';
import type { Environment } from './environment.js';
import type { Severity } from './finding.js';

/** How the organization signs in today (contract 1). */
export type AuthMode = 'basic' | 'saml' | 'auth0' | 'multi';
export const AUTH_MODES = ['basic', 'saml', 'auth0', 'multi'] as const satisfies readonly AuthMode[];

export type FailOn = Severity | 'never';
export const FAIL_ON = ['error', 'warning', 'info', 'never'] as const satisfies readonly FailOn[];

export interface Policy {
  readonly authMode: AuthMode;
  /** Names given by option or file, in order, without repeats; null if none were given. */
  readonly syncGroups: readonly string[] | null;
  readonly failOn: FailOn;
  /** How text is compared. */
  readonly collation: CollationName;
  /** Severities that the user set, by rule. */
  readonly severities: Readonly<Record<string, Severity | 'off'>>;
  /** Rules that the user skips. */
  readonly skipRules: readonly string[];
  /** Additional spellings of authentication types, by lower-case value. */
  readonly authTypeMap: Readonly<Record<string, AuthenticationType>>;
  /** Ids of accounts that must never be changed, including the SCIM Admin's. */
  readonly leaveOutUsers: readonly string[];
  readonly allowEmpty: boolean;
  /** The config file that the severities come from, as reports show it; absent if there was none. */
  readonly config?: string;
  /** Config keys spelled as in version 1, each with its current name; absent if there are none. */
  readonly formerNames?: readonly string[];
  /** Settings that no export shows; absent if none are stated or required. */
  readonly environment?: Environment;
  /** True if usernames that other systems sign in with were given (see `User.signsInFor`); otherwise absent. */
  readonly areIntegrationsGiven?: true;
}

/** The ways in which Jama Connect's databases compare text (contract 1.1). */
export const COLLATIONS = ['utf8mb4_0900_ai_ci', 'utf8mb4_general_ci', 'sqlserver_ci_as'] as const;
export type CollationName = (typeof COLLATIONS)[number];

/** The collation of Jama Connect 9.17 and later on MySQL. */
export const DEFAULT_COLLATION: CollationName = 'utf8mb4_0900_ai_ci';

/** Must have a username equal to the email before enablement (guide: `username-format`). */
export function isInScope(user: Pick<User, 'active' | 'isLeftOut' | 'authenticationType'>, mode: AuthMode): boolean {
  return user.active && user.isLeftOut !== true && (mode === 'basic' || user.authenticationType === 'idp');
}

/** Is in scope, has an email, and its username is not exactly that email. */
export function needsUpdate(user: User, mode: AuthMode, { isBlank }: { readonly isBlank: (text: string) => boolean }): boolean {
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
