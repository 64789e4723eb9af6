/** The cells of one table that mean a missing value, counted for a note. */

import type { Row, Table } from './table.js';

export class NullCells {
  readonly #counts = new Map<string, number>();

  constructor(readonly table: Table) {}

  /** Returns a cell's effective text: empty if it means a missing value. */
  value(column: string, text: string): string {
    if (!this.table.words.of(column).has(text)) return text;
    this.count(column, 1);
    return '';
  }

  /** Returns a column's reader if there is the column. */
  reader(column: string): ((row: Row) => string) | undefined {
    const at = this.table.columns.get(column);
    if (at === undefined) return undefined;
    const spellings = this.table.words.of(column);
    return (row) => {
      const text = row.text(at);
      return spellings.has(text) ? this.value(column, text) : text;
    };
  }

  /** Counts cells of a column. */
  count(column: string, cells: number): void {
    if (cells > 0) this.#counts.set(column, (this.#counts.get(column) ?? 0) + cells);
  }

  /** Returns the note with the number of cells; nothing if there are none. */
  get notes(): string[] {
    if (this.#counts.size === 0) return [];
    const total = [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
    const columns = [...this.#counts].map(([column, count]) => `${column} ${count.toLocaleString('en-US')}`).join(', ');
    const path = this.table.path;
    return [
      `${path}: ${total.toLocaleString('en-US')} ${total === 1 ? 'cell holds' : 'cells hold'} a placeholder for a missing value (such as NULL) and ${total === 1 ? 'counts' : 'count'} as blank (${columns}).`,
    ];
  }
}
