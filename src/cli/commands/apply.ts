import { basename, join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { ApplyRequest } from '../../app/apply.js';
import { fileWords, shellCommand, shellWord } from '../../app/command-words.js';
import type { WayIntoJama } from '../../app/ways-into-jama.js';
import type { NetCounts } from '../../plan/verify.js';
import { count } from '../../rules/rule.js';
import type { SourceRequest } from '../../sources/source.js';
import { tellInterruptedUndos } from '../interrupted-undos.js';
import { type Ending, EXIT, type Io } from '../io.js';
import { addFileOptions, addLiveOptions, contextOf } from '../options.js';
import { askConsent } from '../questions.js';
import { fitted, type Line, verbatim } from '../wrap-terminal-text.js';

interface ApplyFlags extends ApplyRequest {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly url?: string;
  readonly rate?: number;
  readonly first?: number;
}

const SOURCE = 'folder with users.csv, groups.csv and memberships.csv; or a SQLite file';

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}

function userNumber(text: string): number {
  const number = wholeNumber(text);
  if (number === 0) throw new InvalidArgumentError('Expected a whole number from 1 on.');
  return number;
}

/** Adds `apply`: changes an export, a copy of it, or Jama Connect itself as a plan says. */
export function addApply(program: Command, io: Io, end: (ending: Ending) => void): void {
  addLiveOptions(addFileOptions(program.command('apply').argument('<plan>', 'plan.json, or its folder').argument('[source]', SOURCE)))
    .option('--first <number>', 'with --url: change only so many users now, then pause; the same command goes on', userNumber)
    .optionsGroup('Output:')
    .option('--out <path>', 'write a corrected copy (folder or SQLite file) and leave the source unchanged')
    .option('--in-place', 'change the source itself, after a backup')
    .option('--dry-run', 'show every change without writing anything')
    .optionsGroup('Options:')
    .option('--yes', 'skip the confirmation prompt (required if this is not a terminal)')
    .option('--max-changes <number>', 'refuse a plan with more actions than this number', wholeNumber)
    .action(async (plan: string, source: string | undefined, flags: ApplyFlags) => {
      const { url } = flags;
      if (url === undefined) return end(await runApply(plan, source, flags, io));
      const [{ refuseFiles }, { runLiveApply }] = await Promise.all([import('../../app/ways-into-jama.js'), import('../live.js')]);
      refuseFiles(source, flags, 'apply');
      end(await runLiveApply(plan, { ...flags, url }, io));
    });
}

