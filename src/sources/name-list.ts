/** The file of `--sync-groups`: one name a line, or a CSV with a `name` column. */

import { Mistake } from '../model/mistake.js';
import { DELIMITERS, refuseOtherFormats } from './csv-head.js';
import { parseRecords } from './csv-scan.js';
import { type Encoding, findInvalidUtf8 } from './encoding.js';
import { FileStream } from './file-stream.js';

const FRONT = 1 << 16;

const isNameHeading = (cell: string): boolean => cell.trim().toLowerCase() === 'name';

/** Yields the names in order, blank ones left out. Throws a Mistake where the file cannot be read for certain. */
export function readNameList(file: string, encoding?: Encoding): string[] {
  const text = readText(file, encoding);
  const front = text.slice(0, text.search(/\r?\n|$/)).replaceAll('"', '');
  const delimiter = Object.values(DELIMITERS).find((candidate) => front.split(candidate).some(isNameHeading));
  if (delimiter === undefined) return text.split(/\r?\n/).filter((name) => name.trim() !== '');
  try {
    const [headings, ...rows] = parseRecords(text, delimiter);
    const column = headings.findIndex(isNameHeading);
    return rows.map((cells) => cells[column] ?? '').filter((name) => name.trim() !== '');
  } catch (error) {
    throw new Mistake(`${file}: ${error instanceof Error ? error.message : String(error)}`, 'Write one group name a line.');
  }
}

function readText(file: string, encoding?: Encoding): string {
  const stream = new FileStream(file, encoding);
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
    refuseOtherFormats(bytes.subarray(0, FRONT), file);
    const wrong = findInvalidUtf8(bytes);
    if (wrong < 0) return bytes.toString('utf8');
    const line = bytes.subarray(0, wrong).filter((byte) => byte === 0x0a).length + 1;
    throw new Mistake(`${file}, line ${line}: the bytes are no ${stream.encoding} text.`, 'Save the file as UTF-8, or say --encoding windows-1252.');
  } finally {
    stream.close();
  }
}
