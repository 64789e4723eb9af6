/** Indexes of things by their text or their id. */

import { KeyTable } from './key-table.js';
import type { StoredTexts } from './stored-texts.js';

/** Indexes by text, compared exactly. A Map of as many texts takes three times as long. */
export class PlaceTable {
  readonly #texts: KeyTable;
  /** By number of the text. */
  readonly #places: number[] = [];

  /** `expected` is about the number of texts. */
  constructor(expected = 0) {
    this.#texts = new KeyTable((text) => text, expected);
  }

  /** Sets the index of a text that has none yet; returns the index that it had, or -1. */
  add(text: string, place: number): number {
    return this.#add(this.#texts.internKey(text), place);
  }

  /** Does the same for a stored text, which must stay where it is if it had no index; all of them must be in the same texts. */
  addStored(stored: StoredTexts, address: number, place: number): number {
    return this.#add(this.#texts.internStoredKey(stored, address), place);
  }

  #add(number: number, place: number): number {
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

/** With more digits a number could exceed what a double holds exactly. */
export const LONGEST_INTEGER = 15;

/** Returns a text as a number if it is a whole number in the usual spelling of ids (`0`, `17`; not `017`), else -1. */
export function integerOf(text: string): number {
  if (text.length > LONGEST_INTEGER || text === '') return -1;
  let integer = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    integer = integer * 10 + digit;
  }
  return text.charCodeAt(0) === 0x30 && text.length > 1 ? -1 : integer;
}

/** Larger ids are kept in a map: a table up to them would be mostly empty. */
const DENSEST = 1 << 22;
const NOWHERE = -1;

/** Indexes by id. Almost all ids are small whole numbers, which are looked up without creating a string. */
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

  /** Sets the index of an id. */
  set(id: string, place: number): void {
    const integer = integerOf(id);
    if (integer < 0) this.#others.set(id, place);
    else this.setInteger(integer, place);
  }

  /** Sets the index of an id that is a whole number. */
  setInteger(id: number, place: number): void {
    if (id >= DENSEST) {
      this.#others.set(String(id), place);
      return;
    }
    if (id >= this.#dense.length) this.#widen(id);
    this.#dense[id] = place + 1;
  }

  #widen(id: number): void {
    let length = this.#dense.length;
    while (length <= id) length *= 2;
    const wider = new Int32Array(length);
    wider.set(this.#dense);
    this.#dense = wider;
  }
}
