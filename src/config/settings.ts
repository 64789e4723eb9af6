/**
 * Every setting, once. The options, the environment variables, the config file and its schema, `--show-config`, the
 * commands that messages print and docs/settings.md are made from this table. This file is long because it is one table.
 */

import type { z } from 'zod';
import { SEVERITIES } from '../model/finding.js';
import { IDP_PROVIDERS } from '../model/idp.js';
import { AUTH_MODES, COLLATIONS, DEFAULT_COLLATION, FAIL_ON } from '../model/policy.js';
import { choice, type Kind, lines, meanings, namesByName, namesOrAll, path, paths, pathsByGroup, text, words, yesOrNo } from './kinds.js';
import { DATABASE_EXAMPLE, databaseSchema, ENVIRONMENT_EXAMPLE, environmentSchema } from './stated-settings.js';

/** Headings of `--help` and of docs/settings.md, in their order; `files`: commands that only read an export have these as well. */
export const GROUPS = { files: 'Input', input: 'Input', judging: 'Judging', provider: 'Provider', output: 'Output' } as const;
export type Group = keyof typeof GROUPS;

export interface Setting {
  /** What it decides: sentences for the config file, its schema and the documentation. */
  readonly about: string;
  readonly kind: Kind;
  readonly group: Group;
  /** As commander takes it; absent: only the config file sets it. */
  readonly option?: { readonly flags: string; readonly help: string };
  readonly variable?: string;
  /** What holds if nobody sets it; absent: it is not set. */
  readonly default?: unknown;
  /** A value for the config file that `init` writes, and for the documentation. */
  readonly example: unknown;
}

export const ENCODING_NAMES = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;

const DELIMITER_CHARACTERS: ReadonlyMap<string, 'comma' | 'semicolon' | 'tab' | 'pipe'> = new Map([
  [',', 'comma'],
  [';', 'semicolon'],
  ['\t', 'tab'],
  ['\\t', 'tab'],
  ['|', 'pipe'],
]);

