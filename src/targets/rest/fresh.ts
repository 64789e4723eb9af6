/** What a plan changes, as Jama Connect has it now: for a comparison with the plan. */

import type { Group, User } from '../../model/directory.js';
import { UserError } from '../../model/user-error.js';
import type { Plan } from '../../plan/plan.js';
import type { FreshMembers } from '../../plan/verify.js';
import type { JamaLive } from './jama-live.js';
import { refuseKinds, shortened } from './refuse-kinds.js';
import { groupFrom, userFrom } from './reversible.js';
import { type OnRead, surveyOf } from './survey.js';

export interface LiveFresh {
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
