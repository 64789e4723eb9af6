import { isEmailAddress } from '../model/email.js';
import { userRule } from './define.js';
import { askEach, calledUser, placeText } from './rule.js';

export const invalidEmail = userRule({
  name: 'invalid-email',
  severity: 'error',
  title: 'Emails that are no email address',
  finds: 'A user in scope whose email is not an email address (white space around it included).',
  why: 'The identity provider sends a real address as userName. One that is mistyped, or has a space at its end, never matches; single sign-on compares to the letter.',
  fix: 'Correct the address in Jama Connect. It must be the one that the identity provider holds.',
  example: 'User 31 has the email "kai@example.com " with a space at the end.',
  clause: 'username-format',
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
  columns: [
    ['id', ({ id }) => id],
    ['username', ({ userName }) => userName],
    // Compared with itself without white space, so that white space is seen.
    ['email', ({ email }) => ({ text: email, against: email.replace(/[\s\p{Cf}]/gu, '') })],
    ['where', (user, _, locate) => placeText(locate(user))],
  ],
  effects: { outlastsRenames: true },
  decisions: ['set-email', 'deactivate', 'accept'],
  remedy: ({ user }) =>
    askEach(
      [user],
      ({ email }) => email,
      'The email is not an email address.',
      ['set-email', 'deactivate', 'accept'],
      () => {
        // A space inside may stand for anything; one at the edge, or an invisible character, for nothing.
        const squeezed = user.email.replace(/\p{Cf}/gu, '').trim();
        return isEmailAddress(squeezed) ? { action: 'set-email', value: squeezed } : undefined;
      },
    ),
});
