import type { Command } from 'commander';
import { type Ending, EXIT, type Io } from '../io.js';

/** Adds `explain`: a page about a rule, or the list of rules. */
export function addExplain(program: Command, io: Io, end: (ending: Ending) => void): void {
  program
    .command('explain')
    .argument('[rule]', 'name of a rule (default: list all rules)')
    .action(async (name: string | undefined) => {
      const { explain } = await import('../explain.js');
      io.stdout.write(explain(name, io.stdout.isTTY ? io.stdout.columns : undefined));
      end({ code: EXIT.done, reason: 'explained' });
    });
}
