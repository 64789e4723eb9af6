/** Cells of decisions.csv compared with what was asked: which were altered, and which may come from an earlier export. */

import { misread } from '../model/damage.js';
import type { DecisionAction } from '../model/finding.js';
import { ruleOf } from '../rules/registry.js';
import { valueProblem } from './answer-validation.js';
import { type AskedRow, DECISION_COLUMNS, type DecisionProblem, type FileRow, foldCell, suggestionOf } from './decision-rows.js';

/**
 * Returns a function that finds the first column of a row that cannot have been written that way; -1 if there is none.
 * `asked` is all that is asked about the findings of the file.
 *
 * A row is identified by its fingerprint, rule, subject and id. Another export or another version may have written another
 * problem, which is a text for people, and another name of a group; a suggestion depends on other users, so it may differ
 * once anything else has changed. A cell that belongs to another row means that only some of the columns were sorted, so
 * answers may be in the wrong row: that is never taken for another export.
 */
export function earlierRows(asked: readonly AskedRow[]): (row: AskedRow, fileRow: FileRow, hasChanged: boolean) => number {
  const cellsByColumn = new Map<number, ReadonlySet<string>>();
  const isOfAnotherRow = (at: number, found: string): boolean => {
    const known = cellsByColumn.get(at) ?? new Set(asked.map(({ written }) => foldCell(written[at])));
    cellsByColumn.set(at, known);
    return known.has(foldCell(found));
  };
  return ({ finding: { finding }, question, written }, { cells, isGuessed }, hasChanged) => {
    let hasOthers = hasChanged;
    return written.findIndex((cell, at) => {
      const found = cells[at] ?? '';
      if (cell === found || foldCell(cell) === foldCell(found)) return false;
      const column = DECISION_COLUMNS[at];
      // The id is how the row was found.
      if (column === 'id') return false;
      if (isGuessed === true || isDamaged(found, cell)) return true;
      if (column === 'suggestion') return !(hasOthers && isSuggestion(found, ruleOf(finding).decisions));
      const mayDiffer = column === 'problem' || (column === 'current' && question.namesGroups === true);
      if (!mayDiffer || found.trim() === '' || isOfAnotherRow(at, found)) return true;
      hasOthers = true;
      return false;
    });
  };
}

/** Has a spreadsheet or an editor replaced letters of the cell; another export does not explain that. */
const isDamaged = (found: string, written: string): boolean => found === written.replace(/[^\0-\x7f]/gu, '?') || found === misread(written);

function isSuggestion(text: string, actions: readonly DecisionAction[]): boolean {
  if (text === '') return true;
  const suggestion = suggestionOf(text, actions);
  if (suggestion === undefined) return false;
  const { action, value } = suggestion;
  return action === 'remove-member' ? value === '' : valueProblem(action, value) === undefined;
}

/** Text that a spreadsheet may take for a number, a date or a time, and reformat. */
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
