/** A report in which aliases stand for usernames, emails and names: every format shows it as it shows any other. */

import type { Acceptance, AuditedFinding, Report } from '../audit/report.js';
import type { Alias, Aliases } from '../model/alias.js';
import type { Collation } from '../model/compare.js';
import type { Directory, Group, UnknownMember, User } from '../model/directory.js';
import type { StatedEnvironment } from '../model/environment.js';
import type { FindingBase } from '../model/finding.js';
import type { IdpDirectory, IdpGroup, IdpUser } from '../model/idp.js';
import { type Note, redactNote } from '../model/note.js';
import { plainIdpUser } from '../model/stored-idp-user.js';
import { plainUser } from '../model/stored-user.js';
import { ruleOf } from '../rules/registry.js';
import type { Redactor } from '../rules/rule.js';

/** Stands in for what a person wrote freely: nobody can tell which names are in it. */
export const WITHHELD = '(withheld)';

/** What stands for the subjects of one export, and for their ids where these say whose they are. */
export interface ExportRedactor extends Redactor {
  userId(id: string): string;
  groupId(id: string): string;
  idpGroup(group: IdpGroup): IdpGroup;
  note(note: Note): Note;
  /** Returns the sentence of a finding, about aliases. */
  sentence(finding: FindingBase): string;
  owner(name: string): string;
  person(name: string): string;
  isGroupName(text: string): boolean;
  /** For the names of people, where they were read. */
  names(directory: Pick<Directory, 'names'>): Pick<Directory, 'names'>;
}

/** What redaction knows of the values that are not to be shown: both sides, as far as they were read. */
export type KnownValues = Pick<Directory, 'users' | 'groups' | 'names'> & { readonly idp?: Pick<IdpDirectory, 'users' | 'unassigned' | 'groups'> | undefined };

const isNumber = (text: string): boolean => /^\d+$/.test(text);
const isPlainId = (text: string): boolean => isNumber(text) || /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/** Ids as programs make them: numbers, also behind a letter or the word for what they count; UUIDs, digests, ids of Okta, ULIDs. */
const MADE_ID =
  /^(?:(?:[a-z]|user|usr|uid|group|grp|gid|id)?[-_:#]?\d+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=.*\d)[0-9a-f]{16,}|00[a-z0-9]{18}|[0-7][0-9a-hjkmnp-tv-z]{25})$/i;

/** Yields every value that ids are compared with. */
function* valuesOf({ users, groups, names, idp }: KnownValues): Iterable<string | undefined> {
  for (const { userName, email, givenName, familyName, place } of users) {
    yield* [userName, email, givenName, familyName];
    if (names !== undefined) yield names.of(place);
  }
  for (const { name } of groups) yield name;
  if (idp === undefined) return;
  for (const list of [idp.users, idp.unassigned ?? []])
    for (const { subject, email, givenName, familyName } of list) yield* [subject, email, givenName, familyName];
  for (const { name } of idp.groups) yield name;
}

/**
 * Returns what tells an id that may be shown: one that a program made, unless it is a username, an email, or a name as
 * well, or the part of one before the @ or between spaces. Whatever else serves as an id may say whose it is.
 */
function shownIds(known: KnownValues, key: Collation['key']): (id: string) => boolean {
  const alsoNames = lazily(() => {
    const found = new Set<string>();
    const add = (text: string): void => {
      if (MADE_ID.test(text)) found.add(key(text));
    };
    for (const value of valuesOf(known)) {
      if (value === undefined || value === '' || !/\d|[^\0-\x7f]/.test(value)) continue;
      const plain = /[^\0-\x7f]/.test(value) ? key(value) : value.trim();
      add(plain);
      for (const part of plain.split(/[\s@]+/)) add(part);
    }
    return found;
  });
  return (id) => MADE_ID.test(id) && !alsoNames().has(key(id));
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/**
 * Returns what stands for a user or group that a membership refers to, by id or by name, without saying by which. What
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

/** Returns what stands for the subjects of an export. Ids that say nothing more stay. */
export function redactorFor(known: KnownValues, { collation, identity, group: groupAlias, person }: Aliases): ExportRedactor {
  const { users, groups, idp } = known;
  const { key } = collation;
  const identities = lazily(() => new Set(users.flatMap(({ userName, email }) => [key(userName), key(email)])));
  const groupNames = lazily(() => new Set([...groups, ...(idp?.groups ?? [])].map(({ name }) => key(name))));
  const values = lazily(() => new Set([...valuesOf(known)].flatMap((value) => (value === undefined || value.trim() === '' ? [] : [key(value)]))));
  const userIds = lazily(() => new Set(users.map(({ id }) => id)));
  const groupIds = lazily(() => new Set(groups.map(({ id }) => id)));
  const isShown = shownIds(known, key);
  const aliasOf = (text: string): string => (groupNames().has(key(text)) && !identities().has(key(text)) ? groupAlias(text) : identity(text));
  /** One text has one alias, whosever id it is. */
  const idAlias = (id: string): string => (isShown(id) ? id : aliasOf(id));
  const system = (name: string): string => (values().has(key(name)) ? identity(name) : name);
  const ifKnown = (text: string): string => (values().has(key(text)) ? aliasOf(text) : text);
  const sentence = (finding: FindingBase): string => {
    const shown = redactFinding(finding, redactor);
    return ruleOf(shown).message(shown);
  };
  const noteAlias = { userId: idAlias, name: ifKnown, value: ifKnown, heading: ifKnown, finding: sentence };
  const note = (told: Note): Note => redactNote(told, noteAlias);
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
      ...plainUser(original),
      id: idAlias(original.id),
      userName: identity(original.userName),
      email: identity(original.email),
      ...(original.signsInFor === undefined ? {} : { signsInFor: original.signsInFor.map(system) }),
      ...(original.givenName === undefined ? {} : { givenName: person(original.givenName) }),
      ...(original.familyName === undefined ? {} : { familyName: person(original.familyName) }),
    }));
  const group = (original: Group): Group =>
    remember(groupsByGroup, original, () => ({ ...original, id: idAlias(original.id), name: groupAlias(original.name) }));
  const idpUser = (original: IdpUser): IdpUser =>
    remember(idpUsersByUser, original, () => ({
      ...plainIdpUser(original),
      id: idAlias(original.id),
      subject: identity(original.subject),
      email: identity(original.email),
      ...(original.givenName === undefined ? {} : { givenName: person(original.givenName) }),
      ...(original.familyName === undefined ? {} : { familyName: person(original.familyName) }),
    }));
  const redactor: ExportRedactor = {
    user,
    group,
    idpUser,
    idpGroup: (original) => ({ ...original, id: idAlias(original.id), name: groupAlias(original.name) }),
    users: (list) => remember(listsByList, list, () => list.map(user)),
    identity,
    groupName: groupAlias,
    person,
    system,
    userId: idAlias,
    groupId: idAlias,
    member: ({ user: who, group: what, lacks, location }: UnknownMember) => ({
      user: referTo(who, lacks === 'group', userIds(), identities(), idAlias, identity, key),
      group: referTo(what, lacks === 'user', groupIds(), groupNames(), idAlias, groupAlias, key),
      lacks,
      location,
    }),
    note,
    names: ({ names }) => (names === undefined ? {} : { names: { of: (place) => person(names.of(place)) } }),
    isGroupName: (text) => groupNames().has(key(text)),
    owner: (name) => (name.includes('@') ? identity(name) : person(name)),
    sentence,
  };
  return redactor;
}

