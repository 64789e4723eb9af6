/** The changes of cells that actions amount to, and new values that are read back as intended. */

import type { CellWords } from '../../sources/tables/cell-words.js';
import type { CsvRecord } from './journal.js';
import type { Names } from './named-subjects.js';
import type { NetWork, Step } from './net-work.js';
import { type PreviousValues, previousValue } from './previous-values.js';
import type { StatusWords } from './status-words.js';

/** One change of a file's bytes. */
export interface CsvEdit {
  /** Indices of the actions that it belongs to. */
  readonly at: readonly number[];
  readonly line: number;
  readonly heading?: string;
  /** Set if a whole record is removed or added. */
  readonly record?: CsvRecord;
  readonly old: string;
  readonly new: string;
  readonly follows?: true;
}

export interface EditContext {
  readonly netWork: NetWork;
  readonly names: Names | undefined;
  readonly statusWords: StatusWords | undefined;
  /** How the cells are read. */
  readonly words: CellWords;
  readonly previous: PreviousValues;
  /** Set in the file that takes the new memberships. */
  readonly takesNewMembers: boolean;
  note(edit: CsvEdit): void;
}

/** A cell that is to have another text. */
export type Planned = { readonly column: number; readonly text: string; readonly at: readonly number[]; readonly follows?: true };

/** Returns why a text cannot be a cell's new value: it would be read back as a missing value. */
export const unreadable = (text: string): string => `${JSON.stringify(text)} would be read back as a missing value`;

export const noWordFor = (isActive: boolean): string =>
  `--active-map maps no word of this column to ${isActive ? 'active' : 'inactive'}, so it cannot be written`;

interface Renewed {
  readonly steps: readonly Step[];
  readonly column: number;
  /** Canonical name of the column. */
  readonly name: string;
  readonly what: string;
}

/** Returns the planned value if the current one is as planned for: the result of the last step, in the spelling from before the run if the two mean the same. */
export function newValue(cell: string, { steps, column, name, what }: Renewed, { netWork, previous, words }: Omit<EditContext, 'note'>): Planned[] {
  const last = steps.at(-1);
  if (last === undefined || !netWork.isMet(steps, words.value(name, cell), what)) return [];
  const text = steps[0].from === last.to ? cell : previousValue(previous, last, (before) => words.value(name, before));
  if (words.value(name, text) !== last.to) netWork.refuse(last.at, unreadable(text));
  return [{ column, text, at: steps.map(({ at }) => at) }];
}
