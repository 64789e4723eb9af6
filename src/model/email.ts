/** What counts as an email address: the form that both Okta and Entra accept as a login, in any script. */

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
