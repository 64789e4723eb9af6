import type { Command } from 'commander';
import type { OutputWord } from '../../app/outputs.js';
import type { CheckFlags } from '../actions/check.js';
import { contextOf } from '../context.js';
import type { Ending } from '../ending.js';
import { formatsOption } from '../format-option.js';
import type { Io } from '../io.js';
import { addSourceOptions, REDACT } from '../options.js';
import { rowLimit } from '../row-limit.js';

/** Adds `check`: reads an export and says whether it is ready. */
export function addCheck(program: Command, io: Io, end: (ending: Ending) => void): void {
  const words: OutputWord[] = [];
  const command = program
    .command('check')
    .description('find what must be cleaned before SCIM is enabled')
    .argument('[source]', 'folder with users.csv, groups.csv and memberships.csv, or with JSON saved from REST; or a SQLite file');
  addSourceOptions(command)
    .optionsGroup('Judging:')
    .option('--decisions <file>', 'decisions.csv of a plan: findings accepted in it are shown but do not count')
    .option('--baseline <file>', 'an earlier JSON report: findings in it are shown as known and do not count')
    .optionsGroup('Output:')
    .addOption(formatsOption('report', words))
    .option('--output <file>', 'write the format before this option to a file instead of stdout', (value: string) => words.push({ kind: 'output', value }))
    .option(
      '--certificate <file>',
      'write a certificate of what was audited and how, for "scim-audit gate"; it is signed with SCIM_AUDIT_CERTIFICATE_KEY if that is set',
    )
    .option('--rows <number|all>', 'findings shown per rule in the format pretty (default: 10)', rowLimit)
    .option('--redact', REDACT)
    .option('--no-color', 'print without colors')
    .option('--show-config', 'only print each setting and where it comes from')
    .action(async (source: string | undefined, flags: CheckFlags) => {
      const { check } = await import('../actions/check.js');
      const typed = words.map(({ value }) => value);
      if (flags.redact !== true) end(await check(source, flags, words, io));
      else
        end(await (await import('../../app/redaction.js')).redacting(flags, typed, contextOf(io), (redaction) => check(source, flags, words, io, redaction)));
    });
}
