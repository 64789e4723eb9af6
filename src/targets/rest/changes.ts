/**
 * The changes of a plan as a live run sees them: which it can make, the values that each passes through, and what Jama
 * Connect has of them now.
 */

import type { Change } from '../../model/finding.js';
import { type Note, note, quotedId } from '../../model/note.js';
import type { Task } from '../run/net-work.js';
import { ApplyRefused } from '../run/stops.js';
import type { JamaLive, LiveGroup, LiveUser } from './jama-live.js';

// What a plan does to each value: the values that it passes through, so that a value found in Jama Connect tells how
// far it is.

/** One attribute of a user, the name of a group, or one membership. */
export interface Thread {
  readonly name: string;
  readonly change: Change;
  /** Indexes of its actions in the plan, in order. */
  readonly at: number[];
  /** The value before the first of them, and after each. */
  readonly values: string[];
}

export const MEMBER = 'member';
export const NO_MEMBER = 'not a member';

/** Returns the value that a change starts from, and the one that it leads to. */
export function endsOf(change: Change): readonly [string, string] {
  if (change.kind === 'remove-member') return [MEMBER, NO_MEMBER];
  return change.kind === 'add-member' ? [NO_MEMBER, MEMBER] : [change.from, change.to];
}

/** Returns the name of the thread that a change belongs to. */
export function threadName(change: Change): string {
  if (change.kind === 'replace-user') return JSON.stringify(['user', change.user, change.attribute]);
  return change.kind === 'replace-group' ? JSON.stringify(['group', change.group]) : JSON.stringify(['member', change.group, change.user]);
}

export interface Threads {
  readonly all: readonly Thread[];
  /** The thread of each action, by its index. */
  readonly of: readonly Thread[];
  /** Ids of actions that do not start from what the action before left, or that lead to a value that was there before. */
  readonly broken: readonly string[];
}

export function threadsOf(actions: readonly Task[]): Threads {
  const byName = new Map<string, Thread>();
  const broken: string[] = [];
  const of = actions.map(({ id, change }, at) => {
    const name = threadName(change);
    const [from, to] = endsOf(change);
    const thread = byName.get(name) ?? { name, change, at: [], values: [from] };
    byName.set(name, thread);
    // A value that comes twice would not tell how far the thread is.
    if (thread.values[thread.values.length - 1] !== from || thread.values.includes(to)) broken.push(id);
    thread.at.push(at);
    thread.values.push(to);
    return thread;
  });
  return { all: [...byName.values()], of, broken };
}

/** How many actions of each thread are done, by its name. */
type Positions = ReadonlyMap<string, number>;

/** Returns the indexes of the actions that are still to be done, in the plan's order. */
export function remainingOf({ of, all }: Threads, positions: Positions): number[] {
  const firsts = new Map(all.map(({ name, at }) => [name, at[positions.get(name) ?? 0] ?? Number.POSITIVE_INFINITY]));
  return of.flatMap(({ name }, at) => (at >= (firsts.get(name) ?? 0) ? [at] : []));
}

// What Jama Connect has now of everything that some changes are about. Reads only.

export interface Survey {
  /** By id; without those that do not exist. */
  readonly users: ReadonlyMap<string, LiveUser>;
  readonly groups: ReadonlyMap<string, LiveGroup>;
  /** Listed members by id of the group, with whether they are active. */
  readonly members: ReadonlyMap<string, ReadonlyMap<string, boolean>>;
  /** True if these lists show an inactive member: then a user who is not in them is not a member. */
  readonly showsInactive: boolean;
}

/** Is told after each subject that was read. */
export type OnRead = (read: number, of: number) => void;

/** An id that Jama Connect can have: it stands in the path of calls, and as a number in their bodies. */
const isNumber = (id: string): boolean => /^[1-9]\d{0,15}$/.test(id) && Number.isSafeInteger(Number(id));

