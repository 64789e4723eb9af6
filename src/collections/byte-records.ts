/** Many short records of bytes in one buffer: as texts, they would be an object each, and sorting those takes ten times as long. */

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const DIGITS = encoder.encode('0123456789abcdef');

/** Records of one width, in bytes. */
export class ByteRecords {
  #bytes: Uint8Array;
  #length = 0;

  constructor(readonly width: number) {
    this.#bytes = new Uint8Array(width * 64);
  }

  /** The buffer, in which the next record is to be written at the offset that `next` returned. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Adds a record; returns the offset of its bytes. */
  next(): number {
    const at = this.#length;
    this.#length += this.width;
    if (this.#length > this.#bytes.length) {
      const wider = new Uint8Array(this.#bytes.length * 2);
      wider.set(this.#bytes);
      this.#bytes = wider;
    }
    return at;
  }

  /** Returns all records in ascending order as hex digits, without anything between them. */
  sortedHex(): string {
    const digits = new Uint8Array(this.#length * 2);
    let length = 0;
    for (const offset of this.#sorted()) {
      for (let at = offset; at < offset + this.width; at++) {
        digits[length++] = DIGITS[this.#bytes[at] >> 4];
        digits[length++] = DIGITS[this.#bytes[at] & 15];
      }
    }
    return decoder.decode(digits);
  }

  /** Returns the offsets of the records in their order: sorted by each byte in turn, from the last, which keeps the order of equals. */
  #sorted(): Int32Array {
    const count = this.#length / this.width;
    let offsets = Int32Array.from({ length: count }, (_, record) => record * this.width);
    let other = new Int32Array(count);
    const starts = new Int32Array(257);
    for (let column = this.width - 1; column >= 0; column--) {
      starts.fill(0);
      for (let at = column; at < this.#length; at += this.width) starts[this.#bytes[at] + 1]++;
      for (let byte = 0; byte < 256; byte++) starts[byte + 1] += starts[byte];
      for (let at = 0; at < count; at++) other[starts[this.#bytes[offsets[at] + column]]++] = offsets[at];
      [offsets, other] = [other, offsets];
    }
    return offsets;
  }
}
