import type { Command } from 'commander';
import { TOOL } from '../../app/context.js';
import type { ReconcileRequest } from '../../app/reconcile.js';
import type { Redaction } from '../../app/redaction.js';
import { count } from '../../rules/rule.js';
import { type Ending, EXIT, type Io, shownOn } from '../io.js';
import { addLiveOptions, addSourceOptions, collect, contextOf, formatsOption, REDACT, rowLimit, settingOption } from '../options.js';
import type { OutputWord } from '../outputs.js';

interface ReconcileFlags extends ReconcileRequest {
  readonly redact?: boolean;
  readonly rows?: number | 'all';
  readonly color?: boolean;
}

/** Adds `reconcile`: compares what the first sync did with the preview of before. */
export function addReconcile(program: Command, io: Io, end: (ending: Ending) => void): void {
  const words: OutputWord[] = [];
  const command = program
    .command('reconcile')
    .argument('<preview>', 'file that "scim-audit preview --format json" wrote before the sync')
    .argument('[source]', 'a fresh export: folder with users.csv, groups.csv and memberships.csv (or .xlsx), or with JSON saved from REST; or a SQLite file');
  addLiveOptions(addSourceOptions(command, { hasProvider: false }))
    .option('--proof <file>', 'with --url: earlier pull.json of the same address, or folder of a live run, which proves that members lists hold inactive users')
    .optionsGroup('Provider:')
    .option('--idp-log <file>', "Entra's provisioning log or Okta's System Log as JSON; may be repeated", collect)
    .addOption(settingOption('idpApplication', 'the application that provisions Jama Connect, if the log is about several'))
    .optionsGroup('Output:')
    .option('--restore <file>', 'write the memberships that were lost to a CSV file')
    .option('--plan <folder>', 'write a plan that gives these memberships back, to a new folder')
    .addOption(formatsOption('reconcile', words))
    .option('--output <file>', 'write to a file instead of stdout; may be repeated, each with its --format', (value) => words.push({ kind: 'output', value }))
    .option('--redact', REDACT)
    .option('--rows <number>', 'rows shown per section (default: 20 on a terminal; "all")', rowLimit)
    .option('--no-color', 'print without colors')
    .action(async (preview: string, source: string | undefined, flags: ReconcileFlags) => {
      if (flags.redact !== true) end(await runReconcile(preview, source, flags, words, io));
      else {
        const { redacting } = await import('../../app/redaction.js');
        const typed = [preview, ...(source === undefined ? [] : [source]), ...words.map(({ value }) => value), ...(await addressWords(flags.url))];
        end(await redacting(flags, typed, contextOf(io), (redaction) => runReconcile(preview, source, flags, words, io, redaction)));
      }
    });
}

/** Returns the texts of an address that messages repeat: they are on the command line, so no aliases stand for them. */
async function addressWords(url: string | undefined): Promise<readonly string[]> {
  if (url === undefined) return [];
  const { readAddress } = await import('../../rest/access.js');
  const { url: shown, host } = readAddress(url);
  return [shown, host];
}

/** Returns 0 if everything certain came true and nothing else happened, else 1. */
async function runReconcile(
  preview: string,
  source: string | undefined,
  flags: ReconcileFlags,
  words: readonly OutputWord[],
  io: Io,
  redaction?: Redaction,
): Promise<Ending> {
  const [{ reconcile }, outputs, { pairOutputs }] = await Promise.all([
    import('../../app/reconcile.js'),
    import('../../app/outputs.js'),
    import('../outputs.js'),
  ]);
  const destinations = await pairOutputs(words, 'reconcile');
  const { reconciliation, isAsPredicted, verdict, restored, inputs, settings } = await reconcile(preview, source, flags, contextOf(io), redaction);
  outputs.refuseOverwriting(
    destinations.flatMap(({ file }) => (file === undefined ? [] : [file])),
    inputs,
  );
  const { rows, color = true } = flags;
  await outputs.writeEach(
    destinations.map(({ reporter, file }) => () => {
      const options = { tool: TOOL, ...shownOn(file, io, color), ...(rows === undefined || rows === 'all' ? {} : { mostRows: rows }) };
      outputs.writeTo(file, reporter.render(reconciliation, { ...options, ...outputs.csvOptions(file, settings) }), io);
    }),
  );
  if (flags.restore !== undefined) io.stderr.write(`${count(restored.rows, 'membership')} to give back: ${flags.restore}\n`);
  if (flags.plan !== undefined) io.stderr.write(`${count(restored.actions, 'action')} in the plan that gives memberships back: ${flags.plan}\n`);
  return { code: isAsPredicted ? EXIT.done : EXIT.findings, reason: verdict };
}
