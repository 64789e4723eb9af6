import { SEVERAL } from '../model/contest.js';
import type { User } from '../model/directory.js';
import { ID, USER_IS, USERNAME, usersRule, WHERE } from './define.js';
import { type FindingOf, hidden, identityText } from './fields.js';
import { anonymousAddress, askEach, count, idsOf, sortedIdentity } from './rule.js';

/** `email` is the key that the emails share. */
const FIELDS = { email: hidden(identityText()) };
type DuplicateEmail = FindingOf<'duplicate-email', typeof FIELDS> & { readonly users: readonly User[] };

export const duplicateEmail = usersRule({
  name: 'duplicate-email',
  severity: 'warning',
  title: 'Users who share an email',
  finds:
    'Users, active or inactive, who share an email, if at least one of them is in scope. If all of them need it as their username, conflicting-users reports them instead.',
  why: 'Single sign-on matches users by email, so an email must be unique among active and inactive accounts together. A second account with the same address breaks the sign-in.',
  fix: 'Give the unused account another address, even if it is inactive. The vendor advises an anonymized address.',
  example: 'The inactive user 8 still has the email "ana@example.com", which the active user 17 has too.',
  clause: 'overwrite',
  fields: FIELDS,
  start: ({ index, contest }) => ({
    findings() {
      const found: DuplicateEmail[] = [];
      for (let id = 0; id < index.keyCount; id++) {
        if (index.emailers.sizeOf(id) < 2) continue;
        const places = index.emailers.of(id);
        if (!places.some((place) => index.isInScope[place] === 1)) continue;
        const isContestOfAll = contest.soleWanter[id] === SEVERAL && places.every((place) => index.needsUpdate[place] === 1);
        if (isContestOfAll) continue;
        const users = Array.from(places, (place) => index.users[place]);
        found.push({ rule: 'duplicate-email', severity: 'warning', users, email: index.keyText(id) });
      }
      return found.sort((a, b) => a.users[0].place - b.users[0].place);
    },
  }),
  message: ({ users, email }) => `${count(users.length, 'user')} share the email "${email}" (${idsOf(users)}).`,
  identity: ({ users }) => sortedIdentity(users, ({ email }) => [email]),
  topic: ({ email }) => email,
  columns: [ID, USERNAME, ['email', ({ email }, { users }, _, row) => ({ text: email, against: users[row === 0 ? 1 : 0].email })], USER_IS, WHERE],
  effects: { isOfEmails: true },
  decisions: ['set-email', 'accept'],
  remedy: ({ users, email }, actions) =>
    askEach(users, {
      current: (user) => user.email,
      problem: `${count(users.length, 'user')} share the email "${email}"; single sign-on needs it to be unique.`,
      actions,
      propose: (user) => (user.active ? undefined : { action: 'set-email', value: anonymousAddress(user) }),
    }),
});
