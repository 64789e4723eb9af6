/** Applies a plan to Jama Connect itself: one change after the other, each journaled before and after. */

import { join } from 'node:path';
import type { Change } from '../../model/finding.js';
import type { Action } from '../../plan/plan.js';
import { type NetCounts, netCounts } from '../../plan/verify.js';
import { JOURNAL_VERSION, JournalWriter } from '../run/journal.js';
import { ownIntents } from '../run/read-journal.js';
import { JOURNAL, type KnownRun, knownRuns, lockIn, makeRunFolder, makeRunsFolder, nextNumber, runsFolderOf } from '../run/run-folder.js';
import { closeJournal, underLocks } from '../run/run-lifecycle.js';
import { Checkpoint } from '../run/stops.js';
import { endsOf } from './changes.js';
import { callOf } from './jama-live.js';
import { asLiveError, fingerprintOf, liveRunsOf, NO_FILES, passLive, TARGET_ID } from './live-runs.js';
import { makeChange } from './make-change.js';
import { type LiveRequest, refuseBarredLive, type Situation, situationOf } from './prepare.js';

export interface LiveReceipt {
  readonly run: string;
  readonly runFolder: string;
  readonly journal: string;
  /** Actions and users that this call changed. */
  readonly done: number;
  readonly users: number;
  /** Actions and users that are left; the same command goes on with them. */
  readonly left: number;
  readonly usersLeft: number;
  /** Values and memberships that these actions changed, without temporary usernames. */
  readonly net: NetCounts;
  /** True if everything was done before; this call wrote nothing. */
  readonly wasDone: boolean;
}

export interface PreparedLive {
  readonly state: 'ready' | 'done-already';
  /** The unfinished run that run() goes on with. */
  readonly earlier?: { readonly run: string; readonly runFolder: string };
  /** True if no live run of this plan has written anything on this server. */
  readonly isFirst: boolean;
  /** The actions that run() makes, in order. */
  readonly actions: readonly Action[];
  readonly users: number;
  /** Actions and users that are left after them. */
  readonly left: number;
  readonly usersLeft: number;
  /** What users and groups are called in Jama Connect now. */
  readonly names: { readonly users: ReadonlyMap<string, string>; readonly groups: ReadonlyMap<string, string> };
  /** Takes the lock and writes. Throws ApplyRefused, ApplyStopped, ApplyInterrupted or a JamaError. */
  run(): Promise<LiveReceipt>;
}

const again = (folder: string, url: string): string => `To go on: run the same command again. To undo what was made: scim-audit undo ${folder} --url ${url}`;

/** Reads everything that must be certain; writes nothing. Throws ApplyRefused or a JamaError. */
export async function prepareLive(request: LiveRequest): Promise<PreparedLive> {
  const { plan, planFile, world } = request;
  try {
    refuseBarredLive(planFile, world);
    const situation = await situationOf(request);
    const { portion, remaining, resumes, users, usersLater, isFirst, survey } = situation;
    return {
      state: remaining.length === 0 ? 'done-already' : 'ready',
      ...(resumes === undefined ? {} : { earlier: { run: resumes.name, runFolder: resumes.folder } }),
      isFirst,
      actions: portion.map((at) => plan.actions[at]),
      users,
      left: remaining.length - portion.length,
      usersLeft: usersLater,
      names: {
        users: new Map([...survey.users.values()].map(({ id, userName }) => [id, userName])),
        groups: new Map([...survey.groups.values()].map(({ id, name }) => [id, name])),
      },
      run: () => carryOut(request, situation),
    };
  } catch (error) {
    throw asLiveError(error, new Checkpoint(request), { again: 'Run the same command again.' });
  }
}

async function carryOut(request: LiveRequest, prepared: Situation): Promise<LiveReceipt> {
  const { plan, planFile, live, world } = request;
  const checkpoint = new Checkpoint(request);
  const runsFolder = runsFolderOf(planFile);
  let folder: string | undefined;
  try {
    await checkpoint.pass('start');
    // Everything is done, and no journal is open: there is nothing to lock or to make.
    if (prepared.remaining.length === 0 && prepared.resumes === undefined) return nothingDone();
    makeRunsFolder(runsFolder);
    return await underLocks([lockIn(runsFolder)], `scim-audit apply ${planFile} --url ${live.url}`, world, async () => {
      await checkpoint.pass('locked');
      const isSame = fingerprintOf(liveRunsOf(runsFolder, plan.digest, live.url)) === prepared.fingerprint;
      const situation = isSame ? prepared : await situationOf(request);
      const { remaining, resumes } = situation;
      if (remaining.length === 0 && resumes === undefined) return nothingDone();
      const runs = knownRuns(runsFolder);
      const run = resumes?.name ?? makeRunFolder(runsFolder, plan.digest, world);
      folder = join(runsFolder, run);
      return writeAll(request, { situation, checkpoint, run, folder, number: resumes?.journal.run.number ?? nextNumber(runs) });
    });
  } catch (error) {
    const journal = folder === undefined ? {} : { journal: join(folder, JOURNAL) };
    throw asLiveError(error, checkpoint, { again: folder === undefined ? 'Run the same command again.' : again(folder, live.url), ...journal });
  }
}

