/** Options that several commands share, and what they mean as settings and as a source. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import { isRole, ROLES } from '../app/named-columns.js';
import type { Request } from '../app/request.js';
import { CSV_DELIMITERS, DELIMITER_NAMES, ENCODING_NAMES, ESCAPE_STYLES, QUOTE_STYLES, type Settings } from '../config/settings.js';
import { COLLATIONS } from '../model/collation-name.js';
import type { Activity, AuthenticationType } from '../model/directory.js';
import { IDP_PROVIDERS } from '../model/idp.js';
import { AUTH_MODES, FAIL_ON } from '../model/policy.js';
import { allIdpColumns, isIdpColumn } from '../sources/idp/named-columns.js';
import { columnsOf } from '../sources/tables/headings.js';

/** What commander holds once the shared options are parsed. */
export type SharedFlags = Request;

/** What --redact is, for every command that has it. */
export const REDACT = 'show aliases instead of usernames, emails and names; SCIM_AUDIT_REDACT_KEY makes them the same in every run';

/** Gathers the values of an option that may be repeated. */
export const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** Gathers names that must not be blank. */
export function collectNames(value: string, before: readonly string[] = []): string[] {
  if (value.trim() === '') throw new InvalidArgumentError('It is empty.');
  return [...before, value];
}

function pair(value: string, at: number): readonly [string, string] {
  if (at < 1) throw new InvalidArgumentError('It is written NAME=VALUE.');
  return [value.slice(0, at), value.slice(at + 1)];
}

function collectColumn(value: string, before: Record<string, string> = {}): Record<string, string> {
  const [name, heading] = pair(value, value.indexOf('='));
  const [role, column] = name.split('.', 2);
  const isKnown = column !== undefined && (isRole(role) ? columnsOf(role).includes(column) : isIdpColumn(role, column));
  if (!isKnown) {
    const known = [...ROLES.flatMap((each) => columnsOf(each).map((canonical) => `${each}.${canonical}`)), ...allIdpColumns()];
    throw new InvalidArgumentError(`There is no column ${name}; there are ${known.join(', ')}.`);
  }
  return { ...before, [name]: heading };
}

function collectTable(value: string, before: Record<string, string> = {}): Record<string, string> {
  const [role, table] = pair(value, value.indexOf('='));
  if (!isRole(role)) throw new InvalidArgumentError(`It is written ROLE=NAME, where ROLE is ${ROLES.join(', ')}.`);
  return { ...before, [role]: table };
}

function collectType(value: string, before: Record<string, AuthenticationType> = {}): Record<string, AuthenticationType> {
  const at = value.lastIndexOf('=');
  const type = value
    .slice(at + 1)
    .trim()
    .toLowerCase();
  if (at < 0 || (type !== 'basic' && type !== 'idp')) throw new InvalidArgumentError('It is written VALUE=basic or VALUE=idp.');
  return { ...before, [value.slice(0, at).trim().toLowerCase()]: type };
}

function collectActivity(value: string, before: Record<string, Activity> = {}): Record<string, Activity> {
  const at = value.lastIndexOf('=');
  const activity = value
    .slice(at + 1)
    .trim()
    .toLowerCase();
  if (at < 0 || (activity !== 'active' && activity !== 'inactive')) throw new InvalidArgumentError('It is written VALUE=active or VALUE=inactive.');
  return { ...before, [value.slice(0, at).trim().toLowerCase()]: activity };
}

const DELIMITER_CHARACTERS: Readonly<Record<string, NonNullable<Settings['delimiter']>>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '\\t': 'tab',
  '|': 'pipe',
};

function delimiterNamed(text: string): NonNullable<Settings['delimiter']> {
  const found =
    DELIMITER_NAMES.find((name) => name === text.toLowerCase()) ?? (Object.hasOwn(DELIMITER_CHARACTERS, text) ? DELIMITER_CHARACTERS[text] : undefined);
  if (found === undefined) throw new InvalidArgumentError('It is comma, semicolon, tab or pipe: the name, or that character itself.');
  return found;
}

