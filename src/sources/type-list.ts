/** The files of `--auth-types` and `--basic-users`: how users sign in, for a source that does not say. */

import { isUtf8 } from 'node:buffer';
import type { Collation } from '../model/compare.js';
import type { AuthenticationType, TypeListInput } from '../model/directory.js';
import { openRecords } from './csv.js';
import { DELIMITERS } from './csv-head.js';
import { parseRecords, RecordScanner } from './csv-scan.js';
import { type Encoding, findInvalidUtf8 } from './encoding.js';
import { columnCalled, type HeadingProblem, type ResolvedHeadings } from './headings.js';
import { Problems, WrongValues } from './problem.js';
import type { Row } from './table.js';
import { SHEET_DIALECT, type TextStream } from './text-stream.js';
import { refuseTypes } from './user-status.js';
import { parseAuthenticationType } from './values.js';
import { openText } from './xlsx/open-text.js';

/** What names a user in a list. */
export const NAMING = ['id', 'userName', 'email'] as const;
export type Naming = (typeof NAMING)[number];

/** A row of a list; what it does not give is blank. */
export interface TypeListRow extends Readonly<Record<Naming, string>> {
  /** Physical line from 1. */
  readonly line: number;
  readonly type: AuthenticationType;
}

export interface TypeList {
  readonly input: TypeListInput;
  /** The option that gave it. */
  readonly option: '--auth-types' | '--basic-users';
  readonly rows: readonly TypeListRow[];
  /** By what names a user: cell from 1, and heading. Empty for one username per line. */
  readonly columns: ReadonlyMap<Naming, { readonly column: number; readonly heading: string }>;
  /** The first line of a list of Basic users, if it was taken for headings. */
  readonly headings?: string;
}

export interface TypeListWishes {
  readonly file: string;
  readonly collation: Collation;
  readonly encoding?: Encoding | undefined;
}

const PEEKED = 1 << 16;
const TYPE = 'authenticationType';
const ACCEPTED = 'id, username, email; case, spaces and punctuation do not matter';

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

/** Returns the first line that is not blank, if one of its cells is a heading that names users, or types. */
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

/** One username per line, to the letter: commas and quotation marks belong to the name. */
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
      const cure = stream.encoding === 'utf-8' ? 'save the file as UTF-8, or say --encoding windows-1252 if that is what it is' : 'save the file as UTF-8';
      problems.add({ file, line, message: `the byte 0x${byte.toString(16).toUpperCase()} is not ${stream.encoding} text; ${cure}.` });
      continue;
    }
    const userName = text.toString('utf8').replace(/\r$/, '');
    if (!collation.isBlank(userName)) rows.push({ line, id: '', userName, email: '', type: 'basic' });
  }
  refuseEmpty(rows, '--basic-users', file, problems);
  problems.refuse();
  return { input: { path: file, role: 'basic-users', sha256: stream.finish(), rows: rows.length }, option: '--basic-users', rows, columns: new Map() };
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
        const message = 'the sheet has several columns, and none of them has a heading that names users. Write one over them: username, email or id.';
        problems.add({ file, line: row.line, column: 2, message, cause: 'no headings' });
      } else if (!collation.isBlank(row.text(0))) rows.push({ line: row.line, id: '', userName: row.text(0), email: '', type: 'basic' });
    },
    problem: ({ line, message }) => problems.add({ file, line, message }),
  });
  stream.sheet?.refuse({ file, columns: [0], headings: [], after: 0, last }, problems);
  refuseEmpty(rows, '--basic-users', file, problems);
  problems.refuse();
  return { input: { path: file, role: 'basic-users', sha256: stream.finish(), rows: rows.length }, option: '--basic-users', rows, columns: new Map() };
}

