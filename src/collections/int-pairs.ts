/** Pairs of indexes, in the order in which they were added: four bytes per index. */
export class IntPairs {
  #pairs = new Int32Array(1 << 10);
  #length = 0;

  add(first: number, second: number): void {
    if (this.#length === this.#pairs.length) {
      const wider = new Int32Array(this.#length * 2);
      wider.set(this.#pairs);
      this.#pairs = wider;
    }
    this.#pairs[this.#length++] = first;
    this.#pairs[this.#length++] = second;
  }

  forEach(visit: (first: number, second: number) => void): void {
    for (let at = 0; at < this.#length; at += 2) visit(this.#pairs[at], this.#pairs[at + 1]);
  }
}
