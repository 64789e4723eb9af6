/** What `apply` and `undo` do: prepare, show, ask, run. */

import { basename, join } from 'node:path';
import { changeLine, countLines, type SubjectNames } from '../../app/change-text.js';
import { fileWords, shellWord } from '../../app/command-words.js';
import { readFresh } from '../../app/fresh-source.js';
import { openPlan, refuseNoSource, requestFor, wishesFor } from '../../app/plan-source.js';
import { Refusal, type RefusalKind } from '../../app/refusal.js';
import { UserError } from '../../model/user-error.js';
import { PlanAltered } from '../../plan/plan-file.js';
import type { NetCounts } from '../../plan/verify.js';
import { printable } from '../../reporters/visible.js';
import { count } from '../../rules/rule.js';
import type { SourceRequest } from '../../sources/source.js';
import { prepareApply } from '../../targets/run/apply.js';
import type { ProcessInfo } from '../../targets/run/process-info.js';
import { ApplyInterrupted, ApplyRefused, ApplyStopped } from '../../targets/run/refusal.js';
import { isUnbegun } from '../../targets/run/run-folder.js';
import { type LeftAlone, type PreparedUndo, prepareUndo } from '../../targets/run/undo.js';
import { askConsent } from '../consent.js';
import { contextOf } from '../context.js';
import { type Ending, EXIT } from '../ending.js';
import { tellInterruptedUndos } from '../interrupted-undos.js';
import type { Io } from '../io.js';
import type { SharedFlags } from '../options.js';
import { fitted, verbatim } from '../wrap-terminal-text.js';

export interface ApplyFlags extends SharedFlags {
  out?: string;
  inPlace?: boolean;
  dryRun?: boolean;
  yes?: boolean;
  maxChanges?: number;
}

export interface UndoFlags {
  dryRun?: boolean;
  yes?: boolean;
}

const worldOf = ({ process: { pid, host, isAlive }, now }: Io): ProcessInfo => ({ pid, host, isAlive, now });

