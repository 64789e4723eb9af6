import { type Command, InvalidArgumentError } from 'commander';
import type { ApplyFlags, UndoFlags } from '../actions/apply.js';
import type { Ending } from '../ending.js';
import type { Io } from '../io.js';
import { addFileOptions } from '../options.js';

const SOURCE = 'folder with users.csv, groups.csv and memberships.csv; or a SQLite file';

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}

/** Adds `apply` and `undo`: changes an export as a plan says, and back. */
export function addApply(program: Command, io: Io, end: (ending: Ending) => void): void {
  addFileOptions(program.command('apply').description('apply a plan to an export').argument('<plan>', 'plan.json, or its folder').argument('[source]', SOURCE))
    .optionsGroup('Output:')
    .option('--out <path>', 'write a corrected copy (folder or SQLite file) and leave the source unchanged')
    .option('--in-place', 'change the source itself, after a backup')
    .option('--dry-run', 'show every change without writing anything')
    .optionsGroup('Options:')
    .option('--yes', 'skip the confirmation prompt (required if this is not a terminal)')
    .option('--max-changes <number>', 'refuse a plan with more actions than this number', wholeNumber)
    .action(async (plan: string, source: string | undefined, flags: ApplyFlags) => {
      const { apply } = await import('../actions/apply.js');
      end(await apply(plan, source, flags, io));
    });
  program
    .command('undo')
    .description('undo a run; rows that were changed since the run stay as they are')
    .argument('<run>', 'folder of the run, as apply printed it')
    .option('--dry-run', 'show every change without writing anything')
    .option('--yes', 'skip the confirmation prompt (required if this is not a terminal)')
    .action(async (run: string, flags: UndoFlags) => {
      const { undo } = await import('../actions/apply.js');
      end(await undo(run, flags, io));
    });
}
