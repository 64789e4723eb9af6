/** Cells whose value may not be what was meant. They count only in columns that are read, which are known after the headings. */

import { foreign, type Note, note, quoted } from '../../model/note.js';
import type { ReadCells } from '../csv/text-stream.js';
import type { Problems } from '../tables/problem.js';
import { HALF_CHARACTER, LOOSE_SPACE } from './cell-text.js';

const MESSAGES = {
  date: (value: string) =>
    note`the cell holds a date, ${foreign(value)}, but no date belongs here: spreadsheets turn entries such as 1-2 into dates. Format the column as Text, enter the intended value, and save again.`,
  digits: (value: string) =>
    note`the number ${foreign(value)} has more than 15 digits, but a spreadsheet keeps only 15 of them, so the original value is lost. Export again with the column as text, or as CSV.`,
  error: (value: string) => note`the cell holds the error ${foreign(value)} instead of a value. Correct its formula, or enter the value itself.`,
  formula: () =>
    'the cell is a formula whose result the file does not hold. Open it in Excel or LibreOffice and save it, or replace the formulas with their values (copy, Paste Special, Values).',
  space: (value: string) =>
    note`${quoted(value)} begins or ends with white space, but the file does not say whether the white space belongs to the text (xml:space). Open the file in Excel or LibreOffice, check the cell, and save it again.`,
  half: (value: string) => note`${quoted(value)} contains half a character (a lone surrogate). Enter the text again.`,
  merged: (value: string) => `the cells ${value} are merged, so only the first of them has a value. Unmerge them and fill in each cell.`,
} as const satisfies Readonly<Record<string, (value: string) => Note>>;

export type CellFault = keyof typeof MESSAGES;

export const TEXT_FAULTS: Readonly<Record<number, CellFault>> = { [LOOSE_SPACE]: 'space', [HALF_CHARACTER]: 'half' };

/** More faults of one kind in one column are only counted. Titles and headings have fewer rows. */
const MOST_PLACES = 64;
const MOST_LINES = 5;

interface Found {
  readonly fault: CellFault;
  readonly column: number;
  readonly places: { readonly line: number; readonly value: string }[];
  count: number;
}

interface Range {
  readonly text: string;
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

export class CellFaults {
  readonly #found = new Map<string, Found>();
  readonly #merged: Range[] = [];

  add(fault: CellFault, line: number, column: number, value: string): void {
    const name = `${column} ${fault}`;
    let found = this.#found.get(name);
    if (found === undefined) {
      found = { fault, column, places: [], count: 0 };
      this.#found.set(name, found);
    }
    found.count++;
    if (found.places.length < MOST_PLACES) found.places.push({ line, value });
  }

  merge(range: Range): void {
    this.#merged.push(range);
  }

  get merges(): number {
    return this.#merged.length;
  }

  /** Adds the faults that count to `problems`. */
  refuse({ file, columns, dates, headings, after, last }: ReadCells, problems: Problems): void {
    const read = new Set(columns);
    const place = (line: number, column: number) => ({
      file,
      line,
      column: column + 1,
      ...(column < headings.length ? { heading: headings[column] } : {}),
    });
    for (const { fault, column, places, count } of this.#found.values()) {
      if (!read.has(column) || (fault === 'date' && dates?.has(column) === true)) continue;
      const counted = places.filter(({ line }) => line > after && line <= last);
      if (counted.length === 0) continue;
      const rows = count - places.length + counted.length;
      const first = counted.slice(0, MOST_LINES).map(({ line }) => line);
      const [{ line, value }] = counted;
      problems.add({ ...place(line, column), message: MESSAGES[fault](value), ...(rows > 1 ? { rows: { count: rows, first } } : {}) });
    }
    for (const { text, top, bottom, left, right } of this.#merged) {
      const column = [...read].sort((a, b) => a - b).find((each) => each >= left && each <= right);
      if (column === undefined || bottom <= after || top > last) continue;
      problems.add({ ...place(Math.max(top, after + 1), column), message: MESSAGES.merged(text) });
    }
  }
}
