/** What the user stated about single accounts, added to the users as they are read. */

import type { CollationName } from '../../model/collation-name.js';
import { collationOf } from '../../model/compare.js';
import type { User } from '../../model/directory.js';
import { columnText } from './column-text.js';
import type { Row, Table } from './table.js';

export interface UserWords {
  /** How usernames are compared. */
  readonly collation: CollationName;
  /** Ids of accounts that must never be changed. */
  readonly leaveOutUsers: readonly string[];
  /** The account that SCIM requests sign in with, by its id or by its username. */
  readonly scimAdmin?: { readonly id?: string; readonly userName?: string };
  /** Systems that sign in with a username, by its key. */
  readonly systemsByKey?: ReadonlyMap<string, readonly string[]>;
  /** True if the authentication types come from a list, so that the source does not need any. */
  readonly areTypesListed?: boolean;
}

type Marks = Pick<User, 'isLeftOut' | 'scimAdmin' | 'signsInFor'>;

/** Returns the marks of a user, given the row, the id and the username; undefined if there are none. */
type Marker = (row: Row, id: string, userName: string) => Marks | undefined;

/** Returns a table's marker; undefined if nothing was stated. */
export function markUsers({ collation, leaveOutUsers, scimAdmin, systemsByKey, areTypesListed }: UserWords): ((table: Table) => Marker) | undefined {
  if (leaveOutUsers.length === 0 && scimAdmin === undefined && systemsByKey === undefined) return undefined;
  const { key } = collationOf(collation);
  const leftOut = new Set(leaveOutUsers);
  const adminKey = scimAdmin?.userName === undefined ? undefined : key(scimAdmin.userName);
  const needsKey = adminKey !== undefined || systemsByKey !== undefined;
  return (table) => {
    const license = columnText(table, 'licenseType');
    const isTypeGiven = areTypesListed === true || table.columns.has('authenticationType');
    return (row, id, userName) => {
      const folded = needsKey ? key(userName) : '';
      const systems = systemsByKey?.get(folded);
      const isAdmin = scimAdmin !== undefined && (id === scimAdmin.id || (folded !== '' && folded === adminKey));
      if (!isAdmin && systems === undefined) return leftOut.has(id) ? { isLeftOut: true } : undefined;
      const found = table.words.value('licenseType', license?.(row) ?? '');
      return {
        ...(isAdmin || leftOut.has(id) ? { isLeftOut: true } : {}),
        ...(isAdmin ? { scimAdmin: { isTypeGiven, ...(found.trim() === '' ? {} : { license: found }) } } : {}),
        ...(systems === undefined ? {} : { signsInFor: systems }),
      };
    };
  };
}
