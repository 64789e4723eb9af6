/** All rules, in the order of reports (contract 2.3). A new rule is one line here. */

import type { FindingBase } from '../model/finding.js';
import { conflictingUsers } from './conflicting-users.js';
import { duplicateEmail } from './duplicate-email.js';
import { duplicateGroupName } from './duplicate-group-name.js';
import { duplicateUsername } from './duplicate-username.js';
import { inactiveBasicMember } from './inactive-basic-member.js';
import { invalidEmail } from './invalid-email.js';
import { missingEmail } from './missing-email.js';
import { noInactiveUsers } from './no-inactive-users.js';
import type { Rule } from './rule.js';
import { unknownMember } from './unknown-member.js';
import { unknownSyncGroup } from './unknown-sync-group.js';
import { usernameEmailMismatch } from './username-email-mismatch.js';

const REGISTERED = [
  usernameEmailMismatch,
  conflictingUsers,
  duplicateGroupName,
  inactiveBasicMember,
  missingEmail,
  invalidEmail,
  duplicateEmail,
  duplicateUsername,
  unknownMember,
  unknownSyncGroup,
  noInactiveUsers,
] as const;

type FindingOf<R> = R extends Rule<infer F> ? F : never;

/** What the rules state; the union follows from the registry. */
export type Finding = FindingOf<(typeof REGISTERED)[number]>;
export type RuleName = Finding['rule'];

export const RULES: readonly Rule[] = REGISTERED;

const rulesByName: ReadonlyMap<string, Rule> = new Map(RULES.map((rule) => [rule.name, rule]));

/** Yields the rule of that name. */
export function findRule(name: string): Rule | undefined {
  return rulesByName.get(name);
}

/** Yields the rule that stated a finding. */
export function ruleOf(finding: FindingBase): Rule {
  const rule = rulesByName.get(finding.rule);
  if (rule === undefined) throw new Error(`no rule is called ${finding.rule}`);
  return rule;
}
