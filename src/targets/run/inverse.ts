/** Inverse changes, for undo. */

import type { Change } from '../../model/change.js';

/**
 * Returns inverse changes with their marks of temporary usernames moved: the step that led to a temporary name now starts
 * from it, and the step that started from it now leads to it.
 */
export function withTemporaryMarks<S extends { readonly change: Change }>(steps: readonly S[]): readonly S[] {
  const names = new Set(steps.flatMap(({ change }) => (change.kind === 'replace-user' && change.temporary === true ? [change.from] : [])));
  if (names.size === 0) return steps;
  return steps.map((step) => {
    const { change } = step;
    if (change.kind !== 'replace-user') return step;
    const { temporary: _, ...rest } = change;
    return { ...step, change: names.has(change.to) ? { ...rest, temporary: true } : rest };
  });
}

/** Returns the change that undoes another. */
export function inverseOf(change: Change): Change {
  switch (change.kind) {
    case 'replace-user':
    case 'replace-group':
      return { ...change, from: change.to, to: change.from };
    case 'remove-member':
      return { ...change, kind: 'add-member' };
    case 'add-member':
      return { ...change, kind: 'remove-member' };
  }
}
