/** What `decide` does: asks about the rows of decisions.csv one by one, and saves after each. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { shellWord } from '../app/command-words.js';
import { rowsOfPlanBeside } from '../app/plan-source.js';
import { settlePlanFolder } from '../app/plan-swap.js';
import { writeWhole } from '../app/whole-file.js';
import { collationOf } from '../model/compare.js';
import { DEFAULT_COLLATION } from '../model/policy.js';
import { UserError } from '../model/user-error.js';
import { unguardCell } from '../model/written-text.js';
import { acceptanceProblem, valueProblem } from '../plan/answer-validation.js';
import { type Answer, DECISION_COLUMNS, NO_ANSWER, rowDigest } from '../plan/decision-rows.js';
import { wrap } from '../reporters/columns.js';
import { csvText } from '../reporters/plan-tables.js';
import { printable } from '../reporters/visible.js';
import { count, grouped } from '../rules/rule.js';
import { readyWorkbooks } from '../sources/input-files.js';
import { readDecisionCells } from '../sources/tables/cells.js';
import { AT, type Choice, choicesOf, type FactsOf, keyLines, questionText, waitingText } from './decision-texts.js';
import { type Ending, EXIT } from './ending.js';
import { type Io, shownOn } from './io.js';
import { openQuestions, type Questions } from './questions.js';

export interface DecideFlags {
  /** Rows that were decided before as well. */
  readonly all?: boolean;
}

const openRows = (rows: readonly (readonly string[])[]): number => rows.filter((cells) => cells[AT.action] === '').length;

