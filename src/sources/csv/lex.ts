/** Ends of quotes and escapes in the bytes of a CSV; shared by the code that reads a file and the code that rewrites it. */

export const LF = 0x0a;
export const CR = 0x0d;
export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;

/** Returns where the quote that opens at `at` is closed; -1 if the bytes end before. Doubled and escaped quotes are text. */
export function closingQuote(bytes: Buffer, at: number, filled: number, isEscaping: boolean): number {
  if (isEscaping) return closingAmongEscapes(bytes, at, filled);
  for (let quote = bytes.indexOf(QUOTE, at + 1); quote >= 0 && quote < filled; quote = bytes.indexOf(QUOTE, quote + 2)) {
    if (quote + 1 >= filled || bytes[quote + 1] !== QUOTE) return quote;
  }
  return -1;
}

function closingAmongEscapes(bytes: Buffer, open: number, filled: number): number {
  for (let at = open + 1; at < filled; at++) {
    if (bytes[at] === BACKSLASH) at++;
    else if (bytes[at] === QUOTE) {
      if (at + 1 >= filled || bytes[at + 1] !== QUOTE) return at;
      at++;
    }
  }
  return -1;
}

/** Does a cell end before `at`: at the delimiter, at a line end, or at the end of the bytes. */
export function isCellEnd(bytes: Buffer, at: number, filled: number, delimiter: number): boolean {
  return at >= filled || bytes[at] === delimiter || bytes[at] === LF || (bytes[at] === CR && (at + 1 >= filled || bytes[at + 1] === LF));
}

/**
 * Returns the length of an escape in bytes, with its backslash; 0 if more bytes are needed to decide. MySQL puts one
 * backslash before a line end of two bytes.
 */
export function escapeLength(bytes: Buffer, at: number, filled: number, isAtEnd: boolean): number {
  if (at + 2 >= filled && !isAtEnd) return 0;
  if (at + 1 >= filled) return 1;
  return bytes[at + 1] === CR && at + 2 < filled && bytes[at + 2] === LF ? 3 : 2;
}

/** Returns the number of line feeds from `from` up to `to`. */
export function countLines(bytes: Buffer, from: number, to: number): number {
  let lines = 0;
  for (let lf = bytes.indexOf(LF, from); lf >= 0 && lf < to; lf = bytes.indexOf(LF, lf + 1)) lines++;
  return lines;
}
