import type { Command } from 'commander';
import type { VerifyFlags } from '../actions/inspect.js';
import type { Ending } from '../ending.js';
import type { Io } from '../io.js';
import { addFileOptions, type SharedFlags } from '../options.js';

const SOURCE = 'folder with users.csv, groups.csv and memberships.csv, or with JSON saved from REST; or a SQLite file';

/** Adds `verify`, `show` and `runs`: looks at a plan and what became of it. */
export function addInspect(program: Command, io: Io, end: (ending: Ending) => void): void {
  addFileOptions(
    program.command('verify').description('compare a fresh export with a plan').argument('<plan>', 'plan.json, or its folder').argument('[source]', SOURCE),
  )
    .optionsGroup('Output:')
    .option('--format <format>', 'pretty or json', 'pretty')
    .action(async (plan: string, source: string | undefined, flags: VerifyFlags) => {
      const { verify } = await import('../actions/inspect.js');
      end(await verify(plan, source, flags, io));
    });
  addFileOptions(
    program
      .command('show')
      .description('show a plan; with a source, also whether the plan still fits it')
      .argument('<plan>', 'plan.json, or its folder')
      .argument('[source]', SOURCE),
  ).action(async (plan: string, source: string | undefined, flags: SharedFlags) => {
    const { show } = await import('../actions/inspect.js');
    end(await show(plan, source, flags, io));
  });
  program
    .command('runs')
    .description('list the runs of a plan with their state')
    .argument('<folder>', 'folder of the plan')
    .action(async (folder: string) => {
      const { runs } = await import('../actions/inspect.js');
      end(runs(folder, io));
    });
}
