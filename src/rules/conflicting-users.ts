/** This rule is long because it draws, orders and proposes for five patterns of one table of the guide. */

import { NO_WANTER } from '../model/contest.js';
import type { User } from '../model/directory.js';
import type { FindingBase, Proposal } from '../model/finding.js';
import type { IdentityIndex } from '../model/identity-index.js';
import { firstPairs, type Member, pairing } from './conflicting-pairs.js';
import {
  anonymousAddress,
  askEach,
  cell,
  count,
  grouped,
  idsOf,
  NO_NEEDS,
  NONE,
  placeText,
  type Rule,
  type RuleContext,
  sortedIdentity,
  stateText,
  userData,
} from './rule.js';

export type Pattern = 'same-email' | 'taken' | 'swap' | 'chain' | 'bystander';
export type Resolution = 'automatic' | 'decision';

export interface ConflictingUsers extends FindingBase {
  readonly rule: 'conflicting-users';
  /** The contested username: the key that the pairs share. */
  readonly userName: string;
  readonly pattern: Pattern;
  readonly resolution: Resolution;
  /** All who take part in a pair, by place. */
  readonly users: readonly User[];
  /** By place: 1 for a user who needs an update. The index's own array, shared by all findings. */
  readonly needsUpdate: Uint8Array;
  readonly pairCount: number;
  /** Where the pairs are listed from when they are shown: kept for every finding, they would fill the memory. */
  readonly index: IdentityIndex;
  /** Of the contested username, in the index. */
  readonly keyId: number;
}

const WHAT: Readonly<Record<Exclude<Pattern, 'same-email'>, string>> = {
  taken: 'one needs it as the username, but a user who will not be renamed holds it',
  swap: "they hold one another's addresses in a ring",
  chain: 'one needs it as the username, and its holder is to be renamed away first',
  bystander: 'nobody is in the way: another user has it only as an email address',
};

/** Returns what the contest is; of several who need the username, others may merely hold it or have it as their email. */
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

export const conflictingUsers: Rule<ConflictingUsers> = {
  name: 'conflicting-users',
  severity: 'error',
  title: 'Users who contest one username',
  finds: "Users of whom one's email is another's username, or who share an email, while one of them must be renamed.",
  why: 'The rename to the email fails or hits the wrong account when somebody else holds that username, active or not. Two users can never share one username.',
  fix: 'Chains, rings and bystanders are put in a safe order by `scim-audit plan`. For a contested or taken address, give the account that loses another email or username, or deactivate it.',
  example:
    'User 17 has the email "ana@example.com", and the inactive user 18 is called "ana@example.com": user 17 cannot get the username until 18 gives it up.',
  clause: 'conflicting-pairs',
  needs: NO_NEEDS,
  start: (context) => ({
    findings() {
      const { index } = context;
      const found: ConflictingUsers[] = [];
      for (let id = 0; id < index.keys.length; id++) {
        const pairs = pairing(index, id);
        if (pairs === undefined) continue;
        found.push({
          rule: 'conflicting-users',
          severity: 'error',
          userName: index.keys[id],
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
  message: (finding) => `${count(finding.users.length, 'user')} contest the username "${finding.userName}": ${whatOf(finding)} (${idsOf(finding.users)}).`,
  identity: ({ userName, users, needsUpdate }) => [userName, ...sortedIdentity(users, (user) => [user.userName, user.email, String(needsUpdate[user.place])])],
  topic: ({ userName }) => userName,
  data: ({ userName, pattern, resolution, users, needsUpdate, pairCount, index, keyId }, locate) => ({
    userName,
    pattern,
    resolution,
    users: users.map((user) => ({
      ...userData(user),
      needsUpdate: needsUpdate[user.place] === 1,
      location: locate(user),
    })),
    pairCount,
    pairs: firstPairs(index, keyId),
  }),
  redact: (finding, redactor) => ({
    ...finding,
    userName: redactor.identity(finding.userName),
    users: finding.users.map(redactor.user),
    index: { ...finding.index, users: redactor.users(finding.index.users) },
  }),
  headings: ['contested username', 'id', 'username', 'email', 'user is', 'where'],
  rows: ({ userName, users, pattern, needsUpdate }, locate) =>
    users.map((user, row) => [
      cell(row === 0 ? `${userName} (${pattern})` : ''),
      cell(user.id),
      cell(user.userName),
      cell(user.email),
      cell(`${stateText(user)}${needsUpdate[user.place] === 1 ? ', to be renamed' : ''}`),
      cell(placeText(locate(user))),
    ]),
  users: ({ users }) => users,
  groups: () => NONE,
  decisions: ['set-email', 'set-username', 'deactivate', 'activate', 'accept'],
  remedy: (finding) =>
    askEach(
      finding.users,
      (user) => `${user.userName} <${user.email}>`,
      `The username "${finding.userName}" is contested: ${whatOf(finding)}.`,
      ['set-email', 'set-username', 'deactivate', 'activate', 'accept'],
      proposer(finding),
    ),
  // Who is in whose way follows from users besides those of the finding.
};

/** Whoever gives way is asked to: claimants beyond the first, and holders who stay but do not have the address as email. */
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
