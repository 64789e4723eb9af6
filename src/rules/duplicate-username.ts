import type { User } from '../model/directory.js';
import type { FindingBase } from '../model/finding.js';
import { anonymousAddress, askEach, cell, count, few, idsOf, NO_NEEDS, NONE, placeText, type Rule, sortedIdentity, stateText, userData } from './rule.js';

export interface DuplicateUsername extends FindingBase {
  readonly rule: 'duplicate-username';
  /** By place. */
  readonly users: readonly User[];
  /** The key that the usernames share. */
  readonly userName: string;
}

export const duplicateUsername: Rule<DuplicateUsername> = {
  name: 'duplicate-username',
  severity: 'error',
  title: 'Usernames that are the same',
  finds: 'Users, active or not, whose usernames are the same once case, accents and white space are ignored.',
  why: "SCIM usernames are unique and ignore case, and Jama Connect's current database ignores accents too. A look-up by userName finds two accounts, and the sync stops or takes the wrong one.",
  fix: 'Rename all but one of them. Where one is to be renamed to its email anyway, `scim-audit plan` does it.',
  example: 'Users 40 and 41 are called "jose" and "José".',
  clause: 'username-format',
  needs: NO_NEEDS,
  start: ({ index }) => ({
    findings() {
      const found: DuplicateUsername[] = [];
      for (let id = 0; id < index.keys.length; id++) {
        if (index.holders.sizeOf(id) < 2) continue;
        const users = Array.from(index.holders.of(id), (place) => index.users[place]);
        found.push({ rule: 'duplicate-username', severity: 'error', users, userName: index.keys[id] });
      }
      return found.sort((a, b) => a.users[0].place - b.users[0].place);
    },
  }),
  message: ({ users, userName }) =>
    `${count(users.length, 'user')} have usernames that count as one, "${userName}": ${few(users.map((user) => user.userName))} (${idsOf(users)}).`,
  identity: ({ users }) => sortedIdentity(users, ({ userName }) => [userName]),
  topic: ({ userName }) => userName,
  data: ({ users }, locate) => ({ users: users.map((user) => ({ ...userData(user), location: locate(user) })) }),
  redact: (finding, redactor) => ({ ...finding, users: finding.users.map(redactor.user), userName: redactor.identity(finding.userName) }),
  headings: ['id', 'username', 'email', 'user is', 'where'],
  rows: ({ users }, locate) =>
    users.map((user, row) => [
      cell(user.id),
      { text: user.userName, against: users[row === 0 ? 1 : 0].userName },
      cell(user.email),
      cell(stateText(user)),
      cell(placeText(locate(user))),
    ]),
  users: ({ users }) => users,
  groups: () => NONE,
  decisions: ['set-username', 'accept'],
  remedy: ({ users, userName }) =>
    askEach(
      users,
      (user) => user.userName,
      `${count(users.length, 'user')} have usernames that count as one, "${userName}".`,
      ['set-username', 'accept'],
      (user) => (user.active ? undefined : { action: 'set-username', value: anonymousAddress(user) }),
    ),
};
