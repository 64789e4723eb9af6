/** Finds a CSV's delimiter and headings, even below title rows as reports have them. */

import type { Role } from '../../model/directory.js';
import { UserError } from '../../model/user-error.js';
import { type ResolvedHeadings, resolveHeadings } from '../tables/headings.js';
import { type SourceProblem, SourceRefused } from '../tables/problem.js';
import { type EscapeStyle, type QuoteStyle, readCell, type StatedDialect, settled } from './dialect.js';
import { SHEET_DIALECT } from './file-stream.js';
import { type FrontRecord, type Mark, refuseNoTable, refusePadded, refuseWithoutHeadings, withoutMarks } from './no-table.js';
import { parseRecords } from './scan.js';

export const DELIMITERS = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const;
const MOST_TITLE_ROWS = 20;
const PEEKED = 1 << 16;

export interface Head {
  readonly delimiter: string;
  /** The delimiter, and what the user stated about quotes and escapes. */
  readonly dialect: StatedDialect;
  readonly headings: readonly string[];
  readonly resolved: ResolvedHeadings;
  /** Offset in bytes of the first record after the headings. */
  readonly offset: number;
  /** Number of lines before it. */
  readonly lines: number;
  /** Line of the headings. */
  readonly line: number;
  /** Lines above them that one tool wrote for another, such as "sep=;". */
  readonly marks: readonly Mark[];
  readonly isBelowTitle: boolean;
}

/** What the user stated about how the files are written. */
export interface DialectWishes {
  readonly delimiter?: string;
  readonly quote?: QuoteStyle;
  readonly escape?: EscapeStyle;
  /** True for a sheet of a workbook, which is written as `SHEET_DIALECT` says whatever the user stated for text. */
  readonly isSheet?: boolean;
}

export interface HeadWishes extends DialectWishes {
  readonly role: Role;
  readonly file: string;
  readonly named?: Readonly<Record<string, string>>;
  readonly isActivityKnown: boolean;
}

/** How the headings of one kind of file are recognized. */
export interface HeadingScheme extends DialectWishes {
  readonly file: string;
  /** Returns which column is which, and every problem with that. */
  resolve(headings: readonly string[]): ResolvedHeadings;
  /** Looks like headings: has the columns typical of this kind, even if others are missing or duplicated. */
  isHeadingRow(resolved: ResolvedHeadings): boolean;
}

/** Returns the first records, split at line ends outside quotes, whatever the delimiter is. */
function frontRecords(bytes: Buffer, quote: QuoteStyle | undefined, isSheet: boolean): FrontRecord[] {
  const records: FrontRecord[] = [];
  let start = 0;
  let quotes = 0;
  let line = 1;
  let startLine = 1;
  for (let at = 0; at <= bytes.length && records.length < MOST_TITLE_ROWS; at++) {
    if (at < bytes.length && bytes[at] === 0x22 && quote !== 'none') quotes++;
    const isEnd = at === bytes.length;
    if (!isEnd && bytes[at] !== 0x0a) continue;
    const isInQuotes = !isEnd && (quotes & 1) === 1;
    if (!isEnd && !(isSheet && isInQuotes)) line++;
    if (isInQuotes) continue;
    const text = bytes.toString('utf8', start, at).replace(/\r$/, '');
    if (text !== '') records.push({ text, line: startLine, end: Math.min(at + 1, bytes.length), endLine: line });
    start = at + 1;
    startLine = line;
    quotes = 0;
  }
  return records;
}

const cellsOf = (text: string, dialect: StatedDialect): string[] => {
  const { delimiter, quote, escape: escapeStyle } = dialect;
  if (escapeStyle === 'backslash' && text.includes('\\')) return text.split(delimiter).map((cell) => readCell(cell, settled(dialect)) ?? cell);
  if (quote === 'none' || !text.includes('"')) return text.split(delimiter);
  try {
    return parseRecords(text, delimiter)[0] ?? [];
  } catch {
    return [];
  }
};

/** Returns the head of a snapshot's CSV. Throws for empty files, other formats, and headings that are missing or ambiguous. */
export function findHead(peek: (wanted: number) => Buffer, wishes: HeadWishes): Head {
  const { role, named, isActivityKnown, file } = wishes;
  const prefer = role === 'groups' ? ['display'] : [];
  return findHeadBy(peek, {
    ...wishes,
    resolve: (headings) => resolveHeadings(role, headings, named, { prefer, isActivityKnown }),
    isHeadingRow: (resolved) => isHeadingRow(role, resolved),
    refuseOthers: (records) => refusePluginFile(records, file),
  });
}

