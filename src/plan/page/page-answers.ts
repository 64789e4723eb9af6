/** Answers by row, as the page judges them. */

import type { Answer } from '../decision-rows.js';

/** A row without an answer is open. */
export type Answers = ReadonlyMap<number, Answer>;

/** The first row of decisions.csv after its headings. */
const FIRST_LINE = 2;

export const lineOf = (row: number): number => row + FIRST_LINE;
export const rowOf = (line: number): number => line - FIRST_LINE;

/** Is an action that writes its value into an account. */
export const isTyped = (answer: Answer): answer is Answer & { readonly action: 'set-username' | 'set-email' } =>
  answer.action === 'set-username' || answer.action === 'set-email';

const isSameAnswer = (a: Answer | undefined, b: Answer | undefined): boolean =>
  a === b ||
  (a !== undefined &&
    b !== undefined &&
    a.action === b.action &&
    a.value === b.value &&
    a.reason === b.reason &&
    a.owner === b.owner &&
    a.expires === b.expires);

export const isStatus = (answer: Answer | undefined): answer is Answer => answer?.action === 'activate' || answer?.action === 'deactivate';

/** Returns the rows that are answered differently. */
export function changedRows(before: Answers, after: Answers): number[] {
  const changed: number[] = [];
  for (const [row, answer] of after) if (!isSameAnswer(before.get(row), answer)) changed.push(row);
  for (const row of before.keys()) if (!after.has(row)) changed.push(row);
  return changed;
}

/** Returns the first line that changes something. */
export function firstLineOf(answers: Answers): number {
  let first = Number.POSITIVE_INFINITY;
  for (const [row, { action }] of answers) if (action !== '' && action !== 'accept') first = Math.min(first, lineOf(row));
  return first;
}