export const SETTINGS = {
  authMode: {
    about: 'How the organization signs in today. It decides which users are in scope; there is no default.',
    kind: choice(AUTH_MODES),
    group: 'judging',
    option: { flags: '--auth-mode <mode>', help: 'how the organization signs in today (required here, in the config or as SCIM_AUDIT_AUTH_MODE)' },
    variable: 'SCIM_AUDIT_AUTH_MODE',
    example: 'multi',
  },
  syncGroups: {
    about: 'Groups that the identity provider will manage, by their exact names. Not set, or null: every organization-level group.',
    kind: namesOrAll,
    group: 'judging',
    option: { flags: '--sync-group <name>', help: 'exact name of a group to be synced (default: all organization-level groups)' },
    variable: 'SCIM_AUDIT_SYNC_GROUPS',
    example: ['Observers', 'Reviewers'],
  },
  syncGroupsFile: {
    about: 'A file that names the groups to be synced: one name per line, or a CSV or .xlsx file with a name column.',
    kind: path,
    group: 'judging',
    option: { flags: '--sync-groups <file>', help: 'file that names the groups to be synced: one per line, or a CSV or .xlsx file with a name column' },
    variable: 'SCIM_AUDIT_SYNC_GROUPS_FILE',
    example: 'sync-groups.txt',
  },
  failOn: {
    about: 'The mildest severity that makes check exit with 1. With never, check exits with 0 whatever it finds.',
    kind: choice(FAIL_ON),
    group: 'judging',
    option: { flags: '--fail-on <severity>', help: 'mildest severity that makes the exit code 1 (default: error)' },
    variable: 'SCIM_AUDIT_FAIL_ON',
    default: 'error',
    example: 'warning',
  },
  rules: {
    about: 'The severity of each rule: error, warning, info or off. "scim-audit explain" lists the rules.',
    kind: { ...meanings([...SEVERITIES, 'off']), form: 'an object of rules and severities' },
    group: 'judging',
    default: {},
    example: { 'username-email-mismatch': 'info' },
  },
  skipRules: {
    about: 'Rules that are not checked. Every report says so.',
    kind: words,
    group: 'judging',
    option: { flags: '--skip-rule <rule>', help: 'rule that is not checked (reports say so)' },
    variable: 'SCIM_AUDIT_SKIP_RULES',
    default: [],
    example: ['no-inactive-users'],
  },
  leaveOutUsers: {
    about: 'Ids of accounts that stay as they are, such as root. They are out of scope, but their usernames and emails count as taken.',
    kind: words,
    group: 'judging',
    option: { flags: '--leave-out-user <id>', help: 'id of an account that must stay as it is, such as root' },
    variable: 'SCIM_AUDIT_LEAVE_OUT_USERS',
    default: [],
    example: ['1'],
  },
  collation: {
    about: "How Jama Connect's database compares names. The default is that of Jama Connect 9.17 and later on MySQL.",
    kind: choice(COLLATIONS),
    group: 'judging',
    option: { flags: '--collation <name>', help: `how Jama Connect's database compares names (default: ${DEFAULT_COLLATION})` },
    variable: 'SCIM_AUDIT_COLLATION',
    default: DEFAULT_COLLATION,
    example: 'sqlserver_ci_as',
  },
  authTypeMap: {
    about: 'Authentication types in your export that the program does not know, each with its meaning: basic or idp.',
    kind: meanings(['basic', 'idp']),
    group: 'judging',
    option: { flags: '--auth-type-map <value=type>', help: 'map an unknown authentication type to basic or idp, e.g. LDAP=basic' },
    default: {},
    example: { LDAP: 'basic' },
  },
  integrations: {
    about: 'A CSV or .xlsx file with the columns userName and system: usernames that other systems sign in with. These users are renamed only by a decision.',
    kind: path,
    group: 'judging',
    option: {
      flags: '--integrations <file>',
      help: 'CSV or .xlsx file (userName, system) of usernames that other systems sign in with; these users are renamed only by a decision',
    },
    variable: 'SCIM_AUDIT_INTEGRATIONS',
    example: 'integrations.csv',
  },
  environment: {
    about: 'Settings of Jama Connect that no export shows, as they are today. A wrong one is a finding. Each part may be left out.',
    kind: { form: 'an object', schema: environmentSchema },
    group: 'judging',
    example: ENVIRONMENT_EXAMPLE,
  },
  strictEnvironment: {
    about: 'Report also the settings of environment that enablement requires and the config does not state.',
    kind: yesOrNo,
    group: 'judging',
    option: { flags: '--strict-environment', help: 'also report required "environment" settings that the config does not state' },
    variable: 'SCIM_AUDIT_STRICT_ENVIRONMENT',
    default: false,
    example: true,
  },
  delimiter: {
    about: 'Delimiter of the CSV files that are read. Detected if not set.',
    kind: choice(['comma', 'semicolon', 'tab', 'pipe'], (word) => DELIMITER_CHARACTERS.get(word)),
    group: 'files',
    option: { flags: '--delimiter <name>', help: 'delimiter of the CSV files, as a name or as the character itself (default: detected)' },
    variable: 'SCIM_AUDIT_DELIMITER',
    example: 'semicolon',
  },
  encoding: {
    about: 'Encoding of the CSV files that are read. If not set, the byte-order mark decides; without one it is UTF-8.',
    kind: choice(ENCODING_NAMES),
    group: 'files',
    option: { flags: '--encoding <name>', help: 'encoding of the CSV files (default: as the byte-order mark says, otherwise utf-8)' },
    variable: 'SCIM_AUDIT_ENCODING',
    example: 'windows-1252',
  },
  quote: {
    about:
      'What a quotation mark means in the CSV files that are read: with double it encloses cells, with none it is an ordinary character. Detected if not set.',
    kind: choice(['double', 'none']),
    group: 'files',
    option: { flags: '--quote <style>', help: 'double: quotation marks enclose cells; none: they are ordinary characters (default: detected)' },
    variable: 'SCIM_AUDIT_QUOTE',
    example: 'none',
  },
  escape: {
    about:
      "What a backslash means in the CSV files that are read: with backslash it begins one of MySQL's escapes, with none it is an ordinary character. Detected if not set.",
    kind: choice(['backslash', 'none']),
    group: 'files',
    option: { flags: '--escape <style>', help: "backslash: a backslash begins one of MySQL's escapes; none: it is an ordinary character (default: detected)" },
    variable: 'SCIM_AUDIT_ESCAPE',
    example: 'backslash',
  },
  ca: {
    about:
      'A PEM file with the certificate of the authority that signed the certificate of the database server, for a mysql:// source. With it, the server is verified.',
    kind: path,
    group: 'files',
    option: { flags: '--ca <file>', help: 'PEM file that the certificate of the database server is verified with, for a mysql:// source' },
    variable: 'SCIM_AUDIT_CA',
    example: 'ca.pem',
  },
  noTls: {
    about: 'Connect to the database server of a mysql:// source without encryption.',
    kind: yesOrNo,
    group: 'files',
    option: { flags: '--no-tls', help: 'connect to the database server of a mysql:// source without encryption' },
    variable: 'SCIM_AUDIT_NO_TLS',
    example: true,
  },
  columns: {
    about: 'Column headings in your export, if they differ from the accepted ones.',
    kind: namesByName,
    group: 'input',
    option: {
      flags: '--column <role.column=heading>',
      help: 'heading of a column in your export, e.g. users.userName="Login" or idpUsers.subject="App login"',
    },
    default: {},
    example: { 'users.userName': 'Login' },
  },
  tables: {
    about: 'Tables or views of a SQLite file that hold users, groups and memberships, if they have other names.',
    kind: namesByName,
    group: 'input',
    option: { flags: '--table <role=name>', help: 'table or view of a SQLite file, e.g. users=people' },
    default: {},
    example: { users: 'people' },
  },
  database: {
    about: "Names of tables and columns in Jama Connect's database, if they differ from those in parentheses. Each of them may be left out.",
    kind: { form: 'an object', schema: databaseSchema },
    group: 'input',
    example: DATABASE_EXAMPLE,
  },
  nulls: {
    about: 'Cell texts that mean "no value": VALUE, or groups.project=VALUE for one column.',
    kind: lines,
    group: 'input',
    option: { flags: '--null <value>', help: 'cell text that means "no value", e.g. "[NULL]", or groups.project=0 for one column' },
    variable: 'SCIM_AUDIT_NULLS',
    default: [],
    example: ['[NULL]', 'groups.project=0'],
  },
  activeMap: {
    about: 'Status values in your export that the program does not know, each with its meaning: active or inactive.',
    kind: meanings(['active', 'inactive']),
    group: 'input',
    option: { flags: '--active-map <value=status>', help: 'map an unknown status to active or inactive, e.g. WAHR=active' },
    default: {},
    example: { WAHR: 'active' },
  },
  authTypes: {
    about: 'For an export without authentication types: a CSV or .xlsx file of them, with id, username or email (or several of these) to find each user by.',
    kind: path,
    group: 'input',
    option: { flags: '--auth-types <file>', help: 'CSV or .xlsx file of authentication types by id, username or email, if the export has none' },
    variable: 'SCIM_AUDIT_AUTH_TYPES',
    example: 'auth-types.csv',
  },
  basicUsers: {
    about:
      'For an export without authentication types: a list of the Basic users, one username per line, or a CSV or .xlsx file with id, username or email. All other users sign in through the identity provider.',
    kind: path,
    group: 'input',
    option: {
      flags: '--basic-users <file>',
      help: 'list of the Basic users, if the export has no authentication types; all other users sign in through the identity provider',
    },
    variable: 'SCIM_AUDIT_BASIC_USERS',
    example: 'basic-users.txt',
  },
  assumeActive: {
    about: 'All users are active in user lists without a status column.',
    kind: yesOrNo,
    group: 'input',
    option: { flags: '--assume-active', help: 'take all users as active in user lists without a status column' },
    variable: 'SCIM_AUDIT_ASSUME_ACTIVE',
    default: false,
    example: true,
  },
  allowEmpty: {
    about: 'Accept a source without users instead of exiting with 3.',
    kind: yesOrNo,
    group: 'input',
    option: { flags: '--allow-empty', help: 'accept a source without users instead of exiting with 3' },
    variable: 'SCIM_AUDIT_ALLOW_EMPTY',
    default: false,
    example: true,
  },
  idp: {
    about: 'The identity provider whose exports are compared with the source.',
    kind: choice(IDP_PROVIDERS),
    group: 'provider',
    option: { flags: '--idp <provider>', help: 'the identity provider whose exports are given' },
    variable: 'SCIM_AUDIT_IDP',
    example: 'okta',
  },
  idpUsers: {
    about: "Exports of the identity provider's users, or of Okta's application assignments: CSV, .xlsx or JSON.",
    kind: paths,
    group: 'provider',
    option: { flags: '--idp-users <file>', help: "export of its users, or of Okta's application assignments: CSV, .xlsx or JSON" },
    default: [],
    example: ['assignments.csv'],
  },
  idpGroups: {
    about: "Exports of the identity provider's groups.",
    kind: paths,
    group: 'provider',
    option: { flags: '--idp-groups <file>', help: 'export of its groups' },
    default: [],
    example: ['idp-groups.csv'],
  },
  idpMembers: {
    about: 'Exports of the members of its groups. Write GROUP=FILE if the file does not name the group.',
    kind: pathsByGroup,
    group: 'provider',
    option: { flags: '--idp-members <file>', help: 'export of the members of a group; write QA=FILE if the file does not name the group' },
    default: [],
    example: ['Reviewers=reviewers.csv'],
  },
  idpAssignments: {
    about:
      "Who is assigned to Entra's application: Graph's appRoleAssignedTo (JSON, CSV or .xlsx), or a list of members who all count as assigned. Groups count by their idpMembers.",
    kind: paths,
    group: 'provider',
    option: { flags: '--idp-assignments <file>', help: "who is assigned to Entra's application: Graph's appRoleAssignedTo, or a list of members" },
    default: [],
    example: ['assigned.json'],
  },
  idpSubject: {
    about: 'What the provider sends as userName: userPrincipalName, mail or another attribute of its export. If not set, it is the default of the provider.',
    kind: text,
    group: 'provider',
    option: { flags: '--idp-subject <attribute>', help: 'what it sends as userName: userPrincipalName, mail or another attribute of its export' },
    variable: 'SCIM_AUDIT_IDP_SUBJECT',
    example: 'mail',
  },
  idpSchema: {
    about: 'The provisioning schema that Entra exports: it says what Entra sends as userName.',
    kind: path,
    group: 'provider',
    option: { flags: '--idp-schema <file>', help: "Entra's provisioning schema, which says what is sent as userName" },
    variable: 'SCIM_AUDIT_IDP_SCHEMA',
    example: 'schema.json',
  },
  idpApplication: {
    about: 'The application whose assignments count, if an export of Okta lists several.',
    kind: text,
    group: 'provider',
    option: { flags: '--idp-application <name>', help: 'the application whose assignments count, if the export lists several' },
    variable: 'SCIM_AUDIT_IDP_APPLICATION',
    example: 'Jama Connect',
  },
  csvDelimiter: {
    about: 'Delimiter of the CSV files that are written: semicolon for spreadsheets of locales that expect it. If not set, it is comma.',
    kind: choice(['comma', 'semicolon']),
    group: 'output',
    option: { flags: '--csv-delimiter <name>', help: 'delimiter of the CSV files that are written (default: comma)' },
    variable: 'SCIM_AUDIT_CSV_DELIMITER',
    example: 'semicolon',
  },
} satisfies Readonly<Record<string, Setting>>;

