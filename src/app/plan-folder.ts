/** The folder that a plan is written into: what may be in it already, and what is kept of it. */

import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, readdirSync, readSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../model/user-error.js';
import { WRITTEN_COLUMNS } from '../plan/decision-rows.js';
import { REDACTED_MARK } from '../reporters/markdown/plan.js';
import type { Encoding } from '../sources/csv/encoding.js';
import { fileOf } from '../sources/input-files.js';
import { readDecisionCells } from '../sources/tables/cells.js';
import { isUnwritten } from '../targets/run/data-state.js';
import { type KnownRun, knownRuns, undoOf } from '../targets/run/run-folder.js';
import { refuseOverwriting } from './outputs.js';
import { writeReason } from './write-reason.js';

/** Every file of a plan, by name. */
export const PLAN_FILES = ['plan.json', 'decisions.csv', 'plan.md', 'plan.html', 'memberships.csv', 'notices.csv', 'baseline.jsonl'] as const;

/** What stands beside a file of a plan, or beside kept decisions, while it is being written. */
const UNFINISHED = /^\.(?:plan\.json|plan\.(?:md|html)|decisions(?:\.outdated(?:-\d+)?)?\.csv|memberships\.csv|notices\.csv|baseline\.jsonl)\.(\d+)\.tmp$/;

/** Only an export has one of these files. */
const SIGNS_OF_EXPORT = ['users.csv', 'users.xlsx'];

/** Throws a UserError where a plan would take the place of an export: of the one that it is made of, or of any other. */
export function refuseExportFolder(folder: string, inputs: readonly string[]): void {
  refuseOverwriting(
    PLAN_FILES.map((name) => join(folder, name)),
    inputs,
  );
  const sign = SIGNS_OF_EXPORT.find((name) => existsSync(join(folder, name)));
  if (sign === undefined) return;
  throw new UserError(
    `${folder} holds an export (${sign}), and a plan has a memberships.csv of its own.`,
    'Name a folder for the plan alone with --out: an export is never overwritten.',
  );
}

/** Throws a UserError where the folder has what no plan can take the place of: a folder of a file's name, or a plan that is for reading only. */
export function refuseOddFolder(folder: string): void {
  const odd = PLAN_FILES.map((name) => join(folder, name)).find((file) => existsSync(file) && statSync(file).isDirectory());
  if (odd !== undefined)
    throw new UserError(`${odd} is a folder, and the plan writes a file of that name.`, 'Name another folder with --out, or move that one away.');
  const text = join(folder, 'plan.md');
  if (existsSync(join(folder, 'plan.json')) || !existsSync(text) || headOf(text, REDACTED_MARK.length) !== REDACTED_MARK) return;
  throw new UserError(`${folder} holds a redacted plan, which is for reading only: its decisions are about aliases.`, 'Name another folder with --out.');
}

/** Deletes what a killed plan had begun to write: it is of no use, and holds what people wrote. */
export function clearUnfinished(folder: string, isAlive: (pid: number) => boolean): void {
  for (const name of readdirSync(folder)) {
    const pid = UNFINISHED.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, name), { force: true });
  }
}

/** As much of a plan as its digest is in. */
const HEAD_BYTES = 4096;

/** Returns the digest that a plan's file states; undefined where there is none. */
function statedDigest(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  return /"digest": "(sha256:[0-9a-f]{64})"/.exec(headOf(file, HEAD_BYTES))?.[1];
}

/** Returns the first bytes of a file, each as a character. */
function headOf(file: string, bytes: number): string {
  const head = Buffer.alloc(bytes);
  const fd = openSync(file, 'r');
  try {
    return head.toString('latin1', 0, readSync(fd, head, 0, bytes, 0));
  } finally {
    closeSync(fd);
  }
}

/**
 * Keeps the files of a plan that was applied before another one takes their place: fresh exports are verified against it,
 * memberships restored from it, and people notified with it. Returns the folder in its run; undefined if there is nothing to keep.
 */
export function keepAppliedPlan(folder: string, next: string, pid: number): string | undefined {
  const digest = statedDigest(join(folder, 'plan.json'));
  if (digest === undefined || digest === next) return undefined;
  const isApplied = ({ journal, folder: each }: KnownRun): boolean =>
    journal.run.planDigest === digest && !isUnwritten(journal) && undoOf(each).progress !== 'finished';
  const run = knownRuns(join(folder, 'runs')).findLast(isApplied);
  if (run === undefined) return undefined;
  const kept = join(run.folder, 'plan');
  if (existsSync(kept)) return kept;
  const beside = `${kept}.${pid}.tmp`;
  try {
    mkdirSync(beside, { mode: 0o700 });
    for (const name of PLAN_FILES) if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(beside, name));
    renameSync(beside, kept);
    return kept;
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    throw new UserError(`The plan that was applied cannot be kept in ${kept}: ${writeReason(error)}`, 'Name another folder with --out, or free some space.');
  }
}

/** Returns where the answers of a decisions.csv are kept that another file's take the place of; undefined where it has none. */
export function keepAnswers(folder: string, read: string | undefined, encoding?: Encoding): string | undefined {
  const file = join(folder, 'decisions.csv');
  if (read === undefined || !existsSync(file) || realpathSync(file) === realpathSync(fileOf(read))) return undefined;
  const hasAnswers = readDecisionCells(file, encoding).rows.some(({ cells }) => cells.slice(WRITTEN_COLUMNS).some((cell) => cell.trim() !== ''));
  if (!hasAnswers) return undefined;
  const kept = join(folder, freeName(folder));
  copyFileSync(file, kept);
  return kept;
}

/** Decisions that are kept aside never take the place of others kept before. */
export function freeName(folder: string): string {
  for (let number = 1; ; number++) {
    const name = `decisions.outdated${number === 1 ? '' : `-${number}`}.csv`;
    if (!existsSync(join(folder, name))) return name;
  }
}

/** A plan that can be applied and one that cannot do not share a folder. */
export function refuseMixing(folder: string): void {
  if (!existsSync(join(folder, 'plan.json'))) return;
  throw new UserError(
    `${folder} holds a plan that can be applied; a redacted one would overwrite its decisions.`,
    'Name another folder with --out. Decisions are read from where they are with --decisions FILE.',
  );
}
