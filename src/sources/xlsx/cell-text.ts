/** Texts of cells: decoded from their XML, and written into the rows of a sheet. */

import type { Attributes } from './xml.js';

/** What is wrong with a text; 0 if nothing is. */
export type TextFault = 0 | 1 | 2;
/** White space at an end may belong to the text or to the XML. */
export const LOOSE_SPACE = 1;
/** The text has half a character. */
export const HALF_CHARACTER = 2;

const ESCAPE = /_x([0-9a-fA-F]{4})_/g;

/** Returns a text with the escapes of characters that XML cannot hold (`_x000D_`) decoded. */
export function withoutEscapes(text: string): string {
  return text.includes('_x') ? text.replace(ESCAPE, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))) : text;
}

/** Returns a text as a cell of a row. */
export function asCell(text: string): string {
  return /["\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const isSpace = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d);

/** Collects the text of one cell from its runs. Phonetic texts (rPh) do not belong to it. */
export class TextRuns {
  text = '';
  fault: TextFault = 0;
  #isIn = false;
  #isKept = false;
  #piece = '';
  #pronunciation = -1;

  begin(): void {
    this.text = '';
    this.fault = 0;
    this.#isIn = false;
    this.#pronunciation = -1;
  }

  open(name: string, attributes: Attributes, depth: number): void {
    if (this.#pronunciation >= 0) return;
    if (name === 'rPh') this.#pronunciation = depth;
    if (name !== 't') return;
    this.#isIn = true;
    this.#isKept = attributes['xml:space'] === 'preserve';
    this.#piece = '';
  }

  add(text: string): void {
    if (this.#isIn) this.#piece += text;
  }

  close(depth: number): void {
    if (this.#pronunciation === depth) this.#pronunciation = -1;
    if (!this.#isIn) return;
    this.#isIn = false;
    const piece = this.#piece;
    const isLoose = piece !== '' && (isSpace(piece.charCodeAt(0)) || isSpace(piece.charCodeAt(piece.length - 1)));
    if (isLoose && !this.#isKept) this.fault = LOOSE_SPACE;
    this.text += withoutEscapes(piece);
  }

  end(): void {
    if (!this.text.isWellFormed()) this.fault = HALF_CHARACTER;
  }
}
