import { type Command, Option } from 'commander';
import { HOSTINGS } from '../../setup/runbook.js';
import type { RunbookFlags } from '../actions/runbook.js';
import { contextOf } from '../context.js';
import type { Ending } from '../ending.js';
import { formatOption } from '../format-option.js';
import type { Io } from '../io.js';
import { addSourceOptions, REDACT } from '../options.js';

/** Adds `runbook`: writes the steps of an enablement as a check-list. */
export function addRunbook(program: Command, io: Io, end: (ending: Ending) => void): void {
  const command = program
    .command('runbook')
    .description('write a checklist of the steps to enable SCIM, filled in from an export')
    .argument('[source]', 'folder with users.csv, groups.csv and memberships.csv, or with JSON saved from REST; or a SQLite file');
  addSourceOptions(command)
    .optionsGroup('Judging:')
    .addOption(new Option('--hosting <kind>', 'who hosts Jama Connect: Jama Software (cloud) or you (self-hosted)').choices(HOSTINGS))
    .option('--without-groups', 'sync users only, without groups and memberships')
    .option('--decisions <file>', 'decisions.csv of a plan: findings accepted in it are not open')
    .optionsGroup('Output:')
    .addOption(formatOption('runbook', 'markdown'))
    .option('--output <file>', 'write to a file instead of stdout')
    .option('--redact', REDACT)
    .action(async (source: string | undefined, flags: RunbookFlags) => {
      const { runbook } = await import('../actions/runbook.js');
      if (flags.redact !== true) end(await runbook(source, flags, io));
      else end(await (await import('../../app/redaction.js')).redacting(flags, [], contextOf(io), (redaction) => runbook(source, flags, io, redaction)));
    });
}
