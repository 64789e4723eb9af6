/** The file of `--sync-groups`: one name per line, or a CSV or a sheet with a `name` column. */

import { note } from '../../model/note.js';
import { UserError } from '../../model/user-error.js';
import { type Encoding, findInvalidUtf8 } from '../csv/encoding.js';
import { DELIMITERS, refuseOtherFormats } from '../csv/head.js';
import { parseRecords } from '../csv/scan.js';
import { SHEET_DIALECT, type TextStream } from '../csv/text-stream.js';
import { openText } from '../xlsx/open-text.js';
import { Problems } from './problem.js';

const FRONT = 1 << 16;

const isNameHeading = (cell: string): boolean => cell.trim().toLowerCase() === 'name';

/** Returns the names in order, without blank ones. Throws a UserError if the file cannot be read for certain. */
export function readNameList(file: string, encoding?: Encoding): string[] {
  const stream = openText(file, encoding);
  const text = readText(file, stream);
  if (stream.sheet !== undefined) return namesOf(text, file, stream);
  const front = text.slice(0, text.search(/\r?\n|$/)).replaceAll('"', '');
  const delimiter = Object.values(DELIMITERS).find((candidate) => front.split(candidate).some(isNameHeading));
  if (delimiter === undefined) return text.split(/\r?\n/).filter((name) => name.trim() !== '');
  try {
    const [headings, ...rows] = parseRecords(text, delimiter);
    const column = headings.findIndex(isNameHeading);
    return rows.map((cells) => cells[column] ?? '').filter((name) => name.trim() !== '');
  } catch (error) {
    throw new UserError(`${file}: ${error instanceof Error ? error.message : String(error)}`, 'Write one group name per line.');
  }
}

/** Returns the names in a sheet: those in its column `name`, or all if it has only one column. */
function namesOf(text: string, file: string, { sheet }: TextStream): string[] {
  const rows = parseRecords(text, SHEET_DIALECT.delimiter);
  const head = rows.findIndex((cells) => cells.some((cell) => cell.trim() !== ''));
  const named = rows[head]?.findIndex(isNameHeading) ?? -1;
  const wide = named < 0 ? rows.findIndex((cells) => cells.length > 1) : -1;
  const problems = new Problems();
  if (wide >= 0)
    problems.add({
      file,
      line: wide + 1,
      message: note`the sheet has several columns, and none of them has the heading "name". Write that heading above the names.`,
    });
  const column = Math.max(named, 0);
  const after = named < 0 ? 0 : head + 1;
  sheet?.refuse({ file, columns: [column], headings: [], after, last: rows.length }, problems);
  problems.refuse();
  return rows
    .slice(after)
    .map((cells) => cells[column] ?? '')
    .filter((name) => name.trim() !== '');
}

function readText(file: string, stream: TextStream): string {
  try {
    const parts: Buffer[] = [];
    for (;;) {
      const part = Buffer.allocUnsafe(1 << 16);
      const length = stream.fill(part, 0);
      if (length === 0) break;
      parts.push(part.subarray(0, length));
    }
    stream.finish();
    const bytes = Buffer.concat(parts);
    if (stream.sheet === undefined) refuseOtherFormats(bytes.subarray(0, FRONT), file);
    const wrong = findInvalidUtf8(bytes);
    if (wrong < 0) return bytes.toString('utf8');
    const line = bytes.subarray(0, wrong).filter((byte) => byte === 0x0a).length + 1;
    throw new UserError(`${file}, line ${line}: the bytes are not valid ${stream.encoding}.`, 'Save the file as UTF-8, or use --encoding windows-1252.');
  } finally {
    stream.close();
  }
}
