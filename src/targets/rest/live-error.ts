/** How a live run ends that does not come to its end. */

import { type Note, note } from '../../model/note.js';
import { UserError } from '../../model/user-error.js';
import { JamaError } from '../../rest/jama-error.js';
import { systemReason } from '../run/files.js';
import { type Checkpoint, Halted } from '../run/process-info.js';
import { ApplyInterrupted, ApplyStopped, Misnamed } from '../run/refusal.js';
import { asRunError } from '../run/run-lifecycle.js';

interface Words {
  /** What finishes it, and what goes back, as sentences. */
  readonly again: Note;
  readonly journal?: string;
}

const parts = (text: Note): readonly Exclude<Note, string>[number][] => (typeof text === 'string' ? [text] : text);

/** Returns an error as the user should see it, by whether Jama Connect may have changed something. */
export function asLiveError(error: unknown, checkpoint: Checkpoint, { again, journal }: Words): unknown {
  if (error instanceof ApplyStopped || error instanceof ApplyInterrupted) return error;
  const journalLines: readonly Note[] = journal === undefined ? [] : [`The journal lists what was done and what was not: ${journal}`];
  if (checkpoint.hasWritten && error instanceof Halted)
    return new ApplyInterrupted(error.signal, 'interrupted between two changes; what was made so far stays, and the journal lists it.', String(again));
  if (checkpoint.hasWritten) {
    const told =
      error instanceof UserError ? error.notes : { message: systemReason(error) ?? (error instanceof Error ? error.message : String(error)), hint: undefined };
    const hint: readonly Note[] = told.hint === undefined ? [] : [told.hint];
    return new ApplyStopped(note`Stopped after at least one change was sent: ${parts(told.message)}`, again, [...hint, ...journalLines]);
  }
  // Not reached, not signed in, not permitted: there is no answer, rather than a refusal of this plan.
  if (error instanceof JamaError) {
    const { message, hint } = error.notes;
    return new JamaError(error.failure, note`${parts(message)} Nothing was changed.`, hint, error.status);
  }
  if (error instanceof Misnamed) return error;
  return asRunError(error, checkpoint, { again: String(again) });
}

/** Throws Halted if a person asked to stop; between two changes also after the first one. */
export async function passLive(checkpoint: Checkpoint, step: string, mayStop: boolean): Promise<void> {
  await checkpoint.pass(step);
  const signal = checkpoint.keeper.interrupted();
  if (signal !== undefined && mayStop) throw new Halted(signal);
}
