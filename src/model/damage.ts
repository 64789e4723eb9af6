/** Text that a program on the way lost letters of (contract 2.3, `damaged-text`). */

import { HIGH_1252 } from './windows-1252.js';

/**
 * `lost`: U+FFFD stands for bytes that were no letters. `question`: a question mark stands for a letter. `misread`: UTF-8
 * was read as windows-1252 or latin-1, so that two or three signs stand for a letter.
 */
export type Damage = 'lost' | 'question' | 'misread';

/** Returns what has happened to a username or an email. */
export function identityDamage(text: string): Damage | undefined {
  if (isClean(text)) return undefined;
  if (text.includes('\ufffd')) return 'lost';
  if (text.includes('?')) return 'question';
  return isMisread(text) ? 'misread' : undefined;
}

/** Returns what has happened to a name, in which a question mark may well be one. */
export function nameDamage(text: string): Damage | undefined {
  if (isClean(text)) return undefined;
  if (text.includes('\ufffd')) return 'lost';
  if (/\?[\p{L}\p{N}]/u.test(text) || (/\?.*\?/s.test(text) && !/\p{L}/u.test(text))) return 'question';
  return isMisread(text) ? 'misread' : undefined;
}

/** Is ASCII without a question mark, as nearly every text is. */
function isClean(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7f || code === 0x3f) return false;
  }
  return true;
}

const HIGH: ReadonlySet<number> = new Set(HIGH_1252);

/** Has the byte 80 to BF in latin-1 or windows-1252, as all but the first of a letter have in UTF-8. */
const isFurther = (code: number): boolean => (code >= 0x80 && code <= 0xbf) || (code > 0xbf && HIGH.has(code));

/** Has the byte C2 to F4, as the first of a letter beyond ASCII has in UTF-8. */
const isFirst = (code: number): boolean => code >= 0xc2 && code <= 0xf4;

/**
 * `Ã` and `Â` are the first bytes of the letters of Western Europe, and no name puts a sign after them. After other letters
 * one sign may well be meant (ANDRÉ’S, CAFÉ™), two of them are not.
 */
function isMisread(text: string): boolean {
  let pairs = 0;
  for (let at = 0; at + 1 < text.length; at++) {
    const code = text.charCodeAt(at);
    if (!isFirst(code) || !isFurther(text.charCodeAt(at + 1))) continue;
    if (code === 0xc2 || code === 0xc3) return true;
    if (++pairs === 2) return true;
  }
  return false;
}
