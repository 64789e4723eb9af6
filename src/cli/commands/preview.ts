import type { Command } from 'commander';
import type { OutputWord } from '../../app/outputs.js';
import type { PreviewFlags } from '../actions/preview.js';
import { contextOf } from '../context.js';
import type { Ending } from '../ending.js';
import { formatsOption } from '../format-option.js';
import type { Io } from '../io.js';
import { licenseStock } from '../license-stock.js';
import { addIdpOptions, addPolicyOptions, addSourceOptions, REDACT } from '../options.js';
import { rowLimit } from '../row-limit.js';

/** Adds `preview`: says what the first sync will do. */
export function addPreview(program: Command, io: Io, end: (ending: Ending) => void): void {
  const words: OutputWord[] = [];
  const command = program
    .command('preview')
    .description('say what the first sync will do to users, groups and memberships, as documented behavior predicts it')
    .argument('[source]', 'folder with users.csv, groups.csv, memberships.csv, or with saved JSON of REST; or a SQLite file');
  addIdpOptions(addPolicyOptions(addSourceOptions(command)))
    .option('--after <plan>', 'preview as if the plan were applied, with the numbers of now beside it: plan.json, or its folder')
    .option('--licenses <stock>', 'licenses that are free, to see who would be without: creator=20,creator-float=5', licenseStock)
    .addOption(formatsOption('preview', words))
    .option('--output <file>', 'write the format before it to a file instead of stdout', (value: string) => words.push({ kind: 'output', value }))
    .option('--rows <number|all>', 'rows shown of each reason in pretty (default: 10)', rowLimit)
    .option('--redact', REDACT)
    .option('--no-color', 'no colors')
    .action(async (source: string | undefined, flags: PreviewFlags) => {
      const { preview } = await import('../actions/preview.js');
      const typed = words.map(({ value }) => value);
      if (flags.redact !== true) end(await preview(source, flags, words, io));
      else
        end(await (await import('../../app/redaction.js')).redacting(flags, typed, contextOf(io), (redaction) => preview(source, flags, words, io, redaction)));
    });
}
