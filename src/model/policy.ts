/** Resolved settings that every module may read. */

import type { CollationName } from './collation-name.js';
import type { AuthenticationType } from './directory.js';
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
