/** Whether files and tables are those that were read before, by role and digest. */

interface Digested {
  readonly role: string;
  readonly sha256: string;
}

/** Yields the inputs that are not among the expected ones, and the expected ones that are not there. Each answers for one: a file given twice is another source. */
export function compareInputs<E extends Digested, N extends Digested>(
  expected: readonly E[],
  now: readonly N[],
): { readonly others: N[]; readonly missing: E[] } {
  const missing = [...expected];
  const others = now.filter(({ role, sha256 }) => {
    const at = missing.findIndex((input) => input.role === role && input.sha256 === sha256);
    if (at >= 0) missing.splice(at, 1);
    return at < 0;
  });
  return { others, missing };
}