/** Goes through a plan folder's decisions on a terminal: the open ones, or all. */
export async function decide(folder: string, { all = false }: DecideFlags, io: Io): Promise<Ending> {
  settlePlanFolder(folder, io.process);
  const file = join(folder, 'decisions.csv');
  if (!existsSync(file)) throw new UserError(`${file}: there is no such file.`, 'Run "scim-audit plan SOURCE --out FOLDER" first, and name its folder.');
  if (io.stdin.isTTY !== true || !io.stdout.isTTY) {
    throw new UserError('decide asks questions, and this is no terminal.', `Run it on a terminal, or write into ${file} with a spreadsheet.`);
  }
  await readyWorkbooks([file]);
  const { delimiter, rows: read } = readDecisionCells(file);
  // A file of a spreadsheet that parts cells otherwise comes back as that spreadsheet opens it.
  const csvDelimiter = delimiter === ';' ? 'semicolon' : 'comma';
  const rows = read.map(({ cells }) => cells.map(unguardCell));
  const chosen = all ? rows : rows.filter((cells) => cells[AT.action] === '');
  const decidedBefore = rows.length - openRows(rows);
  const revision = `${count(decidedBefore, 'row is', 'rows are')} decided already and can be changed by "scim-audit decide ${shellWord(folder, io.process.shell)} --all"`;
  if (chosen.length === 0) return { code: EXIT.done, reason: `nothing is open in ${file}; ${decidedBefore === 0 ? '' : `${revision}; `}run the plan again` };
  const { width } = shownOn(undefined, io, false);
  if (!all && decidedBefore > 0) io.stdout.write(`${wrap(printable(`${revision}.`), width, '').join('\n')}\n`);
  const rowsByFinding = new Map<string, string[][]>();
  for (const cells of rows) {
    const known = rowsByFinding.get(cells[AT.fingerprint]);
    if (known === undefined) rowsByFinding.set(cells[AT.fingerprint], [cells]);
    else known.push(cells);
  }
  const hasSuggestion = (cells: readonly string[]): boolean => rowsByFinding.get(cells[AT.fingerprint])?.some((each) => each[AT.suggestion] !== '') === true;
  // A rename that only waits comes after the conflict that it waits for.
  const suggested = chosen.filter(hasSuggestion);
  const asked = [...suggested, ...chosen.filter((cells) => !hasSuggestion(cells))];
  let saved = 0;
  const questions = openQuestions(io, io.stdout, () =>
    saved === 0
      ? 'nothing was written.'
      : `${count(saved, 'decision is', 'decisions are')} saved, ${grouped(openRows(rows))} still open; run decide again to go on.`,
  );
  const factsByDigest = new Map(rowsOfPlanBeside(file)?.map(({ digest, facts }) => [digest, facts]));
  const factsOf: FactsOf = (cells) => factsByDigest.get(rowDigest(cells));
  const dialogue: Dialogue = { questions, rows, factsOf, width, today: io.now().toISOString().slice(0, 10), write: (text) => io.stdout.write(text) };
  try {
    for (const [at, cells] of asked.entries()) {
      const finding = rowsByFinding.get(cells[AT.fingerprint]) ?? [];
      if (at === suggested.length && at > 0) io.stdout.write(waitingText(asked.length - at, width));
      io.stdout.write(questionText({ cells, finding, factsOf, number: at + 1, all: asked.length }, width));
      const answer = await ask(cells, dialogue);
      if (answer === 'leave') break;
      if (answer === 'keep') continue;
      for (const [name, value] of Object.entries(answer)) cells[AT[name]] = value;
      writeWhole(file, csvText(DECISION_COLUMNS, rows, csvDelimiter), io.process.pid, true);
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
  readonly rows: readonly (readonly string[])[];
  readonly factsOf: FactsOf;
  readonly width: number | undefined;
  /** ISO date. */
  readonly today: string;
  write(text: string): void;
}

async function ask(cells: readonly string[], dialogue: Dialogue): Promise<Answer | 'keep' | 'leave'> {
  const { questions, width, write } = dialogue;
  const isDecided = cells[AT.action] !== '';
  const choices = choicesOf(cells, dialogue.factsOf(cells), othersOf(cells, dialogue));
  write(
    keyLines(
      [
        ...choices.map(({ text }, at) => [String(at + 1), text] as const),
        ...(isDecided
          ? ([
              ['Enter', 'keep the decision'],
              ['o', 'open it again: no decision'],
            ] as const)
          : ([['s', 'leave it open for now']] as const)),
        ['q', 'stop here; everything up to now is saved'],
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
    const answer = choice === undefined ? undefined : await answerFor(choice, cells, dialogue);
    if (answer !== undefined) return answer;
    write(`Please type a number up to ${choices.length}, ${isDecided ? 'Enter, o' : 's'} or q.\n`);
  }
}

/** What an empty line does, unless it is an answer. */
const GO_BACK = 'empty: choose again';

/** Returns a whole answer; undefined where the person typed nothing, and chooses again. */
async function answerFor({ action, value }: Choice, cells: readonly string[], dialogue: Dialogue): Promise<Answer | undefined> {
  if (action === 'accept') {
    const terms = { today: dialogue.today, collation: collationOf(DEFAULT_COLLATION) };
    const reason = await fitting(`Why may it stay (${GO_BACK})`, (text) => acceptanceProblem('reason', text, terms), dialogue);
    if (reason === undefined) return undefined;
    const owner = await fitting(`Who answers for it (${GO_BACK})`, (text) => acceptanceProblem('owner', text, terms), dialogue);
    if (owner === undefined) return undefined;
    const expires = await fitting('Until when (2027-01-31; empty: without end)', (text) => acceptanceProblem('expires', text, terms), dialogue);
    return expires === undefined ? undefined : { ...NO_ANSWER, action, reason, owner, expires };
  }
  // A reason and an owner that somebody wrote beside an open row are notes, and stay.
  const notes = cells[AT.action] === '' ? { reason: cells[AT.reason], owner: cells[AT.owner], expires: cells[AT.expires] } : {};
  const base = { ...NO_ANSWER, ...notes, action };
  if (value !== undefined) return { ...base, value };
  if (!action.startsWith('set-')) return base;
  const typed = await fitting(`New value (${GO_BACK})`, (text) => valueProblem(action, text), dialogue);
  return typed === undefined ? undefined : { ...base, value: typed };
}

/** Returns what is decided about the same user in other rows. */
function othersOf(cells: readonly string[], { rows }: Dialogue): Pick<Answer, 'action' | 'value'>[] {
  return rows
    .filter((other) => other !== cells && other[AT.subject] === cells[AT.subject] && other[AT.id] === cells[AT.id])
    .map((other) => ({ action: other[AT.action].trim().toLowerCase(), value: other[AT.value] }));
}

/** Asks until the text is one that the next plan takes; returns undefined for an empty one that it would not. */
async function fitting(question: string, problemOf: (text: string) => string | undefined, { questions, width, write }: Dialogue): Promise<string | undefined> {
  for (;;) {
    const text = (await questions.ask(`${question}: `)).trim();
    const problem = problemOf(text);
    if (problem === undefined) return text;
    write(`${wrap(printable(problem), width, '').join('\n')}\n`);
    if (text === '') return undefined;
  }
}
