/** Indexes by comparison key. A Map of as many takes three times as long, and was a tenth of a check. It is long because texts are hashed and compared both as strings and as bytes. */

import { type StoredTexts, startOf } from './stored-texts.js';
import { BATCH, NOT_STORED, type TextBatch } from './text-batch.js';

/** A key that finds no free slot within this many steps goes into a map, so texts made to collide stay cheap. */
const MOST_STEPS = 64;
/** The part of the slots that may be taken. */
const MOST_FULL = 0.7;
const BLANK = -1;
const UNKNOWN = -1;

/** The text has a letter beyond ASCII or a question mark. */
export const IS_ODD = 1;
/** The text is certainly its own key. */
export const IS_OWN_KEY = 2;

/** Numbers the distinct keys of texts from 0, in the order in which they are first seen. */
export class KeyTable {
  /** By number of the key: its address, or -1 minus its index in `#texts`. */
  #places: Int32Array;
  #size = 0;
  readonly #texts: string[] = [];
  #stored: StoredTexts | undefined;
  /** What holds the texts that are looked up, if they have addresses. */
  #asked: StoredTexts | undefined;
  /** By slot, which is that of its hash or the next free one: the number + 1 in the lower bits, of which there are as many as number the slots, and the hash in the others. 0 is free. */
  #slots: Int32Array;
  /** Number of slots - 1. */
  #mask: number;
  /** By number of the key. */
  #keyHashes: Int32Array;
  readonly #crowded = new Map<string, number>();
  /** Hash of the last text. */
  #hash = 0;
  #isOdd = false;
  #isPlain = false;
  /** Of the texts of one batch. */
  readonly #folded: string[] = [];
  readonly #hashes = new Int32Array(BATCH);
  readonly #addresses = new Int32Array(BATCH);
  readonly #found = new Int32Array(BATCH);

  /** `key` returns the comparison key of a text; a key is its own key. `expected` is about the number of keys: a table that grows is built anew each time. */
  constructor(
    readonly key: (text: string) => string,
    expected = 0,
  ) {
    let length = 1 << 12;
    while (length * MOST_FULL < expected) length *= 2;
    this.#slots = new Int32Array(length);
    this.#mask = length - 1;
    this.#places = new Int32Array(Math.ceil(length * MOST_FULL) + 1);
    this.#keyHashes = new Int32Array(this.#places.length);
  }

  /** Number of keys. */
  get size(): number {
    return this.#size;
  }

  /** Returns the address of a key by its number, with the texts that it is in; undefined if it is not stored. */
  storedAt(number: number): { readonly stored: StoredTexts; readonly address: number } | undefined {
    const address = this.#places[number];
    return address < 0 || this.#stored === undefined ? undefined : { stored: this.#stored, address };
  }

  /** Returns the text of a key by its number. */
  textOf(number: number): string {
    const place = this.#places[number];
    return place < 0 ? this.#texts[-1 - place] : (this.#stored?.text(place) ?? '');
  }

  /** Returns the number of a text's key, a new one if necessary; -1 if the text is blank. */
  intern(text: string): number {
    const folded = this.#fold(text);
    return folded === '' ? BLANK : this.#number(folded, NOT_STORED);
  }

  /**
   * Sets the number of each text's key, or -1, in the order of the texts, as `intern` would, and IS_ODD and IS_OWN_KEY of each. The table of a
   * large organization is in no cache: one after the other, each slot would be waited for by itself; asked for together, they come together.
   */
  internAll(batch: TextBatch, count: number, numbers: Int32Array, traits: Uint8Array): void {
    if (batch.stored !== undefined) this.#stored = batch.stored;
    this.#prepare(batch, count, traits);
    for (let at = 0; at < count; at++) {
      this.#hash = this.#hashes[at];
      const address = this.#addresses[at];
      const isBlank = address === NOT_STORED && this.#folded[at] === '';
      numbers[at] = isBlank ? BLANK : this.#number(this.#folded[at], address);
    }
  }

  /** Does the same as `find` would: a key that is not there is not added. */
  findAll(batch: TextBatch, count: number, numbers: Int32Array, traits: Uint8Array): void {
    this.#prepare(batch, count, traits);
    this.#touchFound(count);
    for (let at = 0; at < count; at++) {
      this.#hash = this.#hashes[at];
      const address = this.#addresses[at];
      const isBlank = address === NOT_STORED && this.#folded[at] === '';
      numbers[at] = isBlank ? BLANK : this.#find(this.#folded[at], address);
    }
  }

