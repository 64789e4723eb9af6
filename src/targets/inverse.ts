/** Changes taken back. */

import type { Change } from '../model/change.js';

/** Yields the change that takes another back. */
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
