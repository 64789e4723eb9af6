import { SEVERAL } from '../model/contest.js';
import type { User } from '../model/directory.js';
import type { FindingBase } from '../model/finding.js';
import { anonymousAddress, askEach, cell, count, idsOf, NO_NEEDS, NONE, placeText, type Rule, sortedIdentity, stateText, userData } from './rule.js';

export interface DuplicateEmail extends FindingBase {
  readonly rule: 'duplicate-email';
  /** By place. */
  readonly users: readonly User[];
  /** The key that the emails share. */
  readonly email: string;
}

export const duplicateEmail: Rule<DuplicateEmail> = {
  name: 'duplicate-email',
  severity: 'warning',
  title: 'Users who share an email',
  finds: 'Users, active or not, at least one of them in scope, whose emails are the same (those who all contest it as a username are reported there instead).',
  why: 'Single sign-on matches on the email, and it must be unique among active and inactive accounts together. A second account with the address breaks the login.',
  fix: 'Give the account that is not used another address (the vendor advises to anonymize it), also when it is inactive.',
  example: 'The inactive user 8 still has the email "ana@example.com", which is also that of the active user 17.',
  clause: 'overwrite',
  needs: NO_NEEDS,
  start: ({ index, contest }) => ({
    findings() {
      const found: DuplicateEmail[] = [];
      for (let id = 0; id < index.keys.length; id++) {
        if (index.emailers.sizeOf(id) < 2) continue;
        const places = index.emailers.of(id);
        if (!places.some((place) => index.isInScope[place] === 1)) continue;
        const isContestOfAll = contest.soleWanter[id] === SEVERAL && places.every((place) => index.needsUpdate[place] === 1);
        if (isContestOfAll) continue;
        const users = Array.from(places, (place) => index.users[place]);
        found.push({ rule: 'duplicate-email', severity: 'warning', users, email: index.keys[id] });
      }
      return found.sort((a, b) => a.users[0].place - b.users[0].place);
    },
  }),
  message: ({ users, email }) => `${count(users.length, 'user')} share the email "${email}" (${idsOf(users)}).`,
  identity: ({ users }) => sortedIdentity(users, ({ email }) => [email]),
  topic: ({ email }) => email,
  data: ({ users }, locate) => ({ users: users.map((user) => ({ ...userData(user), location: locate(user) })) }),
  redact: (finding, redactor) => ({ ...finding, users: finding.users.map(redactor.user), email: redactor.identity(finding.email) }),
  headings: ['id', 'username', 'email', 'user is', 'where'],
  rows: ({ users }, locate) =>
    users.map((user, row) => [
      cell(user.id),
      cell(user.userName),
      { text: user.email, against: users[row === 0 ? 1 : 0].email },
      cell(stateText(user)),
      cell(placeText(locate(user))),
    ]),
  isOfEmails: true,
  users: ({ users }) => users,
  groups: () => NONE,
  decisions: ['set-email', 'accept'],
  remedy: ({ users, email }) =>
    askEach(
      users,
      (user) => user.email,
      `${count(users.length, 'user')} share the email "${email}"; single sign-on needs it to be unique.`,
      ['set-email', 'accept'],
      (user) => (user.active ? undefined : { action: 'set-email', value: anonymousAddress(user) }),
    ),
};
