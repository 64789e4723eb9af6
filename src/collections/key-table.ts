/** Indexes by comparison key, by text and by id. For keys and texts, a Map of as many takes three times as long, and was a tenth of a check. */

/** A key that finds no free slot within this many steps goes into a map, so texts made to collide stay cheap. */
const MOST_STEPS = 64;
/** The part of the slots that may be taken. */
const MOST_FULL = 0.7;
const BLANK = -1;
const UNKNOWN = -1;

/** How many texts `internAll` takes at once: their slots, each in a line of the cache, stay in the nearest cache. */
export const BATCH = 64;
/** The text has a letter beyond ASCII or a question mark. */
export const IS_ODD = 1;
/** The text is certainly its own key. */
export const IS_OWN_KEY = 2;

/** Numbers the distinct keys of texts from 0, in the order in which they are first seen. */
export class KeyTable {
  /** Key texts by number. */
  readonly keys: string[] = [];
  /** Hash and number + 1 by slot, side by side: the slot of its hash or the next free one; 0 is free. */
  #slots: Int32Array;
  /** Number of slots - 1. */
  #mask: number;
  readonly #crowded = new Map<string, number>();
  /** Hash of the last text. */
  #hash = 0;
  #isOdd = false;
  #isPlain = false;
  /** Of the texts of one batch. */
  readonly #folded: string[] = [];
  readonly #batch = new Int32Array(BATCH);

  /** `key` returns the comparison key of a text; a key is its own key. `expected` is about the number of keys: a table that grows is built anew each time. */
  constructor(
    readonly key: (text: string) => string,
    expected = 0,
  ) {
    let length = 1 << 12;
    while (length * MOST_FULL < expected) length *= 2;
    this.#slots = new Int32Array(length * 2);
    this.#mask = length - 1;
  }

  /** Returns the number of a text's key, a new one if necessary; -1 if the text is blank. */
  intern(text: string): number {
    const folded = this.#fold(text);
    return folded === '' ? BLANK : this.#number(folded);
  }

  /**
   * Sets the number of each text's key, or -1, in the order of the texts, as `intern` would, and IS_ODD and IS_OWN_KEY of each. The table of a
   * large organization is in no cache: one after the other, each slot would be waited for by itself; asked for together, they come together.
   */
  internAll(texts: readonly string[], count: number, numbers: Int32Array, traits: Uint8Array): void {
    const folded = this.#folded;
    const hashes = this.#batch;
    for (let at = 0; at < count; at++) {
      folded[at] = this.#fold(texts[at]);
      hashes[at] = this.#hash;
      traits[at] = (this.#isOdd ? IS_ODD : 0) | (this.#isPlain ? IS_OWN_KEY : 0);
    }
    const slots = this.#slots;
    let touched = 0;
    for (let at = 0; at < count; at++) touched |= slots[(hashes[at] & this.#mask) * 2];
    // Kept, so that reading them is not left out as useless.
    this.#hash = touched;
    for (let at = 0; at < count; at++) {
      this.#hash = hashes[at];
      numbers[at] = folded[at] === '' ? BLANK : this.#number(folded[at]);
    }
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
    if (number >= this.#mask * MOST_FULL) this.#widen();
    this.#place(number, this.#hash);
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
    const hash = this.#hash;
    for (let step = 0; step < MOST_STEPS; step++) {
      const slot = ((hash + step) & this.#mask) * 2;
      const number = slots[slot + 1] - 1;
      if (number < 0) break;
      if (slots[slot] === hash && this.keys[number] === folded) return number;
    }
    return this.#crowded.size === 0 ? UNKNOWN : (this.#crowded.get(folded) ?? UNKNOWN);
  }

  #place(number: number, hash: number): void {
    const slots = this.#slots;
    for (let step = 0; step < MOST_STEPS; step++) {
      const slot = ((hash + step) & this.#mask) * 2;
      if (slots[slot + 1] !== 0) continue;
      slots[slot] = hash;
      slots[slot + 1] = number + 1;
      return;
    }
    this.#crowded.set(this.keys[number], number);
  }

  #widen(): void {
    const narrow = this.#slots;
    this.#slots = new Int32Array(narrow.length * 2);
    this.#mask = narrow.length - 1;
    for (let at = 0; at < narrow.length; at += 2) if (narrow[at + 1] !== 0) this.#place(narrow[at + 1] - 1, narrow[at]);
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
