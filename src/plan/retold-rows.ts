/** Rows of decisions.csv that another export asked: the same findings may have been told in other words. */

import type { DecisionAction } from '../model/finding.js';
import { misread } from '../model/windows-1252.js';
import { ruleOf } from '../rules/registry.js';
import { valueProblem } from './answer-validation.js';
import { type AskedRow, DECISION_COLUMNS, foldCell } from './decision-rows.js';
import { couldSay } from './question-context.js';

export interface FileRow {
  /** Physical line on which it starts. */
  readonly line: number;
  readonly cells: readonly string[];
  /** The encoding is certain only if the cells that nobody may write are to the letter as they were written. */
  readonly isGuessed?: true;
}

/**
 * Returns the first column that cannot have been written so, or -1. In another export the same finding may be told in
 * other words, as far as its rule says; what is suggested follows from other users, so that nobody knows it for certain.
 */
export function retoldAt({ finding: { finding }, question, written }: AskedRow, { cells, isGuessed }: FileRow, hasChanged: boolean): number {
  const { retold, decisions } = ruleOf(finding);
  let isRetold = hasChanged;
  return written.findIndex((cell, at) => {
    const found = cells[at] ?? '';
    if (cell === found || foldCell(cell) === foldCell(found)) return false;
    const column = DECISION_COLUMNS[at];
    // The id is how the row was found.
    if (column === 'id') return false;
    if (isGuessed === true || isDamaged(found, cell)) return true;
    if (column === 'suggestion') return !(isRetold && isSuggestion(found, decisions));
    const couldBe = column === 'current' ? retold?.current?.(finding, found) : column === 'problem' && couldSay(question, retold?.problem?.(finding), found);
    if (couldBe === true) isRetold = true;
    return couldBe !== true;
  });
}

/** Is the cell as a spreadsheet or an editor leaves it that lost its letters, which no other export did. */
const isDamaged = (found: string, written: string): boolean => found === written.replace(/[^\0-\x7f]/gu, '?') || found === misread(written);

const isSuggestion = (text: string, actions: readonly DecisionAction[]): boolean =>
  text === '' ||
  actions.some(
    (action) =>
      text === action || (action.startsWith('set-') && text.startsWith(`${action} `) && valueProblem(action, text.slice(action.length + 1)) === undefined),
  );
