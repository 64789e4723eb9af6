/** Compares the rows of decisions.csv with what was asked: only the answers may have changed. */

import { foreign, type Note, note, quotedId, quotedWhole, userId } from '../model/note.js';
import { ruleOf } from '../rules/registry.js';
import { count } from '../rules/rule.js';
import { alteredAt, alteredCell, earlierRows } from './answer-validation.js';
import { type AskedRow, type DecisionProblem, type FileRow, foldCell, rowDigest, WRITTEN_COLUMNS } from './decision-rows.js';
import type { WrittenRow } from './plan.js';

export const keyOf = (fingerprint: string, subject: string, id: string): string => `${fingerprint}\u0000${subject}\u0000${id}`;
const rowKey = (cells: readonly string[]): string => keyOf(cells[0], cells[2], cells[3]);
const foldedKey = (cells: readonly string[]): string => keyOf(foldCell(cells[0]), foldCell(cells[2]), foldCell(cells[3]));

export type FindAsked = (cells: readonly string[]) => AskedRow | undefined;

/** Returns a function that finds the row that was asked, even if a spreadsheet reformatted the id, as long as only one row fits. */
export function finderOf(asked: readonly AskedRow[]): FindAsked {
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

/** Returns what is wrong with the rows, compared with what is asked now, or else with what was written then. */
export function rowProblems(
  rows: readonly FileRow[],
  asked: readonly AskedRow[],
  find: FindAsked,
  previous: readonly WrittenRow[] | undefined,
): DecisionProblem[] {
  const nowAsked = compareWithAsked(rows, asked, find);
  if (nowAsked.length === 0) return nowAsked;
  if (previous === undefined) {
    const hasChanged = rows.some(({ cells }) => find(cells) === undefined);
    return compareWithFindings(rows, asked, { find, hasChanged, areAllAsked: !hasChanged });
  }
  const isAskedAsBefore = previous.length === asked.length && previous.every(({ digest }, at) => digest === rowDigest(asked[at].written));
  return isAskedAsBefore ? nowAsked : compareWithPrevious(rows, previous);
}

/** What rows are compared with, in addition to what is asked. */
interface Comparison {
  readonly find: FindAsked;
  /** Digests of the rows that were written, if they are known. */
  readonly written?: ReadonlySet<string> | undefined;
  /** True if the rows were written for another export. */
  readonly hasChanged: boolean;
  /** True if findings without any row in the file were asked about as well. */
  readonly areAllAsked?: boolean;
  /** All that is asked about the findings of the file, if that is more than the rows that are compared. */
  readonly askedInFile?: readonly AskedRow[];
}

/** The export has changed, and it is not known which rows were written: findings that still exist must have all their rows, as asked. */
function compareWithFindings(
  rows: readonly FileRow[],
  asked: readonly AskedRow[],
  { find, written, hasChanged, areAllAsked = false, askedInFile = asked }: Comparison,
): DecisionProblem[] {
  const problems: DecisionProblem[] = [];
  const lines = new Map<string, number>();
  const lastLines = new Map<string, number>();
  const strays: FileRow[] = [];
  const findById = finderById(asked);
  const alteredSince = earlierRows(askedInFile);
  for (const each of rows) {
    const { line, cells } = each;
    // A different kind of subject is an altered cell; the row is found by the id.
    const row = find(cells) ?? findById(cells);
    const name = rowKey(row?.written ?? cells);
    const before = lines.get(name);
    if (before !== undefined) problems.push(repeatedRow(line, before));
    else lines.set(name, line);
    if (row === undefined) {
      strays.push(each);
      continue;
    }
    lastLines.set(row.fingerprint, line);
    if (before !== undefined || written?.has(rowDigest(cells)) === true) continue;
    const at = written === undefined ? alteredSince(row, each, hasChanged) : alteredAt(cells, row.written);
    if (at >= 0) problems.push(alteredCell(line, at, cells, row.written));
  }
  let last = 1;
  for (const row of asked) {
    const line = lastLines.get(row.fingerprint) ?? (areAllAsked ? last : undefined);
    last = line ?? last;
    if (line !== undefined && !lines.has(rowKey(row.written))) problems.push(missingRow(line, row.written));
  }
  return strays.length === 0 ? problems : [...problems, ...strayProblems(strays, asked)].sort((a, b) => a.line - b.line);
}

/**
 * Returns what is wrong with the rows of findings that are answered, for a check: a person must have read what the finding
 * asks. They are compared with all that is asked about the findings of the file, and with `previous`, the rows that were
 * written, if they are known. Findings with an answer must have all their rows; rows of other findings are not checked.
 */
export function problemsOfAnswered(
  rows: readonly FileRow[],
  asked: readonly AskedRow[],
  { previous, hasChanged }: { readonly previous: readonly WrittenRow[] | undefined; readonly hasChanged: boolean },
): DecisionProblem[] {
  const isAnswered = ({ cells }: FileRow): boolean => (cells[WRITTEN_COLUMNS] ?? '').trim() !== '';
  const answered = new Set(rows.filter(isAnswered).map(({ cells }) => cells[0]));
  const written = previous === undefined ? undefined : new Set(previous.map(({ digest }) => digest));
  const ofAnswered = rows.filter(({ cells }) => answered.has(cells[0]));
  const askedNow = asked.filter(({ fingerprint }) => answered.has(fingerprint));
  const known = new Set(askedNow.map(({ fingerprint }) => fingerprint));
  const strangers = written === undefined ? [] : ofAnswered.filter((row) => isAnswered(row) && !known.has(row.cells[0]) && !written.has(rowDigest(row.cells)));
  const problems = compareWithFindings(
    ofAnswered.filter(({ cells }) => known.has(cells[0])),
    askedNow,
    { find: finderOf(askedNow), written, hasChanged, askedInFile: asked },
  );
  return strangers.length === 0 ? problems : [...problems, ...strangers.map(strangeRow)].sort((a, b) => a.line - b.line);
}

/** Returns a function that finds the only row of a finding about an id, whatever its kind of subject. */
function finderById(asked: readonly AskedRow[]): FindAsked {
  let byId: Map<string, AskedRow | undefined> | undefined;
  const nameOf = (cells: readonly string[]): string => keyOf(foldCell(cells[0]), '', foldCell(cells[3]));
  return (cells) => {
    if (byId === undefined) {
      byId = new Map();
      for (const row of asked) byId.set(nameOf(row.written), byId.has(nameOf(row.written)) ? undefined : row);
    }
    return byId.get(nameOf(cells));
  };
}

/** Returns the problems of rows that name a finding but not one of its subjects: their cells come from different rows. */
function strayProblems(strays: readonly FileRow[], asked: readonly AskedRow[]): DecisionProblem[] {
  const rowsByFinding = new Map<string, AskedRow[]>();
  for (const row of asked) {
    const known = rowsByFinding.get(row.fingerprint);
    if (known === undefined) rowsByFinding.set(row.fingerprint, [row]);
    else known.push(row);
  }
  const idsByFinding = new Map<string, ReadonlySet<string>>();
  const idsOf = ({ finding: { finding, fingerprint } }: AskedRow): ReadonlySet<string> => {
    const ids =
      idsByFinding.get(fingerprint) ??
      new Set(
        ruleOf(finding)
          .users(finding)
          .map(({ id }) => id),
      );
    idsByFinding.set(fingerprint, ids);
    return ids;
  };
  return strays.flatMap(({ line, cells }) => {
    const rows = rowsByFinding.get(cells[0]) ?? [];
    const [first] = rows;
    // If there are very many, only the first are asked about; in another export these may be others.
    if (first === undefined || idsOf(first).has(cells[3])) return [];
    const about = (row: readonly string[]): Note => note`${isSubject(row[2]) ? row[2] : foreign(row[2])} ${quotedId(row[3])}, ${quotedWhole(row[4])}`;
    const more = rows.length === 1 ? '' : ` and ${count(rows.length - 1, 'other')}`;
    return [
      {
        line,
        column: 1,
        message: note`fingerprint was altered, or what follows it: ${cells[0]} is about ${about(first.written)}${more}, and this row about ${about(cells)}. Only action, value, reason, owner and expires may be written; sort whole rows, never one column.`,
      },
    ];
  });
}

const isSubject = (text: string): boolean => ['user', 'group', 'membership', 'snapshot'].includes(text);

const missingRow = (line: number, written: readonly string[]): DecisionProblem => ({
  line: line + 1,
  message: note`a row is missing here: ${written[2]} ${userId(written[3])} of ${written[0]}. Rows may not be deleted; leave the action blank instead.`,
});

const strangeRow = ({ line }: FileRow): DecisionProblem => ({
  line,
  message: 'the row was added or altered since the plan wrote it. Only action, value, reason, owner and expires may be written.',
});

const repeatedRow = (line: number, before: number): DecisionProblem => ({
  line,
  message: `the row is already there, on line ${before}; rows may not be added.`,
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
        message: 'the row was added or altered: no finding of this export asks for it. Only action, value, reason, owner and expires may be written.',
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

/** The export or the settings have changed, but the file must still be the one that was written beside the plan. */
function compareWithPrevious(rows: readonly FileRow[], previous: readonly WrittenRow[]): DecisionProblem[] {
  const problems: DecisionProblem[] = [];
  const left = new Map<string, number>();
  for (const { digest } of previous) left.set(digest, (left.get(digest) ?? 0) + 1);
  for (const { line, cells } of rows) {
    const digest = rowDigest(cells);
    const count = left.get(digest) ?? 0;
    if (count === 0) problems.push(strangeRow({ line, cells }));
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
