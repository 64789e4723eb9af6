import { type Command, InvalidArgumentError } from 'commander';
import type { ApplyFlags, UndoFlags } from '../actions/apply.js';
import type { Ending } from '../ending.js';
import type { Io } from '../io.js';
import { addFileOptions } from '../options.js';

const SOURCE = 'folder with users.csv, groups.csv, memberships.csv; or a SQLite file';

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is a whole number.');
  return Number(text);
}

/** Adds `apply` and `undo`: changes an export as a plan says, and back. */
export function addApply(program: Command, io: Io, end: (ending: Ending) => void): void {
  addFileOptions(
    program.command('apply').description('apply a plan as it is written').argument('<plan>', 'plan.json, or its folder').argument('[source]', SOURCE),
  )
    .option('--out <path>', 'write a corrected copy (folder, or SQLite file); the source stays as it is')
    .option('--in-place', 'change the source itself, with a backup first')
    .option('--dry-run', 'show every change and write nothing')
    .option('--yes', 'consent; without it a terminal is asked, and anything else is refused')
    .option('--max-changes <number>', 'refuse a plan with more actions than this', wholeNumber)
    .action(async (plan: string, source: string | undefined, flags: ApplyFlags) => {
      const { apply } = await import('../actions/apply.js');
      end(await apply(plan, source, flags, io));
    });
  program
    .command('undo')
    .description('take a run back; what was changed since is left alone')
    .argument('<run>', 'folder of the run, as apply named it')
    .option('--dry-run', 'show every change and write nothing')
    .option('--yes', 'consent; without it a terminal is asked, and anything else is refused')
    .action(async (run: string, flags: UndoFlags) => {
      const { undo } = await import('../actions/apply.js');
      end(await undo(run, flags, io));
    });
}
