/** Which config file a verdict rests on, and what it lowers: every format says so (contract 8). */

import { SEVERITIES, type Severity } from '../model/finding.js';
import type { Policy } from '../model/policy.js';
import { RULES } from '../rules/registry.js';

/** A severity that the configuration lowers, "off" included. */
export interface Lowered {
  readonly rule: string;
  readonly from: Severity;
  readonly to: Severity | 'off';
}

/** Returns what the configuration lowers, in the order of the rules. */
export function loweredBy({ severities }: Pick<Policy, 'severities'>): Lowered[] {
  return RULES.flatMap(({ name, severity: from }) => {
    const to = severities[name];
    const isLower = to === 'off' || (to !== undefined && SEVERITIES.indexOf(to) > SEVERITIES.indexOf(from));
    return isLower ? [{ rule: name, from, to }] : [];
  });
}

/** Returns the sentence that names the config file and what it lowers; undefined if there was no config file. */
export function configNote(policy: Pick<Policy, 'severities' | 'config' | 'formerNames'>): string | undefined {
  if (policy.config === undefined) return undefined;
  const lowered = loweredBy(policy).map(({ rule, from, to }) => (to === 'off' ? `turns ${rule} off` : `lowers ${rule} from ${from} to ${to}`));
  const former = policy.formerNames === undefined ? '' : ` It has names of version 1; write ${policy.formerNames.join(', ')}.`;
  return `Judged by the config file ${policy.config}, which ${lowered.length === 0 ? 'lowers no severity' : lowered.join(', ')}.${former}`;
}
