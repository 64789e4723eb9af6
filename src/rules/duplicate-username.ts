import type { User } from '../model/directory.js';
import { EMAIL, ID, USER_IS, usersRule, WHERE } from './define.js';
import { type FindingOf, hidden, identityText } from './fields.js';
import { anonymousAddress, askEach, count, few, idsOf, sortedIdentity } from './rule.js';

/** `userName` is the key that the usernames share. */
const FIELDS = { userName: hidden(identityText()) };
type DuplicateUsername = FindingOf<'duplicate-username', typeof FIELDS> & { readonly users: readonly User[] };

export const duplicateUsername = usersRule({
  name: 'duplicate-username',
  severity: 'error',
  title: 'Usernames that are the same',
  finds: 'Users, active or inactive, whose usernames are the same apart from case, accents and white space.',
  why: "SCIM usernames are unique and ignore case, and Jama Connect's current database ignores accents as well. A lookup by userName finds two accounts, so the sync stops or changes the wrong one.",
  fix: 'Rename all but one of them. If one of them must be renamed to its email anyway, `scim-audit plan` does it.',
  example: 'Users 40 and 41 have the usernames "jose" and "José".',
  clause: 'username-format',
  fields: FIELDS,
  start: ({ index }) => ({
    findings() {
      const found: DuplicateUsername[] = [];
      for (let id = 0; id < index.keyCount; id++) {
        if (index.holders.sizeOf(id) < 2) continue;
        const users = Array.from(index.holders.of(id), (place) => index.users[place]);
        found.push({ rule: 'duplicate-username', severity: 'error', users, userName: index.keyText(id) });
      }
      return found.sort((a, b) => a.users[0].place - b.users[0].place);
    },
  }),
  message: ({ users, userName }) =>
    `${count(users.length, 'user')} have usernames that count as one, "${userName}": ${few(users.map((user) => user.userName))} (${idsOf(users)}).`,
  identity: ({ users }) => sortedIdentity(users, ({ userName }) => [userName]),
  topic: ({ userName }) => userName,
  columns: [ID, ['username', ({ userName }, { users }, _, row) => ({ text: userName, against: users[row === 0 ? 1 : 0].userName })], EMAIL, USER_IS, WHERE],
  decisions: ['set-username', 'accept'],
  remedy: ({ users, userName }, actions) =>
    askEach(users, {
      current: (user) => user.userName,
      problem: `${count(users.length, 'user')} have usernames that count as one, "${userName}".`,
      actions,
      propose: (user) => (user.active ? undefined : { action: 'set-username', value: anonymousAddress(user) }),
    }),
});
