/** Which changes of a run can still be undone if the data have changed since. */

import type { Collation } from '../../model/compare.js';
import type { Group, User } from '../../model/directory.js';
import type { Change, UserAttribute } from '../../model/finding.js';
import type { IntentRecord } from './journal.js';
import type { PreviousValue, PreviousValues, Task } from './net-work.js';

/** The current data, as far as they concern a run. */
export interface Present {
  readonly users: readonly User[];
  readonly groups: readonly Group[];
  hasMember(group: string, user: string): boolean;
  /** Usernames by id before the run, as far as they are known. */
  readonly userNamesBefore: ReadonlyMap<string, string>;
  /** Compares usernames. */
  readonly key: Collation['key'];
}

export interface Reversal {
  /** Inverse changes in the order in which they are made. */
  readonly tasks: readonly Task[];
  /** The values from before the run, by index in `tasks`. */
  readonly previous: PreviousValues;
  readonly left: readonly { readonly id: string; readonly change: Change; readonly reason: string }[];
}

/** How far a run and its earlier undos got. */
export interface Progress {
  /** Ids of the actions that were done; undefined if all were. */
  readonly done?: ReadonlySet<string>;
  /** Ids of the actions that were undone. */
  readonly undone: ReadonlySet<string>;
}

/** Actions of one value or membership, in order. */
interface Thread {
  readonly actions: IntentRecord[];
  reason?: string;
  /** True if it was never written, so there is nothing to undo. */
  isUnwritten?: true;
}

/** Returns the intents of each action in order, by its index; without cells that only refer to the subject, unless there are no others. */
function intentsByPlace(intents: readonly IntentRecord[]): ReadonlyMap<number, readonly IntentRecord[]> {
  const byPlace = new Map<number, IntentRecord[]>();
  for (const intent of intents) {
    const known = byPlace.get(intent.at);
    if (known === undefined || (known[0].follows === true && intent.follows !== true)) byPlace.set(intent.at, [intent]);
    else if (intent.follows !== true) known.push(intent);
  }
  return new Map([...byPlace].sort(([a], [b]) => a - b));
}

/** Returns the actions of a journal, once each and in order. */
export const actionsOf = (intents: readonly IntentRecord[]): IntentRecord[] => Array.from(intentsByPlace(intents).values(), ([first]) => first);

/** Returns the values of an action's cells before it, or after it. */
function previousOf(intents: readonly IntentRecord[], side: 'old' | 'new'): PreviousValue[] {
  return intents.map((intent) => {
    const { where, change } = intent;
    const value = intent[side];
    const isCell = where.heading !== undefined;
    const isRaw = 'line' in where && typeof value === 'string' && 'attribute' in change;
    const record = 'record' in where && where.record !== undefined ? { record: where.record } : {};
    return { old: isRaw ? unquoted(value) : value, isCell, ...record };
  });
}

/** Returns the reversal that a killed undo announced, from its own intents. */
export function announcedReversal(intents: readonly IntentRecord[]): Reversal {
  const byPlace = [...intentsByPlace(intents).values()];
  return {
    tasks: byPlace.map(([{ id, change }]) => ({ id, change })),
    previous: new Map(byPlace.map((each, at) => [at, previousOf(each, 'new')])),
    left: [],
  };
}

/** Returns the value before the first action and after the last. */
function spanOf(actions: readonly IntentRecord[]): readonly [string, string] {
  const [first] = actions;
  const last = actions[actions.length - 1];
  return 'from' in first.change && 'to' in last.change ? [first.change.from, last.change.to] : ['', ''];
}

const threadName = (change: Change): string => {
  if (change.kind === 'replace-user') return JSON.stringify([change.user, change.attribute]);
  return change.kind === 'replace-group' ? JSON.stringify([change.group, 'name', 0]) : JSON.stringify([change.group, change.user, 'member']);
};

/** Decides for each value that the run changed whether it is still as the run left it and can be restored. */
export function planReversal(intents: readonly IntentRecord[], present: Present, { done, undone }: Progress): Reversal {
  const byPlace = intentsByPlace(intents);
  const actions = Array.from(byPlace.values(), ([first]) => first).filter(({ id }) => !undone.has(id));
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
    if (reason === undefined) continue;
    thread.reason = reason.text;
    if (reason.isAsBefore && done !== undefined && thread.actions.every(({ id }) => !done.has(id))) thread.isUnwritten = true;
  }
  leaveTakenNames(threads.values(), present);
  const tasks: Task[] = [];
  const previous = new Map<number, readonly PreviousValue[]>();
  const left: { id: string; change: Change; reason: string }[] = [];
  for (const action of [...actions].reverse()) {
    const thread = threads.get(threadName(action.change));
    const { id, at, change } = action;
    if (thread?.isUnwritten === true) continue;
    if (thread?.reason !== undefined) left.push({ id, change, reason: thread.reason });
    else {
      previous.set(tasks.length, previousOf(byPlace.get(at) ?? [], 'old'));
      tasks.push({ id, change: inverseOf(change) });
    }
  }
  return { tasks, previous, left: left.reverse() };
}

