/** Rows of decisions.csv, held against what was asked: nothing but the answers may have changed. */

import { unguardCell } from '../model/formula.js';
import { misread } from '../model/windows-1252.js';
import { doneAlready } from './bound-users.js';
import { type Answer, type AskedRow, DECISION_COLUMNS, foldCell, rowDigest, WRITTEN_COLUMNS } from './decision-rows.js';
import type { WrittenRow } from './plan.js';

/** A row of the file as it was read. */
export interface FileRow {
  /** Physical line on which it starts. */
  readonly line: number;
  readonly cells: readonly string[];
}

export interface DecisionProblem {
  readonly line: number;
  /** Cell from 1. */
  readonly column?: number;
  readonly message: string;
}

/** A row with what a person wrote into it. */
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

const keyOf = (fingerprint: string, subject: string, id: string): string => `${fingerprint}\u0000${subject}\u0000${id}`;
const rowKey = (cells: readonly string[]): string => keyOf(cells[0], cells[2], cells[3]);
const foldedKey = (cells: readonly string[]): string => keyOf(foldCell(cells[0]), foldCell(cells[2]), foldCell(cells[3]));

type FindAsked = (cells: readonly string[]) => AskedRow | undefined;

/** Yields what finds the row that was asked, also where a spreadsheet rewrote the id and no other row could be meant. */
function finderOf(asked: readonly AskedRow[]): FindAsked {
  const exact = new Map(asked.map((row) => [rowKey(row.written), row]));
  let folded: ReadonlyMap<string, AskedRow | undefined> | undefined;
  return (cells) => {
    const row = exact.get(rowKey(cells));
    if (row !== undefined) return row;
    folded ??= foldedRows(asked);
    return folded.get(foldedKey(cells));
  };
}

function foldedRows(asked: readonly AskedRow[]): Map<string, AskedRow | undefined> {
  const folded = new Map<string, AskedRow | undefined>();
  for (const row of asked) {
    const name = foldedKey(row.written);
    folded.set(name, folded.has(name) ? undefined : row);
  }
  return folded;
}

/**
 * Yields the answers of a file. Its rows are those of `asked`, or else those of `previous`, where it is known which rows
 * were written then: any others are refused. Answers whose finding is unchanged carry over, the others are outdated.
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
      problems: [{ line: 1, column: column + 1, message: `the headings are not ${DECISION_COLUMNS.join(', ')}; write the file anew with "scim-audit plan".` }],
    };
  }
  const plain = rows.map(({ line, cells }) => ({ line, cells: cells.map(unguardCell) }));
  const find = finderOf(asked);
  const problems = problemsOf(plain, asked, find, previous);
  if (problems.length > 0) return { answered: [], outdated: [], problems };
  return { ...sortAnswers(plain, asked, find), problems };
}

/** Yields what is wrong with the rows: held against what is asked now, else against what was written then. */
function problemsOf(rows: readonly FileRow[], asked: readonly AskedRow[], find: FindAsked, previous: readonly WrittenRow[] | undefined): DecisionProblem[] {
  const nowAsked = compareWithAsked(rows, asked, find);
  if (nowAsked.length === 0) return nowAsked;
  if (previous === undefined) return rows.every(({ cells }) => find(cells) !== undefined) ? nowAsked : compareWithFindings(rows, asked, find);
  const isAskedAsBefore = previous.length === asked.length && previous.every(({ digest }, at) => digest === rowDigest(asked[at].written));
  return isAskedAsBefore ? nowAsked : compareWithPrevious(rows, previous);
}

/** Where of what was written: a fingerprint stands for what a rule and its subjects are, so these cannot have changed by themselves. */
const OF_FINDING = [1, 4] as const;

/** The export has changed, and nobody knows which rows were written: those of findings that are still there must be whole and as asked. */
function compareWithFindings(rows: readonly FileRow[], asked: readonly AskedRow[], find: FindAsked): DecisionProblem[] {
  const problems: DecisionProblem[] = [];
  const lines = new Map<string, number>();
  const lastLines = new Map<string, number>();
  for (const { line, cells } of rows) {
    const row = find(cells);
    const name = rowKey(row?.written ?? cells);
    const before = lines.get(name);
    if (before !== undefined) problems.push(repeatedRow(line, before));
    else lines.set(name, line);
    if (row === undefined) continue;
    lastLines.set(row.fingerprint, line);
    const at = OF_FINDING.find((column) => foldCell(row.written[column]) !== foldCell(cells[column] ?? ''));
    if (at !== undefined && before === undefined) problems.push(alteredCell(line, at, cells, row.written));
  }
  for (const { written, fingerprint } of asked) {
    const line = lastLines.get(fingerprint);
    if (line !== undefined && !lines.has(rowKey(written))) problems.push(missingRow(line, written));
  }
  return problems;
}

