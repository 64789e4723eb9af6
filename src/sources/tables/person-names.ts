/** The names of people, kept as bytes: few are ever used, and a string per user would fill the memory. */

import { TextBytes } from '../../collections/text-bytes.js';
import type { PersonNames } from '../../model/directory.js';
import type { Row, Table } from './table.js';

const SPACE = 0x20;

type AddName = (row: Row, bytes: TextBytes) => void;

/** Returns a function that adds a cell, unless it means a missing value. */
function cellAdder({ columns, words }: Table, column: string): AddName | undefined {
  const at = columns.get(column);
  if (at === undefined) return undefined;
  const nulls = words.of(column);
  return (row, bytes) => {
    const start = bytes.length;
    row.addTo(bytes, at);
    if (bytes.length - start <= nulls.longest && nulls.has(bytes.part(start, bytes.length))) bytes.shorten(start);
  };
}

/** Returns a function that adds the name in a row, which may take two columns; nothing if the table has no names. */
function nameAdder(table: Table): AddName {
  const full = cellAdder(table, 'fullName');
  if (full !== undefined) return full;
  const first = cellAdder(table, 'firstName');
  const last = cellAdder(table, 'lastName');
  if (first === undefined || last === undefined) return first ?? last ?? (() => {});
  return (row, bytes) => {
    const start = bytes.length;
    first(row, bytes);
    const end = bytes.length;
    if (end > start) bytes.byte(SPACE);
    const next = bytes.length;
    last(row, bytes);
    if (bytes.length === next) bytes.shorten(end);
  };
}

/** Names by index, in the order in which they were added. */
export class NameList implements PersonNames {
  readonly #bytes = new TextBytes();
  /** Where each name ends. */
  readonly #ends: number[] = [];

  of(place: number): string {
    return place < this.#ends.length ? this.#bytes.part(place === 0 ? 0 : this.#ends[place - 1], this.#ends[place]) : '';
  }

  /** Returns readers of the names in a table's rows: `add` adds the next user's, `isSame` says whether a row repeats the name at an index. */
  reader(table: Table): { add(row: Row): void; isSame(place: number, row: Row): boolean } {
    const bytes = this.#bytes;
    const add = nameAdder(table);
    return {
      add: (row) => {
        add(row, bytes);
        this.#ends.push(bytes.length);
      },
      isSame: (place, row) => {
        const start = bytes.length;
        add(row, bytes);
        const repeated = bytes.part(start, bytes.length);
        bytes.shorten(start);
        return repeated === this.of(place);
      },
    };
  }
}
