/** Indexes by comparison key, by text and by id. For keys and texts, a Map of as many takes three times as long, and was a tenth of a check. */

/** A key that finds no free slot within this many steps goes into a map, so texts made to collide stay cheap. */
const MOST_STEPS = 64;
const BLANK = -1;
const UNKNOWN = -1;

/** Numbers the distinct keys of texts from 0, in the order in which they are first seen. */
export class KeyTable {
  /** Key texts by number. */
  readonly keys: string[] = [];
  /** Hashes by number. */
  #hashes: Int32Array;
  /** Number + 1 by slot: the slot of its hash or the next free one; 0 is free. */
  #slots: Int32Array;
  readonly #crowded = new Map<string, number>();
  /** Hash of the last text. */
  #hash = 0;
  #isOdd = false;
  #isPlain = false;

  /** `key` returns the comparison key of a text; a key is its own key. `expected` is about the number of keys: a table that grows is built anew each time. */
  constructor(
    readonly key: (text: string) => string,
    expected = 0,
  ) {
    let length = 1 << 11;
    while (length < expected) length *= 2;
    this.#hashes = new Int32Array(length);
    this.#slots = new Int32Array(length * 2);
  }

  /** Returns the number of a text's key, a new one if necessary; -1 if the text is blank. */
  intern(text: string): number {
    const folded = this.#fold(text);
    return folded === '' ? BLANK : this.#number(folded);
  }

  /** Whether the last interned text has a letter beyond ASCII or a question mark. */
  get wasOdd(): boolean {
    return this.#isOdd;
  }

  /** Whether the last text is certainly its own key. */
  get wasKey(): boolean {
    return this.#isPlain;
  }

  /** Returns the number of a text that is already a key, or that is to be compared exactly. */
  internKey(folded: string): number {
    this.#isKey(folded);
    return this.#number(folded);
  }

  /** Returns the number of a text that `internKey` was given, or -1. */
  findKey(folded: string): number {
    this.#isKey(folded);
    return this.#find(folded);
  }

  /** Returns the number of the key that was found last. */
  #number(folded: string): number {
    const known = this.#find(folded);
    if (known !== UNKNOWN) return known;
    const number = this.keys.push(folded) - 1;
    if (number === this.#hashes.length) this.#widen();
    this.#hashes[number] = this.#hash;
    this.#place(number);
    return number;
  }

  /** Returns the number of a text's key; -1 if it has none or is blank. */
  find(text: string): number {
    const folded = this.#fold(text);
    return folded === '' ? UNKNOWN : this.#find(folded);
  }

  /** Returns a text's key, and stores its hash. */
  #fold(text: string): string {
    this.#isPlain = this.#isKey(text);
    if (this.#isPlain) return text;
    const isOdd = this.#isOdd;
    const folded = this.key(text);
    this.#isKey(folded);
    this.#isOdd = isOdd;
    return folded;
  }

  /** Hashes a text (FNV-1a); returns whether it is certainly its own key: ASCII without capitals and spaces. */
  #isKey(text: string): boolean {
    let hash = 0x811c9dc5;
    let isPlain = text !== '';
    let isOdd = false;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      // Almost all characters are lower-case letters.
      if (code < 0x61 || code > 0x7e) {
        if (code < 0x21 || code > 0x7e || (code >= 0x41 && code <= 0x5a)) isPlain = false;
        if (code === 0x3f || code > 0x7e) isOdd = true;
      }
      hash = Math.imul(hash ^ code, 0x01000193);
    }
    this.#isOdd = isOdd;
    this.#hash = hash ^ (hash >>> 15);
    return isPlain;
  }

  #find(folded: string): number {
    const slots = this.#slots;
    for (let step = 0; step < MOST_STEPS; step++) {
      const number = slots[(this.#hash + step) & (slots.length - 1)] - 1;
      if (number < 0) break;
      if (this.#hashes[number] === this.#hash && this.keys[number] === folded) return number;
    }
    return this.#crowded.size === 0 ? UNKNOWN : (this.#crowded.get(folded) ?? UNKNOWN);
  }

  #place(number: number): void {
    const slots = this.#slots;
    for (let step = 0; step < MOST_STEPS; step++) {
      const slot = (this.#hashes[number] + step) & (slots.length - 1);
      if (slots[slot] !== 0) continue;
      slots[slot] = number + 1;
      return;
    }
    this.#crowded.set(this.keys[number], number);
  }

  /** Half of the slots stay free. */
  #widen(): void {
    const taken = this.#hashes.length;
    const wider = new Int32Array(taken * 2);
    wider.set(this.#hashes);
    this.#hashes = wider;
    this.#slots = new Int32Array(wider.length * 2);
    this.#crowded.clear();
    for (let number = 0; number < taken; number++) this.#place(number);
  }
}

/** Indexes by text, compared exactly. A Map of as many texts takes three times as long. */
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

/** With more digits a number could exceed what a double holds exactly. */
export const LONGEST_INTEGER = 15;

/** Returns a text as a number if it is a whole number in the usual spelling of ids (`0`, `17`; not `017`), else -1. */
export function integerOf(text: string): number {
  return text.length <= LONGEST_INTEGER && /^(?:0|[1-9]\d*)$/.test(text) ? Number(text) : -1;
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
