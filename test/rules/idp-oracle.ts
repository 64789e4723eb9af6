/** What the rules about the identity provider must state, by looking at everybody for everybody. Slow, and plain. */

import fc from 'fast-check';
import { NODE_DIGESTS } from '../../src/app/node-digests.js';
import { beginAudit } from '../../src/audit/audit.js';
import type { Report } from '../../src/audit/report.js';
import { type Group, locationOf, type User } from '../../src/model/directory.js';
import { IDP_PROVIDERS, type IdpDirectory, type IdpGroup, type IdpUser } from '../../src/model/idp.js';
import { RULES, ruleOf } from '../../src/rules/registry.js';
import { differenceOf, directoryOf, isBlank, key, type Organization, organizationArbitrary, policyOf, snapshotOf } from '../support/organizations.js';
import { groupsToBeSynced, isSyncNamed } from './oracle.js';

export interface Stated {
  readonly rule: string;
  readonly severity: string;
  readonly [field: string]: unknown;
}

/** Both sides, and how they were read. */
export interface TwoSides {
  readonly organization: Organization;
  readonly idp: IdpDirectory;
}

const same = (a: string, b: string): boolean => !isBlank(a) && key(a) === key(b);
const exact = (a: string, b: string): boolean => !isBlank(a) && a === b;

const showUser = ({ id, userName, email, active, authenticationType }: User) => ({ id, userName, email, active, authenticationType });
const showIdp = ({ subject, email, active, path, line }: IdpUser) => ({ subject, email, active, location: { path, line } });
const at = (subject: User | Group, path: string) => ({ path, line: subject.line });

/** The first of some: active ones before blocked ones, then by id, subject and email. */
function firstOf(users: readonly IdpUser[]): IdpUser | undefined {
  const rank = ({ active, id, subject, email }: IdpUser): string[] => [active ? '0' : '1', id, subject, email];
  return [...users].sort((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    const odd = left.findIndex((text, part) => text !== right[part]);
    return odd < 0 ? 0 : left[odd] < right[odd] ? -1 : 1;
  })[0];
}

/** Returns the provider user who fits a user best. */
function partnerOf({ userName, email }: User, users: readonly IdpUser[]): IdpUser | undefined {
  const ways: readonly ((user: IdpUser) => boolean)[] = [
    ({ subject }) => exact(subject, userName),
    ({ subject }) => exact(subject, email),
    ({ subject }) => same(subject, userName),
    ({ subject }) => same(subject, email),
    (user) => same(user.email, email),
    (user) => same(user.email, userName),
  ];
  for (const way of ways) {
    const best = firstOf(users.filter(way));
    if (best !== undefined) return best;
  }
  return undefined;
}

interface Contest {
  readonly keys: readonly string[];
  readonly idpUsers: readonly IdpUser[];
  readonly users: readonly User[];
}

/** Returns who fits whom more than once, in the order of the report. */
function contestsOf({ organization: { users }, idp }: TwoSides): Contest[] {
  const fitting = (text: string): User[] => users.filter(({ userName, email }) => same(userName, text) || same(email, text));
  const referring = (text: string): IdpUser[] => [
    ...idp.users.filter(({ subject }) => same(subject, text)),
    ...idp.users.filter(({ subject, email }) => !same(subject, text) && same(email, text)),
  ];
  const united = (texts: readonly string[]): User[] => users.filter((user) => texts.some((text) => fitting(text).includes(user)));
  const found = new Map<string, Contest>();
  for (const text of new Set(idp.users.flatMap(({ subject, email }) => [key(subject), key(email)]))) {
    if (text === '' || fitting(text).length < 2) continue;
    const idpUsers = referring(text);
    const [only] = idpUsers;
    const other = same(only.subject, text) ? key(only.email) : key(only.subject);
    const isAlone = idpUsers.length === 1 && other !== '' && other !== text && referring(other).length === 1 && fitting(other).length > 0;
    const keys = isAlone ? [key(only.subject), key(only.email)] : [text];
    found.set(keys.join('\n'), { keys, idpUsers, users: united(keys) });
  }
  for (const { subject, email } of idp.users) {
    const keys = [key(subject), key(email)];
    if (keys.includes('') || keys[0] === keys[1]) continue;
    const [bySubject, byEmail] = keys.map(fitting);
    if (bySubject.length !== 1 || byEmail.length !== 1 || bySubject[0] === byEmail[0]) continue;
    const idpUsers = idp.users.filter((each) => same(each.subject, subject) && same(each.email, email));
    found.set(keys.join('\n'), { keys, idpUsers, users: united(keys) });
  }
  return [...found.values()].sort((a, b) => a.users[0].place - b.users[0].place || (a.keys.join('\n') < b.keys.join('\n') ? -1 : 1));
}

