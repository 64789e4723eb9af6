/** Jama Connect itself on the command line: `apply PLAN --url URL` and `undo RUN --url URL` ask, act and tell. */

import { changeLine, countLines } from '../app/change-text.js';
import { shellCommand, shellWord } from '../app/command-words.js';
import type { LivePlace } from '../app/jama-connection.js';
import { type LiveApplication, type LiveApplyRequest, withLiveApplication, withLiveUndo } from '../app/live.js';
import { printable } from '../reporters/visible.js';
import { count } from '../rules/rule.js';
import type { LiveReceipt } from '../targets/rest/apply.js';
import type { PreparedLiveUndo } from '../targets/rest/undo.js';
import type { LeftAlone } from '../targets/run/undo.js';
import { tellInterruptedUndos } from './interrupted-undos.js';
import { type Ending, EXIT, type Io } from './io.js';
import { contextOf } from './options.js';
import { askConsent } from './questions.js';
import { fitted, verbatim } from './wrap-terminal-text.js';

interface LiveApplyFlags extends LiveApplyRequest {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** What a person must know before Jama Connect itself is changed. */
const WARNINGS = [
  'The changes take effect at once: users who are renamed sign in by the new username from then on. Jama Connect does not tell them; notices.csv beside the plan lists whom to tell.',
  'The account that this command signs in with needs a Named Creator license and the right to change users and groups.',
  'Each value is read just before it is changed and again afterwards. Jama Connect cannot tie the two together: what someone else changes in the moment between them may be lost, so let nobody else edit these users and groups meanwhile.',
] as const;

/** Applies a plan to Jama Connect itself. */
export async function runLiveApply(planPath: string, flags: LiveApplyFlags, io: Io): Promise<Ending> {
  return withLiveApplication(planPath, flags, contextOf(io), (application) => applyPrepared(planPath, flags, application, io));
}

async function applyPrepared(planPath: string, flags: LiveApplyFlags, { plan, file, url, prepared }: LiveApplication, io: Io): Promise<Ending> {
  const openText = plan.open.length === 0 ? '' : `; ${count(plan.open.length, 'finding of the plan stays', 'findings of the plan stay')} open for a decision`;
  const done = (reason: string): Ending => ({ code: EXIT.done, reason: `${reason}${openText}` });
  const command = (...more: readonly string[]): string => shellCommand(['scim-audit', 'apply', planPath, '--url', url, ...more], io.process.shell);
  if (prepared.state === 'done-already') {
    await tellInterruptedUndos(file, io);
    // Closes the journal of a run that was killed after its last change.
    if (flags.dryRun !== true) await prepared.run();
    return done(plan.actions.length === 0 ? 'nothing to apply: the plan has no actions' : `all is done already${runText(prepared)}, nothing was written`);
  }
  const { actions, names, left, usersLeft } = prepared;
  const after = left === 0 ? '' : `; ${count(left, 'action')} would be left`;
  if (flags.dryRun === true) {
    for (const { id, change } of actions) io.stdout.write(fitted(`${id}  ${changeLine(change, names)}`, io.stdout));
    return done(`dry run: ${count(actions.length, 'action')} would be applied in Jama Connect at ${printable(url)}${after}; nothing was written`);
  }
  const rate = flags.rate === undefined ? [] : ['--rate', String(flags.rate)];
  const first = flags.first === undefined ? [] : ['--first', String(flags.first)];
  const most = flags.maxChanges === undefined ? [] : ['--max-changes', String(flags.maxChanges)];
  const isSuggested = prepared.isFirst && flags.first === undefined && prepared.users > 1;
  await askConsent(
    {
      summary: [
        `This applies ${count(actions.length, 'action')} in Jama Connect itself, at ${printable(url)}${prepared.earlier === undefined ? '' : `, and goes on with run ${prepared.earlier.run}`}`,
        ...countLines(actions.map(({ change }) => change)),
        ...(left === 0
          ? []
          : [`  ${count(left, 'action')} of ${count(usersLeft, 'user')} and of groups and memberships ${left === 1 ? 'is' : 'are'} left for later`]),
        ...WARNINGS,
        ...(isSuggested
          ? [
              'This is the first live run of this plan. Try it on one user first, and look at that user in Jama Connect:',
              verbatim(`  ${command('--first', '1', ...rate)}`),
            ]
          : []),
        'Each change is shown with --dry-run.',
      ],
      question: 'Apply the plan to Jama Connect?',
      command: command(...first, ...most, ...rate, '--yes'),
      isGiven: flags.yes === true,
    },
    io,
  );
  io.interruption.listen();
  const receipt = await prepared.run();
  if (receipt.wasDone) return done('all is done already, nothing was written');
  tellReceipt(receipt, { command, rate, url, planPath }, io);
  if (receipt.left > 0)
    return done(`paused: ${count(receipt.done, 'action')} of ${count(receipt.users, 'user')} applied, ${count(receipt.left, 'action')} left`);
  return done(`applied: ${count(receipt.done, 'action')}`);
}

const runText = ({ earlier }: LiveApplication['prepared']): string => (earlier === undefined ? '' : ` (run ${earlier.run})`);

interface Told {
  readonly command: (...more: readonly string[]) => string;
  readonly rate: readonly string[];
  readonly url: string;
  readonly planPath: string;
}

function tellReceipt({ done, users, left, journal, runFolder }: LiveReceipt, { command, rate, url, planPath }: Told, { stdout, process: { shell } }: Io): void {
  const next =
    left > 0
      ? [
          'Look at these users in Jama Connect; then go on with the same run, with all of the rest or with some more users',
          verbatim(`  ${command(...rate)}`),
          verbatim(`  ${command('--first', '20', ...rate)}`),
        ]
      : [
          verbatim(`  ${shellCommand(['scim-audit', 'verify', planPath, '--url', url, ...rate], shell)}`),
          '  Tell the users whom notices.csv lists that their login has changed.',
        ];
  stdout.write(
    fitted(
      [
        `Applied ${count(done, 'action')}${users === 0 ? '' : ` of ${count(users, 'user')}`} in Jama Connect at ${printable(url)}; each was read again.`,
        verbatim(`Journal: ${journal}`),
        verbatim(`To undo it: scim-audit undo ${shellWord(runFolder, shell)} --url ${shellWord(url, shell)}`),
        '',
        left > 0 ? 'Next (the run is paused)' : 'Next',
        ...next,
      ],
      stdout,
    ),
  );
}

interface LiveUndoFlags extends LivePlace {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

const leftCount = ({ length }: readonly LeftAlone[]): string => (length === 0 ? '' : `, ${count(length, 'action')} left alone for the reasons above`);

/** Undoes a live run. */
export const runLiveUndo = (runFolder: string, flags: LiveUndoFlags, io: Io): Promise<Ending> =>
  withLiveUndo(runFolder, flags, contextOf(io), (prepared) => undoPrepared(runFolder, flags, prepared, io));

async function undoPrepared(runFolder: string, flags: LiveUndoFlags, prepared: PreparedLiveUndo, io: Io): Promise<Ending> {
  if (prepared.state === 'nothing') return { code: EXIT.done, reason: 'the run never wrote anything; there is nothing to undo' };
  if (prepared.state === 'done-already') return { code: EXIT.done, reason: 'the run was undone already; nothing was written' };
  const { tasks, names, url, left } = prepared;
  const leftText = ({ change, reason }: LeftAlone): string => `${changeLine(change, names)} (${printable(reason)})`;
  if (flags.dryRun === true) {
    for (const { id, change } of tasks) io.stdout.write(fitted(`${id}  ${changeLine(change, names)}`, io.stdout));
    for (const each of left) io.stdout.write(fitted(`${each.id}  left alone: ${leftText(each)}`, io.stdout));
    return { code: EXIT.done, reason: `dry run: ${count(tasks.length, 'action')} would be undone${leftCount(left)}; nothing was written` };
  }
  if (tasks.length > 0)
    await askConsent(
      {
        summary: [
          `This undoes ${count(tasks.length, 'action')} in Jama Connect itself, at ${printable(url)}. It takes effect at once: users sign in by their former usernames from then on.`,
          ...left.map((each) => `  left alone: ${leftText(each)}`).slice(0, 50),
        ],
        question: 'Undo the run in Jama Connect?',
        command: shellCommand(['scim-audit', 'undo', runFolder, '--url', url, '--yes'], io.process.shell),
        isGiven: flags.yes === true,
      },
      io,
    );
  io.interruption.listen();
  const receipt = await prepared.run();
  for (const each of receipt.left) io.stdout.write(fitted(`Left alone: ${leftText(each)}`, io.stdout));
  io.stdout.write(fitted(verbatim(`Journal: ${receipt.journal}`), io.stdout));
  const whole = receipt.left.length === 0 ? '; all that the run changed is as it was before' : '';
  return { code: EXIT.done, reason: `undone: ${count(receipt.done, 'action')}${leftCount(receipt.left)}${whole}` };
}
