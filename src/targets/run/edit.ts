/** What targets know while they turn actions into changes of cells, and what such a change is. */

import type { CellWords } from '../../sources/tables/cell-words.js';
import type { CsvRecord } from './journal.js';
import type { Names } from './named-subjects.js';
import type { NetWork } from './net-work.js';
import type { PreviousValues } from './previous-values.js';
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
