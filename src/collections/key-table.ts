/** Numbers comparison keys. A Map of as many texts takes three times as long, and was a tenth of a check. */

/** A key that finds no free slot within this many steps goes into a map, so texts made to collide stay cheap. */
const MOST_STEPS = 64;
const BLANK = -1;
const UNKNOWN = -1;

/** Numbers the distinct keys of texts from 0, in the order in which they are first seen. */
export class KeyTable {
  /** Key texts by number. */
  readonly keys: string[] = [];
  /** Hashes by number. */
  #hashes = new Int32Array(1 << 11);
  /** Number + 1 by slot: the slot of its hash or the next free one; 0 is free. */
  #slots = new Int32Array(1 << 12);
  readonly #crowded = new Map<string, number>();
  /** Hash of the last text. */
  #hash = 0;
  #isOdd = false;

  /** `key` returns the comparison key of a text; a key is its own key. */
  constructor(readonly key: (text: string) => string) {}

  /** Returns the number of a text's key, a new one if necessary; -1 if the text is blank. */
  intern(text: string): number {
    const folded = this.#fold(text);
    return folded === '' ? BLANK : this.#number(folded);
  }

  /** Whether the last interned text has a letter beyond ASCII or a question mark. */
  get wasOdd(): boolean {
    return this.#isOdd;
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
    if (this.#isKey(text)) return text;
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
