/** The values from before a run, for undoing it. */

import type { CsvRecord, IntentRecord } from './journal.js';
import type { PairWork, Step } from './net-work.js';

/** The value of one cell or record. */
export interface PreviousValue {
  readonly old: IntentRecord['old'];
  /** Set for a whole record that was removed from a CSV. */
  readonly record?: CsvRecord;
  /** Set for a cell of a row that stayed. */
  readonly isCell: boolean;
}

/** By index of the action that restores it; a membership may have been stated in several rows. */
export type PreviousValues = ReadonlyMap<number, readonly PreviousValue[]>;

/** Returns the text that a cell had. */
export function previousText(previousValues: PreviousValues, at: number): string | undefined {
  const old = previousValues.get(at)?.[0]?.old;
  return typeof old === 'string' ? old : undefined;
}

/** Returns the text that a cell had if it is read as the value to restore; otherwise that value. */
export function previousValue(previousValues: PreviousValues, { at, to }: Step, read: (text: string) => string): string {
  const text = previousText(previousValues, at);
  return text !== undefined && read(text) === to ? text : to;
}

/** Returns the rows that stated a membership. */
export const previousRows = (previousValues: PreviousValues, { steps }: Pick<PairWork, 'steps'>): PreviousValue[] =>
  steps.flatMap(({ at }) => previousValues.get(at) ?? []).filter(({ isCell }) => !isCell);

/** Was a membership stated in cells or in rows; undefined if no run has removed it. */
export function wasStatedIn(previousValues: PreviousValues, { steps }: Pick<PairWork, 'steps'>, place: 'cell' | 'row'): boolean | undefined {
  const places = steps.flatMap(({ at }) => previousValues.get(at) ?? []);
  return places.length === 0 ? undefined : places.some(({ isCell }) => isCell === (place === 'cell'));
}
