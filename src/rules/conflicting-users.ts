/** This rule is long because it draws, orders and proposes for five patterns of one table of the guide. */

import { NO_WANTER } from '../model/contest.js';
import type { User } from '../model/directory.js';
import type { Proposal } from '../model/finding.js';
import type { IdentityIndex } from '../model/identity-index.js';
import { firstPairs, type Member, pairing } from './conflicting-pairs.js';
import { defineRule, EMAIL, ID, USERNAME, WHERE } from './define.js';
import { choice, type Field, type FindingOf, identityText, number, own, USER_SHAPES, users } from './fields.js';
import { anonymousAddress, askEach, count, grouped, idsOf, type RuleContext, type Shapes, sortedIdentity, stateText, userData } from './rule.js';

const PATTERNS = ['same-email', 'taken', 'swap', 'chain', 'bystander'] as const;
type Pattern = (typeof PATTERNS)[number];
const RESOLUTIONS = ['automatic', 'decision'] as const;
type Resolution = (typeof RESOLUTIONS)[number];

/** Redacted with the list of users that all findings share. */
const index: Field<IdentityIndex> = { redact: (value, redactor) => ({ ...value, users: redactor.users(value.users) }) };

const FIELDS = {
  userName: identityText('The contested username: the key that the pairs share.'),
  pattern: choice(PATTERNS),
  resolution: choice(RESOLUTIONS),
  /** All users who are in a pair, by place. */
  users: users(2),
  /** By place: 1 for a user who needs an update. The index's own array, shared by all findings. */
  needsUpdate: own<Uint8Array>(),
  pairCount: number(1),
  /** The pairs are computed from it when they are shown: kept for every finding, they would fill the memory. */
  index,
  /** Id of the contested username in the index. */
  keyId: own<number>(),
};
export type ConflictingUsers = FindingOf<'conflicting-users', typeof FIELDS>;

const SHAPES: Shapes = {
  userName: { type: 'text', about: 'The contested username: the key that the pairs share.' },
  pattern: { type: 'choice', of: PATTERNS },
  resolution: { type: 'choice', of: RESOLUTIONS },
  users: { type: 'list', of: { type: 'object', fields: { ...USER_SHAPES, needsUpdate: { type: 'flag' }, location: { type: 'location' } } }, min: 2 },
  pairCount: { type: 'number', min: 1 },
  pairs: {
    type: 'list',
    of: {
      type: 'object',
      fields: { first: { type: 'text' }, second: { type: 'text' }, reason: { type: 'choice', of: ['email-equals-username', 'same-email'] } },
    },
    min: 1,
    max: 100,
    about: 'The first 100, by ids.',
  },
};

/** What tables and drawings call a pattern. */
export const PATTERN_WORDS: Readonly<Record<Pattern, string>> = {
  'same-email': 'needed by several',
  taken: 'kept by another',
  swap: 'ring',
  chain: 'chain',
  bystander: 'free',
};

const WHAT: Readonly<Record<Exclude<Pattern, 'same-email'>, string>> = {
  taken: 'one needs it as the username, but a user who keeps it already holds it',
  swap: 'each needs the username that the next one holds, in a ring',
  chain: 'one needs it as the username, and its holder is renamed first',
  bystander: 'nothing is in the way: another user has it only as an email address',
};

/** Returns why the users conflict. Of the users of `same-email`, some may only hold the username or have it as their email. */
function whatOf({ pattern, users, needsUpdate, index, keyId }: ConflictingUsers): string {
  if (pattern !== 'same-email') return WHAT[pattern];
  const claimants = users.reduce((sum, { place }) => sum + (needsUpdate[place] === 1 && index.emailKey[place] === keyId ? 1 : 0), 0);
  const who = claimants === users.length ? 'all' : `${grouped(claimants)} of them`;
  return `${who} need it as their username, and only one can have it`;
}

/** Returns what kind of contest a key is (contract 2.5), for a key that has at least one pair. */
function classify({ index, contest }: RuleContext, id: number): { pattern: Pattern; resolution: Resolution } {
  const wanter = contest.soleWanter[id];
  if (wanter < NO_WANTER) return { pattern: 'same-email', resolution: 'decision' };
  if (wanter === NO_WANTER) return { pattern: 'bystander', resolution: 'automatic' };
  const resolution = contest.isAutomatic[wanter] === 1 ? 'automatic' : 'decision';
  const others = index.holders.of(id).filter((place) => place !== wanter);
  if (others.length === 0) return { pattern: 'bystander', resolution };
  if (others.some((place) => index.needsUpdate[place] === 0)) return { pattern: 'taken', resolution };
  return { pattern: contest.isInRing[id] === 1 ? 'swap' : 'chain', resolution };
}

