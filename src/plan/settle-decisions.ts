/** What people wrote → choices and acceptances; whatever cannot be meant is refused with its line. */

import type { Acceptance } from '../audit/report.js';
import { isBlank } from '../model/compare.js';
import type { Subject } from '../model/directory.js';
import { isEmailAddress } from '../model/email.js';
import { isInScope } from '../model/scope.js';
import { ruleOf } from '../rules/registry.js';
import type { RuleContext } from '../rules/rule.js';
import type { Choices } from './choices.js';
import { DECISION_COLUMNS, WRITTEN_COLUMNS } from './decision-rows.js';
import type { AnsweredRow, DecisionProblem } from './read-decisions.js';

export interface Settled {
  readonly choices: Choices;
  /** By fingerprint. */
  readonly acceptances: ReadonlyMap<string, Acceptance>;
  /** Lines that decide about a user or a group: `user 17`, `group 3`. */
  readonly linesBySubject: ReadonlyMap<string, readonly number[]>;
  readonly problems: readonly DecisionProblem[];
}

const columnOf = (name: (typeof DECISION_COLUMNS)[number]): number => DECISION_COLUMNS.indexOf(name) + 1;
const ISO_DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Is a day of the calendar. */
export function isDate(text: string): boolean {
  if (!ISO_DATE.test(text)) return false;
  const [year, month, day] = text.split('-').map(Number);
  const days = [31, year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

/** Control characters and line ends, marks that turn the direction of writing, and what stands for a lost character; joiners are of some scripts. */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\u2028\u2029\ufffd]/u;

/** What was suggested is of the export, with whatever its names have. */
const isSuggested = ({ asked, answer: { action, value } }: AnsweredRow): boolean => asked.written[WRITTEN_COLUMNS - 1] === `${action} ${value}`;

const isSameAcceptance = (a: Acceptance, b: Acceptance): boolean => a.reason === b.reason && a.owner === b.owner && a.expires === b.expires;

type Writable<T> = { -readonly [K in keyof T]: T[K] extends ReadonlyMap<infer K2, infer V> ? Map<K2, V> : T[K] };

/** Yields what the answers mean. `today` is an ISO date, for acceptances that have ended. */
export function settleDecisions(answered: readonly AnsweredRow[], { directory, policy }: RuleContext, today: string): Settled {
  const problems: DecisionProblem[] = [];
  const choices: Writable<Choices> = { emails: new Map(), active: new Map(), userNames: new Map(), groupNames: new Map(), removals: new Map() };
  const acceptances = new Map<string, Acceptance>();
  const linesBySubject = new Map<string, number[]>();
  const places = { user: placesOf(answered, 'user', directory.users), group: placesOf(answered, 'group', directory.groups) };
  const linesByChoice = new Map<string, { readonly line: number; readonly value: string }>();
  const actionsByFinding = new Map<string, { readonly line: number; readonly isAccepted: boolean }>();

  /** Notes a choice once; yields whether it is not against one made before. */
  const choose = ({ line, asked }: AnsweredRow, what: string, value: string): boolean => {
    const subject = `${asked.question.subject} ${asked.question.id}`;
    const before = linesByChoice.get(`${subject} ${what}`);
    if (before !== undefined && before.value !== value) {
      problems.push({
        line,
        column: columnOf('value'),
        message: `line ${before.line} decides otherwise about the ${what} of ${subject}; write the same in both rows, or leave one blank.`,
      });
      return false;
    }
    linesByChoice.set(`${subject} ${what}`, { line, value });
    const known = linesBySubject.get(subject);
    if (known === undefined) linesBySubject.set(subject, [line]);
    else known.push(line);
    return true;
  };

  for (const row of answered) {
    const { asked, answer, line } = row;
    const { question } = asked;
    const { action, value } = answer;
    const refuse = (column: (typeof DECISION_COLUMNS)[number], message: string): void => void problems.push({ line, column: columnOf(column), message });
    if (action === '') {
      if (value !== '') refuse('action', `there is a value but no action; write one of ${question.actions.join(', ')}, or clear the value.`);
      continue;
    }
    const known = question.actions.find((each) => each === action);
    if (known === undefined) {
      refuse('action', `${JSON.stringify(action)} is not possible here; possible: ${question.actions.join(', ')}, or blank to leave it open.`);
      continue;
    }
    const other = actionsByFinding.get(asked.finding.fingerprint);
    if (other !== undefined && other.isAccepted !== (known === 'accept')) {
      refuse('action', `line ${other.line} decides otherwise about this finding: it is either accepted or changed.`);
      continue;
    }
    if (other === undefined) actionsByFinding.set(asked.finding.fingerprint, { line, isAccepted: known === 'accept' });
    if (known === 'accept') {
      const acceptance = acceptanceOf(row, today, refuse);
      const before = acceptances.get(asked.finding.fingerprint);
      if (acceptance !== undefined && before !== undefined && !isSameAcceptance(acceptance, before)) {
        refuse('reason', `line ${other?.line} accepts this finding in other words: write the same in both rows, or leave one blank.`);
      } else if (acceptance !== undefined) acceptances.set(asked.finding.fingerprint, acceptance);
      continue;
    }
    const place = (question.subject === 'group' ? places.group : places.user).get(question.id) ?? -1;
    if (known === 'set-email') {
      if (isBlank(value)) refuse('value', 'set-email needs a value.');
      else if (!isEmailAddress(value)) refuse('value', `${JSON.stringify(value)} is not an email address.`);
      else if (choose(row, 'email', value)) choices.emails.set(place, value);
    } else if (known === 'set-username') {
      if (isBlank(value)) refuse('value', 'set-username needs a value.');
      else if (value !== value.trim()) refuse('value', `${JSON.stringify(value)} has white space around it.`);
      else if (UNSEEN.test(value) && !isSuggested(row)) refuse('value', `${JSON.stringify(value)} has characters that nobody sees, or a line end.`);
      else if (choose(row, 'username', value)) choices.userNames.set(place, value);
    } else if (known === 'set-name') {
      if (isBlank(value)) refuse('value', 'set-name needs a value.');
      else if (value !== value.trim()) refuse('value', `${JSON.stringify(value)} has white space around it.`);
      else if (UNSEEN.test(value) && !isSuggested(row)) refuse('value', `${JSON.stringify(value)} has characters that nobody sees, or a line end.`);
      else if (choose(row, 'name', value)) choices.groupNames.set(place, value);
    } else if (known === 'activate' || known === 'deactivate') {
      if (value !== '') refuse('value', `${known} takes no value.`);
      else if (choose(row, 'status', known)) choices.active.set(place, known === 'activate');
    } else {
      const groups = groupsToLeave(row, refuse);
      if (groups !== undefined && choose(row, 'memberships', value)) choices.removals.set(place, new Set(groups));
    }
  }
  for (const [place, userName] of choices.userNames) {
    const user = directory.users[place];
    const email = choices.emails.get(place) ?? user.email;
    const decided = { ...user, email, active: choices.active.get(place) ?? user.active };
    if (!isInScope(decided, policy.authMode) || userName === email) continue;
    const line = linesByChoice.get(`user ${user.id} username`)?.line ?? 1;
    problems.push({
      line,
      column: columnOf('value'),
      message: `user ${user.id} is in scope, so the username must become the email; ${JSON.stringify(userName)} would only have to be changed again. Use set-email, or deactivate.`,
    });
  }
  return { choices, acceptances, linesBySubject, problems };
}

/** Yields the places of those about whom something is answered. */
function placesOf(answered: readonly AnsweredRow[], subject: 'user' | 'group', all: readonly Subject[]): Map<string, number> {
  const wanted = new Set(answered.flatMap(({ asked: { question }, answer }) => (answer.action !== '' && question.subject === subject ? [question.id] : [])));
  return new Map(wanted.size === 0 ? [] : all.flatMap(({ id, place }) => (wanted.has(id) ? [[id, place] as const] : [])));
}

type Refuse = (column: (typeof DECISION_COLUMNS)[number], message: string) => void;

/** Yields an acceptance, or refuses one without a reason, an owner, or a day that is still to come. */
export function acceptanceOf({ answer }: Pick<AnsweredRow, 'answer'>, today: string, refuse: Refuse): Acceptance | undefined {
  const { reason, owner, expires, value } = answer;
  if (value !== '') refuse('value', 'accept takes no value.');
  if (reason === '') refuse('reason', 'accept needs a reason.');
  if (owner === '') refuse('owner', 'accept needs an owner: who answers for it.');
  if (expires !== '' && !isDate(expires))
    refuse('expires', `${JSON.stringify(expires)} is no date; write it as 2027-01-31, in a cell that is formatted as text.`);
  else if (expires !== '' && expires < today) refuse('expires', `the acceptance ended on ${expires}; settle the finding, or accept it anew.`);
  if (value !== '' || reason === '' || owner === '' || (expires !== '' && (!isDate(expires) || expires < today))) return undefined;
  return { reason, owner, ...(expires === '' ? {} : { expires }) };
}

/** Yields the places of the groups that a user is to leave: the one named by id or name, or all of the finding's. */
function groupsToLeave({ asked, answer }: AnsweredRow, refuse: Refuse): number[] | undefined {
  const { finding } = asked.finding;
  const groups = ruleOf(finding).groups(finding);
  const wanted = answer.value.trim();
  const chosen = wanted === '' ? groups : groups.filter(({ id, name }) => id === wanted || name === answer.value);
  if (chosen.length > 0) return chosen.map(({ place }) => place);
  refuse(
    'value',
    `the finding has no group ${JSON.stringify(wanted)}; leave the value blank for all of them, or name one by its id: ${groups.map(({ id }) => id).join(', ')}.`,
  );
  return undefined;
}
