/** How a run begins and ends, whatever it does: under locks, with a journal that is closed on every path. */

import { existsSync } from 'node:fs';
import { UserError } from '../../model/user-error.js';
import { type Checkpoint, Halted } from './checkpoint.js';
import { systemReason } from './files.js';
import { type EndRecord, type InputRecord, JournalWriter } from './journal.js';
import { type Lock, lockOwner, takeLock } from './lock.js';
import type { ProcessInfo } from './process-info.js';
import { ApplyInterrupted, ApplyRefused, ApplyStopped, Misnamed } from './refusal.js';

/** Takes all locks, works, and gives them back whatever comes. */
export async function underLocks<T>(files: readonly string[], command: string, world: ProcessInfo, work: () => Promise<T>): Promise<T> {
  const locks: Lock[] = [];
  try {
    for (const file of files) locks.push(takeLock(file, command, world));
    return await work();
  } finally {
    for (const lock of locks.reverse()) lock.release();
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof UserError ? error.message.replace(/\.$/, '') : (systemReason(error) ?? (error instanceof Error ? error.message : String(error)));

/** Returns an error as the person is told it, by whether something was written. */
export function told(error: unknown, gate: Checkpoint, words: { readonly again: string; readonly journal?: string }): unknown {
  if (error instanceof Halted)
    return new ApplyInterrupted(error.signal, 'interrupted before the first write; nothing was changed.', `To go on: ${words.again}`);
  if (error instanceof ApplyStopped || error instanceof ApplyInterrupted) return error;
  if (gate.hasWritten) {
    return new ApplyStopped(
      `Stopped after something was written: ${reasonOf(error)}.`,
      `To finish: ${words.again}`,
      words.journal === undefined ? [] : [`What was done and what was not stands in ${words.journal}`],
    );
  }
  if (error instanceof ApplyRefused || error instanceof Misnamed) return error;
  if (error instanceof UserError) return new ApplyRefused(error.message, `Nothing was changed. ${error.hint ?? ''}`.trim(), error.details);
  const reason = systemReason(error);
  return reason === undefined ? error : new ApplyRefused(`It could not be written: ${reason}.`, 'Nothing was changed. Fix that, then run this again.');
}

/** Takes the locks of dead processes away; a living one's stays. */
export function clearDeadLocks(files: readonly string[], command: string, world: ProcessInfo): void {
  for (const file of files) if (existsSync(file) && lockOwner(file, world) === undefined) takeLock(file, command, world).release();
}

/** Ends the journal of a run whose process died, with what is known of it now. To be called under the locks only. */
export function endForTheDead(file: string, ids: readonly string[], end: Omit<EndRecord, 'type' | 'at'>, world: ProcessInfo): void {
  const journal = new JournalWriter(file);
  try {
    for (const id of ids) journal.write({ type: 'outcome', id, outcome: 'done' });
    journal.write({ type: 'end', at: world.now().toISOString(), ...end });
    journal.sync();
  } finally {
    journal.close();
  }
}

/** Writes a journal's last line as far as that can be done. */
export function closeJournal(
  journal: JournalWriter,
  { error, leaves, world }: { readonly error: unknown; readonly leaves: readonly InputRecord[]; readonly world: ProcessInfo },
): void {
  const end: EndRecord = {
    type: 'end',
    state: error instanceof Halted ? 'interrupted' : 'stopped',
    reason: reasonOf(error),
    at: world.now().toISOString(),
    leaves,
  };
  try {
    journal.write(end);
    journal.sync();
  } catch {
    // A full disk takes no last line; a journal without one says just that.
  }
}
