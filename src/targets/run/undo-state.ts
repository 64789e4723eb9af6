/** A run that is to be undone, and the current state of its target. */

import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { collationOf } from '../../model/compare.js';
import { readDirectory } from '../../sources/read-source.js';
import { openSource } from '../../sources/registry.js';
import { targetOf } from '../registry.js';
import type { Target, TargetInput } from '../target.js';
import { hashFile } from './files.js';
import { collationIn, JOURNAL_VERSION } from './journal.js';
import { intentsIfWhole, type JournalDigest, readJournal } from './read-journal.js';
import { planReversal, type Reversal } from './reversal.js';
import { BACKUP, copiesOf, isFinishedUndo, JOURNAL, nextUndoJournal, RUNS, readRun, undoJournals } from './run-folder.js';
import { dataStateOf, hasSurelyNotWritten, isUnwritten } from './runs.js';
import { ApplyRefused, Misnamed } from './stops.js';
import { userNamesBefore } from './usernames-before.js';

type State =
  | { readonly kind: 'nothing' | 'done-already' }
  | { readonly kind: 'restore'; readonly isHalf: boolean }
  | { readonly kind: 'resume'; readonly undone: JournalDigest }
  | { readonly kind: 'reverse' };

/** A run and the current state of its target. */
export interface Looked {
  readonly name: string;
  readonly folder: string;
  readonly journal: JournalDigest;
  readonly target: Target;
  readonly inputs: readonly TargetInput[];
  readonly state: State;
  /** The journal that this undo writes or continues. */
  readonly undoFile: string;
  /** True if an earlier process has begun to write it. */
  readonly isUndoBegun: boolean;
  /** Ids of the actions that were undone before. */
  readonly undone: ReadonlySet<string>;
}

/** `mayWrite`: an incomplete write is rolled back first, so that the target can be read. */
export async function look(runFolder: string, mayWrite: boolean): Promise<Looked> {
  const folder = resolve(runFolder);
  const journal = readRun(folder);
  if (journal === undefined) throw noRun(runFolder, folder);
  const { run } = journal;
  if (run.schemaVersion !== JOURNAL_VERSION) {
    throw new ApplyRefused(
      `The journal of ${runFolder} has the version ${run.schemaVersion}; this version of scim-audit reads version ${JOURNAL_VERSION}.`,
      'Nothing was changed. Undo the run with the scim-audit that made it.',
    );
  }
  const undos = undoJournals(folder).map((file) => ({ file, digest: readJournal(file) }));
  const last = undos.at(-1);
  const isFinished = isFinishedUndo(last?.digest);
  const base = {
    name: run.run,
    folder,
    journal,
    target: targetOf(run),
    inputs: [],
    undoFile: last === undefined || isFinished ? nextUndoJournal(folder, undos.length) : last.file,
    isUndoBegun: last !== undefined && !isFinished,
    undone: new Set(undos.flatMap(({ digest }) => (isFinishedUndo(digest) && digest !== undefined ? [...digest.done] : []))),
  };
  if (isFinished && last?.digest?.hasRefusals !== true) return { ...base, state: { kind: 'done-already' } };
  if (hasSurelyNotWritten(journal)) return { ...base, state: { kind: 'nothing' } };
  refuseMissing(journal, folder);
  if (mayWrite) await base.target.recover?.(run.reading);
  const inputs = await base.target.inspect(run.reading);
  if (isUnwritten(journal)) {
    // A journal without a write may have lost lines: only the data can prove that nothing was written.
    if (dataStateOf(inputs, journal) === 'before') return { ...base, inputs, state: { kind: 'nothing' } };
    throw noWriteRecorded({ journal, folder, inputs });
  }
  const looked = { ...base, inputs, state: stateOf(inputs, journal, isFinished ? undefined : last?.digest) };
  if (looked.state.kind === 'restore') refuseLostCopies(looked);
  // Values that were skipped then may since be as the run left them.
  const isSettled = isFinished && looked.state.kind === 'reverse' && (await reversalOf(looked)).tasks.length === 0;
  return isSettled ? { ...looked, state: { kind: 'done-already' } } : looked;
}

