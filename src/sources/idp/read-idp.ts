/** Reads the exports of an identity provider: users, then groups, then the members of groups. */

import { collationOf } from '../../model/compare.js';
import type { Activity } from '../../model/directory.js';
import { type IdpDirectory, type IdpInput, type IdpProvider, PROVIDER_NAMES } from '../../model/idp.js';
import { type Note, note } from '../../model/note.js';
import { type CollationName, DEFAULT_COLLATION } from '../../model/policy.js';
import { UserError } from '../../model/user-error.js';
import type { QuoteStyle } from '../csv/dialect.js';
import type { Encoding } from '../csv/encoding.js';
import type { MembersFile } from '../input-files.js';
import { Problems } from '../tables/problem.js';
import type { OnProgress } from '../tables/table.js';
import { expectedAccounts } from './account-records.js';
import { EntraAssignments, onlyProvisioned } from './entra-assignments.js';
import { EntraUsers, type SubjectSource } from './entra-users.js';
import type { Entry } from './entry.js';
import { type ExportRead, readExport } from './export-file.js';
import { TABLE_ROLES, type TableRole } from './export-forms.js';
import { type IdpColumns, NamedColumns } from './export-scheme.js';
import { Groups } from './groups.js';
import { Members, type MembersWishes } from './members.js';
import { OktaUsers } from './okta-users.js';
import { count } from './record-words.js';

export interface IdpRequest {
  readonly provider: IdpProvider;
  /** Lists of users, and of Okta's assignments. */
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly members: readonly MembersFile[];
  /** Lists of who is assigned to the application of Entra. */
  readonly assignments?: readonly string[];
  /** What Entra sends as `userName`; absent for the userPrincipalName. */
  readonly subject?: SubjectSource;
  /** The provisioning schema that said so. */
  readonly schema?: IdpInput;
  /** The application of Okta whose assignments count. */
  readonly application?: string;
  readonly delimiter?: string;
  readonly quote?: QuoteStyle;
  readonly encoding?: Encoding;
  /** Headings and properties that the user named. */
  readonly columns?: IdpColumns;
  /** Meanings of additional spellings of a status, by lower-case value. */
  readonly activeMap?: Readonly<Record<string, Activity>>;
  /** Additional spellings of a missing value. */
  readonly nulls?: readonly string[];
  /** How names are compared; absent for the default. */
  readonly collation?: CollationName;
}

/** Largest page of an API: exactly this many records may mean that more pages were not saved. */
const PAGE_SIZES = new Set([50, 100, 200, 500, 1000, 10_000]);

