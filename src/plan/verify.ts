/** A fresh export held against the plan: what landed, what did not, and what else changed. */

import type { Change } from '../model/change.js';
import type { Directory, User } from '../model/directory.js';
import { type Baseline, groupDigest, userDigest } from './baseline.js';
import type { Plan } from './plan.js';

export type Difference =
  /** Still as it was before the plan. */
  | { readonly kind: 'missing'; readonly change: Change; readonly now: string }
  /** Neither as before nor as planned. */
  | { readonly kind: 'otherwise'; readonly change: Change; readonly now: string }
  | { readonly kind: 'temporary'; readonly subject: string; readonly now: string }
  | { readonly kind: 'other'; readonly subject: string; readonly what: string };

export interface Verification {
  /** Net changes that are as planned. */
  readonly landed: number;
  readonly differences: readonly Difference[];
}

/** Membership pairs that a plan speaks of, as they are in the fresh export. */
export type HasMember = (user: string, group: string) => boolean;

const GONE = '(not in the export)';

/** Yields each subject's and attribute's net change: temporary names come and go within the plan. */
export function netChanges({ actions }: Pick<Plan, 'actions'>): Change[] {
  const net = new Map<string, Change>();
  for (const { change } of actions) {
    const name = JSON.stringify(
      change.kind === 'replace-user'
        ? ['user', change.user, change.attribute]
        : change.kind === 'replace-group'
          ? ['group', change.group]
          : ['member', change.user, change.group],
    );
    const before = net.get(name);
    if (before === undefined) net.set(name, change);
    else if (change.kind === 'replace-user' && before.kind === 'replace-user') {
      const { temporary: _, ...rest } = change;
      net.set(name, { ...rest, from: before.from });
    } else if (change.kind === 'replace-group' && before.kind === 'replace-group') net.set(name, { ...change, from: before.from });
  }
  return [...net.values()];
}

/** Yields how a fresh export stands to a plan; without a baseline, other changes cannot be told. */
export function verifyPlan(
  plan: Plan,
  { users, groups }: Pick<Directory, 'users' | 'groups'>,
  hasMember: HasMember,
  baseline: Baseline | undefined,
): Verification {
  const usersById = new Map(users.map((user) => [user.id, user]));
  const groupsById = new Map(groups.map((group) => [group.id, group]));
  const differences: Difference[] = [];
  /** Subjects whose difference is told already. */
  const touched = new Set<string>();
  let landed = 0;
  for (const change of netChanges(plan)) {
    const now = valueNow(change, usersById, groupsById, hasMember);
    const [from, to] = endsOf(change);
    if (now === to) landed++;
    else {
      touched.add(change.kind === 'replace-group' ? `group ${change.group}` : `user ${change.user}`);
      differences.push({ kind: now === from ? 'missing' : 'otherwise', change, now: now ?? GONE });
    }
  }
  const temporary = new Map(
    plan.actions.flatMap(({ change }) => (change.kind === 'replace-user' && change.temporary === true ? [[change.to, change.user] as const] : [])),
  );
  for (const { id, userName } of users) {
    if (temporary.has(userName)) differences.push({ kind: 'temporary', subject: `user ${id}`, now: userName });
  }
  if (baseline !== undefined) for (const other of otherChanges(users, usersById, groups, baseline, touched)) differences.push(other);
  return { landed, differences };
}

function endsOf(change: Change): readonly [string, string] {
  if (change.kind === 'remove-member') return ['member', 'no member'];
  if (change.kind === 'add-member') return ['no member', 'member'];
  return [change.from, change.to];
}

function valueNow(
  change: Change,
  users: ReadonlyMap<string, User>,
  groups: ReadonlyMap<string, { readonly name: string }>,
  hasMember: HasMember,
): string | undefined {
  if (change.kind === 'replace-group') return groups.get(change.group)?.name;
  if (change.kind === 'replace-user') {
    const user = users.get(change.user);
    return user === undefined ? undefined : String(user[change.attribute]);
  }
  return hasMember(change.user, change.group) ? 'member' : 'no member';
}

function* otherChanges(
  users: readonly User[],
  usersById: ReadonlyMap<string, User>,
  groups: Directory['groups'],
  baseline: Baseline,
  touched: ReadonlySet<string>,
): Iterable<Difference> {
  for (const user of users) {
    const subject = `user ${user.id}`;
    const planned = baseline.users.get(user.id);
    if (planned === undefined) yield { kind: 'other', subject, what: 'is new since the plan was made' };
    else if (planned !== userDigest(user) && !touched.has(subject)) yield { kind: 'other', subject, what: 'was changed, and not by the plan' };
  }
  for (const id of baseline.users.keys()) if (!usersById.has(id)) yield { kind: 'other', subject: `user ${id}`, what: 'is gone since the plan was made' };
  const groupIds = new Set<string>();
  for (const group of groups) {
    groupIds.add(group.id);
    const subject = `group ${group.id}`;
    const planned = baseline.groups.get(group.id);
    if (planned === undefined) yield { kind: 'other', subject, what: 'is new since the plan was made' };
    else if (planned !== groupDigest(group) && !touched.has(subject)) yield { kind: 'other', subject, what: 'was changed, and not by the plan' };
  }
  for (const id of baseline.groups.keys()) if (!groupIds.has(id)) yield { kind: 'other', subject: `group ${id}`, what: 'is gone since the plan was made' };
}
