/** How what is there compares with what a plan was made for, and with what runs left. */

import { existsSync } from 'node:fs';
import type { PlanInput } from '../../plan/plan.js';
import { quoted } from '../../sources/tables/problem.js';
import type { TargetInput } from '../target.js';
import type { InputRecord } from './journal.js';
import type { JournalDigest } from './read-journal.js';
import { ApplyRefused, Misnamed } from './refusal.js';

type Digested = Pick<InputRecord, 'role' | 'sha256'>;

/** Are the same contents in the same roles, whatever the files are called. */
export function isSameContent(a: readonly Digested[], b: readonly Digested[]): boolean {
  const names = (inputs: readonly Digested[]): string =>
    inputs
      .map(({ role, sha256 }) => `${role} ${sha256}`)
      .sort()
      .join('\n');
  return names(a) === names(b);
}

/**
 * Throws Misnamed where a list of inactive users is given as one of active ones now, or the other way round: the bytes are
 * the same, who is active is not. A plan in which no list was given by such a flag, or that is older than the record, does not tell.
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
    'Users lists are given otherwise than when the plan was made.',
    'Nothing was changed. Give each list with the flag that the plan was made with.',
    lines,
  );
}

/** Returns what a run left, or would have left had it come to its end; undefined where it did not come so far. */
export function leavingsOf({ run, files, end }: JournalDigest): readonly InputRecord[] | undefined {
  if (end?.state === 'finished') return end.leaves;
  if (files.length === 0) return undefined;
  if (run.mode === 'out') return files.map(({ role, file, table, after }) => ({ role, file, ...(table === undefined ? {} : { table }), sha256: after }));
  return run.inputs.map((input) => ({
    ...input,
    sha256: files.find(({ file, table }) => file === input.file && table === input.table)?.after ?? input.sha256,
  }));
}

/** Ended with everything as it found it, and says so in a journal that is as it was written. Of runs of version 1 nothing shows that it is not. */
function endedAsFound({ run, end, isSealed, isDamaged }: JournalDigest): boolean {
  if (isDamaged || end === undefined || end.state === 'finished' || end.leaves.length === 0) return false;
  if (run.isSealed === true && !isSealed) return false;
  return end.leaves.every(({ role, sha256 }) => run.inputs.some((input) => input.role === role && input.sha256 === sha256));
}

/** The copy that a run was to make is not there: it never came into its place. */
const isWithoutCopy = ({ run, end }: JournalDigest): boolean =>
  run.mode === 'out' && end?.state !== 'finished' && !run.targets.some((target) => existsSync(target));

/** Is it certain that a run has changed nothing. */
export const hasSurelyNotWritten = (journal: JournalDigest): boolean => endedAsFound(journal) || isWithoutCopy(journal);

/** Has changed nothing, as far as its journal tells. A journal may have lost its end: only what is there can prove it. */
export const isUnwritten = (journal: JournalDigest): boolean =>
  hasSurelyNotWritten(journal) || (journal.files.length === 0 && journal.end?.state !== 'finished');

/** As before a run, as after it, some files so and some so, or neither. */
export type Standing = 'before' | 'after' | 'mixed' | 'other';

/** Returns how the target of a run stands now. */
export function standingOf(now: readonly InputRecord[], { run, files }: JournalDigest): Standing {
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

/** Returns the refusal of a source that is not the plan's, with every input that differs. */
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
      ? `${name(input)} (${input.role}): the plan knows no such input.`
      : `${name(input)} (${input.role}): was ${before.sha256.slice(0, 12)}… when the plan was made, is ${input.sha256.slice(0, 12)}… now.`;
  });
  lines.push(...left.map((input) => `${quoted(name(input))} (${input.role}): the plan was made with it, and it is missing now.`));
  return new ApplyRefused(
    'The plan is stale: the source is not the one that it was made for.',
    'Nothing was changed. Run "scim-audit plan" again on the source as it is now; decisions that still fit carry over.',
    lines,
  );
}
