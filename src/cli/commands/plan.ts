import { type Command, Option } from 'commander';
import type { PlanFlags } from '../actions/plan.js';
import { contextOf } from '../context.js';
import type { Ending } from '../ending.js';
import type { Io } from '../io.js';
import { addIdpOptions, addPolicyOptions, addSourceOptions } from '../options.js';

/** Adds `plan`: writes the ordered changes that remove the findings. */
export function addPlan(program: Command, io: Io, end: (ending: Ending) => void): void {
  const command = program
    .command('plan')
    .description('write the ordered changes that remove the findings, proved never to collide')
    .argument('[source]', 'folder with users.csv, groups.csv, memberships.csv, or with saved JSON of REST; or a SQLite file')
    .requiredOption('--out <folder>', 'folder for plan.json, plan.md, decisions.csv, memberships.csv and notices.csv');
  addIdpOptions(addPolicyOptions(addSourceOptions(command)))
    .option('--decisions <file>', 'decisions to read (default: decisions.csv of the folder)')
    .option('--redact', 'write the plan with aliases, for reading only: without plan.json, so that nothing can apply it')
    .addOption(new Option('--format <format>', 'what stdout gets: a summary for people or for programs').choices(['pretty', 'json']).default('pretty'))
    .action(async (source: string | undefined, flags: PlanFlags) => {
      const { plan } = await import('../actions/plan.js');
      if (flags.redact !== true) end(await plan(source, flags, io));
      else end(await (await import('../../app/redaction.js')).redacting(flags, [], contextOf(io), (redaction) => plan(source, flags, io, redaction)));
    });
}
