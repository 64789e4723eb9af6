/** A CSV file as a table. */

import type { Activity, Role } from '../model/directory.js';
import { findHead, findHeadBy, type Head, type HeadingScheme } from './csv-head.js';
import { type CsvRow, RecordScanner, type ScanProblem } from './csv-scan.js';
import type { Encoding } from './encoding.js';
import { FileStream } from './file-stream.js';
import type { Problems } from './problem.js';
import type { OnProgress, Row, Table, TableEnd } from './table.js';

const ASTERISK = 0x2a;

export interface CsvWishes {
  readonly role: Role;
  readonly path: string;
  readonly file: string;
  readonly delimiter?: string;
  readonly encoding?: Encoding;
  readonly named?: Readonly<Record<string, string>>;
  readonly activity?: Activity;
  readonly onProgress?: OnProgress;
}

/** Opens a CSV file and finds its headings. Throws where it is none, or its headings do not answer. */
export function openCsv(wishes: CsvWishes): Table & { close(): void } {
  const { role, path, file, activity } = wishes;
  const stream = new FileStream(file, wishes.encoding);
  const scanner = new RecordScanner(stream);
  try {
    const head = findHead((wanted) => scanner.peek(wanted), { ...wishes, isActivityKnown: activity !== undefined });
    scanner.skip(head.offset, head.lines);
    const notes: string[] = [];
    if (head.line > 1) {
      notes.push(`${path}: the headings are on line ${head.line}; what stands above them was not read as data.`);
    }
    if (activity === 'inactive' && (head.resolved.columns.has('active') || head.resolved.columns.has('disabled'))) {
      notes.push(`${path} was given as a list of inactive users, but has a status column: the column was followed.`);
    }
    if (head.resolved.isIdFromUserName) {
      notes.push(`${path} has no ids: usernames serve as ids. A plan needs an export with ids.`);
    }
    return {
      role,
      path,
      file,
      headings: head.headings,
      columns: head.resolved.columns,
      isIdFromUserName: head.resolved.isIdFromUserName,
      ...(activity === undefined ? {} : { activity }),
      notes,
      read: (visit, problems) => readRows({ stream, scanner, wishes, isOfUsers: role === 'users', head, visit, problems }),
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

/** A CSV whose headings answer to a scheme of their own. */
export interface OpenedRecords {
  readonly head: Head;
  /** Hands each row out, in order, once. What cannot be read goes to `problems`. */
  read(visit: (row: Row) => void, problems: Problems): TableEnd;
}

/** Finds the headings of an opened stream, which stays the caller's to close. Throws where they do not answer. `scanner` is given if the stream was peeked at. */
export function openRecords(stream: FileStream, wishes: RecordsWishes, scanner = new RecordScanner(stream)): OpenedRecords {
  const head = findHeadBy((wanted) => scanner.peek(wanted), wishes);
  scanner.skip(head.offset, head.lines);
  return { head, read: (visit, problems) => readRows({ stream, scanner, wishes, isOfUsers: false, head, visit, problems }) };
}

interface Reading {
  readonly stream: FileStream;
  readonly scanner: RecordScanner;
  readonly wishes: Pick<CsvWishes, 'file' | 'path' | 'onProgress'>;
  /** A list of Jama Connect's users, which may end with footnotes. */
  readonly isOfUsers: boolean;
  readonly head: Head;
  readonly visit: (row: Row) => void;
  readonly problems: Problems;
}

function readRows({ stream, scanner, wishes, isOfUsers, head, visit, problems }: Reading): TableEnd {
  const { file, path } = wishes;
  const expected = head.headings.length;
  let rows = 0;
  /** Records that may be a report's footnote: they are, if only such records follow. */
  let footnotes: { readonly line: number; readonly width: number }[] = [];
  const refuseWidth = ({ line, width }: { line: number; width: number }): void => {
    const column = Math.min(width, expected) + 1;
    problems.add({
      file,
      line,
      column,
      ...(width < expected ? { heading: head.headings[column - 1] } : {}),
      message: `the row has ${width} ${width === 1 ? 'cell' : 'cells'}, the headings have ${expected}; ${width < expected ? 'the row is cut short, or a line end in a cell is not in quotes' : 'a cell that holds the delimiter must be in quotes'}.`,
    });
  };
  scanner.scan(head.delimiter, {
    row(row) {
      if (isOfUsers && isFootnote(row, expected)) {
        footnotes.push({ line: row.line, width: row.width });
        return;
      }
      if (footnotes.length > 0) {
        footnotes.forEach(refuseWidth);
        footnotes = [];
      }
      rows++;
      if (row.width === expected) visit(row);
      else refuseWidth(row);
    },
    problem({ line, column, message }: ScanProblem) {
      problems.add({
        file,
        line,
        ...(column === undefined ? {} : { column, ...(column <= expected ? { heading: head.headings[column - 1] } : {}) }),
        message,
      });
    },
    progress: () => wishes.onProgress?.({ path, bytes: stream.bytes, rows }),
  });
  const notes: string[] = [];
  if (rows === 0 && !isOfUsers) notes.push(`${path} has headings and no rows.`);
  if (footnotes.length > 0) {
    const lines = footnotes.map(({ line }) => line).join(', ');
    notes.push(`${path}: line ${lines} is a footnote of the report and was not read as data.`);
  }
  if (scanner.blankLines > 0 && rows > 0) {
    notes.push(`${path}: ${scanner.blankLines} blank ${scanner.blankLines === 1 ? 'line' : 'lines'} passed over.`);
  }
  // After a problem the rest may be unread; the digest and the check for growth are only for whole files.
  return { sha256: problems.total > 0 ? '' : stream.finish(), rows, notes };
}

/** Reports end with rows such as "*Shows licenses of …": a first cell with an asterisk, and nothing else. */
function isFootnote(row: CsvRow, expected: number): boolean {
  if (row.width > expected || !row.beginsWith(ASTERISK)) return false;
  for (let column = 1; column < row.width; column++) if (row.text(column) !== '') return false;
  return true;
}
