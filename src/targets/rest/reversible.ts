/** Which changes of a live run can be undone now, from what Jama Connect has. Reads only. */

import { collationOf } from '../../model/compare.js';
import type { Group, User } from '../../model/directory.js';
import { UserError } from '../../model/user-error.js';
import type { Plan } from '../../plan/plan.js';
import type { FreshMembers } from '../../plan/verify.js';
import { collationIn, type IntentRecord } from '../run/journal.js';
import type { JournalDigest } from '../run/read-journal.js';
import { planReversal, type Reversal } from '../run/reversal.js';
import { MEMBER, type OnRead, refuseKinds, type Survey, shortened, surveyOf, threadsOf, valueIn } from './changes.js';
import type { JamaLive, LiveGroup, LiveUser } from './jama-live.js';

const userFrom = ({ id, userName, email, active }: LiveUser, place: number): User => ({
  place,
  id,
  input: 0,
  line: 0,
  userName,
  email,
  active,
  authenticationType: 'idp',
});

const groupFrom = ({ id, name }: LiveGroup, place: number): Group => ({ place, id, input: 0, line: 0, name, isOrganizationLevel: true });

export interface Reversible {
  readonly survey: Survey;
  readonly tasks: Reversal['tasks'];
  readonly left: Reversal['left'];
}

interface Asked {
  readonly live: JamaLive;
  readonly journal: JournalDigest;
  /** What the run may have carried out, in the plan's order. */
  readonly intents: readonly IntentRecord[];
  /** Ids of actions that a finished undo has undone. */
  readonly undone: ReadonlySet<string>;
  /** The plan, if the journal has no end and so may have lost lines. */
  readonly plan: Plan | undefined;
  onRead?: OnRead;
}

/** Returns the inverse changes in order, and what is left alone. Throws a JamaError. */
export async function reversibleOf({ live, journal, intents, undone, plan, onRead }: Asked): Promise<Reversible> {
  const own = new Set(intents.map(({ id }) => id));
  const unrecorded = plan?.actions.filter(({ id }) => !own.has(id)) ?? [];
  const survey = await surveyOf(
    live,
    [...intents, ...unrecorded].map(({ change }) => change),
    onRead,
  );
  const { key } = collationOf(collationIn(journal.run));
  const kept = carriedOut(intents, survey);
  const byId = new Map(survey.users);
  for (const userName of new Set(kept.flatMap(({ change }) => (change.kind === 'replace-user' && change.attribute === 'userName' ? [change.from] : []))))
    for (const user of await live.usersNamed(userName)) if (!byId.has(user.id)) byId.set(user.id, user);
  const present = [...byId.values()];
  const reversal = planReversal(
    kept,
    {
      users: present.map(userFrom),
      groups: [...survey.groups.values()].map(groupFrom),
      hasMember: (group, user) => survey.members.get(group)?.has(user) === true,
      userNamesBefore: new Map(),
      key,
    },
    { undone },
  );
  const { tasks, left } = withoutCollisions(reversal, present, key);
  return { survey, tasks, left: [...left, ...unexplained(unrecorded, intents, survey)] };
}

/** Returns the intents that are in effect: a value shows how far its changes got. Values that are none of these keep all, and are reported. */
function carriedOut(intents: readonly IntentRecord[], survey: Survey): IntentRecord[] {
  const threads = threadsOf(intents);
  const isCarriedOut = new Uint8Array(intents.length).fill(1);
  for (const { change, values, at } of threads.all) {
    const position = values.indexOf(valueIn(survey, change) ?? '');
    if (position >= 0) for (const index of at.slice(position)) isCarriedOut[index] = 0;
  }
  return intents.filter((_, index) => isCarriedOut[index] === 1);
}

