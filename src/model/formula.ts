/** Cells that a spreadsheet would run as a formula are defused, and read back exactly as they were (contract 8). */

// After any apostrophes: signs that begin a formula, their full-width forms, and characters that a spreadsheet drops before it looks for one.
const FORMULA = /^'*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n]/;

/** Returns the cell to write: with one apostrophe before a run of apostrophes and a sign that begins a formula. */
export const guardCell = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

/** Returns the cell as it was before `guardCell`: removes exactly one apostrophe. */
export const unguardCell = (text: string): string => (text.startsWith("'") && FORMULA.test(text) ? text.slice(1) : text);
