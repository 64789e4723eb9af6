/** Reads the answers of decisions.csv: those to what is asked now, and those to what is no longer asked. */

import { note, noteText } from '../model/note.js';
import { unguardCell } from '../model/written-text.js';
import { alteredAt } from './compare-cells.js';
import { type FindAsked, finderOf, keyOf, rowProblems } from './compare-rows.js';
import { type Answer, type AskedRow, DECISION_COLUMNS, type DecisionProblem, type FileRow, WRITTEN_COLUMNS } from './decision-rows.js';
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

export interface ReadDecisions {
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
