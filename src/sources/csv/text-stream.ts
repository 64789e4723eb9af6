/** The input of text tables: a text file, or a sheet of a workbook converted to text. */

import type { Note } from '../../model/note.js';
import type { Problems } from '../tables/problem.js';
import type { Encoding } from './encoding.js';

export interface TextStream {
  /** The path for opening the file; with the sheet's name if one was given: `Report.xlsx#Users`. */
  readonly file: string;
  readonly encoding: Encoding;
  /** Length of the byte-order mark; absent for a sheet. */
  readonly markLength?: number;
  /** How many bytes of the file were read. */
  readonly bytes: number;
  /** Set for a sheet: its rows are lines with tabs between the cells, and cells that hold a tab or a line end are in quotes. */
  readonly sheet?: Sheet;
  /** Copies the next UTF-8 bytes into `target` from `offset`; returns how many, 0 at the end. */
  fill(target: Buffer, offset: number): number;
  /** Returns the digest of the file's bytes. Throws a UserError if the file changed while it was being read. */
  finish(): string;
  close(): void;
}

/** Which cells of a sheet are checked. */
export interface ReadCells {
  /** The path as messages show it. */
  readonly file: string;
  /** Indexes of the columns that are read. */
  readonly columns: Iterable<number>;
  /** Columns that are meant to hold dates. */
  readonly dates?: ReadonlySet<number>;
  readonly headings: readonly string[];
  /** The last row above the data, and the last row of the data. */
  readonly after: number;
  readonly last: number;
}

/** What is known about a sheet in addition to its text, after all of it was read. */
export interface Sheet {
  /** Adds each checked cell whose value may not be what was meant. */
  refuse(read: ReadCells, problems: Problems): void;
  /** Returns notes on which sheet was read and on hidden parts of it. */
  notes(path: string, columns: Iterable<number>): readonly Note[];
}

/** How the rows of a sheet are written. */
export const SHEET_DIALECT = { delimiter: '\t', quote: 'double', escape: 'none' } as const;
