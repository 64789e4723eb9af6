/** Writes a config file, from questions on a terminal, from flags elsewhere. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TOOL } from '../app/context.js';
import { writeWhole } from '../app/whole-file.js';
import { SETTING_NAMES, type SettingName, settingOf } from '../config/settings.js';
import { PARTS_ABOUT } from '../config/stated-settings.js';
import { AUTH_MODES, FAIL_ON } from '../model/policy.js';
import { UserError } from '../model/user-error.js';
import { type Ending, EXIT, type Io } from './io.js';
import { openQuestions } from './questions.js';

export interface InitFlags {
  authMode?: string;
  syncGroups?: readonly string[];
  failOn?: string;
  force?: boolean;
}

export async function init(flags: InitFlags, io: Io): Promise<Ending> {
  const file = join(io.folder, 'scim-audit.config.json');
  if (existsSync(file) && flags.force !== true) {
    throw new UserError(`${file} already exists.`, 'Edit it, or replace it with --force.');
  }
  const answers = io.stdin.isTTY === true && io.stdout.isTTY ? await ask(flags, io) : flags;
  if (answers.authMode === undefined) {
    throw new UserError('--auth-mode is missing: it decides which users are in scope.', `Say --auth-mode ${AUTH_MODES.join('|')}.`);
  }
  writeWhole(
    file,
    [writeConfigText({ authMode: answers.authMode, syncGroups: answers.syncGroups ?? null, failOn: answers.failOn ?? 'error' }, io.folder)],
    io.process.pid,
  );
  io.stdout.write('Wrote scim-audit.config.json\n');
  return { code: EXIT.done, reason: 'the config file is written' };
}

async function ask(flags: InitFlags, io: Io): Promise<InitFlags> {
  const questions = openQuestions(io, io.stdout, () => 'nothing was written.');
  const choose = async (question: string, choices: readonly string[], usual?: string): Promise<string> => {
    for (;;) {
      const answer = (await questions.ask(`${question} (${choices.join(', ')})${usual === undefined ? '' : ` [${usual}]`}: `)).trim().toLowerCase() || usual;
      if (answer !== undefined && choices.includes(answer)) return answer;
      io.stdout.write(`Please answer one of ${choices.join(', ')}.\n`);
    }
  };
  try {
    const authMode = flags.authMode ?? (await choose('How does the organization sign in today?', AUTH_MODES));
    const named =
      flags.syncGroups ??
      (await questions.ask('Groups to be synced, separated by semicolons (empty: all of them): '))
        .split(';')
        .map((name) => name.trim())
        .filter((name) => name !== '');
    const failOn = flags.failOn ?? (await choose('Findings of which severity or higher make a check not ready?', FAIL_ON, 'error'));
    return { authMode, failOn, ...(named.length > 0 ? { syncGroups: named } : {}) };
  } finally {
    questions.close();
  }
}

interface ConfigAnswers {
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

/** Returns the text of a new config file, as JSON with comments: every setting with a sentence about it. */
function writeConfigText({ authMode, syncGroups, failOn }: ConfigAnswers, folder: string): string {
  const answers: Readonly<Partial<Record<SettingName, unknown>>> = { authMode, syncGroups, failOn, rules: {} };
  const lines = SETTING_NAMES.map((name) => {
    const isSet = Object.hasOwn(answers, name);
    return [name, aboutOf(name), isSet ? answers[name] : settingOf(name).example, isSet] as const;
  });
  const body = lines.map(([name, about, value, isSet]) => `  // ${about}\n  ${isSet ? '' : '// '}"${name}": ${JSON.stringify(value)},\n`);
  return `{\n  // JSON Schema for editor completion; ignored by scim-audit.\n  "$schema": ${JSON.stringify(schemaAddress(folder))},\n\n${body.join('\n')}}\n`;
}
