/** The text of a new config file: every setting with a sentence about it. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TOOL } from '../app/tool.js';
import { SETTING_NAMES, type SettingName, settingOf } from '../config/settings.js';
import { PARTS_ABOUT } from '../config/stated-settings.js';

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

/** Returns the sentences about a setting, with the values that it may have. */
function aboutOf(name: SettingName): string {
  const { about, kind } = settingOf(name);
  const parts = PARTS_ABOUT[name];
  if (parts !== undefined) return [about, ...Object.entries(parts).map(([part, text]) => `  ${part}: ${text}`)].join('\n  // ');
  const isPath = kind.relativeTo !== undefined;
  return `${about}${kind.choices === undefined ? '' : ` One of ${kind.choices.join(', ')}.`}${isPath ? ' A path is relative to this file.' : ''}`;
}

/** Returns JSON with comments. */
export function writeConfigText({ authMode, syncGroups, failOn }: ConfigAnswers, folder: string): string {
  const answers: Readonly<Partial<Record<SettingName, unknown>>> = { authMode, syncGroups, failOn, rules: {} };
  const lines = SETTING_NAMES.map((name) => {
    const isSet = Object.hasOwn(answers, name);
    return [name, aboutOf(name), isSet ? answers[name] : settingOf(name).example, isSet] as const;
  });
  const body = lines.map(([name, about, value, isSet]) => `  // ${about}\n  ${isSet ? '' : '// '}"${name}": ${JSON.stringify(value)},\n`);
  return `{\n  // JSON Schema for editor completion; ignored by scim-audit.\n  "$schema": ${JSON.stringify(schemaAddress(folder))},\n\n${body.join('\n')}}\n`;
}