/** Applies a plan to a source, or to a corrected copy of it. */
export async function apply(planPath: string, source: string | undefined, flags: ApplyFlags, io: Io): Promise<Ending> {
  if ((flags.out === undefined) === (flags.inPlace !== true)) {
    throw new UserError(
      'Say where to write: either --out PATH for a corrected copy, or --in-place to change the source itself.',
      'A copy is the safe way; the source stays as it is.',
    );
  }
  if (flags.out === '') throw new UserError('--out names nothing.', 'Name the place of the corrected copy: --out PATH. Nothing was written.');
  return asRefusals(async () => {
    const { plan, file } = openPlan(planPath, io.process, fileWords(source, flags));
    const request = requestFor(plan, source, flags);
    refuseNoSource(request);
    const prepared = await prepareApply({
      plan,
      planFile: file,
      source: request,
      mode: flags.out === undefined ? { kind: 'in-place' } : { kind: 'out', path: flags.out },
      ...(flags.maxChanges === undefined ? {} : { maxChanges: flags.maxChanges }),
      isAgreed: flags.yes === true && flags.dryRun !== true,
      world: worldOf(io),
      interrupted: () => io.interruption.signal(),
    });
    const openText = plan.open.length === 0 ? '' : `; ${count(plan.open.length, 'finding of the plan stays', 'findings of the plan stay')} open for a decision`;
    const done = (reason: string): Ending => ({ code: EXIT.done, reason: `${reason}${openText}` });
    const doneAlready = (run = ''): Ending => done(`all is done already${run === '' ? '' : ` (run ${run})`}, nothing was written`);
    if (prepared.state === 'done-already') {
      tellInterruptedUndos(file, io);
      // Closes the journal of a run that was killed after its last write; the target is not touched.
      if (flags.dryRun !== true) await prepared.run();
      return prepared.earlier === undefined ? done('nothing to apply: the plan has no actions') : doneAlready(prepared.earlier.run);
    }
    const changes = plan.actions.map(({ change }) => change);
    // Whoever agrees agrees to what can be done, and to the files that it changes.
    const isAsked = flags.dryRun === true || (changes.length > 0 && flags.yes !== true);
    const changing = isAsked ? await prepared.rehearse() : [];
    const where = flags.out === undefined ? `in place: ${(changing.length > 0 ? changing : prepared.targets).join(', ')}` : `to a corrected copy: ${flags.out}`;
    if (flags.dryRun === true) {
      const { names } = await readFresh(request, wishesFor(plan), changes, contextOf(io));
      for (const { id, change } of prepared.describe()) io.stdout.write(fitted(`${id}  ${changeLine(change, names)}`, io.stdout));
      return done(`dry run: ${count(changes.length, 'action')} would be applied ${where}; nothing was written`);
    }
    // A copy of which nothing changes needs nobody's word.
    if (changes.length > 0) {
      const words = ['scim-audit', 'apply', planPath, ...sourceWords(source, flags), ...(flags.out === undefined ? ['--in-place'] : ['--out', flags.out])];
      if (flags.maxChanges !== undefined) words.push('--max-changes', String(flags.maxChanges));
      await askConsent(
        {
          summary: [`This applies ${count(changes.length, 'action')} ${where}`, ...countLines(changes), 'Each of them is shown with --dry-run.'],
          question: 'Apply the plan?',
          command: [...words, '--yes'].map(shellWord).join(' '),
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
    const isOnlyCopy = flags.out !== undefined || prepared.reading.source === undefined;
    const lines = [
      `Applied ${count(receipt.done, 'action')}: ${netText(receipt.net)}.`,
      verbatim(`Journal: ${receipt.journal}`),
      ...(receipt.backup === undefined ? [] : [verbatim(`Backup: ${receipt.backup}`)]),
      verbatim(`To take it back: scim-audit undo ${shellWord(receipt.runFolder)}`),
      '',
      'Next',
      verbatim(`  ${['scim-audit', 'verify', planPath, ...result].map(shellWord).join(' ')}`),
      ...(isOnlyCopy ? ['  Jama Connect itself is unchanged until the corrected data is brought there.'] : []),
    ];
    io.stdout.write(fitted(lines, io.stdout));
    return done(`applied: ${count(receipt.done, 'action')}`);
  });
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

const STANDINGS: Readonly<Record<PreparedUndo['standing'], string>> = {
  untouched: 'Nobody has changed it since.',
  half: 'The run was ended between two files; what it wrote is put back.',
  changed: 'It was changed since; what was changed is left alone.',
};

const NOTHING_TO_UNDO = 'the run never wrote anything; there is nothing to undo';

const leftCount = ({ length }: readonly LeftAlone[]): string => (length === 0 ? '' : `, ${count(length, 'action')} left alone because of later changes`);

/** Takes a run back. */
export async function undo(runFolder: string, flags: UndoFlags, io: Io): Promise<Ending> {
  return asRefusals(async () => {
    if (isUnbegun(runFolder)) return { code: EXIT.done, reason: NOTHING_TO_UNDO };
    const prepared = await prepareUndo({
      runFolder,
      isAgreed: flags.yes === true && flags.dryRun !== true,
      world: worldOf(io),
      interrupted: () => io.interruption.signal(),
    });
    if (prepared.state === 'nothing') {
      // Takes away what a killed run prepared and never put in place.
      if (flags.dryRun !== true) await prepared.run();
      return { code: EXIT.done, reason: NOTHING_TO_UNDO };
    }
    const doneAlready: Ending = { code: EXIT.done, reason: 'the run was undone already; nothing was written' };
    if (prepared.state === 'done-already') {
      if (flags.dryRun !== true) await prepared.run();
      return doneAlready;
    }
    if (flags.dryRun === true || flags.yes !== true) prepared.refuseBarred();
    const steps = prepared.describe();
    const names = flags.dryRun === true || prepared.left.length > 0 ? await namesFor(prepared, io) : undefined;
    const copies = (verb: string): string => `${count(prepared.targets.length, 'file')} ${verb} from the run's copies, since its journal is damaged`;
    const leftText = ({ change, reason }: LeftAlone): string => `${changeLine(change, names)} (${printable(reason)})`;
    if (flags.dryRun === true) {
      for (const { id, change } of steps) io.stdout.write(fitted(`${id}  ${changeLine(change, names)}`, io.stdout));
      for (const each of prepared.left) io.stdout.write(fitted(`${each.id}  left alone: ${leftText(each)}`, io.stdout));
      if (prepared.isByCopies) return { code: EXIT.done, reason: `dry run: ${copies('would be restored')}; nothing was written` };
      return { code: EXIT.done, reason: `dry run: ${count(steps.length, 'action')} would be taken back${leftCount(prepared.left)}; nothing was written` };
    }
    await askConsent(
      {
        summary: [
          prepared.isByCopies
            ? `This restores ${prepared.targets.join(', ')} from the run's copies, since its journal is damaged. ${STANDINGS[prepared.standing]}`
            : `This takes back ${count(steps.length, 'action')} in ${prepared.targets.join(', ')}. ${STANDINGS[prepared.standing]}`,
          ...prepared.left.map((each) => `  left alone: ${leftText(each)}`).slice(0, 50),
        ],
        question: 'Undo the run?',
        command: ['scim-audit', 'undo', runFolder, '--yes'].map(shellWord).join(' '),
        isGiven: flags.yes === true,
      },
      io,
    );
    io.interruption.listen();
    const receipt = await prepared.run();
    if (receipt.wasDone) return doneAlready;
    for (const each of receipt.left) io.stdout.write(fitted(`Left alone: ${leftText(each)}`, io.stdout));
    io.stdout.write(`Journal: ${receipt.journal}\n`);
    const whole = receipt.isAsBefore ? '; all is as it was before the run' : '';
    if (receipt.isByCopies) return { code: EXIT.done, reason: `undone: ${copies('restored')}${whole}` };
    return {
      code: EXIT.done,
      reason: `undone: ${count(receipt.done, 'action')} taken back${leftCount(receipt.left)}${whole}`,
    };
  });
}

/** Returns what the users and groups of a run are called now. */
async function namesFor(prepared: PreparedUndo, io: Io): Promise<SubjectNames> {
  const wishes = { authMode: 'basic', collation: prepared.collation, authTypeMap: prepared.authTypeMap, leaveOutUsers: [] } as const;
  const changes = [...prepared.describe(), ...prepared.left].map(({ change }) => change);
  return (await readFresh(prepared.reading, wishes, changes, contextOf(io))).names;
}

/** Gives each refusal of a target its kind. */
async function asRefusals(work: () => Promise<Ending>): Promise<Ending> {
  try {
    return await work();
  } catch (error) {
    const kind = kindOf(error);
    if (kind === undefined || !(error instanceof UserError)) throw error;
    throw new Refusal(kind, error.message, error.hint, error.details, error.command);
  }
}

function kindOf(error: unknown): RefusalKind | undefined {
  if (error instanceof ApplyInterrupted) return error.signal;
  if (error instanceof ApplyStopped) return 'stopped-midway';
  return error instanceof ApplyRefused || error instanceof PlanAltered ? 'refused' : undefined;
}
