/** The front of a file: files that are not a CSV, refused with one sentence that says what to do; and lines that tools write above the headings for one another. */

import { type Note, note, quoted } from '../../model/note.js';
import { SourceRefused } from '../tables/problem.js';

/** One of the first records, before the delimiter is known. */
export interface FrontRecord {
  readonly text: string;
  readonly line: number;
  readonly end: number;
  readonly endLine: number;
}

const MOST_LINES = 20;

const AS_CSV = 'export it again as CSV';

/** The first bytes of a file, as each possible encoding would decode them. */
const magic = (hex: string): readonly string[] => {
  const bytes = Buffer.from(hex, 'hex');
  return [bytes.toString('utf8'), bytes.toString('latin1'), bytes.toString('utf16le'), Buffer.from(bytes).swap16().toString('utf16le')];
};
const OLE2 = magic('d0cf11e0a1b11ae1');

/** Throws SourceRefused for a file that is known not to be a text table. */
export function refuseNoTable(front: Buffer, file: string): void {
  const text = front.toString('utf8').replace(/^\ufeff/, '');
  const refuse = (message: Note): never => {
    throw new SourceRefused([{ file, line: 1, message }], 1);
  };
  if (OLE2.some((each) => text.startsWith(each)) || front.toString('latin1', 0, 4) === '\u00d0\u00cf\u0011\u00e0')
    refuse(
      note`this is an Excel workbook of the old kind (.xls), which is not supported; in Excel: Save As, "Excel Workbook (.xlsx)" or "CSV UTF-8 (Comma delimited)".`,
    );
  const start = text.trimStart();
  if (start.startsWith('<')) {
    if (/^(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta|style|div|tr)\b/is.test(start))
      refuse(note`this is HTML, a page or a report, not a CSV; ${AS_CSV}, or open it in Excel and save it as "CSV UTF-8 (Comma delimited)".`);
    if (/^<\?xml\b/i.test(start) || (/^<[a-z][^>]*>/i.test(start) && start.includes('</')))
      refuse(note`this is XML, not a CSV; ${AS_CSV}, or open it in Excel and save it as "CSV UTF-8 (Comma delimited)".`);
  }
  if (/^(?:\{\s*["}]|\[\s*[[{"\]])/.test(start)) refuse('this is JSON, not a CSV; export it as CSV, with a column for each attribute.');
  if (isSqlDump(start)) refuse('this is a dump of SQL statements, not a CSV; export the result of a query as CSV, or load the dump into a database.');
  const lines = firstLines(start);
  const at = lines.findIndex(isFrame);
  if (at >= 0)
    refuse(
      'this is a table drawn with lines, as a database client shows it on a screen, not a CSV; export the result as CSV (mysql --batch writes tabs, psql --csv commas).',
    );
  // sqlcmd without -s, Format-Table, SQL*Plus.
  if (lines.slice(1).some((line) => /^-+(?: +-+)+ *$/.test(line))) refuse(PADDED);
}

/** Returns the first lines, up to one that opens quotes and does not close them: what follows may be the text of a cell. */
function firstLines(text: string): string[] {
  const lines = text.split(/\r?\n/, MOST_LINES);
  const open = lines.findIndex((line) => line.split('"').length % 2 === 0);
  return open < 0 ? lines : lines.slice(0, open + 1);
}

const PADDED = note`the columns are padded with spaces, so no value is as it was; export again without padding (sqlcmd: -W -s",", SQL*Plus: SET MARKUP CSV ON, PowerShell: Export-Csv).`;

/** Frames of mysql, psql and others, and records with one column per line. A row of dashes between delimiters is not a frame: sqlcmd writes it below the headings of a CSV. */
function isFrame(line: string): boolean {
  return (
    /^\s*\+[-=+]{2,}\+\s*$/.test(line) ||
    /^\s*\|[-=:|+ ]*-{2}[-=:|+ ]*\|\s*$/.test(line) ||
    /^-+(?:\+-+)+\s*$/.test(line) ||
    /^\s*[┌╔┏├╭][─═━┬╤┳┼]+/.test(line) ||
    /^\*{5,} *1\. row \*{5,}\s*$/.test(line) ||
    /^-\[ RECORD 1 \]/.test(line)
  );
}

