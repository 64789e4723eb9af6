/** A CSV or a sheet as plain cells, for files that this program wrote and people edited: any delimiter and encoding that a spreadsheet saves. */

import { DELIMITERS, refuseOtherFormats } from './csv-head.js';
import { RecordScanner } from './csv-scan.js';
import type { Encoding } from './encoding.js';
import { Problems } from './problem.js';
import { SHEET_DIALECT } from './text-stream.js';
import { openText } from './xlsx/open-text.js';

export interface CellTable {
  readonly delimiter: string;
  readonly headings: readonly string[];
  readonly rows: readonly { readonly line: number; readonly cells: readonly string[] }[];
}

/** Columns of decisions.csv in which people write dates. */
const DATES: ReadonlySet<string> = new Set(['expires']);

export interface Theirs {
  readonly encoding: Encoding | undefined;
  /** Returns the indexes of the columns that are read; all of them if it is not there. */
  readonly columns?: (headings: readonly string[]) => readonly number[];
}

/**
 * Yields headings and rows of their width: spreadsheets leave empty cells at the end away, or add some. Longer rows are
 * refused. `theirs` is given for a list that people made, with the encoding they said; else the file is decisions.csv.
 */
export function readCells(file: string, theirs?: Theirs): CellTable {
  const stream = openText(file, theirs?.encoding);
  const { sheet } = stream;
  try {
    const scanner = new RecordScanner(stream);
    const peeked = scanner.peek(1 << 12);
    if (theirs !== undefined && sheet === undefined) refuseOtherFormats(peeked, file);
    const front = peeked.toString('utf8').split(/\r?\n/, 1)[0] ?? '';
    const delimiter =
      sheet !== undefined
        ? SHEET_DIALECT.delimiter
        : Object.values(DELIMITERS).reduce((best, candidate) => (front.split(candidate).length > front.split(best).length ? candidate : best));
    const problems = new Problems();
    const rows: { line: number; cells: string[] }[] = [];
    scanner.scan(
      { delimiter, quote: 'double', escape: 'none' },
      {
        row: (row) => void rows.push({ line: row.line, cells: Array.from({ length: row.width }, (_, at) => row.text(at)) }),
        problem: ({ line, column, kind, message }) =>
          problems.add({
            file,
            line,
            ...(column === undefined ? {} : { column }),
            // --encoding is for the export.
            message: kind === 'encoding' && theirs === undefined ? `the text is not ${stream.encoding}: save the file again as "CSV UTF-8".` : message,
          }),
      },
    );
    const [head, ...body] = rows;
    const headings = withoutEmptyEnd(head?.cells ?? []);
    const table = body.map(({ line, cells }) => {
      const filled = withoutEmptyEnd(cells);
      if (filled.length > headings.length) {
        problems.add({
          file,
          line,
          column: headings.length + 1,
          message: `the row has ${filled.length} cells, the headings have ${headings.length}.`,
        });
      }
      return { line, cells: [...filled, ...Array.from({ length: Math.max(0, headings.length - filled.length) }, () => '')] };
    });
    const last = body.at(-1)?.line ?? 0;
    const columns = theirs?.columns?.(headings) ?? headings.keys();
    const dates = new Set(headings.flatMap((heading, at) => (DATES.has(heading.trim()) ? [at] : [])));
    sheet?.refuse({ file, columns, dates, headings, after: head?.line ?? 0, last }, problems);
    problems.refuse([], theirs === undefined ? 'decisions' : 'source');
    stream.finish();
    return { delimiter, headings, rows: table.filter(({ cells }) => cells.some((cell) => cell !== '')) };
  } finally {
    stream.close();
  }
}

const withoutEmptyEnd = (cells: readonly string[]): readonly string[] => cells.slice(0, cells.findLastIndex((cell) => cell !== '') + 1);
