/** Spellings of a missing value. */

import type { TextBytes } from '../../collections/text-bytes.js';

/** A set of spellings, with their first bytes and the length of the longest in bytes (-1: there is none). Most cells are longer than any of them, and are not looked up. */
export class Spellings {
  readonly #known: ReadonlySet<string>;
  readonly #fronts: ReadonlySet<number>;
  readonly longest: number;

  constructor(readonly words: readonly string[]) {
    this.#known = new Set(words);
    this.#fronts = new Set(words.map((word) => Buffer.byteLength(word) * 256 + (Buffer.from(word)[0] ?? 0)));
    this.longest = Math.max(-1, ...words.map((word) => Buffer.byteLength(word)));
  }

  has(text: string): boolean {
    return text.length <= this.longest && this.#known.has(text);
  }

  /** Is a text in some bytes, which is not empty, one of them. */
  hasPart(bytes: Buffer, from: number, to: number): boolean {
    const length = to - from;
    return length <= this.longest && this.#fronts.has(length * 256 + bytes[from]) && this.#known.has(bytes.toString('utf8', from, to));
  }

  /** Is the text from an offset to the end of some bytes one of them. Few cells begin like one, and only those are decoded. */
  hasEnd(bytes: TextBytes, from: number): boolean {
    const length = bytes.length - from;
    return length <= this.longest && this.#fronts.has(length * 256 + (length === 0 ? 0 : bytes.at(from))) && this.#known.has(bytes.part(from, bytes.length));
  }
}

export const NO_SPELLINGS = new Spellings([]);
/** NULL as databases and their tools write it. */
export const NULL_SPELLINGS = new Spellings(['NULL', '\\N']);