function isSqlDump(start: string): boolean {
  return (
    /^(?:--|\/\*|INSERT\s+INTO\s|CREATE\s|DROP\s|SET\s|PRAGMA\s|BEGIN\b|START\s+TRANSACTION|USE\s|LOCK\s|REPLACE\s+INTO\s)/i.test(start) &&
    /^\s*(?:(?:INSERT|REPLACE)\s+INTO\s+\S.*(?:\(|VALUES|SELECT)|CREATE\s+(?:TABLE|DATABASE|SCHEMA)\s+\S|DROP\s+TABLE\s.*;|SET\s+\S.*;|PRAGMA\s.*;|BEGIN(?:\s+TRANSACTION)?;|START\s+TRANSACTION;|LOCK\s+TABLES\s.*;|INSERT\s+\[)/im.test(
      start,
    )
  );
}

/** Throws SourceRefused if columns are padded with spaces, which shows in headings that end with spaces. */
export function refusePadded(headings: readonly string[], rows: readonly (readonly string[])[], file: string, line: number): void {
  if (rows.length === 0) return;
  const isPadded = headings.some(
    (heading, at) =>
      heading !== heading.trimEnd() &&
      rows.every((cells) => cells[at]?.length === heading.length) &&
      rows.some((cells) => cells[at] !== cells[at].trim() || /^-+$/.test(cells[at])),
  );
  if (isPadded) throw new SourceRefused([{ file, line, message: PADDED }], 1);
}

const isEmail = (cell: string): boolean => /^\S+@\S+\.\S+$/.test(cell);

/** Throws SourceRefused if a file without recognized headings begins with what looks like data. */
export function refuseWithoutHeadings({ line }: FrontRecord, cells: readonly string[], file: string): void {
  if (cells.length < 2 || !(/^\s*\d+\s*$/.test(cells[0]) || cells.some((cell) => isEmail(cell.trim())))) return;
  throw new SourceRefused(
    [
      {
        file,
        line,
        message: note`the file has no headings: its first line looks like data. Export it with column names (SSMS: Options, Query Results, Results to Grid, "Include column headers"; mysql: without -N; phpMyAdmin: "Put columns names in the first row"), or write them into the first line.`,
      },
    ],
    1,
  );
}

/** A line above the headings that one tool wrote for another, such as "sep=;". */
export interface Mark {
  readonly line: number;
  readonly what: string;
}

/** Removes such lines from the front, and returns what they say about the delimiter. */
export function withoutMarks(
  front: readonly FrontRecord[],
  delimiters: readonly string[],
  file: string,
): { readonly records: readonly FrontRecord[]; readonly marks: readonly Mark[]; readonly stated?: string } {
  const marks: { line: number; what: string }[] = [];
  let stated: string | undefined;
  let at = 0;
  for (; at < front.length; at++) {
    const { text, line } = front[at];
    const separator = /^"?sep=(.)"?$/i.exec(text)?.[1];
    if (separator !== undefined && stated === undefined) {
      if (!delimiters.includes(separator))
        throw new SourceRefused(
          [{ file, line, message: note`this line says that the delimiter is ${quoted(separator)}, which is not supported; ${SAVE_COMMAS}` }],
          1,
        );
      stated = separator;
      marks.push({ line, what: '"sep=", which tells Excel the delimiter' });
    } else if (/^"?#TYPE\s/.test(text)) marks.push({ line, what: '"#TYPE", as PowerShell writes it' });
    else break;
  }
  return { records: front.slice(at), marks, ...(stated === undefined ? {} : { stated }) };
}

const SAVE_COMMAS = 'save the file with commas, semicolons, tabs or vertical bars.';

/** Returns the notes on the lines above the headings. */
export function notesAbove(
  { line, marks, isBelowTitle }: { readonly line: number; readonly marks: readonly Mark[]; readonly isBelowTitle: boolean },
  path: string,
): string[] {
  return [
    ...marks.map((mark) => `${path}: line ${mark.line} is ${mark.what}, and was left out.`),
    ...(isBelowTitle ? [`${path}: the headings are on line ${line}; the lines above them were not read as data.`] : []),
  ];
}
