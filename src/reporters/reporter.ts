/** What a format is: for each kind of document that it can write, a pure function that gives the text in pieces, so that a large one is never held whole. */

import type { Report } from '../audit/report.js';
import type { MadePlan } from '../plan/make-plan.js';
import type { Preview } from '../preview/preview.js';
import type { Reconciliation } from '../preview/reconciliation.js';
import type { MappingReport } from '../setup/mapping-check.js';
import type { Runbook } from '../setup/runbook.js';

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
   * Yields the same document in UTF-8, each byte as one unit of a text. V8 holds a text with a letter beyond Latin in twice
   * the room and writes it at a third of the speed, and a long document of people has one in every piece.
   */
  encoded?(...given: Documents[K]): Iterable<string>;
}
