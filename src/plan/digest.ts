/** A fast digest that shows changes. It is not cryptographic and protects nothing. */

import { type StoredTexts, startOf } from '../collections/stored-texts.js';
import { TextBytes } from '../collections/text-bytes.js';
import type { User } from '../model/directory.js';
import { hasOneName, StoredUser } from '../model/stored-user.js';

const PRIME = 0x01000193;
const OTHER_PRIME = 0x85ebca6b;
/** Not the code of any character, so that two values cannot be mistaken for one. */
const END = 0x110000;

const same = (value: string): string => value;

let left = 0;
let right = 0;

function begin(): void {
  left = 0x811c9dc5;
  right = 0x9747b28c;
}

function add(value: string): void {
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    left = Math.imul(left ^ code, PRIME);
    right = Math.imul(right ^ code, OTHER_PRIME) ^ (right >>> 13);
  }
  left = Math.imul(left ^ END, PRIME);
  right = Math.imul(right ^ END, OTHER_PRIME);
}

/** Adds a stored text, without creating a string unless it has letters beyond ASCII. */
function addStored(texts: StoredTexts, address: number): void {
  const bytes = texts.bytesAt(address);
  const from = startOf(address);
  const end = from + texts.lengthOf(address);
  let [newLeft, newRight] = [left, right];
  for (let at = from; at < end; at++) {
    const code = bytes[at];
    if (code > 0x7f) {
      add(texts.text(address));
      return;
    }
    newLeft = Math.imul(newLeft ^ code, PRIME);
    newRight = Math.imul(newRight ^ code, OTHER_PRIME) ^ (newRight >>> 13);
  }
  left = Math.imul(newLeft ^ END, PRIME);
  right = Math.imul(newRight ^ END, OTHER_PRIME);
}

/** Writes two numbers of 32 bits that depend on all values, each folded. */
export function putDigest(values: readonly string[], halves: Uint32Array, fold = same): void {
  begin();
  for (const value of values) add(fold(value));
  halves[0] = left;
  halves[1] = right;
}

/** Does the same for two names and further values; a second name that is the first is replaced by `ifSame`. */
export function putNamesDigest(user: User, ifSame: string, others: readonly string[], halves: Uint32Array): void {
  begin();
  if (user instanceof StoredUser) {
    const { texts, nameAddress, emailAddress } = user;
    addStored(texts, nameAddress);
    if (hasOneName(user)) add(ifSame);
    else addStored(texts, emailAddress);
  } else {
    add(user.userName);
    add(user.email === user.userName ? ifSame : user.email);
  }
  for (const value of others) add(value);
  halves[0] = left;
  halves[1] = right;
}

const halves = new Uint32Array(2);
const bytes = new TextBytes();

/** Returns a digest as 16 hex digits. */
export function hexOf(digest: Uint32Array): string {
  bytes.hex(digest[0]);
  bytes.hex(digest[1]);
  return bytes.takeAscii();
}

/** Returns 16 hex digits. */
export function digestOf(values: readonly string[], fold = same): string {
  putDigest(values, halves, fold);
  return hexOf(halves);
}
