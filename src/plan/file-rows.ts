/** decisions.csv as it was read, and what is wrong with it. */

import type { Note } from '../model/note.js';
/** A row of the file as it was read. */
export interface FileRow {
  /** Physical line on which it starts. */
  readonly line: number;
  readonly cells: readonly string[];
  /** The encoding is certain only if the cells that nobody may write are to the letter as they were written. */
  readonly isGuessed?: true;
}

export interface DecisionProblem {
  readonly line: number;
  /** Cell from 1. */
  readonly column?: number;
  readonly message: Note;
}
