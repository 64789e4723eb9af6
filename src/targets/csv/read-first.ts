/** What must be known about all CSV files before the first of them is rewritten. */

import type { SourceRequest } from '../../sources/source.js';
import { Problems } from '../../sources/tables/problem.js';
import { isConcerned, type Names, needsNames, readNames } from '../run/named-subjects.js';
import type { Ledger } from '../run/net-work.js';
import { Vocabulary } from '../run/status-words.js';
import type { Rehearsal } from '../target.js';
import type { CsvFile } from './files.js';
import { openCsvFile } from './files.js';

export interface CsvGround {
  readonly names: Names | undefined;
  /** Files that the actions may change. */
  readonly concerned: ReadonlySet<CsvFile>;
  /** The words for active and inactive, by file. */
  readonly vocabularies: ReadonlyMap<CsvFile, Vocabulary>;
  /** The file that new memberships are added to. */
  readonly memberFile: CsvFile | undefined;
}

/** Reads the headings and, if the actions need them, the names and the status words of the columns. */
export function readGround(
  files: readonly CsvFile[],
  readingOf: (file: CsvFile) => string,
  { source, ledger, authTypeMap, collation }: { readonly source: SourceRequest; readonly ledger: Ledger } & Pick<Rehearsal, 'authTypeMap' | 'collation'>,
): CsvGround {
  const tables = files.map((file) => ({ file, table: openCsvFile(file, readingOf(file), source) }));
  try {
    const concerned = new Set(tables.filter(({ table }) => isConcerned(table, ledger)).map(({ file }) => file));
    const isNaming = tables.some(({ table }) => needsNames(table, ledger));
    const memberTable =
      tables.find(({ table }) => table.role === 'memberships') ?? tables.find(({ table }) => table.role === 'users' && table.columns.has('groups'));
    const vocabularies = new Map<CsvFile, Vocabulary>();
    if (ledger.changesActivity) {
      for (const { file } of tables.filter(({ table }) => table.role === 'users')) {
        const vocabulary = readVocabulary(file, readingOf(file), source);
        if (vocabulary !== undefined) vocabularies.set(file, vocabulary);
      }
    }
    const names = isNaming
      ? readNames(
          tables.map(({ table }) => table),
          { authTypeMap, collation },
        )
      : undefined;
    return { names, concerned, vocabularies, memberFile: memberTable?.file };
  } finally {
    for (const { table } of tables) table.close();
  }
}

function readVocabulary(file: CsvFile, reading: string, source: SourceRequest): Vocabulary | undefined {
  const table = openCsvFile(file, reading, source);
  try {
    const at = table.columns.get('active') ?? table.columns.get('disabled');
    if (at === undefined) return undefined;
    const vocabulary = new Vocabulary(table.columns.has('active') ? 'active' : 'disabled', table.words.activeMap);
    table.read((row) => vocabulary.see(row.text(at)), new Problems());
    return vocabulary;
  } finally {
    table.close();
  }
}
