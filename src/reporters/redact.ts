/** A report in which aliases stand for usernames, emails and names: every format shows it as it shows any other. */

import type { Acceptance, AuditedFinding, Report } from '../audit/report.js';
import type { Alias, Aliases } from '../model/alias.js';
import type { Collation } from '../model/compare.js';
import type { Directory, Group, Snapshot, UnknownMember, User } from '../model/directory.js';
import type { StatedEnvironment } from '../model/environment.js';
import type { FindingBase } from '../model/finding.js';
import type { IdpUser } from '../model/idp.js';
import { ruleOf } from '../rules/registry.js';
import type { Stand } from '../rules/rule.js';

/** Stands in for what a person wrote freely: nobody can tell which names are in it. */
export const WITHHELD = '(withheld)';

/** What stands for the subjects of one export, and for their ids where names serve as ids. */
export interface ExportStand extends Stand {
  userId(id: string): string;
  groupId(id: string): string;
  /** For text that quotes user ids. */
  note(text: string): string;
  owner(name: string): string;
  isGroupName(text: string): boolean;
  /** For the names of people, where they were read. */
  names(directory: Pick<Directory, 'names'>): Pick<Directory, 'names'>;
}

const isNumber = (text: string): boolean => /^\d+$/.test(text);
const isPlainId = (text: string): boolean => isNumber(text) || /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/** Yields what finds a text between spaces, also where a list or a sentence goes on or ends after it. */
const wholeWord = (text: string): RegExp => new RegExp(`(?<=\\s|^)${text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}(?=[,.;:]?(?:\\s|$))`, 'g');

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/**
 * Yields what stands for a user or group that a membership refers to, by id or by name, without saying by which. What
 * is no id for certain is hidden: an unknown one is a number or UUID that nobody has as id or as name.
 */
function referTo(
  text: string,
  isKnown: boolean,
  ids: ReadonlySet<string>,
  names: ReadonlySet<string>,
  idOf: Alias,
  aliasOf: Alias,
  key: Collation['key'],
): string {
  const isId = ids.has(text.trim());
  if (isKnown) return isId ? idOf(text.trim()) : aliasOf(text);
  return isPlainId(text.trim()) && !isId && !names.has(key(text)) ? text : aliasOf(text);
}

/** Yields what stands for the subjects of an export. Ids stay, unless they are usernames, emails or group names. */
export function standFor({ users, groups }: Pick<Snapshot, 'users' | 'groups'>, { collation, identity, group: groupAlias, person }: Aliases): ExportStand {
  const { key } = collation;
  const identities = lazily(() => new Set(users.flatMap(({ userName, email }) => [key(userName), key(email)])));
  const groupNames = lazily(() => new Set(groups.map(({ name }) => key(name))));
  const userIds = lazily(() => new Set(users.map(({ id }) => id)));
  const groupIds = lazily(() => new Set(groups.map(({ id }) => id)));
  // A report without ids has usernames in their place, also where these are numbers.
  const areNames = lazily(() => users.length > 0 && users.every(({ id, userName }) => id === userName));
  const userId = (id: string): string => ((isNumber(id) && !areNames()) || !identities().has(key(id)) ? id : identity(id));
  const groupId = (id: string): string => (isNumber(id) || !groupNames().has(key(id)) ? id : groupAlias(id));
  const aliasedIds = lazily(() => users.filter(({ id }) => userId(id) !== id).map(({ id }) => id));
  const usersByUser = new WeakMap<User, User>();
  const listsByList = new WeakMap<readonly User[], readonly User[]>();
  const groupsByGroup = new WeakMap<Group, Group>();
  const idpUsersByUser = new WeakMap<IdpUser, IdpUser>();
  const remember = <T extends object>(known: WeakMap<T, T>, original: T, make: () => T): T => {
    const before = known.get(original);
    if (before !== undefined) return before;
    const made = make();
    known.set(original, made);
    return made;
  };
  const user = (original: User): User =>
    remember(usersByUser, original, () => ({
      ...original,
      id: userId(original.id),
      userName: identity(original.userName),
      email: identity(original.email),
      ...(original.givenName === undefined ? {} : { givenName: person(original.givenName) }),
      ...(original.familyName === undefined ? {} : { familyName: person(original.familyName) }),
    }));
  const group = (original: Group): Group =>
    remember(groupsByGroup, original, () => ({ ...original, id: groupId(original.id), name: groupAlias(original.name) }));
  const idpUser = (original: IdpUser): IdpUser =>
    remember(idpUsersByUser, original, () => ({
      ...original,
      // An export without ids has the subjects in their place.
      id: isPlainId(original.id) || !/[@ ]/.test(original.id) ? original.id : identity(original.id),
      subject: identity(original.subject),
      email: identity(original.email),
      ...(original.givenName === undefined ? {} : { givenName: person(original.givenName) }),
      ...(original.familyName === undefined ? {} : { familyName: person(original.familyName) }),
    }));
  return {
    user,
    group,
    idpUser,
    users: (list) => remember(listsByList, list, () => list.map(user)),
    identity,
    groupName: groupAlias,
    userId,
    groupId,
    member: ({ user: who, group: what, lacks, location }: UnknownMember) => ({
      user: referTo(who, lacks === 'group', userIds(), identities(), userId, identity, key),
      group: referTo(what, lacks === 'user', groupIds(), groupNames(), groupId, groupAlias, key),
      lacks,
      location,
    }),
    note: (text) => aliasedIds().reduce((note, id) => (note.includes(id) ? note.replace(wholeWord(id), () => userId(id)) : note), text),
    names: ({ names }) => (names === undefined ? {} : { names: { of: (place) => person(names.of(place)) } }),
    isGroupName: (text) => groupNames().has(key(text)),
    owner: (name) => (name.includes('@') ? identity(name) : person(name)),
  };
}

