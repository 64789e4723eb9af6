import type { Command } from 'commander';
import type { DecideFlags } from '../decide.js';
import type { Ending, Io } from '../io.js';
import { addSourceOptions } from '../options.js';

/** Adds `decide`: asks a plan's questions on a terminal. */
export function addDecide(program: Command, io: Io, end: (ending: Ending) => void): void {
  const command = program
    .command('decide')
    .argument('<folder>', 'folder of the plan')
    .argument('[source]', 'source of the plan; its settings are those of the plan')
    .optionsGroup('Questions:')
    .option('--rule <rule>', 'only questions with a finding of this rule')
    .option('--user <user>', 'only questions about this user (id, username or email), answered or not')
    .option('--all', 'also go through questions that are answered already')
    .option('--rows', 'ask about each row of decisions.csv by itself')
    .option('--web', 'ask in a browser on this machine instead: the page of plan.html, which saves each answer');
  addSourceOptions(command).action(async (folder: string, source: string | undefined, flags: DecideFlags) => {
    if (flags.web === true) {
      const { serveDecisions } = await import('../decide-web.js');
      end(await serveDecisions(folder, io));
      return;
    }
    const { askDecisions } = await import('../decide.js');
    end(await askDecisions(folder, source, flags, io));
  });
}
