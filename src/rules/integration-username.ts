import type { User } from '../model/directory.js';
import { isEmailAddress } from '../model/email.js';
import type { FindingBase } from '../model/finding.js';
import { askEach, cell, few, NO_NEEDS, NONE, placeText, type Rule, type RuleContext, stateText, userData } from './rule.js';

export interface IntegrationUsername extends FindingBase {
  readonly rule: 'integration-username';
  readonly user: User;
  readonly systems: readonly string[];
  /** Nothing but this decision stands between the user and the email as username. */
  readonly isFree: boolean;
}

/**
 * Is everybody whom a rename waits for renamed without a decision. Every name is wanted by one user only, or nobody gets
 * it, so no user is looked at for two others: the walks of all findings together are linear.
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

export const integrationUsername: Rule<IntegrationUsername> = {
  name: 'integration-username',
  severity: 'warning',
  title: 'Usernames that other systems sign in with',
  finds: 'A user in scope whose username must become the email, while another system named with --integrations signs in with it.',
  why: 'The system is locked out at the moment of the rename unless its own settings are changed with it, so the plan leaves such a user alone until a person decides.',
  fix: 'Agree with the owner of the system on the moment, decide `set-username` with the email, and change the username in the system when the plan is applied. Where only the email is wrong, correct that instead.',
  example:
    'The build server signs in as "builds", whose email is "builds@example.com": once the user is renamed, every build fails until the server knows the new username.',
  clause: 'integrations',
  needs: NO_NEEDS,
  isAskedFor: ({ areIntegrationsGiven }) => areIntegrationsGiven === true,
  start: (context) => ({
    *findings() {
      const { users, needsUpdate } = context.index;
      for (const user of users) {
        const { signsInFor: systems, place } = user;
        if (systems === undefined || needsUpdate[place] === 0) continue;
        yield { rule: 'integration-username', severity: 'warning', user, systems, isFree: canGoOn(context, place) };
      }
    },
  }),
  message: ({ user, systems }) => `${namesOf(systems)} with the username "${user.userName}", which must become "${user.email}".`,
  identity: ({ user, systems }) => [user.id, user.userName, user.email, ...[...systems].sort()],
  topic: ({ user }) => user.id,
  data: ({ user, systems }, locate) => ({ user: userData(user), systems, location: locate(user) }),
  redact: (finding, redactor) => ({ ...finding, user: redactor.user(finding.user), systems: finding.systems.map(redactor.system) }),
  headings: ['id', 'username', 'email', 'signs in for', 'user is', 'where'],
  rows: ({ user, systems }, locate) => [
    [
      cell(user.id),
      { text: user.userName, against: user.email },
      { text: user.email, against: user.userName },
      cell(systems.join('; ')),
      cell(stateText(user)),
      cell(placeText(locate(user))),
    ],
  ],
  users: ({ user }) => [user],
  groups: () => NONE,
  decisions: ['set-username', 'set-email', 'deactivate', 'accept'],
  remedy: ({ user, isFree }) =>
    askEach(
      [user],
      ({ userName }) => userName,
      'The username must become the email here and in the other system at the same time.',
      ['set-username', 'set-email', 'deactivate', 'accept'],
      () => (isFree ? { action: 'set-username', value: user.email, isCertain: true } : undefined),
    ),
};
