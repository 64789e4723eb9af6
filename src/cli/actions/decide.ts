/** What `decide` does: asks about the open rows of decisions.csv one by one, and saves after each. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DecisionAction } from '../../model/finding.js';
import { unguardCell } from '../../model/formula.js';
import { Mistake } from '../../model/mistake.js';
import { acceptanceProblem } from '../../plan/answer-limits.js';
import { DECISION_COLUMNS, WRITTEN_COLUMNS } from '../../plan/decision-rows.js';
import { csvText } from '../../reporters/plan-tables.js';
import { visible } from '../../reporters/visible.js';
import { findRule } from '../../rules/registry.js';
import { count, grouped } from '../../rules/rule.js';
import { readCells } from '../../sources/cells.js';
import { type Ending, EXIT } from '../exit.js';
import type { Io } from '../io.js';
import { writeWhole } from '../outputs.js';
import { openQuestions, type Questions } from '../questions.js';

/** What each choice leads to, for somebody who has not read the contract. */
const LEADS_TO: Readonly<Record<DecisionAction, string>> = {
  'set-username': 'another username; who uses the old one to sign in must be told',
  'set-email': 'another email; a user in scope then gets it as username too',
  'set-name': 'another name for the group',
  activate: 'the user becomes active, and may take a license',
  deactivate: 'the user cannot sign in any more, and is out of scope',
  'remove-member': 'the user leaves the groups now and on purpose, instead of by the first sync',
  accept: 'nothing changes; reason and owner are kept, and the finding counts as accepted',
};

const NEEDS_VALUE: ReadonlySet<string> = new Set(['set-username', 'set-email', 'set-name']);
const AT = Object.fromEntries(DECISION_COLUMNS.map((name, at) => [name, at]));

const openRows = (rows: readonly string[][]): string[][] => rows.filter((cells) => cells[AT.action] === '');

/** Goes through a plan folder's open decisions on a terminal. */
export async function decide(folder: string, io: Io): Promise<Ending> {
  const file = join(folder, 'decisions.csv');
  if (!existsSync(file)) throw new Mistake(`${file}: there is no such file.`, 'Run "scim-audit plan SOURCE --out FOLDER" first, and name its folder.');
  if (io.stdin.isTTY !== true || !io.stdout.isTTY) {
    throw new Mistake('decide asks questions, and this is no terminal.', `Run it on a terminal, or write into ${file} with a spreadsheet.`);
  }
  const rows = readCells(file).rows.map(({ cells }) => cells.map(unguardCell));
  const open = openRows(rows);
  if (open.length === 0) return { code: EXIT.done, reason: `nothing is open in ${file}; run the plan again` };
  let decided = 0;
  const questions = openQuestions(io, io.stdout, () => {
    if (decided === 0) return 'nothing was written.';
    return `${count(decided, 'decision is', 'decisions are')} saved, ${grouped(openRows(rows).length)} still open; run decide again to go on.`;
  });
  try {
    for (const [at, cells] of open.entries()) {
      io.stdout.write(`\n${questionText(cells, at + 1, open.length)}`);
      const answer = await ask(questions, cells, io);
      if (answer === 'leave') break;
      if (answer === 'later') continue;
      for (const [name, value] of Object.entries(answer)) cells[AT[name]] = value;
      writeWhole(file, csvText(DECISION_COLUMNS, rows), true);
      decided++;
      io.stdout.write('Saved.\n');
    }
  } finally {
    questions.close();
  }
  return {
    code: EXIT.done,
    reason: `${count(decided, 'decision')} saved, ${grouped(openRows(rows).length)} still open; run the plan again to see what they lead to`,
  };
}

function questionText(cells: readonly string[], number: number, all: number): string {
  const [, rule, subject, id, current, problem, suggestion] = cells.slice(0, WRITTEN_COLUMNS).map(visible);
  return [
    `${number} of ${all}: ${findRule(rule)?.title ?? rule}`,
    `  ${subject}${id === '' ? '' : ` ${id}`}${current === '' ? '' : `: ${current}`}`,
    `  ${problem}`,
    ...(suggestion === '' ? [] : [`  Suggested: ${suggestion}`]),
    '',
  ].join('\n');
}

type Answer = Readonly<Partial<Record<'action' | 'value' | 'reason' | 'owner' | 'expires', string>>>;

interface Choice {
  readonly action: string;
  /** Known already for the suggestion. */
  readonly value?: string;
  readonly text: string;
}

function choicesOf(cells: readonly string[]): Choice[] {
  const suggestion = cells[AT.suggestion];
  const space = suggestion.indexOf(' ');
  const suggested: Choice[] =
    suggestion === ''
      ? []
      : [
          {
            action: space < 0 ? suggestion : suggestion.slice(0, space),
            value: space < 0 ? '' : suggestion.slice(space + 1),
            text: `do what is suggested: ${visible(suggestion)}`,
          },
        ];
  const actions = findRule(cells[AT.rule])?.decisions ?? ['accept'];
  return [...suggested, ...actions.map((action): Choice => ({ action, text: `${action}: ${LEADS_TO[action]}` }))];
}

async function ask(questions: Questions, cells: readonly string[], io: Io): Promise<Answer | 'later' | 'leave'> {
  const choices = choicesOf(cells);
  for (const [at, { text }] of choices.entries()) io.stdout.write(`    ${at + 1}  ${text}\n`);
  io.stdout.write('    s  leave it open for now\n    q  stop here; everything up to now is saved\n');
  for (;;) {
    const word = (await questions.ask('> ')).trim().toLowerCase();
    if (word === 'q') return 'leave';
    if (word === 's' || word === '') return 'later';
    const choice = choices[Number(word) - 1];
    if (choice !== undefined) return answerFor(choice, questions, io);
    io.stdout.write(`Please type a number up to ${choices.length}, s or q.\n`);
  }
}

async function answerFor({ action, value }: Choice, questions: Questions, io: Io): Promise<Answer> {
  const must = async (question: string): Promise<string> => {
    for (;;) {
      const text = (await questions.ask(`${question}: `)).trim();
      if (text !== '') return text;
      io.stdout.write('This cannot be left empty.\n');
    }
  };
  if (action === 'accept') {
    const reason = await must('Why may it stay');
    const owner = await must('Who answers for it');
    for (;;) {
      const expires = (await questions.ask('Until when (2027-01-31; empty: without end): ')).trim();
      if (acceptanceProblem('expires', expires, '') === undefined) return { action, reason, owner, expires };
      io.stdout.write('Please write the date as 2027-01-31, or nothing.\n');
    }
  }
  if (value !== undefined) return { action, value };
  return { action, value: NEEDS_VALUE.has(action) ? await must('New value') : '' };
}
