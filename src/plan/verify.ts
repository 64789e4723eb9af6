/** Compares a fresh export with a plan: what is as planned, what is not, and what else changed. */

import type { Directory, FurtherColumn, FurtherColumns, User } from '../model/directory.js';
import type { Change } from '../model/finding.js';
import { placesById } from '../model/stored-user.js';
import { type Baseline, furtherOf, groupDigest, isAsPlanned } from './baseline.js';
import { isSameTally, type MemberTally, shifted, type Tally } from './member-tally.js';
import type { Plan } from './plan.js';

export type Difference =
  /** Still as it was before the plan. */
  | { readonly kind: 'missing'; readonly change: Change; readonly now: string }
  /** Neither as before nor as planned. */
  | { readonly kind: 'otherwise'; readonly change: Change; readonly now: string }
  | { readonly kind: 'temporary'; readonly subject: string; readonly now: string }
  | OtherDifference;

/** A user or a group that changed, but not because of the plan. `subject` names it for people. */
export interface OtherDifference {
  readonly kind: 'other';
  readonly subject: string;
  /** Id, if it is a user. */
  readonly user?: string;
  /** Id, if it is a group. */
  readonly group?: string;
  readonly what: string;
}

const otherOf = (of: 'user' | 'group', id: string, what: string): OtherDifference => ({ kind: 'other', subject: `${of} ${id}`, [of]: id, what });

export interface Verification {
  /** Net changes that are as planned. */
  readonly landed: number;
  readonly differences: readonly Difference[];
}

/** The memberships of the fresh export. */
export interface FreshMembers {
  /** Only pairs that the plan changes. */
  has(user: string, group: string): boolean;
  /** Tally of all memberships; undefined if the export has none. */
  readonly tally?: MemberTally | undefined;
}

const GONE = '(not in the export)';

/** Returns the net change of each subject's attributes, without temporary names. */
export function netChanges({ actions }: Pick<Plan, 'actions'>): Change[] {
  const net = new Map<string, Change>();
  for (const { change } of actions) {
    const name =
      change.kind === 'replace-user'
        ? `${change.attribute} ${change.user}`
        : change.kind === 'replace-group'
          ? `group ${change.group}`
          : `member ${change.user.length} ${change.user}${change.group}`;
    const before = net.get(name);
    if (before === undefined) net.set(name, change);
    else if (change.kind === 'replace-user' && before.kind === 'replace-user') {
      const { temporary: _, ...rest } = change;
      net.set(name, { ...rest, from: before.from });
    } else if (change.kind === 'replace-group' && before.kind === 'replace-group') net.set(name, { ...change, from: before.from });
  }
  return [...net.values()];
}

/** The number of net changes of a plan, without temporary names. */
export interface NetCounts {
  readonly values: number;
  readonly removedMembers: number;
  readonly addedMembers: number;
}

export function netCounts(plan: Pick<Plan, 'actions'>): NetCounts {
  const net = netChanges(plan);
  const of = (kind: Change['kind']): number => net.filter((change) => change.kind === kind).length;
  return { values: of('replace-user') + of('replace-group'), removedMembers: of('remove-member'), addedMembers: of('add-member') };
}

export interface Fresh extends Pick<Directory, 'users' | 'groups' | 'further'> {
  readonly members: FreshMembers;
}

/** Returns how a fresh export differs from a plan; without a baseline, other changes cannot be detected. */
export function verifyPlan(plan: Plan, fresh: Fresh, baseline: Baseline | undefined): Verification {
  const { users, groups, members } = fresh;
  const net = netChanges(plan);
  const usersById = placesById(users);
  const userOf = (id: string): User | undefined => users[usersById.get(id)];
  const groupsById = new Map(groups.map((group) => [group.id, group]));
  const differences: Difference[] = [];
  /** Subjects whose difference is reported already. */
  const touched = new Set<string>();
  const undone: Change[] = [];
  const temporary = new Set(plan.actions.flatMap(({ change }) => (change.kind === 'replace-user' && change.temporary === true ? [change.to] : [])));
  /** A temporary username that is left is reported as that only. */
  const isTemporary = (change: Change, now: string | undefined): boolean =>
    change.kind === 'replace-user' && change.attribute === 'userName' && now !== undefined && temporary.has(now);
  let landed = 0;
  for (const change of net) {
    const now = valueNow(change, userOf, groupsById, members);
    const [from, to] = endsOf(change);
    if (now === to) landed++;
    else {
      if (change.kind === 'remove-member' || change.kind === 'add-member') undone.push(change);
      else touched.add(change.kind === 'replace-group' ? `group ${change.group}` : `user ${change.user}`);
      if (!isTemporary(change, now)) differences.push({ kind: now === from ? 'missing' : 'otherwise', change, now: now ?? GONE });
    }
  }
  // Most plans have none.
  for (const { id, userName } of temporary.size === 0 ? [] : users) {
    if (!temporary.has(userName)) continue;
    const subject = `user ${id}`;
    touched.add(subject);
    differences.push({ kind: 'temporary', subject, now: userName });
  }
  if (baseline !== undefined)
    for (const other of otherChanges(fresh, baseline, { touched, hasTypes: plan.settings.typeList === undefined })) differences.push(other);
  if (baseline !== undefined) for (const other of otherMembers(fresh, baseline, undone)) differences.push(other);
  return { landed, differences };
}