/** Leaves out the users of whom a step would give a username that another user has at that moment: what stays may differ from what the run found. */
function withoutCollisions({ tasks, left }: Reversal, users: readonly LiveUser[], key: (text: string) => string): Pick<Reversal, 'tasks' | 'left'> {
  const staying = new Map<string, string>();
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    const held = new Map<string, Set<string>>();
    const hold = (name: string, id: string): void => void held.set(name, (held.get(name) ?? new Set()).add(id));
    for (const { id, userName } of users) if (key(userName) !== '') hold(key(userName), id);
    for (const { change } of tasks) {
      if (change.kind !== 'replace-user' || change.attribute !== 'userName' || staying.has(change.user)) continue;
      held.get(key(change.from))?.delete(change.user);
      const other = [...(held.get(key(change.to)) ?? [])].find((id) => id !== change.user);
      if (other !== undefined) {
        staying.set(change.user, `user ${other} has the username ${JSON.stringify(change.to)} at that moment`);
        isChanged = true;
      }
      hold(key(change.to), change.user);
    }
  }
  const reasonFor = ({ change }: Reversal['tasks'][number]): string | undefined =>
    change.kind === 'replace-user' && change.attribute === 'userName' ? staying.get(change.user) : undefined;
  return {
    tasks: tasks.filter((task) => reasonFor(task) === undefined),
    left: [...left, ...tasks.flatMap((task) => (reasonFor(task) === undefined ? [] : [{ ...task, reason: reasonFor(task) ?? '' }]))],
  };
}

/** Returns the actions of the plan that are in effect although the journal, which has no end, does not record them. */
function unexplained(actions: Plan['actions'], intents: readonly IntentRecord[], survey: Survey): Reversal['left'] {
  const recorded = new Set(threadsOf(intents).all.map(({ name }) => name));
  return threadsOf(actions).all.flatMap(({ name, change, values, at }) => {
    if (recorded.has(name) || values.indexOf(valueIn(survey, change) ?? '') <= 0) return [];
    // An inactive user who is not listed tells nothing.
    if (change.kind === 'remove-member' && values[0] === MEMBER && survey.users.get(change.user)?.active === false) return [];
    return [{ id: actions[at[0]].id, change, reason: "the run's journal does not record this change: it was made otherwise, or the journal lost lines" }];
  });
}

// What a plan changes, as Jama Connect has it now: for a comparison with the plan.

interface LiveFresh {
  readonly users: readonly User[];
  readonly groups: readonly Group[];
  readonly members: FreshMembers;
  readonly names: { readonly users: ReadonlyMap<string, string>; readonly groups: ReadonlyMap<string, string> };
}

/** Reads the users, groups and memberships of a plan. Throws a UserError if a membership cannot be told. */
export async function freshOf(live: JamaLive, { actions }: Plan, announced: ReadonlySet<string>, onRead: OnRead): Promise<LiveFresh> {
  refuseKinds(actions);
  const survey = await surveyOf(
    live,
    actions.map(({ change }) => change),
    onRead,
  );
  const users = [...survey.users.values()].map(userFrom);
  const groups = [...survey.groups.values()].map(groupFrom);
  const untold = actions.flatMap(({ id, change }) => {
    if ((change.kind !== 'remove-member' && change.kind !== 'add-member') || announced.has(id) || survey.showsInactive) return [];
    const isUnseen = survey.users.get(change.user)?.active === false && survey.members.get(change.group)?.has(change.user) === false;
    return isUnseen ? [`${id}: user ${change.user} is inactive and not in the list of members of group ${change.group}.`] : [];
  });
  if (untold.length > 0)
    throw new UserError(
      'Whether some memberships are as planned cannot be said: nothing proves that Jama Connect lists inactive members.',
      'Look at these memberships in Jama Connect.',
      shortened(untold),
    );
  return {
    users,
    groups,
    members: { has: (user, group) => survey.members.get(group)?.has(user) === true },
    names: { users: new Map(users.map(({ id, userName }) => [id, userName])), groups: new Map(groups.map(({ id, name }) => [id, name])) },
  };
}
