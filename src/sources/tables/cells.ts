/** A CSV or a sheet as plain cells, for files that this program wrote and people edited: any delimiter and encoding that a spreadsheet saves. */

import { statSync } from 'node:fs';
import type { Encoding } from '../csv/encoding.js';
import { SHEET_DIALECT } from '../csv/file-stream.js';
import { DELIMITERS, refuseOtherFormats } from '../csv/head.js';
import { RecordScanner } from '../csv/scan.js';
import { openText } from '../input-files.js';
import { Problems } from './problem.js';

export interface CellTable {
  readonly delimiter: string;
  readonly headings: readonly string[];
  readonly rows: readonly {
    readonly line: number;
    readonly cells: readonly string[];
    /** True if it has non-ASCII letters and nothing in the file proves its encoding. */
    readonly isGuessed?: true;
  }[];
}

/** Columns of decisions.csv in which people write dates. */
const DATES: ReadonlySet<string> = new Set(['expires']);

type ColumnsRead = (headings: readonly string[]) => readonly number[];

export interface Theirs {
  readonly encoding: Encoding | undefined;
  /** Returns the indexes of the columns to read; all of them if absent. */
  readonly columns?: ColumnsRead;
}

/** Returns headings and rows of a list that people made, in the encoding that the user stated. */
export function readCells(file: string, { encoding, columns }: Theirs): CellTable {
  return readAs(file, 'source', encoding, columns).table();
}

/**
 * Returns headings and rows of a decisions.csv. It was written in UTF-8, but a spreadsheet may have saved it in another
 * encoding: UTF-16 has a byte-order mark, and `encoding` states windows-1252 for the whole run. Valid UTF-8 is read as
 * UTF-8, since hardly any windows-1252 text is valid UTF-8; if it was not, the cells that people must not edit differ.
 */
export function readDecisionCells(file: string, encoding?: Encoding): CellTable {
  const read = readAs(file, 'decisions');
  const isOther = read.isMisread && encoding === 'windows-1252' && read.encoding === 'utf-8' && !read.hasMark && statSync(file).isFile();
  if (!isOther) return read.table();
  const table = readAs(file, 'decisions', encoding).table();
  return { ...table, rows: table.rows.map((row) => (row.cells.every(isAscii) ? row : { ...row, isGuessed: true })) };
}

const isAscii = (text: string): boolean => !/[^\0-\x7f]/.test(text);

interface ReadCells {
  readonly encoding: Encoding;
  readonly hasMark: boolean;
  /** True if it has bytes that are invalid in the encoding. */
  readonly isMisread: boolean;
  /** Returns the table, or throws with everything that is wrong. */
  table(): CellTable;
}

/** Rows get the width of the headings: spreadsheets omit empty cells at the end, or add some. Longer rows are refused. */
function readAs(file: string, kind: 'source' | 'decisions', encoding?: Encoding, columnsOf?: ColumnsRead): ReadCells {
  const stream = openText(file, encoding);
  const { sheet } = stream;
  let isMisread = false;
  try {
    const scanner = new RecordScanner(stream);
    const peeked = scanner.peek(1 << 12);
    if (kind === 'source' && sheet === undefined) refuseOtherFormats(peeked, file);
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
        problem: ({ line, column, kind: cause, message }) => {
          if (cause === 'encoding') isMisread = true;
          problems.add({
            file,
            line,
            ...(column === undefined ? {} : { column }),
            // --encoding applies to the export, not to decisions.csv.
            message: cause === 'encoding' && kind === 'decisions' ? `the text is not ${stream.encoding}: save the file again as "CSV UTF-8".` : message,
          });
        },
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
    const dates = new Set(headings.flatMap((heading, at) => (DATES.has(heading.trim()) ? [at] : [])));
    sheet?.refuse({ file, columns: columnsOf?.(headings) ?? headings.keys(), dates, headings, after: head?.line ?? 0, last: body.at(-1)?.line ?? 0 }, problems);
    stream.finish();
    return {
      encoding: stream.encoding,
      hasMark: (stream.markLength ?? 0) > 0,
      isMisread,
      table: () => {
        problems.refuse([], kind);
        return { delimiter, headings, rows: table.filter(({ cells }) => cells.some((cell) => cell !== '')) };
      },
    };
  } finally {
    stream.close();
  }
}

const withoutEmptyEnd = (cells: readonly string[]): readonly string[] => cells.slice(0, cells.findLastIndex((cell) => cell !== '') + 1);
