import type { Command } from 'commander';
import type { OutputWord } from '../../app/outputs.js';
import type { CheckFlags } from '../actions/check.js';
import { contextOf } from '../context.js';
import type { Ending } from '../ending.js';
import { formatsOption } from '../format-option.js';
import type { Io } from '../io.js';
import { addIdpOptions, addPolicyOptions, addSourceOptions, REDACT } from '../options.js';
import { rowLimit } from '../row-limit.js';

/** Adds `check`: reads an export and says whether it is ready. */
export function addCheck(program: Command, io: Io, end: (ending: Ending) => void): void {
  const words: OutputWord[] = [];
  const command = program
    .command('check')
    .description('find what must be cleaned before SCIM is enabled')
    .argument('[source]', 'folder with users.csv, groups.csv, memberships.csv, or with saved JSON of REST; or a SQLite file');
  addIdpOptions(addPolicyOptions(addSourceOptions(command)))
    .addOption(formatsOption('report', words))
    .option('--output <file>', 'write the format before it to a file instead of stdout', (value: string) => words.push({ kind: 'output', value }))
    .option('--decisions <file>', 'decisions.csv whose acceptances hold: accepted findings are shown, but do not count')
    .option('--baseline <file>', 'an earlier JSON report: findings that are in it are shown as known, and do not count')
    .option('--certificate <file>', 'write what was audited and how, for "scim-audit gate"; SCIM_AUDIT_CERTIFICATE_KEY seals it')
    .option('--rows <number|all>', 'rows shown of each rule in pretty (default: 10)', rowLimit)
    .option('--redact', REDACT)
    .option('--no-color', 'no colors')
    .option('--show-config', 'print each setting and where it came from, and stop')
    .action(async (source: string | undefined, flags: CheckFlags) => {
      const { check } = await import('../actions/check.js');
      const typed = words.map(({ value }) => value);
      if (flags.redact !== true) end(await check(source, flags, words, io));
      else
        end(await (await import('../../app/redaction.js')).redacting(flags, typed, contextOf(io), (redaction) => check(source, flags, words, io, redaction)));
    });
}
