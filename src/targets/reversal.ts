/** What of a run can still be taken back where somebody has changed the data since. */

import type { Change, UserAttribute } from '../model/change.js';
import { key } from '../model/compare.js';
import type { Group, User } from '../model/directory.js';
import { inverseOf } from './inverse.js';
import { type IntentRecord, isRowValue } from './journal.js';
import type { Task } from './ledger.js';

/** The data as they are now, as far as a run has to do with them. */
export interface Present {
  readonly users: readonly User[];
  readonly groups: readonly Group[];
  hasMember(group: string, user: string): boolean;
  /** Usernames by id before the run, as far as they are known. */
  readonly userNamesBefore: ReadonlyMap<string, string>;
}

export interface Reversal {
  /** Inverse changes in the order in which they are made. */
  readonly tasks: readonly Task[];
  /** What stood there before the run, by place in `tasks`. */
  readonly former: ReadonlyMap<number, IntentRecord['old']>;
  readonly left: readonly { readonly id: string; readonly change: Change; readonly reason: string }[];
}

/** Actions of one value or membership, in order. */
interface Thread {
  readonly actions: IntentRecord[];
  reason?: string;
}

/** Yields the actions of a journal, once each and in order, without the cells that only follow. */
export function actionsOf(intents: readonly IntentRecord[]): IntentRecord[] {
  const byPlace = new Map<number, IntentRecord>();
  for (const intent of intents) {
    const known = byPlace.get(intent.at);
    if (known === undefined || (known.follows === true && intent.follows !== true)) byPlace.set(intent.at, intent);
  }
  return [...byPlace.values()].sort((a, b) => a.at - b.at);
}

/** Yields what the value was before the first action and is after the last. */
function spanOf(actions: readonly IntentRecord[]): readonly [string, string] {
  const [first] = actions;
  const last = actions[actions.length - 1];
  return 'from' in first.change && 'to' in last.change ? [first.change.from, last.change.to] : ['', ''];
}

const threadName = (change: Change): string => {
  if (change.kind === 'replace-user') return JSON.stringify([change.user, change.attribute]);
  return change.kind === 'replace-group' ? JSON.stringify([change.group, 'name', 0]) : JSON.stringify([change.group, change.user, 'member']);
};

/** Decides, for each value that the run changed, whether it is still as the run left it and can go back. */
export function planReversal(intents: readonly IntentRecord[], present: Present): Reversal {
  const actions = actionsOf(intents);
  const threads = new Map<string, Thread>();
  for (const action of actions) {
    const name = threadName(action.change);
    const thread = threads.get(name) ?? { actions: [] };
    thread.actions.push(action);
    threads.set(name, thread);
  }
  const usersById = new Map(present.users.map((user) => [user.id, user]));
  const groupsById = new Map(present.groups.map((group) => [group.id, group]));
  for (const thread of threads.values()) {
    const reason = reasonToLeave(thread, { present, usersById, groupsById });
    if (reason !== undefined) thread.reason = reason;
  }
  leaveTakenNames(threads.values(), present);
  const tasks: Task[] = [];
  const former = new Map<number, IntentRecord['old']>();
  const left: { id: string; change: Change; reason: string }[] = [];
  for (const action of [...actions].reverse()) {
    const reason = threads.get(threadName(action.change))?.reason;
    const { id, change, old, where } = action;
    if (reason !== undefined) left.push({ id, change, reason });
    else {
      former.set(tasks.length, 'line' in where && !isRowValue(old) && typeof old === 'string' && 'attribute' in change ? unquoted(old) : old);
      tasks.push({ id, change: inverseOf(change) });
    }
  }
  return { tasks, former, left: left.reverse() };
}

export const unquoted = (raw: string): string => (raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);

interface Ground {
  readonly present: Present;
  readonly usersById: ReadonlyMap<string, User>;
  readonly groupsById: ReadonlyMap<string, Group>;
}

const WORDS: Readonly<Record<UserAttribute, string>> = { userName: 'the username', email: 'the email', active: 'active' };

function reasonToLeave({ actions }: Thread, { present, usersById, groupsById }: Ground): string | undefined {
  const { change } = actions[actions.length - 1];
  const [before, after] = spanOf(actions);
  const compare = (what: string, value: string): string | undefined =>
    value === after || value === before ? undefined : `${what} is ${JSON.stringify(value)} now, no longer ${JSON.stringify(after)}`;
  if (change.kind === 'replace-user') {
    const user = usersById.get(change.user);
    if (user === undefined) return 'the user is not there any more';
    const value = change.attribute === 'active' ? String(user.active) : user[change.attribute];
    return value === before && before !== after ? `it is ${JSON.stringify(before)} again already` : compare(WORDS[change.attribute], value);
  }
  if (change.kind === 'replace-group') {
    const group = groupsById.get(change.group);
    if (group === undefined) return 'the group is not there any more';
    return group.name === before && before !== after ? `it is ${JSON.stringify(before)} again already` : compare('the name', group.name);
  }
  if (!usersById.has(change.user)) return 'the user is not there any more';
  if (!groupsById.has(change.group)) return 'the group is not there any more';
  const isMember = present.hasMember(change.group, change.user);
  if (change.kind === 'remove-member') return isMember ? 'the user is a member again already' : undefined;
  return isMember ? undefined : 'the user is no member any more already';
}

/**
 * A username goes back only where nobody else holds it then, or where that one held it before the run as well. Whoever
 * must keep the name of the run may stand in another's way by that, so each of them is followed up.
 */
function leaveTakenNames(threads: Iterable<Thread>, { users, userNamesBefore }: Present): void {
  const goingBack = new Map<string, Thread>();
  /** Keys before the run, of those whom it renamed. */
  const keysBefore = new Map<string, string>();
  for (const thread of threads) {
    const { change } = thread.actions[0];
    if (change.kind !== 'replace-user' || change.attribute !== 'userName') continue;
    keysBefore.set(change.user, key(spanOf(thread.actions)[0]));
    if (thread.reason === undefined) goingBack.set(change.user, thread);
  }
  const wantersByKey = new Map<string, string[]>();
  for (const id of goingBack.keys()) {
    const name = keysBefore.get(id) ?? '';
    wantersByKey.set(name, [...(wantersByKey.get(name) ?? []), id]);
  }
  const staying: { readonly id: string; readonly userName: string }[] = users.filter(({ id }) => !goingBack.has(id));
  for (let holder = staying.pop(); holder !== undefined; holder = staying.pop()) {
    const name = key(holder.userName);
    if (name === '') continue;
    const wanters = wantersByKey.get(name);
    // Both had it before: the source held this duplicate, and gets it back.
    if (wanters === undefined || (keysBefore.get(holder.id) ?? key(userNamesBefore.get(holder.id) ?? '')) === name) continue;
    for (const id of wanters) {
      const thread = goingBack.get(id);
      if (thread === undefined || id === holder.id) continue;
      thread.reason = `user ${holder.id} has the username ${JSON.stringify(holder.userName)} now`;
      goingBack.delete(id);
      staying.push({ id, userName: spanOf(thread.actions)[1] });
    }
    // All of them are looked at: the next holder of the name has nobody left to keep away.
    wantersByKey.delete(name);
  }
}
