/** Names of people in users tables. */

import type { User } from '../model/directory.js';
import type { Row, Table } from './table.js';

/** A column's reader, or why there is none. */
export const columnText = (table: Table, column: string): ((row: Row) => string) | undefined => {
  const at = table.columns.get(column);
  return at === undefined ? undefined : (row) => row.text(at);
};

/** Yields the reader of a person's whole name; empty where the table has none. */
export function nameReader(table: Table): (row: Row) => string {
  const full = columnText(table, 'fullName');
  if (full !== undefined) return full;
  const first = columnText(table, 'firstName');
  const last = columnText(table, 'lastName');
  if (first === undefined && last === undefined) return () => '';
  return (row) => [first?.(row) ?? '', last?.(row) ?? ''].filter((part) => part !== '').join(' ');
}

/** Yields the reader of given and family names by themselves, or undefined where the table has neither. */
export function namePartsReader(table: Table): ((row: Row) => Pick<User, 'givenName' | 'familyName'>) | undefined {
  const first = columnText(table, 'firstName');
  const last = columnText(table, 'lastName');
  if (first === undefined && last === undefined) return undefined;
  return (row) => ({ ...(first === undefined ? {} : { givenName: first(row) }), ...(last === undefined ? {} : { familyName: last(row) }) });
}
