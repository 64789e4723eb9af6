/** A fast digest that shows changes. It is not cryptographic and protects nothing. */

import { TextBytes } from '../collections/text-bytes.js';

const PRIME = 0x01000193;
const OTHER_PRIME = 0x85ebca6b;
/** Not the code of any character, so that two values cannot be mistaken for one. */
const END = 0x110000;

const same = (value: string): string => value;

/** Writes two numbers of 32 bits that depend on all values, each folded. */
export function putDigest(values: readonly string[], halves: Uint32Array, fold = same): void {
  let left = 0x811c9dc5;
  let right = 0x9747b28c;
  for (const each of values) {
    const value = fold(each);
    for (let at = 0; at < value.length; at++) {
      const code = value.charCodeAt(at);
      left = Math.imul(left ^ code, PRIME);
      right = Math.imul(right ^ code, OTHER_PRIME) ^ (right >>> 13);
    }
    left = Math.imul(left ^ END, PRIME);
    right = Math.imul(right ^ END, OTHER_PRIME);
  }
  halves[0] = left;
  halves[1] = right;
}

const halves = new Uint32Array(2);
const bytes = new TextBytes();

/** Returns 16 hex digits. */
export function digestOf(values: readonly string[], fold = same): string {
  putDigest(values, halves, fold);
  bytes.hex(halves[0]);
  bytes.hex(halves[1]);
  return bytes.takeAscii();
}
