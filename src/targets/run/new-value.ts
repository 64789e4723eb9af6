/** New values of cells, written so that they are read back as intended. */

import type { EditContext, Planned } from '../csv/edits.js';
import type { Step } from './net-work.js';
import { previousValue } from './previous-values.js';

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
