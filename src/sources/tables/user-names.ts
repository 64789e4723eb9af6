/** Given and family names in users tables, read separately. */

import type { User } from '../../model/directory.js';
import { columnText } from './column-text.js';
import type { Row, Table } from './table.js';

/** Returns the reader of given and family names; undefined if the table has neither. */
export function namePartsReader(table: Table): ((row: Row) => Pick<User, 'givenName' | 'familyName'>) | undefined {
  const first = nameReader(table, 'firstName');
  const last = nameReader(table, 'lastName');
  if (first !== undefined && last !== undefined) return (row) => ({ givenName: first(row), familyName: last(row) });
  if (first !== undefined) return (row) => ({ givenName: first(row) });
  return last === undefined ? undefined : (row) => ({ familyName: last(row) });
}

function nameReader(table: Table, column: string): ((row: Row) => string) | undefined {
  const text = columnText(table, column, new Map());
  const nulls = table.words.of(column);
  return text === undefined
    ? undefined
    : (row) => {
        const name = text(row);
        return nulls.has(name) ? '' : name;
      };
}
