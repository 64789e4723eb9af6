/** What `apply` and `undo` do: prepare, show, ask, run. */

import { Mistake } from '../../model/mistake.js';
import { PlanAltered } from '../../plan/plan-file.js';
import { netChanges } from '../../plan/verify.js';
import { count } from '../../rules/rule.js';
import { prepareApply } from '../../targets/apply.js';
import { ApplyInterrupted, ApplyRefused, ApplyStopped } from '../../targets/refusal.js';
import { isUnbegun, refuseNoRun } from '../../targets/run-folder.js';
import { prepareUndo } from '../../targets/undo.js';
import type { World } from '../../targets/world.js';
import { changeLine, countLines, netText } from '../change-text.js';
import { askConsent } from '../consent.js';
import { type Ending, EXIT, type ExitCode, Refusal } from '../exit.js';
import type { Io } from '../io.js';
import type { SharedFlags } from '../options.js';
import { openPlan, refuseNoFolder, refuseNoSource, requestFor } from '../plan-source.js';
import { fileWords, shellWord } from '../prepare.js';

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

const worldOf = ({ process: { pid, host, isAlive }, now }: Io): World => ({ pid, host, isAlive, now });

/** Applies a plan to a source, or to a corrected copy of it. */
export async function apply(planPath: string, source: string | undefined, flags: ApplyFlags, io: Io): Promise<Ending> {
  if ((flags.out === undefined) === (flags.inPlace !== true)) {
    throw new Mistake(
      'Say where to write: either --out PATH for a corrected copy, or --in-place to change the source itself.',
      'A copy is the safe way; the source stays as it is.',
    );
  }
  return withCodes(async () => {
    const { plan, file } = openPlan(planPath);
    const request = requestFor(plan, source, flags);
    refuseNoSource(request);
    if (flags.out !== undefined) refuseNoFolder(flags.out);
    const prepared = await prepareApply({
      plan,
      planFile: file,
      source: request,
      mode: flags.out === undefined ? { kind: 'in-place' } : { kind: 'out', path: flags.out },
      ...(flags.maxChanges === undefined ? {} : { maxChanges: flags.maxChanges }),
      world: worldOf(io),
      interrupted: () => io.interruption.signal(),
    });
    const nothing = plan.actions.length === 0;
    const openText = plan.open.length === 0 ? '' : `; ${count(plan.open.length, 'finding')} of the plan stay open for a decision`;
    const doneAlready = (run: string | undefined): Ending => ({
      code: EXIT.done,
      reason: `${nothing ? 'nothing to apply: the plan has no actions' : `all is done already${run === undefined ? '' : ` (run ${run})`}`}; nothing was written${openText}`,
    });
    if (prepared.state === 'done-already') {
      // Closes the journal of a run that was killed after its last write; the target is not touched.
      if (flags.dryRun !== true) await prepared.run();
      return doneAlready(prepared.earlier?.run);
    }
    const changes = plan.actions.map(({ change }) => change);
    const where = flags.out === undefined ? `in place: ${prepared.targets.join(', ')}` : `to a corrected copy: ${flags.out}`;
    if (flags.dryRun === true) {
      for (const { id, change } of prepared.describe()) io.stdout.write(`${id}  ${changeLine(change)}\n`);
      return { code: EXIT.done, reason: `dry run: ${count(changes.length, 'action')} would be applied ${where}; nothing was written${openText}` };
    }
    const words = ['scim-audit', 'apply', planPath, ...fileWords(source, flags), ...(flags.out === undefined ? ['--in-place'] : ['--out', flags.out]), '--yes'];
    await askConsent(
      {
        summary: [`This applies ${count(changes.length, 'action')} ${where}`, ...countLines(changes)],
        question: 'Apply the plan?',
        command: words.map(shellWord).join(' '),
        // A copy in which nothing changes needs nobody's word.
        isGiven: flags.yes === true || nothing,
      },
      io,
    );
    io.interruption.listen();
    const receipt = await prepared.run();
    // Somebody else may have applied it while this one was being agreed to.
    if (receipt.isEarlier) return doneAlready(receipt.run === '' ? undefined : receipt.run);
    io.stdout.write(`Applied ${count(receipt.done, 'action')}: ${netText(netChanges(plan))}.\n`);
    io.stdout.write(`Journal: ${receipt.journal}\n`);
    if (receipt.backup !== undefined) io.stdout.write(`Backup: ${receipt.backup}\n`);
    io.stdout.write(`To take it back: scim-audit undo ${shellWord(receipt.runFolder)}\n`);
    const corrected = flags.out === undefined ? fileWords(source, flags) : [flags.out];
    io.stdout.write(`To hold it against the plan: ${['scim-audit', 'verify', planPath, ...corrected].map(shellWord).join(' ')}\n`);
    if (flags.out !== undefined) io.stdout.write('The source is as it was, and so is Jama Connect until the corrected data is brought there.\n');
    return { code: EXIT.done, reason: `applied: ${count(receipt.done, 'action')}${openText}` };
  });
}

