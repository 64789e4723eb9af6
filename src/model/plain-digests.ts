/** SHA-256 without a module of Node.js, for pages in a browser, where node:crypto is missing and Web Crypto only answers later. */

import type { Digesting, Digests } from './digests.js';

const BLOCK = 64;
const wordsOf = (hex: string): Uint32Array => Uint32Array.from({ length: hex.length / 8 }, (_, at) => Number.parseInt(hex.slice(at * 8, at * 8 + 8), 16));

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

const turned = (word: number, by: number): number => (word >>> by) | (word << (32 - by));
const words = new Uint32Array(64);

/** Adds a block to a state of eight words. */
function compress(state: Uint32Array, bytes: Uint8Array, from: number): void {
  for (let at = 0; at < 16; at++) {
    const byte = from + at * 4;
    words[at] = (bytes[byte] << 24) | (bytes[byte + 1] << 16) | (bytes[byte + 2] << 8) | bytes[byte + 3];
  }
  for (let at = 16; at < 64; at++) {
    const [early, late] = [words[at - 15], words[at - 2]];
    const low = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3);
    const high = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10);
    words[at] = words[at - 16] + low + words[at - 7] + high;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let at = 0; at < 64; at++) {
    const first = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + ROUNDS[at] + words[at]) | 0;
    const second = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  for (const [at, word] of [a, b, c, d, e, f, g, h].entries()) state[at] += word;
}

/** Returns SHA-256 of bytes, as bytes. */
function digestOf(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / BLOCK) * BLOCK);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, (bytes.length * 8) >>> 0);
  const state = START.slice();
  for (let from = 0; from < padded.length; from += BLOCK) compress(state, padded, from);
  const digest = new Uint8Array(32);
  const digits = new DataView(digest.buffer);
  for (const [at, word] of state.entries()) digits.setUint32(at * 4, word);
  return digest;
}

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

const encoder = new TextEncoder();

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
      if (key === undefined) return hexOf(digestOf(joined(pieces)));
      const whole = encoder.encode(key);
      const short = new Uint8Array(BLOCK);
      short.set(whole.length > BLOCK ? digestOf(whole) : whole);
      const inner = digestOf(joined([short.map((byte) => byte ^ 0x36), ...pieces]));
      return hexOf(digestOf(joined([short.map((byte) => byte ^ 0x5c), inner])));
    },
  };
}

export const PLAIN_DIGESTS: Digests = { sha256: (text) => hexOf(digestOf(encoder.encode(text))), begin };
