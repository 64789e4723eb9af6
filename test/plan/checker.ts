/**
 * Section 6 of the contract, as plainly as code can say it: plays a plan's actions one by one and holds every sentence
 * against every pair of users. It shares no logic with the planner; findings are those of the oracle and of the rules.
 */

import type { Report } from '../../src/audit/report.js';
import type { User } from '../../src/model/directory.js';
import type { Action, PlanBody } from '../../src/plan/plan.js';
import { compareUnder, expectedFindings, key } from '../rules/oracle.js';
import { auditOf, type Organization } from '../support/organizations.js';
import { afterActions, madePlanOf } from './planning.js';

export type CheckedPlan = Pick<PlanBody, 'actions' | 'open' | 'after'>;

/** Returns every sentence of the contract that a plan breaks. `accepted` are fingerprints that people live with. */
export function breachesOf(source: Organization, plan: CheckedPlan, accepted: ReadonlySet<string> = new Set()): string[] {
  compareUnder(source.collation);
  const result = afterActions(source, plan.actions);
  return [
    ...playBreaches(source, plan.actions),
    ...temporaryBreaches(source, plan.actions, result),
    ...updateBreaches(source, result),
    ...ringBreaches(source, plan.actions, result),
    ...findingBreaches(auditOf(source), auditOf(result), plan, accepted),
    ...countBreaches(result, plan),
    ...(madePlanOf(result).body.actions.length === 0 ? [] : ['6: planning on the result gives actions']),
  ];
}

// 1. each action's `from` is the value at that moment
// 2. after every single action no two users have the same username key, unless they had it in the source already

function* playBreaches(source: Organization, actions: readonly Action[]): Iterable<string> {
  const twins = new Set(pairsOfNamesakes(source.users));
  let now = source;
  for (const action of actions) {
    const held = valueNow(now, action);
    const from = 'from' in action.change ? action.change.from : action.change.kind === 'remove-member' ? 'member' : 'no member';
    if (held !== from) yield `1: ${action.id} is from ${JSON.stringify(from)}, but the value is ${JSON.stringify(held)}`;
    now = afterActions(now, [action]);
    for (const pair of pairsOfNamesakes(now.users)) if (!twins.has(pair)) yield `2: after ${action.id} the users ${pair} have one username`;
  }
  for (const [at, { id }] of actions.entries()) if (id !== `a${at + 1}`) yield `the action ${id} is in place ${at + 1}`;
}

function valueNow({ users, groups, memberships }: Organization, { change }: Action): string | undefined {
  if (change.kind === 'replace-group') return groups.find(({ id }) => id === change.group)?.name;
  if (change.kind === 'replace-user') {
    const user = users.find(({ id }) => id === change.user);
    return user === undefined ? undefined : String(user[change.attribute]);
  }
  return memberships.some(({ user, group }) => user === change.user && group === change.group) ? 'member' : 'no member';
}

function pairsOfNamesakes(users: readonly User[]): string[] {
  return users.flatMap((a) => users.filter((b) => a.id < b.id && key(a.userName) !== '' && key(a.userName) === key(b.userName)).map((b) => `${a.id} ${b.id}`));
}

// 3. no temporary username is left at the end, none equals a username or email of the snapshot

function* temporaryBreaches(source: Organization, actions: readonly Action[], result: Organization): Iterable<string> {
  for (const { id, change } of actions) {
    if (change.kind !== 'replace-user' || change.temporary !== true) continue;
    if (change.attribute !== 'userName') yield `3: ${id} is a temporary ${change.attribute}`;
    const name = key(change.to);
    if (source.users.some(({ userName, email }) => key(userName) === name || key(email) === name)) yield `3: the temporary username of ${id} is known`;
    if (result.users.some(({ userName }) => key(userName) === name)) yield `3: the temporary username of ${id} is left`;
  }
}

// 4. every user who needs an update and whose update needs no decision ends with `userName` exactly the email

const isInScope = ({ authMode }: Organization, user: User): boolean => user.active && (authMode === 'basic' || user.authenticationType === 'idp');
const needsUpdate = (organization: Organization, user: User): boolean =>
  isInScope(organization, user) && key(user.email) !== '' && user.userName !== user.email;

