/** The dialogue of `decide`: asks about the rows of decisions.csv one by one, and saves after each. */

import { shellWord } from '../app/command-words.js';
import { todayOf } from '../app/context.js';
import { type DecisionRow, decide } from '../app/decide.js';
import { collationOf } from '../model/compare.js';
import { type Note, noteText } from '../model/note.js';
import { DEFAULT_COLLATION } from '../model/policy.js';
import { UserError } from '../model/user-error.js';
import { acceptanceProblem, valueProblem } from '../plan/answer-validation.js';
import { type Answer, NO_ANSWER } from '../plan/decision-rows.js';
import { wrap } from '../reporters/columns.js';
import { printable } from '../reporters/visible.js';
import { count, grouped } from '../rules/rule.js';
import { type Choice, choicesOf, keyLines, questionText, waitingText } from './decision-texts.js';
import { type Ending, EXIT } from './ending.js';
import { type Io, shownOn } from './io.js';
import { openQuestions, type Questions } from './questions.js';

export interface DecideFlags {
  /** Rows that were decided before as well. */
  readonly all?: boolean;
}

const openRows = (rows: readonly DecisionRow[]): number => rows.filter(({ action }) => action === '').length;

/** Goes through a plan folder's decisions on a terminal: the open ones, or all. */
export async function askDecisions(folder: string, { all = false }: DecideFlags, io: Io): Promise<Ending> {
  const { file, rows, answer: save } = await decide(folder, io);
  if (io.stdin.isTTY !== true || !io.stdout.isTTY) {
    throw new UserError('decide asks questions, so it needs a terminal.', `Run it on a terminal, or fill in ${file} in a spreadsheet.`);
  }
  const chosen = all ? rows : rows.filter(({ action }) => action === '');
  const decidedBefore = rows.length - openRows(rows);
  const revision = `${count(decidedBefore, 'row is', 'rows are')} decided already and can be changed by "scim-audit decide ${shellWord(folder, io.process.shell)} --all"`;
  if (chosen.length === 0) return { code: EXIT.done, reason: `nothing is open in ${file}; ${decidedBefore === 0 ? '' : `${revision}; `}run the plan again` };
  const { width } = shownOn(undefined, io, false);
  if (!all && decidedBefore > 0) io.stdout.write(`${wrap(printable(`${revision}.`), width, '').join('\n')}\n`);
  const rowsByFinding = new Map<string, DecisionRow[]>();
  for (const row of rows) {
    const known = rowsByFinding.get(row.fingerprint);
    if (known === undefined) rowsByFinding.set(row.fingerprint, [row]);
    else known.push(row);
  }
  const hasSuggestion = ({ fingerprint }: DecisionRow): boolean => rowsByFinding.get(fingerprint)?.some(({ suggestion }) => suggestion !== '') === true;
  // A rename that only waits comes after the conflict that it waits for.
  const suggested = chosen.filter(hasSuggestion);
  const asked = [...suggested, ...chosen.filter((row) => !hasSuggestion(row))];
  let saved = 0;
  const questions = openQuestions(io, io.stdout, () =>
    saved === 0
      ? 'nothing was written.'
      : `${count(saved, 'decision is', 'decisions are')} saved, ${grouped(openRows(rows))} still open; run decide again to go on.`,
  );
  const dialogue: Dialogue = { questions, rows, width, today: todayOf(io), write: (text) => io.stdout.write(text) };
  try {
    for (const [at, row] of asked.entries()) {
      const finding = rowsByFinding.get(row.fingerprint) ?? [];
      if (at === suggested.length && at > 0) io.stdout.write(waitingText(asked.length - at, width));
      io.stdout.write(questionText({ row, finding, number: at + 1, all: asked.length }, width));
      const answer = await ask(row, dialogue);
      if (answer === 'leave') break;
      if (answer === 'keep') continue;
      save(row, answer);
      saved++;
      io.stdout.write('Saved.\n');
    }
  } finally {
    questions.close();
  }
  return {
    code: EXIT.done,
    reason: `${count(saved, 'decision')} saved, ${grouped(openRows(rows))} still open; run the plan again to see what they lead to`,
  };
}

