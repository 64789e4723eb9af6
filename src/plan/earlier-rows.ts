/** Rows of decisions.csv that an earlier export may have asked, where no plan beside the file tells which rows were written. */

import { misread } from '../model/damage.js';
import type { DecisionAction } from '../model/finding.js';
import { ruleOf } from '../rules/registry.js';
import { valueProblem } from './answer-validation.js';
import { type AskedRow, DECISION_COLUMNS, foldCell, suggestionOf } from './decision-rows.js';
import type { FileRow } from './file-rows.js';

/**
 * Returns what finds the first column of a row that cannot have been written so; -1 if there is none. `asked` is all that
 * is asked about the findings of the file.
 *
 * A row is known by its fingerprint, rule, subject and id. What another export or another version may have told otherwise
 * is the problem, which is a text for people, and what a group is called; what is suggested follows from other users, so
 * that nobody knows it once anything else has changed. A cell that belongs to another row shows that only some of the
 * columns were sorted, so that answers may stand beside the wrong row: that is never taken for another export.
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

/** Is the cell as a spreadsheet or an editor leaves it that lost its letters, which no other export did. */
const isDamaged = (found: string, written: string): boolean => found === written.replace(/[^\0-\x7f]/gu, '?') || found === misread(written);

function isSuggestion(text: string, actions: readonly DecisionAction[]): boolean {
  if (text === '') return true;
  const suggestion = suggestionOf(text, actions);
  if (suggestion === undefined) return false;
  const { action, value } = suggestion;
  return action === 'remove-member' ? value === '' : valueProblem(action, value) === undefined;
}
