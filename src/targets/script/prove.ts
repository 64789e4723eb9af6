/** What can be proved of a plan without its source: the scripts compare the rest with the database. */

import type { User } from '../../model/directory.js';
import type { Plan } from '../../plan/plan.js';
import { whyUnsafe } from '../../plan/prove-again.js';

/** Returns why the actions of a plan must not be carried out; undefined if nothing speaks against them. */
export function whyRefused(plan: Plan): string | undefined {
  return whyUnsafe(plan, usersOf(plan), false);
}

/** Returns the users that the plan changes, as they are before it; what it does not say of them is blank. */
function usersOf({ actions }: Plan): User[] {
  const users = new Map<string, { id: string; place: number; userName?: string; email?: string; active?: boolean }>();
  for (const { change } of actions) {
    if (change.kind !== 'replace-user') continue;
    const user = users.get(change.user) ?? { id: change.user, place: users.size };
    users.set(change.user, user);
    if (change.attribute === 'active') user.active ??= change.from === 'true';
    else user[change.attribute] ??= change.from;
  }
  return [...users.values()].map(({ userName = '', email = '', active = true, ...user }) => ({
    ...user,
    userName,
    email,
    active,
    authenticationType: 'idp',
    input: 0,
    line: 0,
  }));
}
