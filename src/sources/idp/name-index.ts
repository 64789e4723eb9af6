/** Indexes by name: exactly equal, or else by the comparison key if only one name has it. */

import type { Collation } from '../../model/compare.js';

export const UNKNOWN = -1;
/** Several have the name. */
export const AMBIGUOUS = -2;

export class NameIndex {
  readonly #names: readonly (readonly string[])[];
  #exact: Map<string, number> | undefined;
  #byKey: Map<string, number> | undefined;

  /** `names` are lists of names by index; a name in an earlier list takes precedence over the same one in a later list. */
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
    // Almost all names match exactly.
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
