/** Splits a stream of bytes into JSON tokens: strictly by RFC 8259, with at most one record in memory; long because the fast paths share its state. */

import { isUtf8 } from 'node:buffer';
import { type Note, note, noteText, quoted } from '../../model/note.js';
import { ADVICE, BACKSLASH, countCharacters, ESCAPED, IS_STOP, isHex, isSpace, isWordByte, LF, QUOTE } from './json-bytes.js';
import type { NestedScan } from './nested-scan.js';

export type Token = '{' | '}' | '[' | ']' | ':' | ',' | 'string' | 'number' | 'true' | 'false' | 'null' | 'end';

/** Bytes that are not JSON, or JSON that is not what is expected: nothing after it can be read either. */
export class JsonFault extends Error {
  override readonly name = 'JsonFault';

  constructor(
    readonly note: Note,
    readonly line: number,
    /** Character, from 1. */
    readonly column: number,
  ) {
    super(noteText(note));
  }
}

const STRETCH = 1 << 16;
/** A longer record or text is not data. */
const LONGEST_RECORD = 1 << 26;
const LONGEST_NAME = 64;
const PUNCTUATION = new Map<number, Token>((['{', '}', '[', ']', ':', ','] as const).map((char) => [char.charCodeAt(0), char]));
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

export class JsonLexer {
  readonly #source: { fill(target: Buffer, offset: number): number };
  #bytes = Buffer.allocUnsafe(STRETCH);
  #filled = 0;
  #isAtEnd = false;
  /** Offset in the file of the first byte in memory. */
  #base = 0;
  /** Index of the next byte. */
  #at = 0;
  /** Index of the token's first byte. */
  #start = 0;
  /** Index of the first byte that is still needed. */
  #mark = 0;
  /** Index of a byte at or before the token, and its column: advanced only if a column is asked for, or if bytes are discarded. */
  #anchor = 0;
  #anchorColumn = 1;
  #isHeld = false;
  #hasEscapes = false;
  #isPlain = true;
  /** Names seen so far, each in the slot that its bytes hash to; a later one replaces an earlier one. */
  readonly #names: string[] = Array.from({ length: 256 }, () => '');
  /** Offset up to which a scan came that did not reach the end of its value: no other begins before it, so no byte is scanned twice. */
  #scanned = 0;
  /** Physical line of the token, from 1. */
  line = 1;

  constructor(source: { fill(target: Buffer, offset: number): number }) {
    this.#source = source;
  }

  /** Offset in the file of the token's first byte; see `columnAt`. */
  get offset(): number {
    return this.#base + this.#start;
  }

  /** Offset in the file of the byte behind the token. */
  get end(): number {
    return this.#base + this.#at;
  }

  /** Keeps everything from this token on until `release`, so that `columnAt` works for all of it. */
  hold(): void {
    this.#mark = this.#start;
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
  }

  /** Returns the column, in characters from 1, of an offset that is still in memory. */
  columnAt(offset: number): number {
    this.#anchorColumn = this.#columnOf(this.#mark);
    this.#anchor = this.#mark;
    return this.#columnOf(offset - this.#base);
  }

