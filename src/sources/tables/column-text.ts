/** Cells of a column as text. */

import type { Row, Table } from './table.js';

/** Returns a column's reader if there is the column. If many cells hold the same short text, `known` keeps one copy. */
export function columnText(table: Table, column: string, known?: Map<number, string>): ((row: Row) => string) | undefined {
  const at = table.columns.get(column);
  if (at === undefined) return undefined;
  if (known === undefined) return (row) => row.text(at);
  return (row) => {
    const code = row.code(at);
    if (code < 0) return row.text(at);
    const seen = known.get(code);
    if (seen !== undefined) return seen;
    const text = row.text(at);
    known.set(code, text);
    return text;
  };
}
