/** How a database compares usernames, as one of the ways in which scim-audit compares them. */

import { note, quotedHeading } from '../../model/note.js';
import type { CollationName } from '../../model/policy.js';
import { UserError } from '../../model/user-error.js';
import type { DatabaseAccess } from '../source.js';

/**
 * MariaDB's `uca1400` collations compare by the same algorithm with a later version of its table: letters that were assigned since
 * are all that differs. Whether a collation pads makes no difference, because keys are trimmed.
 */
const KNOWN: readonly (readonly [RegExp, CollationName])[] = [
  [/^(?:utf8mb4_0900_ai_ci|(?:utf8mb[34]_)?uca1400_(?:nopad_)?ai_ci)$/i, 'utf8mb4_0900_ai_ci'],
  [/^utf8(?:mb[34])?_general_(?:nopad_)?ci$/i, 'utf8mb4_general_ci'],
];

/** Returns which of the collations of `--collation` a database's is; undefined if it is none of them. */
export const knownCollation = (name: string | undefined): CollationName | undefined =>
  name === undefined ? undefined : KNOWN.find(([pattern]) => pattern.test(name))?.[1];

export interface ComparedBy {
  readonly name: CollationName;
  /** What a report must say about it. */
  readonly note?: string;
}

/** Returns how names are compared. Throws a UserError if that cannot be told, or was said to be otherwise. */
export function collationFor(column: string, found: string | undefined, stated: DatabaseAccess['collation']): ComparedBy {
  const known = knownCollation(found);
  const called = found === undefined ? 'by its bytes (it has no collation)' : `by ${found}`;
  if (known !== undefined) {
    if (stated === undefined || stated.name === known || stated.role === 'compared') return { name: known };
    throw new UserError(
      note`The column ${quotedHeading(column)} compares ${called}${found === known ? '' : `, which counts as ${known}`}, but ${stated.origin} says ${stated.name}.`,
      stated.role === 'planned'
        ? 'The collation of the database has changed since. Make a new plan of it.'
        : 'Leave it out: the collation of the database is used.',
    );
  }
  const choices: readonly CollationName[] = ['utf8mb4_0900_ai_ci', 'utf8mb4_general_ci'];
  if (stated !== undefined && choices.includes(stated.name)) {
    return {
      name: stated.name,
      note: `The column ${column} compares ${called}, which scim-audit does not know: names were compared by ${stated.name}, as ${stated.origin} says.`,
    };
  }
  throw new UserError(
    note`The column ${quotedHeading(column)} compares ${called}, which scim-audit does not know${stated === undefined ? '' : `, and ${stated.name} (${stated.origin}) is not a collation of MySQL`}.`,
    'Say with --collation how names are to be compared: utf8mb4_0900_ai_ci as Jama Connect 9.17 and later does (accents and case make no difference; use it if the column is to be converted to that), or utf8mb4_general_ci as earlier versions do.',
  );
}
