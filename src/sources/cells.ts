/** A CSV as plain cells, for files that this program wrote and people edited: any delimiter and encoding that a spreadsheet saves. */

import { DELIMITERS, refuseOtherFormats } from './csv-head.js';
import { RecordScanner } from './csv-scan.js';
import type { Encoding } from './encoding.js';
import { FileStream } from './file-stream.js';
import { Problems } from './problem.js';

export interface CellTable {
  readonly delimiter: string;
  readonly headings: readonly string[];
  readonly rows: readonly { readonly line: number; readonly cells: readonly string[] }[];
}

/**
 * Yields headings and rows of their width: spreadsheets leave empty cells at the end away, or add some. Longer rows are
 * refused. `theirs` is given for a list that people made, with the encoding they said; else the file is decisions.csv.
 */
export function readCells(file: string, theirs?: { readonly encoding: Encoding | undefined }): CellTable {
  const stream = new FileStream(file, theirs?.encoding);
  try {
    const scanner = new RecordScanner(stream);
    const peeked = scanner.peek(1 << 12);
    if (theirs !== undefined) refuseOtherFormats(peeked, file);
    const front = peeked.toString('utf8').split(/\r?\n/, 1)[0] ?? '';
    const delimiter = Object.values(DELIMITERS).reduce((best, candidate) => (front.split(candidate).length > front.split(best).length ? candidate : best));
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
    problems.refuse([], theirs === undefined ? 'decisions' : 'source');
    stream.finish();
    return { delimiter, headings, rows: table.filter(({ cells }) => cells.some((cell) => cell !== '')) };
  } finally {
    stream.close();
  }
}

const withoutEmptyEnd = (cells: readonly string[]): readonly string[] => cells.slice(0, cells.findLastIndex((cell) => cell !== '') + 1);
