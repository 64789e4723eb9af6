/** What people decided, as an end state; the directory once the plan is applied; and the findings that a check would have then. */

import { type AuditContext, beginAudit } from '../audit/audit.js';
import type { AuditedFinding, Report } from '../audit/report.js';
import { type Contest, settleContest } from '../model/contest.js';
import type { Group, Snapshot, User } from '../model/directory.js';
import { type IdentityIndex, indexIdentities, reindexRenamed } from '../model/identity-index.js';
import type { IdpDirectory } from '../model/idp.js';
import { leadingAway, matchIdp } from '../model/idp-match.js';
import { plainUser } from '../model/stored-user.js';
import { ruleOf } from '../rules/registry.js';
import type { RuleContext } from '../rules/rule.js';
import type { MemberTable, MemberTally } from './member-tally.js';

export interface EndState {
  readonly users: readonly User[];
  readonly groups: readonly Group[];
  /** Indexes of users whose username changes, in source order. */
  readonly movers: readonly number[];
  readonly report: Report;
  /** True if nothing was chosen: users get their email as username, and nothing else changes. */
  readonly isRenamedOnly: boolean;
  /** Of the end state; if an update without a decision is left, the plan is not finished. */
  readonly contest: Contest;
  readonly index: IdentityIndex;
  /** Tally of the memberships; undefined if none were given. */
  readonly tally: MemberTally | undefined;
}

/** Returns what a finding is about, to detect whether it still exists. */
export const topicOf = ({ finding }: AuditedFinding): string => `${finding.rule}\n${ruleOf(finding).topic(finding)}`;

/** Returns the end state after choices and every update that needs no decision then. */
export function endStateOf(
  before: Report,
  { directory, policy, digests, index, contest, idp }: AuditContext,
  members: MemberTable,
  choices: Choices,
): EndState {
  const isChosen = hasChoices(choices);
  const chosen = isChosen ? directory.users.map((user) => withChoices(user, choices)) : directory.users;
  const settled: { index: IdentityIndex; contest: Contest } = isChosen ? settle(chosen.map(releasing(choices)), policy, idp?.directory) : { index, contest };
  const movers: number[] = [];
  const updated: number[] = [];
  const users = chosen.slice();
  for (let place = 0; place < users.length; place++) {
    const isUpdated = settled.contest.isAutomatic[place] === 1;
    if (!isUpdated && users[place] === directory.users[place]) continue;
    if (isUpdated) {
      updated.push(place);
      users[place] = { ...plainUser(users[place]), userName: users[place].email };
    }
    if (users[place].userName !== directory.users[place].userName) movers.push(place);
  }
  const groups =
    choices.groupNames.size === 0
      ? directory.groups
      : directory.groups.map((group) => {
          const name = choices.groupNames.get(group.place);
          return name === undefined ? group : { ...group, name };
        });
  const snapshot: Snapshot = { ...before.snapshot, users, groups };
  const end = reindexRenamed(settled.index, users, updated);
  const audit = beginAudit(snapshot, policy, digests, idp?.directory, { findings: before.findings, index: end, isRenamedOnly: !isChosen });
  const tally = members.tally();
  let removed = 0;
  members.forEach((user, group) => {
    if (choices.removals.get(user)?.has(group) === true) {
      removed++;
      tally?.remove(user, group);
    } else audit.sink.member(user, group);
  });
  const report = audit.finish({ ...snapshot, memberships: snapshot.memberships - removed });
  return { users, groups, movers, report, isRenamedOnly: !isChosen, contest: audit.context.contest, index: audit.context.index, tally };
}

function settle(users: readonly User[], policy: RuleContext['policy'], idp: IdpDirectory | undefined): { index: IdentityIndex; contest: Contest } {
  const index = indexIdentities(users, policy);
  return { index, contest: settleContest(index, idp === undefined ? undefined : leadingAway(index, matchIdp(index, idp))) };
}

/** A decision on the email is also one on the username that follows it: integrations no longer keep the user from being renamed. */
const releasing =
  ({ emails }: Choices) =>
  (user: User): User => {
    if (user.signsInFor === undefined || !emails.has(user.place)) return user;
    const { signsInFor: _, ...released } = user;
    return released;
  };

function withChoices(user: User, { emails, active, userNames }: Choices): User {
  const { place } = user;
  if (!emails.has(place) && !active.has(place) && !userNames.has(place)) return user;
  return {
    ...plainUser(user),
    email: emails.get(place) ?? user.email,
    active: active.get(place) ?? user.active,
    userName: userNames.get(place) ?? user.userName,
  };
}

/** What people decided, by index in the source. */
export interface Choices {
  readonly emails: ReadonlyMap<number, string>;
  readonly active: ReadonlyMap<number, boolean>;
  readonly userNames: ReadonlyMap<number, string>;
  readonly groupNames: ReadonlyMap<number, string>;
  /** Indexes of groups that a user leaves, by index of the user. */
  readonly removals: ReadonlyMap<number, ReadonlySet<number>>;
}

export const NO_CHOICES: Choices = {
  emails: new Map(),
  active: new Map(),
  userNames: new Map(),
  groupNames: new Map(),
  removals: new Map(),
};

export const hasChoices = (choices: Choices): boolean => Object.values<ReadonlyMap<number, unknown>>({ ...choices }).some(({ size }) => size > 0);

// What answers would lead to: which findings end, which begin, and what a check would count.

/** What a check would find once the plan is applied. */
export interface Outlook {
  /** Fingerprints of findings that a person would still have to decide. */
  readonly open: ReadonlySet<string>;
  /** Rules of the findings, by topic. */
  readonly rules: ReadonlyMap<string, string>;
  readonly counts: Pick<Report['summary'], 'error' | 'warning' | 'info'>;
}

/** Returns what a plan leads to, from the findings that are open then and those of its end state. */
export function outlookOf(open: readonly AuditedFinding[], end: Pick<Report, 'findings' | 'summary'>): Outlook {
  const { error, warning, info } = end.summary;
  return {
    open: new Set(open.map(({ fingerprint }) => fingerprint)),
    rules: new Map(end.findings.flatMap((each) => (each.finding.severity === 'info' ? [] : [[topicOf(each), each.finding.rule]]))),
    counts: { error, warning, info },
  };
}

/** The number of findings, by rule. */
type Tally = ReadonlyMap<string, number>;

/** Returns which findings end and which begin between two outlooks. */
export function differenceOf(before: Outlook, after: Outlook): { readonly ends: Tally; readonly begins: Tally } {
  return { ends: missingIn(after, before), begins: missingIn(before, after) };
}

function missingIn({ rules: known }: Outlook, { rules }: Outlook): Tally {
  const tally = new Map<string, number>();
  for (const [topic, rule] of rules) if (!known.has(topic)) tally.set(rule, (tally.get(rule) ?? 0) + 1);
  return tally;
}
