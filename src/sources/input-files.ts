/** The files that an option means: wildcards that a shell did not expand, `FILE#Sheet`, the format by the first bytes, and the opened text of a table. */

import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { note, quoted, quotedName } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import { type Encoding, sniffMark, Transcoder } from './csv/encoding.js';
import { FileStream, reasonOf, type TextStream } from './csv/file-stream.js';

/** Returns at most `most` first bytes; none of a pipe, because its bytes can be read only once, and none of a file that cannot be opened. */
function frontOf(file: string, most: number): Buffer {
  const none = Buffer.alloc(0);
  if (!existsSync(file) || !statSync(file).isFile()) return none;
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch {
    // Errors are reported when the file is read.
    return none;
  }
  try {
    const bytes = Buffer.allocUnsafe(most);
    return bytes.subarray(0, readSync(fd, bytes, 0, most, 0));
  } finally {
    closeSync(fd);
  }
}

/** Returns the number of bytes of a file; undefined for a pipe, a folder, or a path that cannot be looked at: that is reported when it is read. */
export function sizeOf(file: string): number | undefined {
  try {
    const stats = statSync(file);
    return stats.isFile() ? stats.size : undefined;
  } catch {
    return undefined;
  }
}

const PEEKED = 1 << 12;

/** The beginning of JSON. A CSV may begin with `[id],[name]`, but not with a bracket followed by what JSON allows there. */
const JSON_START = /^\s*(?:\{\s*["}]|\[\s*[[{\]])/;

/** Begins like a JSON object or a list of objects. False for a pipe, because its bytes can be read only once. */
export function holdsJson(file: string): boolean {
  const front = frontOf(file, PEEKED);
  const mark = sniffMark(front);
  const encoding: Encoding = mark?.encoding ?? 'utf-8';
  return JSON_START.test(new Transcoder(encoding).push(front.subarray(mark?.length ?? 0), false).toString('utf8'));
}

/** Is JSON by its name or by its content. */
export const isJsonFile = (file: string): boolean => /\.json$/i.test(file) || holdsJson(file);

/** Compares names so that `users-2.json` comes before `users-10.json`. */
export function compareNaturally(a: string, b: string): number {
  const [left, right] = [a, b].map((name) => name.split(/(\d+)/));
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    if (left[at] === right[at]) continue;
    // Every second piece is a run of digits.
    const difference = at % 2 === 1 ? Number(left[at]) - Number(right[at]) : 0;
    if (difference !== 0) return difference;
    return left[at] < right[at] ? -1 : 1;
  }
  return left.length - right.length;
}

/** Returns a regular expression for whole names in which `*` is any text and `?` any one character. */
function patternOf(text: string): RegExp {
  const pieces = [...text].map((char) => (char === '*' ? '.*' : char === '?' ? '.' : char.replace(/[\\^$.+()[\]{}|]/, '\\$&')));
  return new RegExp(`^${pieces.join('')}$`, 'su');
}

/**
 * Returns the files that a path means: itself, or those whose names match it, in natural order. `GROUP=PATTERN` gives
 * `GROUP=FILE` for each. Throws a UserError if nothing matches.
 */
export function filesNamed(text: string): string[] {
  if (!/[*?]/.test(text) || existsSync(text)) return [text];
  const [, group = ''] = /^([^=*?/\\]+=)/.exec(text) ?? [];
  const path = text.slice(group.length);
  if (existsSync(path)) return [text];
  const folder = dirname(path);
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  if (/[*?]/.test(folder)) throw new UserError(`${text}: only the file name may contain * or ?, not the folder.`, 'Give the folder without wildcards.');
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw new UserError(`${folder}: ${reasonOf(error)}`, 'Check the path and its permissions.');
  }
  const pattern = patternOf(name);
  const found = names.filter((each) => pattern.test(each) && (name.startsWith('.') || !each.startsWith('.'))).sort(compareNaturally);
  if (found.length === 0) throw new UserError(`${text}: no file matches this pattern.`, 'Check the folder and the pattern.');
  // Kept as it was typed: join would take away a leading `./`.
  const front = path.slice(0, path.length - name.length);
  return found.map((each) => `${group}${front === '' ? each : join(front, each)}`);
}

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

type OpenSheet = (named: string, wishes: SheetFile) => TextStream;

/** Opens a sheet. Loaded in advance, because files are opened synchronously while others are read. */
let openSheet: OpenSheet | undefined;

/** Loads the reader of workbooks if one of the files is a workbook. Call it before `openText`. */
export async function readyWorkbooks(files: readonly (string | undefined)[]): Promise<void> {
  if (openSheet === undefined && files.some((file) => file !== undefined && holdsWorkbook(file))) {
    ({ openSheet } = await import('./xlsx/sheet-stream.js'));
  }
}

/** Opens a text file, or a sheet: a workbook's first, or the one of `FILE#Sheet`. Encodings apply to text files. */
export function openText(named: string, encoding?: Encoding): TextStream {
  if (!holdsWorkbook(named)) return new FileStream(named, encoding);
  if (openSheet === undefined) throw new Error('the reader of workbooks was not loaded');
  return openSheet(named, splitSheet(named));
}

// What `--idp-members` says: a file, or a group and a file.

/** The value of `--idp-members`: a file, or a group and a file. */
export interface MembersFile {
  /** The group that the user named. */
  readonly group?: string;
  readonly file: string;
}

/** Returns the meaning of `FILE` or `GROUP=FILE`: an existing path is a file, whatever characters it has. */
export function splitMembersFlag(text: string): MembersFile {
  if (!text.includes('=') || existsSync(text)) return { file: text };
  const signs = [...text.matchAll(/=/g)].map(({ index }) => index);
  // Names of groups and of files may contain "=" as well.
  const at = signs.find((sign) => sign > 0 && existsSync(text.slice(sign + 1))) ?? signs[0];
  const group = text.slice(0, at);
  const file = text.slice(at + 1);
  if (group.trim() === '' || file === '') {
    throw new UserError(
      note`--idp-members ${quoted(text)} names no ${file === '' ? 'file' : 'group'}.`,
      'Write --idp-members FILE, or --idp-members "GROUP=FILE".',
    );
  }
  return { group, file };
}
