/** Resolved settings that every room may read. */

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
  /** Names given by flag or file, in order, without repeats; null where none were given. */
  readonly syncGroups: readonly string[] | null;
  readonly failOn: FailOn;
  /** How text is compared. */
  readonly collation: CollationName;
  /** Severities that a person set, by rule. */
  readonly severities: Readonly<Record<string, Severity | 'off'>>;
  /** Rules that a person said not to check. */
  readonly skipRules: readonly string[];
  /** Further spellings of authentication types, by lower-case value. */
  readonly authTypeMap: Readonly<Record<string, AuthenticationType>>;
  /** Ids of accounts that are never to be changed; that of the SCIM Admin is one of them. */
  readonly leaveOutUsers: readonly string[];
  readonly allowEmpty: boolean;
  /** The config file that the severities come from, as reports name it; absent if there was none. */
  readonly config?: string;
  /** Names of the config that are spelled as in version 1, each with its name of today; absent if there are none. */
  readonly formerNames?: readonly string[];
  /** Settings that no export shows; absent where nobody states or asks for them. */
  readonly environment?: Environment;
  /** It was said which usernames other systems sign in with: `User.signsInFor` tells. Absent where it was not. */
  readonly areIntegrationsGiven?: true;
}
