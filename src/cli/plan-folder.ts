/** The folder that a plan is written into: what may be in it already, and what is kept of it. */

import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Mistake } from '../model/mistake.js';
import { knownRuns } from '../targets/run-folder.js';
import { refuseOverwriting } from './outputs.js';
import { writeReason } from './write-reason.js';

/** Every file of a plan, by name. */
export const PLAN_FILES = ['plan.json', 'decisions.csv', 'plan.md', 'memberships.csv', 'notices.csv', 'baseline.jsonl'] as const;

/** Only an export has such a file. */
const SIGN_OF_EXPORT = 'users.csv';

/** Throws a Mistake where a plan would take the place of an export: of the one that it is made of, or of any other. */
export function refuseExportFolder(folder: string, inputs: readonly string[]): void {
  refuseOverwriting(
    PLAN_FILES.map((name) => join(folder, name)),
    inputs,
  );
  if (!existsSync(join(folder, SIGN_OF_EXPORT))) return;
  throw new Mistake(
    `${folder} holds an export (${SIGN_OF_EXPORT}), and a plan has a memberships.csv of its own.`,
    'Name a folder for the plan alone with --out: an export is never overwritten.',
  );
}

/** As much of a plan as its digest is in. */
const HEAD_BYTES = 4096;

/** Yields the digest that a plan's file states; undefined where there is none. */
function statedDigest(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const head = Buffer.alloc(HEAD_BYTES);
  const fd = openSync(file, 'r');
  try {
    return /"digest": "(sha256:[0-9a-f]{64})"/.exec(head.toString('latin1', 0, readSync(fd, head, 0, HEAD_BYTES, 0)))?.[1];
  } finally {
    closeSync(fd);
  }
}

/**
 * Keeps the files of a plan that was applied before another one takes their place: fresh exports are verified against it,
 * memberships restored from it, and people told by it. Yields the folder in its run; undefined where there is nothing to keep.
 */
export function keepAppliedPlan(folder: string, next: string): string | undefined {
  const digest = statedDigest(join(folder, 'plan.json'));
  if (digest === undefined || digest === next) return undefined;
  const run = knownRuns(join(folder, 'runs')).findLast(({ journal }) => journal.run.planDigest === digest);
  if (run === undefined) return undefined;
  const kept = join(run.folder, 'plan');
  if (existsSync(kept)) return kept;
  const beside = `${kept}.${process.pid}.tmp`;
  try {
    mkdirSync(beside, { mode: 0o700 });
    for (const name of PLAN_FILES) if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(beside, name));
    renameSync(beside, kept);
    return kept;
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    throw new Mistake(`The plan that was applied cannot be kept in ${kept}: ${writeReason(error)}`, 'Name another folder with --out, or make room.');
  }
}
