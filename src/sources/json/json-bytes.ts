/** Classes of bytes in a JSON text. */

import { isAscii } from 'node:buffer';

export const LF = 0x0a;
export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const ESCAPED = new Set([...'"\\/bfnrt'].map((char) => char.charCodeAt(0)));

/** Bytes that end a text or need a closer look. */
export const IS_STOP = Uint8Array.from({ length: 256 }, (_, byte) => (byte < 0x20 || byte === QUOTE || byte === BACKSLASH ? 1 : 0));

/** Additions to the message about a character that is not valid there. */
export const ADVICE = new Map([
  ['/', '; JSON has no comments'],
  ['#', '; JSON has no comments'],
  ['<', '; this looks like HTML or XML, which a server returns if you are not signed in, so check the sign-in and fetch it again'],
  ["'", '; JSON writes texts in double quotes'],
  ['\0', '; the file may be UTF-16 without a byte-order mark, so save it as UTF-8'],
]);

export const isSpace = (byte: number): boolean => byte === 0x20 || byte === LF || byte === 0x0d || byte === 0x09;
export const isHex = (byte: number): boolean => (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
/** A byte of a number or of a word. */
export const isWordByte = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a) || byte === 0x2d || byte === 0x2b || byte === 0x2e || byte === 0x5f;

/** Returns how many characters a range of UTF-8 bytes holds. */
export function countCharacters(bytes: Buffer): number {
  if (isAscii(bytes)) return bytes.length;
  let count = 0;
  for (let at = 0; at < bytes.length; at++) if ((bytes[at] & 0xc0) !== 0x80) count++;
  return count;
}
