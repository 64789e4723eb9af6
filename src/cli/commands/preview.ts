import type { Command } from 'commander';
import { TOOL } from '../../app/context.js';
import type { Redaction } from '../../app/redaction.js';
import type { LicenseStock } from '../../preview/forecast.js';
import { type Ending, EXIT, type Io, shownOn } from '../io.js';
import { addSourceOptions, contextOf, formatsOption, licenseStock, REDACT, rowLimit, type SharedFlags } from '../options.js';
import type { OutputWord } from '../outputs.js';

interface PreviewFlags extends SharedFlags {
  after?: string;
  licenses?: LicenseStock;
  rows?: number | 'all';
  color?: boolean;
  redact?: boolean;
}

/** Adds `preview`: says what the first sync will do. */
export function addPreview(program: Command, io: Io, end: (ending: Ending) => void): void {
  const words: OutputWord[] = [];
  const command = program
    .command('preview')
    .argument(
      '[source]',
      'folder with users.csv, groups.csv and memberships.csv (or .xlsx), or with JSON saved from REST; or a SQLite file; or mysql://USER@HOST/DATABASE',
    );
  addSourceOptions(command)
    .optionsGroup('Judging:')
    .option('--after <plan>', 'predict the sync after this plan (plan.json or its folder), beside the sync as things are now')
    .option('--licenses <stock>', 'number of free licenses, to see which users would get none, e.g. creator=20,creator-float=5', licenseStock)
    .optionsGroup('Output:')
    .addOption(formatsOption('preview', words))
    .option('--output <file>', 'write the format before this option to a file instead of stdout', (value: string) => words.push({ kind: 'output', value }))
    .option('--rows <number|all>', 'rows shown per reason in the format pretty (default: 10)', rowLimit)
    .option('--redact', REDACT)
    .option('--no-color', 'print without colors')
    .action(async (source: string | undefined, flags: PreviewFlags) => {
      const typed = words.map(({ value }) => value);
      if (flags.redact !== true) end(await runPreview(source, flags, words, io));
      else {
        const { redacting } = await import('../../app/redaction.js');
        end(await redacting(flags, typed, contextOf(io), (redaction) => runPreview(source, flags, words, io, redaction)));
      }
    });
}

/** Writes what the first sync will do, and returns it in one sentence. */
async function runPreview(source: string | undefined, flags: PreviewFlags, words: readonly OutputWord[], io: Io, redaction?: Redaction): Promise<Ending> {
  const [{ openedPlan, previewPrepared, refuseWithoutProvider }, { prepare }, outputs, { pairOutputs }] = await Promise.all([
    import('../../app/preview.js'),
    import('../../app/resolve-command.js'),
    import('../../app/outputs.js'),
    import('../outputs.js'),
  ]);
  const context = contextOf(io);
  const settled = await prepare(source, flags, context);
  const prepared = redaction?.shown(settled, source, flags) ?? settled;
  refuseWithoutProvider(prepared);
  const destinations = await pairOutputs(words, 'preview');
  const opened = await openedPlan(flags.after, io.process);
  const previewed = await previewPrepared(prepared, { licenses: flags.licenses, opened }, context, redaction);
  outputs.refuseOverwriting(
    destinations.flatMap(({ file }) => (file === undefined ? [] : [file])),
    previewed.inputs,
  );
  const { rows = 10, color = true } = flags;
  await outputs.writeEach(
    destinations.map(({ reporter, file }) => () => {
      const options = { tool: TOOL, ...shownOn(file, io, color), ...(rows === 'all' ? {} : { mostRows: rows }) };
      outputs.writeDocument(file, reporter, [previewed.preview, { ...options, ...outputs.csvOptions(file, prepared.resolved.settings) }], io);
    }),
  );
  return { code: EXIT.done, reason: `previewed: ${previewed.outcome}` };
}
