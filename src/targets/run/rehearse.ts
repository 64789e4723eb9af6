/** What is checked before a run: the plan once more on the data (its digest shows that it is complete, not who sealed it), and a dry run that detects every refusal. */

import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { whyUnsafe } from '../../plan/prove-again.js';
import { readDirectory } from '../../sources/read-source.js';
import { openSource } from '../../sources/registry.js';
import type { Applicability, ApplyRequest } from './applicability.js';
import { refuseUnwritable, refuseWithoutPermission } from './files.js';
import { refuseHeld } from './lock.js';
import { RUNS_ADVICE, runsFolderOf } from './run-folder.js';
import { ApplyRefused, changedMeanwhile } from './stops.js';

/** Returns the files that would change; takes no lock. Throws ApplyRefused if the run would be refused. */
export async function rehearse(
  { plan, planFile, source, mode, world }: ApplyRequest,
  { target, inputs, resumes }: Extract<Applicability, { kind: 'ready' }>,
): Promise<readonly string[]> {
  const runsFolder = runsFolderOf(planFile);
  refuseWithoutPermission(existsSync(runsFolder) ? runsFolder : dirname(runsFolder), RUNS_ADVICE);
  for (const lock of [join(runsFolder, '.lock'), ...target.siteOf(source, mode).locks]) refuseHeld(lock, world);
  if (mode.kind === 'out') refuseWithoutPermission(dirname(resolve(mode.path)), 'Give yourself write permission, or name another path with --out.');
  if (resumes === undefined) {
    const { authTypeMap, collation } = plan.settings;
    return target.rehearse({ source, inputs, destination: mode, tasks: plan.actions, authTypeMap, collation });
  }
  const changing = resumes.journal.files.filter(({ before, after }) => before !== after).map(({ file }) => file);
  for (const file of changing) refuseUnwritable(file);
  return changing;
}

/** Throws ApplyRefused if the actions break the guarantees of a plan. Reads users and groups once, and no memberships. */
export async function refuseUnsafe({ plan, planFile, source }: Pick<ApplyRequest, 'plan' | 'planFile' | 'source'>): Promise<void> {
  const { authMode, authTypeMap, collation, leaveOutUsers } = plan.settings;
  const opened = await openSource(source);
  try {
    const tables = opened.tables.filter(({ role }) => role !== 'memberships');
    const isScopeKnown =
      plan.settings.typeList === undefined &&
      (authMode !== 'multi' || tables.every(({ role, columns }) => role !== 'users' || columns.has('authenticationType')));
    const wishes = { authMode: isScopeKnown ? authMode : 'basic', collation, authTypeMap, leaveOutUsers, withNames: false, areIdsEnough: true } as const;
    const { users, inputs } = readDirectory(tables, wishes).streamMemberships();
    const planned = new Set(plan.snapshot.inputs.map(({ sha256 }) => sha256));
    for (const { file, sha256 } of inputs) if (!planned.has(sha256)) throw changedMeanwhile(file);
    const reason = whyUnsafe(plan, users, isScopeKnown);
    if (reason === undefined) return;
    throw new ApplyRefused(
      `${planFile} breaks a guarantee that every plan gives: ${reason}.`,
      'Nothing was changed. Its actions were not planned for this source, or were edited. Run "scim-audit plan" again; to change what is planned, edit decisions.csv.',
    );
  } finally {
    opened.close();
  }
}