/** Names of the columns of users in sentences. */
export const COLUMN_WORDS: Readonly<Record<FurtherColumn, string>> = {
  firstName: 'first name',
  lastName: 'last name',
  fullName: 'name',
  licenseType: 'license type',
};

/** Returns the columns that have the same heading in the baseline and in a fresh export, with their indexes in the baseline: under another heading, the same value may be spelled differently. */
export function alikeColumns(
  { further: planned = [] }: Baseline,
  further: FurtherColumns | undefined,
): { readonly name: FurtherColumn; readonly at: number }[] {
  return planned.flatMap(({ name, heading }, at) =>
    further?.columns.some((column) => column.name === name && column.heading === heading) === true ? [{ name, at }] : [],
  );
}

function endsOf(change: Change): readonly [string, string] {
  if (change.kind === 'remove-member') return ['member', 'no member'];
  if (change.kind === 'add-member') return ['no member', 'member'];
  return [change.from, change.to];
}

function valueNow(
  change: Change,
  userOf: (id: string) => User | undefined,
  groups: ReadonlyMap<string, { readonly name: string }>,
  members: FreshMembers,
): string | undefined {
  if (change.kind === 'replace-group') return groups.get(change.group)?.name;
  if (change.kind === 'replace-user') {
    const user = userOf(change.user);
    return user === undefined ? undefined : String(user[change.attribute]);
  }
  return members.has(change.user, change.group) ? 'member' : 'no member';
}

function* otherChanges(
  { users, groups, further }: Fresh,
  baseline: Baseline,
  { touched, hasTypes }: { readonly touched: ReadonlySet<string>; readonly hasTypes: boolean },
): Iterable<Difference> {
  const alike = alikeColumns(baseline, further);
  function* gone(of: 'user' | 'group', id: string): Iterable<Difference> {
    if (!touched.has(`${of} ${id}`)) yield otherOf(of, id, 'is gone since the plan was made');
  }
  const isAlike = (planned: string, place: number): boolean => {
    for (const { name, at } of alike) if (further?.checksum(place, name) !== furtherOf(planned, at)) return false;
    return true;
  };
  let met = 0;
  for (const user of users) {
    const planned = baseline.users.of(user);
    if (planned !== undefined) met++;
    if (planned !== undefined && isAsPlanned(planned, user, hasTypes) && isAlike(planned, user.place)) continue;
    const subject = `user ${user.id}`;
    if (planned === undefined) yield otherOf('user', user.id, 'is new since the plan was made');
    else if (touched.has(subject)) continue;
    else if (!isAsPlanned(planned, user, hasTypes)) yield otherOf('user', user.id, 'was changed, and not by the plan');
    else {
      const changed = alike.filter(({ name, at }) => further?.checksum(user.place, name) !== furtherOf(planned, at));
      if (changed.length > 0) yield otherOf('user', user.id, `has another ${changed.map(({ name }) => COLUMN_WORDS[name]).join(' and ')}, and not by the plan`);
    }
  }
  // Ids are unique on both sides.
  if (met < baseline.users.size) {
    const ids = new Set(users.map(({ id }) => id));
    for (const id of baseline.users.ids) if (!ids.has(id)) yield* gone('user', id);
  }
  const groupIds = new Set<string>();
  for (const group of groups) {
    groupIds.add(group.id);
    const subject = `group ${group.id}`;
    const planned = baseline.groups.get(group.id);
    if (planned === undefined) yield otherOf('group', group.id, 'is new since the plan was made');
    else if (planned !== groupDigest(group) && !touched.has(subject)) yield otherOf('group', group.id, 'was changed, and not by the plan');
  }
  for (const id of baseline.groups.keys()) if (!groupIds.has(id)) yield* gone('group', id);
}

/** Groups with other members than planned, apart from planned changes that are missing, which are reported separately. */
function* otherMembers({ groups, members: { tally } }: Fresh, baseline: Baseline, undone: readonly Change[]): Iterable<Difference> {
  if (tally === undefined || baseline.members === undefined) return;
  const planned = new Map<string, Tally>(baseline.members);
  for (const change of undone) {
    if (change.kind !== 'remove-member' && change.kind !== 'add-member') continue;
    const known = planned.get(change.group);
    if (known !== undefined) planned.set(change.group, shifted(known, change.user, change.kind === 'remove-member' ? 1 : -1));
  }
  for (const { id, place } of groups) {
    const wanted = planned.get(id);
    const now = tally.of(place);
    if (wanted === undefined || isSameTally(wanted, now)) continue;
    const how = wanted.count === now.count ? `has other members, ${now.count} as before` : `has ${now.count} members instead of ${wanted.count}`;
    yield otherOf('group', id, `${how}, and not by the plan`);
  }
}
