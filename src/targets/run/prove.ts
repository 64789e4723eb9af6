/** Checks a plan again on the data that it is applied to: its digest shows that it is complete, not who sealed it. */

import { whyUnsafe } from '../../plan/prove-again.js';
import { readDirectory } from '../../sources/read-source.js';
import { openSource } from '../../sources/registry.js';
import type { ApplyRequest } from './applicability.js';
import { ApplyRefused, changedMeanwhile } from './refusal.js';

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
