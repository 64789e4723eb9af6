/** A dry run of apply: detects every refusal before the user is asked to confirm. */

import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Applicability } from './applicability.js';
import type { ApplyRequest } from './apply.js';
import { refuseUnwritable, refuseWithoutPermission } from './files.js';
import { refuseHeld } from './lock.js';
import { RUNS_ADVICE, runsFolderOf } from './run-folder.js';

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
