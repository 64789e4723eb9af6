/**
 * Section 2 of the contract, as plainly as code can say it: quadratic, one sentence of the contract a function.
 * To be held beside the contract; it shares no logic with the rules that it judges.
 */

import type { Group, User } from '../../src/model/directory.js';
import type { CollationName } from '../../src/model/policy.js';
import type { Organization } from '../support/organizations.js';

/** A finding as the JSON report holds it, without fingerprint and message. */
export interface Stated {
  readonly rule: string;
  readonly severity: 'error' | 'warning';
  readonly [field: string]: unknown;
}

/** Returns the findings of all rules, by rule in the order of 2.3, then by the first subject's place. */
export function expectedFindings(organization: Organization): Stated[] {
  compareUnder(organization.collation);
  return [
    ...usernameEmailMismatches(organization),
    ...conflictingUsers(organization),
    ...duplicateGroupNames(organization),
    ...inactiveBasicMembers(organization),
    ...missingEmails(organization),
    ...invalidEmails(organization),
    ...duplicateEmails(organization),
    ...duplicateUsernames(organization),
    ...unknownMembers(organization),
    ...unknownSyncGroups(organization),
    ...nothingToCheck(organization),
    ...rowLimits(organization),
    ...damagedTexts(organization),
    ...noInactiveUsers(organization),
  ];
}

// 1.1 Comparing text

/** Letters that only the default takes for others, of those that the organizations hold. */
const LETTERS: Readonly<Record<string, string>> = { ø: 'o', ł: 'l', đ: 'd', ß: 'ss' };

/** Of the letters that the organizations hold, what each collation takes for the same. */
const FOLDS: Readonly<Record<CollationName, (text: string) => string>> = {
  utf8mb4_0900_ai_ci: (text) =>
    text
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .replace(/[øłđß]/g, (letter) => LETTERS[letter]),
  // Character by character: an accent counts as nothing where it is part of a letter, and a width is kept.
  utf8mb4_general_ci: (text) => [...text].map((letter) => (letter === 'ß' ? 's' : letter.normalize('NFD')[0].toLowerCase())).join(''),
  sqlserver_ci_as: (text) => text.normalize('NFKC').toLowerCase().replaceAll('ß', 'ss'),
};

let fold = FOLDS.utf8mb4_0900_ai_ci;

/** Says how names compare from here on. */
export function compareUnder(collation: CollationName = 'utf8mb4_0900_ai_ci'): void {
  fold = FOLDS[collation];
}