const NO_NET: NetCounts = { values: 0, removedMembers: 0, addedMembers: 0 };

const nothingDone = (): LiveReceipt => ({ run: '', runFolder: '', journal: '', done: 0, users: 0, left: 0, usersLeft: 0, net: NO_NET, wasDone: true });

interface Begun {
  readonly situation: Situation;
  readonly checkpoint: Checkpoint;
  readonly run: string;
  readonly folder: string;
  readonly number: number;
}

async function writeAll(request: LiveRequest, { situation, checkpoint, run, folder, number }: Begun): Promise<LiveReceipt> {
  const { plan, planFile, live, world } = request;
  const { resumes, portion, remaining } = situation;
  await checkpoint.pass('folder made');
  const journal = new JournalWriter(join(folder, JOURNAL));
  let isEnded = false;
  try {
    journal.write({
      type: 'run',
      schemaVersion: JOURNAL_VERSION,
      kind: 'apply',
      run,
      planFile,
      planDigest: plan.digest,
      actions: plan.actions.length,
      mode: 'live',
      targets: [],
      inputs: [],
      reading: NO_FILES,
      authTypeMap: plan.settings.authTypeMap,
      collation: plan.settings.collation,
      pid: world.pid,
      host: world.host,
      startedAt: world.now().toISOString(),
      number,
      isSealed: true,
      targetId: TARGET_ID,
      url: live.url,
      ...(resumes === undefined ? {} : { resumes: true as const }),
    });
    recordDone(journal, request, situation, resumes);
    journal.sync();
    await checkpoint.pass('begun');
    const made = await makeAll(request, { journal, checkpoint, portion, situation });
    const left = remaining.length - portion.length;
    journal.write({ type: 'end', state: left === 0 ? 'finished' : 'paused', at: world.now().toISOString(), leaves: [] });
    journal.sync();
    isEnded = true;
    const net = netCounts({ actions: portion.map((at) => plan.actions[at]) });
    const { users, usersLater: usersLeft } = situation;
    return { run, runFolder: folder, journal: journal.file, done: made, users, left, usersLeft, net, wasDone: portion.length === 0 };
  } catch (error) {
    if (!isEnded) closeJournal(journal, { error, world, leaves: [] });
    throw error;
  } finally {
    journal.close();
  }
}

/** Records the actions that Jama Connect has already: those that a killed process announced were its own. */
function recordDone(journal: JournalWriter, { plan }: LiveRequest, { remaining }: Situation, resumes: KnownRun | undefined): void {
  const isLeft = new Set(remaining);
  const announced = new Set(resumes === undefined ? [] : ownIntents(join(resumes.folder, JOURNAL)).map(({ id }) => id));
  plan.actions.forEach(({ id }, at) => {
    if (isLeft.has(at) || resumes?.journal.done.has(id) === true) return;
    journal.write({
      type: 'outcome',
      id,
      outcome: 'done',
      ...(announced.has(id) ? { reason: 'found done' } : { reason: 'it was so already', isForeign: true }),
    });
  });
}

interface Work {
  readonly journal: JournalWriter;
  readonly checkpoint: Checkpoint;
  readonly portion: readonly number[];
  readonly situation: Situation;
}

async function makeAll(request: LiveRequest, { journal, checkpoint, portion, situation }: Work): Promise<number> {
  const { plan, live, sleep, onProgress = () => {} } = request;
  /** Users who have a temporary username now: the run does not stop there of its own accord. */
  const temporary = new Set<string>();
  let made = 0;
  for (const at of portion) {
    const { id, change } = plan.actions[at];
    await passLive(checkpoint, `${id}`, temporary.size === 0);
    const [from, to] = endsOf(change);
    journal.write({ type: 'intent', id, at, change, where: placeOf(change, situation), old: from, new: to });
    journal.sync();
    let isUncertain = false;
    try {
      const mayHaveWritten = (): void => {
        checkpoint.hasWritten = true;
        isUncertain = true;
      };
      const { isForeign, answer, found } = await makeChange(change, { live, sleep, mayHaveWritten });
      journal.write({ type: 'outcome', id, outcome: 'done', answer, found, ...(isForeign ? { isForeign } : {}) });
    } catch (error) {
      // Without an outcome, the journal says that it is not known.
      if (!isUncertain) journal.write({ type: 'outcome', id, outcome: 'refused', reason: error instanceof Error ? error.message : String(error) });
      throw error;
    }
    journal.sync();
    if (change.kind === 'replace-user' && change.attribute === 'userName') {
      if (change.temporary === true) temporary.add(change.user);
      else temporary.delete(change.user);
    }
    onProgress('Changing Jama Connect', ++made, portion.length);
  }
  return made;
}

/** Returns the call of a change, and whether it proves that members lists hold inactive users. */
function placeOf(change: Change, { survey }: Situation): { readonly call: string; readonly wasInactive?: true } {
  const { method, path } = callOf(change);
  const isInactive = change.kind === 'remove-member' && survey.members.get(change.group)?.get(change.user) === false;
  return { call: `${method} ${path}`, ...(isInactive ? { wasInactive: true as const } : {}) };
}
