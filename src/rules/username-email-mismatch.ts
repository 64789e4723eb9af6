import { type Difference, explainDifference } from '../model/compare.js';
import type { User } from '../model/directory.js';
import type { FindingBase, Severity } from '../model/finding.js';
import { cell, NO_NEEDS, NONE, placeText, type Rule, userData } from './rule.js';

export interface UsernameEmailMismatch extends FindingBase {
  readonly rule: 'username-email-mismatch';
  readonly user: User;
  readonly difference: Difference;
}

const HOW: Readonly<Record<Difference, string>> = {
  case: 'only in upper and lower case',
  whitespace: 'only in white space or invisible characters',
  unicode: 'only in accents or look-alike characters',
  value: 'in value',
};

export const usernameEmailMismatch: Rule<UsernameEmailMismatch> = {
  name: 'username-email-mismatch',
  severity: 'error',
  title: 'Usernames that are not the email',
  finds: 'A user in scope whose username is not exactly the email address (a warning where only upper and lower case differ).',
  why: 'Okta and Entra look a user up by userName and send the email as userName. Where the two differ, the first sync does not recognize the account: the person gets a second one, or cannot sign in.',
  fix: 'Set the username to the email; where the email itself is wrong, correct that first. `scim-audit plan` orders these renames so that no two users ever hold one username on the way.',
  example: 'User 17 signs in as "jdoe" and has the email "jdoe@example.com": the username becomes "jdoe@example.com".',
  clause: 'username-format',
  needs: NO_NEEDS,
  start: ({ index }) => ({
    *findings() {
      // By place: of most users nothing but that number is looked at.
      for (let place = 0; place < index.users.length; place++) {
        if (index.needsUpdate[place] === 0) continue;
        const user = index.users[place];
        const difference = index.collation.differenceOf(user.userName, user.email);
        const severity: Severity = difference === 'case' ? 'warning' : 'error';
        yield { rule: 'username-email-mismatch', severity, user, difference };
      }
    },
  }),
  message: ({ user, difference }) => `The username "${user.userName}" is not the email "${user.email}": they differ ${HOW[difference]}.`,
  identity: ({ user }) => [user.id, user.userName, user.email],
  topic: ({ user }) => user.id,
  data: ({ user, difference }, locate) => ({ user: userData(user), difference, location: locate(user) }),
  redact: (finding, redactor) => ({ ...finding, user: redactor.user(finding.user) }),
  headings: ['id', 'username', 'email', 'differs in', 'where'],
  rows: ({ user, difference }, locate) => [
    [
      cell(user.id),
      { text: user.userName, against: user.email },
      { text: user.email, against: user.userName },
      cell(explainDifference(user.userName, user.email, difference)),
      cell(placeText(locate(user))),
    ],
  ],
  users: ({ user }) => [user],
  groups: () => NONE,
  decisions: ['set-email', 'set-username', 'deactivate', 'accept'],
  remedy: ({ user }) => ({
    wants: [{ kind: 'replace-user', user: user.id, attribute: 'userName', from: user.userName, to: user.email }],
    questions: [
      {
        subject: 'user',
        id: user.id,
        current: user.userName,
        problem: 'The username must become the email, but waits for another decision or a valid email.',
        actions: ['set-email', 'set-username', 'deactivate', 'accept'],
      },
    ],
  }),
};
