/**
 * Makes digests. The rooms that run anywhere are given one of these instead of importing node:crypto: Node.js has a
 * fast one, a page in a browser brings its own.
 */
export interface Digests {
  /** Returns SHA-256 over a text in UTF-8, as 64 hex digits. */
  sha256(text: string): string;
  /** Starts a digest over pieces: SHA-256, or HMAC-SHA-256 if there is a key. */
  begin(key?: string): Digesting;
}

export interface Digesting {
  /** Adds bytes, or a text in UTF-8. */
  add(piece: string | Uint8Array): void;
  /** Returns 64 hex digits; to be called once, after the last piece. */
  end(): string;
}

/** FNV-1a of a text, as an unsigned 32-bit number. */
function fnv(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** A checksum of texts in any order: a sum does not depend on the order. */
export class Checksum {
  #sum = 0;
  #crossSum = 0;

  add(text: string): void {
    const hash = fnv(text);
    this.#sum = (this.#sum + hash) >>> 0;
    this.#crossSum = (this.#crossSum + Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)) >>> 0;
  }

  get text(): string {
    return `${this.#sum}.${this.#crossSum}`;
  }
}

// SHA-256 without a module of Node.js, for pages in a browser, where node:crypto is missing and Web Crypto only answers
// later.

const BLOCK = 64;
const encoder = new TextEncoder();
/** Signed, because V8 calculates faster with these. */
const wordsOf = (hex: string): Int32Array => Int32Array.from({ length: hex.length / 8 }, (_, at) => Number.parseInt(hex.slice(at * 8, at * 8 + 8), 16));

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes, and of the square roots of the first eight (FIPS 180-4). */
const ROUNDS = wordsOf(
  '428a2f9871374491b5c0fbcfe9b5dba53956c25b59f111f1923f82a4ab1c5ed5' +
    'd807aa9812835b01243185be550c7dc372be5d7480deb1fe9bdc06a7c19bf174' +
    'e49b69c1efbe47860fc19dc6240ca1cc2de92c6f4a7484aa5cb0a9dc76f988da' +
    '983e5152a831c66db00327c8bf597fc7c6e00bf3d5a7914706ca635114292967' +
    '27b70a852e1b21384d2c6dfc53380d13650a7354766a0abb81c2c92e92722c85' +
    'a2bfe8a1a81a664bc24b8b70c76c51a3d192e819d6990624f40e3585106aa070' +
    '19a4c1161e376c082748774c34b0bcb5391c0cb34ed8aa4a5b9cca4f682e6ff3' +
    '748f82ee78a5636f84c878148cc7020890befffaa4506cebbef9a3f7c67178f2',
);
const START = wordsOf('6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19');

const words = new Int32Array(64);

/** Adds a block to a state of eight words. Written out, because plan.html needs one for each name of an organization. */
function compress(state: Int32Array, bytes: Uint8Array, from: number): void {
  for (let at = 0; at < 16; at++) {
    const byte = from + at * 4;
    words[at] = (bytes[byte] << 24) | (bytes[byte + 1] << 16) | (bytes[byte + 2] << 8) | bytes[byte + 3];
  }
  for (let at = 16; at < 64; at++) {
    const early = words[at - 15];
    const late = words[at - 2];
    const low = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3);
    const high = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10);
    words[at] = (words[at - 16] + low + words[at - 7] + high) | 0;
  }
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  let e = state[4];
  let f = state[5];
  let g = state[6];
  let h = state[7];
  for (let at = 0; at < 64; at++) {
    const low = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const first = (h + low + (g ^ (e & (f ^ g))) + ROUNDS[at] + words[at]) | 0;
    const high = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const second = (high + ((a & b) | (c & (a | b)))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

/** Ends a message of `length` bytes at the front of a buffer, in which the blocks from `from` on are not yet in the state. */
function finish(state: Int32Array, bytes: Uint8Array, length: number, from: number): void {
  const end = paddedLength(length);
  bytes.fill(0, length, end);
  bytes[length] = 0x80;
  putWord(bytes, end - 8, Math.floor(length / 2 ** 29));
  putWord(bytes, end - 4, length << 3);
  for (let block = from; block < end; block += BLOCK) compress(state, bytes, block);
}

function putWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}

const paddedLength = (length: number): number => Math.ceil((length + 9) / BLOCK) * BLOCK;

/** Returns SHA-256 of bytes, as bytes. */
function plainSha256(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(paddedLength(bytes.length));
  padded.set(bytes);
  const state = START.slice();
  finish(state, padded, bytes.length, 0);
  const digest = new Uint8Array(32);
  for (let at = 0; at < state.length; at++) putWord(digest, at * 4, state[at]);
  return digest;
}

/**
 * SHA-256 of many short texts that all begin with the same one, whose whole blocks are done once. node:crypto takes longer
 * for each, because calling it takes most of the time.
 */
export class PrefixedDigest {
  readonly #start = START.slice();
  readonly #state = new Int32Array(8);
  #bytes: Uint8Array;
  /** Length of the prefix, and of its whole blocks. */
  readonly #length: number;
  readonly #done: number;

  constructor(prefix: string) {
    const bytes = encoder.encode(prefix);
    this.#length = bytes.length;
    this.#done = bytes.length - (bytes.length % BLOCK);
    for (let from = 0; from < this.#done; from += BLOCK) compress(this.#start, bytes, from);
    this.#bytes = new Uint8Array(paddedLength(bytes.length + BLOCK));
    this.#bytes.set(bytes);
  }

  /** Writes the first bytes of the digest of a text, at most 8. */
  put(text: string, into: Uint8Array, at: number, count: number): void {
    // A UTF-16 unit takes at most three bytes in UTF-8.
    if (paddedLength(this.#length + text.length * 3) > this.#bytes.length) this.#widen(text.length);
    const bytes = this.#bytes;
    let length = this.#length;
    for (let unit = 0; unit < text.length; unit++) {
      const code = text.charCodeAt(unit);
      if (code > 0x7f) {
        length = this.#length + encoder.encodeInto(text, bytes.subarray(this.#length)).written;
        break;
      }
      bytes[length++] = code;
    }
    this.#putFirst(length, into, at, count);
  }

  /** Does the same for the bytes of a text in UTF-8. */
  putBytes(text: Uint8Array, from: number, to: number, into: Uint8Array, at: number, count: number): void {
    const end = this.#length + to - from;
    if (paddedLength(end) > this.#bytes.length) this.#widen(to - from);
    const bytes = this.#bytes;
    for (let byte = from; byte < to; byte++) bytes[this.#length + byte - from] = text[byte];
    this.#putFirst(end, into, at, count);
  }

  /** Writes the first bytes of the digest of what is in the buffer up to an offset. */
  #putFirst(end: number, into: Uint8Array, at: number, count: number): void {
    const state = this.#state;
    state.set(this.#start);
    finish(state, this.#bytes, end, this.#done);
    for (let byte = 0; byte < count; byte++) into[at + byte] = state[byte >> 2] >>> (24 - 8 * (byte & 3));
  }

  #widen(units: number): void {
    const wider = new Uint8Array(paddedLength(this.#length + units * 3) * 2);
    wider.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = wider;
  }
}

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function begin(key?: string): Digesting {
  const pieces: Uint8Array[] = [];
  return {
    add: (piece) => void pieces.push(typeof piece === 'string' ? encoder.encode(piece) : piece.slice()),
    end() {
      if (key === undefined) return hexOf(plainSha256(joined(pieces)));
      const whole = encoder.encode(key);
      const short = new Uint8Array(BLOCK);
      short.set(whole.length > BLOCK ? plainSha256(whole) : whole);
      const inner = plainSha256(joined([short.map((byte) => byte ^ 0x36), ...pieces]));
      return hexOf(plainSha256(joined([short.map((byte) => byte ^ 0x5c), inner])));
    },
  };
}

export const PLAIN_DIGESTS: Digests = { sha256: (text) => hexOf(plainSha256(encoder.encode(text))), begin };