/** Returns the refusal of a folder that is not a readable run. */
function noRun(runFolder: string, folder: string): Error {
  const copies = copiesOf(folder);
  if (copies.length > 0 || (basename(dirname(folder)) === RUNS && existsSync(join(folder, JOURNAL)))) {
    return new ApplyRefused(
      `The journal of ${runFolder} is lost or damaged: it does not say which run it belongs to.`,
      copies.length === 0
        ? 'Nothing was changed. The folder holds no copies from the run: compare the data with your own backup.'
        : `Nothing was changed. Compare the data with the copies that the run made before it changed them, and restore by hand what it changed: ${join(folder, BACKUP)}`,
      copies,
    );
  }
  return new Misnamed(
    existsSync(folder) ? `${runFolder} is not the folder of a run.` : `${runFolder} does not exist.`,
    'Give a folder inside the "runs" folder beside the plan. "scim-audit runs FOLDER" lists the runs of the plan in FOLDER.',
  );
}

const short = (sha256: string): string => `${sha256.slice(0, 12)}…`;

/** Returns the inputs that differ from what the run read, each with the run's copy of it if there is one. */
function differences({ journal, folder, inputs }: Pick<Looked, 'journal' | 'folder' | 'inputs'>): string[] {
  const copies = copiesOf(folder).map((name) => join(folder, BACKUP, name));
  return inputs.flatMap(({ role, file, table, sha256 }) => {
    const { run, files } = journal;
    const isIt = (each: { readonly role: string; readonly file: string; readonly table?: string }): boolean =>
      each.role === role && each.table === table && (run.mode === 'out' || each.file === file);
    const before = files.find(isIt)?.before ?? run.inputs.find(isIt)?.sha256;
    if (before === sha256) return [];
    const name = table === undefined ? file : `${file}, table ${table}`;
    const copy = copies.find((each) => (table === undefined ? before !== undefined && hashFile(each) === before : basename(each) === basename(file)));
    const was = before === undefined ? 'the run did not read it' : `was ${short(before)} when the run began, is ${short(sha256)} now`;
    return [`${name}: ${was}${copy === undefined ? '' : `; as it was: ${copy}`}.`];
  });
}

/** Returns the refusal of a run whose journal records no write although the data differ from what the run read. */
function noWriteRecorded(looked: Pick<Looked, 'journal' | 'folder' | 'inputs'>): ApplyRefused {
  const { folder } = looked;
  const hasCopies = copiesOf(folder).length > 0;
  return new ApplyRefused(
    `The journal in ${folder} records no write, but the data differ from what the run read.`,
    hasCopies
      ? `Nothing was changed. Either someone else has changed the data since, or the journal has lost lines. Compare the data with the run's copies, and restore by hand what the run changed: ${join(folder, BACKUP)}`
      : 'Nothing was changed. The run kept no copies, although it makes them before it writes. So either someone else has changed the data since, or its folder has lost files. Compare the data with your own backup.',
    differences(looked),
  );
}

/** Throws ApplyRefused if a file that the run wrote to no longer exists. */
function refuseMissing({ run }: JournalDigest, folder: string): void {
  const { source, users, inactiveUsers, groups, memberships } = run.reading;
  const written = source === undefined ? [...users, ...inactiveUsers, ...(groups === undefined ? [] : [groups]), ...memberships] : [source];
  const missing = written.filter((file) => !existsSync(file));
  if (missing.length === 0) return;
  const backup = join(folder, BACKUP);
  const it = missing.length === 1 ? 'it' : 'them';
  const kept = existsSync(backup) ? ` Copies from before the run are in ${backup}.` : '';
  throw new ApplyRefused(
    missing.length === 1 ? `${missing[0]} no longer exists.` : `${missing.length} files that the run wrote or read no longer exist.`,
    run.mode === 'out'
      ? 'Nothing was changed. It is the copy that the run made; the run did not change its source, so without the copy there is nothing to undo. If the copy was moved, move it back and run this command again.'
      : `Nothing was changed. Restore ${it} as the run left ${it}, and run this command again.${kept}`,
    missing.length === 1 ? [] : missing,
  );
}

