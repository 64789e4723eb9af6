/** Indexes by id. Almost all ids are small whole numbers, which are looked up without creating a string. */

/** With more digits a number could exceed what a double holds exactly. */
export const LONGEST_INTEGER = 15;

/** Returns a text as a number if it is a whole number in the usual spelling of ids (`0`, `17`; not `017`), else -1. */
export function integerOf(text: string): number {
  return text.length <= LONGEST_INTEGER && /^(?:0|[1-9]\d*)$/.test(text) ? Number(text) : -1;
}

/** Larger ids are kept in a map: a table up to them would be mostly empty. */
const DENSEST = 1 << 22;
const NOWHERE = -1;

export class IdTable {
  /** Index + 1 by id; 0 for none. */
  #dense = new Int32Array(1 << 12);
  readonly #others = new Map<string, number>();

  /** Returns the index of an id, or -1. */
  get(id: string): number {
    const integer = integerOf(id);
    return integer >= 0 && integer < DENSEST ? this.byInteger(integer) : (this.#others.get(id) ?? NOWHERE);
  }

  /** Returns the index of an id that is a whole number, or -1. */
  byInteger(id: number): number {
    if (id < this.#dense.length) return this.#dense[id] - 1;
    return id < DENSEST ? NOWHERE : (this.#others.get(String(id)) ?? NOWHERE);
  }

  /** Sets the index of an id; `integer` is the id as a whole number, or -1. */
  set(id: string, place: number, integer = integerOf(id)): void {
    if (integer < 0 || integer >= DENSEST) {
      this.#others.set(id, place);
      return;
    }
    if (integer >= this.#dense.length) this.#widen(integer);
    this.#dense[integer] = place + 1;
  }

  #widen(id: number): void {
    let length = this.#dense.length;
    while (length <= id) length *= 2;
    const wider = new Int32Array(length);
    wider.set(this.#dense);
    this.#dense = wider;
  }
}
