/** Passes a whole object or list in one loop, without making tokens of it: most of a log is values that nobody asked for. */

import { isUtf8 } from 'node:buffer';
import { BACKSLASH, ESCAPED, IS_STOP, isHex, isSpace, LF, QUOTE } from './json-bytes.js';

const [BRACE, BRACE_END, BRACKET, BRACKET_END, COLON, COMMA, MINUS, ZERO, POINT, LETTER_N, LETTER_U] = Buffer.from('{}[]:,-0.nu');
/** Deeper values, and objects with more properties, are left to the reader. */
export const DEEPEST = 32;
const MOST_PROPERTIES = 64;

const WORDS: readonly Buffer[] = ['true', 'false', 'null'].map((word) => Buffer.from(word));
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

const hashOf = (hash: number, byte: number): number => Math.imul(hash ^ byte, 0x01000193);
const NO_HASH = 0x811c9dc5;

/** Whatever is unusual, even if it is JSON, is left to the lexer and the reader, which say what is wrong and where. */
export class NestedScan {
  /** Line ends in the value that was passed last. */
  lines = 0;
  /** Index up to which the last attempt came. */
  reached = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #filled = 0;
  #at = 0;
  /** The range of the name that was passed last. */
  #name = 0;
  #nameEnd = 0;
  /** By depth. */
  readonly #isObject = new Uint8Array(DEEPEST);
  readonly #firstKey = new Int32Array(DEEPEST);
  /** Hashes of the names in the open objects, outermost first. */
  readonly #keys = new Int32Array(DEEPEST * MOST_PROPERTIES);
  readonly #names: readonly Buffer[];
  readonly #byHash = new Map<number, number>();
  /** Indexes of the names that the value itself has as properties, in its order; and where their values are. */
  readonly seen: number[] = [];
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly linesBefore: Int32Array;

