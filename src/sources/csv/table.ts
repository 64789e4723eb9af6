/** A CSV file, or a sheet of a workbook, as a table. */

import type { Activity, Role } from '../../model/directory.js';
import { type Note, note } from '../../model/note.js';
import { fileOf, openText } from '../input-files.js';
import type { CellWords } from '../tables/cell-words.js';
import type { Problems, SourceProblem } from '../tables/problem.js';
import type { IdPairs, OnProgress, Row, Table, TableEnd } from '../tables/table.js';
import { settled, unfitFor } from './dialect.js';
import type { Encoding } from './encoding.js';
import type { TextStream } from './file-stream.js';
import { type DialectWishes, findHead, findHeadBy, type Head, type HeadingScheme } from './head.js';
import { notesAbove } from './no-table.js';
import { RecordScanner, type ScanProblem } from './scan.js';
import { type CutRow, Wrapping } from './wrapping.js';

export interface CsvWishes extends DialectWishes {
  readonly role: Role;
  readonly path: string;
  readonly file: string;
  readonly encoding?: Encoding;
  readonly named?: Readonly<Record<string, string>>;
  readonly words: CellWords;
  readonly activity?: Activity;
  readonly onProgress?: OnProgress;
}

/** Opens a file and finds its headings. Throws if it is not a table, or if headings are missing or ambiguous. For a sheet, the reader of workbooks must be loaded. */
export function openCsv(wishes: CsvWishes): Table & { close(): void } {
  const { role, path, file, activity } = wishes;
  const stream = openText(file, wishes.encoding);
  const isSheet = stream.sheet !== undefined;
  const scanner = new RecordScanner(stream);
  try {
    const head = findHead((wanted) => scanner.peek(wanted), { ...wishes, isSheet, isActivityKnown: activity !== undefined });
    scanner.skip(head.offset, head.lines);
    const notes = notesAbove(head, path);
    if (isSheet && !/\.(?:xls[xm]|xlt[xm])$/i.test(fileOf(file))) notes.push(`${path} holds an Excel workbook and was read as one.`);
    if (activity === 'inactive' && (head.resolved.columns.has('active') || head.resolved.columns.has('disabled'))) {
      notes.push(`${path} was given as a list of inactive users, but has a status column: the column was used.`);
    }
    if (head.resolved.isIdFromUserName) {
      notes.push(`${path} has no ids, so usernames are used as ids. A plan needs an export with ids.`);
    }
    return {
      role,
      path,
      file,
      headings: head.headings,
      columns: head.resolved.columns,
      words: wishes.words,
      isIdFromUserName: head.resolved.isIdFromUserName,
      ...(activity === undefined ? {} : { activity }),
      notes,
      unfit: (text) => unfitFor(text, settled(head.dialect), stream.encoding),
      read: (visit, problems, pairs) =>
        readRows({ stream, scanner, wishes, isOfUsers: role === 'users', quoteAdvice: QUOTE_ADVICE, head, visit, pairs, problems }),
      close: () => stream.close(),
    };
  } catch (error) {
    stream.close();
    throw error;
  }
}

export interface RecordsWishes extends HeadingScheme {
  readonly path: string;
  readonly onProgress?: OnProgress;
}

/** A CSV file with a heading scheme of its own. */
export interface OpenedRecords {
  readonly head: Head;
  /** Hands out each row once, in order. Adds what cannot be read to `problems`. */
  read(visit: (row: Row) => void, problems: Problems): TableEnd;
}

/** Finds the headings of an opened stream, which the caller must close. Throws if they are missing or ambiguous. `scanner` is given if the stream was peeked at. */
export function openRecords(stream: TextStream, wishes: RecordsWishes, scanner = new RecordScanner(stream)): OpenedRecords {
  const head = findHeadBy((wanted) => scanner.peek(wanted), { ...wishes, isSheet: stream.sheet !== undefined });
  scanner.skip(head.offset, head.lines);
  return { head, read: (visit, problems) => readRows({ stream, scanner, wishes, isOfUsers: false, quoteAdvice: PROVIDER_ADVICE, head, visit, problems }) };
}

interface Reading {
  readonly stream: TextStream;
  readonly scanner: RecordScanner;
  readonly wishes: Pick<CsvWishes, 'file' | 'path' | 'onProgress'>;
  /** A list of Jama Connect's users, which may end with footnotes. */
  readonly isOfUsers: boolean;
  /** Advice for quotes that do not match; given once. */
  readonly quoteAdvice: string;
  readonly head: Head;
  readonly visit: (row: Row) => void;
  readonly pairs?: IdPairs | undefined;
  readonly problems: Problems;
}

