/** Everything that can be set: where it may be said, and what holds when nobody says it. This file is long because it is one table. */

import { COLLATIONS, type CollationName } from '../model/collation-name.js';
import type { Activity, AuthenticationType } from '../model/directory.js';
import type { StatedEnvironment } from '../model/environment.js';
import type { Severity } from '../model/finding.js';
import { IDP_PROVIDERS, type IdpProvider } from '../model/idp.js';
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
  /** What spellings of a status mean, by value. */
  activeMap: Readonly<Record<string, Activity>>;
  delimiter?: 'comma' | 'semicolon' | 'tab' | 'pipe';
  /** What a quotation mark is in the CSV files: it encloses a cell, or is a letter like any other. */
  quote?: QuoteStyle;
  /** What a backslash is in the CSV files: MySQL's escape, or a letter like any other. */
  escape?: EscapeStyle;
  /** Further spellings of no value: `VALUE`, or `groups.project=VALUE` for one column. */
  nulls: readonly string[];
  /** What parts the cells of the CSV files that are written for people. */
  csvDelimiter?: (typeof CSV_DELIMITERS)[number];
  /** How text is compared. */
  collation: CollationName;
  /** A CSV that says how each user signs in, for a source that does not. */
  authTypes?: string;
  /** A list of the Basic users, the short form of the same. */
  basicUsers?: string;
  encoding?: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
  /** Ids of accounts that are never to be changed. */
  leaveOutUsers: readonly string[];
  allowEmpty: boolean;
  assumeActive: boolean;
  /** The identity provider whose exports are given. */
  idp?: IdpProvider;
  idpUsers: readonly string[];
  idpGroups: readonly string[];
  /** Files, or `GROUP=FILE`. */
  idpMembers: readonly string[];
  /** Whose assignments count, by the application's name. */
  idpApplication?: string;
  /** Settings that no export shows. */
  environment?: StatedEnvironment;
  strictEnvironment: boolean;
  /** A file of usernames that other systems sign in with. */
  integrations?: string;
}

export type SettingName = keyof Settings;

export const DEFAULTS: Settings = {
  failOn: 'error',
  rules: {},
  skipRules: [],
  columns: {},
  tables: {},
  authTypeMap: {},
  activeMap: {},
  nulls: [],
  collation: 'utf8mb4_0900_ai_ci',
  leaveOutUsers: [],
  allowEmpty: false,
  assumeActive: false,
  idpUsers: [],
  idpGroups: [],
  idpMembers: [],
  strictEnvironment: false,
};

export const DELIMITER_NAMES = ['comma', 'semicolon', 'tab', 'pipe'] as const;
export const CSV_DELIMITERS = ['comma', 'semicolon'] as const;
export const QUOTE_STYLES = ['double', 'none'] as const;
export type QuoteStyle = (typeof QUOTE_STYLES)[number];
export const ESCAPE_STYLES = ['backslash', 'none'] as const;
export type EscapeStyle = (typeof ESCAPE_STYLES)[number];
export const ENCODING_NAMES = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;

export interface SettingInfo {
  /** What it decides, one sentence. */
  readonly about: string;
  readonly flag?: string;
  /** Environment variable; none where a value is no single word. */
  readonly env?: string;
  /** What it may be, where that is a choice. */
  readonly choices?: readonly string[];
  readonly kind: 'choice' | 'boolean' | 'names' | 'map' | 'path' | 'paths';
}