  /** Folds and hashes each text, and loads the slots that its search will read into the cache. */
  #prepare({ texts, addresses: given, stored }: TextBatch, count: number, traits: Uint8Array): void {
    this.#asked = stored;
    const folded = this.#folded;
    const hashes = this.#hashes;
    const addresses = this.#addresses;
    for (let at = 0; at < count; at++) {
      const address = given[at];
      const isKept = stored !== undefined && address !== NOT_STORED;
      // A stored text that is its own key is never made.
      if (isKept && this.#isStoredKey(stored, address)) addresses[at] = address;
      else {
        addresses[at] = NOT_STORED;
        folded[at] = this.#fold(isKept ? stored.text(address) : texts[at]);
      }
      hashes[at] = this.#hash;
      traits[at] = (this.#isOdd ? IS_ODD : 0) | (this.#isPlain ? IS_OWN_KEY : 0);
    }
    const slots = this.#slots;
    let touched = 0;
    for (let at = 0; at < count; at++) touched |= slots[hashes[at] & this.#mask];
    // Kept, so that reading them is not left out as useless.
    this.#hash = touched;
  }

  /** Loads the stored texts that the prepared ones probably equal into the cache: first where they are, then the texts, so that neither waits for the other. */
  #touchFound(count: number): void {
    const mask = this.#mask;
    const found = this.#found;
    for (let at = 0; at < count; at++) {
      const hash = this.#hashes[at];
      const taken = this.#slots[hash & mask];
      found[at] = taken !== 0 && ((taken ^ hash) & ~mask) === 0 ? this.#places[(taken & mask) - 1] : NOT_STORED;
    }
    const stored = this.#stored;
    if (stored === undefined) return;
    let touched = 0;
    for (let at = 0; at < count; at++) if (found[at] >= 0) touched |= stored.bytesAt(found[at])[startOf(found[at])];
    // Kept, so that reading them is not left out as useless.
    this.#hash = touched;
  }

  /** Returns the number of a text that is already a key, or that is to be compared exactly. */
  internKey(folded: string): number {
    this.#isKey(folded);
    return this.#number(folded, NOT_STORED);
  }

  /** Does the same for a stored text; all of them must be in the same texts. */
  internStoredKey(stored: StoredTexts, address: number): number {
    this.#stored = this.#asked = stored;
    this.#isStoredKey(stored, address);
    // Letters beyond ASCII have another hash as bytes.
    return this.#isOdd ? this.internKey(stored.text(address)) : this.#number('', address);
  }

  /** Returns the number of a text that `internKey` was given, or -1. */
  findKey(folded: string): number {
    this.#isKey(folded);
    return this.#find(folded, NOT_STORED);
  }

  /** Returns the number of the key that was hashed last, a new one if necessary; it is at the address, or else the text. */
  #number(folded: string, address: number): number {
    const known = this.#find(folded, address);
    if (known !== UNKNOWN) return known;
    const number = this.#size++;
    if (number === this.#places.length) {
      this.#places = widened(this.#places);
      this.#keyHashes = widened(this.#keyHashes);
    }
    this.#places[number] = address === NOT_STORED ? -this.#texts.push(folded) : address;
    this.#keyHashes[number] = this.#hash;
    if (number >= this.#mask * MOST_FULL) this.#widen();
    else this.#place(number);
    return number;
  }

  /** Returns the number of a text's key; -1 if it has none or is blank. */
  find(text: string): number {
    const folded = this.#fold(text);
    return folded === '' ? UNKNOWN : this.#find(folded, NOT_STORED);
  }

  /** Returns the number of a stored text's key, without making the text if it is its own key; -1 if it has none or is blank. */
  findStored(stored: StoredTexts, address: number): number {
    this.#asked = stored;
    return this.#isStoredKey(stored, address) ? this.#find('', address) : this.find(stored.text(address));
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

  /** Does the same for a stored text; false also for an empty one. */
  #isStoredKey(stored: StoredTexts, address: number): boolean {
    const bytes = stored.bytesAt(address);
    const from = startOf(address);
    const end = from + stored.lengthOf(address);
    let hash = 0x811c9dc5;
    let isPlain = end > from;
    let isOdd = false;
    for (let at = from; at < end; at++) {
      const code = bytes[at];
      if (code < 0x61 || code > 0x7e) {
        if (code < 0x21 || code > 0x7e || (code >= 0x41 && code <= 0x5a)) isPlain = false;
        if (code === 0x3f || code > 0x7e) isOdd = true;
      }
      hash = Math.imul(hash ^ code, 0x01000193);
    }
    this.#isOdd = isOdd;
    this.#isPlain = isPlain;
    this.#hash = hash ^ (hash >>> 15);
    return isPlain;
  }

  #find(folded: string, address: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    const hash = this.#hash;
    for (let step = 0; step < MOST_STEPS; step++) {
      const taken = slots[(hash + step) & mask];
      // A crowded key has found no free slot.
      if (taken === 0) return UNKNOWN;
      const number = (taken & mask) - 1;
      if (((taken ^ hash) & ~mask) === 0 && this.#isSame(number, folded, address)) return number;
    }
    if (this.#crowded.size === 0) return UNKNOWN;
    return this.#crowded.get(address === NOT_STORED ? folded : (this.#asked?.text(address) ?? '')) ?? UNKNOWN;
  }

  #isSame(number: number, folded: string, address: number): boolean {
    const place = this.#places[number];
    if (address === NOT_STORED) return place < 0 ? this.#texts[-1 - place] === folded : this.#stored?.isText(place, folded) === true;
    const asked = this.#asked;
    if (asked === undefined) return false;
    return place < 0 ? asked.isText(address, this.#texts[-1 - place]) : this.#stored?.isSame(place, asked, address) === true;
  }

  #place(number: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    const hash = this.#keyHashes[number];
    for (let step = 0; step < MOST_STEPS; step++) {
      const slot = (hash + step) & mask;
      if (slots[slot] !== 0) continue;
      slots[slot] = (hash & ~mask) | (number + 1);
      return;
    }
    this.#crowded.set(this.textOf(number), number);
  }

  #widen(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    this.#mask = this.#slots.length - 1;
    this.#crowded.clear();
    for (let number = 0; number < this.#size; number++) this.#place(number);
  }
}

function widened(narrow: Int32Array): Int32Array {
  const wider = new Int32Array(narrow.length * 2);
  wider.set(narrow);
  return wider;
}
