/** Things that belong together, directly or through others: nearly linear, whatever is joined with what. */

/** Numbers, each with the number of another that it belongs with, or its own. */
export class Ties {
  readonly #parent: Int32Array;

  constructor(size: number) {
    this.#parent = Int32Array.from({ length: size }, (_, at) => at);
  }

  /** Returns the same number for all that belong together. */
  root(of: number): number {
    const parent = this.#parent;
    let at = of;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  }

  /** Joins two; -1 is nothing. */
  join(a: number, b: number): void {
    if (a >= 0 && b >= 0 && a !== b) this.#parent[this.root(b)] = this.root(a);
  }
}
