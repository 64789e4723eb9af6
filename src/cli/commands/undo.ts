import type { Command } from 'commander';
import { shellCommand } from '../../app/command-words.js';
import { printable } from '../../reporters/visible.js';
import { count } from '../../rules/rule.js';
import type { LeftAlone, PreparedUndo } from '../../targets/run/undo.js';
import { type Ending, EXIT, type Io } from '../io.js';
import { addLiveOptions, contextOf } from '../options.js';
import { askConsent } from '../questions.js';
import { fitted } from '../wrap-terminal-text.js';

interface UndoFlags {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly url?: string;
  readonly rate?: number;
}

/** Adds `undo`: undoes a run. */
export function addUndo(program: Command, io: Io, end: (ending: Ending) => void): void {
  addLiveOptions(program.command('undo').argument('<run>', 'folder of the run, as apply printed it'))
    .optionsGroup('Options:')
    .option('--dry-run', 'show every change without writing anything')
    .option('--yes', 'skip the confirmation prompt (required if this is not a terminal)')
    .action(async (run: string, flags: UndoFlags) => {
      const [{ refuseOtherPlace }, { refuseWithoutUrl }] = await Promise.all([import('../../app/live.js'), import('../../app/ways-into-jama.js')]);
      const { url } = flags;
      await (await import('../../app/refusals-of-targets.js')).asRefusals(async () => refuseOtherPlace(run, url, contextOf(io)));
      if (url === undefined) {
        refuseWithoutUrl(flags);
        return end(await runUndo(run, flags, io));
      }
      const { runLiveUndo } = await import('../live.js');
      end(await runLiveUndo(run, { ...flags, url }, io));
    });
}

const DATA_STATES: Readonly<Record<PreparedUndo['dataState'], string>> = {
  untouched: 'Nothing in it has changed since the run.',
  half: 'The run stopped between two files; what it wrote will be undone.',
  changed: 'Some of it has changed since the run; those changes are left alone.',
};

const NOTHING_TO_UNDO = 'the run never wrote anything; there is nothing to undo';

const leftCount = ({ length }: readonly LeftAlone[]): string => (length === 0 ? '' : `, ${count(length, 'action')} left alone because of later changes`);

/** Undoes a run. */
async function runUndo(runFolder: string, flags: UndoFlags, io: Io): Promise<Ending> {
  const [{ namesNow, openUndo }, { asRefusals }, { changeLine }] = await Promise.all([
    import('../../app/undo.js'),
    import('../../app/refusals-of-targets.js'),
    import('../../app/change-text.js'),
  ]);
  const context = contextOf(io);
  const prepared = await openUndo(runFolder, flags.yes === true && flags.dryRun !== true, context);
  if (prepared === undefined) return { code: EXIT.done, reason: NOTHING_TO_UNDO };
  return asRefusals(async () => {
    if (prepared.state === 'nothing') {
      // Takes away what a killed run prepared and never put in place.
      if (flags.dryRun !== true) await prepared.run();
      return { code: EXIT.done, reason: NOTHING_TO_UNDO };
    }
    const doneAlready: Ending = { code: EXIT.done, reason: 'the run has already been undone; nothing was written' };
    if (prepared.state === 'done-already') {
      if (flags.dryRun !== true) await prepared.run();
      return doneAlready;
    }
    if (flags.dryRun === true || flags.yes !== true) prepared.refuseBarred();
    const steps = prepared.describe();
    const names = flags.dryRun === true || prepared.left.length > 0 ? await namesNow(prepared, context) : undefined;
    const copies = (verb: string): string => `${count(prepared.targets.length, 'file')} ${verb} from the run's copies, since its journal is damaged`;
    const leftText = ({ change, reason }: LeftAlone): string => `${changeLine(change, names)} (${printable(reason)})`;
    if (flags.dryRun === true) {
      for (const { id, change } of steps) io.stdout.write(fitted(`${id}  ${changeLine(change, names)}`, io.stdout));
      for (const each of prepared.left) io.stdout.write(fitted(`${each.id}  left alone: ${leftText(each)}`, io.stdout));
      if (prepared.isByCopies) return { code: EXIT.done, reason: `dry run: ${copies('would be restored')}; nothing was written` };
      return { code: EXIT.done, reason: `dry run: ${count(steps.length, 'action')} would be undone${leftCount(prepared.left)}; nothing was written` };
    }
    await askConsent(
      {
        summary: [
          prepared.isByCopies
            ? `This restores ${prepared.targets.join(', ')} from the run's copies, since its journal is damaged. ${DATA_STATES[prepared.dataState]}`
            : `This undoes ${count(steps.length, 'action')} in ${prepared.targets.join(', ')}. ${DATA_STATES[prepared.dataState]}`,
          ...prepared.left.map((each) => `  left alone: ${leftText(each)}`).slice(0, 50),
        ],
        question: 'Undo the run?',
        command: shellCommand(['scim-audit', 'undo', runFolder, '--yes'], io.process.shell),
        isGiven: flags.yes === true,
      },
      io,
    );
    io.interruption.listen();
    const receipt = await prepared.run();
    if (receipt.wasDone) return doneAlready;
    for (const each of receipt.left) io.stdout.write(fitted(`Left alone: ${leftText(each)}`, io.stdout));
    io.stdout.write(`Journal: ${receipt.journal}\n`);
    const whole = receipt.isAsBefore ? '; everything is as it was before the run' : '';
    if (receipt.isByCopies) return { code: EXIT.done, reason: `undone: ${copies('restored')}${whole}` };
    return {
      code: EXIT.done,
      reason: `undone: ${count(receipt.done, 'action')}${leftCount(receipt.left)}${whole}`,
    };
  });
}
