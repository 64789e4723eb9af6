import type { Command } from 'commander';
import { TOOL } from '../../app/context.js';
import type { Redaction } from '../../app/redaction.js';
import type { ReportOptions } from '../../reporters/reporter.js';
import { type Ending, EXIT, type Io, shownOn } from '../io.js';
import { addSourceOptions, contextOf, formatsOption, REDACT, rowLimit, type SharedFlags } from '../options.js';
import type { OutputWord } from '../outputs.js';

interface CheckFlags extends SharedFlags {
  readonly rows?: number | 'all';
  readonly color?: boolean;
  readonly showConfig?: boolean;
  readonly decisions?: string;
  readonly baseline?: string;
  readonly certificate?: string;
  readonly redact?: boolean;
}

/** Adds `check`: reads an export and says whether it is ready. */
export function addCheck(program: Command, io: Io, end: (ending: Ending) => void): void {
  const words: OutputWord[] = [];
  const command = program
    .command('check')
    .argument(
      '[source]',
      'folder with users.csv, groups.csv and memberships.csv (or .xlsx), or with JSON saved from REST; or a SQLite file; or mysql://USER@HOST/DATABASE',
    );
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
      const typed = words.map(({ value }) => value);
      if (flags.redact !== true) end(await runCheck(source, flags, words, io));
      else {
        const { redacting } = await import('../../app/redaction.js');
        end(await redacting(flags, typed, contextOf(io), (redaction) => runCheck(source, flags, words, io, redaction)));
      }
    });
}

/** Writes the reports of a check, and whatever else is asked for. */
async function runCheck(source: string | undefined, flags: CheckFlags, words: readonly OutputWord[], io: Io, redaction?: Redaction): Promise<Ending> {
  const context = contextOf(io);
  const [{ checkPrepared }, { prepare, showSettings }, outputs, { pairOutputs }] = await Promise.all([
    import('../../app/check.js'),
    import('../../app/resolve-command.js'),
    import('../../app/outputs.js'),
    import('../outputs.js'),
  ]);
  const settled = await prepare(source, flags, context);
  const redacted = redaction?.shown(settled, source, flags);
  const prepared = redacted ?? settled;
  if (flags.showConfig === true) {
    io.stdout.write(showSettings(prepared.resolved));
    return { code: EXIT.done, reason: 'only the settings were shown; nothing was checked' };
  }
  const destinations = await pairOutputs(words, 'report');
  const further = outputs.furtherOutputs(flags, destinations, prepared, context);
  const { report, canPlan, inputs, isStopped, verdict } = await checkPrepared(prepared, flags, context, redaction?.wishes(prepared));
  const shown = redaction?.report(report) ?? report;
  outputs.refuseOverwriting(
    [...destinations.map(({ file }) => file), flags.certificate].filter((file) => file !== undefined),
    inputs,
  );
  const { rows = 10, color = true } = flags;
  const options = (file: string | undefined): ReportOptions => ({
    tool: TOOL,
    ...shownOn(file, io, color),
    ...(rows === 'all' ? {} : { mostRows: rows }),
    sourceWords: prepared.sourceWords,
    ...outputs.csvOptions(file, prepared.resolved.settings),
    canPlan,
    ...(redacted === undefined ? {} : { withheldOptions: redacted.withheldOptions }),
  });
  await outputs.writeEach([
    ...destinations.map(
      ({ reporter, file }) =>
        () =>
          outputs.writeTo(file, reporter.render(shown, options(file)), io),
    ),
    ...further.map((output) => () => output.write(shown)),
  ]);
  return { code: isStopped ? EXIT.findings : EXIT.done, reason: verdict };
}
