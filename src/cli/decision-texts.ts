/** The questions of decisions.csv as texts for a terminal. */

import { noteText } from '../model/note.js';
import type { Answer, DecisionProblem } from '../plan/decision-rows.js';
import { differenceOf, type Outlook } from '../plan/end-state.js';
import { whoIs } from '../plan/question-context.js';
import type { Party, PlainQuestion, QuestionRow } from '../plan/question-shape.js';
import { titleOf } from '../plan/question-words.js';
import { wrap } from '../reporters/columns.js';
import { printable, visible } from '../reporters/visible.js';
import { count, grouped } from '../rules/rule.js';

/** Of the accounts of one question, so many are shown. */
const MOST_PARTIES = 20;
/** Of the rows that an answer fills, so many are shown. */
const MOST_ROWS = 8;

/** Returns the decision of a row in words; empty while it is open. */
export function decisionText(answer: Pick<Answer, 'action' | 'value' | 'reason' | 'owner' | 'expires'>): string {
  const [action = '', value = '', reason = '', owner = '', expires = ''] = [answer.action, answer.value, answer.reason, answer.owner, answer.expires].map(
    visible,
  );
  if (action !== 'accept') return value === '' ? action : `${action} ${value}`;
  return `accept: ${reason} (${owner}${expires === '' ? '' : `, until ${expires}`})`;
}

export interface Shown {
  readonly question: PlainQuestion;
  /** Those who can be named by their number. */
  readonly keepers: readonly Party[];
  readonly number: number;
  readonly all: number;
}

/** Returns the question: what is asked, everyone it is about, and what is decided about it so far. */
export function questionText({ question, keepers, number, all }: Shown, width: number | undefined): string {
  const { kind, rule, parties, rows } = question;
  const decided = rows.filter(({ action }) => action !== '');
  return [
    '',
    ...wrap(`${number} of ${all}: ${titleOf({ rule })}`, width, ''),
    '',
    ...wrap(visible(question.text), width, '  '),
    ...(kind === 'one' && parties.length < 2 ? [] : ['', ...partyLines(parties, keepers, width)]),
    ...(kind === 'one' && rows[0].suggestion !== '' && rows[0].user === undefined ? wrap(`Now: ${visible(rows[0].current)}`, width, '  ') : []),
    ...(decided.length === 0 ? [] : ['', ...answerLines(new Map(decided.map((row) => [row, row])), 'Decided:', width)]),
    '',
    '',
  ].join('\n');
}

/** Returns what is said before the questions that only wait. */
export function waitingText(questions: number, width: number | undefined): string {
  const text = `${count(questions, 'question')} ${questions === 1 ? 'follows that' : 'follow that'} may only wait for what you have decided so far: to see which are left, type q and run the plan again.`;
  return `\n${wrap(text, width, '').join('\n')}\n`;
}

function partyLines(parties: readonly Party[], keepers: readonly Party[], width: number | undefined): string[] {
  const order = [...keepers, ...parties.filter((party) => !keepers.includes(party))];
  const shown = order.slice(0, MOST_PARTIES);
  const widest = String(shown.length).length;
  const lines = shown.flatMap((party, at) => {
    const { subject, id, user, rows } = party;
    const mark = at < keepers.length ? String(at + 1) : '-';
    const { hasName, hasEmail } = party.claim;
    const has = hasName && hasEmail ? ' (username and email)' : hasName ? ' (its username)' : hasEmail ? ' (its email)' : '';
    const who = visible(user === undefined ? `"${rows[0].current}"` : `${whoIs(user)}${has}`);
    return hanging(`  ${mark.padStart(widest)}  `, `${subject} ${visible(id)}: ${who}`, width);
  });
  const rest = order.length - shown.length;
  return rest > 0 ? [...lines, `  … and ${grouped(rest)} more`] : lines;
}

/** Returns what an answer writes, row by row. */
export function answerLines(cells: ReadonlyMap<QuestionRow, Answer>, heading: string, width: number | undefined): string[] {
  const filled = [...cells].filter(([, { action }]) => action !== '');
  const lines = filled
    .slice(0, MOST_ROWS)
    .flatMap(([{ subject, id, rule }, answer]) => hanging('    ', `${subject}${id === '' ? '' : ` ${visible(id)}`}: ${decisionText(answer)} (${rule})`, width));
  const rest = filled.length - MOST_ROWS;
  return [`  ${heading}`, ...lines, ...(rest > 0 ? [`    … and ${count(rest, 'more row')}`] : [])];
}

const hanging = (start: string, text: string, width: number | undefined): string[] => {
  const indent = ' '.repeat(start.length);
  const [first = '', ...rest] = wrap(text, width, indent);
  return [`${start}${first.slice(indent.length)}`, ...rest];
};

/** Returns in two lines what an answer changes: which findings end and begin, and what a check would count. */
export function outlookLines(before: Outlook | undefined, after: Outlook, width: number | undefined): string[] {
  const { error, warning } = after.counts;
  const counts = `Then a check would count ${count(error, 'error')} and ${count(warning, 'warning')}; ${count(after.open.size, 'finding')} would be left to decide.`;
  if (before === undefined) return wrap(counts, width, '  ');
  const { ends, begins } = differenceOf(before, after);
  const ended = tallyText(ends);
  const begun = tallyText(begins);
  const change =
    ended === '' && begun === ''
      ? 'No finding ends or begins.'
      : `${ended === '' ? 'Ends none' : `Ends ${ended}`}; ${begun === '' ? 'begins none' : `begins ${begun}`}.`;
  return [...wrap(change, width, '  '), ...wrap(counts, width, '  ')];
}

function tallyText(tally: ReadonlyMap<string, number>): string {
  const total = [...tally.values()].reduce((sum, each) => sum + each, 0);
  if (total === 0) return '';
  return `${count(total, 'finding')} (${[...tally].map(([rule, n]) => (n === 1 ? rule : `${grouped(n)} ${rule}`)).join(', ')})`;
}

/** Returns why the next plan would refuse the decisions. */
export function refusalLines(problems: readonly DecisionProblem[], width: number | undefined): string[] {
  const shown = problems.slice(0, 5).flatMap(({ line, message }) => hanging('    ', printable(`line ${line}: ${noteText(message)}`), width));
  return ['  The next plan would refuse this:', ...shown, ...(problems.length > 5 ? [`    … and ${count(problems.length - 5, 'more', 'more')}`] : [])];
}

/** Returns what can be typed, each with what it leads to. */
export function keyLines(keys: readonly (readonly [key: string, text: string])[], width: number | undefined): string {
  const widest = Math.max(...keys.map(([key]) => key.length));
  return `${keys.flatMap(([key, text]) => hanging(`  ${key.padEnd(widest)}  `, visible(text), width)).join('\n')}\n`;
}