export const SETTINGS: Readonly<Record<SettingName, SettingInfo>> = {
  authMode: {
    about: 'How the organization signs in today: decides who is in scope.',
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
  activeMap: { about: 'What other spellings of a status mean: active or inactive.', flag: '--active-map', kind: 'map' },
  collation: {
    about: "How Jama Connect's database compares names; the default is that of 9.17 and later on MySQL.",
    flag: '--collation',
    env: 'SCIM_AUDIT_COLLATION',
    choices: COLLATIONS,
    kind: 'choice',
  },
  csvDelimiter: {
    about: 'Delimiter of the CSV files that are written for spreadsheets: semicolon for locales whose spreadsheets use it (default: comma).',
    flag: '--csv-delimiter',
    env: 'SCIM_AUDIT_CSV_DELIMITER',
    choices: CSV_DELIMITERS,
    kind: 'choice',
  },
  quote: {
    about: 'What a quotation mark is in the CSV files: double encloses cells, none makes it a letter. Detected if not given.',
    flag: '--quote',
    env: 'SCIM_AUDIT_QUOTE',
    choices: QUOTE_STYLES,
    kind: 'choice',
  },
  escape: {
    about: "What a backslash is in the CSV files: backslash for MySQL's escapes, none for a letter. Detected if not given.",
    flag: '--escape',
    env: 'SCIM_AUDIT_ESCAPE',
    choices: ESCAPE_STYLES,
    kind: 'choice',
  },
  nulls: { about: 'Further spellings of no value: VALUE, or groups.project=VALUE for one column.', flag: '--null', env: 'SCIM_AUDIT_NULLS', kind: 'names' },
  authTypes: {
    about: 'A CSV of authentication types with one or more of id, username and email, for a source that has no types.',
    flag: '--auth-types',
    env: 'SCIM_AUDIT_AUTH_TYPES',
    kind: 'path',
  },
  basicUsers: {
    about: 'A list of the Basic users: one username per line, or a CSV with id, username or email. All others sign in by IdP.',
    flag: '--basic-users',
    env: 'SCIM_AUDIT_BASIC_USERS',
    kind: 'path',
  },
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
  idp: {
    about: 'The identity provider whose exports are held against the snapshot.',
    flag: '--idp',
    env: 'SCIM_AUDIT_IDP',
    choices: IDP_PROVIDERS,
    kind: 'choice',
  },
  idpUsers: { about: "Exports of the identity provider's users, CSV or JSON.", flag: '--idp-users', kind: 'paths' },
  idpGroups: { about: "Exports of the identity provider's groups.", flag: '--idp-groups', kind: 'paths' },
  idpMembers: { about: 'Exports of members of its groups; GROUP=FILE where the file does not name the group.', flag: '--idp-members', kind: 'paths' },
  idpApplication: {
    about: 'The application whose assignments count, where an export of Okta lists several.',
    flag: '--idp-application',
    env: 'SCIM_AUDIT_IDP_APPLICATION',
    kind: 'path',
  },
  environment: { about: 'Settings that no export shows, as they are today; what is wrong among them is a finding.', kind: 'map' },
  strictEnvironment: {
    about: 'Settings of environment that enablement asks for and nobody states are findings as well.',
    flag: '--strict-environment',
    env: 'SCIM_AUDIT_STRICT_ENVIRONMENT',
    kind: 'boolean',
  },
  integrations: {
    about: 'A CSV of usernames that other systems sign in with (columns userName and system): these users are renamed only by a decision.',
    flag: '--integrations',
    env: 'SCIM_AUDIT_INTEGRATIONS',
    kind: 'path',
  },
};

/** What each setting of `environment` says, one sentence. */
export const ENVIRONMENT_ABOUT = {
  idp: 'The identity provider that the settings are for, where --idp does not name it.',
  multiMode: 'Multi-mode authentication is on. Okta needs it on.',
  allowUsernameChange: 'Basic authentication: "Allow users to change their username" is checked. Okta needs it unchecked.',
  disableSamlAutoGeneration: 'SAML: "Disable the auto-generation of new SAML users" is checked. Okta needs it checked.',
  scimAdmin: 'The account that SCIM requests sign in with, by its userName or its id. It is in no plan.',
  organizationAdmin: 'The account is an organization administrator. It must be one.',
  license: 'Its license: SCIM is open to a named Creator only, not to a floating one.',
  tokenIssued: 'The day on which the bearer token was issued, as 2026-03-31. Entra needs it; it ends six months later.',
} as const;

/** Variables that are read elsewhere. */
export const OTHER_VARIABLES: readonly string[] = ['SCIM_AUDIT_CONFIG', 'SCIM_AUDIT_REDACT_KEY', 'SCIM_AUDIT_CERTIFICATE_KEY'];
