/** What a plan does to people, and what it cannot know: to be said before anything else. */

import type { AuditedFinding } from '../audit/report.js';
import { NO_ANSWER } from '../plan/decision-rows.js';
import { topicOf } from '../plan/end-state.js';
import type { MadePlan } from '../plan/make-plan.js';
import { ruleOf } from '../rules/registry.js';
import { count, grouped } from '../rules/rule.js';

export interface Consequences {
  readonly emails: number;
  /** Of users who are active today. */
  readonly activeEmails: number;
  readonly deactivated: number;
  readonly activated: number;
  /** Memberships that end by the plan itself. */
  readonly ended: number;
}

export function consequencesOf({ body, before }: Pick<MadePlan, 'body' | 'before'>): Consequences {
  const readdressed = new Set<string>();
  const counts = { deactivated: 0, activated: 0, ended: 0 };
  for (const { change } of body.actions) {
    if (change.kind === 'remove-member') counts.ended++;
    else if (change.kind === 'replace-user' && change.attribute === 'email') readdressed.add(change.user);
    else if (change.kind === 'replace-user' && change.attribute === 'active') counts[change.to === 'true' ? 'activated' : 'deactivated']++;
  }
  const activeEmails = readdressed.size === 0 ? 0 : before.snapshot.users.filter(({ id, active }) => active && readdressed.has(id)).length;
  return { emails: readdressed.size, activeEmails, ...counts };
}

const INCOMPLETE = 'unknown-member';
const MISSING = 'a missing user may hold one of these usernames';

/** Something that is so, and what follows from it: together one text. */
export interface Fact {
  readonly fact: string;
  readonly meaning: string;
}

/** Returns why a user who is missing from the export may hold a username that the plan gives to another; undefined if nothing indicates it, or no username is given. */
export function incompletenessOf({ body, before, acceptances }: Pick<MadePlan, 'body' | 'before' | 'acceptances'>): Fact | undefined {
  if (!body.actions.some(({ change }) => change.kind === 'replace-user' && change.attribute === 'userName')) return undefined;
  const found = before.findings.find(
    ({ finding, fingerprint, acceptance }) => finding.rule === INCOMPLETE && acceptance === undefined && !acceptances.has(fingerprint),
  );
  const unchecked = before.notChecked.find(({ rule }) => rule === INCOMPLETE);
  if (found === undefined && unchecked === undefined) return undefined;
  if (found === undefined) return { fact: 'Whether the export is complete was not checked', meaning: ` (${unchecked?.why}): ${MISSING}.` };
  const lacking = ruleOf(found.finding).size?.(found.finding) ?? 1;
  const names = `${count(lacking, 'membership')} ${lacking === 1 ? 'names' : 'name'} a user or group that it lacks`;
  return { fact: 'The export is incomplete', meaning: ` (${names}): ${MISSING}. Export again first.` };
}

/** Returns what people will notice of the plan. */
export function factsOf({ emails, activeEmails, deactivated, activated, ended }: Consequences): Fact[] {
  return [
    ...(emails === 0
      ? []
      : [{ fact: count(emails, 'user gets another email', 'users get another email'), meaning: `: ${LOST_LOGIN} ${activeText(activeEmails, emails)}` }]),
    ...(deactivated === 0 ? [] : [{ fact: count(deactivated, 'user is deactivated', 'users are deactivated'), meaning: ' and can no longer sign in.' }]),
    ...(activated === 0 ? [] : [{ fact: count(activated, 'user is activated', 'users are activated'), meaning: ' and can sign in again.' }]),
    ...(ended === 0
      ? []
      : [
          {
            fact: count(ended, 'membership ends', 'memberships end'),
            meaning: `, and with ${ended === 1 ? 'it' : 'them'} whatever the group allows: memberships.csv lists ${ended === 1 ? 'it' : 'them'} for restoring.`,
          },
        ]),
  ];
}

const LOST_LOGIN = 'single sign-on finds an account by its email, so a user who signs in with the old one no longer reaches the account.';

function activeText(active: number, all: number): string {
  if (active === 0) return all === 1 ? 'The user is inactive.' : 'None of them is active.';
  if (active === all) return all === 1 ? 'The user is active.' : 'All of them are active.';
  return `${grouped(active)} of them ${active === 1 ? 'is' : 'are'} active.`;
}

/** Returns what decisions lead to and nobody was asked about yet: findings of the planned state that the source does not have. */
export function followingOf({ before, assembly, rows }: MadePlan): AuditedFinding[] {
  if (rows.every(({ answer = NO_ANSWER }) => answer.action === '')) return [];
  const known = new Set(before.findings.map(topicOf));
  return assembly.end.report.findings.filter((audited) => audited.finding.severity !== 'info' && !known.has(topicOf(audited)));
}

/** Returns the values by a name that each has, in their order. */
export function groupBy<T>(values: readonly T[], nameOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const name = nameOf(value);
    const known = groups.get(name);
    if (known === undefined) groups.set(name, [value]);
    else known.push(value);
  }
  return groups;
}