/** Throws ApplyRefused if a file is to be restored but the run's copy of it no longer exists. */
function refuseLostCopies({ journal, inputs, folder }: Looked): void {
  for (const { file, table, before, after, backup } of journal.files) {
    // A database is restored row by row.
    if (table !== undefined || backup === undefined || before === after || existsSync(join(folder, backup))) continue;
    if (inputs.find((input) => input.file === file)?.sha256 !== after) continue;
    throw new ApplyRefused(
      `${join(folder, backup)}, the run's copy of ${file} as it was before, no longer exists.`,
      'Nothing was changed. Put the copy back where it was and run this command again, or restore the file from your own backup.',
    );
  }
}

function stateOf(inputs: readonly TargetInput[], journal: JournalDigest, undone: JournalDigest | undefined): State {
  const dataState = dataStateOf(inputs, journal);
  const hasBegun = undone !== undefined && undone.files.length > 0;
  if (dataState === 'before') return { kind: hasBegun || journal.end?.state === 'finished' ? 'done-already' : 'nothing' };
  if (dataState !== 'other') return { kind: 'restore', isHalf: dataState === 'mixed' };
  // An undo that could not simply restore copies and was killed between two files is finished as announced.
  const reached = hasBegun ? dataStateOf(inputs, undone) : 'other';
  if (reached === 'after') return { kind: 'done-already' };
  return reached === 'mixed' && undone !== undefined ? { kind: 'resume', undone } : { kind: 'reverse' };
}

/** Reads the current data and decides which changes of the run can still be undone. */
export async function reversalOf(looked: Looked): Promise<Reversal> {
  const { journal, folder, undone } = looked;
  const intents = intentsIfWhole(join(folder, JOURNAL));
  if (intents === undefined) {
    throw new ApplyRefused(
      `The journal in ${folder} is damaged: lines are missing or changed, and the data are neither as the run left them nor as it found them.`,
      `Nothing was changed. Compare the data with the run's copies, and restore by hand what the run changed: ${join(folder, BACKUP)}`,
      differences(looked),
    );
  }
  const spoken = new Set(intents.flatMap(({ change }) => ('user' in change && 'group' in change ? [JSON.stringify([change.group, change.user])] : [])));
  const members = new Set<string>();
  const isRenaming = intents.some(({ change }) => change.kind === 'replace-user' && change.attribute === 'userName');
  const before = isRenaming ? await userNamesBefore(journal, folder) : new Map<string, string>();
  const opened = await openSource(journal.run.reading);
  try {
    // A run that ended between two files may have left old names beside ids.
    const collation = collationIn(journal.run);
    const wishes = { authMode: 'basic', collation, withNames: false, authTypeMap: journal.run.authTypeMap, leaveOutUsers: [], areIdsEnough: true } as const;
    const reading = readDirectory(opened.tables, wishes);
    const { users, groups } = reading.directory;
    reading.streamMemberships({
      member(user, group) {
        if (spoken.size === 0) return;
        const pair = JSON.stringify([groups[group].id, users[user].id]);
        if (spoken.has(pair)) members.add(pair);
      },
      unknown: () => {},
    });
    const present = {
      users,
      groups,
      hasMember: (group: string, user: string) => members.has(JSON.stringify([group, user])),
      userNamesBefore: before,
      key: collationOf(collation).key,
    };
    return planReversal(intents, present, { undone, ...(journal.end?.state === 'finished' ? {} : { done: journal.done }) });
  } finally {
    opened.close();
  }
}

/** Has the undo nothing left to record: its journal is complete, or it has none. */
export const isClosed = ({ state, isUndoBegun }: Looked): boolean => state.kind === 'done-already' && !isUndoBegun;

export const locksOf = ({ target, journal, state }: Looked): readonly string[] =>
  (state.kind === 'nothing' && journal.run.mode === 'out') || !journal.run.targets.every((path) => existsSync(path))
    ? []
    : target.siteOf(journal.run.reading, { kind: 'in-place' }).locks;
