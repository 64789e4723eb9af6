/** Whether a plan can be applied to what is there: it can, it was, or it must not. */

import { existsSync } from 'node:fs';
import { openSource } from '../sources/registry.js';
import type { SourceRequest } from '../sources/source.js';
import type { ApplyRequest } from './apply.js';
import { isEmptyFolder } from './files.js';
import { ApplyRefused } from './refusal.js';
import { targetFor } from './registry.js';
import { type KnownRun, knownRuns, runsFolderOf } from './run-folder.js';
import { isSameContent, leavingsOf, staleSource, standingOf } from './standing.js';
import type { Target, TargetInput } from './target.js';

export type Decision =
  | { readonly kind: 'ready'; readonly target: Target; readonly inputs: readonly TargetInput[]; readonly resumes?: KnownRun }
  | { readonly kind: 'done'; readonly target: Target; readonly earlier?: KnownRun };

/** Reads the digests and decides. Throws ApplyRefused where nothing may be written. */
export async function decide({ plan, planFile, source, mode }: ApplyRequest): Promise<Decision> {
  const target = targetFor(source);
  const runs = (): KnownRun[] => knownRuns(runsFolderOf(planFile)).filter(({ journal }) => journal.run.planDigest === plan.digest);
  if (mode.kind === 'out' && existsSync(mode.path) && !isEmptyFolder(mode.path)) {
    const earlier = await findResult(target, source, mode.path, runs());
    if (earlier !== undefined) return { kind: 'done', target, earlier };
    throw new ApplyRefused(
      `${mode.path} is there already, and it is not what this plan makes.`,
      'Nothing was changed. Name another place with --out, or move that one away.',
    );
  }
  const inputs = await target.inspect(source);
  if (isSameContent(inputs, plan.snapshot.inputs)) {
    if (plan.actions.length === 0 && mode.kind === 'in-place') return { kind: 'done', target };
    return { kind: 'ready', target, inputs };
  }
  for (const run of runs().reverse()) {
    const leavings = leavingsOf(run.journal);
    if (leavings !== undefined && isSameContent(inputs, leavings)) return { kind: 'done', target, earlier: run };
    if (run.journal.run.mode !== 'in-place' || run.journal.files.length === 0 || standingOf(inputs, run.journal) !== 'mixed') continue;
    if (mode.kind === 'in-place') return { kind: 'ready', target, inputs, resumes: run };
    throw new ApplyRefused(
      `The run ${run.name} has written some of the files and not all of them.`,
      'Nothing was changed. Finish it first: the same command with --in-place.',
    );
  }
  throw staleSource(plan.snapshot.inputs, inputs);
}

/** Yields the run that made what stands at a place. */
async function findResult(target: Target, source: SourceRequest, path: string, runs: readonly KnownRun[]): Promise<KnownRun | undefined> {
  try {
    const inputs = await target.inspect(target.siteOf(source, { kind: 'out', path }).reading);
    return [...runs].reverse().find(({ journal }) => {
      const leavings = leavingsOf(journal);
      return leavings !== undefined && isSameContent(inputs, leavings);
    });
  } catch {
    // What cannot even be read is no result of a run.
    return undefined;
  }
}

/** Throws ApplyRefused where a source has no place for a change of the plan. */
export async function refuseImpossible({ plan, source }: ApplyRequest): Promise<void> {
  const opened = await openSource(source);
  try {
    const users = opened.tables.filter(({ role }) => role === 'users');
    if (users.some(({ isIdFromUserName }) => isIdFromUserName)) {
      throw new ApplyRefused(
        'The users have no ids, so a changed username could not be told from another user.',
        'Nothing was changed. Export the users with their ids, and plan again.',
      );
    }
    const kinds = new Set(plan.actions.map(({ change }) => (change.kind === 'replace-user' ? change.attribute : change.kind)));
    if (kinds.has('active') && !users.some(({ columns }) => columns.has('active') || columns.has('disabled'))) {
      throw new ApplyRefused(
        'The plan makes users active or inactive, but the source has no column that says who is.',
        'Nothing was changed. A license type or an option cannot be rewritten; export the users with their status, and plan again.',
      );
    }
    const hasMembers = opened.tables.some(({ role, columns }) => role === 'memberships' || (role === 'users' && columns.has('groups')));
    if ((kinds.has('add-member') || kinds.has('remove-member')) && !hasMembers) {
      throw new ApplyRefused(
        'The plan changes memberships, but the source has none.',
        'Nothing was changed. Give the memberships that the plan was made with.',
      );
    }
  } finally {
    opened.close();
  }
}
