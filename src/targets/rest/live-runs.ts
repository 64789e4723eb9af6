/** The live runs of a plan, according to their journals. */

import { join } from 'node:path';
import { type Note, note } from '../../model/note.js';
import { UserError } from '../../model/user-error.js';
import { JamaError } from '../../rest/answers.js';
import { systemReason } from '../run/files.js';
import type { RunRecord } from '../run/journal.js';
import { type JournalDigest, ownIntents } from '../run/read-journal.js';
import { JOURNAL, type KnownRun, knownRuns, undoOf } from '../run/run-folder.js';
import { asRunError } from '../run/run-lifecycle.js';
import { ApplyInterrupted, ApplyStopped, type Checkpoint, Halted, Misnamed } from '../run/stops.js';

export const TARGET_ID = 'rest';

export const isLive = ({ run }: Pick<JournalDigest, 'run'>): boolean => run.mode === 'live';

/** The reading of a run that reads no files. */
export const NO_FILES: RunRecord['reading'] = {
  users: [],
  inactiveUsers: [],
  memberships: [],
  columns: {},
  tables: {},
  nulls: [],
  activeMap: {},
  isAssumedActive: false,
};

/** Returns the live runs of a plan on one server, oldest first. */
export const liveRunsOf = (runsFolder: string, planDigest: string, url: string): KnownRun[] =>
  knownRuns(runsFolder).filter(({ journal }) => isLive(journal) && journal.run.planDigest === planDigest && journal.run.url === url);

/** Returns the run that the same command goes on with. */
export function openRunOf(runs: readonly KnownRun[]): KnownRun | undefined {
  const last = runs.at(-1);
  if (last === undefined || last.journal.end?.state === 'finished' || last.journal.isDamaged) return undefined;
  return undoOf(last.folder).progress === 'none' ? last : undefined;
}

/** Returns the ids of the actions that the runs announced; what was refused or found done by somebody else does not count. */
export const announcedBy = (runs: readonly KnownRun[]): ReadonlySet<string> =>
  new Set(runs.flatMap(({ folder }) => ownIntents(join(folder, JOURNAL)).map(({ id }) => id)));

/** Shows whether the runs of a plan are as they were read. */
export const fingerprintOf = (runs: readonly KnownRun[]): string =>
  JSON.stringify(runs.map(({ name, journal, folder }) => [name, journal.intents, journal.done.size, journal.end?.at ?? null, undoOf(folder).progress]));

// How a live run ends that does not come to its end.

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
