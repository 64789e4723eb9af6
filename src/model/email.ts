/** What counts as an email address: the form that both Okta and Entra accept as a login, in any script. */

import { startOf } from '../collections/stored-texts.js';
import type { User } from './directory.js';
import { StoredUser } from './stored-user.js';
import { unicodePattern } from './unicode-pattern.js';

// Letters, digits and marks of any script, and the punctuation that RFC 5322 calls an atom.
const ATOM = String.raw`[\p{L}\p{N}\p{M}!#$%&'*+/=?^_\x60{|}~\-]+`;
const LOCAL = unicodePattern(String.raw`^${ATOM}(?:\.${ATOM})*$`);
const LABEL = unicodePattern(String.raw`^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}\-]*[\p{L}\p{N}\p{M}])?$`);
const NUMBER = unicodePattern(String.raw`^[\p{N}]+$`);
const PLAIN = /^[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*\.)+[A-Za-z]+$/;

/**
 * Is an email address that an identity provider can store: one `@`, no white space (nor around it),
 * a domain of two labels or more, at most 254 characters, 64 of them before the `@`.
 */
export function isEmailAddress(text: string): boolean {
  if (text.length > 254) return false;
  const at = text.indexOf('@');
  if (at < 1 || at > 64) return false;
  // Without a domain longer than a label may be, no label is too long.
  if (text.length - at <= 64 && PLAIN.test(text)) return true;
  // Full-width and other compatibility letters look like an address, but no identity provider stores them.
  if (text.normalize('NFKC') !== text.normalize('NFC')) return false;
  const labels = text.slice(at + 1).split('.');
  return (
    LOCAL(text).test(text.slice(0, at)) &&
    labels.length > 1 &&
    labels.every((label) => label.length <= 63 && LABEL(label).test(label)) &&
    !NUMBER(text).test(labels[labels.length - 1] ?? '')
  );
}

/** Is a user's email an email address. Most stored ones are recognized by their bytes, without creating a string. */
export function hasEmailAddress(user: User): boolean {
  if (!(user instanceof StoredUser)) return isEmailAddress(user.email);
  const address = user.emailAddress;
  const bytes = user.texts.bytesAt(address);
  const from = startOf(address);
  return isPlainAddress(bytes, from, from + user.texts.lengthOf(address)) || isEmailAddress(user.email);
}

const NEITHER = 0;
const ATOM_ONLY = 1;
const DIGIT = 2;
const LETTER = 3;

/** What each byte may be a part of: letters and digits of a label, `_`, `+` and `-` only of the part before the @. */
const KINDS = Uint8Array.from({ length: 256 }, (_, code) => {
  const char = String.fromCharCode(code);
  return /[A-Za-z]/.test(char) ? LETTER : /[0-9]/.test(char) ? DIGIT : /[_+-]/.test(char) ? ATOM_ONLY : NEITHER;
});
const AT = 0x40;
const DOT = 0x2e;
const HYPHEN = 0x2d;
const MOST_BEFORE_AT = 64;
const LONGEST_DOMAIN = 63;

/** Does PLAIN match the bytes, and are its parts not too long. */
function isPlainAddress(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from;
  let start = at;
  for (; at < to && bytes[at] !== AT; at++) {
    if (KINDS[bytes[at]] !== NEITHER) continue;
    // A dot is between two words.
    if (bytes[at] !== DOT || at === start) return false;
    start = at + 1;
  }
  if (at === start || at - from > MOST_BEFORE_AT || to - at - 1 > LONGEST_DOMAIN) return false;
  let labels = 0;
  let hasOthers = false;
  for (start = ++at; at < to; at++) {
    const byte = bytes[at];
    if (KINDS[byte] === LETTER) continue;
    hasOthers = true;
    if (KINDS[byte] === DIGIT || (byte === HYPHEN && at > start)) continue;
    if (byte !== DOT || at === start || bytes[at - 1] === HYPHEN) return false;
    labels++;
    start = at + 1;
    hasOthers = false;
  }
  return labels > 0 && at > start && !hasOthers;
}
