/** Whether a plan can be applied to the data: it can, it has been already, or it must not be. */

import { existsSync, lstatSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Plan } from '../../plan/plan.js';
import { openSource } from '../../sources/registry.js';
import type { SourceRequest } from '../../sources/source.js';
import { targetFor } from '../registry.js';
import type { Target, TargetInput } from '../target.js';
import { isEmptyFolder } from './files.js';
import { addressOf, type KnownRun, knownRuns, readRun, runNames, runsFolderOf, undoOf } from './run-folder.js';
import { dataStateOf, isSameContent, leftBy, refuseOtherActivity, staleSource } from './runs.js';
import { ApplyRefused, Misnamed, type ProcessInfo, type Signal } from './stops.js';

export interface ApplyRequest {
  readonly plan: Plan;
  readonly planFile: string;
  /** The source, with the columns, tables, delimiter and encoding of the plan. */
  readonly source: SourceRequest;
  readonly mode: { readonly kind: 'in-place' } | { readonly kind: 'out'; readonly path: string };
  readonly maxChanges?: number;
  /** A person has agreed to changing the source itself. */
  readonly isAgreed?: boolean;
  readonly world: ProcessInfo;
  /** Called between steps: returns the signal that a person has sent, if any. */
  interrupted(): Signal | undefined;
  /** Called before every step with its name; for tests. */
  at?(step: string): void;
}

export type Applicability =
  | { readonly kind: 'ready'; readonly target: Target; readonly inputs: readonly TargetInput[]; readonly resumes?: KnownRun }
  | { readonly kind: 'done'; readonly target: Target; readonly earlier?: KnownRun };

/** How a source compares with a plan: as planned for, as a run left it, partly as a run left it, or none of these. */
export type SourceState = { readonly inputs: readonly TargetInput[] } & (
  | { readonly kind: 'fits' }
  | { readonly kind: 'stale' }
  | { readonly kind: 'applied'; readonly run: KnownRun }
  | { readonly kind: 'half'; readonly run: KnownRun }
  /** Some files are as a run left them and some as they were before: an undo was interrupted. */
  | { readonly kind: 'undoing'; readonly run: KnownRun }
);

type Judged = Pick<ApplyRequest, 'plan' | 'planFile' | 'source'>;

const runsOf = ({ plan, planFile }: Judged): KnownRun[] =>
  knownRuns(runsFolderOf(planFile)).filter(({ journal }) => journal.run.planDigest === plan.digest && journal.run.mode !== 'live');

/** Reads the digests of a source and compares them with the plan and its runs. */
export async function sourceStateOf(request: Judged): Promise<SourceState> {
  const inputs = await targetFor(request.source).inspect(request.source);
  const planned = request.plan.snapshot.inputs;
  if (isSameContent(inputs, planned)) {
    refuseOtherActivity(planned, inputs);
    return { kind: 'fits', inputs };
  }
  for (const run of runsOf(request).reverse()) {
    const { journal, folder } = run;
    const { progress } = undoOf(folder);
    // A run that was undone did not leave these data, even if they look the same.
    if (progress === 'finished' || progress === 'in part') continue;
    const result = leftBy(journal);
    if (result !== undefined && isSameContent(inputs, result)) return { kind: 'applied', inputs, run };
    if (journal.run.mode !== 'in-place' || journal.files.length === 0) continue;
    if (dataStateOf(inputs, journal) === 'mixed') return { kind: progress === 'none' ? 'half' : 'undoing', inputs, run };
  }
  return { kind: 'stale', inputs };
}

/** Returns the runs beside a plan whose undo was interrupted, ordered by name. */
export function interruptedUndos(planFile: string): { readonly name: string; readonly folder: string; readonly hasBegun: boolean; readonly url?: string }[] {
  const runsFolder = runsFolderOf(planFile);
  return runNames(runsFolder).flatMap((name) => {
    const folder = join(runsFolder, name);
    const { progress } = undoOf(folder);
    return progress === 'open' || progress === 'not begun' ? [{ name, folder, hasBegun: progress === 'open', ...addressOf(folder) }] : [];
  });
}

