/** A document as one table: what csv, and every other format that only turns tables into text, is written from. */

import type { WriteOptions } from '../reporter.js';

export interface Table {
  readonly columns: readonly string[];
  /** As many cells each as there are columns. */
  readonly rows: Iterable<readonly string[]>;
}

/** Turns a table into text, in pieces. */
export type TableWriter = (table: Table, options: WriteOptions) => Iterable<string>;

/** Returns a table of records; a cell that a record lacks is blank. */
export const tableOf = <C extends string>(columns: readonly C[], records: Iterable<Partial<Record<C, string>>>): Table => ({
  columns,
  rows: cellsOf(columns, records),
});

function* cellsOf<C extends string>(columns: readonly C[], records: Iterable<Partial<Record<C, string>>>): Iterable<readonly string[]> {
  for (const record of records) yield columns.map((column) => record[column] ?? '');
}