/** `authTypeMap` is undefined for a list of Basic users. */
function readTable(
  stream: TextStream,
  scanner: RecordScanner,
  { file, collation }: TypeListWishes,
  authTypeMap: Readonly<Record<string, AuthenticationType>> | undefined,
): TypeList {
  const option = authTypeMap === undefined ? '--basic-users' : '--auth-types';
  const { head, read } = openRecords(
    stream,
    {
      path: file,
      file,
      resolve: (headings) => resolveList(headings, authTypeMap !== undefined),
      isHeadingRow: ({ columns }) => columns.size >= (authTypeMap === undefined ? 1 : 2),
    },
    scanner,
  );
  const { columns } = head.resolved;
  const problems = new Problems();
  const unknown = new WrongValues();
  const rows: TypeListRow[] = [];
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
  const { sha256, rows: count } = read((row) => {
    const email = cellOf(row, 'email');
    const named = { id: cellOf(row, 'id').trim(), userName: cellOf(row, 'userName'), email: isNone(email) ? '' : email };
    const type = typeOf(row);
    if (NAMING.some((column) => !collation.isBlank(named[column]))) rows.push({ line: row.line, ...named, type });
    else
      problems.add({
        file,
        line: row.line,
        message: `the row names nobody: ${[...NAMING].filter((column) => columns.has(column)).join(', ')} ${columns.size > 2 ? 'are' : 'is'} blank. Complete it, or take it out.`,
      });
  }, problems);
  refuseTypes({ file, columns, headings: head.headings }, unknown, problems);
  if (problems.total === 0) refuseEmpty(rows, option, file, problems);
  problems.refuse();
  const naming = NAMING.flatMap((column) => {
    const at = columns.get(column);
    return at === undefined ? [] : [[column, { column: at + 1, heading: head.headings[at] }] as const];
  });
  return {
    input: { path: file, role: authTypeMap === undefined ? 'basic-users' : 'auth-types', sha256, rows: count },
    option,
    rows,
    columns: new Map(naming),
  };
}

/** How databases write that there is no email. */
const isNone = (text: string): boolean => text === 'NULL' || text === '\\N';

function refuseEmpty(rows: readonly TypeListRow[], option: string, file: string, problems: Problems): void {
  if (rows.length > 0 || problems.total > 0) return;
  const meant = option === '--basic-users' ? ' If nobody is a Basic user, the source is of --auth-mode saml or auth0, or give a list with --auth-types.' : '';
  problems.add({ file, message: `it names no user.${meant}` });
}

function resolveList(headings: readonly string[], hasTypes: boolean): ResolvedHeadings {
  const columns = new Map<string, number>();
  const problems: HeadingProblem[] = [];
  const names = headings.map((heading) => JSON.stringify(heading)).join(', ');
  for (const column of [...NAMING, TYPE]) {
    const found = headings.flatMap((heading, at) => (columnCalled('users', heading) === column ? [at] : []));
    if (found.length === 1) columns.set(column, found[0]);
    else if (found.length > 1) {
      const same = found.map((at) => JSON.stringify(headings[at])).join(', ');
      problems.push({ at: found[1], message: `the columns ${same} all answer to ${column}; keep one of them. Headings found: ${names}.` });
    }
  }
  if (problems.length > 0) return { columns, problems, isIdFromUserName: false };
  if (!NAMING.some((column) => columns.has(column))) {
    problems.push({ message: `no column names the users (accepted: ${ACCEPTED}). Headings found: ${names}.` });
  }
  if (hasTypes && !columns.has(TYPE)) {
    problems.push({
      message: `no column is the authentication type (accepted: authenticationType, "Authentication Type", authType, auth). Headings found: ${names}. A list of the Basic users alone is given with --basic-users.`,
    });
  }
  if (!hasTypes && columns.has(TYPE)) {
    problems.push({
      at: columns.get(TYPE) ?? 0,
      message: 'a list of Basic users has no column of authentication types: everybody in it counts as Basic. Give this file with --auth-types.',
    });
  }
  return { columns, problems, isIdFromUserName: false };
}