export const conflictingUsers = defineRule({
  name: 'conflicting-users',
  severity: 'error',
  title: 'Users who need or hold the same username',
  finds: 'Two or more users who need, or already hold, the same username, at least one of whom must be renamed.',
  why: 'Renaming a user to their email fails, or changes the wrong account, if another user holds that username, even an inactive one. No two users can share a username.',
  fix: 'If each of them can get the username that they need, `scim-audit plan` renames them in a safe order by itself. If several users need one address, or another user keeps it, decide who gets it: give the other account a different email or username, or deactivate it.',
  example:
    'User 17 has the email "ana@example.com", and the inactive user 18 has the username "ana@example.com": user 17 cannot get that username until user 18 gives it up.',
  clause: 'conflicting-pairs',
  fields: FIELDS,
  start: (context) => ({
    findings() {
      const { index } = context;
      const found: ConflictingUsers[] = [];
      for (let id = 0; id < index.keyCount; id++) {
        const pairs = pairing(index, id);
        if (pairs === undefined) continue;
        found.push({
          rule: 'conflicting-users',
          severity: 'error',
          userName: index.keyText(id),
          ...classify(context, id),
          users: pairs.members.map(({ place }: Member) => index.users[place]),
          needsUpdate: index.needsUpdate,
          pairCount: pairs.count,
          index,
          keyId: id,
        });
      }
      return found.sort((a, b) => a.users[0].place - b.users[0].place || (a.userName < b.userName ? -1 : 1));
    },
  }),
  message: (finding) => `${count(finding.users.length, 'user')} need or hold the username "${finding.userName}": ${whatOf(finding)} (${idsOf(finding.users)}).`,
  identity: ({ userName, users, needsUpdate }) => [userName, ...sortedIdentity(users, (user) => [user.userName, user.email, String(needsUpdate[user.place])])],
  topic: ({ userName }) => userName,
  json: {
    shapes: SHAPES,
    data: ({ userName, pattern, resolution, users, needsUpdate, pairCount, index, keyId }, locate) => ({
      userName,
      pattern,
      resolution,
      users: users.map((user) => ({ ...userData(user), needsUpdate: needsUpdate[user.place] === 1, location: locate(user) })),
      pairCount,
      pairs: firstPairs(index, keyId),
    }),
  },
  subjects: ({ users }) => users,
  columns: [
    ['contested username', (_, { userName, pattern }, __, row) => (row === 0 ? `${userName} (${PATTERN_WORDS[pattern]})` : '')],
    ID,
    USERNAME,
    EMAIL,
    ['user is', (user, { needsUpdate }) => `${stateText(user)}${needsUpdate[user.place] === 1 ? ', to be renamed' : ''}`],
    WHERE,
  ],
  decisions: ['set-email', 'set-username', 'deactivate', 'activate', 'accept'],
  remedy: (finding, actions) =>
    askEach(finding.users, {
      problem: `The username "${finding.userName}" is needed or held by several users: ${whatOf(finding)}.`,
      actions,
      propose: proposer(finding),
    }),
});

/** Returns what proposes a change for each user who must give the username up: claimants after the first, and holders who are not renamed and do not have the address as email. */
function proposer({ users, pattern, needsUpdate, index, keyId }: ConflictingUsers): (user: User) => Proposal | undefined {
  if (pattern !== 'same-email' && pattern !== 'taken') return () => undefined;
  const isHeld = ({ place }: User): boolean => index.userNameKey[place] === keyId;
  const isWanted = ({ place }: User): boolean => index.emailKey[place] === keyId;
  const claimants = users.filter((user) => needsUpdate[user.place] === 1 && isWanted(user));
  const stayers = users.filter((user) => needsUpdate[user.place] === 0 && isHeld(user));
  const rightful = stayers.find((user) => isWanted(user) && user.active);
  const keeper = rightful ?? claimants.find((user) => isHeld(user)) ?? claimants[0];
  const losing = new Set<User>([...claimants, ...stayers]);
  losing.delete(keeper);
  const isClaimant = new Set(claimants);
  return (user) => {
    if (!losing.has(user)) return undefined;
    return { action: isClaimant.has(user) ? 'set-email' : 'set-username', value: anonymousAddress(user) };
  };
}
