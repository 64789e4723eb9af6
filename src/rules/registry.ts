/** All rules, in the order of reports (contract 2.3). A new rule is one line here. */

import type { FindingBase } from '../model/finding.js';
import type { IdpProvider } from '../model/idp.js';
import type { Policy } from '../model/policy.js';
import { ambiguousMatch } from './ambiguous-match.js';
import { breakGlass } from './break-glass.js';
import { conflictingUsers } from './conflicting-users.js';
import { damagedText } from './damaged-text.js';
import { duplicateEmail } from './duplicate-email.js';
import { duplicateGroupName } from './duplicate-group-name.js';
import { duplicateUsername } from './duplicate-username.js';
import { environmentSetting } from './environment-setting.js';
import { groupLink } from './group-link.js';
import { idpDuplicateSubject } from './idp-duplicate-subject.js';
import { idpInactiveUser } from './idp-inactive-user.js';
import { idpMissingEmail } from './idp-missing-email.js';
import { idpSubjectMismatch } from './idp-subject-mismatch.js';
import { inactiveBasicMember } from './inactive-basic-member.js';
import { integrationUsername } from './integration-username.js';
import { invalidEmail } from './invalid-email.js';
import { missingEmail } from './missing-email.js';
import { noInactiveUsers } from './no-inactive-users.js';
import { notAssigned } from './not-assigned.js';
import { notInIdp } from './not-in-idp.js';
import { nothingToCheck } from './nothing-to-check.js';
import { rowLimit } from './row-limit.js';
import type { Rule } from './rule.js';
import { secondAccount } from './second-account.js';
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
  nothingToCheck,
  rowLimit,
  damagedText,
  noInactiveUsers,
  idpSubjectMismatch,
  notInIdp,
  idpMissingEmail,
  idpDuplicateSubject,
  ambiguousMatch,
  idpInactiveUser,
  groupLink,
  environmentSetting,
  integrationUsername,
  secondAccount,
  notAssigned,
  breakGlass,
] as const;

type FindingOf<R> = R extends Rule<infer F> ? F : never;

/** Any finding: the union follows from the registry. */
export type Finding = FindingOf<(typeof REGISTERED)[number]>;
export type RuleName = Finding['rule'];

export const RULES: readonly Rule[] = REGISTERED;

const rulesByName: ReadonlyMap<string, Rule> = new Map(RULES.map((rule) => [rule.name, rule]));

/** What decides which rules run. Reports have it. */
interface Asking {
  readonly policy: Policy;
  readonly idp?: { readonly provider: IdpProvider } | undefined;
}

/** Returns the rules that run, given the provider's exports and the settings. */
export function rulesFor({ policy, idp: exports }: Asking): readonly Rule[] {
  const isFor = ({ idp }: Rule): boolean => idp === undefined || (exports !== undefined && (idp === 'any' || idp === exports.provider));
  return RULES.filter((rule) => isFor(rule) && rule.isAskedFor?.(policy) !== false);
}

/** Returns the rule of that name. */
export function findRule(name: string): Rule | undefined {
  return rulesByName.get(name);
}

/** Returns the rule of a finding. */
export function ruleOf(finding: FindingBase): Rule {
  const rule = rulesByName.get(finding.rule);
  if (rule === undefined) throw new Error(`no rule is called ${finding.rule}`);
  return rule;
}
