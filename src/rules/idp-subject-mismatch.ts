import { type Collation, DIFFERENCES } from '../model/compare.js';
import type { User } from '../model/directory.js';
import { isEmailAddress } from '../model/email.js';
import { areSurelySame, NO_FIT } from '../model/idp-match.js';
import { ID, userRule, WHERE } from './define.js';
import { choice, type FindingOf } from './fields.js';
import { contestsOf, DIFFERS_IN, differenceOfAll, IN_WHAT, idpIdentity, idpOf, idpPlaceText, idpUser } from './idp.js';
import { askEach } from './rule.js';

const DIFFERING = ['subject', 'userName', 'email', 'all'] as const;
type Odd = Exclude<(typeof DIFFERING)[number], 'all'>;

/** `difference` says how the odd one differs from the others; if all differ, the smallest difference under which they count as the same. */
const FIELDS = {
  idpUser: idpUser(),
  differs: choice(DIFFERING, 'The one of the three that differs from the other two.'),
  difference: choice(DIFFERENCES),
};
type IdpSubjectMismatch = FindingOf<'idp-subject-mismatch', typeof FIELDS> & { readonly user: User };

/** Returns which of the three differs from the others, and how; undefined if all are equal. */
function compareThree(subject: string, userName: string, email: string, collation: Collation): Pick<IdpSubjectMismatch, 'differs' | 'difference'> | undefined {
  const { differenceOf, isBlank } = collation;
  const isEqual = (a: string, b: string): boolean => a === b && !isBlank(a);
  // A user who has a partner has a key: three equal values are not blank.
  if (subject === userName && userName === email) return undefined;
  if (isEqual(userName, email)) return { differs: 'subject', difference: differenceOf(subject, email) };
  if (isEqual(subject, email)) return { differs: 'userName', difference: differenceOf(userName, email) };
  if (isEqual(subject, userName)) return { differs: 'email', difference: differenceOf(email, subject) };
  return { differs: 'all', difference: differenceOfAll([subject, userName, email], collation) };
}

/** What each of the three is called, in a sentence, at its beginning, and in a table. */
const CALLED: Readonly<Record<Odd, string>> = { subject: "the identity provider's subject", userName: 'the username', email: 'the email' };
const CALLED_FIRST: Readonly<Record<Odd, string>> = { subject: "The identity provider's subject", userName: 'The username', email: 'The email' };
const CALLED_BRIEFLY: Readonly<Record<Odd | 'all', string>> = { subject: 'subject', userName: 'username', email: 'email', all: 'all three' };

/** Returns what differs, as a sentence without its end. */
function sentence({ user: { userName, email }, idpUser: { subject }, differs, difference }: IdpSubjectMismatch): string {
  const values = { subject, userName, email };
  if (differs === 'all') {
    return `The username "${userName}", the email "${email}" and ${CALLED.subject} "${subject}" all differ, ${IN_WHAT[difference]}`;
  }
  const [other, another] = (['userName', 'email', 'subject'] as const).filter((name) => name !== differs);
  return `${CALLED_FIRST[differs]} "${values[differs]}" is not "${values[other]}", which is both ${CALLED[other]} and ${CALLED[another]}: they differ ${IN_WHAT[difference]}`;
}

export const idpSubjectMismatch = userRule({
  name: 'idp-subject-mismatch',
  severity: 'error',
  title: 'Users whose username, email and identity differ',
  finds:
    'A user in scope whose username and email are not both exactly the subject of their account at the identity provider (a warning if only upper and lower case differ).',
  why: 'The provider sends its subject as userName and looks the account up by it; single sign-on compares the subject with the email. Unless all three are equal, the person gets a second account or cannot sign in.',
  fix: "Find out which of the three is right. If it is the subject, correct the email in Jama Connect, and `scim-audit plan` changes the username to match. If it is Jama Connect's address, correct Okta's application username or Entra's userPrincipalName. If an account takes part in an ambiguous match, ambiguous-match reports it instead.",
  example: 'Okta has the subject "j.doe@example.com"; user 17 has the username and the email "jdoe@example.com".',
  clause: 'idp-subject',
  fields: FIELDS,
  idp: 'any',
  start: (context) => ({
    *findings() {
      const { index } = context;
      const match = idpOf(context);
      const { takesPart } = contestsOf(index, match);
      for (const user of index.users) {
        const partner = match.partner[user.place];
        if (partner === NO_FIT || index.isInScope[user.place] === 0 || takesPart[user.place] === 1) continue;
        if (areSurelySame(index, match, user.place, partner)) continue;
        const idpUser = match.directory.users[partner];
        const compared = compareThree(idpUser.subject, user.userName, user.email, index.collation);
        if (compared === undefined) continue;
        yield { rule: 'idp-subject-mismatch', severity: compared.difference === 'case' ? 'warning' : 'error', user, idpUser, ...compared };
      }
    },
  }),
  message: (finding) => `${sentence(finding)}.`,
  identity: ({ user, idpUser }) => [user.id, user.userName, user.email, ...idpIdentity([idpUser]).slice(0, 2)],
  columns: [
    ID,
    ['username', ({ userName }, { idpUser }) => ({ text: userName, against: idpUser.subject })],
    ['email', ({ email }, { idpUser }) => ({ text: email, against: idpUser.subject })],
    ['subject in the provider', ({ email }, { idpUser }) => ({ text: idpUser.subject, against: email })],
    ['differs', (_, { differs, difference }) => `${CALLED_BRIEFLY[differs]}: ${DIFFERS_IN[difference]}`],
    WHERE,
    ['there at', (_, { idpUser }) => idpPlaceText(idpUser)],
  ],
  effects: { mayFollowDecision: true },
  decisions: ['set-email', 'set-username', 'deactivate', 'accept'],
  remedy: (finding, actions) =>
    askEach([finding.user], {
      problem: `${sentence(finding)}. If the provider is wrong, correct it there.`,
      actions,
      propose: () =>
        finding.differs === 'email' && isEmailAddress(finding.idpUser.subject) ? { action: 'set-email', value: finding.idpUser.subject } : undefined,
    }),
});