/** Applies a plan to a source, or to a corrected copy of it. */
export async function runApply(planPath: string, source: string | undefined, flags: ApplyFlags, io: Io): Promise<Ending> {
  const { refuseWithoutUrl } = await import('../../app/ways-into-jama.js');
  refuseWithoutUrl(flags);
  const [{ openApplication }, { asRefusals }, { changeLine, countLines }] = await Promise.all([
    import('../../app/apply.js'),
    import('../../app/refusals-of-targets.js'),
    import('../../app/change-text.js'),
  ]);
  const context = contextOf(io);
  const { plan, file, source: request, prepared } = await openApplication(planPath, source, flags, flags.yes === true && flags.dryRun !== true, context);
  return asRefusals(async () => {
    const openText = plan.open.length === 0 ? '' : `; ${count(plan.open.length, 'finding of the plan stays', 'findings of the plan stay')} open for a decision`;
    const done = (reason: string): Ending => ({ code: EXIT.done, reason: `${reason}${openText}` });
    const doneAlready = (run = ''): Ending => done(`all is done already${run === '' ? '' : ` (run ${run})`}, nothing was written`);
    if (prepared.state === 'done-already') {
      await tellInterruptedUndos(file, io);
      // Closes the journal of a run that was killed after its last write; the target is not touched.
      if (flags.dryRun !== true) await prepared.run();
      return prepared.earlier === undefined ? done('nothing to apply: the plan has no actions') : doneAlready(prepared.earlier.run);
    }
    const changes = plan.actions.map(({ change }) => change);
    // Consent is to what can be done, and to the files that it changes.
    const isAsked = flags.dryRun === true || (changes.length > 0 && flags.yes !== true);
    const changing = isAsked ? await prepared.rehearse() : [];
    const where = flags.out === undefined ? `in place: ${(changing.length > 0 ? changing : prepared.targets).join(', ')}` : `to a corrected copy: ${flags.out}`;
    if (flags.dryRun === true) {
      const { readFresh, wishesFor } = await import('../../app/plan-source.js');
      const { names } = await readFresh(request, wishesFor(plan), changes, context);
      for (const { id, change } of prepared.describe()) io.stdout.write(fitted(`${id}  ${changeLine(change, names)}`, io.stdout));
      return done(`dry run: ${count(changes.length, 'action')} would be applied ${where}; nothing was written`);
    }
    // A copy in which nothing changes needs no confirmation.
    if (changes.length > 0) {
      const words = ['scim-audit', 'apply', planPath, ...sourceWords(source, flags), ...(flags.out === undefined ? ['--in-place'] : ['--out', flags.out])];
      if (flags.maxChanges !== undefined) words.push('--max-changes', String(flags.maxChanges));
      await askConsent(
        {
          summary: [`This applies ${count(changes.length, 'action')} ${where}`, ...countLines(changes), 'Each of them is shown with --dry-run.'],
          question: 'Apply the plan?',
          command: shellCommand([...words, '--yes'], io.process.shell),
          isGiven: flags.yes === true,
        },
        io,
      );
    }
    io.interruption.listen();
    const receipt = await prepared.run();
    // Somebody else's apply may have come to its end while this one waited for an answer.
    if (receipt.wasDone) return doneAlready(receipt.run);
    if (changes.length === 0) {
      io.stdout.write(`Journal: ${receipt.journal}\n`);
      return done(`nothing to apply: the plan has no actions, and ${flags.out} is a copy of the source as it is`);
    }
    const result = flags.out === undefined ? sourceWords(source, flags) : copyWords(flags.out, prepared.reading, flags);
    const { pulledFrom, waysIntoJama } = await import('../../app/ways-into-jama.js');
    const isOnlyCopy = flags.out !== undefined || prepared.reading.source === undefined;
    const lines = [
      `Applied ${count(receipt.done, 'action')}: ${netText(receipt.net)}.`,
      verbatim(`Journal: ${receipt.journal}`),
      ...(receipt.backup === undefined ? [] : [verbatim(`Backup: ${receipt.backup}`)]),
      verbatim(`To undo it: scim-audit undo ${shellWord(receipt.runFolder, io.process.shell)}`),
      '',
      'Next',
      verbatim(`  ${shellCommand(['scim-audit', 'verify', planPath, ...result], io.process.shell)}`),
      ...(isOnlyCopy ? wayLines(waysIntoJama(plan.actions, { planPath, url: pulledFrom(source), shell: io.process.shell })) : []),
    ];
    io.stdout.write(fitted(lines, io.stdout));
    return done(`applied: ${count(receipt.done, 'action')}`);
  });
}

/** Returns how the plan goes on into Jama Connect itself. */
function wayLines(ways: readonly WayIntoJama[]): Line[] {
  if (ways.length === 0) return ['  Jama Connect itself is unchanged until the corrected data is brought there.'];
  return ways.flatMap(({ through, command }, at) => [
    `  ${at === 0 ? 'Jama Connect itself is unchanged. To carry the plan out there, ' : 'or, '}${through}:`,
    verbatim(`    ${command}`),
  ]);
}

/** Returns the words that name a source and how its files are written. */
function sourceWords(source: string | undefined, flags: ApplyFlags): string[] {
  return [
    ...fileWords(source, flags),
    ...(flags.delimiter === undefined ? [] : ['--delimiter', flags.delimiter]),
    ...(flags.encoding === undefined ? [] : ['--encoding', flags.encoding]),
    ...(flags.quote === undefined ? [] : ['--quote', flags.quote]),
    ...(flags.escape === undefined ? [] : ['--escape', flags.escape]),
  ];
}

/** Returns the words that name a copy; one of files that were named by flag is named so again. */
function copyWords(out: string, { users, inactiveUsers, groups, memberships }: SourceRequest, flags: ApplyFlags): string[] {
  if (fileWords(undefined, flags).length === 0) return sourceWords(out, flags);
  const inCopy = (file: string): string => join(out, basename(file));
  const { groups: _, ...rest } = flags;
  const named = { users: users.map(inCopy), inactiveUsers: inactiveUsers.map(inCopy), memberships: memberships.map(inCopy) };
  return sourceWords(undefined, { ...rest, ...named, ...(groups === undefined ? {} : { groups: [inCopy(groups)] }) });
}

function netText({ values, removedMembers, addedMembers }: NetCounts): string {
  const counts: readonly (readonly [number, string])[] = [
    [values, `${count(values, 'value')} changed`],
    [removedMembers, `${count(removedMembers, 'membership')} removed`],
    [addedMembers, `${count(addedMembers, 'membership')} added`],
  ];
  return counts.flatMap(([number, text]) => (number === 0 ? [] : [text])).join(', ');
}