  #columnOf(index: number): number {
    const before = this.#bytes.subarray(this.#anchor, index);
    const lf = before.lastIndexOf(LF);
    return lf < 0 ? this.#anchorColumn + countCharacters(before) : 1 + countCharacters(before.subarray(lf + 1));
  }

  /** Returns an error at the current token. */
  fault(message: Note): JsonFault {
    return new JsonFault(message, this.line, this.columnAt(this.offset));
  }

  /** Returns the text of the current string. */
  text(): string {
    const bytes = this.#bytes;
    if (!this.#hasEscapes) return bytes.toString(this.#isPlain ? 'latin1' : 'utf8', this.#start + 1, this.#at - 1);
    const text: unknown = JSON.parse(bytes.toString('utf8', this.#start, this.#at));
    return String(text);
  }

  /** Returns the text of the current string, cached: names repeat with every record. */
  name(): string {
    const from = this.#start + 1;
    const length = this.#at - 1 - from;
    if (this.#hasEscapes || !this.#isPlain || length === 0 || length > LONGEST_NAME) return this.text();
    const bytes = this.#bytes;
    const slot = (length * 31 + bytes[from] * 7 + bytes[from + length - 1] * 13 + bytes[from + (length >> 1)]) & (this.#names.length - 1);
    const known = this.#names[slot];
    let at = 0;
    if (known.length === length) while (at < length && known.charCodeAt(at) === bytes[from + at]) at++;
    if (at < length) this.#names[slot] = this.text();
    return this.#names[slot];
  }

  /** Returns the current token as written. */
  written(): string {
    return this.#bytes.toString('utf8', this.#start, this.#at);
  }

  /** Returns everything from `hold` to the end of the current token, as written. */
  held(): string {
    return this.#bytes.toString('utf8', this.#mark, this.#at);
  }

  /** Returns a range of what has been kept since `hold`, as written. */
  heldRange(from: number, to: number): string {
    return this.#bytes.toString('utf8', from - this.#base, to - this.#base);
  }

  /** Passes the whole object or list that begins with the current token; its end becomes the token. Returns false, and does nothing, if that is not simple. */
  passNested(scan: NestedScan): boolean {
    if (this.offset < this.#scanned) return false;
    const end = scan.endOf(this.#bytes, this.#start, this.#filled);
    if (end < 0) {
      this.#scanned = this.#base + scan.reached;
      return false;
    }
    this.line += scan.lines;
    this.#start = end - 1;
    this.#at = end;
    return true;
  }

  /** Does a list begin with the next token, which is not taken. */
  startsList(): boolean {
    this.#passSpace();
    return this.#has() && PUNCTUATION.get(this.#bytes[this.#at]) === '[';
  }

  next(): Token {
    this.#passSpace();
    this.#start = this.#at;
    if (!this.#isHeld) this.#mark = this.#start;
    if (!this.#has()) return 'end';
    const byte = this.#bytes[this.#at];
    const mark = PUNCTUATION.get(byte);
    if (mark !== undefined) {
      this.#at++;
      return mark;
    }
    return byte === QUOTE ? this.#string() : this.#word();
  }

  /** Is there another byte; reads on if necessary. */
  #has(): boolean {
    return this.#at < this.#filled || this.#more();
  }

  #more(): boolean {
    if (this.#isAtEnd) return false;
    if (this.#filled === this.#bytes.length) this.#makeRoom();
    const added = this.#source.fill(this.#bytes, this.#filled);
    this.#filled += added;
    this.#isAtEnd = added === 0;
    return added > 0;
  }

  #makeRoom(): void {
    const unneeded = this.#mark;
    if (unneeded >= this.#bytes.length / 2) {
      this.#anchorColumn = this.#columnOf(unneeded);
      this.#anchor = 0;
      this.#bytes.copyWithin(0, unneeded, this.#filled);
      this.#base += unneeded;
      this.#at -= unneeded;
      this.#start -= unneeded;
      this.#filled -= unneeded;
      this.#mark = 0;
      return;
    }
    if (this.#bytes.length >= LONGEST_RECORD) throw this.fault('this record does not end: more than 64 MB belong to it.');
    const wider = Buffer.allocUnsafe(this.#bytes.length * 2);
    this.#bytes.copy(wider, 0, 0, this.#filled);
    this.#bytes = wider;
  }

  #passSpace(): void {
    do {
      const bytes = this.#bytes;
      const filled = this.#filled;
      let at = this.#at;
      for (; at < filled && isSpace(bytes[at]); at++) if (bytes[at] === LF) this.line++;
      this.#at = at;
      if (at < filled) return;
      // White space need not be kept in memory.
      if (!this.#isHeld) this.#mark = at;
    } while (this.#more());
  }

  #string(): Token {
    this.#hasEscapes = false;
    let all = 0;
    this.#at++;
    for (;;) {
      const bytes = this.#bytes;
      const filled = this.#filled;
      let at = this.#at;
      while (at < filled && IS_STOP[bytes[at]] === 0) all |= bytes[at++];
      this.#at = at;
      if (at === filled) {
        if (this.#more()) continue;
        throw this.fault('the file ends in the middle of a text; it was cut short, so export it again.');
      }
      this.#at++;
      if (bytes[at] === QUOTE) break;
      if (bytes[at] !== BACKSLASH) {
        throw this.fault('this text is not closed on its line, or contains a control character, which must be escaped in JSON (\\n, \\t, \\u0000).');
      }
      this.#passEscape();
    }
    this.#isPlain = all < 0x80;
    if (!this.#isPlain && !isUtf8(this.#bytes.subarray(this.#start, this.#at))) {
      throw this.fault('this text contains bytes that are not valid UTF-8, the encoding of JSON; export it again.');
    }
    return 'string';
  }

  #passEscape(): void {
    this.#hasEscapes = true;
    const wrong = 'this text contains an invalid JSON escape; write a backslash itself twice.';
    if (!this.#has()) return;
    const byte = this.#bytes[this.#at++];
    if (ESCAPED.has(byte)) return;
    if (byte !== 0x75) throw this.fault(wrong);
    for (let digit = 0; digit < 4 && this.#has(); digit++) if (!isHex(this.#bytes[this.#at++])) throw this.fault(wrong);
  }

  /** Reads a number or one of the three words; everything else is invalid. */
  #word(): Token {
    while (this.#has() && isWordByte(this.#bytes[this.#at])) {
      this.#at++;
      if (this.#at - this.#start > 1024) break;
    }
    const word = this.written();
    if (word === 'true' || word === 'false' || word === 'null') return word;
    if (NUMBER.test(word)) return 'number';
    if (word === '') {
      const character = this.#character();
      throw this.fault(note`${character.shown} is not expected here${character.advice}.`);
    }
    throw this.fault(note`${quoted(word)} is not valid JSON: it is neither a number nor true, false or null.`);
  }

  /** Returns the current character, fit for a message. */
  #character(): { readonly shown: Note; readonly advice: string } {
    while (this.#filled - this.#at < 4 && this.#more()) {
      // A character of four bytes may be cut off at the end of the buffer.
    }
    const [character = ''] = this.#bytes.toString('utf8', this.#at, Math.min(this.#filled, this.#at + 4));
    const advice = ADVICE.get(character) ?? '';
    return { shown: /^[!-~]$/.test(character) ? character : note`the character ${quoted(character)}`, advice };
  }
}