/** Reads every file once. Throws SourceRefused with everything that is wrong, and a UserError for files of some other format. */
export function readIdp(request: IdpRequest, onProgress?: OnProgress): IdpDirectory {
  refuseRequest(request);
  const { provider, application, collation = DEFAULT_COLLATION } = request;
  const { key } = collationOf(collation);
  const problems = new Problems();
  const reading = new Reading(request, problems, onProgress);

  const { activeMap = {} } = request;
  const named = reading.named['idp-users'].headings;
  const expected = expectedAccounts(request.users);
  const okta = new OktaUsers(named, activeMap, expected);
  const entra = new EntraUsers(named, activeMap, request.subject, expected);
  reading.all('idp-users', request.users, (entry) => (provider === 'okta' ? okta : entra).take(entry));
  const directory = provider === 'okta' ? okta.end(application, problems, key) : entra.end();

  const groups = new Groups(request.groups.length > 0, key);
  reading.all('idp-groups', request.groups, (entry) => groups.take(entry));

  const members = new Members(directory, groups);
  for (const { group, file } of request.members) {
    const wishes: MembersWishes = { ...pathsOf(file), ...(group === undefined ? {} : { group }) };
    reading.members(wishes, members);
  }
  if (provider === 'okta' && request.subject !== undefined && okta.hasAssignments) {
    throw new UserError('--idp-subject was given, but the assignments state what Okta sends: the application username.', 'Omit --idp-subject.');
  }
  const { assignments: assignmentFiles = [] } = request;
  const assigned = assignmentFiles.length === 0 ? undefined : new EntraAssignments();
  if (assigned !== undefined) reading.all('idp-assignments', assignmentFiles, (entry) => assigned.take(entry));
  reading.refuseUnfinished();
  reading.refuseUnknownColumns(provider === 'entra' || !okta.hasAssignments);
  const settled = problems.total > 0 ? undefined : assigned?.settle(directory, groups, members, problems);
  problems.refuse([...request.users, ...request.groups, ...request.members.map(({ file }) => file), ...assignmentFiles].map((file) => ({ file })));
  if (directory.users.length === 0) {
    throw new UserError(
      `The exports of ${PROVIDER_NAMES[provider]} contain no users: ${request.users.join(', ')}.`,
      'Export again; compared with an empty list, every user would look missing.',
    );
  }

  const { left, right, repeats } = members.members.withoutRepeats();
  const { strangers, notes } = members.end(provider, okta.hasAssignments);
  const all: IdpDirectory = {
    provider,
    users: directory.users,
    ...(directory.unassigned === undefined ? {} : { unassigned: directory.unassigned }),
    groups: groups.all.map(({ place, id, name, path, line }) => ({ place, id, name, path, line })),
    members: { users: left, groups: right },
    listed: members.listed,
    strangers,
    given: { emails: directory.hasEmails, groupList: request.groups.length > 0, members: request.members.length > 0 },
    inputs: [...reading.inputs, ...(request.schema === undefined ? [] : [request.schema])],
    notes: [
      ...reading.notes,
      ...directory.notes,
      ...(settled?.notes ?? (provider === 'entra' ? [everybodyNote(directory.users.length)] : [])),
      ...groups.notes,
      ...(repeats === 0 ? [] : [`${count(repeats, 'membership is', 'memberships are')} stated more than once; each counts once.`]),
      ...notes,
    ],
  };
  return onlyProvisioned(all, settled);
}

const everybodyNote = (users: number): string =>
  `Entra provisions only users who are assigned to the application. No assignments were given, so ${users === 1 ? 'the one user' : `all ${users.toLocaleString('en-US')} users`} of the directory ${users === 1 ? 'counts' : 'count'} as assigned. Give them with --idp-assignments FILE (appRoleAssignedTo of Graph).`;

function refuseRequest({ provider, users, application, assignments = [] }: IdpRequest): void {
  if (assignments.length > 0 && provider === 'okta') {
    throw new UserError('--idp-assignments is for Entra.', "Give the assignments of Okta's application with --idp-users FILE.");
  }
  if (users.length === 0) {
    throw new UserError(`No users of ${PROVIDER_NAMES[provider]} were given.`, 'Give their export with --idp-users FILE.');
  }
  if (application !== undefined && provider === 'entra') {
    throw new UserError('--idp-application is for the assignments of Okta; an export of Entra does not name applications.', 'Omit --idp-application.');
  }
}

const pathsOf = (file: string): { readonly file: string; readonly path: string } => ({ file, path: file.replaceAll('\\', '/') });

/** What is kept of the files besides their records. */
class Reading {
  readonly inputs: IdpInput[] = [];
  readonly notes: Note[] = [];
  /** Pages of one list, by what they list: the last of them says that none follows. */
  readonly #lists = new Map<string, { pages: number; continued: number; readonly file: string }>();

  /** Lists of which a file could not be read, so it is not known whether they are complete. */
  readonly #broken = new Set<string>();
  readonly #brokenRoles = new Set<TableRole>();

  /** Columns that the user named. */
  readonly named: Readonly<Record<TableRole, NamedColumns>>;

