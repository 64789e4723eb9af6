/** A folder of CSV files and Excel workbooks, or single files given by option. */

import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Role } from '../../model/directory.js';
import { UserError } from '../../model/user-error.js';
import { holdsWorkbook, readyWorkbooks, splitSheet } from '../input-files.js';
import type { SourceFile, SourceFormat, SourceRequest } from '../source.js';
import { CellWords } from '../tables/cell-words.js';
import { SourceRefused } from '../tables/problem.js';
import type { OnProgress, OpenedSource, Table } from '../tables/table.js';
import { openCsv } from './table.js';

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

export const csvSource: SourceFormat = {
  id: 'csv',
  title: 'a folder with users.csv, groups.csv and memberships.csv (or .xlsx), or such files by flag',
  claims: ({ source }) => source === undefined || isFolder(source),
  filesOf,
  open: async (request, onProgress) => openCsvFiles(filesOf(request), request, onProgress),
};

/** Opens files as CSV or as sheets of workbooks, each by its headings. */
export async function openCsvFiles(files: readonly SourceFile[], request: SourceRequest, onProgress?: OnProgress): Promise<OpenedSource> {
  refuseTwice(files);
  refuseMixed(files, request.source);
  await readyWorkbooks(files.map(({ file }) => file));
  const opened: (Table & { close?(): void })[] = [];
  const close = (): void => {
    for (const table of opened) table.close?.();
  };
  for (const { role, path, file: found, sheet, activity } of files) {
    const file = sheet === undefined ? found : `${found}#${sheet}`;
    const words = new CellWords(role, request);
    try {
      const named = request.columns[role];
      opened.push(
        openCsv({
          role,
          path,
          file,
          words,
          ...(activity === undefined ? {} : { activity }),
          ...(request.delimiter === undefined ? {} : { delimiter: request.delimiter }),
          ...(request.quote === undefined ? {} : { quote: request.quote }),
          ...(request.escape === undefined ? {} : { escape: request.escape }),
          ...(request.encoding === undefined ? {} : { encoding: request.encoding }),
          ...(named === undefined ? {} : { named }),
          ...(onProgress === undefined ? {} : { onProgress }),
        }),
      );
    } catch (error) {
      if (!(error instanceof SourceRefused)) {
        close();
        throw error;
      }
      // The other files are still read, so that every problem is reported at once.
      opened.push(refusedTable({ role, path, file }, words, error));
    }
  }
  return { tables: opened, close };
}

function refusedTable(file: SourceFile, words: CellWords, error: SourceRefused): Table {
  return {
    ...file,
    words,
    headings: [],
    columns: new Map(),
    isIdFromUserName: false,
    refused: error.problems,
    notes: [],
    read() {
      throw error;
    },
  };
}

/** A list that is given twice would repeat all of its own rows. */
export function refuseTwice(files: readonly SourceFile[]): void {
  const known = new Set<string>();
  for (const { role, file, sheet = '' } of files) {
    const name = `${role} ${sheet.toLowerCase()}#${existsSync(file) ? realpathSync(file) : file}`;
    if (known.has(name)) throw new UserError(`${file} is given twice as a list of ${role}.`, 'Give each file once; active and inactive users are two files.');
    known.add(name);
  }
}

/** File name extensions in a folder. */
const NAMES = ['csv', 'xlsx'] as const;

/** Returns the files of a request, whatever their content; an option replaces the folder's file for its role. */
export function filesFound(request: SourceRequest): SourceFile[] {
  const { source, users, inactiveUsers, groups, memberships, isAssumedActive } = request;
  const inFolder = (role: Role): SourceFile[] => {
    if (source === undefined) return [];
    const [first, second] = NAMES.map((ending) => `${role}.${ending}`).filter((name) => existsSync(join(source, name)));
    if (second !== undefined) {
      throw new UserError(
        `${source} holds both ${first} and ${second}, so it is not clear which list of ${role} to read.`,
        `Move the one that should not be read out of the folder, or give the right one with --${role} FILE.`,
      );
    }
    return first === undefined ? [] : [{ role, path: first, file: join(source, first) }];
  };
  const named = (role: Role, files: readonly string[]): SourceFile[] => files.map((text) => ({ role, path: text.replaceAll('\\', '/'), ...splitSheet(text) }));
  const activeUsers = users.length > 0 ? named('users', users) : inFolder('users');
  return [
    ...activeUsers.map((file) => (isAssumedActive ? { ...file, activity: 'active' as const } : file)),
    ...named('users', inactiveUsers).map((file) => ({ ...file, activity: 'inactive' as const })),
    ...(groups === undefined ? inFolder('groups') : named('groups', [groups])),
    ...(memberships.length > 0 ? named('memberships', memberships) : inFolder('memberships')),
  ];
}

/** Returns the files of a request. Throws a UserError if there is no list of users among them. */
export function filesOf(request: SourceRequest): SourceFile[] {
  const { source, groupPages = [] } = request;
  if (groupPages.length > 0) {
    throw new UserError(`${groupPages[0]} is a second list of groups.`, 'Give one CSV of groups; only a JSON list can be given as several pages.');
  }
  const found = filesFound(request);
  if (found.some(({ role }) => role === 'users')) return found;
  if (source === undefined) {
    throw new UserError('No source was given.', 'Give a folder with users.csv or a SQLite file as SOURCE, or give files with --users FILE.');
  }
  const others = readdirSync(source)
    .filter((name) => /\.(?:csv|tsv|txt|xlsx|json|db|sqlite3?)$/i.test(name))
    .sort()
    .slice(0, 20);
  throw new UserError(
    `${source} does not contain users.csv.`,
    others.length === 0
      ? 'Give a folder with users.csv or users.xlsx (and groups, memberships) or with users*.json, or a SQLite file, as SOURCE.'
      : `Give the files by option, for example --users ${join(source, others[0])}. Files found: ${others.join(', ')}.`,
  );
}

/** Throws a UserError if a role has both a CSV and a workbook: options for one of the formats do not apply to the other. */
function refuseMixed(files: readonly SourceFile[], source: string | undefined): void {
  for (const role of new Set(files.map((file) => file.role))) {
    const own = files.filter((file) => file.role === role);
    if (own.length < 2) continue;
    const workbook = own.find(({ file }) => holdsWorkbook(file));
    const text = own.find(({ file }) => !holdsWorkbook(file));
    if (workbook === undefined || text === undefined) continue;
    throw new UserError(
      `${text.file} and ${workbook.file} are both lists of ${role}, one as CSV and one as an Excel workbook: one list cannot have two formats.`,
      `Give the ${role} in one format${source === undefined ? '' : `, or move the file that should not be read out of ${source}`}. Different lists may have different formats, such as users in a workbook and groups in CSV.`,
    );
  }
}
