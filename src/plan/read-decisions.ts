/**
 * Reads the answers of decisions.csv, those to what is asked now and those to what is no longer asked; and turns them
 * into choices and acceptances.
 */

import type { Acceptance } from '../audit/report.js';
import type { Subject } from '../model/directory.js';
import { joined, note, noteText, quotedWhole, userId } from '../model/note.js';
import { isInScope } from '../model/policy.js';
import { plainUser } from '../model/stored-user.js';
import { unguardCell } from '../model/written-text.js';
import { ruleOf } from '../rules/registry.js';
import type { RuleContext } from '../rules/rule.js';
import { acceptanceOf, actionOf, alteredAt, notTheEmail, type Refuse, valueProblem } from './answer-validation.js';
import { type FindAsked, finderOf, keyOf, rowProblems } from './compare-rows.js';
import { type Answer, type AskedRow, DECISION_COLUMNS, type DecisionColumn, type DecisionProblem, type FileRow, WRITTEN_COLUMNS } from './decision-rows.js';
import type { Choices } from './end-state.js';
import type { WrittenRow } from './plan.js';
import { doneAlready } from './question-context.js';

/** A row with a person's answer. */
export interface AnsweredRow {
  readonly asked: AskedRow;
  readonly answer: Answer;
  readonly line: number;
}

/** An answer to what is no longer asked. */
export interface OutdatedRow {
  readonly cells: readonly string[];
  readonly line: number;
  readonly why: string;
}

interface ReadDecisions {
  readonly answered: readonly AnsweredRow[];
  readonly outdated: readonly OutdatedRow[];
  readonly problems: readonly DecisionProblem[];
}

/**
 * Returns the answers of a file. Its rows must be those of `asked`, or else those of `previous`, if it is known which rows
 * were written then. Answers whose finding is unchanged carry over; the others are outdated.
 */
export function readDecisions(
  headings: readonly string[],
  rows: readonly FileRow[],
  asked: readonly AskedRow[],
  previous: readonly WrittenRow[] | undefined,
): ReadDecisions {
  const wrongHeading = DECISION_COLUMNS.findIndex((name, at) => headings[at]?.trim() !== name);
  if (wrongHeading >= 0 || headings.length !== DECISION_COLUMNS.length) {
    const column = wrongHeading >= 0 ? wrongHeading : DECISION_COLUMNS.length;
    return {
      answered: [],
      outdated: [],
      problems: [
        { line: 1, column: column + 1, message: note`the headings are not ${DECISION_COLUMNS.join(', ')}; write the file again with "scim-audit plan".` },
      ],
    };
  }
  const plain = rows.map((row) => ({ ...row, cells: row.cells.map(unguardCell) }));
  const find = finderOf(asked);
  const problems = rowProblems(plain, asked, find, previous);
  if (problems.length > 0) return { answered: [], outdated: [], problems };
  return { ...sortAnswers(plain, asked, find), problems };
}

function sortAnswers(rows: readonly FileRow[], asked: readonly AskedRow[], find: FindAsked): Pick<ReadDecisions, 'answered' | 'outdated'> {
  const answered: AnsweredRow[] = [];
  const outdated: OutdatedRow[] = [];
  let nowBySubject: ReadonlyMap<string, Pick<AskedRow, 'written'>> | undefined;
  for (const { line, cells } of rows) {
    const [action, value, reason, owner, expires] = cells.slice(WRITTEN_COLUMNS).map((cell) => cell.trim());
    const answer: Answer = { action: action.toLowerCase(), value: cells[WRITTEN_COLUMNS + 1], reason, owner, expires };
    const row = find(cells);
    const isBlank = [action, value, reason, owner, expires].every((cell) => cell === '');
    const done = row === undefined ? undefined : doneAlready(row.question, answer.action);
    // Refused only in a row as it is asked now: an earlier decision that has come true is not a mistake.
    if (done !== undefined && row !== undefined && alteredAt(cells, row.written) >= 0) outdated.push({ cells, line, why: noteText(done) });
    else if (row !== undefined) answered.push({ asked: row, answer, line });
    else if (!isBlank) {
      nowBySubject ??= new Map(asked.map(({ written }) => [keyOf(written[1], written[2], written[3]), { written }]));
      const now = nowBySubject.get(keyOf(cells[1], cells[2], cells[3]));
      const why =
        now === undefined
          ? 'the finding is gone'
          : now.written[4] === cells[4]
            ? 'the finding has changed: it is about other users, groups or values as well'
            : `the finding has changed: ${JSON.stringify(cells[4])} is now ${JSON.stringify(now.written[4])}`;
      outdated.push({ cells, line, why });
    }
  }
  return { answered, outdated };
}

// Turns answers into choices and acceptances; invalid answers are refused with their line.

export interface Settled {
  readonly choices: Choices;
  /** By fingerprint. */
  readonly acceptances: ReadonlyMap<string, Acceptance>;
  /** Lines that decide about a user or a group: `user 17`, `group 3`. */
  readonly linesBySubject: ReadonlyMap<string, readonly number[]>;
  readonly problems: readonly DecisionProblem[];
}

const columnOf = (name: DecisionColumn): number => DECISION_COLUMNS.indexOf(name) + 1;

const isSameAcceptance = (a: Acceptance, b: Acceptance): boolean => a.reason === b.reason && a.owner === b.owner && a.expires === b.expires;

