/** Everything that can be set: where it may be said, and what holds when nobody says it. */

import type { AuthenticationType } from '../model/directory.js';
import type { Severity } from '../model/finding.js';
import { AUTH_MODES, type AuthMode, FAIL_ON, type FailOn } from '../model/policy.js';

export interface Settings {
  authMode?: AuthMode;
  /** Names of groups to be synced. */
  syncGroups?: readonly string[];
  /** A file of such names. */
  syncGroupsFile?: string;
  failOn: FailOn;
  /** Severities by rule. */
  rules: Readonly<Record<string, Severity | 'off'>>;
  skipRules: readonly string[];
  /** Headings by `users.userName` and so on. */
  columns: Readonly<Record<string, string>>;
  /** Tables by role. */
  tables: Readonly<Record<string, string>>;
  authTypeMap: Readonly<Record<string, AuthenticationType>>;
  delimiter?: 'comma' | 'semicolon' | 'tab';
  encoding?: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
  /** Ids of accounts that are never to be changed. */
  leaveOutUsers: readonly string[];
  allowEmpty: boolean;
  assumeActive: boolean;
}

export type SettingName = keyof Settings;

export const DEFAULTS: Settings = {
  failOn: 'error',
  rules: {},
  skipRules: [],
  columns: {},
  tables: {},
  authTypeMap: {},
  leaveOutUsers: [],
  allowEmpty: false,
  assumeActive: false,
};

export const DELIMITER_NAMES = ['comma', 'semicolon', 'tab'] as const;
export const ENCODING_NAMES = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;

export interface SettingInfo {
  /** What it decides, one sentence. */
  readonly about: string;
  readonly flag?: string;
  /** Environment variable; none where a value is no single word. */
  readonly env?: string;
  /** What it may be, where that is a choice. */
  readonly choices?: readonly string[];
  readonly kind: 'choice' | 'boolean' | 'names' | 'map' | 'path';
}

export const SETTINGS: Readonly<Record<SettingName, SettingInfo>> = {
  authMode: {
    about: 'How the organisation signs in today: decides who is in scope.',
    flag: '--auth-mode',
    env: 'SCIM_AUDIT_AUTH_MODE',
    choices: AUTH_MODES,
    kind: 'choice',
  },
  syncGroups: {
    about: 'Groups that the identity provider will manage, by their exact names.',
    flag: '--sync-group',
    env: 'SCIM_AUDIT_SYNC_GROUPS',
    kind: 'names',
  },
  syncGroupsFile: {
    about: 'A file of such names: one a line, or a CSV with a name column.',
    flag: '--sync-groups',
    env: 'SCIM_AUDIT_SYNC_GROUPS_FILE',
    kind: 'path',
  },
  failOn: {
    about: 'The mildest severity that makes check exit with 1.',
    flag: '--fail-on',
    env: 'SCIM_AUDIT_FAIL_ON',
    choices: FAIL_ON,
    kind: 'choice',
  },
  rules: { about: "A rule's severity: error, warning, info or off.", kind: 'map' },
  skipRules: {
    about: 'Rules that are not checked; every report says so.',
    flag: '--skip-rule',
    env: 'SCIM_AUDIT_SKIP_RULES',
    kind: 'names',
  },
  columns: { about: 'Headings of your export, where they are other than the accepted ones.', flag: '--column', kind: 'map' },
  tables: { about: 'Tables or views of a SQLite file.', flag: '--table', kind: 'map' },
  authTypeMap: { about: 'What further spellings of authentication types mean.', flag: '--auth-type-map', kind: 'map' },
  delimiter: {
    about: 'Delimiter of the CSV files; found out where it is not said.',
    flag: '--delimiter',
    env: 'SCIM_AUDIT_DELIMITER',
    choices: DELIMITER_NAMES,
    kind: 'choice',
  },
  encoding: {
    about: 'Encoding of the CSV files; by the byte-order mark, or else UTF-8, where it is not said.',
    flag: '--encoding',
    env: 'SCIM_AUDIT_ENCODING',
    choices: ENCODING_NAMES,
    kind: 'choice',
  },
  leaveOutUsers: {
    about: 'Ids of accounts that stay as they are, such as root: out of scope, but their names count as taken.',
    flag: '--leave-out-user',
    env: 'SCIM_AUDIT_LEAVE_OUT_USERS',
    kind: 'names',
  },
  allowEmpty: {
    about: 'A source without users is not refused.',
    flag: '--allow-empty',
    env: 'SCIM_AUDIT_ALLOW_EMPTY',
    kind: 'boolean',
  },
  assumeActive: {
    about: 'Users lists without a status column hold active users.',
    flag: '--assume-active',
    env: 'SCIM_AUDIT_ASSUME_ACTIVE',
    kind: 'boolean',
  },
};

/** Variables that are read elsewhere. */
export const OTHER_VARIABLES: readonly string[] = ['SCIM_AUDIT_CONFIG', 'SCIM_AUDIT_REDACT_KEY', 'SCIM_AUDIT_CERTIFICATE_KEY'];
