import { isUnseen } from '../model/compare.js';
import { isEmailAddress } from '../model/email.js';
import { ID, USER_IS, USERNAME, userRule, WHERE } from './define.js';
import { askEach, calledUser } from './rule.js';

export const missingEmail = userRule({
  name: 'missing-email',
  severity: 'error',
  title: 'Users without an email',
  finds: 'A user in scope with a blank email.',
  why: 'The username must equal the email, and single sign-on matches users by it. Without an email, the user cannot be linked to the identity provider.',
  fix: "Enter the person's address in Jama Connect, or deactivate the account if nobody uses it.",
  example: 'User 30, "labrobot", is active and has no email.',
  clause: 'primary-email',
  start: ({ index }) => ({
    *findings() {
      for (let place = 0; place < index.users.length; place++) {
        if (index.isInScope[place] === 1 && index.emailKey[place] < 0) {
          yield { rule: 'missing-email', severity: 'error', user: index.users[place] };
        }
      }
    },
  }),
  message: ({ user }) => (isUnseen(user.userName) ? `The user ${user.id} has neither a username nor an email.` : `The ${calledUser(user)} has no email.`),
  identity: ({ user }) => [user.id, user.email],
  columns: [ID, USERNAME, USER_IS, WHERE],
  effects: { outlastsRenames: true },
  decisions: ['set-email', 'deactivate', 'accept'],
  remedy: ({ user }, actions) =>
    askEach([user], {
      current: ({ email }) => email,
      problem: 'The user is in scope and has no email.',
      actions,
      propose: () => (isEmailAddress(user.userName) ? { action: 'set-email', value: user.userName } : undefined),
    }),
});
