/** Undoes a run: prepare first, then run. */

import { dirname, join, resolve } from 'node:path';
import type { AuthenticationType } from '../../model/directory.js';
import type { Change } from '../../model/finding.js';
import type { CollationName } from '../../model/policy.js';
import type { SourceRequest } from '../../sources/source.js';
import type { Job, TargetInput, Written } from '../target.js';
import { refuseUnwritable, refuseWithoutPermission } from './files.js';
import { collationIn, type InputRecord, JournalWriter, type RunRecord } from './journal.js';
import { refuseHeld } from './lock.js';
import type { Task } from './net-work.js';
import { intentsIfWhole, type JournalDigest, readIntents, wholeIntents } from './read-journal.js';
import { actionsOf, announcedReversal, inverseOf, withTemporaryMarks } from './reversal.js';
import { clearLeftovers, JOURNAL, RUNS_ADVICE } from './run-folder.js';
import { asRunError, clearDeadLocks, closeJournal, endForTheDead, underLocks } from './run-lifecycle.js';
import { dataStateOf } from './runs.js';
import { Checkpoint, type ProcessInfo, RowsMoved, type Signal } from './stops.js';
import { isClosed, type Looked, locksOf, look, reversalOf } from './undo-state.js';

export interface UndoRequest {
  readonly runFolder: string;
  /** A person has agreed to changing the target. */
  readonly isAgreed?: boolean;
  readonly world: ProcessInfo;
  interrupted(): Signal | undefined;
  at?(step: string): void;
}

/** An action of the run that is not undone, and why. */
export interface LeftAlone {
  readonly id: string;
  readonly change: Change;
  readonly reason: string;
}

export interface UndoReceipt {
  readonly run: string;
  readonly runFolder: string;
  readonly journal: string;
  /** Number of actions that were undone. */
  readonly done: number;
  readonly left: readonly LeftAlone[];
  /** True if the target is byte for byte, or row for row, as it was before the run. */
  readonly isAsBefore: boolean;
  /** True if the run was undone already or had written nothing; this undo wrote nothing. */
  readonly wasDone: boolean;
  /** True if the run's copies were restored because its journal is damaged. */
  readonly isByCopies: boolean;
}

export interface PreparedUndo {
  /** `nothing`: the run never wrote. */
  readonly state: 'ready' | 'done-already' | 'nothing';
  /** Name and folder of the run that is undone. */
  readonly of: { readonly run: string; readonly runFolder: string };
  /** Absolute paths of the files that change. */
  readonly targets: readonly string[];
  /** How to read the target. */
  readonly reading: SourceRequest;
  readonly authTypeMap: Readonly<Record<string, AuthenticationType>>;
  readonly collation: CollationName;
  /** `untouched`, `half`: the target is exactly as the run left it, or as the run was killed, and all of it is undone. `changed`: the data have changed since. */
  readonly dataState: 'untouched' | 'half' | 'changed';
  /** True if the journal has lost actions of the run, so the description is incomplete: the run's copies are restored as a whole. */
  readonly isByCopies: boolean;
  /** Inverse changes in the order in which they are made. */
  describe(): readonly { readonly id: string; readonly change: Change }[];
  /** Actions that would not be undone, as far as that can be known before the write. */
  readonly left: readonly LeftAlone[];
  /** Throws ApplyRefused if locks or permissions prevent run() now. */
  refuseBarred(): void;
  run(): Promise<UndoReceipt>;
}

/** Returns what undoing a run would do. Throws ApplyRefused if that cannot be determined. */
export async function prepareUndo(request: UndoRequest): Promise<PreparedUndo> {
  const words = { again: `scim-audit undo ${request.runFolder}` };
  try {
    const looked = await look(request.runFolder, request.isAgreed === true);
    const { state, journal, name, folder, undoFile } = looked;
    const reversal = state.kind === 'reverse' ? await reversalOf(looked) : undefined;
    const steps = (): readonly Task[] => {
      if (state.kind === 'nothing' || state.kind === 'done-already') return [];
      if (reversal !== undefined) return reversal.tasks;
      if (state.kind === 'resume') return actionsOf(readIntents(undoFile));
      return actionsOf(readIntents(join(folder, JOURNAL)))
        .reverse()
        .map(({ id, change }) => ({ id, change: inverseOf(change) }));
    };
    return {
      state: state.kind === 'nothing' || state.kind === 'done-already' ? state.kind : 'ready',
      of: { run: name, runFolder: folder },
      targets: changedBy(state.kind === 'resume' ? state.undone : journal),
      reading: journal.run.reading,
      authTypeMap: journal.run.authTypeMap,
      collation: collationIn(journal.run),
      isByCopies: state.kind === 'restore' && intentsIfWhole(join(folder, JOURNAL)) === undefined,
      dataState: state.kind !== 'restore' ? 'changed' : state.isHalf ? 'half' : 'untouched',
      describe: () => withTemporaryMarks(steps()),
      left: reversal?.left ?? [],
      refuseBarred: () => refuseBarred(looked, request.world),
      run: () => carryOut(request),
    };
  } catch (error) {
    throw asRunError(error, new Checkpoint({ interrupted: () => undefined }), words);
  }
}

/** The locks that an undo takes. */
const allLocks = (looked: Looked): readonly string[] => [join(dirname(looked.folder), '.lock'), ...locksOf(looked)];

function refuseBarred(looked: Looked, world: ProcessInfo): void {
  if (looked.state.kind === 'nothing' || looked.state.kind === 'done-already') return;
  for (const folder of [looked.folder, dirname(looked.folder)]) refuseWithoutPermission(folder, RUNS_ADVICE);
  for (const lock of allLocks(looked)) refuseHeld(lock, world);
  for (const { file, before, after } of looked.journal.files) if (before !== after) refuseUnwritable(file);
}

