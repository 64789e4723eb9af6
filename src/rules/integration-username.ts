import { isEmailAddress } from '../model/email.js';
import { ID, USER_IS, userRule, WHERE } from './define.js';
import { own, systems } from './fields.js';
import { askEach, few, type RuleContext } from './rule.js';

/**
 * Returns whether all users that the user's rename waits for are renamed without a decision. Only a username that exactly
 * one user needs is followed, so no user is visited from two others, and the walks of all findings together are linear.
 */
function canGoOn({ index, contest }: RuleContext, start: number): boolean {
  const { users, emailKey, needsUpdate, holders } = index;
  const waiting = [start];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const wanted = emailKey[next];
    if (contest.soleWanter[wanted] !== next || !isEmailAddress(users[next].email)) return false;
    for (const holder of holders.of(wanted)) {
      if (holder === next || holder === start) continue;
      if (needsUpdate[holder] === 0 || users[holder].signsInFor !== undefined) return false;
      waiting.push(holder);
    }
  }
  return true;
}

const namesOf = (systems: readonly string[]): string => `${few(systems)} ${systems.length === 1 ? 'signs' : 'sign'} in`;

export const integrationUsername = userRule({
  name: 'integration-username',
  severity: 'warning',
  title: 'Usernames that other systems sign in with',
  finds: 'A user in scope whose username must become the email, but with whose username another system (named with --integrations) signs in.',
  why: 'The rename locks the other system out unless its own settings are changed at the same time. So the plan does not rename such a user until a person decides.',
  fix: 'Agree on a time with the owner of the system, decide `set-username` with the email, and change the username in the system when you apply the plan. If only the email is wrong, correct the email instead.',
  example:
    'The build server signs in as "builds", a user with the email "builds@example.com": once the user is renamed, every build fails until the build server uses the new username.',
  clause: 'integrations',
  /** `isFree`: this decision is all that the rename to the email needs. */
  fields: { systems: systems(1), isFree: own<boolean>() },
  isAskedFor: ({ areIntegrationsGiven }) => areIntegrationsGiven === true,
  start: (context) => ({
    *findings() {
      const { users, needsUpdate } = context.index;
      for (const user of users) {
        const { signsInFor, place } = user;
        if (signsInFor === undefined || needsUpdate[place] === 0) continue;
        yield { rule: 'integration-username', severity: 'warning', user, systems: signsInFor, isFree: canGoOn(context, place) };
      }
    },
  }),
  message: ({ user, systems }) => `${namesOf(systems)} with the username "${user.userName}", which must become "${user.email}".`,
  identity: ({ user, systems }) => [user.id, user.userName, user.email, ...[...systems].sort()],
  columns: [
    ID,
    ['username', ({ userName, email }) => ({ text: userName, against: email })],
    ['email', ({ userName, email }) => ({ text: email, against: userName })],
    ['signs in for', (_, { systems }) => systems.join('; ')],
    USER_IS,
    WHERE,
  ],
  decisions: ['set-username', 'set-email', 'deactivate', 'accept'],
  remedy: ({ user, isFree }, actions) =>
    askEach([user], {
      current: ({ userName }) => userName,
      problem: 'The username must become the email here and in the other system at the same time.',
      actions,
      propose: () => (isFree ? { action: 'set-username', value: user.email, isCertain: true } : undefined),
    }),
});
