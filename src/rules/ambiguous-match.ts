/** This rule is long because its report lists only some of its users, each with what of the user matches. */

import type { User } from '../model/directory.js';
import type { IdentityIndex } from '../model/identity-index.js';
import { defineRule, EMAIL, USER_IS, USERNAME, WHERE } from './define.js';
import { type FindingOf, hidden, identityTexts, own, USER_SHAPES, users } from './fields.js';
import { contestsOf, idpIdentity, idpOf, idpPlaceText, idpUserData, idpUsers } from './idp.js';
import { anonymousAddress, askEach, count, few, type Shapes, sortedIdentity, userData } from './rule.js';

/** Which value of a user of Jama Connect is the provider user's subject or email. */
const WAYS = ['userName', 'email', 'both'] as const;
type By = (typeof WAYS)[number];

/** Number of users that the JSON report lists, and that questions are asked about. */
const MOST = 100;

const FIELDS = {
  /** The subject or email that they share, or both of them, as keys. */
  keys: hidden(identityTexts()),
  /** Users who have it as subject come first. */
  idpUsers: hidden(idpUsers(1)),
  /** By place; `by` says what of each matches. */
  users: hidden(users(2)),
  by: own<readonly By[]>(),
};
type AmbiguousMatch = FindingOf<'ambiguous-match', typeof FIELDS>;

const SHAPES: Shapes = {
  idpUser: { type: 'idpUser', about: 'The first who has it as subject, or else as email.' },
  idpUserCount: { type: 'number', min: 2, isOptional: true, about: 'How many have it as subject or email; absent if it is one.' },
  userCount: { type: 'number', min: 2 },
  users: {
    type: 'list',
    of: { type: 'object', fields: { ...USER_SHAPES, by: { type: 'choice', of: WAYS, about: 'What of the user matches.' }, location: { type: 'location' } } },
    min: 2,
    max: MOST,
    about: 'The first 100.',
  },
};

const BY: Readonly<Record<By, string>> = { userName: 'username', email: 'email', both: 'username and email' };

/** Returns which value of the user is one of the keys. */
function byOf({ place }: User, { userNameKey, emailKey }: IdentityIndex, keys: readonly number[]): By {
  if (!keys.includes(emailKey[place])) return 'userName';
  return keys.includes(userNameKey[place]) ? 'both' : 'email';
}

const whoMatches = ({ keys, idpUsers, users }: AmbiguousMatch): string => {
  const who =
    idpUsers.length === 1
      ? `The identity provider's user "${idpUsers[0].subject}" <${idpUsers[0].email}> matches`
      : `${count(idpUsers.length, 'user')} of the identity provider with the subject or email ${few(keys)} match`;
  return `${who} ${count(users.length, 'user')} of Jama Connect`;
};

const subjectText = ({ idpUsers }: AmbiguousMatch): string =>
  idpUsers.length === 1 ? idpUsers[0].subject : `${idpUsers[0].subject} and ${count(idpUsers.length - 1, 'other')}`;

/** Returns what follows from several matches, as a sentence without its end. */
function whatFollows({ severity, idpUsers, users }: AmbiguousMatch): string {
  if (severity !== 'error') return 'the sync finds the one with that username, and the others only share its email';
  const names = new Set(users.map(({ userName }) => userName));
  return idpUsers.every(({ subject }) => names.has(subject))
    ? 'the sync takes the one with that username, and single sign-on may open another one, or none'
    : 'it is not certain which account the sync takes';
}

export const ambiguousMatch = defineRule({
  name: 'ambiguous-match',
  severity: 'error',
  title: 'People in the identity provider who match several users',
  finds:
    'A user of the identity provider whose subject and email match two or more users of Jama Connect (a warning if one has exactly that username and the others only share its email).',
  why: 'The provider looks an account up by userName alone, and single sign-on by the email. If these lead to different accounts, or to several, the wrong person may get the account, the sync stops, or a second account is created.',
  fix: 'Decide which account belongs to the person. It keeps the address as its username and email. Give each other account another username and email, even if it is inactive (the vendor advises to anonymize them). If the provider has the wrong email for the person, correct it there.',
  example: 'Okta\'s "ana@example.com" is the username of user 17, and the email of the inactive user 8.',
  clause: 'overwrite',
  fields: FIELDS,
  idp: 'any',
  start: (context) => ({
    *findings() {
      const match = idpOf(context);
      for (const { keys, idpUsers, users, isLookupSure } of contestsOf(context.index, match).contested) {
        yield {
          rule: 'ambiguous-match',
          severity: isLookupSure ? 'warning' : 'error',
          keys: keys.map(match.keyText),
          idpUsers,
          users,
          by: users.map((user) => byOf(user, context.index, keys)),
        };
      }
    },
  }),
  message: (finding) =>
    `${whoMatches(finding)}: ${finding.users
      .slice(0, 3)
      .map((user, at) => `"${user.id}" by ${BY[finding.by[at]]}`)
      .join(', ')}${finding.users.length > 3 ? ` and ${count(finding.users.length - 3, 'other')}` : ''}.`,
  identity: ({ keys, idpUsers, users }) => [...keys, ...idpIdentity(idpUsers), ...sortedIdentity(users, ({ userName, email }) => [userName, email])],
  topic: ({ keys }) => keys.join('\n'),
  json: {
    shapes: SHAPES,
    data: ({ idpUsers, users, by }, locate) => ({
      idpUser: idpUserData(idpUsers[0]),
      ...(idpUsers.length > 1 ? { idpUserCount: idpUsers.length } : {}),
      userCount: users.length,
      users: users.slice(0, MOST).map((user, at) => ({ ...userData(user), by: by[at], location: locate(user) })),
    }),
  },
  subjects: ({ users }) => users,
  columns: [
    // Only the first row names the provider's users: looking at all of them per row would take the square of their number.
    ['subject in the provider', (_, finding, __, row) => (row > 0 ? '' : subjectText(finding))],
    ['its email', (_, { idpUsers }, __, row) => (row > 0 ? '' : idpUsers[0].email)],
    ['there at', (_, { idpUsers }, __, row) => (row > 0 ? '' : idpPlaceText(idpUsers[0]))],
    ['matches id', ({ id }) => id],
    USERNAME,
    EMAIL,
    ['by', (_, { by }, __, row) => BY[by[row]]],
    USER_IS,
    WHERE,
  ],
  decisions: ['set-email', 'set-username', 'deactivate', 'accept'],
  remedy: (finding, actions) =>
    askEach(finding.users.slice(0, MOST), {
      problem: `${whoMatches(finding)}; ${whatFollows(finding)}.`,
      actions,
      propose(user) {
        if (user.active) return undefined;
        return { action: finding.by[finding.users.indexOf(user)] === 'email' ? 'set-email' : 'set-username', value: anonymousAddress(user) };
      },
    }),
});
