/** The text of a new config file: every setting with a sentence about it. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TOOL } from '../app/tool.js';
import { ENVIRONMENT_ABOUT, SETTINGS } from '../config/settings.js';

export interface ConfigAnswers {
  readonly authMode: string;
  readonly syncGroups: readonly string[] | null;
  readonly failOn: string;
}

const SCHEMA = 'schemas/config.schema.json';

/**
 * Returns the schema's address for an editor: inside the project if the package is installed there, else where the registry publishes it.
 * Never where this program lies: the file is for everybody who works on the project.
 */
function schemaAddress(folder: string): string {
  const installed = `node_modules/${TOOL.name}/dist/${SCHEMA}`;
  if (existsSync(join(folder, installed))) return `./${installed}`;
  return `https://unpkg.com/${TOOL.name}@${TOOL.version.split('.', 1)[0]}/dist/${SCHEMA}`;
}

/** Every setting as enablement needs it; users state what is there today. */
const ENVIRONMENT_EXAMPLE = {
  idp: 'okta',
  multiMode: true,
  allowUsernameChange: false,
  disableSamlAutoGeneration: true,
  scimAdmin: { userName: 'scim.admin', organizationAdmin: true, license: 'Creator' },
  tokenIssued: '2026-03-31',
};

const ENVIRONMENT_LINES = [
  `${SETTINGS.environment.about} Each part may be left out:`,
  ...Object.entries(ENVIRONMENT_ABOUT).map(([name, about]) => `  ${name}: ${about}`),
].join('\n  // ');

/** Returns JSON with comments. */
export function writeConfigText({ authMode, syncGroups, failOn }: ConfigAnswers, folder: string): string {
  const lines: readonly (readonly [string, string, unknown, boolean])[] = [
    ['authMode', `${SETTINGS.authMode.about} One of ${SETTINGS.authMode.choices?.join(', ')}.`, authMode, true],
    ['syncGroups', `${SETTINGS.syncGroups.about} null: every organization-level group.`, syncGroups, true],
    ['syncGroupsFile', `${SETTINGS.syncGroupsFile.about} The path is meant from this file.`, 'sync-groups.txt', false],
    ['failOn', `${SETTINGS.failOn.about} One of ${SETTINGS.failOn.choices?.join(', ')}.`, failOn, true],
    ['rules', `${SETTINGS.rules.about} "scim-audit explain" lists the rules.`, {}, true],
    ['leaveOutUsers', SETTINGS.leaveOutUsers.about, ['1'], false],
    ['skipRules', SETTINGS.skipRules.about, ['no-inactive-users'], false],
    ['columns', SETTINGS.columns.about, { 'users.userName': 'Login' }, false],
    ['tables', SETTINGS.tables.about, { users: 'people' }, false],
    ['authTypeMap', SETTINGS.authTypeMap.about, { LDAP: 'basic' }, false],
    ['delimiter', `${SETTINGS.delimiter.about} One of ${SETTINGS.delimiter.choices?.join(', ')}.`, 'semicolon', false],
    ['encoding', `${SETTINGS.encoding.about} One of ${SETTINGS.encoding.choices?.join(', ')}.`, 'windows-1252', false],
    ['quote', SETTINGS.quote.about, 'none', false],
    ['escape', SETTINGS.escape.about, 'backslash', false],
    ['csvDelimiter', SETTINGS.csvDelimiter.about, 'semicolon', false],
    ['nulls', SETTINGS.nulls.about, ['[NULL]', 'groups.project=0'], false],
    ['activeMap', SETTINGS.activeMap.about, { WAHR: 'active' }, false],
    ['authTypes', `${SETTINGS.authTypes.about} The path is meant from this file.`, 'auth-types.csv', false],
    ['basicUsers', `${SETTINGS.basicUsers.about} The path is meant from this file.`, 'basic-users.txt', false],
    ['collation', `${SETTINGS.collation.about} One of ${SETTINGS.collation.choices?.join(', ')}.`, 'sqlserver_ci_as', false],
    ['assumeActive', SETTINGS.assumeActive.about, true, false],
    ['allowEmpty', SETTINGS.allowEmpty.about, true, false],
    ['idp', `${SETTINGS.idp.about} One of ${SETTINGS.idp.choices?.join(', ')}.`, 'okta', false],
    ['idpUsers', `${SETTINGS.idpUsers.about} Paths are meant from this file.`, ['assignments.csv'], false],
    ['idpGroups', SETTINGS.idpGroups.about, ['idp-groups.csv'], false],
    ['idpMembers', SETTINGS.idpMembers.about, ['Reviewers=reviewers.csv'], false],
    ['idpApplication', SETTINGS.idpApplication.about, 'Jama Connect', false],
    ['integrations', `${SETTINGS.integrations.about} The path is meant from this file.`, 'integrations.csv', false],
    ['environment', ENVIRONMENT_LINES, ENVIRONMENT_EXAMPLE, false],
    ['strictEnvironment', SETTINGS.strictEnvironment.about, true, false],
  ];
  const body = lines.map(([name, about, value, isSet]) => `  // ${about}\n  ${isSet ? '' : '// '}"${name}": ${JSON.stringify(value)},\n`);
  return `{\n  // JSON Schema for editor completion; ignored by scim-audit.\n  "$schema": ${JSON.stringify(schemaAddress(folder))},\n\n${body.join('\n')}}\n`;
}
