/** Given and family names in users tables, each by itself. */

import type { User } from '../model/directory.js';
import { columnText } from './column-text.js';
import type { Row, Table } from './table.js';

/** Yields the reader of given and family names by themselves, or undefined where the table has neither. */
export function namePartsReader(table: Table): ((row: Row) => Pick<User, 'givenName' | 'familyName'>) | undefined {
  const first = columnText(table, 'firstName');
  const last = columnText(table, 'lastName');
  if (first === undefined && last === undefined) return undefined;
  return (row) => ({ ...(first === undefined ? {} : { givenName: first(row) }), ...(last === undefined ? {} : { familyName: last(row) }) });
}
