/** A folder of CSV files, or single ones named by flag. */

import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Role } from '../model/directory.js';
import { Mistake } from '../model/mistake.js';
import { CellWords } from './cell-words.js';
import { openCsv } from './csv.js';
import { SourceRefused } from './problem.js';
import type { SourceFile, SourceFormat, SourceRequest } from './source.js';
import type { OnProgress, OpenedSource, Table } from './table.js';

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

export const csvSource: SourceFormat = {
  id: 'csv',
  title: 'a folder with users.csv, groups.csv and memberships.csv, or such files by flag',
  claims: ({ source }) => source === undefined || isFolder(source),
  filesOf,
  open: async (request, onProgress) => openCsvFiles(filesOf(request), request, onProgress),
};

/** Opens files as CSV, each by its headings. */
export function openCsvFiles(files: readonly SourceFile[], request: SourceRequest, onProgress?: OnProgress): OpenedSource {
  refuseTwice(files);
  const opened: (Table & { close?(): void })[] = [];
  const close = (): void => {
    for (const table of opened) table.close?.();
  };
  for (const { role, path, file, activity } of files) {
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
  for (const { role, file } of files) {
    const name = `${role} ${existsSync(file) ? realpathSync(file) : file}`;
    if (known.has(name)) throw new Mistake(`${file} is given twice as a list of ${role}.`, 'Name each file once; active and inactive users are two files.');
    known.add(name);
  }
}

/** Returns the files of a request, of whatever content; a flag takes the place of the folder's file of its role. */
export function filesFound(request: SourceRequest): SourceFile[] {
  const { source, users, inactiveUsers, groups, memberships, isAssumedActive } = request;
  const inFolder = (role: Role): SourceFile[] => {
    const path = `${role}.csv`;
    return source !== undefined && existsSync(join(source, path)) ? [{ role, path, file: join(source, path) }] : [];
  };
  const named = (role: Role, files: readonly string[]): SourceFile[] => files.map((file) => ({ role, path: file.replaceAll('\\', '/'), file }));
  const activeUsers = users.length > 0 ? named('users', users) : inFolder('users');
  return [
    ...activeUsers.map((file) => (isAssumedActive ? { ...file, activity: 'active' as const } : file)),
    ...named('users', inactiveUsers).map((file) => ({ ...file, activity: 'inactive' as const })),
    ...(groups === undefined ? inFolder('groups') : named('groups', [groups])),
    ...(memberships.length > 0 ? named('memberships', memberships) : inFolder('memberships')),
  ];
}

/** Yields the files of a request. Throws a Mistake where there are no users among them. */
export function filesOf(request: SourceRequest): SourceFile[] {
  const { source, groupPages = [] } = request;
  if (groupPages.length > 0) {
    throw new Mistake(`${groupPages[0]} is a second list of groups.`, 'Give one CSV of groups; only the pages of a JSON list are given one by one.');
  }
  const found = filesFound(request);
  if (found.some(({ role }) => role === 'users')) return found;
  if (source === undefined) {
    throw new Mistake('No source was given.', 'Give a folder with users.csv or a SQLite file as SOURCE, or name files with --users FILE.');
  }
  const others = readdirSync(source)
    .filter((name) => /\.(?:csv|tsv|txt|json|db|sqlite3?)$/i.test(name))
    .sort()
    .slice(0, 20);
  throw new Mistake(
    `${source} holds no users.csv.`,
    others.length === 0
      ? 'SOURCE is a folder with users.csv (and groups.csv, memberships.csv) or with users*.json, or a SQLite file.'
      : `Name the files by flag, for example --users ${join(source, others[0])}. Files found: ${others.join(', ')}.`,
  );
}
