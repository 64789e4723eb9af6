/** What a report format is: a pure function of a report, in pieces, so that a large one is never held whole. */

import type { Report } from '../audit/report.js';

/** What parts the cells of a CSV for spreadsheets. */
export type CsvDelimiter = 'comma' | 'semicolon';

export interface ReportOptions {
  readonly tool: { readonly name: string; readonly version: string };
  /** Columns of the terminal; undefined: lines are not cut. */
  readonly width?: number;
  readonly hasColors: boolean;
  /** It is written to a file, and not to stdout. */
  readonly isFile?: boolean;
  readonly csvDelimiter?: CsvDelimiter;
  /** Rows shown of each rule; undefined: all of them. */
  readonly mostRows?: number;
  /** The words that gave the source on the command line, for the next step. */
  readonly sourceWords: string;
  /** Options of this command line that name groups or people, and are not shown: the source's words lack them. */
  readonly withheldOptions?: readonly string[];
  /** A plan can be made of this source; undefined: it can. */
  readonly canPlan?: boolean;
}

export interface Reporter {
  render(report: Report, options: ReportOptions): Iterable<string>;
}
