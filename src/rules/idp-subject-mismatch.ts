import type { Collation, Difference } from '../model/compare.js';
import type { User } from '../model/directory.js';
import { isEmailAddress } from '../model/email.js';
import type { FindingBase } from '../model/finding.js';
import type { IdpUser } from '../model/idp.js';
import { NO_FIT } from '../model/idp-match.js';
import { contestsOf, differenceOfAll, IN_WHAT, idpIdentity, idpOf, idpPlaceText, idpUserData } from './idp.js';
import { askEach, cell, NO_NEEDS, NONE, placeText, type Rule, userData } from './rule.js';

type Odd = 'subject' | 'userName' | 'email';

export interface IdpSubjectMismatch extends FindingBase {
  readonly rule: 'idp-subject-mismatch';
  readonly user: User;
  readonly idpUser: IdpUser;
  /** The one of the three that is unlike the other two; `all` where no two are equal. */
  readonly differs: Odd | 'all';
  /** Of that one from the others; of all, the weakest reading under which they are the same. */
  readonly difference: Difference;
}

/** Returns which of the three is unlike the others, and how; undefined where all are equal. */
function compareThree(subject: string, userName: string, email: string, collation: Collation): Pick<IdpSubjectMismatch, 'differs' | 'difference'> | undefined {
  const { differenceOf, isBlank } = collation;
  const isEqual = (a: string, b: string): boolean => a === b && !isBlank(a);
  // Whoever has a partner has a key: three equal values are not blank.
  if (subject === userName && userName === email) return undefined;
  if (isEqual(userName, email)) return { differs: 'subject', difference: differenceOf(subject, email) };
  if (isEqual(subject, email)) return { differs: 'userName', difference: differenceOf(userName, email) };
  if (isEqual(subject, userName)) return { differs: 'email', difference: differenceOf(email, subject) };
  return { differs: 'all', difference: differenceOfAll([subject, userName, email], collation) };
}

const CALLED: Readonly<Record<Odd, string>> = { subject: "the identity provider's subject", userName: 'the username', email: 'the email' };

/** Returns what differs, as a sentence without its end. */
function sentence({ user: { userName, email }, idpUser: { subject }, differs, difference }: IdpSubjectMismatch): string {
  const values = { subject, userName, email };
  if (differs === 'all') {
    return `The username "${userName}", the email "${email}" and ${CALLED.subject} "${subject}" all differ, ${IN_WHAT[difference]}`;
  }
  const [other, another] = (['userName', 'email', 'subject'] as const).filter((name) => name !== differs);
  const odd = `${CALLED[differs].replace('the', 'The')} "${values[differs]}"`;
  return `${odd} is not "${values[other]}", which is both ${CALLED[other]} and ${CALLED[another]}: they differ ${IN_WHAT[difference]}`;
}

export const idpSubjectMismatch: Rule<IdpSubjectMismatch> = {
  name: 'idp-subject-mismatch',
  severity: 'error',
  title: 'Users whose username, email and identity are not the same',
  finds:
    'A user in scope whose username and email are not both exactly the subject of their identity provider account (a warning where only upper and lower case differ).',
  why: 'The provider sends its subject as userName and looks the account up by it; single sign-on compares it with the email. Unless all three are equal, the person gets a second account, or cannot sign in.',
  fix: "Find out which of the three is right. Where it is the subject, correct the email in Jama Connect: `scim-audit plan` makes the username follow. Where it is Jama Connect's address, correct Okta's application username or Entra's userPrincipalName. Accounts that take part in an ambiguous match are reported there.",
  example: 'Okta knows "j.doe@example.com"; user 17 has the username and the email "jdoe@example.com".',
  clause: 'idp-subject',
  needs: NO_NEEDS,
  idp: 'any',
  start: (context) => ({
    *findings() {
      const { index } = context;
      const match = idpOf(context);
      const { takesPart } = contestsOf(index, match);
      for (const user of index.users) {
        const partner = match.partner[user.place];
        if (partner === NO_FIT || index.isInScope[user.place] === 0 || takesPart[user.place] === 1) continue;
        const idpUser = match.directory.users[partner];
        const compared = compareThree(idpUser.subject, user.userName, user.email, index.collation);
        if (compared === undefined) continue;
        yield { rule: 'idp-subject-mismatch', severity: compared.difference === 'case' ? 'warning' : 'error', user, idpUser, ...compared };
      }
    },
  }),
  message: (finding) => `${sentence(finding)}.`,
  identity: ({ user, idpUser }) => [user.id, user.userName, user.email, ...idpIdentity([idpUser]).slice(0, 2)],
  topic: ({ user }) => user.id,
  data: ({ user, idpUser, differs, difference }, locate) => ({
    user: userData(user),
    idpUser: idpUserData(idpUser),
    differs,
    difference,
    location: locate(user),
  }),
  redact: (finding, redactor) => ({ ...finding, user: redactor.user(finding.user), idpUser: redactor.idpUser(finding.idpUser) }),
  headings: ['id', 'username', 'email', 'subject in the provider', 'differs', 'where', 'there at'],
  rows: ({ user, idpUser, differs, difference }, locate) => [
    [
      cell(user.id),
      { text: user.userName, against: idpUser.subject },
      { text: user.email, against: idpUser.subject },
      { text: idpUser.subject, against: user.email },
      cell(`${differs === 'all' ? 'all three' : CALLED[differs].replace(/^the (?:identity provider's )?/, '')}: ${difference}`),
      cell(placeText(locate(user))),
      cell(idpPlaceText(idpUser)),
    ],
  ],
  mayFollowDecision: true,
  users: ({ user }) => [user],
  groups: () => NONE,
  idpUsers: ({ idpUser }) => [idpUser],
  decisions: ['set-email', 'set-username', 'deactivate', 'accept'],
  remedy: (finding) =>
    askEach(
      [finding.user],
      ({ userName, email }) => `${userName} <${email}>`,
      `${sentence(finding)}. Where the provider is wrong, correct it there.`,
      ['set-email', 'set-username', 'deactivate', 'accept'],
      () => (finding.differs === 'email' && isEmailAddress(finding.idpUser.subject) ? { action: 'set-email', value: finding.idpUser.subject } : undefined),
    ),
};
