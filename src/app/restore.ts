/** Memberships that the first sync took away, as a list and as a plan that gives them back. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../model/user-error.js';
import { planSnapshot } from '../plan/make-plan.js';
import type { Plan } from '../plan/plan.js';
import { sealPlan } from '../plan/plan-file.js';
import type { LostMembership } from '../preview/reconciliation.js';
import { csvText } from '../reporters/csv-text.js';
import type { auditSource } from './audit-source.js';
import type { Context } from './context.js';
import { NODE_DIGESTS } from './node-digests.js';
import { namedFromSource } from './plan-names.js';
import { settingsOf } from './plan-source.js';
import { writeReason } from './refusal.js';
import type { Prepared } from './resolve-command.js';
import { PendingFile } from './whole-file.js';

const RESTORE_HEADINGS = ['group id', 'group name', 'user id', 'username', 'email', 'predicted'] as const;

/** Writes the CSV file. */
export async function writeRestore(file: string, lost: readonly LostMembership[], { resolved }: Prepared, { process: { pid } }: Context): Promise<void> {
  const rows = lost.map(({ group, user, wasPredicted }) => [group.id, group.name, user.id, user.userName, user.email, wasPredicted ? 'yes' : 'no']);
  const pending = await PendingFile.of(file, csvText(RESTORE_HEADINGS, rows, resolved.settings.csvDelimiter), pid);
  await pending.ready();
  pending.put();
}

/** Writes a plan whose actions give memberships back. */
export async function writeRestorePlan(
  folder: string,
  lost: readonly LostMembership[],
  { report }: Awaited<ReturnType<typeof auditSource>>,
  prepared: Prepared,
  { process: { pid } }: Context,
): Promise<void> {
  const { snapshot, summary } = report;
  const actions: Plan['actions'] = lost.map(({ group, user }, at) => ({
    id: `a${at + 1}`,
    change: { kind: 'add-member', group: group.id, user: user.id },
    resolves: [],
  }));
  const body = {
    snapshot: planSnapshot(snapshot),
    settings: settingsOf(report, prepared),
    actions,
    open: [],
    after: { error: summary.error, warning: summary.warning, info: summary.info },
    decisions: [],
  };
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new UserError(`The folder ${folder} cannot be made: ${writeReason(error)}`, 'Name another one with --plan.');
  }
  const sealing = sealPlan(namedFromSource(body, snapshot.inputs, prepared.request), NODE_DIGESTS);
  const pending = await PendingFile.of(join(folder, 'plan.json'), sealing.pieces(), pid, { isDurable: true, amend: () => sealing.amendment });
  await pending.ready();
  pending.put();
}
