import { type Command, Option } from 'commander';
import { HOSTINGS } from '../../setup/runbook.js';
import type { RunbookFlags } from '../actions/runbook.js';
import { contextOf } from '../context.js';
import type { Ending } from '../ending.js';
import { formatOption } from '../format-option.js';
import type { Io } from '../io.js';
import { addIdpOptions, addPolicyOptions, addSourceOptions, REDACT } from '../options.js';

/** Adds `runbook`: writes the steps of an enablement as a check-list. */
export function addRunbook(program: Command, io: Io, end: (ending: Ending) => void): void {
  const command = program
    .command('runbook')
    .description('write the steps of your enablement as a check-list, with what an export tells about them')
    .argument('[source]', 'folder with users.csv, groups.csv, memberships.csv, or with saved JSON of REST; or a SQLite file')
    .addOption(new Option('--hosting <kind>', 'who runs Jama Connect: the vendor, or you').choices(HOSTINGS))
    .option('--without-groups', 'users only: groups and memberships are not synced')
    .option('--decisions <file>', 'decisions.csv whose acceptances hold: accepted findings are not open')
    .addOption(formatOption('runbook', 'markdown'))
    .option('--output <file>', 'write to a file instead of stdout')
    .option('--redact', REDACT);
  addIdpOptions(addPolicyOptions(addSourceOptions(command))).action(async (source: string | undefined, flags: RunbookFlags) => {
    const { runbook } = await import('../actions/runbook.js');
    if (flags.redact !== true) end(await runbook(source, flags, io));
    else end(await (await import('../../app/redaction.js')).redacting(flags, [], contextOf(io), (redaction) => runbook(source, flags, io, redaction)));
  });
}
