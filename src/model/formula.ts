/** Cells that a spreadsheet would run as a formula are made harmless, and read back as they were. */

/** Yields the cell as it may be written: with an apostrophe before what a spreadsheet takes for a formula. */
export const guardCell = (text: string): string => (/^'*[=+\-@\t\r]/.test(text) ? `'${text}` : text);

/** Yields the cell as it was before `guardCell`. */
export const unguardCell = (text: string): string => (/^''*[=+\-@\t\r]/.test(text) ? text.slice(1) : text);