/** Returns the paths that a run changed and its undo changes: files in place, or a copy as a whole. */
function changedBy({ run, files }: JournalDigest): readonly string[] {
  const changed = files.filter(({ before, after }) => before !== after).map(({ file }) => file);
  return run.mode === 'out' || changed.length === 0 ? run.targets : [...new Set(changed)];
}

async function carryOut(request: UndoRequest): Promise<UndoReceipt> {
  const checkpoint = new Checkpoint(request);
  let file = join(resolve(request.runFolder), JOURNAL);
  try {
    await checkpoint.pass('start');
    const first = await look(request.runFolder, true);
    file = first.undoFile;
    const locks = allLocks(first);
    const command = `scim-audit undo ${request.runFolder}`;
    if (isClosed(first)) {
      clearDeadLocks(locks, command, request.world);
      return nothingDone(first);
    }
    return await underLocks(locks, command, request.world, async () => {
      await checkpoint.pass('locked');
      const looked = await look(request.runFolder, true);
      file = looked.undoFile;
      const { run } = looked.journal;
      const undone = { ...looked.journal, run: { ...run, run: nameOf(looked) } };
      clearLeftovers([looked.journal, undone].map((journal) => ({ name: run.run, folder: looked.folder, journal })));
      if (looked.state.kind === 'done-already' && !isClosed(looked)) {
        const ids = actionsOf(readIntents(file)).map(({ id }) => id);
        endForTheDead(file, ids, { state: 'finished', leaves: looked.inputs.map(asRecord) }, request.world);
      }
      if (looked.state.kind === 'nothing' || looked.state.kind === 'done-already') return nothingDone(looked);
      return writeAll(request, checkpoint, looked);
    });
  } catch (error) {
    throw asRunError(error, checkpoint, { again: `scim-audit undo ${request.runFolder}`, journal: file });
  }
}

const nothingDone = ({ name, folder, inputs, journal, undoFile }: Looked): UndoReceipt => ({
  run: name,
  runFolder: folder,
  journal: undoFile,
  done: 0,
  left: [],
  isAsBefore: inputs.length > 0 && dataStateOf(inputs, journal) === 'before',
  wasDone: true,
  isByCopies: false,
});

const asRecord = ({ role, file, table, sha256 }: TargetInput): InputRecord => ({ role, file, ...(table === undefined ? {} : { table }), sha256 });

/** Undo gives its prepared files a name of their own. */
const nameOf = ({ name }: Looked): string => `${name}.undo`;

async function writeAll({ world }: UndoRequest, checkpoint: Checkpoint, looked: Looked): Promise<UndoReceipt> {
  const { name, folder, journal: applied, inputs } = looked;
  const journal = new JournalWriter(looked.undoFile);
  let isEnded = false;
  try {
    const { run } = applied;
    const records = inputs.map(asRecord);
    const begun = { mode: 'in-place', inputs: records, pid: world.pid, host: world.host, startedAt: world.now().toISOString() } as const;
    const { resumes: _, ...first } = run;
    const record: RunRecord = { ...first, kind: 'undo', isSealed: true, ...begun };
    journal.write(looked.state.kind === 'resume' ? { ...record, resumes: true } : record);
    journal.sync();
    await checkpoint.pass('begun');
    const base = { source: run.reading, inputs, destination: { kind: 'in-place' }, run: nameOf(looked), runFolder: folder, journal, checkpoint } as const;
    const { written, done, left, isByCopies } = await undoAll(base, looked, record);
    checkpoint.hasWritten = true;
    journal.write({ type: 'end', state: 'finished', at: world.now().toISOString(), leaves: written.leaves });
    journal.sync();
    isEnded = true;
    await checkpoint.pass('ended');
    const isAsBefore = dataStateOf(written.leaves, applied) === 'before';
    return { run: name, runFolder: folder, journal: journal.file, done, left, isAsBefore, wasDone: false, isByCopies };
  } catch (error) {
    if (!isEnded) closeJournal(journal, { error, world, leaves: checkpoint.hasWritten ? [] : inputs });
    throw error;
  } finally {
    journal.close();
  }
}

interface Undone {
  readonly written: Written;
  readonly done: number;
  readonly left: readonly LeftAlone[];
  readonly isByCopies: boolean;
}

async function undoAll(base: Omit<Job, 'backups'>, looked: Looked, record: RunRecord): Promise<Undone> {
  const { journal } = base;
  const { target, state, folder, journal: applied } = looked;
  if (state.kind === 'restore') {
    const whole = intentsIfWhole(join(folder, JOURNAL));
    const intents = whole ?? readIntents(join(folder, JOURNAL));
    const isByCopies = whole === undefined;
    try {
      const written = await target.restore({ ...base, backups: '', files: applied.files, intents, isByCopies, copiesFolder: folder });
      return { written, done: actionsOf(intents).length, left: [], isByCopies };
    } catch (error) {
      // Same content in other rows, as after VACUUM: each row is searched for again.
      if (!(error instanceof RowsMoved) || isByCopies) throw error;
      journal.write(record);
    }
  }
  const resumes = state.kind === 'resume' ? state.undone.files : undefined;
  const reversal = resumes === undefined ? await reversalOf(looked) : announcedReversal(wholeIntents(looked.undoFile));
  for (const { id, reason } of reversal.left) journal.write({ type: 'outcome', id, outcome: 'refused', reason });
  const { tasks, previous, left } = reversal;
  const { authTypeMap } = applied.run;
  const collation = collationIn(applied.run);
  const written = await target.write({ ...base, backups: 'undo', tasks, previous, authTypeMap, collation, ...(resumes === undefined ? {} : { resumes }) });
  return { written, done: tasks.length, left, isByCopies: false };
}
