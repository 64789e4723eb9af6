/** The words that a column uses for active and inactive. */

import type { Activity } from '../../model/directory.js';
import { parseActivity } from '../../sources/tables/cell-words.js';

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