const missingRow = (line: number, written: readonly string[]): DecisionProblem => ({
  line: line + 1,
  message: `a row is missing here: ${written[2]} ${written[3]} of ${written[0]}. Rows may not be deleted; leave the action blank instead.`,
});

const repeatedRow = (line: number, before: number): DecisionProblem => ({
  line,
  message: `the row is there already, on line ${before}; rows may not be added.`,
});

function compareWithAsked(rows: readonly FileRow[], asked: readonly AskedRow[], find: FindAsked): DecisionProblem[] {
  const problems: DecisionProblem[] = [];
  const linesByKey = new Map<string, number>();
  for (const { line, cells } of rows) {
    const row = find(cells);
    const name = rowKey(row?.written ?? cells);
    const before = linesByKey.get(name);
    if (before !== undefined) problems.push(repeatedRow(line, before));
    else if (row === undefined)
      problems.push({
        line,
        message: 'the row was added or altered: no finding of this export asks it. Only action, value, reason, owner and expires may be written.',
      });
    else {
      const at = alteredAt(cells, row.written);
      if (at >= 0) problems.push(alteredCell(line, at, cells, row.written));
    }
    if (before === undefined) linesByKey.set(name, line);
  }
  let last = 1;
  for (const { written } of asked) {
    const line = linesByKey.get(rowKey(written));
    if (line === undefined) problems.push(missingRow(last, written));
    else last = line;
  }
  return problems;
}

/** What a spreadsheet may take for a number, a date or a time, and write in its own way. */
const LOOKS_COUNTED = /^[\d\s.,:/%e+-]+$/i;

/** Yields the first column that is not as it was written, or -1. */
const alteredAt = (cells: readonly string[], written: readonly string[]): number =>
  written.findIndex((cell, at) => cell !== cells[at] && foldCell(cell) !== foldCell(cells[at] ?? ''));

/** Yields what to do about a cell that is not as it was written. */
function alterationHint(written: string, cell: string): string {
  if (LOOKS_COUNTED.test(written)) return 'Spreadsheets do that to numbers and dates: open the file with its columns as text.';
  if (foldCell(misread(written)) === foldCell(cell)) return 'The file was opened in another encoding: open it as UTF-8 (Data > From Text/CSV in Excel).';
  return 'Only action, value, reason, owner and expires may be written.';
}

function alteredCell(line: number, at: number, cells: readonly string[], written: readonly string[]): DecisionProblem {
  return {
    line,
    column: at + 1,
    message: `${DECISION_COLUMNS[at]} was altered: it is ${JSON.stringify(cells[at] ?? '')} and was ${JSON.stringify(written[at])}. ${alterationHint(written[at], cells[at] ?? '')}`,
  };
}

/** The export or the settings have changed, but the file must still be the one that was written beside the plan. */
function compareWithPrevious(rows: readonly FileRow[], previous: readonly WrittenRow[]): DecisionProblem[] {
  const problems: DecisionProblem[] = [];
  const left = new Map<string, number>();
  for (const { digest } of previous) left.set(digest, (left.get(digest) ?? 0) + 1);
  for (const { line, cells } of rows) {
    const digest = rowDigest(cells);
    const count = left.get(digest) ?? 0;
    if (count === 0)
      problems.push({ line, message: 'the row was added or altered since the plan wrote it. Only action, value, reason, owner and expires may be written.' });
    else left.set(digest, count - 1);
  }
  let line = 1;
  for (const { digest, fingerprint, id } of previous) {
    const count = left.get(digest) ?? 0;
    if (count === 0) {
      line++;
      continue;
    }
    left.set(digest, count - 1);
    problems.push({ line: line + 1, message: `a row is missing here: ${id} of ${fingerprint}. Rows may not be deleted; leave the action blank instead.` });
  }
  return problems;
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
    // Whoever writes it into the row as it is now is told; what was decided before is no mistake once it is so.
    if (done !== undefined && row !== undefined && alteredAt(cells, row.written) >= 0) outdated.push({ cells, line, why: done });
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
