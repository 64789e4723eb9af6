import type { Command } from 'commander';
import type { OutputWord } from '../../app/outputs.js';
import type { PreviewFlags } from '../actions/preview.js';
import { contextOf } from '../context.js';
import type { Ending } from '../ending.js';
import { formatsOption } from '../format-option.js';
import type { Io } from '../io.js';
import { licenseStock } from '../license-stock.js';
import { addSourceOptions, REDACT } from '../options.js';
import { rowLimit } from '../row-limit.js';

/** Adds `preview`: says what the first sync will do. */
export function addPreview(program: Command, io: Io, end: (ending: Ending) => void): void {
  const words: OutputWord[] = [];
  const command = program
    .command('preview')
    .description('predict what the first sync will do to users, groups and memberships')
    .argument('[source]', 'folder with users.csv, groups.csv and memberships.csv, or with JSON saved from REST; or a SQLite file');
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
      const { preview } = await import('../actions/preview.js');
      const typed = words.map(({ value }) => value);
      if (flags.redact !== true) end(await preview(source, flags, words, io));
      else
        end(await (await import('../../app/redaction.js')).redacting(flags, typed, contextOf(io), (redaction) => preview(source, flags, words, io, redaction)));
    });
}
