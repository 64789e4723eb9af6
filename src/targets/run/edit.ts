/** The changes of cells that actions amount to, and new values that are read back as intended. */

import type { Activity } from '../../model/directory.js';
import { type CellWords, parseActivity } from '../../sources/tables/cell-words.js';
import type { CsvRecord } from './journal.js';
import type { Names } from './named-subjects.js';
import { type NetWork, type PreviousValues, previousValue, type Step } from './net-work.js';

// The words that a column uses for active and inactive.

/** Pairs of words, such as yes and no. In a column called `disabled` the first five are reversed. */
const PAIRS: readonly (readonly [string, string])[] = [
  ['true', 'false'],
  ['t', 'f'],
  ['1', '0'],
  ['yes', 'no'],
  ['y', 'n'],
  ['active', 'inactive'],
  ['active', 'deactivated'],
  ['activated', 'deactivated'],
  ['enabled', 'disabled'],
];

const isNothing = (word: string): boolean => /^(?:|null|\\n)$/i.test(word);

/** Returns a word in the letter case of another. */
function inCaseOf(model: string, word: string): string {
  if (model === model.toLowerCase()) return word;
  return model === model.toUpperCase() ? word.toUpperCase() : word.charAt(0).toUpperCase() + word.slice(1);
}

export class StatusWords {
  /** Words as the column spells them, in the first spelling of each. */
  readonly #seen = new Map<string, string>();

  constructor(
    readonly column: 'active' | 'disabled',
    /** Meanings of additional words, by lower-case value. */
    readonly activeMap: Readonly<Record<string, Activity>>,
  ) {}

  /** Records a cell of the column. */
  see(cell: string): void {
    const word = cell.trim();
    const folded = word.toLowerCase();
    if (!this.#seen.has(folded)) this.#seen.set(folded, word);
  }

  /** Returns the status that a cell states; undefined if it states none. */
  isActive(cell: string): boolean | undefined {
    return parseActivity(cell, this.column, this.activeMap);
  }

  /** Returns the cell with the opposite word from the column's own pair; undefined if no word would be read as that. */
  spell(isActive: boolean, cell: string): string | undefined {
    const word = cell.trim();
    if (!isNothing(word)) {
      const other = this.#counterpart(word, isActive);
      if (other !== undefined) return cell.replace(word, () => other);
    }
    for (const seen of this.#seen.values()) if (!isNothing(seen) && this.isActive(seen) === isActive) return seen;
    for (const seen of this.#seen.values()) {
      const other = isNothing(seen) ? undefined : this.#counterpart(seen, isActive);
      if (other !== undefined) return other;
    }
    const model = [...this.#seen.values()].find((seen) => !isNothing(seen)) ?? '';
    const mapped = Object.keys(this.activeMap).filter((other) => !isNothing(other));
    // A column with only NULL gets T and F, which Jama Connect's own tables use.
    const letters = this.column === 'disabled' ? ['F', 'T'] : [];
    return [...mapped.map((other) => inCaseOf(model, other)), ...letters, 'true', 'false'].find((other) => this.isActive(other) === isActive);
  }

  /** Returns the word's opposite; if there are several, the one that the column uses. */
  #counterpart(word: string, isActive: boolean): string | undefined {
    const folded = word.toLowerCase();
    const others = PAIRS.flatMap(([yes, no]) => (yes === folded ? [no] : no === folded ? [yes] : [])).filter((other) => this.isActive(other) === isActive);
    const used = others.map((other) => this.#seen.get(other)).find((seen) => seen !== undefined);
    return used ?? (others.length === 0 ? undefined : inCaseOf(word, others[0]));
  }
}

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
