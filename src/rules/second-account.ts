import { isUnseen } from '../model/compare.js';
import { EVIDENCE, LOOK_UP, lookUpsOf, strandedAccounts } from '../model/idp-lookup.js';
import { EMAIL, ID, USER_IS, userRule, WHERE } from './define.js';
import { choice, type FindingOf, own } from './fields.js';
import { idpIdentity, idpOf, idpPlaceText, idpUser } from './idp.js';
import { askEach, calledUser } from './rule.js';

const FIELDS = {
  idpUser: idpUser('The user of the identity provider who is this person.'),
  evidence: choice(
    EVIDENCE,
    "What shows that the account is this person's: `email`: the account has the subject or the email of the person as its email. `username`: it has one of them as its username. `key`: the same, apart from case, accents and white space. `local-part`: the username is the part of the subject before the @, and nothing else is known.",
  ),
  /** False: the account may still be found, or nothing may be sent at all. */
  isCreated: own<boolean>(),
  /** The username need not be the email, so it can be any subject; other rules ask about users in scope. */
  isFree: own<boolean>(),
};
type SecondAccount = FindingOf<'second-account', typeof FIELDS>;

const SHOWN_BY: Readonly<Record<SecondAccount['evidence'], string>> = {
  email: 'the email',
  username: 'the username',
  key: 'nearly the same spelling',
  'local-part': 'the part before the @',
};

/** Returns what the look-up does, as a sentence without its end. */
function outcome({ idpUser: { subject, isPending }, evidence, isCreated }: SecondAccount): string {
  const lookUp = `looks for the username "${subject}"`;
  if (evidence === 'local-part') {
    return `The identity provider ${lookUp}, finds no account and creates one; this account's username is the part before the @, so it may be the same person's`;
  }
  if (isCreated) return `The identity provider ${lookUp}, does not find this account and creates a second one`;
  if (isUnseen(subject)) return 'The export of the identity provider has no username for this person, so it is not certain whether this account is found';
  if (isPending === true)
    return `The identity provider ${lookUp}, but the person was never activated there, so it is not certain whether this account is linked`;
  return evidence === 'username'
    ? `The identity provider ${lookUp}, which may fail or find it for another person, so it is not certain whether this account is linked`
    : `The identity provider ${lookUp}, and it is not certain whether it finds this account, a second one is created, or nothing is sent`;
}

export const secondAccount = userRule({
  name: 'second-account',
  severity: 'error',
  title: 'People who would get a second account',
  finds:
    'An account, active or not, whose person the identity provider has, and whose username is not the one that the provider looks for (a warning if it is not certain that a second account is created).',
  why: 'The provider looks an account up by its username alone. If it does not find the account, it creates a second one: the person then works in an empty account without history and permissions, the second account takes a license, and single sign-on is blocked if both have the same email.',
  fix: "Give the account exactly the subject as its username, so that the provider finds it. `scim-audit plan` does this by itself for active users who sign in through the provider, and asks about inactive and Basic accounts. If the account is not this person's, or a second account is wanted, give it another email, or accept the finding. If the provider has the wrong subject, correct it there.",
  example: 'Okta has "jdoe@example.com"; the inactive user 2 has the username "jdoe" and the email "jdoe@example.com".',
  clause: 'overwrite',
  fields: FIELDS,
  idp: 'any',
  start: (context) => ({
    *findings() {
      const { index } = context;
      const match = idpOf(context);
      const { outcomes } = lookUpsOf(index, match);
      for (const { user, idpUser, evidence, isCertain } of strandedAccounts(index, match)) {
        yield {
          rule: 'second-account',
          severity: isCertain ? 'error' : 'warning',
          user: index.users[user],
          idpUser: match.directory.users[idpUser],
          evidence,
          isCreated: outcomes[idpUser] === LOOK_UP.create,
          isFree: index.isInScope[user] === 0,
        };
      }
    },
  }),
  message: (finding) => `${calledUser(finding.user).replace(/^u/, 'U')} <${finding.user.email}>: ${outcome(finding).replace(/^T/, 't')}.`,
  identity: ({ user, idpUser, evidence }) => [user.id, user.userName, user.email, ...idpIdentity([idpUser]), evidence],
  columns: [
    ID,
    ['username', ({ userName }, { idpUser }) => ({ text: userName, against: idpUser.subject })],
    EMAIL,
    USER_IS,
    ['provider looks for', ({ userName }, { idpUser }) => ({ text: idpUser.subject, against: userName })],
    ['shown by', (_, { evidence }) => SHOWN_BY[evidence]],
    ['a second account', (_, { isCreated, evidence }) => (isCreated && evidence !== 'local-part' ? 'is created' : 'is not certain')],
    WHERE,
    ['there at', (_, { idpUser }) => idpPlaceText(idpUser)],
  ],
  effects: { mayFollowDecision: true },
  decisions: ['set-username', 'set-email', 'deactivate', 'accept'],
  remedy: (finding, actions) =>
    askEach([finding.user], {
      problem: `${outcome(finding)}. Rename the account so that it is found; if it is not this person's, give it another email.`,
      actions,
      propose: ({ userName }) => {
        const { subject } = finding.idpUser;
        return !finding.isFree || isUnseen(subject) || subject === userName || finding.evidence === 'local-part'
          ? undefined
          : { action: 'set-username', value: subject };
      },
    }),
});