export function key(text: string): string {
  const collapsed = text
    .replace(/\p{Cf}/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
  return fold(collapsed);
}

const isBlank = (text: string): boolean => text === '' || key(text) === '';
const hasKey = (text: string, wanted: string): boolean => !isBlank(text) && key(text) === wanted;
const haveSameKey = (a: string, b: string): boolean => !isBlank(a) && hasKey(b, key(a));

/** Returns each key of the texts once, in the order of its first appearance. */
const keysOf = (texts: readonly string[]): string[] => [...new Set(texts.filter((text) => !isBlank(text)).map(key))];

// 2.1 In scope, and needs an update

function isInScope({ authMode }: Organization, user: User): boolean {
  return authMode === 'basic' ? user.active : user.active && user.authenticationType === 'idp';
}

function needsUpdate(organization: Organization, user: User): boolean {
  return isInScope(organization, user) && !isBlank(user.email) && user.userName !== user.email;
}

/** The contract leaves open what an address is; letters of another width look like one that no identity provider holds. */
function isEmailAddress(text: string): boolean {
  return text.normalize('NFKC') === text.normalize('NFC') && /^[^\s\p{Cf}@]+@[^\s\p{Cf}@.]+(\.[^\s\p{Cf}@.]+)+$/u.test(text);
}

// 2.2 Groups to be synced

/** Names that a person gave, or the sync column gives to groups that cannot be synced. */
function wantedNames({ groups, syncGroups }: Organization): string[] {
  return [...new Set([...(syncGroups ?? []), ...groups.filter((group) => group.sync === true && !group.isOrganizationLevel).map(({ name }) => name)])];
}

/** Returns whether anything says which groups are to be synced: a name, or a true `sync` column. */
export function isSyncNamed(organization: Organization): boolean {
  return wantedNames(organization).length > 0 || organization.groups.some((group) => group.sync === true);
}

export function groupsToBeSynced(organization: Organization): Group[] {
  const organizationLevel = organization.groups.filter((group) => group.isOrganizationLevel);
  if (!isSyncNamed(organization)) return organizationLevel;
  const names = wantedNames(organization);
  return organizationLevel.filter((group) => group.sync === true || names.includes(group.name));
}

// 2.4 `difference` and `match`, first that holds

const withoutSpaces = (text: string): string => text.replace(/\s/gu, '').replace(/\p{Cf}/gu, '');

function areEqual(texts: readonly string[], read: (text: string) => string): boolean {
  return texts.every((a) => texts.every((b) => read(a) === read(b)));
}

function differenceOf(texts: readonly string[]): 'case' | 'whitespace' | 'unicode' | 'value' {
  if (areEqual(texts, (text) => text.toLowerCase())) return 'case';
  if (areEqual(texts, withoutSpaces)) return 'whitespace';
  if (areEqual(texts, key)) return 'unicode';
  return 'value';
}

function matchOf(names: readonly string[]): string {
  const hasTwoExactlyEqual = names.some((a, i) => names.some((b, j) => i !== j && a === b));
  return hasTwoExactlyEqual ? 'exact' : differenceOf(names);
}

// 2.5 Conflicting users

type Reason = 'email-equals-username' | 'same-email';

/** Why two users conflict over a key; both reasons together count as the first (section 4). */
function reasonOfPair(organization: Organization, a: User, b: User, contested: string): Reason | undefined {
  const aNeeds = needsUpdate(organization, a);
  const bNeeds = needsUpdate(organization, b);
  const aEmailIsBUserName = hasKey(a.email, contested) && hasKey(b.userName, contested);
  const bEmailIsAUserName = hasKey(b.email, contested) && hasKey(a.userName, contested);
  if ((aNeeds || bNeeds) && (aEmailIsBUserName || bEmailIsAUserName)) return 'email-equals-username';
  if (aNeeds && bNeeds && hasKey(a.email, contested) && hasKey(b.email, contested)) return 'same-email';
  return undefined;
}

interface PairOfUsers {
  readonly first: User;
  readonly second: User;
  readonly reason: Reason;
}

function pairsOver(organization: Organization, contested: string): PairOfUsers[] {
  const pairs: PairOfUsers[] = [];
  for (const first of organization.users) {
    for (const second of organization.users) {
      if (second.place <= first.place) continue;
      const reason = reasonOfPair(organization, first, second, contested);
      if (reason !== undefined) pairs.push({ first, second, reason });
    }
  }
  return pairs;
}

/**
 * Section 6: the email is valid, nobody else that needs an update wants the same key, and every other holder
 * of the key is itself updated without a decision. A ring counts as such, so all are presumed to be until
 * one of these sentences is false of them.
 */
function updatesWithoutDecision(organization: Organization): User[] {
  const { users } = organization;
  const needing = users.filter((user) => needsUpdate(organization, user));
  let presumed = needing;
  for (;;) {
    const left = presumed.filter((user) => {
      const otherWanters = needing.filter((other) => other !== user && haveSameKey(other.email, user.email));
      const otherHolders = users.filter((other) => other !== user && haveSameKey(other.userName, user.email));
      return isEmailAddress(user.email) && otherWanters.length === 0 && otherHolders.every((holder) => presumed.includes(holder));
    });
    if (left.length === presumed.length) return left;
    presumed = left;
  }
}

/** Does the way lead back: from the holders of the key to the holders of what those want, and so on, to the key. */
function leadsBack(organization: Organization, contested: string, holders: readonly User[]): boolean {
  const seen = new Set<User>();
  const ahead = [...holders];
  for (let holder = ahead.pop(); holder !== undefined; holder = ahead.pop()) {
    if (seen.has(holder)) continue;
    seen.add(holder);
    if (!needsUpdate(organization, holder)) continue;
    const wanted = key(holder.email);
    if (wanted === contested) return true;
    ahead.push(...organization.users.filter((user) => hasKey(user.userName, wanted)));
  }
  return false;
}

function patternAndResolution(organization: Organization, contested: string): { pattern: string; resolution: string } {
  const wanters = organization.users.filter((user) => needsUpdate(organization, user) && hasKey(user.email, contested));
  if (wanters.length >= 2) return { pattern: 'same-email', resolution: 'decision' };
  const [wanter] = wanters;
  // Nobody is in anybody's way: the table gives `automatic`, and no update is contested.
  if (wanter === undefined) return { pattern: 'bystander', resolution: 'automatic' };
  const resolution = updatesWithoutDecision(organization).includes(wanter) ? 'automatic' : 'decision';
  const otherHolders = organization.users.filter((user) => user !== wanter && hasKey(user.userName, contested));
  if (otherHolders.length === 0) return { pattern: 'bystander', resolution };
  if (otherHolders.some((holder) => !needsUpdate(organization, holder))) return { pattern: 'taken', resolution };
  return { pattern: leadsBack(organization, contested, otherHolders) ? 'swap' : 'chain', resolution };
}

function conflictingUsers(organization: Organization): Stated[] {
  const { users } = organization;
  const findings = keysOf(users.flatMap(({ userName, email }) => [userName, email])).flatMap((contested) => {
    const pairs = pairsOver(organization, contested);
    const parties = users.filter((user) => pairs.some(({ first, second }) => user === first || user === second));
    const [firstParty] = parties;
    if (firstParty === undefined) return [];
    const finding: Stated = {
      rule: 'conflicting-users',
      severity: 'error',
      userName: contested,
      ...patternAndResolution(organization, contested),
      users: parties.map((user) => ({
        ...fieldsOf(user),
        needsUpdate: needsUpdate(organization, user),
        location: locationOf(user),
      })),
      pairCount: pairs.length,
      pairs: pairs.slice(0, 100).map(({ first, second, reason }) => ({ first: first.id, second: second.id, reason })),
    };
    return [{ place: firstParty.place, contested, finding }];
  });
  // The contract wants one order and names only the first user's place: of two with the same, the lesser username.
  return findings.sort((a, b) => a.place - b.place || (a.contested < b.contested ? -1 : 1)).map(({ finding }) => finding);
}

// 2.3 The other rules

function usernameEmailMismatches(organization: Organization): Stated[] {
  return organization.users
    .filter((user) => needsUpdate(organization, user))
    .map((user) => {
      const difference = differenceOf([user.userName, user.email]);
      return {
        rule: 'username-email-mismatch',
        severity: difference === 'case' ? 'warning' : 'error',
        user: fieldsOf(user),
        difference,
        location: locationOf(user),
      };
    });
}

function duplicateGroupNames({ groups }: Organization): Stated[] {
  const organizationLevel = groups.filter((group) => group.isOrganizationLevel);
  return keysOf(organizationLevel.map(({ name }) => name)).flatMap((shared): Stated[] => {
    const same = organizationLevel.filter(({ name }) => hasKey(name, shared) && /[\p{L}\p{N}]/u.test(name));
    if (same.length < 2) return [];
    const match = matchOf(same.map(({ name }) => name));
    return [
      {
        rule: 'duplicate-group-name',
        severity: match === 'exact' ? 'error' : 'warning',
        match,
        groups: same.map((group) => ({
          id: group.id,
          name: group.name,
          location: { path: 'groups.csv', line: group.line },
        })),
      },
    ];
  });
}

function inactiveBasicMembers(organization: Organization): Stated[] {
  const { users, memberships } = organization;
  return users
    .filter((user) => !user.active && user.authenticationType === 'basic')
    .flatMap((user): Stated[] => {
      const groups = groupsToBeSynced(organization).filter((group) =>
        memberships.some((membership) => membership.user === user.id && membership.group === group.id),
      );
      if (groups.length === 0) return [];
      return [
        {
          rule: 'inactive-basic-member',
          severity: 'error',
          user: fieldsOf(user),
          groups: groups.map(({ id, name }) => ({ id, name })),
          location: locationOf(user),
        },
      ];
    });
}

function missingEmails(organization: Organization): Stated[] {
  return organization.users
    .filter((user) => isInScope(organization, user) && isBlank(user.email))
    .map((user) => ({ rule: 'missing-email', severity: 'error', user: fieldsOf(user), location: locationOf(user) }));
}

function invalidEmails(organization: Organization): Stated[] {
  return organization.users
    .filter((user) => isInScope(organization, user) && !isBlank(user.email) && !isEmailAddress(user.email))
    .map((user) => ({ rule: 'invalid-email', severity: 'error', user: fieldsOf(user), location: locationOf(user) }));
}

function duplicateEmails(organization: Organization): Stated[] {
  const { users } = organization;
  return keysOf(users.map(({ email }) => email)).flatMap((shared): Stated[] => {
    const same = users.filter(({ email }) => hasKey(email, shared));
    const areAllClaimants = same.every((user) => needsUpdate(organization, user));
    const isOneInScope = same.some((user) => isInScope(organization, user));
    if (same.length < 2 || !isOneInScope || areAllClaimants) return [];
    return [{ rule: 'duplicate-email', severity: 'warning', users: same.map(locatedFieldsOf) }];
  });
}

function duplicateUsernames({ users }: Organization): Stated[] {
  return keysOf(users.map(({ userName }) => userName)).flatMap((shared): Stated[] => {
    const same = users.filter(({ userName }) => hasKey(userName, shared));
    if (same.length < 2) return [];
    return [{ rule: 'duplicate-username', severity: 'error', users: same.map(locatedFieldsOf) }];
  });
}

function unknownMembers({ users, groups, memberships }: Organization): Stated[] {
  const unknown = memberships.flatMap(({ user, group, line }) => {
    const lacksUser = !users.some(({ id }) => id === user);
    const lacksGroup = !groups.some(({ id }) => id === group);
    if (!lacksUser && !lacksGroup) return [];
    const lacks = lacksUser && lacksGroup ? 'both' : lacksUser ? 'user' : 'group';
    return [{ user, group, lacks, location: { path: 'memberships.csv', line } }];
  });
  if (unknown.length === 0) return [];
  return [{ rule: 'unknown-member', severity: 'error', count: unknown.length, memberships: unknown.slice(0, 20) }];
}

/** Without `suggestion`: the contract asks for a near match and leaves open how near. */
function unknownSyncGroups(organization: Organization): Stated[] {
  const { groups } = organization;
  return wantedNames(organization)
    .filter((wanted) => !groups.some(({ name, isOrganizationLevel }) => isOrganizationLevel && name === wanted))
    .map((name) => ({
      rule: 'unknown-sync-group',
      severity: 'error',
      name,
      isProjectGroup: groups.some((group) => !group.isOrganizationLevel && group.name === name),
    }));
}

/** All rules are on and checked, and all three exports are given. */
function nothingToCheck(organization: Organization): Stated[] {
  const { users, groups, memberships } = organization;
  if (users.length === 0) return [];
  const inputs = [
    ...(users.every((user) => !isInScope(organization, user)) ? ['users'] : []),
    ...(groups.every((group) => !group.isOrganizationLevel) ? ['groups'] : []),
    ...(memberships.length === 0 && groups.length > 0 ? ['memberships'] : []),
  ];
  return inputs.map((input) => ({ rule: 'nothing-to-check', severity: 'error', input }));
}

function rowLimits({ users, groups, memberships }: Organization): Stated[] {
  const limits = [200, 500, 1000, 5000, 10_000, 50_000, 65_535, 100_000, 1_048_575];
  const files = [
    { file: 'users.csv', rows: users.length },
    { file: 'groups.csv', rows: groups.length },
    { file: 'memberships.csv', rows: memberships.length },
  ];
  return files
    .filter(({ file, rows }) => limits.includes(rows) && (file !== 'memberships.csv' || rows >= 1000))
    .map(({ file, rows }) => ({ rule: 'row-limit', severity: 'warning', file, rows }));
}

/** Of signs that stand for bytes: which byte, in windows-1252 or latin-1. */
const SIGNS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
const BYTES = new Map([...SIGNS].map((sign, at) => [sign, 0x80 + at]));
const byteOf = (character: string): number => BYTES.get(character) ?? (character <= '\u00ff' ? character.charCodeAt(0) : 0);

function isMojibake(text: string): boolean {
  const pairs = [...text].filter((character, at, all) => {
    const next = byteOf(all[at + 1] ?? ' ');
    return character >= '\u00c2' && character <= '\u00f4' && next >= 0x80 && next <= 0xbf;
  });
  return pairs.length >= 2 || pairs.includes('\u00c3') || pairs.includes('\u00c2');
}

function damagedTexts({ users, groups }: Organization): Stated[] {
  const hasLost = (text: string): boolean => text.includes('\ufffd');
  const ofUser = ({ id, userName, email, line }: User) =>
    Object.entries({ userName, email }).flatMap(([attribute, value]) => {
      const isError = hasLost(value) || value.includes('?');
      return isError || isMojibake(value) ? [{ isError, shown: { user: id, attribute, value, location: { path: 'users.csv', line } } }] : [];
    });
  const ofGroup = ({ id, name, line }: Group) => {
    const isAsked = /\?[\p{L}\p{N}]/u.test(name) || (name.split('?').length > 2 && !/\p{L}/u.test(name));
    const isDamaged = hasLost(name) || isAsked || isMojibake(name);
    return isDamaged ? [{ isError: hasLost(name), shown: { group: id, attribute: 'name', value: name, location: { path: 'groups.csv', line } } }] : [];
  };
  const damaged = [...users.flatMap(ofUser), ...groups.flatMap(ofGroup)];
  if (damaged.length === 0) return [];
  const severity = damaged.some(({ isError }) => isError) ? 'error' : 'warning';
  return [{ rule: 'damaged-text', severity, count: damaged.length, values: damaged.slice(0, 20).map(({ shown }) => shown) }];
}

/** An export without any user says nothing about inactive ones. */
function noInactiveUsers({ users }: Organization): Stated[] {
  if (users.length === 0 || users.some(({ active }) => !active)) return [];
  return [{ rule: 'no-inactive-users', severity: 'warning' }];
}

// Section 4: how a user is shown

function fieldsOf({ id, userName, email, active, authenticationType }: User) {
  return { id, userName, email, active, authenticationType };
}

const locationOf = ({ line }: User) => ({ path: 'users.csv', line });
const locatedFieldsOf = (user: User) => ({ ...fieldsOf(user), location: locationOf(user) });
