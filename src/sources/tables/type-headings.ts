/** The headings of a list that states how users sign in. */

import { joined, note, quotedHeading } from '../../model/note.js';
import { columnCalled, type HeadingProblem, type ResolvedHeadings } from './headings.js';

/** Columns that identify a user in a list. */
export const NAMING = ['id', 'userName', 'email'] as const;
export type Naming = (typeof NAMING)[number];

export const TYPE = 'authenticationType';
const ACCEPTED = 'id, username, email; case, spaces and punctuation do not matter';

/** Returns which column is which, and every problem with that. */
export function resolveList(headings: readonly string[], hasTypes: boolean): ResolvedHeadings {
  const columns = new Map<string, number>();
  const problems: HeadingProblem[] = [];
  const names = joined(headings.map(quotedHeading), ', ');
  for (const column of [...NAMING, TYPE]) {
    const found = headings.flatMap((heading, at) => (columnCalled('users', heading) === column ? [at] : []));
    if (found.length === 1) columns.set(column, found[0]);
    else if (found.length > 1) {
      const same = joined(
        found.map((at) => quotedHeading(headings[at])),
        ', ',
      );
      problems.push({ at: found[1], message: note`the columns ${same} all match ${column}; keep one of them. Headings found: ${names}.` });
    }
  }
  if (problems.length > 0) return { columns, problems, isIdFromUserName: false };
  if (!NAMING.some((column) => columns.has(column))) {
    problems.push({ message: note`no column identifies the users (accepted: ${ACCEPTED}). Headings found: ${names}.` });
  }
  if (hasTypes && !columns.has(TYPE)) {
    problems.push({
      message: note`no column is the authentication type (accepted: authenticationType, "Authentication Type", authType, auth). Headings found: ${names}. Give a list of only the Basic users with --basic-users.`,
    });
  }
  if (!hasTypes && columns.has(TYPE)) {
    problems.push({
      at: columns.get(TYPE) ?? 0,
      message:
        'a list of Basic users must not have a column of authentication types, since every user in it counts as Basic. Give this file with --auth-types.',
    });
  }
  return { columns, problems, isIdFromUserName: false };
}
