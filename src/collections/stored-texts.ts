/** Texts as bytes: as strings, those of a large organization fill the memory, and garbage collection took a sixth of a check. */

const PIECE_BITS = 20;
const PIECE = 1 << PIECE_BITS;
const MOST_PIECES = 1 << (31 - PIECE_BITS);
/** Bytes of the length before each text. */
export const LENGTH_BYTES = 2;
/** Returned if no more records can be stored. */
export const NO_ROOM = -1;

/** Returns the text of some bytes in UTF-8. */
export type Decode = (bytes: Uint8Array, from: number, to: number) => string;

/** Texts in UTF-8 behind one another in large pieces, each with its length before it, in records that do not go over the end of a piece. An address says where a text begins. */
export class StoredTexts {
  readonly #pieces: Uint8Array[];
  #length = PIECE;

  /** `pieces` are those of other texts, to which nothing is added any more. */
  constructor(
    readonly decode: Decode,
    pieces: readonly Uint8Array[] = [],
  ) {
    this.#pieces = [...pieces];
  }

  /** All bytes, to be handed to another thread. */
  get pieces(): readonly Uint8Array[] {
    return this.#pieces;
  }

  /** Returns the address at which a record of at most `most` bytes can be written, or NO_ROOM. Call `keep` to keep the record; otherwise the next call returns the same address. */
  reserve(most: number): number {
    if (this.#length + most > PIECE) {
      if (most > PIECE || this.#pieces.length === MOST_PIECES) return NO_ROOM;
      this.#pieces.push(new Uint8Array(PIECE));
      this.#length = 0;
    }
    return (this.#pieces.length - 1) * PIECE + this.#length;
  }

  /** Keeps the record that ends at an offset of the last piece. */
  keep(end: number): void {
    this.#length = end;
  }

  /** Returns the piece that holds an address; see `placeIn` and `startOf`. */
  bytesAt(address: number): Uint8Array {
    return this.#pieces[address >>> PIECE_BITS];
  }

  /** Returns the number of bytes of a text. */
  lengthOf(address: number): number {
    return lengthIn(this.bytesAt(address), placeIn(address));
  }

  /** Returns the address behind a text. */
  after(address: number): number {
    return address + LENGTH_BYTES + this.lengthOf(address);
  }

  text(address: number): string {
    const bytes = this.bytesAt(address);
    const from = startOf(address);
    return this.decode(bytes, from, from + this.lengthOf(address));
  }

  areSame(a: number, b: number): boolean {
    return this.isSame(a, this, b);
  }

  /** Is a text equal to one of the same or of other texts. */
  isSame(address: number, others: StoredTexts, other: number): boolean {
    return areSameBytes(this.bytesAt(address), placeIn(address), others.bytesAt(other), placeIn(other));
  }

  /** Is a stored text certainly equal to another one; false as well if it has a letter of three bytes or more. */
  isText(address: number, text: string): boolean {
    const bytes = this.bytesAt(address);
    const length = this.lengthOf(address);
    if (length < text.length) return false;
    let at = startOf(address);
    const end = at + length;
    for (let unit = 0; unit < text.length; unit++) {
      const code = text.charCodeAt(unit);
      if (code < 0x80) {
        if (bytes[at++] !== code) return false;
      } else if (code >= 0x800 || bytes[at++] !== (0xc0 | (code >>> 6)) || bytes[at++] !== (0x80 | (code & 0x3f))) return false;
    }
    return at === end;
  }
}

/** Returns where in its piece an address is. */
export const placeIn = (address: number): number => address & (PIECE - 1);

/** Returns where in its piece the bytes of the text at an address begin. */
export const startOf = (address: number): number => placeIn(address) + LENGTH_BYTES;

function areSameBytes(left: Uint8Array, from: number, right: Uint8Array, start: number): boolean {
  let at = from;
  let other = start;
  // The lengths are compared as well.
  for (const end = from + LENGTH_BYTES + lengthIn(left, from); at < end; ) if (left[at++] !== right[other++]) return false;
  return true;
}

const lengthIn = (bytes: Uint8Array, at: number): number => bytes[at] | (bytes[at + 1] << 8);
