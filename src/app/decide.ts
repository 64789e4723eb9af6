/** The rows of a plan's decisions.csv: read, saved one answer at a time, and served as the page of the plan. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collationOf } from '../model/compare.js';
import { note, quoted, userId } from '../model/note.js';
import { DEFAULT_COLLATION } from '../model/policy.js';
import { UserError } from '../model/user-error.js';
import { unguardCell } from '../model/written-text.js';
import { type AcceptanceTerms, acceptanceProblem, valueProblem } from '../plan/answer-validation.js';
import { type Answer, DECISION_COLUMNS, type DecisionColumn, type FileRow, NO_ANSWER, rowDigest } from '../plan/decision-rows.js';
import type { PageData } from '../plan/page/page-data.js';
import type { Asking, QuestionRow } from '../plan/question-shape.js';
import { csvText } from '../reporters/csv-text.js';
import { findRule } from '../rules/registry.js';
import { readyWorkbooks } from '../sources/input-files.js';
import { readDecisionCells } from '../sources/tables/cells.js';
import { type Context, todayOf } from './context.js';
import { openPlan, planBeside } from './plan-source.js';
import { writeWhole } from './whole-file.js';
import { settlePlanFolder } from './whole-folder.js';

/** A row of decisions.csv by its columns; `action` is blank while it is open. */
export type DecisionRow = QuestionRow;

/** New answers, by row. */
type Answers = ReadonlyMap<DecisionRow, Partial<Answer>>;

export interface Decisions {
  readonly file: string;
  /** Every row, in the order of the file. */
  readonly rows: readonly DecisionRow[];
  /** How the plan judged the rows, as far as it is known. */
  readonly asking: Asking;
  /** Saves the answer to a row; without an action the row is open again. Throws a UserError if the next plan would refuse the answer. */
  answer(row: DecisionRow, answer: Partial<Answer>): void;
  /** Saves the answers to several rows together, or none of them. */
  answerAll(answers: Answers): void;
  /** Saves answers as they were before, whatever they are. */
  restore(answers: Answers): void;
  /** Returns the file's rows as they would be with these answers. */
  rowsWith(answers: Answers): FileRow[];
}

type Stored = { -readonly [K in keyof DecisionRow]: DecisionRow[K] } & { readonly cells: string[]; readonly line: number };

/** Returns the decisions of a plan folder. Throws a UserError if it has none, or if they cannot be read. */
export async function decide(folder: string, context: Pick<Context, 'process' | 'now'>): Promise<Decisions> {
  settlePlanFolder(folder, context.process);
  const file = join(folder, 'decisions.csv');
  if (!existsSync(file)) throw new UserError(`${file}: the file does not exist.`, note`Run "scim-audit plan SOURCE --out FOLDER" first, and name its folder.`);
  await readyWorkbooks([file]);
  const { delimiter, rows: read } = readDecisionCells(file);
  const plan = planBeside(file);
  const factsByDigest = new Map(plan?.decisions.map(({ digest, facts }) => [digest, facts]));
  const rows = read.map((row): Stored => {
    const cells = row.cells.map(unguardCell);
    const facts = factsByDigest.get(rowDigest(cells));
    const columns = Object.fromEntries(DECISION_COLUMNS.map((name, at) => [name, cells[at] ?? ''] as const)) as Record<DecisionColumn, string>;
    const ofRule = findRule(columns.rule)?.decisions ?? ['accept'];
    const actions = facts === undefined ? ofRule : ofRule.filter((action) => facts.actions.includes(action));
    return { ...columns, cells, line: row.line, actions, user: facts?.user };
  });
  const stored = new Map<DecisionRow, Stored>(rows.map((row) => [row, row]));
  const restore = (answers: Answers): void => {
    for (const [row, given] of answers) {
      const found = stored.get(row);
      if (found === undefined) throw new Error('the row belongs to other decisions');
      const answer = { ...NO_ANSWER, ...given };
      Object.assign(found, answer);
      found.cells.splice(0, found.cells.length, ...cellsWith(found, answer));
    }
    // Spreadsheets of some locales separate cells by semicolons: the file comes back as they open it.
    const csvDelimiter = delimiter === ';' ? 'semicolon' : 'comma';
    writeWhole(
      file,
      csvText(
        DECISION_COLUMNS,
        rows.map(({ cells }) => cells),
        csvDelimiter,
      ),
      context.process.pid,
      true,
    );
  };
  const answerAll = (answers: Answers): void => {
    const terms = { today: todayOf(context), collation: collationOf(DEFAULT_COLLATION) };
    for (const [row, answer] of answers) refuseUnusable(row, { ...NO_ANSWER, ...answer }, terms);
    restore(answers);
  };
  return {
    file,
    rows,
    asking: { authMode: plan?.settings?.authMode ?? 'multi', key: collationOf(plan?.settings?.collation ?? DEFAULT_COLLATION).key },
    answer: (row, answer) => answerAll(new Map([[row, answer]])),
    answerAll,
    restore,
    rowsWith: (answers) =>
      rows.map((row) => {
        const answer = answers.get(row);
        return { line: row.line, cells: answer === undefined ? row.cells : cellsWith(row, { ...NO_ANSWER, ...answer }) };
      }),
  };
}

