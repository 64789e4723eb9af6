/** The words that a column uses for active and inactive. */

import { parseBoolean, parseDisabled } from '../sources/values.js';

/** Words of one vocabulary: yes, no. A column called `disabled` turns the first five round. */
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

/** Yields a word in the case of another. */
function inCaseOf(model: string, word: string): string {
  if (model === model.toLowerCase()) return word;
  return model === model.toUpperCase() ? word.toUpperCase() : word.charAt(0).toUpperCase() + word.slice(1);
}

export class Vocabulary {
  /** Words as the column spells them, the first spelling of each. */
  readonly #seen = new Map<string, string>();

  constructor(readonly column: 'active' | 'disabled') {}

  /** Takes a cell of the column. */
  see(cell: string): void {
    const word = cell.trim();
    const folded = word.toLowerCase();
    if (!this.#seen.has(folded)) this.#seen.set(folded, word);
  }

  /** Yields what a cell says, undefined where it says nothing. */
  isActive(cell: string): boolean | undefined {
    if (this.column === 'active') return parseBoolean(cell);
    const disabled = parseDisabled(cell);
    return disabled === undefined ? undefined : !disabled;
  }

  /** Yields the cell with the opposite word of the column's own vocabulary. */
  spell(isActive: boolean, cell: string): string {
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
    // Jama Connect's own letters, in a column that holds nothing but NULL.
    return this.column === 'disabled' ? (isActive ? 'F' : 'T') : String(isActive);
  }

  /** Yields the word's opposite; where there are several, the one that the column uses. */
  #counterpart(word: string, isActive: boolean): string | undefined {
    const folded = word.toLowerCase();
    const others = PAIRS.flatMap(([yes, no]) => (yes === folded ? [no] : no === folded ? [yes] : [])).filter((other) => this.isActive(other) === isActive);
    const used = others.map((other) => this.#seen.get(other)).find((seen) => seen !== undefined);
    return used ?? (others.length === 0 ? undefined : inCaseOf(word, others[0]));
  }
}
