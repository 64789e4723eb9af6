/** Rows of decisions.csv as texts for a terminal, one after the other. */

import type { DecisionRow } from '../app/decide.js';
import type { DecisionAction } from '../model/finding.js';
import { onlyUserName } from '../plan/answer-validation.js';
import { type Answer, suggestionOf } from '../plan/decision-rows.js';
import { whoIs } from '../plan/question-context.js';
import { cut, wrap } from '../reporters/columns.js';
import { visible } from '../reporters/visible.js';
import { findRule } from '../rules/registry.js';
import { count, grouped } from '../rules/rule.js';

/** Of the subjects of one finding, so many are shown before each question. */
const MOST_SUBJECTS = 10;

/** What each choice leads to. */
const LEADS_TO: Readonly<Record<DecisionAction, string>> = {
  'set-username': 'another username; tell the person who signs in with the old one',
  'set-email': 'another email; a user in scope then gets it as username too',
  'set-name': 'another name for the group',
  activate: 'the user becomes active, and may take a license',
  deactivate: 'the user can no longer sign in, and is out of scope',
  'remove-member': 'the user is removed from the groups now, deliberately, rather than by the first sync',
  accept: 'nothing changes; reason and owner are kept, and the finding counts as accepted',
};

/** The one username that a user in scope can get. */
const GETS_THE_EMAIL = 'this account gets its email as username; settle the other users who need it too';

export interface Choice {
  readonly action: DecisionAction;
  /** Known already for the suggestion. */
  readonly value?: string;
  readonly text: string;
}

/** Returns what can be decided about a row: first what is suggested. `others` are decided about the same user in other rows. */
export function choicesOf({ actions, user, suggestion: cell }: DecisionRow, others: readonly Pick<Answer, 'action' | 'value'>[]): Choice[] {
  const userName = onlyUserName(user, others);
  const suggestion = suggestionOf(cell, actions);
  const first: Choice[] = suggestion === undefined ? [] : [{ ...suggestion, text: `use the suggestion: ${visible(cell)}` }];
  return [
    ...first,
    ...actions.flatMap((action): Choice[] => {
      if (action !== 'set-username' || userName === undefined) return [{ action, text: `${action}: ${LEADS_TO[action]}` }];
      // That the suggestion may say as well.
      if (userName === '' || (suggestion?.action === action && suggestion.value === userName)) return [];
      return [{ action, value: userName, text: `${action} ${visible(userName)}: ${GETS_THE_EMAIL}` }];
    }),
  ];
}

/** Returns the decision of a row in words; empty while it is open. */
export function decisionText(row: DecisionRow): string {
  const [action = '', value = '', reason = '', owner = '', expires = ''] = [row.action, row.value, row.reason, row.owner, row.expires].map(visible);
  if (action !== 'accept') return value === '' ? action : `${action} ${value}`;
  return `accept: ${reason} (${owner}${expires === '' ? '' : `, until ${expires}`})`;
}

export interface Asked {
  readonly row: DecisionRow;
  /** Every row of the finding, in their order. */
  readonly finding: readonly DecisionRow[];
  readonly number: number;
  readonly all: number;
}

/** Returns the question: the finding with everyone it is about, then the row itself. */
export function questionText({ row, finding, number, all }: Asked, width: number | undefined): string {
  const [rule = '', subject = '', id = '', current = '', problem = '', suggestion = ''] = [
    row.rule,
    row.subject,
    row.id,
    row.current,
    row.problem,
    row.suggestion,
  ].map(visible);
  const decision = decisionText(row);
  return [
    '',
    ...wrap(`${number} of ${all}: ${findRule(rule)?.title ?? rule}`, width, ''),
    ...(finding.length > 1 ? subjectLines(row, finding, width) : []),
    ...wrap(`${subject}${id === '' ? '' : ` ${id}`}${current === '' ? '' : `: ${current}`}`, width, '  '),
    ...wrap(problem, width, '  '),
    ...(suggestion === '' ? [] : wrap(`Suggested: ${suggestion}`, width, '  ')),
    ...(decision === '' ? [] : wrap(`Decided: ${decision}`, width, '  ')),
    '',
  ].join('\n');
}

/** Returns what is said before the rows of findings for which nothing is suggested. */
export function waitingText(rows: number, width: number | undefined): string {
  const text = `${count(rows, 'row')} without a suggestion ${rows === 1 ? 'follows' : 'follow'}. Some may only wait for what you have decided so far: to see which are left, type q and run the plan again.`;
  return `\n${wrap(text, width, '').join('\n')}\n`;
}

function subjectLines(asked: DecisionRow, finding: Asked['finding'], width: number | undefined): string[] {
  const lines = finding.slice(0, MOST_SUBJECTS).map((row) => {
    const { id, current, user } = row;
    const decision = decisionText(row);
    const line = `${row === asked ? '  > ' : '    '}${visible(id)}${decision === '' ? '' : `, ${decision}`}: ${visible(user === undefined ? current : whoIs(user))}`;
    return width === undefined ? line : cut(line, width);
  });
  const rest = finding.length - lines.length;
  const what = count(finding.length, visible(asked.subject));
  return [...wrap(`One finding about ${what}:`, width, '  '), ...lines, ...(rest > 0 ? [`    … and ${grouped(rest)} more`] : [])];
}

/** Returns what can be typed, each with what it leads to. */
export function keyLines(keys: readonly (readonly [key: string, text: string])[], width: number | undefined): string {
  const widest = Math.max(...keys.map(([key]) => key.length));
  const indent = ' '.repeat(4 + widest + 2);
  const lines = keys.flatMap(([key, text]) => {
    const [first, ...rest] = wrap(text, width, indent);
    return [`    ${key.padEnd(widest)}  ${first.slice(indent.length)}`, ...rest];
  });
  return `${lines.join('\n')}\n`;
}
