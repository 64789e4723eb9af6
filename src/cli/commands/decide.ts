import type { Command } from 'commander';
import type { DecideFlags } from '../decide.js';
import type { Ending } from '../ending.js';
import type { Io } from '../io.js';

/** Adds `decide`: asks about a plan's open decisions on a terminal. */
export function addDecide(program: Command, io: Io, end: (ending: Ending) => void): void {
  program
    .command('decide')
    .description('go through the open decisions of a plan, one by one')
    .argument('<folder>', 'folder of the plan')
    .option('--all', 'also go through decisions that are already made')
    .action(async (folder: string, flags: DecideFlags) => {
      const { askDecisions } = await import('../decide.js');
      end(await askDecisions(folder, flags, io));
    });
}
