/** Cells that a spreadsheet would run as a formula are made harmless, and read back exactly as they were (contract 8). */

// Signs that begin a formula, their full-width forms, and what a spreadsheet drops before it looks for one; after any apostrophes.
const FORMULA = /^'*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n]/;

/** Returns the cell as it may be written: with one apostrophe before a run of apostrophes and a sign that begins a formula. */
export const guardCell = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

/** Returns the cell as it was before `guardCell`: exactly one apostrophe is taken away. */
export const unguardCell = (text: string): string => (text.startsWith("'") && FORMULA.test(text) ? text.slice(1) : text);
