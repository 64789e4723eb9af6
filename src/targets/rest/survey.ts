/** What Jama Connect has now of everything that some changes are about. Reads only. */

import type { Change } from '../../model/finding.js';
import type { JamaLive, LiveGroup, LiveUser } from './jama-live.js';
import { MEMBER, NO_MEMBER } from './threads.js';

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
export const isNumber = (id: string): boolean => /^[1-9]\d{0,15}$/.test(id) && Number.isSafeInteger(Number(id));

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
