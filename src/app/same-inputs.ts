/** Whether files and tables are those that were read before, by role and digest; sheets of one workbook have one digest. */

interface Digested {
  readonly path: string;
  readonly role: string;
  readonly sha256: string;
}

/** Returns the sheet that a path names. */
const sheetOf = (path: string): string | undefined => /\.xl[st][xm]#(.*)$/is.exec(path)?.[1].toLowerCase();

/** Is the same file, read from another of its sheets. */
export const isOtherSheet = (a: Digested, b: Digested): boolean => a.role === b.role && a.sha256 === b.sha256 && sheetOf(a.path) !== sheetOf(b.path);

/** Returns the inputs that are not among the expected ones, and the expected ones that are not there. Each answers for one: a file given twice is another source. */
export function compareInputs<E extends Digested, N extends Digested>(
  expected: readonly E[],
  now: readonly N[],
): { readonly others: N[]; readonly missing: E[] } {
  const missing = [...expected];
  const others = now.filter((found) => {
    const at = missing.findIndex((input) => input.role === found.role && input.sha256 === found.sha256 && !isOtherSheet(input, found));
    if (at >= 0) missing.splice(at, 1);
    return at < 0;
  });
  return { others, missing };
}
