/** What is written in the place of a value, so that it is read back as it is meant. */

import type { EditContext, Planned } from '../csv/edits.js';
import type { Step } from './net-work.js';
import { formerValue } from './previous-values.js';

/** Returns why a text cannot be the new value of a cell: it would be read back as no value. */
export const unreadable = (text: string): string => `${JSON.stringify(text)} would be read back as no value`;

export const noWordFor = (isActive: boolean): string => `no word would be read back as ${isActive ? 'active' : 'inactive'}, by what --active-map says`;

interface Renewed {
  readonly steps: readonly Step[];
  readonly column: number;
  /** Canonical name of the column. */
  readonly name: string;
  readonly what: string;
}

/** Returns what is planned for one value, if it is as the plan found it: the last of its steps, spelled as it was before the run if that is meant. */
export function newValue(cell: string, { steps, column, name, what }: Renewed, { ledger, former, words }: Omit<EditContext, 'note'>): Planned[] {
  const last = steps.at(-1);
  if (last === undefined || !ledger.isMet(steps, words.value(name, cell), what)) return [];
  const text = steps[0].from === last.to ? cell : formerValue(former, last, (before) => words.value(name, before));
  if (words.value(name, text) !== last.to) ledger.refuse(last.at, unreadable(text));
  return [{ column, text, at: steps.map(({ at }) => at) }];
}
