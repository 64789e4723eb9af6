/** Cells of the provider's CSV files that mean a missing value: `NULL` and `\N`, and spellings that the user adds. */

import type { IdpField } from './export-forms.js';

/** Columns of names: a user or a group may be called NULL. */
const NAMING: ReadonlySet<IdpField> = new Set(['login', 'subject', 'name', 'group']);
/** Columns to which `--null VALUE` applies. */
const OPEN: ReadonlySet<IdpField> = new Set(['email', 'givenName', 'familyName']);
/** A value of `--null` for one column of the snapshot. */
const OF_COLUMN = /^[A-Za-z]+\.[A-Za-z]+=/;

/** Is a text what databases and their tools write for NULL. */
export const isNullWord = (text: string): boolean => text === 'NULL' || text === '\\N';

/** Recognizes the missing values in one file, and counts them. */
export class NoValue {
  readonly #further: ReadonlySet<string>;
  readonly #counts = new Map<IdpField, { cells: number; line: number }>();

  constructor(nulls: readonly string[] = []) {
    this.#further = new Set(nulls.filter((text) => !OF_COLUMN.test(text)));
  }

  /** Did the user give additional spellings for a field. */
  hasFurther(field: IdpField): boolean {
    return this.#further.size > 0 && OPEN.has(field);
  }

  /** Returns a cell's effective text: empty if it means a missing value. */
  read(field: IdpField, text: string, line: number): string {
    const isNone = isNullWord(text) ? !NAMING.has(field) : this.#further.size > 0 && OPEN.has(field) && this.#further.has(text);
    if (!isNone) return text;
    const counted = this.#counts.get(field);
    if (counted === undefined) this.#counts.set(field, { cells: 1, line });
    else if (counted.line !== line) {
      // A cell may be read twice but counts once.
      counted.cells++;
      counted.line = line;
    }
    return '';
  }

  /** Returns a note with the number of such cells, or none. */
  notes(path: string): string[] {
    if (this.#counts.size === 0) return [];
    const total = [...this.#counts.values()].reduce((sum, { cells }) => sum + cells, 0);
    const columns = [...this.#counts].map(([field, { cells }]) => `${field} ${cells.toLocaleString('en-US')}`).join(', ');
    return [
      `${path}: ${total.toLocaleString('en-US')} ${total === 1 ? 'cell holds' : 'cells hold'} a placeholder for a missing value (such as NULL) and ${total === 1 ? 'counts' : 'count'} as blank (${columns}).`,
    ];
  }
}
