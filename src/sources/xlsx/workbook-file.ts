/** What a file is told to be by its first bytes, and what `FILE#Sheet` means. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { UserError } from '../../model/user-error.js';
import { frontOf } from '../file-front.js';

const ZIP = '504b0304';
const OLE = 'd0cf11e0a1b11ae1';
/** More is looked into for nothing. */
const LARGEST_OLE = 1 << 30;

export interface SheetFile {
  /** As the operating system finds it. */
  readonly file: string;
  /** The sheet that was named. */
  readonly sheet?: string;
}

/** Returns what `FILE` or `FILE#Sheet` means: a path that is there as it stands is a file, whatever its name holds. */
export function splitSheet(text: string): SheetFile {
  if (!text.includes('#') || existsSync(text)) return { file: text };
  // Names of folders, files and sheets may hold the sign as well.
  const signs = [...text.matchAll(/#/g)].map(({ index }) => index);
  const at = signs.find((sign) => sign > 0 && existsSync(text.slice(0, sign)) && statSync(text.slice(0, sign)).isFile());
  return at === undefined ? { file: text } : { file: text.slice(0, at), sheet: text.slice(at + 1) };
}

/** Returns the file of `FILE#Sheet`. */
export const fileOf = (text: string): string => splitSheet(text).file;

/**
 * Is a workbook, or another archive, by its first bytes. A pipe is not looked into, because its bytes come once. Throws a
 * UserError for a workbook that is locked with a password, and for a sheet of a file that has none.
 */
export function holdsWorkbook(text: string): boolean {
  const { file, sheet } = splitSheet(text);
  const front = frontOf(file, 8).toString('hex');
  if (front.startsWith(ZIP)) return true;
  if (front === OLE && isLocked(file)) {
    throw new UserError(
      `${file} is a workbook that is protected by a password, so nothing in it can be read.`,
      'In Excel: File, Info, Protect Workbook, Encrypt with Password; take the password away, and save it again.',
    );
  }
  if (sheet === undefined) return false;
  throw new UserError(`${file} is not an Excel workbook (.xlsx), so it has no sheet ${JSON.stringify(sheet)}.`, `Name the file alone: ${file}`);
}

/** A workbook with a password lies in a container of the old kind, as a stream of this name. */
function isLocked(file: string): boolean {
  return statSync(file).size <= LARGEST_OLE && readFileSync(file).includes(Buffer.from('EncryptedPackage', 'utf16le'));
}
