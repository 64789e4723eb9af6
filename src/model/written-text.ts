/** How texts in files survive editors, terminals and spreadsheets: byte-order marks, JSON without unseen characters, cells that are not formulas. */

import { unicodePattern } from './unicode-pattern.js';

/** A byte-order mark: editors and PowerShell's `>` write one, also in UTF-16. */
export const MARK = '\ufeff';

/** Returns the text of bytes, its mark included; undefined if they are invalid in the encoding that the mark announces, or in UTF-8. */
export function markedText(bytes: Uint8Array): string | undefined {
  const isLittle = bytes[0] === 0xff && bytes[1] === 0xfe;
  const isBig = bytes[0] === 0xfe && bytes[1] === 0xff;
  try {
    return new TextDecoder(isLittle || isBig ? 'utf-16le' : 'utf-8', { fatal: true, ignoreBOM: true }).decode(isBig ? swapped(bytes) : bytes);
  } catch (error) {
    // Another error is that of a text that is too long.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Not every Node.js decodes UTF-16BE. */
const swapped = (bytes: Uint8Array): Uint8Array => bytes.map((byte, at) => bytes[at ^ 1] ?? byte);

/** Returns why a file that is sealed byte for byte is invalid after it was saved with a mark. */
export const sealedText = (file: string): string =>
  `${file} begins with a byte-order mark: an editor saved it again, or PowerShell's > wrote it. It is sealed byte for byte, so it is no longer valid.`;

// JSON.stringify escapes the C0 controls; the other controls could act on a terminal, or break a line in it.
const UNSEEN = unicodePattern(String.raw`[\x7f-\x9f\u2028\u2029\p{Cf}]`, 'g');

/** Returns equivalent JSON, with every character escaped that acts on a terminal. */
export const escapeUnseen = (text: string): string =>
  /[^ -~]/.test(text)
    ? text.replace(UNSEEN(text), (char) => [...Array(char.length).keys()].map((at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''))
    : text;

/** Texts of ASCII that JSON writes without escapes. */
export const PLAIN_JSON = /^[ !#-[\]-~]*$/;

/** Returns a text as JSON, with every character escaped that acts on a terminal. */
export const jsonText = (text: string): string => (PLAIN_JSON.test(text) ? `"${text}"` : escapeUnseen(JSON.stringify(text)));

// After any apostrophes: signs that begin a formula, their full-width forms, and characters that a spreadsheet drops before it looks for one.
const FORMULA = /^'*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n]/;

/** Returns the cell to write, defused if a spreadsheet would run it as a formula (contract 8): with one apostrophe before a run of apostrophes and a sign that begins a formula. */
export const guardCell = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

/** Returns the cell as it was before `guardCell`: removes exactly one apostrophe. */
export const unguardCell = (text: string): string => (text.startsWith("'") && FORMULA.test(text) ? text.slice(1) : text);