/** Returns a finding with aliases. */
export const redactFinding = (finding: FindingBase, redactor: Redactor): FindingBase => ruleOf(finding).redact(finding, redactor);

/** Returns the acceptance without what a person wrote freely; that of a baseline was written by nobody. */
export function redactAcceptance(acceptance: Acceptance, redactor: ExportRedactor): Acceptance {
  return acceptance.isKnown === true ? acceptance : { ...acceptance, reason: WITHHELD, owner: redactor.owner(acceptance.owner) };
}

export const redactAudited =
  (redactor: ExportRedactor) =>
  ({ finding, fingerprint, acceptance }: AuditedFinding): AuditedFinding => ({
    finding: redactFinding(finding, redactor),
    fingerprint,
    ...(acceptance === undefined ? {} : { acceptance: redactAcceptance(acceptance, redactor) }),
  });

const namesOf = (names: readonly string[] | null, redactor: Redactor): readonly string[] | null => names?.map(redactor.groupName) ?? null;

/** Returns stated settings with an alias for the account that they name. */
export function redactEnvironment({ scimAdmin, administrators, ...others }: StatedEnvironment, identity: Alias, idOf = identity): StatedEnvironment {
  const rest = {
    ...others,
    ...(administrators === undefined
      ? {}
      : {
          administrators: administrators.map((name) =>
            typeof name === 'string' ? identity(name) : 'id' in name ? { id: idOf(name.id) } : { userName: identity(name.userName) },
          ),
        }),
  };
  if (scimAdmin === undefined) return rest;
  const { id, userName, ...more } = scimAdmin;
  return {
    ...rest,
    scimAdmin: { ...(id === undefined ? {} : { id: idOf(id) }), ...(userName === undefined ? {} : { userName: identity(userName) }), ...more },
  };
}

/** Returns the report with aliases: the same findings, fingerprints, numbers and verdict. */
export function redactReport(report: Report, redactor: ExportRedactor): Report {
  const { snapshot, policy, sync, idp } = report;
  return {
    ...report,
    snapshot: {
      ...snapshot,
      users: redactor.users(snapshot.users),
      groups: snapshot.groups.map(redactor.group),
      ...redactor.names(snapshot),
      notes: snapshot.notes.map(redactor.note),
    },
    ...(idp === undefined ? {} : { idp: { ...idp, notes: idp.notes.map(redactor.note) } }),
    policy: {
      ...policy,
      syncGroups: namesOf(policy.syncGroups, redactor),
      leaveOutUsers: policy.leaveOutUsers.map(redactor.userId),
      ...(policy.environment === undefined
        ? {}
        : { environment: { ...policy.environment, stated: redactEnvironment(policy.environment.stated, redactor.identity, redactor.userId) } }),
    },
    sync: { ...sync, names: namesOf(sync.names, redactor), unknown: sync.unknown.map(redactor.groupName) },
    findings: report.findings.map(redactAudited(redactor)),
    notes: report.notes.map(redactor.note),
  };
}
