import { snapshotRule } from './define.js';
import { type FindingOf, identityText } from './fields.js';
import { idpIdentity, idpOf, idpPlaceText, idpStateText, idpUsers } from './idp.js';
import { askAboutExport, count, few } from './rule.js';

const FIELDS = { subject: identityText('The key that the subjects share.'), idpUsers: idpUsers(2) };
type IdpDuplicateSubject = FindingOf<'idp-duplicate-subject', typeof FIELDS>;

const sentence = ({ subject, idpUsers }: IdpDuplicateSubject): string =>
  `${count(idpUsers.length, 'user')} of the identity provider have subjects that count as one, "${subject}": ${few(idpUsers.map((user) => user.subject))}`;

export const idpDuplicateSubject = snapshotRule({
  name: 'idp-duplicate-subject',
  severity: 'error',
  title: 'Identity provider users with the same subject',
  finds: 'Users of the identity provider whose subjects are the same apart from case, accents and white space.',
  why: 'The subject becomes the username, and usernames in Jama Connect are unique, ignoring case and accents. Only one of these people can have the account; the others are refused, or change an account that is not theirs.',
  fix: "Give each person their own subject in the identity provider (Okta's application username, Entra's userPrincipalName), or remove all but one of them from the application. If one person is in the export twice, export again.",
  example: 'Okta has two people with the application username "jose@example.com", one of them spelled "José@example.com".',
  clause: 'idp-subject',
  fields: FIELDS,
  idp: 'any',
  start: (context) => ({
    findings() {
      const { subjects, keyCount, keyText, directory } = idpOf(context);
      const found: IdpDuplicateSubject[] = [];
      for (let id = 0; id < keyCount; id++) {
        if (subjects.sizeOf(id) < 2) continue;
        const idpUsers = Array.from(subjects.of(id), (place) => directory.users[place]);
        found.push({ rule: 'idp-duplicate-subject', severity: 'error', subject: keyText(id), idpUsers });
      }
      return found.sort((a, b) => a.idpUsers[0].place - b.idpUsers[0].place);
    },
  }),
  message: (finding) => `${sentence(finding)}.`,
  identity: ({ subject, idpUsers }) => [subject, ...idpIdentity(idpUsers)],
  topic: ({ subject }) => subject,
  subjects: ({ idpUsers }) => idpUsers,
  columns: [
    ['subject', ({ subject }, { idpUsers }, _, row) => ({ text: subject, against: idpUsers[row === 0 ? 1 : 0].subject })],
    ['email', ({ email }) => email],
    ['the user is', idpStateText],
    ['where', idpPlaceText],
  ],
  remedy: (finding) => askAboutExport(finding.subject, `${sentence(finding)}; correct it in the identity provider and export again.`),
});
