/** Recognizes workbooks by their first bytes, and parses `FILE#Sheet`. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { note, quotedName } from '../../model/note.js';
import { UserError } from '../../model/user-error.js';
import { frontOf } from '../file-front.js';

const ZIP = '504b0304';
const OLE = 'd0cf11e0a1b11ae1';
/** Larger files are not searched. */
const LARGEST_OLE = 1 << 30;

export interface SheetFile {
  /** The path for opening the file. */
  readonly file: string;
  /** The sheet, if one was named. */
  readonly sheet?: string;
}

/** Returns the meaning of `FILE` or `FILE#Sheet`: an existing path is a file, whatever characters it has. */
export function splitSheet(text: string): SheetFile {
  if (!text.includes('#') || existsSync(text)) return { file: text };
  // Names of folders, files and sheets may contain "#" as well.
  const signs = [...text.matchAll(/#/g)].map(({ index }) => index);
  const at = signs.find((sign) => sign > 0 && existsSync(text.slice(0, sign)) && statSync(text.slice(0, sign)).isFile());
  return at === undefined ? { file: text } : { file: text.slice(0, at), sheet: text.slice(at + 1) };
}

/** Returns the file of `FILE#Sheet`. */
export const fileOf = (text: string): string => splitSheet(text).file;

/**
 * Is a workbook, or another archive, by its first bytes. False for a pipe, because its bytes can be read only once. Throws
 * a UserError for a workbook that is protected by a password, and for a sheet of a file that is not a workbook.
 */
export function holdsWorkbook(text: string): boolean {
  const { file, sheet } = splitSheet(text);
  const front = frontOf(file, 8).toString('hex');
  if (front.startsWith(ZIP)) return true;
  if (front === OLE && isLocked(file)) {
    throw new UserError(
      `${file} is a workbook that is protected by a password, so nothing in it can be read.`,
      'In Excel: File, Info, Protect Workbook, Encrypt with Password; remove the password, and save it again.',
    );
  }
  if (sheet === undefined) return false;
  throw new UserError(note`${file} is not an Excel workbook (.xlsx), so it has no sheet ${quotedName(sheet)}.`, `Give the file without the sheet: ${file}`);
}

/** A workbook with a password is stored in an OLE compound file, in a stream with this name. */
function isLocked(file: string): boolean {
  return statSync(file).size <= LARGEST_OLE && readFileSync(file).includes(Buffer.from('EncryptedPackage', 'utf16le'));
}