const NOTHING_TO_UNDO = 'the run never wrote anything; there is nothing to undo';

/** Takes a run back. */
export async function undo(runFolder: string, flags: UndoFlags, io: Io): Promise<Ending> {
  return withCodes(async () => {
    refuseNoRun(runFolder);
    if (isUnbegun(runFolder)) return { code: EXIT.done, reason: NOTHING_TO_UNDO };
    const prepared = await prepareUndo({ runFolder, world: worldOf(io), interrupted: () => io.interruption.signal() });
    if (prepared.state === 'nothing') return { code: EXIT.done, reason: NOTHING_TO_UNDO };
    if (prepared.state === 'done-already') {
      if (flags.dryRun !== true) await prepared.run();
      return { code: EXIT.done, reason: 'the run was undone already; nothing was written' };
    }
    const steps = prepared.describe();
    if (flags.dryRun === true) {
      for (const { id, change } of steps) io.stdout.write(`${id}  ${changeLine(change)}\n`);
      for (const { id, change, reason } of prepared.left) io.stdout.write(`${id}  left alone: ${changeLine(change)} (${reason})\n`);
      return { code: EXIT.done, reason: `dry run: ${count(steps.length, 'action')} would be taken back; nothing was written` };
    }
    const state = prepared.isUntouched ? 'Nobody has changed it since.' : 'It was changed since; what was changed is left alone.';
    await askConsent(
      {
        summary: [
          `This takes back ${count(steps.length, 'action')} in ${prepared.targets.join(', ')}. ${state}`,
          ...prepared.left.map(({ change, reason }) => `  left alone: ${changeLine(change)} (${reason})`).slice(0, 50),
        ],
        question: 'Undo the run?',
        command: ['scim-audit', 'undo', runFolder, '--yes'].map(shellWord).join(' '),
        isGiven: flags.yes === true,
      },
      io,
    );
    io.interruption.listen();
    const receipt = await prepared.run();
    for (const { change, reason } of receipt.left) io.stdout.write(`Left alone: ${changeLine(change)} (${reason})\n`);
    io.stdout.write(`Journal: ${receipt.journal}\n`);
    const left = receipt.left.length === 0 ? '' : `, ${count(receipt.left.length, 'action')} left alone for the reasons above`;
    return {
      code: EXIT.done,
      reason: `undone: ${count(receipt.done, 'action')} taken back${left}${receipt.isAsBefore ? '; all is as it was before the run' : ''}`,
    };
  });
}

/** Gives each refusal of a target its exit code. */
async function withCodes(work: () => Promise<Ending>): Promise<Ending> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined || !(error instanceof Mistake)) throw error;
    throw new Refusal(code, error.message, error.hint, error.details);
  }
}

function codeOf(error: unknown): ExitCode | undefined {
  if (error instanceof ApplyInterrupted) return error.signal === 'SIGINT' ? 130 : 143;
  if (error instanceof ApplyStopped) return EXIT.stoppedMidway;
  return error instanceof ApplyRefused || error instanceof PlanAltered ? EXIT.refused : undefined;
}