const beingUndone = ({ name, folder }: Pick<KnownRun, 'name' | 'folder'>): ApplyRefused =>
  new ApplyRefused(`The run ${name} was being undone, and the undo was interrupted.`, `Nothing was changed. Finish it first: scim-audit undo ${folder}`);

/** Throws ApplyRefused if an undo of a run that wrote to the same target was interrupted: applying would redo what a person was undoing. */
function refuseWhileUndoing({ planFile, source, mode }: ApplyRequest, target: Target): void {
  const targets = new Set(target.siteOf(source, mode).targets);
  for (const open of interruptedUndos(planFile)) {
    if (open.hasBegun && readRun(open.folder)?.run.targets.some((each) => targets.has(each)) === true) throw beingUndone(open);
  }
}

/** Reads the digests and decides. Throws ApplyRefused if nothing may be written. */
export async function applicabilityOf(request: ApplyRequest): Promise<Applicability> {
  const { plan, source, mode } = request;
  const target = targetFor(source);
  const earlier = mode.kind === 'out' ? await findEarlier(request, target, mode.path) : undefined;
  const state = await sourceStateOf(request);
  const { inputs } = state;
  // Checked even if a finished copy exists: it is a copy of data that have changed since.
  if (state.kind === 'undoing') throw beingUndone(state.run);
  if (state.kind !== 'applied') refuseWhileUndoing(request, target);
  if (state.kind === 'stale') throw staleSource(plan.snapshot.inputs, inputs);
  if (earlier !== undefined) return { kind: 'done', target, earlier };
  if (state.kind === 'applied') return { kind: 'done', target, earlier: state.run };
  if (state.kind === 'fits') return plan.actions.length === 0 && mode.kind === 'in-place' ? { kind: 'done', target } : { kind: 'ready', target, inputs };
  if (mode.kind === 'in-place') return { kind: 'ready', target, inputs, resumes: state.run };
  throw new ApplyRefused(
    `The run ${state.run.name} wrote some of the files but not all of them.`,
    'Nothing was changed. Finish the run first: repeat the command with --in-place.',
  );
}

/** Returns the run that made the copy at a path. Throws if anything else is there, or if the path's folder does not exist. */
async function findEarlier(request: ApplyRequest, target: Target, path: string): Promise<KnownRun | undefined> {
  const folder = dirname(resolve(path));
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    const name = dirname(path);
    throw new Misnamed(
      existsSync(folder) ? `${name} is not a folder.` : `The folder ${name} does not exist.`,
      'Nothing was written. Create the folder, or name another path with --out.',
    );
  }
  refuseSource(request.source, path);
  refuseLink(path);
  if (target.siteOf(request.source, request.mode).reading.source !== undefined) refuseFolder(path, request.source);
  if (!existsSync(path) || isEmptyFolder(path)) return undefined;
  const runs = runsOf(request).reverse();
  const there = await inspectCopy(target, request.source, path);
  const earlier = runs.find(({ journal, folder: each }) => {
    const result = leftBy(journal);
    const isUndone = ['finished', 'in part'].includes(undoOf(each).progress);
    return there !== undefined && result !== undefined && !isUndone && isSameContent(there, result);
  });
  if (earlier !== undefined) return earlier;
  const half = runs.find(({ journal, folder: each }) => journal.run.targets.includes(resolve(path)) && undoOf(each).progress === 'open');
  if (half !== undefined) throw beingUndone(half);
  const undone = runs.find(({ journal }) => there !== undefined && journal.run.mode === 'out' && dataStateOf(there, journal) === 'before');
  if (undone !== undefined) {
    throw new ApplyRefused(
      `${path} is the copy that run ${undone.name} of this plan made. That run was undone, so the copy equals the source as it was before.`,
      'Nothing was changed. To apply the plan again, move that copy away or name another path with --out.',
    );
  }
  throw new ApplyRefused(
    `${path} already exists and was not made by this plan.`,
    'Nothing was changed. Name another path with --out, or move the existing one away.',
  );
}

/** Throws Misnamed if a copy would replace the source or be inside it: the source stays byte for byte. */
function refuseSource(request: SourceRequest, path: string): void {
  const reason = whyInSource(request, path);
  if (reason !== undefined) throw reason;
}