  constructor(
    readonly request: IdpRequest,
    readonly problems: Problems,
    readonly onProgress: OnProgress | undefined,
  ) {
    const of = (role: TableRole): NamedColumns =>
      new NamedColumns(request.provider, role, request.columns, request.subject?.kind === 'attribute' ? request.subject : undefined);
    this.named = { 'idp-users': of('idp-users'), 'idp-groups': of('idp-groups'), 'idp-members': of('idp-members'), 'idp-assignments': of('idp-assignments') };
  }

  all(role: TableRole, files: readonly string[], visit: (entry: Entry) => void): void {
    for (const file of files) this.#read(role, pathsOf(file), role, visit);
  }

  members(wishes: MembersWishes, members: Members): void {
    const { file, group } = wishes;
    const read = this.#read('idp-members', wishes, `members of ${group ?? file}`, members.taker(wishes));
    if (read === undefined ? group === undefined : read.columns.has('group') || read.columns.has('groupId')) return;
    // A group without members is a group as well.
    const found = members.fileGroup(wishes);
    if ('refusal' in found) this.problems.add({ file, message: found.refusal });
  }

  #read(role: TableRole, paths: { readonly file: string; readonly path: string }, list: string, visit: (entry: Entry) => void): ExportRead | undefined {
    const { provider, delimiter, quote, encoding, nulls = [] } = this.request;
    const read = readExport(
      {
        ...paths,
        provider,
        role,
        named: this.named[role],
        nulls,
        ...(delimiter === undefined ? {} : { delimiter }),
        ...(quote === undefined ? {} : { quote }),
        ...(encoding === undefined ? {} : { encoding }),
        ...(this.onProgress === undefined ? {} : { onProgress: this.onProgress }),
      },
      this.problems,
      visit,
    );
    if (read === undefined) {
      this.#broken.add(list);
      this.#brokenRoles.add(role);
      return undefined;
    }
    this.inputs.push(read.input);
    this.notes.push(...read.notes);
    const { rows } = read.input;
    if (read.isJson && read.pages.pages === 0 && PAGE_SIZES.has(rows)) {
      const why =
        provider === 'okta'
          ? "the size of one page of Okta's API. Check that the following pages were saved as well."
          : 'and Get-MgUser, Get-MgGroup and Get-MgGroupMember stop at 100 without -All. Check that the list is complete.';
      this.notes.push(`${paths.path} holds exactly ${rows.toLocaleString('en-US')} records, ${why}`);
    }
    if (read.pages.pages === 0) return read;
    const known = this.#lists.get(list) ?? { pages: 0, continued: 0, file: paths.file };
    this.#lists.set(list, known);
    known.pages += read.pages.pages;
    known.continued += read.pages.continued;
    return read;
  }

  /** Named columns that no file has; required ones are reported with the file, and a subject with its users. */
  refuseUnknownColumns(isSubjectTold: boolean): void {
    const { users, groups, members, assignments = [] } = this.request;
    const first: Readonly<Record<TableRole, string | undefined>> = {
      'idp-users': users[0],
      'idp-groups': groups[0],
      'idp-members': members[0]?.file,
      'idp-assignments': assignments[0],
    };
    for (const role of TABLE_ROLES) {
      const file = first[role];
      if (file === undefined || this.#brokenRoles.has(role)) continue;
      for (const { field, message } of this.named[role].missing()) {
        if (field !== 'subject' || !isSubjectTold || this.request.subject?.kind === 'attribute') this.problems.add({ file, message });
      }
    }
  }

  /** An export of Graph whose last page was not saved. */
  refuseUnfinished(): void {
    for (const [list, { pages, continued, file }] of this.#lists) {
      if (continued < pages || this.#broken.has(list)) continue;
      this.problems.add({
        file,
        message: note`the export is incomplete: ${pages === 1 ? 'the page says' : `all ${pages.toLocaleString('en-US')} pages say`} that another one follows ("@odata.nextLink"). Follow the links until a page has none, and give every page.`,
      });
    }
  }
}
