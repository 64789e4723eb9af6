/** What every input format returns: tables with columns and rows of text. */

import type { TextBytes } from '../../collections/text-bytes.js';
import type { Activity, Input, Role } from '../../model/directory.js';
import type { Note } from '../../model/note.js';
import type { CellWords } from './cell-words.js';
import type { Columns } from './headings.js';
import type { Problems, SourceProblem } from './problem.js';

/** One row; the same object is handed out for each, so nothing of it may be kept but its strings. */
export interface Row {
  /** Physical line from 1, row of a sheet, or rowid. */
  readonly line: number;
  /** Character from 1 at which it begins, for records that do not lie in cells. */
  readonly startColumn?: number;
  /** Cells it has; a short row has fewer than there are headings, and a row of a sheet may have more. */
  readonly width: number;
  /** Returns the cell's text; NULL is empty. */
  text(column: number): string;
  /** Returns the cell as a whole number where it is one as ids are written (`0`, `17`; not `017`), else -1. */
  integer(column: number): number;
  /** Returns a number that cells of the same short text share and others do not; -1 where the cell is not short. */
  code(column: number): number;
  /** Adds the cell's text. */
  addTo(bytes: TextBytes, column: number): void;
  /** Are two cells the same to the letter; may say no where it would be costly to tell. */
  isSame(a: number, b: number): boolean;
}

/** Returns where a cell of a row is, as problems name it. */
export const cellPlace = (
  { file, table, headings }: Pick<Table, 'file' | 'table' | 'headings'>,
  { line, startColumn }: Pick<Row, 'line' | 'startColumn'>,
  at: number,
): Omit<SourceProblem, 'message'> => ({
  file,
  ...(table === undefined ? {} : { table }),
  line,
  column: startColumn ?? at + 1,
  heading: headings[at],
});

export interface TableEnd {
  readonly sha256: string;
  readonly rows: number;
  /** Plain sentences about what was passed over. */
  readonly notes: readonly Note[];
}

export interface Table {
  readonly role: Role;
  /** As reports name it. */
  readonly path: string;
  /** As the operating system finds it; a sheet that was named stands behind it: `Report.xlsx#Users`. */
  readonly file: string;
  readonly table?: string;
  readonly headings: readonly string[];
  readonly columns: Columns;
  /** Which spellings are no value, and what words for a status mean. */
  readonly words: CellWords;
  readonly isIdFromUserName: boolean;
  /** What the file is said to hold, where it has no column for it. */
  readonly activity?: Activity;
  /** Why it cannot be read: its headings do not answer. It has no columns then, and `read` throws. */
  readonly refused?: readonly SourceProblem[];
  /** Id of the group whose members it lists, for files that hold the members of one group. */
  readonly membersOf?: string;
  /** Returns what is known of the whole list once all of it was read. */
  proof?(): Pick<Input, 'isComplete' | 'includesInactive'>;
  /** Plain sentences about how it was opened. */
  readonly notes: readonly Note[];
  /** Returns why a text cannot be a cell of the file, in its encoding and by its quotes; undefined if it can. */
  unfit?(text: string): string | undefined;
  /** Hands each row out, in source order, once. What cannot be read goes to `problems`. */
  read(visit: (row: Row) => void, problems: Problems): TableEnd;
}

/** Told after every stretch that was read. */
export type OnProgress = (progress: { readonly path: string; readonly bytes: number; readonly rows: number }) => void;

export interface OpenedSource {
  readonly tables: readonly Table[];
  close(): void;
}