/** Reads each user and group of some changes, and the members of each group whose memberships they change. Ids that are no numbers are left out. */
export async function surveyOf(live: JamaLive, changes: readonly Change[], onRead: OnRead = () => {}): Promise<Survey> {
  const userIds = new Set(changes.flatMap((change) => ('user' in change ? [change.user] : [])));
  const groupIds = new Set(changes.flatMap((change) => ('group' in change ? [change.group] : [])));
  const memberIds = new Set(changes.flatMap((change) => (change.kind === 'add-member' || change.kind === 'remove-member' ? [change.group] : [])));
  const all = userIds.size + groupIds.size + memberIds.size;
  let read = 0;
  const users = new Map<string, LiveUser>();
  for (const id of userIds) {
    const user = isNumber(id) ? await live.user(id) : undefined;
    if (user !== undefined) users.set(id, user);
    onRead(++read, all);
  }
  const groups = new Map<string, LiveGroup>();
  for (const id of groupIds) {
    const group = isNumber(id) ? await live.group(id) : undefined;
    if (group !== undefined) groups.set(id, group);
    onRead(++read, all);
  }
  const members = new Map<string, ReadonlyMap<string, boolean>>();
  for (const id of memberIds) {
    if (groups.has(id)) members.set(id, new Map((await live.members(id)).map((user) => [user.id, user.active])));
    onRead(++read, all);
  }
  const showsInactive = [...members.values()].some((listed) => [...listed.values()].includes(false));
  return { users, groups, members, showsInactive };
}

/** Returns the value that a change is about; undefined if the user or group does not exist. */
export function valueIn({ users, groups, members }: Survey, change: Change): string | undefined {
  if (change.kind === 'replace-group') return groups.get(change.group)?.name;
  const user = users.get(change.user);
  if (change.kind === 'replace-user') return user === undefined ? undefined : attributeOf(user, change.attribute);
  const listed = members.get(change.group);
  return user === undefined || listed === undefined ? undefined : listed.has(change.user) ? MEMBER : NO_MEMBER;
}

export const attributeOf = (user: LiveUser, attribute: 'userName' | 'email' | 'active'): string =>
  attribute === 'active' ? String(user.active) : user[attribute];

// What a live run cannot do, by action. It is known from the plan alone.

function whyNot({ change }: Task): Note | undefined {
  if ('user' in change && !isNumber(change.user))
    return note`the user's id ${quotedId(change.user)} is not a number as Jama Connect gives them; plan from an export with Jama Connect's own ids, such as "scim-audit pull" writes`;
  if ('group' in change && !isNumber(change.group))
    return note`the group's id ${quotedId(change.group)} is not a number as Jama Connect gives them; plan from an export with Jama Connect's own ids, such as "scim-audit pull" writes`;
  if (change.kind === 'replace-user' && change.attribute !== 'active' && change.to.trim() === '')
    return note`the ${change.attribute === 'email' ? 'email' : 'username'} becomes blank, which Jama Connect does not accept`;
  if (change.kind === 'replace-group' && change.to.trim() === '') return note`the group's name becomes blank, which Jama Connect does not accept`;
  return undefined;
}

/** Can a live run make every action. */
export const goesOverRest = (actions: readonly Task[]): boolean => actions.every((action) => whyNot(action) === undefined);

/** Throws ApplyRefused, naming each action that a live run cannot do. */
export function refuseKinds(actions: readonly Task[]): void {
  const lines = actions.flatMap((action) => {
    const why = whyNot(action);
    return why === undefined ? [] : [note`${action.id}: ${[...(typeof why === 'string' ? [why] : why)]}.`];
  });
  if (lines.length > 0)
    throw new ApplyRefused(
      `The plan has ${lines.length === 1 ? 'an action' : `${lines.length} actions`} that cannot be done through Jama Connect's REST API.`,
      'Nothing was changed. Change what is planned in decisions.csv and plan again, or make these changes another way, such as "scim-audit script".',
      shortened(lines),
    );
}

const MOST = 50;

/** Returns the first lines and how many more there are. */
export const shortened = (lines: readonly Note[]): readonly Note[] =>
  lines.length <= MOST ? lines : [...lines.slice(0, MOST), `… and ${lines.length - MOST} more`];
