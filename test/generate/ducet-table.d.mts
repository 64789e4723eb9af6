/** Returns the module that holds the primary weights of an allkeys.txt. */
export function ducetTable(file: string): string;
