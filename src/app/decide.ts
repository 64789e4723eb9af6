/** The rows of a plan's decisions.csv: reads them, and saves one answer at a time. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { collationOf } from '../model/compare.js';
import type { AskedUser, DecisionAction } from '../model/finding.js';
import { note, quoted, userId } from '../model/note.js';
import { DEFAULT_COLLATION } from '../model/policy.js';
import { UserError } from '../model/user-error.js';
import { unguardCell } from '../model/written-text.js';
import { type AcceptanceTerms, acceptanceProblem, valueProblem } from '../plan/answer-validation.js';
import { type Answer, DECISION_COLUMNS, type DecisionColumn, NO_ANSWER, rowDigest } from '../plan/decision-rows.js';
import { csvText } from '../reporters/csv-text.js';
import { findRule } from '../rules/registry.js';
import { readyWorkbooks } from '../sources/input-files.js';
import { readDecisionCells } from '../sources/tables/cells.js';
import { type Context, todayOf } from './context.js';
import { rowsOfPlanBeside } from './plan-source.js';
import { settlePlanFolder } from './plan-swap.js';
import { writeWhole } from './whole-file.js';

/** A row of decisions.csv by its columns; `action` is blank while it is open. */
export interface DecisionRow extends Readonly<Record<DecisionColumn, string>> {
  /** What can be decided about it. */
  readonly actions: readonly DecisionAction[];
  /** The user it is about, as plan.json has it; undefined if it is about something else, or if plan.json does not know the row. */
  readonly user: AskedUser | undefined;
}

export interface Decisions {
  readonly file: string;
  /** Every row, in the order of the file. */
  readonly rows: readonly DecisionRow[];
  /** Saves the answer to a row; without an action the row is open again. Throws a UserError if the next plan would refuse the answer. */
  answer(row: DecisionRow, answer: Partial<Answer>): void;
}

type Stored = { -readonly [K in keyof DecisionRow]: DecisionRow[K] } & { readonly cells: string[] };

/** Returns the decisions of a plan folder. Throws a UserError if it has none, or if they cannot be read. */
export async function decide(folder: string, context: Pick<Context, 'process' | 'now'>): Promise<Decisions> {
  settlePlanFolder(folder, context.process);
  const file = join(folder, 'decisions.csv');
  if (!existsSync(file)) throw new UserError(`${file}: the file does not exist.`, note`Run "scim-audit plan SOURCE --out FOLDER" first, and name its folder.`);
  await readyWorkbooks([file]);
  const { delimiter, rows: read } = readDecisionCells(file);
  const factsByDigest = new Map(rowsOfPlanBeside(file)?.map(({ digest, facts }) => [digest, facts]));
  const rows = read.map((row): Stored => {
    const cells = row.cells.map(unguardCell);
    const facts = factsByDigest.get(rowDigest(cells));
    const columns = Object.fromEntries(DECISION_COLUMNS.map((name, at) => [name, cells[at] ?? ''] as const)) as Record<DecisionColumn, string>;
    const ofRule = findRule(columns.rule)?.decisions ?? ['accept'];
    return { ...columns, cells, actions: facts === undefined ? ofRule : ofRule.filter((action) => facts.actions.includes(action)), user: facts?.user };
  });
  const stored = new Map<DecisionRow, Stored>(rows.map((row) => [row, row]));
  return {
    file,
    rows,
    answer(row, answer) {
      const found = stored.get(row);
      if (found === undefined) throw new Error('the row is of other decisions');
      const whole = { ...NO_ANSWER, ...answer };
      refuseUnusable(row, whole, { today: todayOf(context), collation: collationOf(DEFAULT_COLLATION) });
      Object.assign(found, whole);
      DECISION_COLUMNS.forEach((name, at) => {
        if (Object.hasOwn(NO_ANSWER, name)) found.cells[at] = found[name];
      });
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
    },
  };
}

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
