/** Indexes by text, compared exactly. A Map of as many texts takes three times as long. */

import { KeyTable } from './key-table.js';

export class PlaceTable {
  readonly #texts = new KeyTable((text) => text);
  /** By number of the text. */
  readonly #places: number[] = [];

  /** Sets the index of a text that has none yet; returns the index that it had, or -1. */
  add(text: string, place: number): number {
    const number = this.#texts.internKey(text);
    if (number < this.#places.length) return this.#places[number];
    this.#places.push(place);
    return -1;
  }

  /** Returns the index of a text, or -1. */
  get(text: string): number {
    const number = this.#texts.findKey(text);
    return number < 0 ? -1 : this.#places[number];
  }
}
