/** The runs of a plan, according to their journals. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { quoted } from '../../model/note.js';
import type { PlanInput } from '../../plan/plan.js';
import type { TargetInput } from '../target.js';
import type { InputRecord, RunRecord } from './journal.js';
import { lockPid } from './lock.js';
import type { JournalDigest } from './read-journal.js';
import { copiesOf, inOrder, JOURNAL, type KnownRun, RUNS, readRun, runNames, undoOf } from './run-folder.js';
import { ApplyRefused, Misnamed, type ProcessInfo } from './stops.js';

// How the data compare with what a plan was made for and with what runs left.

type Digested = Pick<InputRecord, 'role' | 'sha256'>;

/** Are the same contents in the same roles, whatever the names of the files. */
export function isSameContent(a: readonly Digested[], b: readonly Digested[]): boolean {
  const names = (inputs: readonly Digested[]): string =>
    inputs
      .map(({ role, sha256 }) => `${role} ${sha256}`)
      .sort()
      .join('\n');
  return names(a) === names(b);
}

/**
 * Throws Misnamed if a list of inactive users is now given as one of active users, or the other way round: the bytes are
 * the same but the status is not. Plans in which no list was given by such a flag, or that predate the record, cannot show it.
 */
export function refuseOtherActivity(planned: readonly PlanInput[], now: readonly TargetInput[]): void {
  if (!planned.some(({ activity }) => activity !== undefined)) return;
  const wasInactive = (input: TargetInput): boolean => planned.some((each) => each.sha256 === input.sha256 && each.activity === 'inactive');
  const lines = now.flatMap((input) => {
    if (input.role !== 'users' || wasInactive(input) === (input.activity === 'inactive')) return [];
    const [before, after] = wasInactive(input) ? ['--inactive-users', '--users'] : ['--users', '--inactive-users'];
    return [`${input.path}: the plan was made with it as ${before}, now it is given as ${after}.`];
  });
  if (lines.length === 0) return;
  throw new Misnamed(
    'Users lists are given with other flags than when the plan was made.',
    'Nothing was changed. Give each list with the same flag as when the plan was made.',
    lines,
  );
}

/** Returns what a run left, or would have left if it had finished; undefined if it did not get that far. */
export function leftBy({ run, files, end }: JournalDigest): readonly InputRecord[] | undefined {
  if (end?.state === 'finished') return end.leaves;
  if (files.length === 0) return undefined;
  if (run.mode === 'out') return files.map(({ role, file, table, after }) => ({ role, file, ...(table === undefined ? {} : { table }), sha256: after }));
  return run.inputs.map((input) => ({
    ...input,
    sha256: files.find(({ file, table }) => file === input.file && table === input.table)?.after ?? input.sha256,
  }));
}

/** Ended without a change, and says so in an undamaged journal. Runs of version 1 have no seal that could show damage. */
function endedAsFound({ run, end, isSealed, isDamaged }: JournalDigest): boolean {
  if (isDamaged || end === undefined || end.state === 'finished' || end.leaves.length === 0) return false;
  if (run.isSealed === true && !isSealed) return false;
  return end.leaves.every(({ role, sha256 }) => run.inputs.some((input) => input.role === role && input.sha256 === sha256));
}

/** The copy that a run was to make does not exist: it was never renamed into place. */
const isWithoutCopy = ({ run, end }: JournalDigest): boolean =>
  run.mode === 'out' && end?.state !== 'finished' && !run.targets.some((target) => existsSync(target));

/** Is it certain that a run changed nothing. */
export const hasSurelyNotWritten = (journal: JournalDigest): boolean => endedAsFound(journal) || isWithoutCopy(journal);

/** Changed nothing according to its journal. A journal may have lost its end, so only the data can prove it. */
export const isUnwritten = (journal: JournalDigest): boolean =>
  hasSurelyNotWritten(journal) || (journal.files.length === 0 && journal.end?.state !== 'finished');

/** As before a run, as after it, some files one and some the other, or none of these. */
type DataState = 'before' | 'after' | 'mixed' | 'other';

/** Returns how the target of a run compares with the run now. */
export function dataStateOf(now: readonly InputRecord[], { run, files }: JournalDigest): DataState {
  let isBefore = true;
  let isAfter = true;
  const inputs = run.mode === 'out' ? files : run.inputs;
  if (now.length !== inputs.length) return 'other';
  for (const input of now) {
    const isIt = (each: { readonly file: string; readonly table?: string }): boolean => each.file === input.file && each.table === input.table;
    const record = files.find(isIt);
    if (record === undefined) {
      if (run.inputs.find(isIt)?.sha256 !== input.sha256) return 'other';
    } else if (input.sha256 === record.before) isAfter &&= record.before === record.after;
    else if (input.sha256 === record.after) isBefore = false;
    else return 'other';
  }
  if (isBefore) return 'before';
  return isAfter ? 'after' : 'mixed';
}