/** Valid email, no other claimant, no other system, every other holder itself updated without a decision: presumed of all until false of one. */
function updatedWithoutDecision(organization: Organization): User[] {
  const claimants = organization.users.filter((user) => needsUpdate(organization, user));
  const isInvalid = new Set(
    expectedFindings(organization)
      .filter(({ rule }) => rule === 'invalid-email')
      .map(({ user }) => (user as { id: string }).id),
  );
  let presumed = claimants.filter(({ id, signsInFor }) => !isInvalid.has(id) && signsInFor === undefined);
  for (;;) {
    const left = presumed.filter((user) => {
      const wanted = key(user.email);
      const others = organization.users.filter((other) => other.id !== user.id);
      if (others.some((other) => claimants.includes(other) && key(other.email) === wanted)) return false;
      return others.filter(({ userName }) => key(userName) === wanted).every((holder) => presumed.includes(holder));
    });
    if (left.length === presumed.length) return left;
    presumed = left;
  }
}

function* updateBreaches(source: Organization, result: Organization): Iterable<string> {
  for (const { id } of updatedWithoutDecision(source)) {
    const end = result.users.find((user) => user.id === id);
    // A decision may have taken the user out of scope.
    if (end !== undefined && isInScope(result, end) && end.userName !== end.email) yield `4: user ${id} does not end with the email as username`;
  }
  for (const { id } of updatedWithoutDecision(result)) yield `4: user ${id} could still be updated without a decision`;
}

// A ring is opened by exactly one temporary username, and nothing else has one.

function* ringBreaches(source: Organization, actions: readonly Action[], result: Organization): Iterable<string> {
  const temporary = actions.flatMap(({ change }) => (change.kind === 'replace-user' && change.temporary === true ? [change.user] : []));
  const moves = source.users.flatMap(({ id, userName }) => {
    const to = result.users.find((user) => user.id === id)?.userName ?? userName;
    return to === userName ? [] : [{ id, from: key(userName), to: key(to) }];
  });
  const isSeen = new Set<string>();
  for (const start of moves) {
    const ring: string[] = [];
    // From a user to whoever takes the name that this user leaves.
    for (let at: (typeof moves)[number] | undefined = start; at !== undefined && !ring.includes(at.id); ) {
      ring.push(at.id);
      const { id, from }: (typeof moves)[number] = at;
      at = moves.find((move) => move.id !== id && from !== '' && move.to === from);
      if (at?.id !== start.id || isSeen.has(start.id)) continue;
      for (const member of ring) isSeen.add(member);
      const used = temporary.filter((user) => ring.includes(user)).length;
      if (used !== 1) yield `the ring of ${ring.join(', ')} uses ${used} temporary usernames`;
    }
  }
  for (const user of temporary) if (!isSeen.has(user)) yield `user ${user} is in no ring and gets a temporary username`;
}

// `resolves`, `open` and `after`

function* findingBreaches(before: Report, after: Report, { actions, open }: CheckedPlan, accepted: ReadonlySet<string>): Iterable<string> {
  const source = new Set(before.findings.map(({ fingerprint }) => fingerprint));
  const left = new Set(after.findings.map(({ fingerprint }) => fingerprint));
  const resolved = new Set(actions.flatMap(({ resolves }) => resolves));
  for (const { id, resolves } of actions) if (new Set(resolves).size < resolves.length) yield `${id} resolves a finding twice`;
  for (const fingerprint of resolved) {
    if (!source.has(fingerprint)) yield `an action resolves ${fingerprint}, which the source does not have`;
    if (left.has(fingerprint)) yield `an action resolves ${fingerprint}, which is still there`;
  }
  const wanted = before.findings
    .filter(({ finding, fingerprint }) => finding.severity !== 'info' && !resolved.has(fingerprint) && !accepted.has(fingerprint))
    .map(({ fingerprint }) => fingerprint);
  if (JSON.stringify(wanted) !== JSON.stringify(open)) yield `open is ${JSON.stringify(open)} and should be ${JSON.stringify(wanted)}`;
}

/** Yields who must be renamed while another system signs in with the username: a warning each. */
const heldBack = (organization: Organization): User[] => organization.users.filter((user) => user.signsInFor !== undefined && needsUpdate(organization, user));

function* countBreaches(result: Organization, { after }: CheckedPlan): Iterable<string> {
  const findings = [...expectedFindings(result), ...heldBack(result).map(() => ({ severity: 'warning' }))];
  for (const severity of ['error', 'warning'] as const) {
    const counted = findings.filter((finding) => finding.severity === severity).length;
    if (counted !== after[severity]) yield `after has ${after[severity]} of ${severity}, a check of the result counts ${counted}`;
  }
}