  /** `names`: properties of the object that is passed, whose values are located. */
  constructor(names: readonly string[] = []) {
    this.#names = names.map((name) => Buffer.from(name));
    for (const [index, name] of this.#names.entries()) this.#byHash.set(name.reduce(hashOf, NO_HASH), index);
    this.starts = new Int32Array(names.length);
    this.ends = new Int32Array(names.length);
    this.linesBefore = new Int32Array(names.length);
  }

  /** Returns the index behind the object or list that begins at `start`; -1 if not all of it is there, or if anything in it is unusual. */
  endOf(bytes: Buffer, start: number, filled: number): number {
    this.#bytes = bytes;
    this.#filled = filled;
    this.#at = start;
    this.lines = 0;
    this.seen.length = 0;
    const isWhole = this.#pass() && isUtf8(bytes.subarray(start, this.#at));
    this.reached = this.#at;
    return isWhole ? this.#at : -1;
  }

  /** Returns the type of a located value. */
  kindOf(index: number): 'string' | 'number' | 'boolean' | 'null' | 'object' | 'array' {
    const first = this.#bytes[this.starts[index]];
    if (first === QUOTE) return 'string';
    if (first === BRACE) return 'object';
    if (first === BRACKET) return 'array';
    if (first === LETTER_N) return 'null';
    return first === MINUS || isDigit(first) ? 'number' : 'boolean';
  }

  /** Returns the text of a located string. */
  textOf(index: number): string {
    const written = this.#bytes.toString('utf8', this.starts[index], this.ends[index]);
    const text: unknown = written.includes('\\') ? JSON.parse(written) : written.slice(1, -1);
    return String(text);
  }

  #pass(): boolean {
    let depth = 0;
    let keys = 0;
    /** Index of the name whose value is being passed, or -1. */
    let wanted = -1;
    for (;;) {
      // A value begins here.
      const first = this.#mark();
      if (first === BRACE || first === BRACKET) {
        if (depth === DEEPEST) return false;
        this.#isObject[depth] = first === BRACE ? 1 : 0;
        this.#firstKey[depth++] = keys;
        this.#at++;
        const next = this.#mark();
        if (next === (first === BRACE ? BRACE_END : BRACKET_END)) {
          this.#at++;
          depth--;
        } else {
          if (first === BRACE) {
            if (!this.#key(keys, keys)) return false;
            if (depth === 1) wanted = this.#wantedOf(keys);
            keys++;
          }
          continue;
        }
      } else if (first === QUOTE) {
        if (!this.#text()) return false;
      } else if (first === MINUS || isDigit(first)) {
        if (!this.#number()) return false;
      } else if (!this.#word()) return false;
      // A value is complete.
      for (;;) {
        if (depth === 0) return true;
        if (depth === 1 && wanted >= 0) {
          this.ends[wanted] = this.#at;
          wanted = -1;
        }
        const isObject = this.#isObject[depth - 1] === 1;
        const mark = this.#mark();
        if (mark === COMMA) {
          this.#at++;
          if (isObject) {
            if (keys - this.#firstKey[depth - 1] >= MOST_PROPERTIES || !this.#key(keys, this.#firstKey[depth - 1])) return false;
            if (depth === 1) wanted = this.#wantedOf(keys);
            keys++;
          }
          break;
        }
        if (mark !== (isObject ? BRACE_END : BRACKET_END)) return false;
        this.#at++;
        keys = this.#firstKey[--depth];
      }
    }
  }

  /** Passes white space and returns the byte behind it; -1 at the end of what is there. */
  #mark(): number {
    const bytes = this.#bytes;
    const filled = this.#filled;
    let at = this.#at;
    for (; at < filled && isSpace(bytes[at]); at++) if (bytes[at] === LF) this.lines++;
    this.#at = at;
    return at < filled ? bytes[at] : -1;
  }

  /** Passes a name and its colon. Returns false if a name of the same object, from `first` on, may be the same. */
  #key(own: number, first: number): boolean {
    if (this.#mark() !== QUOTE) return false;
    const bytes = this.#bytes;
    const filled = this.#filled;
    let hash = NO_HASH;
    let at = this.#at + 1;
    this.#name = at;
    for (; at < filled && IS_STOP[bytes[at]] === 0; at++) hash = hashOf(hash, bytes[at]);
    this.#at = at;
    this.#nameEnd = at;
    // Escapes spell a name in many ways.
    if (at >= filled || bytes[at] !== QUOTE) return false;
    this.#at++;
    const keys = this.#keys;
    for (let other = first; other < own; other++) if (keys[other] === hash) return false;
    keys[own] = hash;
    if (this.#mark() !== COLON) return false;
    this.#at++;
    return true;
  }

  /** Returns the index of the name that was just passed and whose hash is at `own`, or -1; its value begins next. */
  #wantedOf(own: number): number {
    const index = this.#byHash.get(this.#keys[own]) ?? -1;
    if (index < 0) return -1;
    const name = this.#names[index];
    if (this.#nameEnd - this.#name !== name.length || !this.#has(name, this.#name)) return -1;
    this.#mark();
    this.seen.push(index);
    this.starts[index] = this.#at;
    this.linesBefore[index] = this.lines;
    return index;
  }

  #text(): boolean {
    const bytes = this.#bytes;
    const filled = this.#filled;
    let at = this.#at + 1;
    for (;;) {
      while (at < filled && IS_STOP[bytes[at]] === 0) at++;
      this.#at = at;
      if (at >= filled) return false;
      if (bytes[at] === QUOTE) break;
      if (bytes[at] !== BACKSLASH || at + 6 >= filled) return false;
      if (bytes[at + 1] === LETTER_U) {
        if (!isHex(bytes[at + 2]) || !isHex(bytes[at + 3]) || !isHex(bytes[at + 4]) || !isHex(bytes[at + 5])) return false;
        at += 6;
      } else {
        if (!ESCAPED.has(bytes[at + 1])) return false;
        at += 2;
      }
    }
    this.#at = at + 1;
    return true;
  }

  /** Passes a number without an exponent. */
  #number(): boolean {
    const bytes = this.#bytes;
    const filled = this.#filled;
    let at = this.#at;
    if (bytes[at] === MINUS) at++;
    const first = at;
    while (at < filled && isDigit(bytes[at])) at++;
    if (at === first || (bytes[first] === ZERO && at > first + 1)) return false;
    if (at < filled && bytes[at] === POINT) {
      const fraction = ++at;
      while (at < filled && isDigit(bytes[at])) at++;
      if (at === fraction) return false;
    }
    this.#at = at;
    return true;
  }

  #word(): boolean {
    const at = this.#at;
    for (const word of WORDS) {
      if (this.#bytes[at] !== word[0]) continue;
      if (at + word.length > this.#filled || !this.#has(word, at)) return false;
      this.#at += word.length;
      return true;
    }
    return false;
  }

  #has(text: Buffer, from: number): boolean {
    const bytes = this.#bytes;
    for (let at = 0; at < text.length; at++) if (bytes[from + at] !== text[at]) return false;
    return true;
  }
}