/** Returns why a copy cannot be at a path: it would replace the source or be inside it. */
export function whyInSource({ source, users, inactiveUsers, groups, memberships }: SourceRequest, path: string): Misnamed | undefined {
  const out = realPath(path);
  if (source !== undefined) {
    const real = realPath(source);
    if (out === real) return isSource(path, 'the source itself');
    if (!out.startsWith(`${real}${sep}`)) return undefined;
    return new Misnamed(`${path} is inside the source ${source}, which must stay unchanged.`, 'Nothing was written. Name a path outside of it with --out.');
  }
  const files = [...users, ...inactiveUsers, ...memberships, ...(groups === undefined ? [] : [groups])];
  const own = files.find((file) => out === realPath(file) || out === dirname(realPath(file)));
  return own === undefined ? undefined : isSource(path, out === realPath(own) ? 'a file of the source' : `the folder of ${own}, which belongs to the source`);
}

const isSource = (path: string, what: string): Misnamed =>
  new Misnamed(
    `${path} is ${what}, which a corrected copy must not replace.`,
    'Nothing was written. Name another path with --out, or use --in-place to change the source itself.',
  );

/** Returns a path with links followed in the part of it that exists. */
export function realPath(path: string): string {
  const whole = resolve(path);
  for (let there = whole; ; there = dirname(there)) {
    if (existsSync(there)) return join(realpathSync(there), relative(there, whole));
    if (there === dirname(there)) return whole;
  }
}

/** Throws Misnamed if a copy would replace a link: one to nothing, or one to an empty folder. */
function refuseLink(path: string): void {
  if (lstatSync(resolve(path), { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
  if (!existsSync(path))
    throw new Misnamed(`${path} is a link to something that does not exist.`, 'Nothing was written. Name another path with --out, or delete the link.');
  if (!isEmptyFolder(path)) return;
  throw new Misnamed(
    `${path} is a link to a folder, and a copy must not replace a link.`,
    `Nothing was written. Name the folder itself: --out ${realpathSync(path)}`,
  );
}

/** Throws Misnamed if a copy that is one file would replace a folder. */
function refuseFolder(path: string, { source = '' }: SourceRequest): void {
  if (!existsSync(path) || !statSync(path).isDirectory()) return;
  throw new Misnamed(
    `${path} is a folder, but the copy of a SQLite file is a single file.`,
    `Nothing was written. Name a file that does not exist yet, such as --out ${join(path, basename(source))}`,
  );
}

/** Returns the digests of the data at the path of a copy; undefined if they cannot be read and so cannot be the result of a run. */
async function inspectCopy(target: Target, source: SourceRequest, path: string): Promise<TargetInput[] | undefined> {
  try {
    return await target.inspect(target.siteOf(source, { kind: 'out', path }).reading);
  } catch {
    return undefined;
  }
}

/** Throws ApplyRefused if the source has no column or table for a change in the plan. */
export async function refuseImpossible({ plan, source }: ApplyRequest): Promise<void> {
  const opened = await openSource(source);
  try {
    const users = opened.tables.filter(({ role }) => role === 'users');
    if (users.some(({ isIdFromUserName }) => isIdFromUserName)) {
      throw new ApplyRefused(
        'The users have no ids, so a user whose username changes could not be recognized afterwards.',
        'Nothing was changed. Export the users with their ids and plan again.',
      );
    }
    const kinds = new Set(plan.actions.map(({ change }) => (change.kind === 'replace-user' ? change.attribute : change.kind)));
    if (kinds.has('active') && !users.some(({ columns }) => columns.has('active') || columns.has('disabled'))) {
      throw new ApplyRefused(
        'The plan makes users active or inactive, but the source has no column for that.',
        'Nothing was changed. The status was read from a license type or an option, which cannot be rewritten. Export the users with their status and plan again.',
      );
    }
    const hasMembers = opened.tables.some(({ role, columns }) => role === 'memberships' || (role === 'users' && columns.has('groups')));
    if ((kinds.has('add-member') || kinds.has('remove-member')) && !hasMembers) {
      throw new ApplyRefused(
        'The plan changes memberships, but the source given now has none.',
        'Nothing was changed. Give the memberships file that the plan was made with.',
      );
    }
  } finally {
    opened.close();
  }
}
