/** What every input format returns: tables with columns and rows of text. */

import { integerOf } from '../../collections/places.js';
import type { SharedTexts, TextBytes } from '../../collections/text-bytes.js';
import type { Activity, Input, Role } from '../../model/directory.js';
import type { Note } from '../../model/note.js';
import type { CollationName } from '../../model/policy.js';
import { type CellWords, placeholderNotes } from './cell-words.js';
import type { Columns } from './headings.js';
import type { Problems, SourceProblem } from './problem.js';
import type { Spellings } from './spellings.js';

/** One row; the same object is reused for each, so keep only its strings. */
export interface Row {
  /** Physical line from 1, row of a sheet, or rowid. */
  readonly line: number;
  /** Character, from 1, at which it begins, for records that are not divided into cells. */
  readonly startColumn?: number;
  /** Number of cells; a short row has fewer than there are headings, and a row of a sheet may have more. */
  readonly width: number;
  /** Returns the cell's text; NULL is empty. */
  text(column: number): string;
  /** Returns the same, for texts that many cells hold; may keep one copy of each in `texts`. */
  shared(column: number, texts: SharedTexts): string;
  /** Returns the cell as a number if it is a whole number in the usual spelling of ids (`0`, `17`; not `017`), else -1. */
  integer(column: number): number;
  /** Returns a number that only cells of the same short text share; -1 if the cell is not short. */
  code(column: number): number;
  /** Adds the cell's text. */
  addTo(bytes: TextBytes, column: number): void;
  /** Writes cells one after the other, each with its length before it (see `StoredTexts`), from an offset on. Returns the end; -1 if they would go beyond `limit`, if a cell has one of its words, or if storing them would not pay off. */
  copy(cells: readonly CopiedCell[], into: Uint8Array, from: number, limit: number): number;
  /** Are two cells exactly equal; may return false if comparing would be expensive. */
  isSame(a: number, b: number): boolean;
}

export interface CopiedCell {
  readonly column: number;
  /** What its text must not be. */
  readonly words: Spellings;
}

/** Returns the location of a cell, as problems state it. */
export const cellPlace = (
  { file, table, headings }: Pick<Table, 'file' | 'table' | 'headings'>,
  { line, startColumn }: Pick<Row, 'line' | 'startColumn'>,
  at: number,
): Omit<SourceProblem, 'message'> => ({
  file,
  ...(table === undefined ? {} : { table }),
  line,
  column: startColumn ?? at + 1,
  heading: headings[at],
});

export interface TableEnd {
  readonly sha256: string;
  readonly rows: number;
  /** Notes on what was left out. */
  readonly notes: readonly Note[];
}

export interface Table {
  readonly role: Role;
  /** The path as reports show it. */
  readonly path: string;
  /** The path for opening the file; with the sheet's name if one was given: `Report.xlsx#Users`. */
  readonly file: string;
  readonly table?: string;
  readonly headings: readonly string[];
  readonly columns: Columns;
  /** Which spellings mean a missing value, and the meanings of words for a status. */
  readonly words: CellWords;
  readonly isIdFromUserName: boolean;
  /** The status that the option states for all its users, if it has no column for that. */
  readonly activity?: Activity;
  /** Why it cannot be read: headings are missing or ambiguous. It has no columns then, and `read` throws. */
  readonly refused?: readonly SourceProblem[];
  /** Id of the group whose members it lists, for files that hold the members of one group. */
  readonly membersOf?: string;
  /** Returns what is known about the whole list after all of it was read. */
  proof?(): Pick<Input, 'isComplete' | 'includesInactive'>;
  /** Notes on how it was opened. */
  readonly notes: readonly Note[];
  /** Returns why a text cannot be a cell of the file, in its encoding and with its quotes; undefined if it can. */
  unfit?(text: string): Note | undefined;
  /** Hands each row out once, in source order. Adds what cannot be read to `problems`. A format may offer rows to `pairs` first, if that is faster. */
  read(visit: (row: Row) => void, problems: Problems, pairs?: IdPairs): TableEnd;
}

/** Takes rows by two of their cells, if both are whole numbers in the usual spelling of ids. */
export interface IdPairs {
  readonly columns: readonly [number, number];
  /** Returns whether it takes the row; if not, the row is visited. */
  take(first: number, second: number): boolean;
}

/** Called after every chunk that was read. */
export type OnProgress = (progress: {
  readonly path: string;
  readonly bytes: number;
  readonly rows: number /** What is shown instead, at once. */;
  readonly text?: string;
}) => void;

export interface OpenedSource {
  readonly tables: readonly Table[];
  /** How the source itself compares names, if it says so. */
  readonly collation?: CollationName;
  close(): void;
}

/** A row of a format whose cells come as texts one by one, not as bytes of a file. */
export abstract class TextRow implements Row {
  line = 0;

  constructor(readonly width: number) {}

  abstract text(column: number): string;

  shared(column: number): string {
    return this.text(column);
  }

  integer(column: number): number {
    return integerOf(this.text(column));
  }

  code(): number {
    return -1;
  }

  addTo(bytes: TextBytes, column: number): void {
    bytes.text(this.text(column));
  }

  copy(): number {
    return -1;
  }

  isSame(a: number, b: number): boolean {
    return this.text(a) === this.text(b);
  }
}

/** Counts the cells of one table that mean a missing value, for a note. */
export class NullCells {
  readonly #counts = new Map<string, number>();

  constructor(readonly table: Table) {}

  /** Returns a cell's effective text: empty if it means a missing value. */
  value(column: string, text: string): string {
    if (!this.table.words.of(column).has(text)) return text;
    this.count(column, 1);
    return '';
  }

  /** Returns a column's reader if there is the column. */
  reader(column: string): ((row: Row) => string) | undefined {
    const at = this.table.columns.get(column);
    if (at === undefined) return undefined;
    const spellings = this.table.words.of(column);
    return (row) => {
      const text = row.text(at);
      return spellings.has(text) ? this.value(column, text) : text;
    };
  }

  /** Counts cells of a column. */
  count(column: string, cells: number): void {
    if (cells > 0) this.#counts.set(column, (this.#counts.get(column) ?? 0) + cells);
  }

  /** Returns the note with the number of cells; nothing if there are none. */
  get notes(): string[] {
    return placeholderNotes(this.table.path, this.#counts);
  }
}
