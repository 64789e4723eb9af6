/** Writes a config file, from questions on a terminal, from flags elsewhere. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../app/whole-file.js';
import { AUTH_MODES, FAIL_ON } from '../model/policy.js';
import { UserError } from '../model/user-error.js';
import { writeConfigText } from './config-text.js';
import { type Ending, EXIT } from './ending.js';
import type { Io } from './io.js';
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
