/** Validation of an answer, as far as its own row shows; every place that takes answers refuses them in the same words. */

import type { Acceptance } from '../audit/report.js';
import { type Collation, isUnseen } from '../model/compare.js';
import { misread } from '../model/damage.js';
import { isEmailAddress } from '../model/email.js';
import type { AskedUser, DecisionAction, Question } from '../model/finding.js';
import { type Note, note, quoted, quotedWhole, userId } from '../model/note.js';
import { ruleOf } from '../rules/registry.js';
import { grouped } from '../rules/rule.js';
import {
  type Answer,
  type AskedRow,
  DECISION_COLUMNS,
  type DecisionColumn,
  type DecisionProblem,
  type FileRow,
  foldCell,
  suggestionOf,
} from './decision-rows.js';
import { doneAlready, hasUnseen, isTooLong, LONGEST } from './question-context.js';

export type Refuse = (column: DecisionColumn, message: Note) => void;

/** Returns the action, or refuses one that the question does not allow. */
export function actionOf(answer: Pick<Answer, 'action'>, question: Question, refuse: Refuse): DecisionAction | undefined {
  const { action } = answer;
  const known = question.actions.find((each) => each === action);
  if (known !== undefined) return known;
  const done = doneAlready(question, action);
  refuse(
    'action',
    done === undefined
      ? note`${quoted(action)} is not possible here; possible: ${question.actions.join(', ')}, or blank to leave it open.`
      : note`${done}; possible: ${question.actions.join(', ')}, or blank to leave it open.`,
  );
  return undefined;
}

/** Returns why a value cannot go with an action; the groups that `remove-member` may name depend on its finding. */
export function valueProblem(action: DecisionAction, value: string): Note | undefined {
  if (action === 'remove-member') return undefined;
  if (action === 'activate' || action === 'deactivate' || action === 'accept') return value === '' ? undefined : `${action} takes no value.`;
  if (isUnseen(value)) return `${action} needs a value.`;
  if (hasUnseen(value)) return note`${quotedWhole(value)} has a control character: a tab, a line end, or one that is invisible.`;
  if (isTooLong(value)) return note`${quoted(value)} has ${grouped(value.length)} characters; Jama Connect holds ${LONGEST}.`;
  if (action === 'set-email') return isEmailAddress(value) ? undefined : note`${quotedWhole(value)} is not an email address.`;
  return value === value.trim() ? undefined : note`${quotedWhole(value)} has white space around it.`;
}

/** Returns why the username of a user in scope cannot be this one, which is not the email. */
export const notTheEmail = (id: string, userName: string): Note =>
  note`user ${userId(id)} is in scope, so the username must become the email; ${quotedWhole(userName)} would only have to be changed again. Use set-email, or deactivate.`;

/**
 * Returns the only username that a user in scope can get, as far as is known about the user and what else is decided;
 * blank if there is none, undefined if a person must decide.
 */
export function onlyUserName(user: AskedUser | undefined, others: readonly Pick<Answer, 'action' | 'value'>[]): string | undefined {
  if (user === undefined || !isSureInScope(user) || others.some(({ action }) => action === 'deactivate')) return undefined;
  const email = others.find(({ action }) => action === 'set-email')?.value ?? (user.userName === user.email ? '' : user.email);
  return isEmailAddress(email) && valueProblem('set-username', email) === undefined ? email : '';
}

/** Is in scope in every authentication mode. */
const isSureInScope = ({ active, authenticationType }: AskedUser): boolean => active && authenticationType === 'idp';

/** Is a day of the calendar, written as 2026-03-31. */
export function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (year === undefined) return false;
  const isLeap = Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0);
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][Number(month) - 1] ?? 0;
  return Number(day) >= 1 && Number(day) <= days;
}

/** What an acceptance is checked with. */
export interface AcceptanceTerms {
  /** ISO date. */
  readonly today: string;
  /** Decides what counts as blank: a reason of invisible characters is not a reason. */
  readonly collation: Pick<Collation, 'isBlank'>;
}

/** Returns why a cell cannot go with `accept`. */
export function acceptanceProblem(
  column: 'value' | 'reason' | 'owner' | 'expires',
  text: string,
  { today, collation: { isBlank } }: AcceptanceTerms,
): Note | undefined {
  if (column === 'value') return valueProblem('accept', text);
  if (column === 'reason') return isBlank(text) ? 'accept needs a reason.' : undefined;
  if (column === 'owner') return isBlank(text) ? 'accept needs an owner: who is responsible for it.' : undefined;
  if (text === '') return undefined;
  if (!isDate(text)) return note`${quoted(text)} is not a date; write it as 2027-01-31, in a cell that is formatted as text.`;
  return text < today ? `the acceptance ended on ${text}; settle the finding, or accept it again.` : undefined;
}

/** Returns an acceptance, or refuses one without a reason, an owner, or with a date that has passed. */
export function acceptanceOf({ answer }: { readonly answer: Answer }, terms: AcceptanceTerms, refuse: Refuse): Acceptance | undefined {
  let isWhole = true;
  for (const column of ['value', 'reason', 'owner', 'expires'] as const) {
    const problem = acceptanceProblem(column, answer[column], terms);
    if (problem === undefined) continue;
    refuse(column, problem);
    isWhole = false;
  }
  const { reason, owner, expires } = answer;
  return isWhole ? { reason, owner, ...(expires === '' ? {} : { expires }) } : undefined;
}

// Cells of decisions.csv compared with what was asked: which were altered, and which may come from an earlier export.

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
    message: note`${DECISION_COLUMNS[at]} was altered: it is ${quotedWhole(cells[at] ?? '')} and was ${quotedWhole(written[at])}. ${alterationHint(written[at], cells[at] ?? '')}`,
  };
}