/** Returns the head of a CSV by any scheme, or throws. `refuseOthers` is given the first records if none of them are headings. */
export function findHeadBy(
  peek: (wanted: number) => Buffer,
  scheme: HeadingScheme & { readonly refuseOthers?: (records: readonly FrontRecord[]) => void },
): Head {
  const { file, isSheet = false } = scheme;
  const { delimiter: said, quote, escape: escapeStyle }: Partial<StatedDialect> = isSheet ? SHEET_DIALECT : scheme;
  const bytes = peek(PEEKED);
  if (!isSheet) refuseOtherFormats(bytes, file);
  const front = frontRecords(bytes, quote, isSheet);
  const { records, marks, stated } = isSheet ? { records: front, marks: [], stated: undefined } : withoutMarks(front, Object.values(DELIMITERS), file);
  if (records.length === 0) {
    throw new SourceRefused(
      [{ file, line: 1, message: `the ${isSheet ? 'sheet' : 'file'} is empty; ${isSheet ? 'name another one (FILE#Sheet), or ' : ''}export again.` }],
      1,
    );
  }
  const one = said ?? stated;
  const dialects = (one === undefined ? Object.values(DELIMITERS) : [one]).map(
    (delimiter): StatedDialect => ({
      delimiter,
      ...(quote === undefined ? {} : { quote }),
      ...(escapeStyle === undefined ? {} : { escape: escapeStyle }),
    }),
  );
  let best: { readonly head: Head; readonly rank: number; readonly at: number } | undefined;
  let widest: { readonly head: Head; readonly width: number } | undefined;
  for (const [at, record] of records.entries()) {
    for (const dialect of dialects) {
      const headings = cellsOf(record.text, dialect);
      const resolved = scheme.resolve(headings);
      const head: Head = {
        delimiter: dialect.delimiter,
        dialect,
        headings,
        resolved,
        offset: record.end,
        lines: record.endLine - 1,
        line: record.line,
        marks,
        isBelowTitle: record.line > marks.length + 1,
      };
      const isAnswering = scheme.isHeadingRow(resolved);
      const rank = resolved.columns.size - (resolved.problems.length > 0 ? 100 : 0);
      if (isAnswering && (best === undefined || rank > best.rank)) best = { head, rank, at };
      if (widest === undefined || headings.length > widest.width) widest = { head, width: headings.length };
    }
    if (best !== undefined) break;
  }
  const found = best?.head ?? widest?.head;
  if (found === undefined) throw new Error('a file with records has a widest one');
  if (best === undefined) {
    scheme.refuseOthers?.(records);
    const cells = dialects.map((dialect) => cellsOf(records[0].text, dialect)).reduce((most, each) => (each.length > most.length ? each : most));
    if (scheme.resolve(cells).columns.size === 0) refuseWithoutHeadings(records[0], cells, file);
  } else if (found.headings.some((heading) => heading.endsWith(' '))) {
    const below = records.slice(best.at + 1).map(({ text }) => cellsOf(text, found.dialect));
    refusePadded(
      found.headings,
      below.filter(({ length }) => length === found.headings.length),
      file,
      found.line,
    );
  }
  if (found.resolved.problems.length > 0) {
    const problems = found.resolved.problems.map(
      ({ at, message }): SourceProblem => ({
        file,
        line: found.line,
        ...(at === undefined ? {} : { column: at + 1, heading: found.headings[at] }),
        message,
      }),
    );
    throw new SourceRefused(problems, problems.length);
  }
  return found;
}

function isHeadingRow(role: Role, { columns, problems }: ResolvedHeadings): boolean {
  if (problems.length === 0) return true;
  if (role === 'users') return columns.has('userName') && columns.has('email');
  return columns.size >= 2;
}

/** Throws at once for a file that is not CSV, before anything is searched for in it. */
export function refuseOtherFormats(bytes: Buffer, file: string): void {
  refuseNoTable(bytes, file);
  if (bytes.subarray(0, 4).toString('latin1') === 'PK\u0003\u0004') {
    // A workbook needs random access, which a pipe does not offer.
    throw new UserError(`${file} is an Excel workbook or another ZIP archive from a pipe, which is not supported.`, 'Save it as a file and give that file.');
  }
  if (bytes.subarray(0, 15).toString('latin1') === 'SQLite format 3') {
    throw new UserError(`${file} is a SQLite database, not a CSV.`, `Give it as SOURCE: scim-audit check ${file}`);
  }
  const front = bytes.subarray(0, 4096);
  if (front.includes(0) && front.filter((byte) => byte === 0).length > front.length / 4) {
    throw new UserError(
      `${file} is not UTF-8 text: it looks like UTF-16 without a byte-order mark.`,
      'Use --encoding utf-16le (or utf-16be), or save it as UTF-8.',
    );
  }
  if (!bytes.includes(0x0a) && bytes.includes(0x0d)) {
    throw new UserError(`${file} ends its lines with a carriage return alone.`, 'Save it again with Windows (CRLF) or Unix (LF) line ends.');
  }
}

/** The User Import Plugin's file has no headings, and passwords in its fifth column: none of its contents may be shown. */
function refusePluginFile(records: readonly FrontRecord[], file: string): void {
  for (const delimiter of Object.values(DELIMITERS)) {
    const cells = cellsOf(records[0].text, { delimiter });
    if (cells.length < 10 || !/^(?:add|update)$/i.test(cells[9].trim())) continue;
    throw new SourceRefused(
      [
        {
          file,
          line: records[0].line,
          message:
            'this looks like a file for the User Import Plugin: it has no headings, no ids and no status, and may hold passwords. Export the users instead (REST GET /users with includeInactive=true, or the database).',
        },
      ],
      1,
    );
  }
}
