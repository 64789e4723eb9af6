import type { Command } from 'commander';
import { type Ending, EXIT, type Io } from '../io.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** Adds `completion`, which prints a shell's script. */
export function addCompletion(program: Command, io: Io, end: (ending: Ending) => void): void {
  const completion = program.command('completion');
  completion.addArgument(completion.createArgument('<shell>', 'the shell').choices(SHELLS)).action(async (shell: (typeof SHELLS)[number]) => {
    const { completionScript } = await import('../completion.js');
    io.stdout.write(completionScript(shell, program.name()));
    end({ code: EXIT.done, reason: `the script for ${shell} was printed` });
  });
}

/** Adds `complete`, which a shell's script asks what could come next. */
export function addComplete(program: Command, io: Io, end: (ending: Ending) => void): void {
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: string[]) => {
      const { completeWords } = await import('../completion.js');
      io.stdout.write(await completeWords(program, words));
      end({ code: EXIT.done, reason: 'completed' });
    });
}
