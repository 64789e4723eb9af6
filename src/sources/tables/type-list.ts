/** The files of `--auth-types` and `--basic-users`: how users sign in, for a source that does not say. */

import { isUtf8 } from 'node:buffer';
import type { Collation } from '../../model/compare.js';
import type { AuthenticationType, TypeListInput } from '../../model/directory.js';
import type { Note } from '../../model/note.js';
import type { QuoteStyle } from '../csv/dialect.js';
import { type Encoding, findInvalidUtf8 } from '../csv/encoding.js';
import { SHEET_DIALECT, type TextStream } from '../csv/file-stream.js';
import { DELIMITERS } from '../csv/head.js';
import { notesAbove } from '../csv/no-table.js';
import { parseRecords, RecordScanner } from '../csv/scan.js';
import { openRecords } from '../csv/table.js';
import { openText } from '../input-files.js';
import { CellWords, parseAuthenticationType } from './cell-words.js';
import { columnCalled } from './headings.js';
import { Problems, WrongValues } from './problem.js';
import type { Row } from './table.js';
import { NAMING, type Naming, resolveList, TYPE, type TypeListRow } from './user-finder.js';
import { refuseTypes } from './user-status.js';

export interface TypeList {
  readonly input: TypeListInput;
  /** The option that gave it. */
  readonly option: '--auth-types' | '--basic-users';
  readonly rows: readonly TypeListRow[];
  /** Columns that identify a user: cell from 1, and heading. Empty for one username per line. */
  readonly columns: ReadonlyMap<Naming, { readonly column: number; readonly heading: string }>;
  /** The first line of a list of Basic users, if it was read as headings. */
  readonly headings?: string;
  /** Notes on what was left out. */
  readonly notes: readonly Note[];
}

export interface TypeListWishes {
  readonly file: string;
  readonly collation: Collation;
  readonly encoding?: Encoding | undefined;
  readonly quote?: QuoteStyle | undefined;
  /** Spellings of a missing value, as for the source. */
  readonly nulls?: readonly string[];
}

const PEEKED = 1 << 16;

/** Returns the list of `--auth-types`. Throws SourceRefused with everything that is wrong in it. */
export function readAuthTypes(wishes: TypeListWishes, authTypeMap: Readonly<Record<string, AuthenticationType>>): TypeList {
  const stream = openText(wishes.file, wishes.encoding);
  try {
    return readTable(stream, new RecordScanner(stream), wishes, authTypeMap);
  } finally {
    stream.close();
  }
}

/** Returns the list of `--basic-users`. Throws SourceRefused with everything that is wrong in it. */
export function readBasicUsers(wishes: TypeListWishes): TypeList {
  const stream = openText(wishes.file, wishes.encoding);
  try {
    const scanner = new RecordScanner(stream);
    const headings = headingLine(scanner.peek(PEEKED));
    if (headings === undefined && stream.sheet !== undefined) return readOneColumn(stream, scanner, wishes);
    return headings === undefined ? readLines(stream, scanner, wishes) : { ...readTable(stream, scanner, wishes, undefined), headings };
  } finally {
    stream.close();
  }
}

/** Returns the first line that is not blank, if one of its cells is a heading of users' identifiers or of types. */
function headingLine(front: Buffer): string | undefined {
  const line = front
    .toString('utf8')
    .split(/\r?\n/)
    .find((each) => each.trim() !== '');
  if (line === undefined) return undefined;
  const isHeading = (cell: string): boolean => [...NAMING, TYPE].some((column) => columnCalled('users', cell) === column);
  return Object.values(DELIMITERS).some((delimiter) => cellsOf(line, delimiter).some(isHeading)) ? line : undefined;
}

function cellsOf(line: string, delimiter: string): readonly string[] {
  try {
    return parseRecords(line, delimiter)[0] ?? [];
  } catch {
    return [];
  }
}

/** One username per line, exactly as written: commas and quotation marks belong to the name. */
function readLines(stream: TextStream, scanner: RecordScanner, { file, collation }: TypeListWishes): TypeList {
  const bytes = scanner.peek(Number.POSITIVE_INFINITY);
  const problems = new Problems();
  const rows: TypeListRow[] = [];
  let line = 0;
  for (let from = 0; from < bytes.length; ) {
    line++;
    const end = bytes.indexOf(0x0a, from);
    const text = bytes.subarray(from, end < 0 ? bytes.length : end);
    from = end < 0 ? bytes.length : end + 1;
    if (!isUtf8(text)) {
      const byte = text[findInvalidUtf8(text)];
      const cure = stream.encoding === 'utf-8' ? 'save the file as UTF-8, or use --encoding windows-1252 if that is its encoding' : 'save the file as UTF-8';
      problems.add({ file, line, message: `the byte 0x${byte.toString(16).toUpperCase()} is not valid ${stream.encoding}; ${cure}.` });
      continue;
    }
    const userName = text.toString('utf8').replace(/\r$/, '');
    if (!collation.isBlank(userName)) rows.push({ line, id: '', userName, email: '', type: 'basic' });
  }
  refuseEmpty(rows, '--basic-users', file, problems);
  problems.refuse();
  return {
    input: { path: file, role: 'basic-users', sha256: stream.finish().sha256, rows: rows.length },
    option: '--basic-users',
    rows,
    columns: new Map(),
    notes: [],
  };
}