/** Yields a finding with aliases. */
export const redactFinding = (finding: FindingBase, stand: Stand): FindingBase => ruleOf(finding).redact(finding, stand);

/** Yields the acceptance without what a person wrote freely; that of a baseline was written by nobody. */
export function redactAcceptance(acceptance: Acceptance, stand: ExportStand): Acceptance {
  return acceptance.isKnown === true ? acceptance : { ...acceptance, reason: WITHHELD, owner: stand.owner(acceptance.owner) };
}

export const redactAudited =
  (stand: ExportStand) =>
  ({ finding, fingerprint, acceptance }: AuditedFinding): AuditedFinding => ({
    finding: redactFinding(finding, stand),
    fingerprint,
    ...(acceptance === undefined ? {} : { acceptance: redactAcceptance(acceptance, stand) }),
  });

const namesOf = (names: readonly string[] | null, stand: Stand): readonly string[] | null => names?.map(stand.groupName) ?? null;

/** Yields stated settings with an alias for the account that they name. */
export function redactEnvironment({ scimAdmin, ...rest }: StatedEnvironment, identity: Alias, idOf = identity): StatedEnvironment {
  if (scimAdmin === undefined) return rest;
  const { id, userName, ...others } = scimAdmin;
  return {
    ...rest,
    scimAdmin: { ...(id === undefined ? {} : { id: idOf(id) }), ...(userName === undefined ? {} : { userName: identity(userName) }), ...others },
  };
}

/** Yields the report with aliases: the same findings, fingerprints, numbers and verdict. */
export function redactReport(report: Report, stand: ExportStand): Report {
  const { snapshot, policy, sync } = report;
  return {
    ...report,
    snapshot: {
      ...snapshot,
      users: stand.users(snapshot.users),
      groups: snapshot.groups.map(stand.group),
      ...stand.names(snapshot),
      notes: snapshot.notes.map(stand.note),
    },
    policy: {
      ...policy,
      syncGroups: namesOf(policy.syncGroups, stand),
      leaveOutUsers: policy.leaveOutUsers.map(stand.userId),
      ...(policy.environment === undefined
        ? {}
        : { environment: { ...policy.environment, stated: redactEnvironment(policy.environment.stated, stand.identity, stand.userId) } }),
    },
    sync: { ...sync, names: namesOf(sync.names, stand), unknown: sync.unknown.map(stand.groupName) },
    findings: report.findings.map(redactAudited(stand)),
    notes: report.notes.map(stand.note),
  };
}