/** The look-up of each provider user ends at one account, spelt alike, and nobody else has more of it than its email. */
function isSure({ keys, idpUsers, users }: Contest, all: readonly User[]): boolean {
  return idpUsers.every(({ subject }) => {
    const found = all.filter(({ userName }) => same(userName, subject));
    if (found.length !== 1 || found[0].userName !== subject) return false;
    return users.every((user) => same(user.email, found[0].email) && (user === found[0] || !keys.some((text) => same(user.userName, text))));
  });
}

function* ambiguousMatches(sides: TwoSides): Iterable<Stated> {
  for (const contest of contestsOf(sides)) {
    const { keys, idpUsers, users } = contest;
    const has = (text: string): boolean => keys.some((each) => same(each, text));
    yield {
      rule: 'ambiguous-match',
      severity: isSure(contest, sides.organization.users) ? 'warning' : 'error',
      idpUser: showIdp(idpUsers[0]),
      ...(idpUsers.length > 1 ? { idpUserCount: idpUsers.length } : {}),
      userCount: users.length,
      users: users.map((user) => ({
        ...showUser(user),
        by: has(user.userName) && has(user.email) ? 'both' : has(user.email) ? 'email' : 'userName',
        location: at(user, 'users.csv'),
      })),
    };
  }
}

const isInScope = ({ active, authenticationType }: User, { authMode }: Organization): boolean =>
  active && (authMode === 'basic' || authenticationType === 'idp');

const LOOSER = [
  ['case', (text: string) => text.toLowerCase()],
  ['whitespace', (text: string) => text.replace(/[\s\p{Cf}]/gu, '')],
  ['unicode', key],
] as const;

function* subjectMismatches(sides: TwoSides): Iterable<Stated> {
  const { organization, idp } = sides;
  const contests = contestsOf(sides);
  for (const user of organization.users) {
    const partner = partnerOf(user, idp.users);
    if (partner === undefined || !isInScope(user, organization) || contests.some(({ users }) => users.includes(user))) continue;
    const { userName, email } = user;
    const { subject } = partner;
    const [nameIsEmail, subjectIsEmail, subjectIsName] = [exact(userName, email), exact(subject, email), exact(subject, userName)];
    if (nameIsEmail && subjectIsEmail) continue;
    const differs = nameIsEmail ? 'subject' : subjectIsEmail ? 'userName' : subjectIsName ? 'email' : 'all';
    const texts = [subject, userName, email];
    const loose = texts.some(isBlank) ? undefined : LOOSER.find(([, read]) => texts.every((text) => read(text) === read(subject)));
    const difference = {
      subject: () => differenceOf(subject, email),
      userName: () => differenceOf(userName, email),
      email: () => differenceOf(email, subject),
      all: () => loose?.[0] ?? 'value',
    }[differs]();
    yield {
      rule: 'idp-subject-mismatch',
      severity: difference === 'case' ? 'warning' : 'error',
      user: showUser(user),
      idpUser: showIdp(partner),
      differs,
      difference,
      location: at(user, 'users.csv'),
    };
  }
}

