/** The names of people: kept as bytes, since hardly anybody's is asked for and a text for everybody would fill the memory. */

import type { PersonNames } from '../model/directory.js';
import { TextBytes } from '../model/text-bytes.js';
import type { Row, Table } from './table.js';

const SPACE = 0x20;

type AddName = (row: Row, bytes: TextBytes) => void;

/** Yields what adds the name of a row's user, which may take two columns; nothing where the table has no names. */
function nameAdder({ columns }: Table): AddName {
  const full = columns.get('fullName');
  if (full !== undefined) return (row, bytes) => row.addTo(bytes, full);
  const first = columns.get('firstName');
  const last = columns.get('lastName');
  const only = first ?? last;
  if (only === undefined) return () => {};
  if (first === undefined || last === undefined) return (row, bytes) => row.addTo(bytes, only);
  return (row, bytes) => {
    const start = bytes.length;
    row.addTo(bytes, first);
    const end = bytes.length;
    if (end > start) bytes.byte(SPACE);
    const next = bytes.length;
    row.addTo(bytes, last);
    if (bytes.length === next) bytes.shorten(end);
  };
}

/** Names by place, in the order in which they were added. */
export class NameList implements PersonNames {
  readonly #bytes = new TextBytes();
  /** Where each name ends. */
  readonly #ends: number[] = [];

  of(place: number): string {
    return place < this.#ends.length ? this.#bytes.part(place === 0 ? 0 : this.#ends[place - 1], this.#ends[place]) : '';
  }

  /** Yields what reads the names of a table's rows: `add` that of the next user, `isSame` whether a row repeats the name at a place. */
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
