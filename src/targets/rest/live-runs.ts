/** The live runs of a plan, according to their journals. */

import { join } from 'node:path';
import type { RunRecord } from '../run/journal.js';
import { type JournalDigest, ownIntents } from '../run/read-journal.js';
import { JOURNAL, type KnownRun, knownRuns, undoOf } from '../run/run-folder.js';

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
