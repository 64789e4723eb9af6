/** `undo RUN --url URL`: asks, undoes and tells. */

import { changeLine } from '../app/change-text.js';
import { shellCommand } from '../app/command-words.js';
import type { LivePlace } from '../app/jama-connection.js';
import { withLiveUndo } from '../app/live.js';
import { printable } from '../reporters/visible.js';
import { count } from '../rules/rule.js';
import type { PreparedLiveUndo } from '../targets/rest/undo.js';
import type { LeftAlone } from '../targets/run/undo.js';
import { contextOf } from './context.js';
import { type Ending, EXIT } from './ending.js';
import type { Io } from './io.js';
import { askConsent } from './questions.js';
import { fitted, verbatim } from './wrap-terminal-text.js';

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
