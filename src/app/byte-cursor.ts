/** Goes through one line of JSON byte by byte; takes only what JSON writes without escapes. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const CLOSE = 0x5d;
const ZERO = 0x30;
const NINE = 0x39;
/** One digit more still leaves a number exact. */
const LARGEST_ID = 1e14;
/** Longer texts are not looked up among those that were read before. */
const LONGEST_COMMON = 24;
/** Slots for texts that many lines share. */
const SLOTS = 1 << 12;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class ByteCursor {
  bytes: Buffer;
  #at = 0;
  #end = 0;
  #numbers = new Int32Array(1 << 10);
  /** The last list that was returned. */
  #list = '';
  readonly #common: (string | undefined)[] = Array.from({ length: SLOTS });

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** Goes to the beginning of a line. */
  place(from: number, to: number): void {
    this.#at = from;
    this.#end = to;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#end;
  }

  /** Goes past the bytes if they are next; returns whether they were. */
  takes(next: Uint8Array): boolean {
    const { bytes } = this;
    const from = this.#at;
    if (from + next.length > this.#end) return false;
    for (let at = 0; at < next.length; at++) if (bytes[from + at] !== next[at]) return false;
    this.#at = from + next.length;
    return true;
  }

  /** Goes past digits; returns whether there were any, and no zero before them. */
  digits(): boolean {
    const from = this.#at;
    while (this.#at < this.#end && this.bytes[this.#at] >= 0x30 && this.bytes[this.#at] <= 0x39) this.#at++;
    return this.#at > from && this.bytes[from] !== 0x30;
  }

  /** Returns the string that is next; undefined if there is none, or one with an escape. If it is `likely`, which most are, no other is made. */
  text(likely?: string): string | undefined {
    const from = this.#at + 1;
    const { bytes } = this;
    if (likely !== undefined && bytes[this.#at] === QUOTE && bytes[from + likely.length] === QUOTE && this.#has(likely, from)) {
      this.#at = from + likely.length + 1;
      return likely;
    }
    const isPlain = this.#pass();
    if (isPlain === undefined) return undefined;
    return isPlain ? bytes.toString('latin1', from, this.#at - 1) : decoded(bytes.subarray(from, this.#at - 1));
  }

  /** Returns the string that is next, for one that many lines share. */
  common(): string | undefined {
    const from = this.#at + 1;
    const isPlain = this.#pass();
    if (isPlain === undefined) return undefined;
    const to = this.#at - 1;
    const { bytes } = this;
    if (!isPlain) return decoded(bytes.subarray(from, to));
    if (to - from > LONGEST_COMMON) return bytes.toString('latin1', from, to);
    let hash = 0;
    for (let at = from; at < to; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const known = this.#common[slot];
    if (known !== undefined && known.length === to - from && this.#has(known, from)) return known;
    const text = bytes.toString('latin1', from, to);
    this.#common[slot] = text;
    return text;
  }

  /** Goes past the string that is next; returns whether there was one without an escape. */
  skip(): boolean {
    const from = this.#at + 1;
    const isPlain = this.#pass();
    return isPlain === true || (isPlain === false && decoded(this.bytes.subarray(from, this.#at - 1)) !== undefined);
  }

  /** Returns the string that is next, as `text` does. It is for ids, most of which are numbers, and these become strings three times as fast. */
  id(): string | undefined {
    const { bytes } = this;
    let at = this.#at + 1;
    let number = 0;
    for (; bytes[at] >= ZERO && bytes[at] <= NINE && number < LARGEST_ID; at++) number = number * 10 + bytes[at] - ZERO;
    const from = this.#at + 1;
    const isNumber = bytes[this.#at] === QUOTE && at > from && bytes[at] === QUOTE && at < this.#end && (bytes[from] !== ZERO || at === from + 1);
    if (!isNumber) return this.text();
    this.#at = at + 1;
    return String(number);
  }

  /** Returns what is between here and the end of a list of strings in ASCII, and goes past it; undefined for any other list. */
  list(): string | undefined {
    const from = this.#at;
    // Most lists are the same as the one before.
    const likely = this.#list;
    if (from + likely.length < this.#end && this.bytes[from + likely.length] === CLOSE && this.#has(likely, from)) {
      this.#at = from + likely.length + 1;
      return likely;
    }
    if (!this.skipList()) return undefined;
    this.#list = this.bytes.toString('latin1', from, this.#at - 1);
    return this.#list;
  }

  /** Goes past what is between here and the end of a list of strings in ASCII; returns whether there was one. */
  skipList(): boolean {
    const from = this.#at;
    while (this.bytes[this.#at] !== CLOSE) {
      if (this.#at > from && this.bytes[this.#at++] !== COMMA) return false;
      if (this.#pass() !== true) return false;
    }
    this.#at++;
    return this.#at <= this.#end;
  }

  /** Returns the numbers of a list of whole numbers that are strings, in the usual spelling of ids and none greater than `largest`, and goes past it; undefined for any other list. */
  numbers(largest: number): Int32Array | undefined {
    const { bytes } = this;
    const end = this.#end;
    let count = 0;
    let at = this.#at;
    if (bytes[at] === CLOSE) at++;
    else {
      for (let isMore = true; isMore; isMore = bytes[at++] === COMMA) {
        if (bytes[at++] !== QUOTE) return undefined;
        const from = at;
        let value = 0;
        for (; at < end && bytes[at] >= 0x30 && bytes[at] <= 0x39 && value <= largest; at++) value = value * 10 + bytes[at] - 0x30;
        if (at === from || value > largest || (bytes[from] === 0x30 && at > from + 1) || bytes[at++] !== QUOTE) return undefined;
        if (count === this.#numbers.length) this.#widen();
        this.#numbers[count++] = value;
      }
      if (bytes[at - 1] !== CLOSE) return undefined;
    }
    if (at > end) return undefined;
    this.#at = at;
    return this.#numbers.slice(0, count);
  }

  #widen(): void {
    const wider = new Int32Array(this.#numbers.length * 2);
    wider.set(this.#numbers);
    this.#numbers = wider;
  }

  /** Are the bytes those of a text in ASCII. */
  #has(text: string, from: number): boolean {
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (this.bytes[from + at] !== code || code > 0x7f) return false;
    }
    return true;
  }

  /** Goes past a string; returns whether it is all ASCII, undefined if there is none, or one with an escape. */
  #pass(): boolean | undefined {
    const { bytes } = this;
    const end = this.#end;
    let at = this.#at;
    if (bytes[at++] !== QUOTE) return undefined;
    let high = 0;
    for (; at < end; at++) {
      const code = bytes[at];
      if (code === QUOTE) break;
      if (code < 0x20 || code === BACKSLASH) return undefined;
      high |= code;
    }
    if (at >= end) return undefined;
    this.#at = at + 1;
    return high < 0x80;
  }
}

/** Returns the text; undefined if the bytes are invalid. */
function decoded(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
