/** Everything that must be certain before the first write of a live run. Reads only; finds all problems at once. */

import { type Collation, collationOf } from '../../model/compare.js';
import type { User } from '../../model/directory.js';
import { type Note, note, quotedWhole, userId } from '../../model/note.js';
import type { Plan } from '../../plan/plan.js';
import { whyUnsafe } from '../../plan/prove-again.js';
import { attributeOf, NO_MEMBER, type OnRead, remainingOf, type Survey, type Thread, type Threads, valueIn } from './changes.js';
import type { JamaLive, LiveUser } from './jama-live.js';

export interface Question {
  readonly plan: Pick<Plan, 'actions' | 'settings' | 'decisions'>;
  readonly threads: Threads;
  readonly survey: Survey;
  readonly live: JamaLive;
  /** Ids of actions that an earlier run announced, and so saw as they were before. */
  readonly announced: ReadonlySet<string>;
  /** The account that this program signs in with, as far as it is known; by its username only if it signs in with one. */
  readonly own: { readonly id: string | undefined; readonly userName: string | undefined };
  onRead: OnRead;
}

export interface Certainty {
  readonly doubts: readonly Note[];
  /** How many actions of each thread are done. */
  readonly positions: ReadonlyMap<string, number>;
  /** Indexes of the actions that are not done. */
  readonly remaining: readonly number[];
}

/** Returns how far the plan is in Jama Connect, and what forbids to go on. */
export async function certaintyOf(question: Question): Promise<Certainty> {
  const { plan, threads } = question;
  const idOf = ({ at }: Thread): string => plan.actions[at[0]].id;
  const doubts: Note[] = [];
  const positions = new Map<string, number>();
  for (const thread of threads.all) {
    const { doubt, position } = standingOf(thread, question);
    positions.set(thread.name, position);
    if (doubt !== undefined) doubts.push(note`${idOf(thread)}: ${[...(typeof doubt === 'string' ? [doubt] : doubt)]}.`);
  }
  const remaining = remainingOf(threads, positions);
  doubts.push(...ownChanges(question, remaining));
  doubts.push(...collisions(question, remaining));
  doubts.push(...(await holders(question, remaining)));
  return { doubts, positions, remaining };
}

const WORDS = { userName: 'username', email: 'email', active: 'active' } as const;

/** Returns what a thread is about, for a sentence. */
const subjectOf = ({ change }: Thread): readonly [string, string] => {
  if (change.kind === 'replace-user') return [`user ${change.user}`, WORDS[change.attribute]];
  return change.kind === 'replace-group' ? [`group ${change.group}`, 'name'] : [`user ${change.user}`, `membership in group ${change.group}`];
};

function standingOf({ change, values, name, at }: Thread, { survey, plan, announced }: Question): { readonly doubt?: Note; readonly position: number } {
  const thread = { change, values, name, at };
  const [subject, what] = subjectOf(thread);
  const missing = (id: string): { readonly doubt: Note; readonly position: number } => ({
    doubt: `${id} does not exist in Jama Connect, or is not shown to this account`,
    position: 0,
  });
  if ('user' in change && !survey.users.has(change.user)) return missing(`user ${change.user}`);
  if ('group' in change) {
    const group = survey.groups.get(change.group);
    if (group === undefined) return missing(`group ${change.group}`);
    if (group.isOfProject)
      return { doubt: note`group ${change.group} ${quotedWhole(group.name)} belongs to a project now, so SCIM does not manage it`, position: 0 };
  }
  const value = valueIn(survey, change) ?? '';
  const position = values.indexOf(value);
  if (position < 0) {
    const now = note`${subject}: the ${what} is ${quotedWhole(value)} now, neither ${quotedWhole(values[0])} as before the plan nor ${quotedWhole(values[values.length - 1])} as planned`;
    return { doubt: now, position: 0 };
  }
  const isUnseen = value === NO_MEMBER && 'user' in change && survey.users.get(change.user)?.active === false;
  if (isUnseen && !survey.showsInactive && !at.some((index) => announced.has(plan.actions[index].id)))
    return {
      doubt: `${subject} is inactive and not in the list of members of group ${'group' in change ? change.group : ''}. Nothing proves that Jama Connect lists inactive members, so whether the user is a member is not known: look in Jama Connect, and take the change out of the plan if it is made already`,
      position: 0,
    };
  return { position };
}

