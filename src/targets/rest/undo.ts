/** Undoes a live run: what it changed gets its former value, one change after the other; what was changed since is left alone. */

import { basename, dirname, join, resolve } from 'node:path';
import type { Plan } from '../../plan/plan.js';
import { JOURNAL_VERSION, JournalWriter } from '../run/journal.js';
import { refuseHeld } from '../run/lock.js';
import { type JournalDigest, ownIntents, readJournal } from '../run/read-journal.js';
import { withTemporaryMarks } from '../run/reversal.js';
import { isFinishedUndo, JOURNAL, lockIn, nextUndoJournal, undoJournals } from '../run/run-folder.js';
import { closeJournal, underLocks } from '../run/run-lifecycle.js';
import { ApplyRefused, Checkpoint, type GateKeeper, type ProcessInfo } from '../run/stops.js';
import type { LeftAlone } from '../run/undo.js';
import { endsOf, threadName } from './changes.js';
import { callOf, type JamaLive, ownAccount } from './jama-live.js';
import { asLiveError, passLive } from './live-runs.js';
import { LeftAsIs, makeChange } from './make-change.js';
import { type Reversible, reversibleOf } from './reversible.js';

export interface LiveUndoRequest extends GateKeeper {
  readonly runFolder: string;
  /** The journal of the run. */
  readonly journal: JournalDigest;
  readonly live: JamaLive;
  /** The plan of the run, if it can be read and is still the same. */
  readonly plan?: Plan | undefined;
  readonly world: ProcessInfo;
  sleep(milliseconds: number): Promise<void>;
  onProgress?(doing: string, done: number, of: number): void;
}

export interface LiveUndoReceipt {
  readonly journal: string;
  readonly done: number;
  readonly left: readonly LeftAlone[];
}

export interface PreparedLiveUndo {
  /** `nothing`: the run never changed anything. */
  readonly state: 'ready' | 'done-already' | 'nothing';
  readonly of: { readonly run: string; readonly runFolder: string };
  readonly url: string;
  /** Inverse changes in the order in which they are made. */
  readonly tasks: Reversible['tasks'];
  readonly left: readonly LeftAlone[];
  readonly names: { readonly users: ReadonlyMap<string, string>; readonly groups: ReadonlyMap<string, string> };
  run(): Promise<LiveUndoReceipt>;
}

const again = ({ runFolder, live }: LiveUndoRequest): string => `To finish: scim-audit undo ${runFolder} --url ${live.url}`;

/** Returns what undoing a live run would do. Throws ApplyRefused if that cannot be said, and a JamaError if Jama Connect cannot be read. */
export async function prepareLiveUndo(request: LiveUndoRequest): Promise<PreparedLiveUndo> {
  const folder = resolve(request.runFolder);
  try {
    const found = await look(request);
    const { reversible, isUndone, isUnwritten } = found;
    const nothing = isUndone ? 'done-already' : isUnwritten && found.left.length === 0 ? 'nothing' : 'ready';
    const users = [...(reversible?.survey.users.values() ?? [])];
    return {
      state: nothing,
      of: { run: basename(folder), runFolder: folder },
      url: request.live.url,
      tasks: withTemporaryMarks(reversible?.tasks ?? []),
      left: found.left,
      names: {
        users: new Map(users.map(({ id, userName }) => [id, userName])),
        groups: new Map([...(reversible?.survey.groups.values() ?? [])].map(({ id, name }) => [id, name])),
      },
      run: () => carryOut(request),
    };
  } catch (error) {
    throw asLiveError(error, new Checkpoint(request), { again: again(request) });
  }
}

interface Found {
  readonly reversible?: Reversible;
  readonly left: readonly LeftAlone[];
  readonly isUndone: boolean;
  readonly isUnwritten: boolean;
  /** The journal that this undo writes or continues. */
  readonly undoFile: string;
  readonly isContinued: boolean;
}

async function look(request: LiveUndoRequest, isLocked = false): Promise<Found> {
  const { journal, live, plan, world, onProgress = () => {} } = request;
  const folder = resolve(request.runFolder);
  const file = join(folder, JOURNAL);
  if (!isLocked) refuseHeld(lockIn(dirname(folder)), world);
  refuseStrange(request);
  const undos = undoJournals(folder).map((each) => ({ file: each, digest: readJournal(each) }));
  const last = undos.at(-1);
  const isFinished = isFinishedUndo(last?.digest);
  const isContinued = last?.digest !== undefined && !isFinished && !last.digest.isDamaged;
  const base = { undoFile: isContinued && last !== undefined ? last.file : nextUndoJournal(folder, undos.length), isContinued, left: [], isUndone: false };
  if (isFinished && last?.digest?.hasRefusals !== true) return { ...base, isUndone: true, isUnwritten: false };
  const intents = ownIntents(file);
  const isEnded = journal.end !== undefined;
  if (intents.length === 0 && isEnded) return { ...base, isUnwritten: true };
  if (intents.length === 0 && plan === undefined) throw endless(request);
  const undone = new Set(undos.flatMap(({ digest }) => (isFinishedUndo(digest) && digest !== undefined ? [...digest.done] : [])));
  const onRead = (read: number, of: number): void => onProgress('Reading what the run changed', read, of);
  await ownAccount(live);
  const reversible = await reversibleOf({ live, journal, intents, undone, plan: isEnded ? undefined : plan, onRead });
  const isNothingLeft = reversible.tasks.length === 0 && isFinished;
  return { ...base, reversible, left: reversible.left, isUndone: isNothingLeft, isUnwritten: intents.length === 0 };
}

