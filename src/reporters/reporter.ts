/** What a format is: for each kind of document that it can write, a pure function that gives the text in pieces, so that a large one is never held whole. */

import type { Report } from '../audit/report.js';
import { guardCell } from '../model/written-text.js';
import type { MadePlan } from '../plan/make-plan.js';
import type { Preview } from '../preview/preview.js';
import type { Reconciliation } from '../preview/reconciliation.js';
import type { MappingReport } from '../setup/mapping-check.js';
import type { Runbook } from '../setup/runbook.js';
import { printable } from './visible.js';

/** Separates the cells of a CSV for spreadsheets. */
export type CsvDelimiter = 'comma' | 'semicolon';

/** What every kind of document is written with. */
export interface WriteOptions {
  readonly tool: { readonly name: string; readonly version: string };
  /** Columns of the terminal; undefined: lines are not cut. */
  readonly width?: number;
  readonly hasColors: boolean;
  /** It is written to a file, not to stdout. */
  readonly isFile?: boolean;
  readonly csvDelimiter?: CsvDelimiter;
  /** Rows shown per rule or reason; undefined: all of them. */
  readonly mostRows?: number;
}

/** What the report of a check needs besides, to name the next step. */
export interface ReportOptions extends WriteOptions {
  /** The words that gave the source on the command line. */
  readonly sourceWords: string;
  /** Options of this command line that name groups or people, and are not shown: the source's words lack them. */
  readonly withheldOptions?: readonly string[];
  /** A plan can be made of this source; undefined: it can. */
  readonly canPlan?: boolean;
}

export interface PlanOptions extends WriteOptions {
  /** The command that applies the plan; undefined: none can. */
  readonly applyCommand?: string;
}

/** The kinds of document, each with what it is written with. */
export interface Documents {
  /** Of `check`. */
  readonly report: [document: Report, options: ReportOptions];
  readonly preview: [document: Preview, options: WriteOptions];
  /** Of `mapping`. */
  readonly mapping: [document: MappingReport, options: WriteOptions];
  readonly runbook: [document: Runbook, options: WriteOptions];
  readonly reconcile: [document: Reconciliation, options: WriteOptions];
  /** Of `plan`: plan.md. */
  readonly plan: [document: MadePlan, options: PlanOptions];
}

export type Kind = keyof Documents;

/** Writes one kind of document. It decides nothing: verdict and exit code are settled before. */
export interface Reporter<K extends Kind = 'report'> {
  render(...given: Documents[K]): Iterable<string>;
  /**
   * Yields the same document in UTF-8, as bytes that are valid until the next are requested, or each byte as one unit of a text. V8 holds a text with a letter beyond Latin in twice
   * the room and writes it at a third of the speed, and a long document of people has one in every piece.
   */
  encoded?(...given: Documents[K]): Iterable<string | Uint8Array>;
}

// A document as one table: what csv, and every other format that only turns tables into text, is written from.

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

// The kinds of document that can be written as one table: a format of tables offers all of them. A new kind is one line
// here.

/** Returns what writes each kind of document that has a table. Both the table and the writer are loaded when they are used. */
export function everyTable(loadWriter: () => Promise<TableWriter>) {
  const of =
    <K extends Kind>(loadTable: () => Promise<(document: Documents[K][0]) => Table>) =>
    async (): Promise<Reporter<K>> => {
      const [tableFor, write] = await Promise.all([loadTable(), loadWriter()]);
      return {
        render(...[document, options]: Documents[K]) {
          const { columns, rows } = tableFor(document);
          return write({ columns, rows: safeRows(rows, options.width !== undefined) }, options);
        },
      };
    };
  return {
    report: of<'report'>(async () => (await import('./tables/report.js')).reportTable),
    preview: of<'preview'>(async () => (await import('./tables/first-sync.js')).previewTable),
    mapping: of<'mapping'>(async () => (await import('./tables/setup.js')).mappingTable),
    reconcile: of<'reconcile'>(async () => (await import('./tables/first-sync.js')).reconcileTable),
    runbook: of<'runbook'>(async () => (await import('./tables/setup.js')).runbookTable),
  };
}

/**
 * Yields rows in which a spreadsheet finds no formula: an apostrophe stands before what it would run (`unguardCell` removes it).
 * On a terminal, unseen characters are spelled out, because they could act on it.
 */
function* safeRows(rows: Table['rows'], isOnTerminal: boolean): Table['rows'] {
  for (const row of rows) yield row.map((cell) => guardCell(isOnTerminal ? printable(cell) : cell));
}
