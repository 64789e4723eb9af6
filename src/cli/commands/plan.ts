import { type Command, Option } from 'commander';
import type { PlanFlags } from '../actions/plan.js';
import { contextOf } from '../context.js';
import type { Ending } from '../ending.js';
import type { Io } from '../io.js';
import { addSourceOptions } from '../options.js';

/** Adds `plan`: writes the ordered changes that remove the findings. */
export function addPlan(program: Command, io: Io, end: (ending: Ending) => void): void {
  const command = program
    .command('plan')
    .description('write a plan: the ordered changes that remove the findings, checked for collisions')
    .argument('[source]', 'folder with users.csv, groups.csv and memberships.csv, or with JSON saved from REST; or a SQLite file');
  addSourceOptions(command)
    .optionsGroup('Judging:')
    .option('--decisions <file>', 'decisions to read (default: decisions.csv in the folder of --out)')
    .optionsGroup('Output:')
    .requiredOption('--out <folder>', 'folder for plan.json, plan.md, decisions.csv, memberships.csv and notices.csv')
    .option('--redact', 'write the plan with aliases, for reading only: there is no plan.json, so it cannot be applied')
    .addOption(new Option('--format <format>', 'format of the summary on stdout').choices(['pretty', 'json']).default('pretty'))
    .action(async (source: string | undefined, flags: PlanFlags) => {
      const { plan } = await import('../actions/plan.js');
      if (flags.redact !== true) end(await plan(source, flags, io));
      else end(await (await import('../../app/redaction.js')).redacting(flags, [], contextOf(io), (redaction) => plan(source, flags, io, redaction)));
    });
}