/** Returns the refusal of a source that differs from the plan's, with every input that differs. */
export function staleSource(planned: readonly PlanInput[], now: readonly TargetInput[]): ApplyRefused {
  const left = [...planned];
  const news = now.filter((input) => {
    const same = left.findIndex(({ role, sha256 }) => role === input.role && sha256 === input.sha256);
    if (same >= 0) left.splice(same, 1);
    return same < 0;
  });
  const name = ({ path, table }: Pick<TargetInput, 'path' | 'table'>): string => (table === undefined ? path : `${path}, table ${table}`);
  const lines = news.map((input) => {
    const same = left.findIndex(({ role, table }) => role === input.role && table === input.table);
    const before = same < 0 ? undefined : left.splice(same, 1)[0];
    return before === undefined
      ? `${name(input)} (${input.role}): the plan was made without it.`
      : `${name(input)} (${input.role}): was ${before.sha256.slice(0, 12)}… when the plan was made, is ${input.sha256.slice(0, 12)}… now.`;
  });
  lines.push(...left.map((input) => `${quoted(name(input))} (${input.role}): the plan was made with it, but it is missing now.`));
  return new ApplyRefused(
    'The plan is stale: the source has changed since the plan was made.',
    'Nothing was changed. Run "scim-audit plan" again on the source as it is now; decisions that still apply are carried over.',
    lines,
  );
}

type RunState =
  /** Wrote everything. */
  | 'finished'
  /** Live: changed some users, as asked; the same command goes on. */
  | 'paused'
  /** Undone. */
  | 'undone'
  /** Undone except for values that had changed since. */
  | 'undone in part'
  /** Its undo died or was stopped and may have written something; undo finishes it. */
  | 'undo interrupted'
  /** Its undo ended before its first write: the run is still applied. */
  | 'undo interrupted before the write'
  /** Ended before its first write: a signal or a kill interrupted it, or an error stopped it. Nothing was changed. */
  | 'interrupted before the write'
  | 'stopped before the write'
  /** Ended between two writes. */
  | 'interrupted after a write'
  /** Died while writing: the journal does not say whether the write succeeded. The same command, or undo, determines it. */
  | 'interrupted while writing'
  | 'running'
  | 'being undone';

export interface Run {
  readonly name: string;
  readonly folder: string;
  readonly state: RunState;
  /** True if its journal has lost or changed lines. */
  readonly isDamaged: boolean;
  /** ISO. */
  readonly startedAt: string;
  readonly mode: RunRecord['mode'];
  /** The address of Jama Connect, if the run is live. */
  readonly url?: string;
  readonly plan: string;
  readonly planDigest: string;
  readonly targets: readonly string[];
  /** Actions with the outcome `done`. */
  readonly done: number;
  readonly actions: number;
}

/** The folder of a run whose journal cannot be read. */
interface UntoldRun {
  readonly name: string;
  readonly folder: string;
  readonly why: string;
}

export interface RunList {
  /** Oldest first. */
  readonly runs: readonly Run[];
  readonly untold: readonly UntoldRun[];
}

/** Returns the runs of a plan's folder. Throws ApplyRefused if this user may not read it. */
export function listRuns(planFolder: string, world: ProcessInfo): RunList {
  const runsFolder = join(planFolder, RUNS);
  const names = runNames(runsFolder);
  const owner = lockPid(join(runsFolder, '.lock'), world);
  const known: KnownRun[] = [];
  const untold: UntoldRun[] = [];
  for (const name of names) {
    const folder = join(runsFolder, name);
    try {
      const journal = readRun(folder);
      if (journal !== undefined) known.push({ name, folder, journal });
      else if (isOfRun(folder)) untold.push({ name, folder, why: whyUntold(folder) });
    } catch (error) {
      if (!(error instanceof ApplyRefused)) throw error;
      untold.push({ name, folder, why: error.message });
    }
  }
  return { runs: inOrder(known).map((run) => runFrom(run, owner)), untold };
}

/** Does a folder contain what only a run creates. An empty one belongs to a run that died before its first line. */
const isOfRun = (folder: string): boolean => existsSync(join(folder, JOURNAL)) || copiesOf(folder).length > 0;

function whyUntold(folder: string): string {
  const why = existsSync(join(folder, JOURNAL)) ? 'its journal does not say which run it belongs to' : 'its journal is lost';
  return copiesOf(folder).length === 0 ? why : `${why}; it kept copies of the data it was about to change, see "scim-audit undo"`;
}

function runFrom({ name, folder, journal }: KnownRun, owner: number | undefined): Run {
  const { run, done, isDamaged } = journal;
  return {
    name,
    folder,
    state: stateOf(folder, journal, owner),
    isDamaged,
    startedAt: run.startedAt,
    mode: run.mode,
    plan: run.planFile,
    planDigest: run.planDigest,
    targets: run.targets,
    done: done.size,
    actions: run.actions,
    ...(run.url === undefined ? {} : { url: run.url }),
  };
}

/** `owner`: the process that holds the lock of the plan's runs. */
function stateOf(folder: string, journal: JournalDigest, owner: number | undefined): RunState {
  const { end, done, pid } = journal;
  const undo = undoOf(folder);
  if ((undo.progress === 'open' || undo.progress === 'not begun') && owner !== undefined && owner === undo.pid) return 'being undone';
  if (end === undefined && owner === pid) return 'running';
  switch (undo.progress) {
    case 'finished':
      return 'undone';
    case 'in part':
      return 'undone in part';
    case 'open':
      return 'undo interrupted';
    case 'not begun':
      return 'undo interrupted before the write';
    case 'none':
  }
  if (end?.state === 'finished') return 'finished';
  const isLive = journal.run.mode === 'live';
  if (isLive && end?.state === 'paused') return 'paused';
  const hasWrittenNothing = isLive
    ? journal.intents === journal.refusals && !journal.isDamaged
    : hasSurelyNotWritten(journal) || (isUnwritten(journal) && !journal.isDamaged && copiesOf(folder).length === 0);
  if (hasWrittenNothing) return end?.state === 'stopped' ? 'stopped before the write' : 'interrupted before the write';
  return end === undefined && done.size === 0 ? 'interrupted while writing' : 'interrupted after a write';
}
