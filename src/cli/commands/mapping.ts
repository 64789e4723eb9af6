import { type Command, Option } from 'commander';
import { TOOL } from '../../app/context.js';
import type { Redaction } from '../../app/redaction.js';
import { loadReporter } from '../../reporters/registry.js';
import { PROVISIONED, type Provisioned } from '../../setup/mapping-check.js';
import { type Ending, EXIT, type Io, shownOn } from '../io.js';
import { contextOf, formatOption } from '../options.js';

const REDACT_MAPPING =
  'show aliases instead of constants, texts in expressions and names of mappings; set SCIM_AUDIT_REDACT_KEY to get the same aliases in every run';

interface MappingFlags {
  readonly scope?: Provisioned;
  readonly format: string;
  readonly output?: string;
  readonly redact?: boolean;
  readonly color?: boolean;
}

/** Adds `mapping`: judges the provisioning schema that Entra exports. */
export function addMapping(program: Command, io: Io, end: (ending: Ending) => void): void {
  program
    .command('mapping')
    .argument('<file>', 'provisioning schema as Entra exports it (JSON)')
    .addOption(new Option('--scope <who>', 'who is provisioned, as Provisioning > Settings > Scope says').choices(PROVISIONED))
    .addOption(formatOption('mapping', 'pretty'))
    .option('--output <file>', 'write to a file instead of stdout')
    .option('--redact', REDACT_MAPPING)
    .option('--no-color', 'print without colors')
    .action(async (file: string, flags: MappingFlags) => {
      if (flags.redact !== true) return end(await runMapping(file, flags, io));
      const { redacting } = await import('../../app/redaction.js');
      const typed = [file, ...(flags.output === undefined ? [] : [flags.output])];
      end(await redacting({}, typed, contextOf(io), (redaction) => runMapping(file, flags, io, redaction)));
    });
}

/** Returns 0 if nothing must be changed, else 1. Throws a UserError if the file cannot be judged. */
async function runMapping(file: string, { scope, format, output, color = true }: MappingFlags, io: Io, redaction?: Redaction): Promise<Ending> {
  const [{ checkMapping }, { refuseOverwriting, writeTo }] = await Promise.all([import('../../app/mapping.js'), import('../../app/outputs.js')]);
  if (output !== undefined) refuseOverwriting([output], [file]);
  const { report, verdict } = checkMapping(file, scope === undefined ? {} : { scope }, redaction);
  const reporter = await loadReporter(format, 'mapping');
  if (reporter === undefined) throw new Error(`a mapping cannot be written as ${format}`);
  writeTo(output, reporter.render(report, { tool: TOOL, ...shownOn(output, io, color), isFile: output !== undefined }), io);
  return { code: report.isAsGuided ? EXIT.done : EXIT.findings, reason: verdict };
}