function* notInIdp({ organization, idp }: TwoSides): Iterable<Stated> {
  for (const user of organization.users) {
    const isKnown = idp.users.some(({ subject, email }) => [subject, email].some((text) => same(text, user.userName) || same(text, user.email)));
    if (isKnown || !user.active || user.authenticationType !== 'idp') continue;
    yield { rule: 'not-in-idp', severity: 'error', user: showUser(user), location: at(user, 'users.csv') };
  }
}

/** Returns the one user that has the provider user's subject or email as username or email. */
function onlyFit({ subject, email }: IdpUser, users: readonly User[]): User | undefined {
  const fitting = users.filter((user) => [subject, email].some((text) => same(text, user.userName) || same(text, user.email)));
  return fitting.length === 1 ? fitting[0] : undefined;
}

function* missingEmails({ organization, idp }: TwoSides): Iterable<Stated> {
  if (idp.provider !== 'entra' || !idp.given.emails) return;
  const partners = new Set(organization.users.map((user) => partnerOf(user, idp.users)));
  const told = new Set<string>();
  for (const idpUser of idp.users) {
    const { id, subject, email, active } = idpUser;
    if (exact(email, subject) || (!active && !partners.has(idpUser))) continue;
    const record = JSON.stringify([id, subject, email]);
    if (told.has(record)) continue;
    told.add(record);
    const user = onlyFit(idpUser, organization.users);
    const difference = isBlank(email) ? undefined : differenceOf(email, subject);
    yield {
      rule: 'idp-missing-email',
      severity: difference === 'case' ? 'warning' : 'error',
      idpUser: showIdp(idpUser),
      ...(user === undefined ? {} : { user: showUser(user) }),
      ...(difference === undefined ? {} : { difference }),
      location: { path: idpUser.path, line: idpUser.line },
    };
  }
}

function* duplicateSubjects({ idp }: TwoSides): Iterable<Stated> {
  for (const first of idp.users) {
    const all = idp.users.filter(({ subject }) => same(subject, first.subject));
    if (all.length < 2 || all[0] !== first) continue;
    yield { rule: 'idp-duplicate-subject', severity: 'error', subject: key(first.subject), idpUsers: all.map(showIdp) };
  }
}

function* inactiveUsers({ organization: { users }, idp }: TwoSides): Iterable<Stated> {
  for (const user of users) {
    const partner = partnerOf(user, idp.users);
    if (partner === undefined || partner.active || !user.active) continue;
    const called = users.filter((each) => same(each.userName, partner.subject));
    const isFound =
      partner.isSuspended !== true &&
      called.length === 1 &&
      called[0] === user &&
      idp.users.filter(({ subject }) => same(subject, partner.subject)).length === 1;
    if (onlyFit(partner, users) !== user && !isFound) continue;
    yield { rule: 'idp-inactive-user', severity: 'warning', user: showUser(user), idpUser: showIdp(partner), location: at(user, 'users.csv') };
  }
}

/** Without the near name, of which only a part is fixed: see `nearNamesOf`. */
function* unlinkedGroups({ organization, idp }: TwoSides): Iterable<Stated> {
  const isNamed = isSyncNamed(organization);
  for (const group of groupsToBeSynced(organization)) {
    if (idp.groups.some(({ name }) => exact(name, group.name))) continue;
    const isSeverest = isNamed || idp.groups.some(({ name }) => same(name, group.name));
    yield {
      rule: 'group-link',
      severity: isSeverest ? 'error' : 'warning',
      group: { id: group.id, name: group.name, location: at(group, 'groups.csv') },
    };
  }
}

/** What Entra may not look up. */
const isSpecial = (text: string): boolean => [...text].some((char) => !/[\p{L}\p{M}\p{N} _.@-]/u.test(char));

/** What is known of the look-up of one provider user: certainly creates, certainly links, changes nothing, or is not certain. */
function lookUp(
  { organization: { users }, idp }: TwoSides,
  { subject, email, active, isPending, isSuspended }: IdpUser,
): 'creates' | 'links' | 'nothing' | 'unsure' {
  const called = users.filter(({ userName }) => same(userName, subject));
  if (isBlank(subject) || called.length > 1 || idp.users.filter((each) => same(each.subject, subject)).length > 1) return 'unsure';
  const [account] = called;
  const mayFail = isPending === true || (idp.provider === 'entra' && isSpecial(subject));
  if (account === undefined) {
    if (!active && isPending !== true) return 'nothing';
    return mayFail || (isBlank(email) && idp.given.emails) ? 'unsure' : 'creates';
  }
  if (!active && isSuspended !== true) return 'nothing';
  return account.userName === subject && !mayFail ? 'links' : 'unsure';
}

