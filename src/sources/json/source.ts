/** Saved responses of Jama Connect's REST API: files given by option, or a folder of them; other roles may be CSV files or workbooks. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Role } from '../../model/directory.js';
import { note } from '../../model/note.js';
import { UserError } from '../../model/user-error.js';
import { filesFound, openCsvFiles, refuseTwice } from '../csv/source.js';
import { compareNaturally, holdsJson, holdsWorkbook, isJsonFile } from '../input-files.js';
import type { SourceFile, SourceFormat, SourceRequest } from '../source.js';

/** `group` is the id of the group whose members the file lists. */
type Answers = SourceFile & { readonly isJson: boolean; readonly group?: string };

const ROLES: readonly Role[] = ['users', 'groups', 'memberships'];

export const jsonSource: SourceFormat = {
  id: 'json',
  title: "a folder with users*.json, usergroups*.json and members-ID*.json with responses of Jama Connect's REST API",
  claims(request) {
    const { source } = request;
    if (source !== undefined && (!existsSync(source) || !statSync(source).isDirectory())) {
      if (holdsJson(source)) refuseFile(source, request);
      return false;
    }
    return answersOf(request).some(({ isJson }) => isJson);
  },
  filesOf: wholeOf,
  async open(request, onProgress) {
    const files = wholeOf(request);
    const [{ RoleLists }, { jsonTable }] = await Promise.all([import('./completeness.js'), import('./table.js')]);
    const lists = { users: new RoleLists('users'), groups: new RoleLists('groups'), memberships: new RoleLists('memberships') };
    const csv = await openCsvFiles(
      files.filter(({ isJson }) => !isJson),
      request,
      onProgress,
    );
    const tables = files
      .filter(({ isJson }) => isJson)
      .map(({ isJson: _, ...file }) => {
        const named = request.columns[file.role];
        return jsonTable({ ...file, lists: lists[file.role], ...(named === undefined ? {} : { named }), ...(onProgress === undefined ? {} : { onProgress }) });
      });
    return { tables: [...tables, ...csv.tables], close: () => csv.close() };
  },
};

/** Throws for a file as SOURCE: a plan's own JSON, or one of several pages. */
function refuseFile(source: string, { users }: SourceRequest): never {
  throw new UserError(
    `${source} is a JSON file, but SOURCE must be a folder or a SQLite file.`,
    users.length > 0
      ? note`If it is one of several pages, put the pattern in quotes: --users "users-*.json".`
      : `Give the folder that contains it, or give the file with --users ${source}`,
  );
}

/** Returns the files of a request. Throws a UserError if there are no users among them, or if one is given twice. */
function wholeOf(request: SourceRequest): Answers[] {
  const files = answersOf(request);
  refuseTwice(files);
  if (files.some(({ role }) => role === 'users')) return files;
  const { source } = request;
  throw new UserError(
    source === undefined ? 'No list of users was given.' : `${source} does not contain users*.json.`,
    'Save the responses of GET /rest/v1/users?includeInactive=true as users-0.json, users-50.json and so on, or give them with --users FILE.',
  );
}

/** Returns the files of a request, each marked as JSON or not. Throws a UserError if two formats are mixed in one role. */
function answersOf(request: SourceRequest): Answers[] {
  const { source, groups, groupPages = [] } = request;
  const folder = inFolder(source);
  const isFlagged: Readonly<Record<Role, boolean>> = {
    users: request.users.length > 0,
    groups: groups !== undefined,
    memberships: request.memberships.length > 0,
  };
  const given = filesFound(request);
  const pages = groupPages.map((file): SourceFile => ({ role: 'groups', path: file.replaceAll('\\', '/'), file }));
  const found = [...given, ...pages].map((file): Answers => {
    const split = file.role === 'memberships' && isFlagged.memberships ? splitGroup(file) : file;
    return { ...split, isJson: isJsonFile(split.file) };
  });
  const beside = folder.filter(({ role }) => !isFlagged[role]);
  for (const role of ROLES) {
    const own = found.filter((file) => file.role === role);
    const saved = beside.filter((file) => file.role === role);
    if (!isFlagged[role]) refuseMisnamed(own, saved, source ?? '');
    refuseMixed(role, [...own, ...saved], source);
  }
  return ROLES.flatMap((role) => [...beside, ...found].filter((file) => file.role === role).map(withGroup));
}

