/** Opens any file with a text table; the reader of workbooks is loaded only if there is a workbook. */

import type { Encoding } from '../csv/encoding.js';
import { FileStream } from '../csv/file-stream.js';
import type { TextStream } from '../csv/text-stream.js';
import { holdsWorkbook, type SheetFile, splitSheet } from './workbook-file.js';

type OpenSheet = (named: string, wishes: SheetFile) => TextStream;

/** Opens a sheet. Loaded in advance, because files are opened synchronously while others are read. */
let openSheet: OpenSheet | undefined;

/** Loads the reader of workbooks if one of the files is a workbook. Call it before `openText`. */
export async function readyWorkbooks(files: readonly (string | undefined)[]): Promise<void> {
  if (openSheet === undefined && files.some((file) => file !== undefined && holdsWorkbook(file))) {
    ({ openSheet } = await import('./sheet-stream.js'));
  }
}

/** Opens a text file, or a sheet: a workbook's first, or the one of `FILE#Sheet`. Encodings apply to text files. */
export function openText(named: string, encoding?: Encoding): TextStream {
  if (!holdsWorkbook(named)) return new FileStream(named, encoding);
  if (openSheet === undefined) throw new Error('the reader of workbooks was not loaded');
  return openSheet(named, splitSheet(named));
}