/** A sheet without headings: one username per row, in its first column. */
function readOneColumn(stream: TextStream, scanner: RecordScanner, { file, collation }: TypeListWishes): TypeList {
  const problems = new Problems();
  const rows: TypeListRow[] = [];
  let last = 0;
  scanner.scan(SHEET_DIALECT, {
    row(row) {
      last = row.line;
      if (row.width > 1) {
        const message = 'the sheet has several columns, and none of them has a heading for users. Write one above them: username, email or id.';
        problems.add({ file, line: row.line, column: 2, message, cause: 'no headings' });
      } else if (!collation.isBlank(row.text(0))) rows.push({ line: row.line, id: '', userName: row.text(0), email: '', type: 'basic' });
    },
    problem: ({ line, message }) => problems.add({ file, line, message }),
  });
  stream.sheet?.refuse({ file, columns: [0], headings: [], after: 0, last }, problems);
  refuseEmpty(rows, '--basic-users', file, problems);
  problems.refuse();
  return {
    input: { path: file, role: 'basic-users', sha256: stream.finish().sha256, rows: rows.length },
    option: '--basic-users',
    rows,
    columns: new Map(),
    notes: [],
  };
}

/** `authTypeMap` is undefined for a list of Basic users. */
function readTable(
  stream: TextStream,
  scanner: RecordScanner,
  { file, collation, quote, nulls = [] }: TypeListWishes,
  authTypeMap: Readonly<Record<string, AuthenticationType>> | undefined,
): TypeList {
  const option = authTypeMap === undefined ? '--basic-users' : '--auth-types';
  const { head, read } = openRecords(
    stream,
    {
      path: file,
      file,
      // Such a list comes from a page or a spreadsheet, not from MySQL, so the source's dialect does not apply.
      escape: 'none',
      ...(quote === 'double' ? { quote } : {}),
      resolve: (headings) => resolveList(headings, authTypeMap !== undefined),
      isHeadingRow: ({ columns }) => columns.size >= (authTypeMap === undefined ? 1 : 2),
    },
    scanner,
  );
  const { columns } = head.resolved;
  const problems = new Problems();
  const unknown = new WrongValues();
  const rows: TypeListRow[] = [];
  const given = NAMING.filter((column) => columns.has(column));
  const words = new CellWords('users', { nulls });
  const cellOf = (row: Row, column: string): string => {
    const at = columns.get(column);
    return at === undefined ? '' : row.text(at);
  };
  const typeOf = (row: Row): AuthenticationType => {
    if (authTypeMap === undefined) return 'basic';
    const cell = cellOf(row, TYPE);
    const type = parseAuthenticationType(cell, authTypeMap);
    if (type !== undefined) return type;
    unknown.add(cell.trim(), row.line);
    return 'basic';
  };
  const {
    sha256,
    rows: count,
    notes,
  } = read((row) => {
    const named = { id: words.value('id', cellOf(row, 'id').trim()), userName: cellOf(row, 'userName'), email: words.value('email', cellOf(row, 'email')) };
    const type = typeOf(row);
    if (NAMING.some((column) => !collation.isBlank(named[column]))) rows.push({ line: row.line, ...named, type });
    else
      problems.add({
        file,
        line: row.line,
        message: `the row identifies no user: ${given.join(', ')} ${given.length > 1 ? 'are' : 'is'} blank. Complete or delete it.`,
      });
  }, problems);
  refuseTypes({ file, columns, headings: head.headings }, unknown, problems);
  if (problems.total === 0) refuseEmpty(rows, option, file, problems);
  problems.refuse();
  const naming = given.map((column) => {
    const at = columns.get(column) ?? 0;
    return [column, { column: at + 1, heading: head.headings[at] }] as const;
  });
  return {
    input: { path: file, role: authTypeMap === undefined ? 'basic-users' : 'auth-types', sha256, rows: count },
    option,
    rows,
    columns: new Map(naming),
    notes: [...notesAbove(head, file), ...notes],
  };
}

function refuseEmpty(rows: readonly TypeListRow[], option: string, file: string, problems: Problems): void {
  if (rows.length > 0 || problems.total > 0) return;
  const meant = option === '--basic-users' ? ' If there are no Basic users, use --auth-mode saml or auth0, or give a list with --auth-types.' : '';
  problems.add({ file, message: `the list contains no user.${meant}` });
}
