/** Rows of decisions.csv that are answered, compared with what a check finds: a person must have read what the finding asks. */

import { compareWithFindings, finderOf, strangeRow } from './compare-rows.js';
import { type AskedRow, type DecisionProblem, type FileRow, rowDigest, WRITTEN_COLUMNS } from './decision-rows.js';
import type { WrittenRow } from './plan.js';

/**
 * Returns what is wrong with the rows of findings that are answered, compared with all that is asked about the findings of
 * the file, and with `previous`, the rows that were written, if they are known. Findings with an answer must have all their
 * rows; rows of other findings are not checked.
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
