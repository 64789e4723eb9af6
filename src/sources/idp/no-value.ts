/** Cells of the provider's CSV files that say that there is no value: `NULL` and `\N`, and what a person adds. */

import type { IdpField } from './export-forms.js';

/** A user or a group may be called NULL. */
const NAMING: ReadonlySet<IdpField> = new Set(['login', 'subject', 'name', 'group']);
/** What `--null VALUE` is for. */
const OPEN: ReadonlySet<IdpField> = new Set(['email', 'givenName', 'familyName']);
/** A value of `--null` that is for one column of the snapshot. */
const OF_COLUMN = /^[A-Za-z]+\.[A-Za-z]+=/;

/** Returns whether a text is what databases and their tools write for no value. */
export const isNullWord = (text: string): boolean => text === 'NULL' || text === '\\N';

/** Tells the cells without a value of one file, and counts them. */
export class NoValue {
  readonly #further: ReadonlySet<string>;
  readonly #counts = new Map<IdpField, { cells: number; line: number }>();

  constructor(nulls: readonly string[] = []) {
    this.#further = new Set(nulls.filter((text) => !OF_COLUMN.test(text)));
  }

  /** Returns whether a person gave further spellings for a field. */
  hasFurther(field: IdpField): boolean {
    return this.#further.size > 0 && OPEN.has(field);
  }

  /** Returns a cell's text as it counts: empty if it says that there is no value. */
  read(field: IdpField, text: string, line: number): string {
    const isNone = isNullWord(text) ? !NAMING.has(field) : this.#further.size > 0 && OPEN.has(field) && this.#further.has(text);
    if (!isNone) return text;
    const counted = this.#counts.get(field);
    if (counted === undefined) this.#counts.set(field, { cells: 1, line });
    else if (counted.line !== line) {
      // A cell may be asked for twice.
      counted.cells++;
      counted.line = line;
    }
    return '';
  }

  /** Returns a note that counts the cells, or none. */
  notes(path: string): string[] {
    if (this.#counts.size === 0) return [];
    const total = [...this.#counts.values()].reduce((sum, { cells }) => sum + cells, 0);
    const columns = [...this.#counts].map(([field, { cells }]) => `${field} ${cells.toLocaleString('en-US')}`).join(', ');
    return [
      `${path}: ${total.toLocaleString('en-US')} ${total === 1 ? 'cell is a spelling' : 'cells are spellings'} of no value and count as blank (${columns}).`,
    ];
  }
}
