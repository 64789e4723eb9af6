/** CSV for spreadsheets, written without a package, so that a page in a browser writes the same bytes. */

import { charactersOf, TextBytes } from '../collections/text-bytes.js';
import { guardCell } from '../model/written-text.js';
import type { CsvDelimiter } from './reporter.js';

export const DELIMITER_CHARACTERS = { comma: ',', semicolon: ';' } as const;
export const BYTE_ORDER_MARK = '\ufeff';

const WORD = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_';
/** How nearly all cells begin; no formula does, and no number with a sign. */
const OPENING = charactersOf(`${WORD}(`);
const QUOTE = 0x22;
/** Such a cell is added as a whole, not character by character. */
const LONG = 64;
/** Of what nearly all cells are: nothing of it has to be doubled. */
const PLAIN = charactersOf(`${WORD} !#$%&'()*+,-./:;<=>?@[\\]^\`{|}~`);

/** Adds a cell in quotes, so that no spreadsheet, of whatever country, takes it for two, or trims it. */
function addCell(bytes: TextBytes, text: string): void {
  if (text === '' || OPENING[text.charCodeAt(0)] === 1) {
    if (text.length >= LONG) {
      bytes.doubled(text);
      return;
    }
    const start = bytes.length;
    bytes.byte(QUOTE);
    if (bytes.plain(text, PLAIN)) {
      bytes.byte(QUOTE);
      return;
    }
    bytes.shorten(start);
  }
  bytes.doubled(guardCell(text));
}

function addLine(bytes: TextBytes, cells: readonly string[], delimiter: number): void {
  for (let at = 0; at < cells.length; at++) {
    if (at > 0) bytes.byte(delimiter);
    addCell(bytes, cells[at]);
  }
  bytes.text('\r\n');
}

/**
 * Returns CSV for spreadsheets, many lines at a time: RFC 4180 with a byte-order mark, every cell quoted, and cells that
 * a spreadsheet would run made harmless.
 */
export function* csvText(headings: readonly string[], rows: Iterable<readonly string[]>, csvDelimiter: CsvDelimiter = 'comma'): Iterable<Uint8Array> {
  const bytes = new TextBytes();
  const delimiter = DELIMITER_CHARACTERS[csvDelimiter].charCodeAt(0);
  bytes.text(BYTE_ORDER_MARK);
  addLine(bytes, headings, delimiter);
  for (const row of rows) {
    addLine(bytes, row, delimiter);
    if (bytes.areMany) yield bytes.take();
  }
  yield bytes.take();
}
