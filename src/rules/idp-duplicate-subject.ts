import type { FindingBase } from '../model/finding.js';
import type { IdpUser } from '../model/idp.js';
import { idpIdentity, idpOf, idpPlaceText, idpStateText, idpUserData } from './idp.js';
import { askAboutExport, cell, count, few, NO_NEEDS, NONE, type Rule } from './rule.js';

export interface IdpDuplicateSubject extends FindingBase {
  readonly rule: 'idp-duplicate-subject';
  /** The key that the subjects share. */
  readonly subject: string;
  /** By place. */
  readonly idpUsers: readonly IdpUser[];
}

const sentence = ({ subject, idpUsers }: IdpDuplicateSubject): string =>
  `${count(idpUsers.length, 'user')} of the identity provider have subjects that count as one, "${subject}": ${few(idpUsers.map((user) => user.subject))}`;

export const idpDuplicateSubject: Rule<IdpDuplicateSubject> = {
  name: 'idp-duplicate-subject',
  severity: 'error',
  title: 'Identity provider users with one subject',
  finds: 'Users of the identity provider whose subjects are the same once case, accents and white space are ignored.',
  why: 'The subject becomes the username, and Jama Connect holds each username once, whatever its case and accents. Only one of them can have the account; the others are refused, or change an account that is not theirs.',
  fix: "Give each person a subject of their own in the identity provider (Okta's application username, Entra's userPrincipalName), or take all but one out of the application. Where one person is in the export twice, export again.",
  example: 'Okta has two people with the application username "jose@example.com", one of them written "José@example.com".',
  clause: 'idp-subject',
  needs: NO_NEEDS,
  idp: 'any',
  start: (context) => ({
    findings() {
      const { subjects, keys, directory } = idpOf(context);
      const found: IdpDuplicateSubject[] = [];
      for (let id = 0; id < keys.length; id++) {
        if (subjects.sizeOf(id) < 2) continue;
        const idpUsers = Array.from(subjects.of(id), (place) => directory.users[place]);
        found.push({ rule: 'idp-duplicate-subject', severity: 'error', subject: keys[id], idpUsers });
      }
      return found.sort((a, b) => a.idpUsers[0].place - b.idpUsers[0].place);
    },
  }),
  message: (finding) => `${sentence(finding)}.`,
  identity: ({ subject, idpUsers }) => [subject, ...idpIdentity(idpUsers)],
  topic: ({ subject }) => subject,
  data: ({ subject, idpUsers }) => ({ subject, idpUsers: idpUsers.map(idpUserData) }),
  redact: (finding, redactor) => ({ ...finding, subject: redactor.identity(finding.subject), idpUsers: finding.idpUsers.map(redactor.idpUser) }),
  headings: ['subject', 'email', 'the user is', 'where'],
  rows: ({ idpUsers }) =>
    idpUsers.map((user, row) => [
      { text: user.subject, against: idpUsers[row === 0 ? 1 : 0].subject },
      cell(user.email),
      cell(idpStateText(user)),
      cell(idpPlaceText(user)),
    ]),
  users: () => NONE,
  groups: () => NONE,
  idpUsers: ({ idpUsers }) => idpUsers,
  decisions: ['accept'],
  remedy: (finding) => askAboutExport(finding.subject, `${sentence(finding)}; correct it in the identity provider and export again.`),
};
