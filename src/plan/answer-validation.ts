/** Validation of an answer, as far as its own row shows; every place that takes answers refuses them in the same words. */

import type { Acceptance } from '../audit/report.js';
import { type Collation, isUnseen } from '../model/compare.js';
import { isEmailAddress } from '../model/email.js';
import type { AskedUser, DecisionAction, Question } from '../model/finding.js';
import { type Note, note, quoted, quotedWhole, userId } from '../model/note.js';
import { grouped } from '../rules/rule.js';
import type { Answer, DecisionColumn } from './decision-rows.js';
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
