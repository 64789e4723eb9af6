/** Columns of users that no rule reads, as checksums: enough to detect a change without keeping the texts in memory. */

import { TextBytes } from '../../collections/text-bytes.js';
import { FURTHER_COLUMNS, type FurtherColumn, type FurtherColumns } from '../../model/directory.js';
import type { Row, Table } from './table.js';

interface Held {
  readonly name: FurtherColumn;
  readonly heading: string;
}

/** Checksums by index, in the order in which the users were added. Only columns that every list of users has are kept. */
export class FurtherList implements FurtherColumns {
  /** The columns of the first list. */
  #held: readonly Held[] | undefined;
  readonly #isCommon = new Set<FurtherColumn>();
  #sums = new Uint32Array(1 << 10);
  #length = 0;

  get columns(): readonly Held[] {
    return (this.#held ?? []).filter(({ name }) => this.#isCommon.has(name));
  }

  checksum(place: number, name: FurtherColumn): number {
    const held = this.#held ?? [];
    return this.#sums[place * held.length + held.findIndex((each) => each.name === name)];
  }

  /** Returns a function that adds the next user's row of a table. */
  adder(table: Table): (row: Row) => void {
    const own = FURTHER_COLUMNS.flatMap((name) => {
      const at = table.columns.get(name);
      return at === undefined ? [] : [{ name, at, heading: table.headings[at] ?? '' }];
    });
    if (this.#held === undefined) {
      this.#held = own.map(({ name, heading }) => ({ name, heading }));
      for (const { name } of own) this.#isCommon.add(name);
    }
    const readers = this.#held.map(({ name, heading }) => {
      const found = own.find((each) => each.name === name && each.heading === heading);
      if (found === undefined) this.#isCommon.delete(name);
      return found === undefined ? () => 0 : checksumReader(table, found);
    });
    return (row) => {
      if (this.#length + readers.length > this.#sums.length) {
        const wider = new Uint32Array(this.#sums.length * 2);
        wider.set(this.#sums);
        this.#sums = wider;
      }
      for (const read of readers) this.#sums[this.#length++] = read(row);
    };
  }
}

function checksumReader({ words }: Table, { name, at }: { readonly name: FurtherColumn; readonly at: number }): (row: Row) => number {
  const bytes = new TextBytes();
  const nulls = words.of(name);
  return (row) => {
    row.addTo(bytes, at);
    if (bytes.length <= nulls.longest && nulls.has(bytes.part(0, bytes.length))) bytes.shorten(0);
    const sum = bytes.checksum();
    bytes.shorten(0);
    return sum;
  };
}
