/** How every run begins and ends: with locks, and with a journal that is closed on every path. */

import { existsSync } from 'node:fs';
import { UserError } from '../../model/user-error.js';
import { systemReason } from './files.js';
import { type EndRecord, type InputRecord, JournalWriter } from './journal.js';
import { type Lock, lockOwner, takeLock } from './lock.js';
import { ApplyInterrupted, ApplyRefused, ApplyStopped, type Checkpoint, Halted, Misnamed, type ProcessInfo } from './stops.js';

/** Takes all locks, does the work, and releases them in any case. */
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

/** Returns an error as the user should see it, by whether something was written. */
export function asRunError(error: unknown, checkpoint: Checkpoint, words: { readonly again: string; readonly journal?: string }): unknown {
  if (error instanceof Halted)
    return new ApplyInterrupted(error.signal, 'interrupted before the first write; nothing was changed.', `To go on: ${words.again}`);
  if (error instanceof ApplyStopped || error instanceof ApplyInterrupted) return error;
  if (checkpoint.hasWritten) {
    return new ApplyStopped(
      `Stopped after something was written: ${reasonOf(error)}.`,
      `To finish: ${words.again}`,
      words.journal === undefined ? [] : [`The journal lists what was done and what was not: ${words.journal}`],
    );
  }
  if (error instanceof ApplyRefused || error instanceof Misnamed) return error;
  if (error instanceof UserError) return new ApplyRefused(error.message, `Nothing was changed. ${error.hint ?? ''}`.trim(), error.details);
  const reason = systemReason(error);
  return reason === undefined ? error : new ApplyRefused(`It could not be written: ${reason}.`, 'Nothing was changed. Fix this, then run the command again.');
}

/** Removes locks of dead processes; a live one's stays. */
export function clearDeadLocks(files: readonly string[], command: string, world: ProcessInfo): void {
  for (const file of files) if (existsSync(file) && lockOwner(file, world) === undefined) takeLock(file, command, world).release();
}

/** Closes the journal of a run whose process died, with the current state of the data. Call it only while holding the locks. */
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

/** Writes a journal's last line if possible. */
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
    // A full disk takes no last line; a journal without an end means exactly that.
  }
}