/** A folder's users.csv or users.xlsx that holds JSON, or that is beside users.json: it is not clear which list to read. */
function refuseMisnamed(own: readonly Answers[], saved: readonly Answers[], folder: string): void {
  const csv = own.find(({ role, path, file }) => [`${role}.csv`, `${role}.xlsx`].includes(path) && file === join(folder, path));
  if (csv === undefined) return;
  const what = csv.path.endsWith('.csv') ? 'CSV' : 'an Excel workbook';
  const says = csv.isJson ? ` ${csv.path} is JSON from Jama Connect's REST API, not ${what}.` : '';
  if (saved.length > 0) {
    throw new UserError(
      `${folder} holds both ${csv.path} and ${saved[0].path}, so it is not clear which list of ${csv.role} to read.${says}`,
      `Move the one that should not be read out of the folder, or give files by option${csv.role === 'groups' ? ': --groups FILE' : `: --${csv.role} FILE`}.`,
    );
  }
  if (csv.isJson) {
    throw new UserError(
      `${csv.file} is JSON from Jama Connect's REST API, not ${what}.`,
      csv.role === 'memberships'
        ? 'Rename it to members-ID.json, where ID is the id of the group whose members it lists; one file per group.'
        : `Rename it to ${csv.role === 'users' ? 'users.json' : 'usergroups.json'}, and run the same command again.`,
    );
  }
}

function refuseMixed(role: Role, files: readonly Answers[], source: string | undefined): void {
  const json = files.find(({ isJson }) => isJson);
  const other = files.find(({ isJson }) => !isJson);
  if (json === undefined || other === undefined) return;
  throw new UserError(
    `${other.file} and ${json.file} are both lists of ${role}, one as ${holdsWorkbook(other.file) ? 'an Excel workbook' : 'CSV'} and one as JSON: one list cannot have two formats.`,
    `Give the ${role} in one format${source === undefined ? '' : `, or move the file that should not be read out of ${source}`}. Different lists may have different formats, such as users in JSON and groups in CSV.`,
  );
}

/** Returns the files of a folder that are named like REST responses; a longer pattern takes precedence over a shorter one. */
function inFolder(source: string | undefined): Answers[] {
  if (source === undefined) return [];
  return readdirSync(source)
    .sort(compareNaturally)
    .flatMap((path): Answers[] => {
      const role = roleOf(path);
      return role === undefined ? [] : [{ role, path, file: join(source, path), isJson: true }];
    });
}

const MEMBERS = /^(?:members-(\d+)(?!\d).*|usergroups-(\d+)-users.*)\.json$/;

function roleOf(name: string): Role | undefined {
  if (MEMBERS.test(name)) return 'memberships';
  if (/^usergroups.*\.json$/.test(name)) return 'groups';
  return /^users.*\.json$/.test(name) ? 'users' : undefined;
}

/** Splits `12=FILE`, unless there is a file with that exact name. */
function splitGroup(given: SourceFile): SourceFile & { readonly group?: string } {
  const at = given.file.indexOf('=');
  if (at < 1 || existsSync(given.file)) return given;
  const file = given.file.slice(at + 1);
  if (file === '')
    throw new UserError(
      `--memberships ${given.file} names no file.`,
      'Write --memberships FILE, or --memberships ID=FILE for the members of one group in JSON.',
    );
  return { ...given, path: file.replaceAll('\\', '/'), file, group: given.file.slice(0, at).trim() };
}

/** Returns a file with the group that its option or its name states. */
function withGroup(answers: Answers): Answers {
  const { role, file, isJson, group } = answers;
  if (role !== 'memberships') return answers;
  if (!isJson) {
    if (group === undefined) return answers;
    throw new UserError(
      `${file} is not JSON, so --memberships ${group}=… does not apply to it.`,
      'Give a CSV with --memberships FILE; its columns name the groups.',
    );
  }
  if (group !== undefined) return answers;
  const [, short, long] = MEMBERS.exec(file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1)) ?? [];
  const named = short ?? long;
  if (named !== undefined) return { ...answers, group: named };
  // A missing file is reported when it is opened; its name is not checked.
  if (!existsSync(file)) return answers;
  throw new UserError(
    `${file} lists the members of a group, but does not say which group.`,
    `Give the group's id: --memberships ID=${file}, or name the file members-ID.json.`,
  );
}
