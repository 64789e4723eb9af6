import { type Command, Option } from 'commander';
import { TOOL } from '../../app/tool.js';
import { loadReporter } from '../../reporters/registry.js';
import { PROVISIONED, type Provisioned } from '../../setup/mapping-check.js';
import { type Ending, EXIT } from '../ending.js';
import { type Io, shownOn } from '../io.js';
import { formatOption } from '../options.js';

interface MappingFlags {
  readonly scope?: Provisioned;
  readonly format: string;
  readonly output?: string;
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
    .option('--no-color', 'print without colors')
    .action(async (file: string, flags: MappingFlags) => {
      end(await runMapping(file, flags, io));
    });
}

/** Returns 0 if nothing must be changed, else 1. Throws a UserError if the file cannot be judged. */
async function runMapping(file: string, { scope, format, output, color = true }: MappingFlags, io: Io): Promise<Ending> {
  const [{ checkMapping }, { refuseOverwriting, writeTo }] = await Promise.all([import('../../app/mapping.js'), import('../../app/outputs.js')]);
  if (output !== undefined) refuseOverwriting([output], [file]);
  const { report, verdict } = checkMapping(file, scope);
  const reporter = await loadReporter(format, 'mapping');
  if (reporter === undefined) throw new Error(`a mapping cannot be written as ${format}`);
  writeTo(output, reporter.render(report, { tool: TOOL, ...shownOn(output, io, color), isFile: output !== undefined }), io);
  return { code: report.isAsGuided ? EXIT.done : EXIT.findings, reason: verdict };
}