/** Accounts that the look-up for their person does not find, or may not find. Blocked users are another rule's. */
function* secondAccounts(sides: TwoSides): Iterable<Stated> {
  const { organization, idp } = sides;
  const { users } = organization;
  const outcome = new Map(idp.users.map((each) => [each, lookUp(sides, each)]));
  const called = ({ subject }: IdpUser): User[] => users.filter(({ userName }) => same(userName, subject));
  const local = (address: string): string => address.slice(0, address.lastIndexOf('@'));
  for (const user of users) {
    const { userName, email } = user;
    const ways: readonly [field: 'email' | 'userName', of: 'subject' | 'email'][] = [
      ['email', 'subject'],
      ['email', 'email'],
      ['userName', 'email'],
    ];
    const besideWhom = (wanted: string): { readonly idpUser: IdpUser; readonly evidence: string } | undefined => {
      for (const [field, of] of ways) {
        const found = firstOf(idp.users.filter((each) => outcome.get(each) === wanted && called(each).length === 0 && same(each[of], user[field])));
        if (found === undefined) continue;
        const isExact = user[field] === found.subject || user[field] === found.email;
        return { idpUser: found, evidence: !isExact ? 'key' : field === 'email' ? 'email' : 'username' };
      }
      return undefined;
    };
    const isLinked = idp.users.some((each) => outcome.get(each) === 'links' && called(each)[0] === user);
    const meant = firstOf(idp.users.filter((each) => outcome.get(each) === 'unsure' && called(each).length === 1 && called(each)[0] === user));
    const sure = besideWhom('creates');
    const owners = idp.users.filter(({ subject }) => subject.includes('@') && same(local(subject), userName));
    const domain = (address: string): string => address.slice(address.lastIndexOf('@') + 1);
    const isByLocalPart =
      owners.length === 1 &&
      outcome.get(owners[0]) === 'creates' &&
      !userName.includes('@') &&
      users.filter((each) => same(each.userName, userName)).length === 1 &&
      partnerOf(user, idp.users) === undefined &&
      !users.some((each) => [owners[0].subject, owners[0].email].some((text) => same(text, each.userName) || same(text, each.email))) &&
      (isBlank(email) || key(domain(email)) === key(domain(owners[0].subject)) || key(local(email)) === key(userName));
    const unsure =
      meant !== undefined
        ? { idpUser: meant, evidence: meant.subject === userName ? 'username' : 'key' }
        : ((isLinked ? undefined : besideWhom('unsure')) ?? (isByLocalPart ? { idpUser: owners[0], evidence: 'local-part' } : undefined));
    const found = sure ?? unsure;
    if (found === undefined) continue;
    yield {
      rule: 'second-account',
      severity: sure === undefined ? 'warning' : 'error',
      user: showUser(user),
      idpUser: showIdp(found.idpUser),
      evidence: found.evidence,
      location: at(user, 'users.csv'),
    };
  }
}

/** Returns what all rules about the identity provider must state, in the order of the report. */
export function expectedOfIdp(sides: TwoSides): Stated[] {
  return [
    ...subjectMismatches(sides),
    ...notInIdp(sides),
    ...missingEmails(sides),
    ...duplicateSubjects(sides),
    ...ambiguousMatches(sides),
    ...inactiveUsers(sides),
    ...(sides.idp.given.groupList ? unlinkedGroups(sides) : []),
    ...secondAccounts(sides),
  ];
}

// Random organizations with an identity provider beside them, small and crowded, and what the rules say of both.

export const IDP_RULES: ReadonlySet<string> = new Set(RULES.filter(({ idp }) => idp !== undefined).map(({ name }) => name));

