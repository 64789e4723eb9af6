import { type Command, Option } from 'commander';
import { TOOL } from '../../app/context.js';
import type { Redaction } from '../../app/redaction.js';
import type { RunbookRequest } from '../../app/runbook.js';
import { loadReporter } from '../../reporters/registry.js';
import { HOSTINGS } from '../../setup/runbook.js';
import { type Ending, EXIT, type Io, shownOn } from '../io.js';
import { addSourceOptions, contextOf, formatOption, REDACT } from '../options.js';

interface RunbookFlags extends RunbookRequest {
  readonly format: string;
  readonly output?: string;
  readonly redact?: boolean;
}

/** Adds `runbook`: writes the steps of an enablement as a check-list. */
export function addRunbook(program: Command, io: Io, end: (ending: Ending) => void): void {
  const command = program
    .command('runbook')
    .argument(
      '[source]',
      'folder with users.csv, groups.csv and memberships.csv (or .xlsx), or with JSON saved from REST; or a SQLite file; or mysql://USER@HOST/DATABASE',
    );
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
      if (flags.redact !== true) end(await runRunbook(source, flags, io));
      else {
        const { redacting } = await import('../../app/redaction.js');
        end(await redacting(flags, [], contextOf(io), (redaction) => runRunbook(source, flags, io, redaction)));
      }
    });
}

/** Writes the steps, and says how many there are. */
async function runRunbook(source: string | undefined, flags: RunbookFlags, io: Io, redaction?: Redaction): Promise<Ending> {
  const [{ makeRunbook }, { csvOptions, refuseOverwriting, writeTo }] = await Promise.all([import('../../app/runbook.js'), import('../../app/outputs.js')]);
  const { runbook, counts, inputs, settings } = await makeRunbook(source, flags, contextOf(io), redaction);
  const reporter = await loadReporter(flags.format, 'runbook');
  if (reporter === undefined) throw new Error(`a runbook cannot be written as ${flags.format}`);
  if (flags.output !== undefined) refuseOverwriting([flags.output], inputs);
  const options = { tool: TOOL, ...shownOn(flags.output, io, false), ...csvOptions(flags.output, settings) };
  writeTo(flags.output, reporter.render(runbook, options), io);
  return { code: EXIT.done, reason: `the runbook is written: ${counts}` };
}
