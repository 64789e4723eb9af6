/** Statements that print the version of a database and how it weighs each character. */
export const WEIGHTS: string;
/** Returns the module that holds these weights. */
export function generalCiTable(printed: string): string;
