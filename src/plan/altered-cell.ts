/** A cell of decisions.csv that is not as it was written. */

import { misread } from '../model/damage.js';
import { DECISION_COLUMNS, foldCell } from './decision-rows.js';
import type { DecisionProblem } from './file-rows.js';

/** What a spreadsheet may take for a number, a date or a time, and write in its own way. */
const LOOKS_COUNTED = /^[\d\s.,:/%e+-]+$/i;

/** Returns the first column that is not as it was written, or -1. */
export const alteredAt = (cells: readonly string[], written: readonly string[]): number =>
  written.findIndex((cell, at) => cell !== cells[at] && foldCell(cell) !== foldCell(cells[at] ?? ''));

/** Returns what to do about a cell that is not as it was written. */
function alterationHint(written: string, cell: string): string {
  if (LOOKS_COUNTED.test(written)) return 'Spreadsheets do that to numbers and dates: open the file with its columns as text.';
  if (foldCell(misread(written)) === foldCell(cell)) return 'The file was opened in another encoding: open it as UTF-8 (Data > From Text/CSV in Excel).';
  return 'Only action, value, reason, owner and expires may be written.';
}

/** Returns the problem of a cell that is not as it was written. */
export function alteredCell(line: number, at: number, cells: readonly string[], written: readonly string[]): DecisionProblem {
  return {
    line,
    column: at + 1,
    message: `${DECISION_COLUMNS[at]} was altered: it is ${JSON.stringify(cells[at] ?? '')} and was ${JSON.stringify(written[at])}. ${alterationHint(written[at], cells[at] ?? '')}`,
  };
}