/** Returns the cells of a row with another answer. */
const cellsWith = ({ cells }: Stored, answer: Answer): string[] => {
  const after = [...cells];
  const column = (name: keyof Answer): number => DECISION_COLUMNS.indexOf(name);
  for (const name of ['action', 'value', 'reason', 'owner', 'expires'] as const) after[column(name)] = answer[name];
  return after;
};

function refuseUnusable({ actions, rule, id }: DecisionRow, answer: Answer, terms: AcceptanceTerms): void {
  if (answer.action === '') return;
  const action = actions.find((each) => each === answer.action);
  const problem =
    action === undefined
      ? note`${quoted(answer.action)} is not possible here; possible: ${actions.join(', ')}.`
      : action === 'accept'
        ? (['value', 'reason', 'owner', 'expires'] as const)
            .map((column) => acceptanceProblem(column, answer[column], terms))
            .find((each) => each !== undefined)
        : valueProblem(action, answer.value);
  if (problem !== undefined) throw new UserError(note`The answer to ${rule}${id === '' ? '' : note` of ${userId(id)}`} cannot be saved: ${problem}`);
}

// plan.html of a folder as it is served: with the answers that decisions.csv has now, and the address that takes new
// ones.

const DATA = /(<script type="application\/json" id="plan-data">)(.*?)(<\/script>)/s;

/** Names a row of decisions.csv. */
export const rowName = ({ fingerprint, subject, id }: Pick<DecisionRow, 'fingerprint' | 'subject' | 'id'>): string =>
  JSON.stringify([fingerprint, subject, id]);

/** Returns a function that makes the page. Throws a UserError if the folder has none that belongs to its plan. */
export function servedPage(folder: string, { rows, file }: Decisions, context: Pick<Context, 'process'>): (save: string) => string {
  const again = note`Run "scim-audit plan SOURCE --out ${folder}" again: it writes plan.html anew.`;
  const page = join(folder, 'plan.html');
  if (!existsSync(page)) throw new UserError(`${page}: the file does not exist.`, again);
  const text = readFileSync(page, 'utf8');
  const { plan } = openPlan(folder, context.process);
  const found = DATA.exec(text)?.[2];
  if (found === undefined)
    throw new UserError(
      `${page} has no questions that can be answered in it.`,
      'The page says why. Decide in decisions.csv, or on the terminal with "scim-audit decide".',
    );
  const data: PageData = JSON.parse(found);
  const places = new Map(data.rows.map(([finding, subject, id], at) => [rowName({ fingerprint: data.findings[finding], subject, id }), at]));
  if (data.salt !== plan.digest || rows.length !== places.size || rows.some((row) => !places.has(rowName(row))))
    throw new UserError(`${page}, plan.json and ${file} do not belong together.`, again);
  return (save) => {
    const answers = rows.flatMap((row): [number, Answer][] => {
      const { action, value, reason, owner, expires } = row;
      const answer = { ...NO_ANSWER, action, value, reason, owner, expires };
      return Object.values(answer).every((cell) => cell === '') ? [] : [[places.get(rowName(row)) ?? -1, answer]];
    });
    const json = JSON.stringify({ ...data, answers }).replaceAll('<', '\\u003c');
    return text
      .replace('<html lang="en">', () => `<html lang="en" data-save="${save}">`)
      .replace("default-src 'none';", () => "default-src 'none'; connect-src 'self';")
      .replace(
        /<p class="soft" id="kept">.*?<\/p>/,
        () => '<p class="soft" id="kept">Each answer is saved to decisions.csv as soon as you choose it, unless plan would refuse it.</p>',
      )
      .replace(DATA, (_, start: string, __, end: string) => start + json + end);
  };
}