function readRows({ stream, scanner, wishes, isOfUsers, quoteAdvice, head, visit, pairs, problems }: Reading): TableEnd {
  const { file, path } = wishes;
  const { sheet } = stream;
  const expected = head.headings.length;
  let rows = 0;
  const heldBack = new HeldBack(problems);
  const placed = (line: number, column: number | undefined, message: Note): SourceProblem => ({
    file,
    line,
    ...(column === undefined ? {} : { column, ...(column <= expected ? { heading: head.headings[column - 1] } : {}) }),
    message,
  });
  const refuseWidth = ({ line, width }: CutRow, why = '', mayBeEscape = false): void => {
    const message = `the row has ${width} ${width === 1 ? 'cell' : 'cells'}, the headings have ${expected}; ${width < expected ? 'the row is incomplete, or a cell with a line end is not in quotes' : 'a cell that contains the delimiter must be in quotes'}${why}.`;
    heldBack.add(placed(line, Math.min(width, expected) + 1, message), mayBeEscape);
  };
  const wrapping = new Wrapping(
    { path, expected, isOfUsers },
    {
      row:
        sheet === undefined
          ? refuseWidth
          : ({ line }) => problems.add(placed(line, 1, 'this row looks like a footnote, but there are rows below it. Delete it, or complete it.')),
      emptyRows(line, count) {
        const more = count === 1 ? '' : ` (so do ${(count - 1).toLocaleString('en-US')} more)`;
        problems.add(
          placed(
            line,
            undefined,
            `this row holds only delimiters${more}, but there are rows below it, so data may be lost. Export again, or delete such rows.`,
          ),
        );
      },
    },
  );
  let quotes = 0;
  let isInDoubt = false;
  let last = 0;
  const takePair = sheet === undefined && expected === 2 ? inOrder(pairs) : undefined;
  const ids = (first: number, second: number): boolean => {
    if (takePair?.(first, second) !== true) return false;
    wrapping.pass();
    rows++;
    return true;
  };
  scanner.scan(
    { ...head.dialect, width: expected },
    {
      ...(takePair === undefined ? {} : { ids }),
      row(row) {
        if (wrapping.takes(row)) return;
        rows++;
        last = row.line;
        // Sheets omit empty cells at the end of a row, and cells to the right of the headings are in no column.
        if (row.width === expected || sheet !== undefined) visit(row);
        else if (row.width < expected && row.text(row.width - 1).endsWith('\\'))
          refuseWidth(row, ", or the backslash before the line end is MySQL's escape: --escape backslash", true);
        else refuseWidth(row, '', row.hasBackslash());
      },
      problem({ line, column, kind, message, mayBeEscape }: ScanProblem) {
        const advice = kind === 'quote' && quotes++ === 0 ? quoteAdvice : '';
        if (kind === 'escape' && head.dialect.escape === undefined) isInDoubt = true;
        heldBack.add(placed(line, column, note`${message}${advice}`), mayBeEscape === true);
      },
      progress: () => wishes.onProgress?.({ path, bytes: stream.bytes, rows }),
    },
  );
  heldBack.end(isInDoubt);
  const columns = [...head.resolved.columns.values()];
  sheet?.refuse({ file, columns, headings: head.headings, after: head.line, last }, problems);
  const left = wrapping.end(rows);
  const notes: Note[] = [];
  if (rows === 0 && !isOfUsers) notes.push(`${path} has headings and no rows.`);
  notes.push(...left, ...(sheet?.notes(path, columns) ?? []));
  if (scanner.blankLines > 0 && rows > 0) {
    const what = sheet === undefined ? 'line' : 'row';
    notes.push(`${path}: ${scanner.blankLines} blank ${scanner.blankLines === 1 ? what : `${what}s`} passed over.`);
  }
  // After a problem the rest may be unread; the digest and the check for growth are only for whole files.
  const whole = problems.total > 0 ? undefined : stream.finish();
  return {
    get sha256() {
      return whole?.sha256 ?? '';
    },
    rows,
    notes,
  };
}

/** Returns what takes a row of two ids, in the order of the file. */
function inOrder(pairs: IdPairs | undefined): IdPairs['take'] | undefined {
  return pairs?.columns[0] === 1 ? (first, second) => pairs.take(second, first) : pairs?.take;
}

const QUOTE_ADVICE =
  ' If quotes are ordinary characters in this file (as written by mysql --batch, sqlcmd and SSMS), use --quote none; if they enclose cells, use --quote double, and correct the cells in which they do not match.';

const PROVIDER_ADVICE = ' Correct the cells in which quotes do not match, or export again; if a cell really contains several lines, use --quote double.';

const MOST_HELD = 50;

/** Holds back problems that would not exist if backslashes were escapes: while that is ambiguous, only the ambiguity is reported. */
class HeldBack {
  readonly #held: SourceProblem[] = [];

  constructor(readonly problems: Problems) {}

  add(problem: SourceProblem, mayBeEscape: boolean): void {
    if (mayBeEscape && this.#held.length < MOST_HELD) this.#held.push(problem);
    else this.problems.add(problem);
  }

  end(isInDoubt: boolean): void {
    if (!isInDoubt) for (const problem of this.#held) this.problems.add(problem);
  }
}
