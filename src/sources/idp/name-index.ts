/** Places by name: to the letter, or else by the comparison key where only one has it. */

import type { Collation } from '../../model/compare.js';

export const UNKNOWN = -1;
/** More than one has the name. */
export const AMBIGUOUS = -2;

export class NameIndex {
  readonly #names: readonly (readonly string[])[];
  #exact: Map<string, number> | undefined;
  #byKey: Map<string, number> | undefined;

  /** `names` are lists of names by place; a name in an earlier list comes before the same one in a later list. */
  constructor(
    readonly key: Collation['key'],
    ...names: readonly (readonly string[])[]
  ) {
    this.#names = names;
  }

  find(name: string): number {
    if (name === '') return UNKNOWN;
    this.#exact ??= this.#build((text) => text);
    const exact = this.#exact.get(name);
    if (exact !== undefined) return exact;
    // Nearly all are found to the letter.
    this.#byKey ??= this.#build(this.key);
    return this.#byKey.get(this.key(name)) ?? UNKNOWN;
  }

  #build(fold: (text: string) => string): Map<string, number> {
    const places = new Map<string, number>();
    for (const names of this.#names) {
      const earlier = new Set(places.keys());
      names.forEach((name, place) => {
        const folded = fold(name);
        if (folded === '' || earlier.has(folded)) return;
        const known = places.get(folded);
        places.set(folded, known === undefined || known === place ? place : AMBIGUOUS);
      });
    }
    return places;
  }
}