/** Returns the provider's records at their places and lines, as if read in this order. */
export function directoryOfIdp(
  provider: IdpDirectory['provider'],
  users: readonly Omit<IdpUser, 'place' | 'path' | 'line'>[],
  names: readonly string[],
  given: Partial<IdpDirectory['given']> = {},
): IdpDirectory {
  return {
    provider,
    users: users.map((user, place) => ({ ...user, place, path: 'idp-users.csv', line: place + 2 })),
    groups: names.map((name, place): IdpGroup => ({ id: `g${place}`, name, place, path: 'idp-groups.csv', line: place + 2 })),
    members: { users: new Int32Array(0), groups: new Int32Array(0) },
    listed: new Set(),
    strangers: new Map(),
    given: { emails: true, groupList: true, members: false, ...given },
    inputs: [],
    notes: [],
  };
}

/** Returns the report of the real rules on both sides. */
export function auditBoth({ organization, idp }: TwoSides): Report {
  return beginAudit(directoryOf(organization), policyOf(organization), NODE_DIGESTS, idp).finish(snapshotOf(organization));
}

/** The findings about the identity provider as the JSON report holds them, without fingerprint and message. */
export function statedOfIdp({ findings, snapshot }: Report): Stated[] {
  return findings
    .filter(({ finding }) => IDP_RULES.has(finding.rule))
    .map(({ finding }) => ({
      rule: finding.rule,
      severity: finding.severity,
      ...ruleOf(finding).data(finding, (subject) => locationOf(snapshot.inputs, subject)),
    }));
}

/** Returns a user of Jama Connect who signs in through the provider. */
export function connectUser(place: number, userName: string, email: string, more: Partial<User> = {}): User {
  return { place, id: String(place + 1), input: 0, line: place + 2, userName, email, active: true, authenticationType: 'idp', ...more };
}

export const organizationOf = (users: readonly User[], more: Partial<Organization> = {}): Organization => ({
  users,
  groups: [],
  memberships: [],
  authMode: 'multi',
  syncGroups: null,
  ...more,
});

/** Another spelling, mostly of the same key. */
const respelt = (text: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(text) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        text.toUpperCase(),
        `${text} `,
        text.replace(/[aeo]/, (letter) => `${letter}\u0301`),
        `x${text}`,
      ),
    },
  );

const PROVIDER_NAMES = ['Observers', 'observers', ' Observers', 'OBSERVERS', 'Night shift', 'Nightshift', 'Mirror crews', 'Bakers', '', ' '] as const;

/** A provider that knows of the organization's people, and of a few others, some of them twice. */
export function idpArbitrary({ users }: Organization): fc.Arbitrary<IdpDirectory> {
  const known = users.flatMap(({ userName, email }) => [userName, email]);
  const text = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('ana@dome.example', 'ben@dome.example', 'zoe@dome.example', ...known) },
    { weight: 1, arbitrary: fc.constant('') },
  );
  const user = fc
    .tuple(text.chain(respelt), text.chain(respelt), fc.nat(5), fc.nat(6), fc.nat(4))
    .map(([subject, other, own, number, state]) => ({ id: number < 5 ? `u${number}` : subject, subject, email: own < 4 ? subject : other, active: state > 0 }));
  return fc
    .tuple(
      fc.constantFrom(...IDP_PROVIDERS),
      fc.array(user, { maxLength: 7 }),
      fc.array(fc.constantFrom(...PROVIDER_NAMES), { maxLength: 5 }),
      fc.nat(7),
      fc.nat(7),
    )
    .map(([provider, all, names, emails, groupList]) =>
      directoryOfIdp(provider, emails > 0 ? all : all.map((each) => ({ ...each, email: '' })), names, { emails: emails > 0, groupList: groupList > 0 }),
    );
}

export const sidesArbitrary: fc.Arbitrary<TwoSides> = organizationArbitrary.chain((organization) =>
  idpArbitrary(organization).map((idp) => ({ organization, idp })),
);
