/** What must be known about all CSV files before the first of them is rewritten. */

import type { SourceRequest } from '../../sources/source.js';
import { Problems } from '../../sources/tables/problem.js';
import { isConcerned, type Names, needsNames, readNames } from '../run/named-subjects.js';
import type { NetWork } from '../run/net-work.js';
import { StatusWords } from '../run/status-words.js';
import type { Rehearsal } from '../target.js';
import type { CsvFile } from './files.js';
import { openCsvFile } from './files.js';

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
