import { hasEmailAddress, isEmailAddress } from '../model/email.js';
import { unicodePattern } from '../model/unicode-pattern.js';
import { ID, USERNAME, userRule, WHERE } from './define.js';
import { askEach, calledUser } from './rule.js';

const SPACES = unicodePattern(String.raw`[\s\p{Cf}]`, 'g');
const UNSEEN = unicodePattern(String.raw`[\p{Cf}]`, 'g');

export const invalidEmail = userRule({
  name: 'invalid-email',
  severity: 'error',
  title: 'Emails that are not valid addresses',
  finds: 'A user in scope whose email is not a valid email address (including one with white space around it).',
  why: 'The identity provider sends a valid address as userName. An address that is mistyped or ends in a space never matches it, because single sign-on compares every character.',
  fix: 'Correct the address in Jama Connect. It must be the address that the identity provider holds.',
  example: 'User 31 has the email "kai@example.com " with a space at the end.',
  clause: 'username-format',
  start: ({ index }) => ({
    *findings() {
      for (let place = 0; place < index.users.length; place++) {
        if (index.isInScope[place] === 1 && index.emailKey[place] >= 0 && !hasEmailAddress(index.users[place])) {
          yield { rule: 'invalid-email', severity: 'error', user: index.users[place] };
        }
      }
    },
  }),
  message: ({ user }) => `"${user.email}" is not an email address (${calledUser(user)}).`,
  identity: ({ user }) => [user.id, user.email],
  columns: [
    ID,
    USERNAME,
    // Compared with itself without white space, so that white space is marked.
    ['email', ({ email }) => ({ text: email, against: email.replace(SPACES(email), '') })],
    WHERE,
  ],
  effects: { outlastsRenames: true },
  decisions: ['set-email', 'deactivate', 'accept'],
  remedy: ({ user }, actions) =>
    askEach([user], {
      current: ({ email }) => email,
      problem: 'The email is not an email address.',
      actions,
      propose() {
        // A space inside may replace any character; one at the edge, or an invisible character, can be left out.
        const squeezed = user.email.replace(UNSEEN(user.email), '').trim();
        return isEmailAddress(squeezed) ? { action: 'set-email', value: squeezed } : undefined;
      },
    }),
});
