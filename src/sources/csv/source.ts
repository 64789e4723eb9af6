/** A folder of CSV files and Excel workbooks, or single ones named by flag. */

import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Role } from '../../model/directory.js';
import { UserError } from '../../model/user-error.js';
import type { SourceFile, SourceFormat, SourceRequest } from '../source.js';
import { CellWords } from '../tables/cell-words.js';
import { SourceRefused } from '../tables/problem.js';
import type { OnProgress, OpenedSource, Table } from '../tables/table.js';
import { readyWorkbooks } from '../xlsx/open-text.js';
import { holdsWorkbook, splitSheet } from '../xlsx/workbook-file.js';
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
      // The other files are read all the same, so that every problem is told at once.
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

/** A list that is read twice repeats every row of itself. */
export function refuseTwice(files: readonly SourceFile[]): void {
  const known = new Set<string>();
  for (const { role, file, sheet = '' } of files) {
    const name = `${role} ${sheet.toLowerCase()}#${existsSync(file) ? realpathSync(file) : file}`;
    if (known.has(name)) throw new UserError(`${file} is given twice as a list of ${role}.`, 'Name each file once; active and inactive users are two files.');
    known.add(name);
  }
}

/** The endings of a folder's files. */
const NAMES = ['csv', 'xlsx'] as const;

/** Returns the files of a request, of whatever content; a flag takes the place of the folder's file of its role. */
export function filesFound(request: SourceRequest): SourceFile[] {
  const { source, users, inactiveUsers, groups, memberships, isAssumedActive } = request;
  const inFolder = (role: Role): SourceFile[] => {
    if (source === undefined) return [];
    const [first, second] = NAMES.map((ending) => `${role}.${ending}`).filter((name) => existsSync(join(source, name)));
    if (second !== undefined) {
      throw new UserError(
        `${source} holds both ${first} and ${second}, so which list of ${role} is meant is not certain.`,
        `Keep the one that is meant in the folder and move the other away, or name it by flag: --${role} FILE.`,
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

/** Returns the files of a request. Throws a UserError where there are no users among them. */
export function filesOf(request: SourceRequest): SourceFile[] {
  const { source, groupPages = [] } = request;
  if (groupPages.length > 0) {
    throw new UserError(`${groupPages[0]} is a second list of groups.`, 'Give one CSV of groups; only the pages of a JSON list are given one by one.');
  }
  const found = filesFound(request);
  if (found.some(({ role }) => role === 'users')) return found;
  if (source === undefined) {
    throw new UserError('No source was given.', 'Give a folder with users.csv or a SQLite file as SOURCE, or name files with --users FILE.');
  }
  const others = readdirSync(source)
    .filter((name) => /\.(?:csv|tsv|txt|xlsx|json|db|sqlite3?)$/i.test(name))
    .sort()
    .slice(0, 20);
  throw new UserError(
    `${source} holds no users.csv.`,
    others.length === 0
      ? 'SOURCE is a folder with users.csv or users.xlsx (and groups, memberships) or with users*.json, or a SQLite file.'
      : `Name the files by flag, for example --users ${join(source, others[0])}. Files found: ${others.join(', ')}.`,
  );
}

/** Throws a UserError if a role has a CSV and a workbook: of one of them nothing is known to be as the other says. */
function refuseMixed(files: readonly SourceFile[], source: string | undefined): void {
  for (const role of new Set(files.map((file) => file.role))) {
    const own = files.filter((file) => file.role === role);
    if (own.length < 2) continue;
    const workbook = own.find(({ file }) => holdsWorkbook(file));
    const text = own.find(({ file }) => !holdsWorkbook(file));
    if (workbook === undefined || text === undefined) continue;
    throw new UserError(
      `${text.file} and ${workbook.file} are both lists of ${role}, one as CSV and one as an Excel workbook: they cannot be one list.`,
      `Give the ${role} in one format${source === undefined ? '' : `, or move the one that is not meant out of ${source}`}. Lists of different kinds may differ, as users in a workbook and groups in CSV.`,
    );
  }
}
