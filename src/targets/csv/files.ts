/** The CSV files of a request: the path of each, where its new version goes, and what must be known about all of them before the first is rewritten. */

import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Activity, Role } from '../../model/directory.js';
import type { EscapeStyle, QuoteStyle } from '../../sources/csv/dialect.js';
import type { HeadWishes } from '../../sources/csv/head.js';
import { filesOf } from '../../sources/csv/source.js';
import { openCsv } from '../../sources/csv/table.js';
import type { SourceRequest } from '../../sources/source.js';
import { CellWords } from '../../sources/tables/cell-words.js';
import { Problems } from '../../sources/tables/problem.js';
import type { Table } from '../../sources/tables/table.js';
import { StatusWords } from '../run/edit.js';
import { isConcerned, type Names, needsNames, readNames } from '../run/named-subjects.js';
import type { NetWork } from '../run/net-work.js';
import { ApplyRefused } from '../run/stops.js';
import type { Destination, Rehearsal, Site } from '../target.js';

export interface CsvFile {
  readonly role: Role;
  /** The path as reports show it. */
  readonly path: string;
  /** Absolute, with links followed: the file is replaced, not a link to it. */
  readonly file: string;
  readonly activity?: Activity;
  /** Where the new version goes. */
  readonly target: string;
}

/** Groups before users, users before memberships: a group is renamed before the cells that name it. */
const ORDER: readonly Role[] = ['groups', 'users', 'memberships'];

/** Returns the files in the order in which they are replaced. Throws ApplyRefused if one is given twice. */
export function csvFilesOf(source: SourceRequest, destination: Destination): CsvFile[] {
  const taken = new Set<string>();
  const files = filesOf(source).map(({ role, path, file, activity }): CsvFile => {
    const real = realpathSync(resolve(file));
    if (taken.has(real))
      throw new ApplyRefused(
        `${file} is given twice.`,
        'Nothing was changed. A file that is both the users list and the memberships cannot be written; export the memberships to a file of their own.',
      );
    taken.add(real);
    return { role, path, file: real, target: real, ...(activity === undefined ? {} : { activity }) };
  });
  files.sort((a, b) => ORDER.indexOf(a.role) - ORDER.indexOf(b.role));
  if (destination.kind === 'in-place') return files;
  const names = new Set<string>();
  return files.map((each) => {
    // A folder holds each name once, so files of one name from two folders are numbered.
    let name = basename(each.path);
    for (let count = 2; names.has(name); count++) name = `${count}-${basename(each.path)}`;
    names.add(name);
    return { ...each, target: join(resolve(destination.path), name) };
  });
}

export function siteOfCsv(source: SourceRequest, destination: Destination): Site {
  const files = csvFilesOf(source, destination);
  const of = (role: Role, isInactive = false): string[] =>
    files.filter((each) => each.role === role && (each.activity === 'inactive') === isInactive).map(({ target }) => target);
  const [groups] = of('groups');
  const { source: _, groups: __, ...rest } = source;
  const folders = [...new Set(files.map(({ target }) => dirname(target)))];
  return {
    targets: destination.kind === 'out' ? [resolve(destination.path)] : files.map(({ target }) => target),
    reading: { ...rest, users: of('users'), inactiveUsers: of('users', true), memberships: of('memberships'), ...(groups === undefined ? {} : { groups }) },
    locks: destination.kind === 'out' ? [] : folders.map((folder) => join(folder, '.scim-audit.lock')),
  };
}

/**
 * Returns how quotes and backslashes are read. If an option was not stated, the value is the one found when the whole source
 * was read: an ambiguous file was refused then, and a cell that has changed since must not make it ambiguous again.
 */
const dialectOf = ({ quote, escape: escapeStyle }: SourceRequest): { readonly quote: QuoteStyle; readonly escape: EscapeStyle } => ({
  quote: quote ?? 'double',
  escape: escapeStyle ?? 'none',
});

/** Returns how the headings of a file are found. */
export function headWishesOf({ role, activity }: CsvFile, source: SourceRequest): Omit<HeadWishes, 'file'> {
  const named = source.columns[role];
  return {
    role,
    isActivityKnown: activity !== undefined,
    ...dialectOf(source),
    ...(source.delimiter === undefined ? {} : { delimiter: source.delimiter }),
    ...(named === undefined ? {} : { named }),
  };
}

/** Opens a file, or the copy that replaces it, and reads its headings. */
export function openCsvFile({ role, path, activity }: CsvFile, reading: string, source: SourceRequest): Table & { close(): void } {
  const named = source.columns[role];
  return openCsv({
    role,
    path,
    file: reading,
    words: new CellWords(role, source),
    ...(activity === undefined ? {} : { activity }),
    ...dialectOf(source),
    ...(source.delimiter === undefined ? {} : { delimiter: source.delimiter }),
    ...(source.encoding === undefined ? {} : { encoding: source.encoding }),
    ...(named === undefined ? {} : { named }),
  });
}

export interface CsvFirstReading {
  readonly names: Names | undefined;
  /** Files that the actions may change. */
  readonly concerned: ReadonlySet<CsvFile>;
  /** The words for active and inactive, by file. */
  readonly statusWordsByFile: ReadonlyMap<CsvFile, StatusWords>;
  /** The file that new memberships are added to. */
  readonly memberFile: CsvFile | undefined;
}

/** Reads the headings and, if the actions need them, the names and the status words of the columns. */
export function readFirst(
  files: readonly CsvFile[],
  readingOf: (file: CsvFile) => string,
  { source, netWork, authTypeMap, collation }: { readonly source: SourceRequest; readonly netWork: NetWork } & Pick<Rehearsal, 'authTypeMap' | 'collation'>,
): CsvFirstReading {
  const tables = files.map((file) => ({ file, table: openCsvFile(file, readingOf(file), source) }));
  try {
    const concerned = new Set(tables.filter(({ table }) => isConcerned(table, netWork)).map(({ file }) => file));
    const isNaming = tables.some(({ table }) => needsNames(table, netWork));
    const memberTable =
      tables.find(({ table }) => table.role === 'memberships') ?? tables.find(({ table }) => table.role === 'users' && table.columns.has('groups'));
    const statusWordsByFile = new Map<CsvFile, StatusWords>();
    if (netWork.changesActivity) {
      for (const { file } of tables.filter(({ table }) => table.role === 'users')) {
        const statusWords = readStatusWords(file, readingOf(file), source);
        if (statusWords !== undefined) statusWordsByFile.set(file, statusWords);
      }
    }
    const names = isNaming
      ? readNames(
          tables.map(({ table }) => table),
          { authTypeMap, collation },
        )
      : undefined;
    return { names, concerned, statusWordsByFile, memberFile: memberTable?.file };
  } finally {
    for (const { table } of tables) table.close();
  }
}

function readStatusWords(file: CsvFile, reading: string, source: SourceRequest): StatusWords | undefined {
  const table = openCsvFile(file, reading, source);
  try {
    const at = table.columns.get('active') ?? table.columns.get('disabled');
    if (at === undefined) return undefined;
    const statusWords = new StatusWords(table.columns.has('active') ? 'active' : 'disabled', table.words.activeMap);
    table.read((row) => statusWords.see(row.text(at)), new Problems());
    return statusWords;
  } finally {
    table.close();
  }
}
