/** What tables of text are read from: a file of text, or a sheet of a workbook that is handed out as one. */

import type { Note } from '../../model/note.js';
import type { Problems } from '../tables/problem.js';
import type { Encoding } from './encoding.js';

export interface TextStream {
  /** As the operating system finds it; a sheet that was named stands behind it: `Report.xlsx#Users`. */
  readonly file: string;
  readonly encoding: Encoding;
  /** Bytes of the byte order mark; not there if it is a sheet. */
  readonly markLength?: number;
  /** How much of the file was read. */
  readonly bytes: number;
  /** Only if it is a sheet: its rows are lines with tabs between the cells, and cells in quotes if they hold either. */
  readonly sheet?: Sheet;
  /** Copies the next UTF-8 bytes into `target` from `offset`; returns how many, 0 at the end. */
  fill(target: Buffer, offset: number): number;
  /** Returns the digest of the file's bytes. Throws a UserError if the file changed while it was read. */
  finish(): string;
  close(): void;
}

/** Which cells of a sheet count. */
export interface ReadCells {
  /** As messages name the file. */
  readonly file: string;
  /** Indexes of the columns that are read. */
  readonly columns: Iterable<number>;
  /** Columns in which dates are what is meant. */
  readonly dates?: ReadonlySet<number>;
  readonly headings: readonly string[];
  /** The last row above the data, and the last row of it. */
  readonly after: number;
  readonly last: number;
}

/** What is known of a sheet beside its text, once all of it was read. */
export interface Sheet {
  /** Adds each cell that counts and does not hold for certain what was meant. */
  refuse(read: ReadCells, problems: Problems): void;
  /** Returns plain sentences about which sheet was read, and what of it a person does not see. */
  notes(path: string, columns: Iterable<number>): readonly Note[];
}

/** How the rows of a sheet are written. */
export const SHEET_DIALECT = { delimiter: '\t', quote: 'double', escape: 'none' } as const;
