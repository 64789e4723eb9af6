/** How the data compare with what a plan was made for and with what runs left. */

import { existsSync } from 'node:fs';
import { quoted } from '../../model/note.js';
import type { PlanInput } from '../../plan/plan.js';
import type { TargetInput } from '../target.js';
import type { InputRecord } from './journal.js';
import type { JournalDigest } from './read-journal.js';
import { ApplyRefused, Misnamed } from './refusal.js';

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
export type DataState = 'before' | 'after' | 'mixed' | 'other';

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
