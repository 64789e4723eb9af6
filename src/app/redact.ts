/** Writes a copy of an export in which aliases stand for usernames, emails and names. */

import { join } from 'node:path';
import { type Collation, collationOf } from '../model/compare.js';
import type { Directory, MembershipSink, Snapshot, UnknownMember } from '../model/directory.js';
import { UserError } from '../model/user-error.js';
import type { ExportRedactor } from '../reporters/redact.js';
import { openSource } from '../sources/registry.js';
import type { Table } from '../sources/tables/table.js';
import { type Request, shellWord } from './command-words.js';
import { type Context, withProgress } from './context.js';
import { isPulled, pulledFolder } from './pulled-folder.js';
import { type Redaction, redacting } from './redaction.js';
import { Refusal } from './refusal.js';
import { type Prepared, prepare } from './resolve-command.js';
import { readSides, readTypesSide } from './sides.js';
import { type NewFile, NewFolder, refuseTaken } from './whole-folder.js';

export interface RedactRequest extends Request {
  /** The folder for the copy, which must not exist yet or be empty. */
  readonly out: string;
}

export interface RedactedCopy {
  readonly snapshot: Snapshot;
  /** Names of the files in the folder. */
  readonly names: readonly string[];
  /** The command that checks the copy as the original was to be checked. */
  readonly checkCommand: string;
}

/** Writes the copy, whole or not at all; returns what is in it. Errors hold no value of the export either. */
export const redact = (source: string | undefined, request: RedactRequest, context: Context): Promise<RedactedCopy> =>
  redacting(request, [], context, (redaction) => writeCopy(source, request, context, redaction));

async function writeCopy(source: string | undefined, request: RedactRequest, context: Context, redaction: Redaction): Promise<RedactedCopy> {
  refuseTaken(request.out, 'files that are already there would be passed on unredacted.');
  const prepared = await prepare(source, request, context);
  const folder = new NewFolder(request.out, context.process.pid);
  try {
    const snapshot = await copy(prepared, folder, context, redaction);
    const { syncGroups } = prepared.policy;
    if (syncGroups !== null) {
      const names = folder.file('sync-groups.csv', ['name']);
      for (const name of syncGroups) names.row([redaction.know(snapshot, prepared.policy.collation).groupName(name)]);
    }
    folder.finish();
    return { snapshot, names: folder.names, checkCommand: checkCommand(prepared, request.out, snapshot, redaction) };
  } catch (error) {
    folder.discard();
    throw error;
  }
}

const BASIC_USERS = 'basic-users.csv';

function checkCommand({ authMode, policy, shell, request }: Prepared, out: string, snapshot: Snapshot, redaction: Redaction): string {
  const redactor = redaction.know(snapshot, policy.collation);
  const pulledGaps = isPulled(request.source) ? Object.keys(snapshot.unanswered ?? {}) : [];
  return [
    'scim-audit check',
    shellWord(out, shell),
    `--auth-mode ${authMode ?? 'MODE'}`,
    ...(policy.syncGroups === null ? [] : [`--sync-groups ${shellWord(join(out, 'sync-groups.csv'), shell)}`]),
    ...(snapshot.typeList?.role === 'basic-users' ? [`--basic-users ${shellWord(join(out, BASIC_USERS), shell)}`] : []),
    ...policy.leaveOutUsers.map((id) => `--leave-out-user ${shellWord(redactor.userId(id), shell)}`),
    // The copy has no pull.json, which says what is not known.
    ...[...new Set([...policy.skipRules, ...pulledGaps])].map((rule) => `--skip-rule ${rule}`),
  ].join(' ');
}

async function copy({ request, policy: stated, authMode }: Prepared, folder: NewFolder, context: Context, redaction: Redaction): Promise<Snapshot> {
  return withProgress(context, async (report) => {
    const database = request.database === undefined ? undefined : await openSource(request, report);
    const policy = database?.collation === undefined ? stated : { ...stated, collation: database.collation };
    const types = await readTypesSide(request, policy);
    const opened = database ?? (await openSource(request, report));
    try {
      const usersTables = opened.tables.filter(({ role }) => role === 'users');
      const hasTypes = usersTables.some(({ columns }) => columns.has('authenticationType'));
      if (hasTypes && authMode === undefined && !usersTables.every(({ columns, refused }) => refused !== undefined || columns.has('authenticationType'))) {
        throw new UserError('Only some of the users lists have an authentication type; in the others it depends on --auth-mode.', 'Give --auth-mode.');
      }
      const wishes = {
        authMode: authMode ?? 'basic',
        collation: policy.collation,
        authTypeMap: policy.authTypeMap,
        leaveOutUsers: policy.leaveOutUsers,
        withNames: true,
        ...(types === undefined ? {} : { areTypesListed: true }),
      } as const;
      const { unanswered } = await pulledFolder(request, opened.tables);
      const reading = readSides(opened.tables, { ...wishes, unanswered }, { types });
      const { directory } = reading;
      const writer = new CopyWriter(directory, opened.tables, folder, redaction.know(directory, policy.collation), collationOf(policy.collation).key);
      const snapshot = reading.streamMemberships(writer);
      if (snapshot.users.length === 0 && !policy.allowEmpty) {
        throw new Refusal(
          'nothing-audited',
          'nothing was copied: the source has no users.',
          'Check the export; if it is meant to be empty, add --allow-empty.',
        );
      }
      const isOfBasic = snapshot.typeList?.role === 'basic-users';
      writer.finish(hasTypes || (snapshot.typeList !== undefined && !isOfBasic));
      // A list of Basic users is copied as one: what it leaves open is open in the copy as well.
      if (isOfBasic) writer.writeBasicUsers();
      return snapshot;
    } finally {
      opened.close();
    }
  });
}

