import { DIFFERENCES, explainDifference } from '../model/compare.js';
import type { Severity } from '../model/finding.js';
import { haveOwnKeys } from '../model/identity-index.js';
import { ID, userRule, WHERE } from './define.js';
import { choice } from './fields.js';
import { DIFFERS_IN, IN_WHAT } from './idp.js';

export const usernameEmailMismatch = userRule({
  name: 'username-email-mismatch',
  severity: 'error',
  title: 'Usernames that are not the email',
  finds: 'A user in scope whose username is not exactly their email address (a warning if only upper and lower case differ).',
  why: 'Okta and Entra look a user up by userName and send the email as userName. If the two differ, the first sync does not recognize the account: the person gets a second account, or cannot sign in.',
  fix: 'Set the username to the email. If the email itself is wrong, correct it first. `scim-audit plan` orders these renames so that no two users hold the same username at any point.',
  example: 'User 17 signs in as "jdoe" and has the email "jdoe@example.com": the username becomes "jdoe@example.com".',
  clause: 'username-format',
  fields: { difference: choice(DIFFERENCES) },
  start: ({ index }) => ({
    *findings() {
      // By place, because for most users only this one number is read.
      for (let place = 0; place < index.users.length; place++) {
        if (index.needsUpdate[place] === 0) continue;
        const user = index.users[place];
        // Texts that are their own keys differ in value if they differ at all, so neither has to be created.
        const isOfKeys = haveOwnKeys(index, place) && index.userNameKey[place] !== index.emailKey[place];
        const difference = isOfKeys ? 'value' : index.collation.differenceOf(user.userName, user.email);
        const severity: Severity = difference === 'case' ? 'warning' : 'error';
        yield { rule: 'username-email-mismatch', severity, user, difference };
      }
    },
  }),
  message: ({ user, difference }) => `The username "${user.userName}" is not the email "${user.email}": they differ ${IN_WHAT[difference]}.`,
  identity: ({ user }) => [user.id, user.userName, user.email],
  columns: [
    ID,
    ['username', ({ userName, email }) => ({ text: userName, against: email })],
    ['email', ({ userName, email }) => ({ text: email, against: userName })],
    ['differs in', ({ userName, email }, { difference }) => (difference === 'value' ? DIFFERS_IN.value : explainDifference(userName, email, difference))],
    WHERE,
  ],
  decisions: ['set-email', 'set-username', 'deactivate', 'accept'],
  remedy: ({ user }, actions) => ({
    wants: [{ kind: 'replace-user', user: user.id, attribute: 'userName', from: user.userName, to: user.email }],
    questions: [
      {
        subject: 'user',
        id: user.id,
        current: user.userName,
        problem: 'The username must become the email, but waits for another decision or a valid email.',
        actions,
      },
    ],
  }),
});