interface Dialogue {
  readonly questions: Questions;
  readonly rows: readonly DecisionRow[];
  readonly width: number | undefined;
  /** ISO date. */
  readonly today: string;
  write(text: string): void;
}

async function ask(row: DecisionRow, dialogue: Dialogue): Promise<Answer | 'keep' | 'leave'> {
  const { questions, width, write } = dialogue;
  const isDecided = row.action !== '';
  const choices = choicesOf(row, othersOf(row, dialogue));
  write(
    keyLines(
      [
        ...choices.map(({ text }, at) => [String(at + 1), text] as const),
        ...(isDecided
          ? ([
              ['Enter', 'keep the decision'],
              ['o', 'reopen it: no decision'],
            ] as const)
          : ([['s', 'leave it open for now']] as const)),
        ['q', 'quit; decisions so far are saved'],
      ],
      width,
    ),
  );
  for (;;) {
    const word = (await questions.ask('> ')).trim().toLowerCase();
    if (word === 'q') return 'leave';
    if (word === 's' || word === '') return 'keep';
    if (word === 'o' && isDecided) return NO_ANSWER;
    const choice = choices[Number(word) - 1];
    const answer = choice === undefined ? undefined : await answerFor(choice, row, dialogue);
    if (answer !== undefined) return answer;
    write(`Please type a number up to ${choices.length}, ${isDecided ? 'Enter, o' : 's'} or q.\n`);
  }
}

/** What an empty line does, unless it is an answer. */
const GO_BACK = 'empty: choose again';

/** Returns a whole answer; undefined if the person typed nothing, and chooses again. */
async function answerFor({ action, value }: Choice, row: DecisionRow, dialogue: Dialogue): Promise<Answer | undefined> {
  if (action === 'accept') {
    const terms = { today: dialogue.today, collation: collationOf(DEFAULT_COLLATION) };
    const reason = await fitting(`Why it is accepted (${GO_BACK})`, (text) => acceptanceProblem('reason', text, terms), dialogue);
    if (reason === undefined) return undefined;
    const owner = await fitting(`Who is responsible for it (${GO_BACK})`, (text) => acceptanceProblem('owner', text, terms), dialogue);
    if (owner === undefined) return undefined;
    const expires = await fitting('Until when (2027-01-31; empty: no end date)', (text) => acceptanceProblem('expires', text, terms), dialogue);
    return expires === undefined ? undefined : { ...NO_ANSWER, action, reason, owner, expires };
  }
  // A reason and an owner beside an open row are notes, and stay.
  const notes = row.action === '' ? { reason: row.reason, owner: row.owner, expires: row.expires } : {};
  const base = { ...NO_ANSWER, ...notes, action };
  if (value !== undefined) return { ...base, value };
  if (!action.startsWith('set-')) return base;
  const typed = await fitting(`New value (${GO_BACK})`, (text) => valueProblem(action, text), dialogue);
  return typed === undefined ? undefined : { ...base, value: typed };
}

/** Returns what is decided about the same user in other rows. */
function othersOf(row: DecisionRow, { rows }: Dialogue): Pick<Answer, 'action' | 'value'>[] {
  return rows
    .filter((other) => other !== row && other.subject === row.subject && other.id === row.id)
    .map(({ action, value }) => ({ action: action.trim().toLowerCase(), value }));
}

/** Asks until the text is one that the next plan takes; returns undefined for an empty one that it would not. */
async function fitting(question: string, problemOf: (text: string) => Note | undefined, { questions, width, write }: Dialogue): Promise<string | undefined> {
  for (;;) {
    const text = (await questions.ask(`${question}: `)).trim();
    const problem = problemOf(text);
    if (problem === undefined) return text;
    write(`${wrap(printable(noteText(problem)), width, '').join('\n')}\n`);
    if (text === '') return undefined;
  }
}
