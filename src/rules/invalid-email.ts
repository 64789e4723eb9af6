import type { User } from '../model/directory.js';
import { isEmailAddress } from '../model/email.js';
import type { FindingBase } from '../model/finding.js';
import { askEach, calledUser, cell, NO_NEEDS, NONE, placeText, type Rule, userData } from './rule.js';

export interface InvalidEmail extends FindingBase {
  readonly rule: 'invalid-email';
  readonly user: User;
}

export const invalidEmail: Rule<InvalidEmail> = {
  name: 'invalid-email',
  severity: 'error',
  title: 'Emails that are no email address',
  finds: 'A user in scope whose email is not an email address (white space around it included).',
  why: 'The identity provider sends a real address as userName. One that is mistyped, or has a space at its end, never matches; single sign-on compares to the letter.',
  fix: 'Correct the address in Jama Connect. It must be the one that the identity provider holds.',
  example: 'User 31 has the email "kai@example.com " with a space at the end.',
  clause: 'username-format',
  needs: NO_NEEDS,
  start: ({ index }) => ({
    *findings() {
      for (let place = 0; place < index.users.length; place++) {
        if (index.isInScope[place] === 1 && index.emailKey[place] >= 0 && !isEmailAddress(index.users[place].email)) {
          yield { rule: 'invalid-email', severity: 'error', user: index.users[place] };
        }
      }
    },
  }),
  message: ({ user }) => `"${user.email}" is not an email address (${calledUser(user)}).`,
  identity: ({ user }) => [user.id, user.email],
  topic: ({ user }) => user.id,
  data: ({ user }, locate) => ({ user: userData(user), location: locate(user) }),
  redact: (finding, redactor) => ({ ...finding, user: redactor.user(finding.user) }),
  headings: ['id', 'username', 'email', 'where'],
  // Compared with itself trimmed, so that white space around it is seen.
  rows: ({ user }, locate) => [
    [cell(user.id), cell(user.userName), { text: user.email, against: user.email.replace(/[\s\p{Cf}]/gu, '') }, cell(placeText(locate(user)))],
  ],
  outlastsRenames: true,
  users: ({ user }) => [user],
  groups: () => NONE,
  decisions: ['set-email', 'deactivate', 'accept'],
  remedy: ({ user }) =>
    askEach(
      [user],
      ({ email }) => email,
      'The email is not an email address.',
      ['set-email', 'deactivate', 'accept'],
      () => {
        // A space inside may stand for anything; one at the edge, or a character that nobody sees, for nothing.
        const squeezed = user.email.replace(/\p{Cf}/gu, '').trim();
        return isEmailAddress(squeezed) ? { action: 'set-email', value: squeezed } : undefined;
      },
    ),
};