/** A run that deactivates the account that it signs in with, or renames it while it signs in by the username, could not finish. */
function ownChanges({ plan, survey, own }: Question, remaining: readonly number[]): Note[] {
  const isOwn = (user: string): boolean => user === own.id || (own.userName !== undefined && survey.users.get(user)?.userName === own.userName);
  return remaining.flatMap((at) => {
    const { id, change } = plan.actions[at];
    if (change.kind !== 'replace-user' || change.attribute === 'email' || !isOwn(change.user)) return [];
    // Whether API credentials outlive a new username is not documented.
    if (change.attribute === 'userName' && own.userName === undefined) return [];
    return [
      note`${id}: user ${change.user} is the account that this command signs in with, so the run could not go on after that change; use another account or API credentials.`,
    ];
  });
}

/** Returns the key of each user's username as it was before the plan. */
function nativeKeys({ survey, threads }: Question, key: Collation['key']): ReadonlyMap<string, string> {
  const keys = new Map([...survey.users.values()].map(({ id, userName }) => [id, key(userName)]));
  for (const { change, values } of threads.all) if (change.kind === 'replace-user' && change.attribute === 'userName') keys.set(change.user, key(values[0]));
  return keys;
}

/** Makes the remaining renames in thought, from what is there now: they may begin at another state than the plan did. */
function collisions(question: Question, remaining: readonly number[]): Note[] {
  const { plan, survey } = question;
  const { key } = collationOf(plan.settings.collation);
  const natives = nativeKeys(question, key);
  const held = new Map<string, Set<string>>();
  const hold = (name: string, id: string): void => void held.set(name, (held.get(name) ?? new Set()).add(id));
  for (const { id, userName } of survey.users.values()) if (key(userName) !== '') hold(key(userName), id);
  const doubts: Note[] = [];
  for (const at of remaining) {
    const { id, change } = plan.actions[at];
    if (change.kind !== 'replace-user' || change.attribute !== 'userName') continue;
    const [from, to] = [key(change.from), key(change.to)];
    held.get(from)?.delete(change.user);
    // Users who shared a username before the plan may share it again.
    const other = [...(held.get(to) ?? [])].find((each) => natives.get(each) !== to || natives.get(change.user) !== to);
    if (other !== undefined) doubts.push(note`${id}: user ${other} would have the username ${quotedWhole(change.to)} at that moment.`);
    hold(to, change.user);
  }
  return doubts;
}

/** Asks the server who has each new username. */
async function holders(question: Question, remaining: readonly number[]): Promise<Note[]> {
  const { plan, survey, live, onRead } = question;
  const { key } = collationOf(plan.settings.collation);
  const natives = nativeKeys(question, key);
  const renames = remaining.flatMap((at) => {
    const { id, change } = plan.actions[at];
    return change.kind === 'replace-user' && change.attribute === 'userName' ? [{ id, user: change.user, to: change.to }] : [];
  });
  const asked = new Map<string, readonly LiveUser[]>();
  const doubts: Note[] = [];
  for (const [at, { id, user, to }] of renames.entries()) {
    const found = asked.get(to) ?? (await live.usersNamed(to));
    asked.set(to, found);
    onRead(at + 1, renames.length);
    const wanted = key(to);
    if (natives.get(user) === wanted) continue;
    const holder = found.find((other) => !survey.users.has(other.id) && key(other.userName) === wanted);
    if (holder !== undefined)
      doubts.push(
        note`${id}: the username ${quotedWhole(to)} is held by user ${userId(holder.id)} as ${quotedWhole(holder.userName)}, whom the plan does not change.`,
      );
  }
  return doubts;
}

/** Returns why the actions break a guarantee of plans, on the users as they were before the plan; undefined if they do not. */
export function whyNotProved(plan: Question['plan'], threads: Threads, survey: Survey): string | undefined {
  if (threads.broken.length > 0) return `the actions ${threads.broken.slice(0, 5).join(', ')} do not follow from the actions before them`;
  const before = new Map<string, Record<'userName' | 'email' | 'active', string>>();
  for (const user of survey.users.values()) before.set(user.id, { userName: user.userName, email: user.email, active: attributeOf(user, 'active') });
  for (const { change, values } of threads.all) {
    const user = change.kind === 'replace-user' ? before.get(change.user) : undefined;
    if (user !== undefined && change.kind === 'replace-user') user[change.attribute] = values[0];
  }
  const users = [...before].map(
    ([id, { userName, email, active }], place): User => ({
      place,
      id,
      input: 0,
      line: 0,
      userName,
      email,
      active: active === 'true',
      authenticationType: 'idp',
    }),
  );
  return whyUnsafe(plan, users, false);
}