/** Writes what was read as users.csv, groups.csv and memberships.csv, with the columns that are read and no others. */
class CopyWriter implements MembershipSink {
  readonly #memberships: NewFile | undefined;
  /** Names of groups by place of the user, where there is no list of groups: the users list states them then. */
  readonly #cells: string[][] | undefined;
  readonly #hasIds: boolean;
  readonly #userRefs: readonly string[];
  readonly #groupRefs: readonly string[];
  #known: Readonly<Record<'users' | 'groups', ReadonlyMap<string, number>>> | undefined;

  constructor(
    readonly directory: Directory,
    tables: readonly Table[],
    readonly folder: NewFolder,
    readonly redactor: ExportRedactor,
    readonly key: Collation['key'],
  ) {
    const { users, groups, given } = directory;
    this.#hasIds = !tables.some(({ isIdFromUserName }) => isIdFromUserName);
    this.#userRefs = users.map((user) => (this.#hasIds ? redactor.userId(user.id) : redactor.identity(user.userName)));
    this.#groupRefs = groups.map(({ id }) => redactor.groupId(id));
    if (given.groups && !given.groupList) this.#cells = users.map(() => []);
    if (given.groupList) this.#writeGroups(tables);
    const hasTable = tables.some(({ role }) => role === 'memberships');
    if (hasTable || (given.memberships && this.#cells === undefined)) {
      this.#memberships = folder.file('memberships.csv', [given.groupList ? 'groupId' : 'group', this.#hasIds ? 'userId' : 'userName']);
    }
  }

  member(user: number, group: number): void {
    if (this.#cells !== undefined) this.#cells[user].push(this.redactor.groupName(this.directory.groups[group].name));
    else this.#memberships?.row([this.#groupRefs[group], this.#userRefs[user]]);
  }

  unknown(member: UnknownMember): void {
    const { user, group } = this.redactor.member(member);
    // In the copy, known users are named by id, even if the original names them by username.
    const known = this.#places();
    const userPlace = member.lacks === 'group' ? (known.users.get(member.user.trim()) ?? known.users.get(this.key(member.user))) : undefined;
    const groupPlace = member.lacks === 'user' ? (known.groups.get(member.group.trim()) ?? known.groups.get(member.group)) : undefined;
    this.#memberships?.row([groupPlace === undefined ? group : this.#groupRefs[groupPlace], userPlace === undefined ? user : this.#userRefs[userPlace]]);
  }

  /** Returns places by id and by name, made when first asked for: most exports lack no user and no group. */
  #places() {
    const { users, groups } = this.directory;
    this.#known ??= {
      users: new Map([...users.map(({ userName, place }) => [this.key(userName), place] as const), ...users.map(({ id, place }) => [id, place] as const)]),
      groups: new Map([...groups.map(({ name, place }) => [name, place] as const), ...groups.map(({ id, place }) => [id, place] as const)]),
    };
    return this.#known;
  }

  #writeGroups(tables: readonly Table[]): void {
    const { groups } = this.directory;
    const hasScope = tables.some(({ role, columns }) => role === 'groups' && (columns.has('project') || columns.has('scope')));
    const hasSync = groups.some(({ sync }) => sync !== undefined);
    const file = this.folder.file('groups.csv', ['id', 'name', ...(hasScope ? ['scope'] : []), ...(hasSync ? ['sync'] : [])]);
    groups.forEach(({ name, isOrganizationLevel, sync }, place) => {
      const scope = isOrganizationLevel ? 'organization' : 'project';
      file.row([this.#groupRefs[place], this.redactor.groupName(name), ...(hasScope ? [scope] : []), ...(hasSync ? [String(sync === true)] : [])]);
    });
  }

  writeBasicUsers(): void {
    const file = this.folder.file(BASIC_USERS, [this.#hasIds ? 'id' : 'userName']);
    for (const { place, authenticationType } of this.directory.users) if (authenticationType === 'basic') file.row([this.#userRefs[place]]);
  }

  /** Writes the users, now that all memberships are known. */
  finish(hasTypes: boolean): void {
    const cells = this.#cells;
    const headings = this.#hasIds ? ['id', 'userName', 'email', 'name', 'active'] : ['userName', 'email', 'fullName', 'active', 'licenseType'];
    const file = this.folder.file('users.csv', [...headings, ...(hasTypes ? ['authenticationType'] : []), ...(cells === undefined ? [] : ['groups'])]);
    const { names } = this.redactor.names(this.directory);
    this.directory.users.forEach((user, place) => {
      const { userName, email } = this.redactor.user(user);
      const name = names?.of(place) ?? '';
      const front = this.#hasIds ? [this.#userRefs[place], userName, email, name, String(user.active)] : [userName, email, name, String(user.active), ''];
      // With a semicolon at its end a cell is never cut at the commas of a name.
      const groups = cells === undefined ? [] : [cells[place].map((each) => `${each};`).join(' ')];
      file.row([...front, ...(hasTypes ? [user.authenticationType] : []), ...groups]);
    });
  }
}
