/** Finds a CSV's delimiter and its headings, also below title rows as reports have them. */

import type { Role } from '../model/directory.js';
import { Mistake } from '../model/mistake.js';
import { parseRecords } from './csv-scan.js';
import { type ResolvedHeadings, resolveHeadings } from './headings.js';
import { type SourceProblem, SourceRefused } from './problem.js';

export const DELIMITERS = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const;
const MOST_TITLE_ROWS = 20;
const PEEKED = 1 << 16;

export interface Head {
  readonly delimiter: string;
  readonly headings: readonly string[];
  readonly resolved: ResolvedHeadings;
  /** Where the first record after the headings starts, in bytes. */
  readonly offset: number;
  /** Lines up to there. */
  readonly lines: number;
  /** Line of the headings. */
  readonly line: number;
}

export interface HeadWishes {
  readonly role: Role;
  readonly file: string;
  readonly delimiter?: string;
  readonly named?: Readonly<Record<string, string>>;
  readonly isActivityKnown: boolean;
}

/** How the headings of one kind of file are known. */
export interface HeadingScheme {
  readonly file: string;
  readonly delimiter?: string;
  /** Yields which column is which, and every problem with that. */
  resolve(headings: readonly string[]): ResolvedHeadings;
  /** Looks like headings: what makes a row of this kind is named, whatever else is missing or doubled. */
  isHeadingRow(resolved: ResolvedHeadings): boolean;
}

interface FrontRecord {
  readonly text: string;
  readonly line: number;
  readonly end: number;
  readonly endLine: number;
}

/** Yields the first records, cut at line ends outside quotes, whatever the delimiter is. */
function frontRecords(bytes: Buffer): FrontRecord[] {
  const records: FrontRecord[] = [];
  let start = 0;
  let quotes = 0;
  let line = 1;
  let startLine = 1;
  for (let at = 0; at <= bytes.length && records.length < MOST_TITLE_ROWS; at++) {
    if (at < bytes.length && bytes[at] === 0x22) quotes++;
    const isEnd = at === bytes.length;
    if (!isEnd && bytes[at] !== 0x0a) continue;
    if (!isEnd) line++;
    if (!isEnd && (quotes & 1) === 1) continue;
    const text = bytes.toString('utf8', start, at).replace(/\r$/, '');
    if (text !== '') records.push({ text, line: startLine, end: Math.min(at + 1, bytes.length), endLine: line });
    start = at + 1;
    startLine = line;
    quotes = 0;
  }
  return records;
}

const cellsOf = (text: string, delimiter: string): string[] => {
  if (!text.includes('"')) return text.split(delimiter);
  try {
    return parseRecords(text, delimiter)[0] ?? [];
  } catch {
    return [];
  }
};

/** Yields the head of a snapshot's CSV, or throws: empty files, other formats, and headings that do not answer. */
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

/** Yields the head of a CSV by any scheme, or throws. `refuseOthers` sees the first records where none of them are headings. */
export function findHeadBy(
  peek: (wanted: number) => Buffer,
  scheme: HeadingScheme & { readonly refuseOthers?: (records: readonly FrontRecord[]) => void },
): Head {
  const bytes = peek(PEEKED);
  refuseOtherFormats(bytes, scheme.file);
  const records = frontRecords(bytes);
  if (records.length === 0) {
    throw new SourceRefused([{ file: scheme.file, line: 1, message: 'the file is empty; export again.' }], 1);
  }
  const delimiters = scheme.delimiter === undefined ? Object.values(DELIMITERS) : [scheme.delimiter];
  let best: { readonly head: Head; readonly rank: number } | undefined;
  let widest: { readonly head: Head; readonly width: number } | undefined;
  for (const record of records) {
    for (const delimiter of delimiters) {
      const headings = cellsOf(record.text, delimiter);
      const resolved = scheme.resolve(headings);
      const head: Head = { delimiter, headings, resolved, offset: record.end, lines: record.endLine - 1, line: record.line };
      const isAnswering = scheme.isHeadingRow(resolved);
      const rank = resolved.columns.size - (resolved.problems.length > 0 ? 100 : 0);
      if (isAnswering && (best === undefined || rank > best.rank)) best = { head, rank };
      if (widest === undefined || headings.length > widest.width) widest = { head, width: headings.length };
    }
    if (best !== undefined) break;
  }
  const found = best?.head ?? widest?.head;
  if (found === undefined) throw new Error('a file with records has a widest one');
  if (best === undefined) scheme.refuseOthers?.(records);
  if (found.resolved.problems.length > 0) {
    const problems = found.resolved.problems.map(
      ({ at, message }): SourceProblem => ({
        file: scheme.file,
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

function refuseOtherFormats(bytes: Buffer, file: string): void {
  if (bytes.subarray(0, 4).toString('latin1') === 'PK\u0003\u0004') {
    throw new Mistake(`${file} is an Excel workbook or another ZIP archive, not a CSV.`, 'In Excel: Save As, "CSV UTF-8 (Comma delimited)".');
  }
  if (bytes.subarray(0, 15).toString('latin1') === 'SQLite format 3') {
    throw new Mistake(`${file} is a SQLite database, not a CSV.`, `Give it as SOURCE: scim-audit check ${file}`);
  }
  const front = bytes.subarray(0, 4096);
  const zeros = front.reduce((sum, byte) => sum + (byte === 0 ? 1 : 0), 0);
  if (zeros > front.length / 4) {
    throw new Mistake(
      `${file} is not UTF-8 text: it looks like UTF-16 without a byte-order mark.`,
      'Say --encoding utf-16le (or utf-16be), or save it as UTF-8.',
    );
  }
  if (!bytes.includes(0x0a) && bytes.includes(0x0d)) {
    throw new Mistake(`${file} ends its lines with a bare carriage return.`, 'Save it again with the line ends of Windows or Unix.');
  }
}

/** The User Import Plugin's file has no headings, and passwords in its fifth column: nothing of it may be shown. */
function refusePluginFile(records: readonly FrontRecord[], file: string): void {
  for (const delimiter of Object.values(DELIMITERS)) {
    const cells = cellsOf(records[0].text, delimiter);
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
