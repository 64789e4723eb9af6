/** Builds UTF-8 text byte by byte: files have a line per user, and V8 ropes of concatenated strings would fill the memory. */

/** Number of bytes at which they should be taken. */
const MANY = 1 << 16;
const DIGITS = [...'0123456789abcdef'].map((digit) => digit.charCodeAt(0));
const QUOTE = 0x22;

/** Returns which ASCII characters are in a text, by code. */
export const charactersOf = (text: string): Uint8Array => Uint8Array.from({ length: 128 }, (_, code) => Number(text.includes(String.fromCharCode(code))));

const ASCII = new Uint8Array(128).fill(1);
/** Characters that JSON does not escape. */
const UNESCAPED = Uint8Array.from(ASCII, (_, code) => Number(code >= 0x20 && code !== QUOTE && code !== 0x5c));

/** Texts that JSON does not write as they are; halves of a pair of UTF-16 units are among them, in case the other half is missing. */
const ESCAPED = /[\0-\x1f"\\\ud800-\udfff]/;

/** From this length on, the platform's encoder is faster than a loop, and so is a search for what has to be escaped. */
const LONG = 64;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A growing buffer, to be emptied whenever it is large. */
export class TextBytes {
  #bytes = new Uint8Array(MANY * 2);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get areMany(): boolean {
    return this.#length >= MANY;
  }

  /** Adds any text. */
  text(text: string): void {
    if (text.length < LONG && this.plain(text, ASCII)) return;
    // A UTF-16 unit takes at most three bytes in UTF-8.
    this.#reserve(text.length * 3);
    this.#length += encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written;
  }

  /** Adds bytes of a text in UTF-8. */
  bytes(source: Uint8Array, from: number, to: number): void {
    this.#reserve(to - from);
    const bytes = this.#bytes;
    let length = this.#length;
    // For so few bytes a call of `set` would take longer.
    for (let at = from; at < to; at++) bytes[length++] = source[at];
    this.#length = length;
  }

  /** Adds bytes of which there are many. */
  block(source: Uint8Array): void {
    this.#reserve(source.length);
    this.#bytes.set(source, this.#length);
    this.#length += source.length;
  }

  /** Adds some bytes if all of them are allowed, by byte; otherwise adds nothing and returns false. */
  allowedBytes(source: Uint8Array, from: number, to: number, isAllowed: Uint8Array): boolean {
    this.#reserve(to - from);
    const bytes = this.#bytes;
    let length = this.#length;
    for (let at = from; at < to; at++) {
      const byte = source[at];
      if (isAllowed[byte] === 0) return false;
      bytes[length++] = byte;
    }
    this.#length = length;
    return true;
  }

  /** Adds a whole number that is not negative, in digits. */
  whole(number: number): void {
    let width = 1;
    for (let rest = number; rest >= 10; rest = Math.floor(rest / 10)) width++;
    this.#reserve(width);
    this.#length += width;
    let rest = number;
    for (let at = this.#length - 1; at >= this.#length - width; at--) {
      const tens = Math.floor(rest / 10);
      this.#bytes[at] = 0x30 + rest - tens * 10;
      rest = tens;
    }
  }

  /** Removes the byte at an offset. */
  omit(offset: number): void {
    this.#bytes.copyWithin(offset, offset + 1, this.#length);
    this.#length--;
  }

  /** Adds one ASCII character. */
  byte(code: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = code;
  }

  /** Adds a text if all of its characters are allowed, by code; otherwise adds nothing and returns false. */
  plain(text: string, isAllowed: Uint8Array): boolean {
    this.#reserve(text.length);
    const bytes = this.#bytes;
    let length = this.#length;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code > 0x7f || isAllowed[code] === 0) return false;
      bytes[length++] = code;
    }
    this.#length = length;
    return true;
  }

  /** Adds a text as a JSON string. */
  json(text: string): void {
    if (text.length >= LONG && !ESCAPED.test(text)) {
      this.byte(QUOTE);
      this.text(text);
      this.byte(QUOTE);
      return;
    }
    const start = this.#length;
    this.#reserve(text.length + 2);
    this.#bytes[this.#length++] = QUOTE;
    if (this.plain(text, UNESCAPED)) this.#bytes[this.#length++] = QUOTE;
    else {
      this.#length = start;
      this.text(JSON.stringify(text));
    }
  }

  /** Adds a text in quotation marks, with inner ones doubled, as a CSV cell. */
  doubled(text: string): void {
    if (text.length >= LONG && !text.includes('"')) {
      this.byte(QUOTE);
      this.text(text);
      this.byte(QUOTE);
      return;
    }
    this.#reserve(text.length * 2 + 2);
    const bytes = this.#bytes;
    let length = this.#length;
    bytes[length++] = QUOTE;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code > 0x7f) {
        this.text(`"${text.replaceAll('"', '""')}"`);
        return;
      }
      bytes[length++] = code;
      if (code === QUOTE) bytes[length++] = QUOTE;
    }
    bytes[length++] = QUOTE;
    this.#length = length;
  }

  /** Adds 32 bits as 8 hex digits. */
  hex(bits: number): void {
    this.#reserve(8);
    for (let shift = 28; shift >= 0; shift -= 4) this.#bytes[this.#length++] = DIGITS[(bits >>> shift) & 15];
  }

  /** Removes everything that was added beyond a length. */
  shorten(length: number): void {
    this.#length = length;
  }

  /** Returns an FNV-1a hash (32 bits) of all bytes so far. */
  checksum(): number {
    const bytes = this.#bytes;
    let sum = 0x811c9dc5;
    for (let at = 0; at < this.#length; at++) sum = Math.imul(sum ^ bytes[at], 0x01000193);
    return sum >>> 0;
  }

  /** Returns the byte at an offset. */
  at(offset: number): number {
    return this.#bytes[offset];
  }

  /** Returns the text between two offsets. */
  part(from: number, to: number): string {
    return decoder.decode(this.#bytes.subarray(from, to));
  }

  /** Returns the bytes so far, valid until more are added, and empties the buffer. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return taken;
  }

  /** Returns the characters so far, which must be few and ASCII, as one flat string, and empties the buffer. */
  takeAscii(): string {
    const taken: string = Reflect.apply(String.fromCharCode, undefined, this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return taken;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const wider = new Uint8Array((this.#length + count) * 2);
    wider.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = wider;
  }
}

/** Number of texts that are kept. */
const SLOTS = 1 << 12;
/** Number of bytes of the longest text that is kept. */
const LONGEST = 24;

/**
 * Keeps one copy of short texts that many cells hold, such as first names: it is found faster than a string is made of its
 * bytes, and a copy per cell would fill the memory. Each text has one slot, which it shares with others; the last one keeps it.
 */
export class SharedTexts {
  readonly #bytes = new Uint8Array(SLOTS * LONGEST);
  readonly #lengths = new Uint8Array(SLOTS);
  readonly #texts: string[] = Array.from({ length: SLOTS }, () => '');

  /** Returns the text of some bytes; `make` makes it. */
  of(bytes: Uint8Array, from: number, to: number, make: () => string): string {
    const length = to - from;
    if (length > LONGEST) return make();
    let hash = 0x811c9dc5;
    for (let at = from; at < to; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const kept = this.#bytes;
    const start = slot * LONGEST;
    let at = this.#lengths[slot] === length ? 0 : length + 1;
    while (at < length && kept[start + at] === bytes[from + at]) at++;
    if (at === length) return this.#texts[slot];
    const text = make();
    for (at = 0; at < length; at++) kept[start + at] = bytes[from + at];
    this.#lengths[slot] = length;
    this.#texts[slot] = text;
    return text;
  }
}