type Table = typeof SETTINGS;
export type SettingName = keyof Table;
type Value<N extends SettingName> = NonNullable<z.output<ReturnType<Table[N]['kind']['schema']>>>;
type Defaulted = { [N in SettingName]: Table[N] extends { readonly default: unknown } ? N : never }[SettingName];

/** The value of each setting; those without a default may be absent. */
export type Settings = { readonly [N in Defaulted]: Value<N> } & { readonly [N in Exclude<SettingName, Defaulted>]?: Value<N> };

export const SETTING_NAMES = Object.keys(SETTINGS).filter((name): name is SettingName => name in SETTINGS);

/** Returns what the table says of a setting. */
export const settingOf = (name: SettingName): Setting => SETTINGS[name];

/** Variables that are not settings. */
export const OTHER_VARIABLES: Readonly<Record<string, string>> = {
  SCIM_AUDIT_MYSQL_PASSWORD: 'The password for a mysql:// source. Without it, the password is asked for on a terminal.',
  SCIM_AUDIT_CONFIG: 'The config file, as --config.',
  SCIM_AUDIT_REDACT_KEY:
    'The key of --redact: with the same key, aliases are the same in every run. A long random text; a key under 16 characters is warned about.',
  SCIM_AUDIT_CERTIFICATE_KEY:
    'The key of certificates: with it, only those who have the key can make a certificate that "scim-audit gate" takes. A long random text; a key under 16 characters is warned about.',
  SCIM_AUDIT_JAMA_USER: 'The user name for Jama Connect, with SCIM_AUDIT_JAMA_PASSWORD.',
  SCIM_AUDIT_JAMA_PASSWORD: 'The password of that user. It does not work where users sign in through SAML or another provider.',
  SCIM_AUDIT_JAMA_CLIENT_ID: 'The client id of API credentials for Jama Connect, with SCIM_AUDIT_JAMA_CLIENT_SECRET.',
  SCIM_AUDIT_JAMA_CLIENT_SECRET: 'The client secret of these API credentials.',
};