const unquoted = (raw: string): string => (raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);

interface CurrentData {
  readonly present: Present;
  readonly usersById: ReadonlyMap<string, User>;
  readonly groupsById: ReadonlyMap<string, Group>;
}

const WORDS: Readonly<Record<UserAttribute, string>> = { userName: 'the username', email: 'the email', active: 'active' };

/** Why a change is not undone. */
interface Leaving {
  readonly text: string;
  /** True if the value is as it was before the run. */
  readonly isAsBefore: boolean;
}

const changed = (text: string): Leaving => ({ text, isAsBefore: false });
const asBefore = (text: string): Leaving => ({ text, isAsBefore: true });

function reasonToLeave({ actions }: Thread, { present, usersById, groupsById }: CurrentData): Leaving | undefined {
  const { change } = actions[actions.length - 1];
  const [before, after] = spanOf(actions);
  const compare = (what: string, value: string): Leaving | undefined => {
    if (value === before && before !== after) return asBefore(`it is ${JSON.stringify(before)} already`);
    return value === after ? undefined : changed(`${what} is ${JSON.stringify(value)} now, no longer ${JSON.stringify(after)}`);
  };
  if (change.kind === 'replace-user') {
    const user = usersById.get(change.user);
    if (user === undefined) return changed('the user no longer exists');
    return compare(WORDS[change.attribute], change.attribute === 'active' ? String(user.active) : user[change.attribute]);
  }
  if (change.kind === 'replace-group') {
    const group = groupsById.get(change.group);
    return group === undefined ? changed('the group no longer exists') : compare('the name', group.name);
  }
  if (!usersById.has(change.user)) return changed('the user no longer exists');
  if (!groupsById.has(change.group)) return changed('the group no longer exists');
  const isMember = present.hasMember(change.group, change.user);
  if (change.kind === 'remove-member') return isMember ? asBefore('the user is already a member') : undefined;
  return isMember ? undefined : asBefore('the user is already not a member');
}

/**
 * A username is restored only if no other user would hold it then, or if the other user held it before the run as well. A user
 * who must keep the name from the run may in turn block another, so each of these is followed up.
 */
function leaveTakenNames(threads: Iterable<Thread>, { users, userNamesBefore, key }: Present): void {
  const goingBack = new Map<string, Thread>();
  /** Keys of the usernames before the run, of the users that it renamed. */
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
    const wanters = wantersByKey.get(name);
    if (wanters === undefined) wantersByKey.set(name, [id]);
    else wanters.push(id);
  }
  const staying: { readonly id: string; readonly userName: string }[] = users.filter(({ id }) => !goingBack.has(id));
  for (let holder = staying.pop(); holder !== undefined; holder = staying.pop()) {
    const name = key(holder.userName);
    if (name === '') continue;
    const wanters = wantersByKey.get(name);
    // Both had it before the run: the source held this duplicate, and gets it back.
    if (wanters === undefined || (keysBefore.get(holder.id) ?? key(userNamesBefore.get(holder.id) ?? '')) === name) continue;
    for (const id of wanters) {
      const thread = goingBack.get(id);
      if (thread === undefined || id === holder.id) continue;
      thread.reason = `user ${holder.id} has the username ${JSON.stringify(holder.userName)} now`;
      goingBack.delete(id);
      staying.push({ id, userName: spanOf(thread.actions)[1] });
    }
    // Check all threads that want this name: a holder that stays blocks each of them.
    wantersByKey.delete(name);
  }
}

/**
 * Returns inverse changes with their marks of temporary usernames moved: the step that led to a temporary name now starts
 * from it, and the step that started from it now leads to it.
 */
export function withTemporaryMarks<S extends { readonly change: Change }>(steps: readonly S[]): readonly S[] {
  const names = new Set(steps.flatMap(({ change }) => (change.kind === 'replace-user' && change.temporary === true ? [change.from] : [])));
  if (names.size === 0) return steps;
  return steps.map((step) => {
    const { change } = step;
    if (change.kind !== 'replace-user') return step;
    const { temporary: _, ...rest } = change;
    return { ...step, change: names.has(change.to) ? { ...rest, temporary: true } : rest };
  });
}

/** Returns the change that undoes another. */
export function inverseOf(change: Change): Change {
  switch (change.kind) {
    case 'replace-user':
    case 'replace-group':
      return { ...change, from: change.to, to: change.from };
    case 'remove-member':
      return { ...change, kind: 'add-member' };
    case 'add-member':
      return { ...change, kind: 'remove-member' };
  }
}
