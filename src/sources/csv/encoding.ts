/** Converts the encodings of real exports to UTF-8 bytes, chunk by chunk, and marks bytes that are invalid in the encoding. */

import { isUtf8 } from 'node:buffer';
import { HIGH_1252 } from '../../model/damage.js';

export const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** Returns the encoding that a byte-order mark announces, and the mark's length. */
export function sniffMark(bytes: Buffer): { readonly encoding: Encoding; readonly length: number } | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { encoding: 'utf-8', length: 3 };
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { encoding: 'utf-16le', length: 2 };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { encoding: 'utf-16be', length: 2 };
  return undefined;
}

// TextDecoder is not used: some releases of Node.js decode the label windows-1252 as ISO 8859-1.
const HIGH_TEXT = HIGH_1252.map((code) => (code === 0 ? '\ufffd' : String.fromCharCode(code)));
const HIGH_BYTES = new Map(HIGH_TEXT.map((text, at) => [text, 0x80 + at]));

const decode1252 = (bytes: Buffer): string => bytes.toString('latin1').replace(/[\u0080-\u009f]/g, (char) => HIGH_TEXT[char.charCodeAt(0) - 0x80]);

function encode1252(text: string): Buffer | undefined {
  const bytes = Buffer.alloc(text.length);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const byte = code < 0x80 || (code >= 0xa0 && code <= 0xff) ? code : HIGH_BYTES.get(text[at]);
    if (byte === undefined || text[at] === '\ufffd') return undefined;
    bytes[at] = byte;
  }
  return bytes;
}

/** Returns a text's bytes; undefined if the encoding lacks one of its characters. */
export function encodeText(text: string, encoding: Encoding): Buffer | undefined {
  if (encoding === 'utf-8') return Buffer.from(text, 'utf8');
  if (encoding === 'windows-1252') return encode1252(text);
  const bytes = Buffer.from(text, 'utf16le');
  return encoding === 'utf-16be' ? bytes.swap16() : bytes;
}

/**
 * Converts raw bytes to UTF-8; holds back an incomplete character at the end. An invalid byte becomes the byte 0xff,
 * which never occurs in UTF-8, so code that checks the result finds it at the same position.
 */
export class Transcoder {
  #rest: Buffer = Buffer.alloc(0);

  constructor(readonly encoding: Encoding) {}

  push(bytes: Buffer, isLast: boolean): Buffer {
    if (this.encoding === 'utf-8') return bytes;
    if (this.encoding === 'windows-1252') return marked(decode1252(bytes), NO_1252);
    const all = Buffer.concat([this.#rest, bytes]);
    let end = all.length - (all.length % 2);
    if (!isLast && end >= 2) {
      // A high surrogate waits for its second half.
      const high = this.encoding === 'utf-16le' ? all[end - 1] : all[end - 2];
      if (high >= 0xd8 && high <= 0xdb) end -= 2;
    }
    this.#rest = Buffer.from(all.subarray(end));
    const units = Buffer.from(all.subarray(0, end));
    const text = (this.encoding === 'utf-16be' ? units.swap16() : units).toString('utf16le');
    // U+FFFD is an ordinary character here; invalid text shows as a lone surrogate.
    const out = text.isWellFormed() ? Buffer.from(text, 'utf8') : marked(text, HALF_A_PAIR);
    return isLast && this.#rest.length > 0 ? Buffer.concat([out, Buffer.from([0xff])]) : out;
  }
}

const NO_1252 = '\ufffd';
const HALF_A_PAIR = /\p{Cs}/u;

/** Returns a text as UTF-8, with the byte 0xff for each lone surrogate. */
function marked(text: string, none: string | RegExp): Buffer {
  const parts = text.split(none).map((part) => Buffer.from(part, 'utf8'));
  return Buffer.concat(parts.flatMap((part, at) => (at === 0 ? [part] : [NO_TEXT, part])));
}

const NO_TEXT = Buffer.from([0xff]);

/** Returns the offset of the first invalid UTF-8 sequence; -1 if there is none. */
export function findInvalidUtf8(bytes: Buffer): number {
  if (isUtf8(bytes)) return -1;
  // Binary search: everything before `good` is valid, and everything up to `bad` is not, whatever follows.
  let good = 0;
  let bad = bytes.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    const whole = middle - cutLength(bytes, middle);
    if (middle <= bytes.length && isUtf8(bytes.subarray(0, whole))) good = middle;
    else bad = middle;
  }
  return good - cutLength(bytes, good);
}

/** Returns how many bytes before `end` begin a character that continues after it. */
function cutLength(bytes: Buffer, end: number): number {
  for (let length = 1; length <= Math.min(3, end); length++) {
    const lead = bytes[end - length];
    if (lead >= 0x80 && lead < 0xc0) continue;
    const needed = lead >= 0xf0 && lead <= 0xf4 ? 4 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xc2 && lead < 0xe0 ? 2 : 0;
    return needed > length ? length : 0;
  }
  return 0;
}