/** Adds the options that name a source's files and how they are written. */
export function addFileOptions(command: Command): Command {
  return command
    .option('--users <file>', "users CSV, or JSON of REST; may be repeated for two lists or for the pages of one; 'users-*.json' is expanded", collect)
    .option('--inactive-users <file>', 'users CSV without a status column, all of whose users are inactive', collect)
    .option('--groups <file>', 'groups CSV, or JSON of REST; may be repeated for the pages of JSON', collect)
    .option('--memberships <file>', 'memberships CSV; or "12=FILE", the members of group 12 as JSON of REST; may be repeated', collect)
    .option(
      '--delimiter <name>',
      `delimiter of the CSV files: ${DELIMITER_NAMES.join(', ')}, by name or as that character (default: found out)`,
      delimiterNamed,
    )
    .addOption(new Option('--encoding <name>', 'encoding of the CSV files (default: by the byte-order mark, else utf-8)').choices(ENCODING_NAMES))
    .addOption(
      new Option('--quote <style>', 'what a quotation mark is in the CSV files: it encloses cells, or is a letter (default: detected)').choices(QUOTE_STYLES),
    )
    .addOption(new Option('--escape <style>', "what a backslash is in the CSV files: MySQL's escape, or a letter (default: detected)").choices(ESCAPE_STYLES));
}

/** Adds the options that name a source and say what is in it. */
export function addSourceOptions(command: Command): Command {
  return addFileOptions(command)
    .option('--column <role.column=heading>', 'name a column by its heading, e.g. users.userName="Login", or idpUsers.subject="App login"', collectColumn)
    .option('--table <role=name>', 'name a table or view of a SQLite file, e.g. users=people', collectTable)
    .option('--null <value>', 'a spelling of no value, e.g. "[NULL]", or groups.project=0 for one column; may be repeated', collect)
    .option('--active-map <value=status>', 'what another spelling of a status means: VALUE=active or VALUE=inactive', collectActivity)
    .option('--auth-types <file>', 'CSV with an authentication type and id, username or email, for a source that has no types')
    .option('--basic-users <file>', 'list of the Basic users, for a source that has no types; all others sign in by IdP')
    .option('--assume-active', 'users lists without a status column hold active users only')
    .option('--allow-empty', 'do not refuse a source without users');
}

/** Adds the options that decide what is judged, and how. */
export function addPolicyOptions(command: Command): Command {
  return command
    .addOption(new Option('--auth-mode <mode>', 'how the organization signs in today; there is no default').choices(AUTH_MODES))
    .addOption(new Option('--collation <name>', "how Jama Connect's database compares names (default: utf8mb4_0900_ai_ci)").choices(COLLATIONS))
    .option('--sync-group <name>', 'a group to be synced, by its exact name; may be repeated', collectNames)
    .option('--sync-groups <file>', 'file with such names, one a line, or a CSV with a name column')
    .addOption(new Option('--fail-on <severity>', 'mildest severity that gives exit code 1 (default: error)').choices(FAIL_ON))
    .option('--leave-out-user <id>', 'an account that stays as it is, such as root; may be repeated', collectNames)
    .option('--skip-rule <rule>', 'do not check a rule; the report says so; may be repeated', collect)
    .option('--strict-environment', 'settings of "environment" in the config that enablement asks for and nobody states are findings as well')
    .option('--integrations <file>', 'CSV with userName and system: usernames that other systems sign in with; they are changed by decision only')
    .option('--auth-type-map <value=type>', 'what a further authentication type means: VALUE=basic or VALUE=idp', collectType)
    .addOption(new Option('--csv-delimiter <name>', 'delimiter of the CSV files that are written for spreadsheets (default: comma)').choices(CSV_DELIMITERS))
    .option('--config <file>', 'config file (default: scim-audit.config.json in this folder or above it)');
}

/** Adds the options that name the identity provider's exports. */
export function addIdpOptions(command: Command): Command {
  return command
    .addOption(new Option('--idp <provider>', 'the identity provider whose exports are given').choices(IDP_PROVIDERS))
    .option('--idp-users <file>', "export of its users, or of Okta's application assignments: CSV or JSON; may be repeated", collect)
    .option('--idp-groups <file>', 'export of its groups; may be repeated', collect)
    .option('--idp-members <file>', 'export of the members of a group; "QA=FILE" where the file does not name it; may be repeated', collect)
    .option('--idp-application <name>', 'the application whose assignments count, where the export lists several');
}
