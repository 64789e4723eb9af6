/** Opens what holds a table of text, whatever it is: a workbook's reader is loaded only if there is a workbook. */

import type { Encoding } from '../csv/encoding.js';
import { FileStream } from '../csv/file-stream.js';
import type { TextStream } from '../csv/text-stream.js';
import { holdsWorkbook, type SheetFile, splitSheet } from './workbook-file.js';

type OpenSheet = (named: string, wishes: SheetFile) => TextStream;

/** Files are opened in the midst of reading, which does not wait; what opens a sheet is loaded before. */
let openSheet: OpenSheet | undefined;

/** Loads the reader of workbooks if one of the files is a workbook. To be called before `openText`. */
export async function readyWorkbooks(files: readonly (string | undefined)[]): Promise<void> {
  if (openSheet === undefined && files.some((file) => file !== undefined && holdsWorkbook(file))) {
    ({ openSheet } = await import('./sheet-stream.js'));
  }
}

/** Opens a file of text, or a sheet: the first one of a workbook, or that of `FILE#Sheet`. Encodings are for text. */
export function openText(named: string, encoding?: Encoding): TextStream {
  if (!holdsWorkbook(named)) return new FileStream(named, encoding);
  if (openSheet === undefined) throw new Error('the reader of workbooks was not loaded');
  return openSheet(named, splitSheet(named));
}