type Writable<T> = { -readonly [K in keyof T]: T[K] extends ReadonlyMap<infer K2, infer V> ? Map<K2, V> : T[K] };

/** Returns the meaning of the answers. `today` is an ISO date, to refuse acceptances that have expired. */
export function settleDecisions(answered: readonly AnsweredRow[], { directory, policy, index }: RuleContext, today: string): Settled {
  const problems: DecisionProblem[] = [];
  const choices: Writable<Choices> = { emails: new Map(), active: new Map(), userNames: new Map(), groupNames: new Map(), removals: new Map() };
  const acceptances = new Map<string, Acceptance>();
  const linesBySubject = new Map<string, number[]>();
  const places = { user: placesOf(answered, 'user', directory.users), group: placesOf(answered, 'group', directory.groups) };
  const linesByChoice = new Map<string, { readonly line: number; readonly value: string }>();
  const actionsByFinding = new Map<string, { readonly line: number; readonly isAccepted: boolean }>();

  /** Records a choice; returns false if it contradicts an earlier one. */
  const choose = ({ line, asked }: AnsweredRow, what: string, value: string): boolean => {
    const subject = `${asked.question.subject} ${asked.question.id}`;
    const before = linesByChoice.get(`${subject} ${what}`);
    if (before !== undefined && before.value !== value) {
      problems.push({
        line,
        column: columnOf('value'),
        message: `line ${before.line} has a different decision about the ${what} of ${subject}; write the same in both rows, or leave one blank.`,
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
    const refuse: Refuse = (column, message) => void problems.push({ line, column: columnOf(column), message });
    if (action === '') {
      if (value !== '') refuse('action', `there is a value but no action; write one of ${question.actions.join(', ')}, or clear the value.`);
      continue;
    }
    const known = actionOf(answer, question, refuse);
    if (known === undefined) continue;
    const other = actionsByFinding.get(asked.finding.fingerprint);
    if (other !== undefined && other.isAccepted !== (known === 'accept')) {
      refuse('action', `line ${other.line} has a different decision about this finding: it is either accepted or changed.`);
      continue;
    }
    if (other === undefined) actionsByFinding.set(asked.finding.fingerprint, { line, isAccepted: known === 'accept' });
    if (known === 'accept') {
      const acceptance = acceptanceOf(row, { today, collation: index.collation }, refuse);
      const before = acceptances.get(asked.finding.fingerprint);
      if (acceptance !== undefined && before !== undefined && !isSameAcceptance(acceptance, before)) {
        refuse('reason', `line ${other?.line} accepts this finding in other words: write the same in both rows, or leave one blank.`);
      } else if (acceptance !== undefined) acceptances.set(asked.finding.fingerprint, acceptance);
      continue;
    }
    const problem = valueProblem(known, value);
    if (problem !== undefined) {
      refuse('value', problem);
      continue;
    }
    const place = (question.subject === 'group' ? places.group : places.user).get(question.id) ?? -1;
    if (known === 'set-email') {
      if (choose(row, 'email', value)) choices.emails.set(place, value);
    } else if (known === 'set-username') {
      if (choose(row, 'username', value)) choices.userNames.set(place, value);
    } else if (known === 'set-name') {
      if (choose(row, 'name', value)) choices.groupNames.set(place, value);
    } else if (known === 'activate' || known === 'deactivate') {
      if (choose(row, 'status', known)) choices.active.set(place, known === 'activate');
    } else {
      const groups = groupsToLeave(row, refuse);
      if (groups !== undefined && choose(row, 'memberships', value)) choices.removals.set(place, new Set(groups));
    }
  }
  for (const [place, userName] of choices.userNames) {
    const user = directory.users[place];
    const email = choices.emails.get(place) ?? user.email;
    const decided = { ...plainUser(user), email, active: choices.active.get(place) ?? user.active };
    if (!isInScope(decided, policy.authMode) || userName === email) continue;
    const line = linesByChoice.get(`user ${user.id} username`)?.line ?? 1;
    problems.push({ line, column: columnOf('value'), message: notTheEmail(user.id, userName) });
  }
  return { choices, acceptances, linesBySubject, problems };
}

/** Returns the indexes of users with an answer. */
function placesOf(answered: readonly AnsweredRow[], subject: 'user' | 'group', all: readonly Subject[]): Map<string, number> {
  const wanted = new Set(answered.flatMap(({ asked: { question }, answer }) => (answer.action !== '' && question.subject === subject ? [question.id] : [])));
  return new Map(wanted.size === 0 ? [] : all.flatMap(({ id, place }) => (wanted.has(id) ? [[id, place] as const] : [])));
}

/** Returns the indexes of the groups that a user will leave: the one named by id or name, or all of the finding. */
function groupsToLeave({ asked, answer }: AnsweredRow, refuse: Refuse): number[] | undefined {
  const { finding } = asked.finding;
  const groups = ruleOf(finding).groups(finding);
  const wanted = answer.value.trim();
  const chosen = wanted === '' ? groups : groups.filter(({ id, name }) => id === wanted || name === answer.value);
  if (chosen.length > 0) return chosen.map(({ place }) => place);
  refuse(
    'value',
    note`the finding has no group ${quotedWhole(wanted)}; leave the value blank for all of them, or name one by its id: ${joined(
      groups.map(({ id }) => userId(id)),
      ', ',
    )}.`,
  );
  return undefined;
}