function refuseStrange({ journal, runFolder }: LiveUndoRequest): void {
  if (journal.run.schemaVersion !== JOURNAL_VERSION)
    throw new ApplyRefused(
      `The journal of ${runFolder} has the version ${journal.run.schemaVersion}; this version of scim-audit reads version ${JOURNAL_VERSION}.`,
      'Nothing was changed. Undo the run with the scim-audit that made it.',
    );
  if (journal.isDamaged)
    throw new ApplyRefused(
      `The journal of ${runFolder} is damaged: lines are missing or changed.`,
      `Nothing was changed. What the plan changes, and what of it is in Jama Connect now, says: scim-audit verify ${journal.run.planFile} --url ${journal.run.url ?? ''}`,
    );
}

const endless = ({ runFolder, journal }: LiveUndoRequest): ApplyRefused =>
  new ApplyRefused(
    `The journal of ${runFolder} records no change and has no end, so it may have lost lines, and its plan cannot be read to compare.`,
    `Nothing was changed. Put the plan back to ${journal.run.planFile} and run this command again.`,
  );

async function carryOut(request: LiveUndoRequest): Promise<LiveUndoReceipt> {
  const checkpoint = new Checkpoint(request);
  const { world, live, runFolder } = request;
  const folder = resolve(runFolder);
  let file = join(folder, JOURNAL);
  try {
    await checkpoint.pass('start');
    return await underLocks([lockIn(dirname(folder))], `scim-audit undo ${runFolder} --url ${live.url}`, world, async () => {
      await checkpoint.pass('locked');
      const found = await look(request, true);
      file = found.undoFile;
      if (found.reversible === undefined || found.isUndone) return { journal: file, done: 0, left: found.left };
      return writeAll(request, checkpoint, found, found.reversible);
    });
  } catch (error) {
    throw asLiveError(error, checkpoint, { again: again(request), journal: file });
  }
}

async function writeAll(request: LiveUndoRequest, checkpoint: Checkpoint, found: Found, { tasks }: Reversible): Promise<LiveUndoReceipt> {
  const { journal: applied, world } = request;
  const journal = new JournalWriter(found.undoFile);
  let isEnded = false;
  try {
    const { resumes: _, ...run } = applied.run;
    const begun = { pid: world.pid, host: world.host, startedAt: world.now().toISOString() };
    journal.write({ ...run, ...begun, kind: 'undo', isSealed: true, ...(found.isContinued ? { resumes: true as const } : {}) });
    journal.sync();
    await checkpoint.pass('begun');
    const { done, left } = await undoAll(request, { journal, checkpoint, tasks });
    const all = [...found.left, ...left];
    for (const { id, reason } of found.left) journal.write({ type: 'outcome', id, outcome: 'refused', reason });
    journal.write({ type: 'end', state: 'finished', at: world.now().toISOString(), leaves: [] });
    journal.sync();
    isEnded = true;
    return { journal: journal.file, done, left: all };
  } catch (error) {
    if (!isEnded) closeJournal(journal, { error, world, leaves: [] });
    throw error;
  } finally {
    journal.close();
  }
}

interface Work {
  readonly journal: JournalWriter;
  readonly checkpoint: Checkpoint;
  readonly tasks: Reversible['tasks'];
}

async function undoAll(
  { live, sleep, onProgress = () => {} }: LiveUndoRequest,
  { journal, checkpoint, tasks }: Work,
): Promise<Omit<LiveUndoReceipt, 'journal'>> {
  const temporary = new Set<string>();
  /** Threads that someone else changed meanwhile. */
  const skipped = new Map<string, string>();
  const left: LeftAlone[] = [];
  let done = 0;
  for (const [index, { id, change }] of withTemporaryMarks(tasks).entries()) {
    const reason = skipped.get(threadName(change));
    if (reason !== undefined) {
      left.push({ id, change, reason });
      journal.write({ type: 'outcome', id, outcome: 'refused', reason });
      continue;
    }
    await passLive(checkpoint, id, temporary.size === 0);
    const [old, next] = endsOf(change);
    const { method, path } = callOf(change);
    journal.write({ type: 'intent', id, at: index, change, where: { call: `${method} ${path}` }, old, new: next });
    journal.sync();
    const mayHaveWritten = (): void => {
      checkpoint.hasWritten = true;
    };
    try {
      const { answer, found } = await makeChange(change, { live, sleep, mayHaveWritten });
      journal.write({ type: 'outcome', id, outcome: 'done', answer, found });
      done++;
    } catch (error) {
      if (!(error instanceof LeftAsIs)) throw error;
      skipped.set(threadName(change), error.message);
      left.push({ id, change, reason: error.message });
      journal.write({ type: 'outcome', id, outcome: 'refused', reason: error.message });
    }
    journal.sync();
    if (change.kind === 'replace-user' && change.attribute === 'userName') {
      if (change.temporary === true) temporary.add(change.user);
      else temporary.delete(change.user);
    }
    onProgress('Undoing in Jama Connect', index + 1, tasks.length);
  }
  return { done, left };
}
