/** One record of an export, in any file format. */

import { SharedTexts } from '../../collections/text-bytes.js';
import type { Note } from '../../model/note.js';
import { placeholderNotes } from '../tables/cell-words.js';
import type { Problems, SourceProblem } from '../tables/problem.js';
import { NO_SPELLINGS, NULL_SPELLINGS } from '../tables/spellings.js';
import type { CopiedCell, Row } from '../tables/table.js';
import type { IdpField, RecordKind } from './export-forms.js';

/** The file that records come from. */
export interface ExportFile {
  /** The path as given, with `/` as separator. */
  readonly path: string;
  /** The path for opening the file. */
  readonly file: string;
}

/** A CSV of any tool, PowerShell's JSON (names in PascalCase), or an API's JSON. */
export type Writing = 'csv' | 'powershell' | 'api';

export type Copier = (into: Uint8Array, from: number, limit: number) => number;

/** The current record. The object is reused for each record of a file, so keep only its texts. */
export interface Entry extends ExportFile {
  readonly kind: RecordKind;
  /** What wrote the file, as far as that can be seen. */
  readonly writing: Writing;
  /** Physical line, from 1, on which the record begins. */
  readonly line: number;
  /** Is there such a column in the file, or such a property in this record. */
  has(field: IdpField): boolean;
  /** Returns a field's text as written; empty if it is missing or `null`. */
  text(field: IdpField): string;
  /** Returns the same, but undefined if `has` is false. */
  find(field: IdpField): string | undefined;
  /** Returns the same, for texts that many records share. */
  findCommon(field: IdpField): string | undefined;
  /** Returns a number that only records with the same short text in a field share; -1 if it is not short. */
  code(field: IdpField): number;
  /** Returns what writes fields of the current record as `Row.copy` writes cells, with -1 as well if one may mean a missing value; undefined if that is never possible. */
  copier(fields: readonly IdpField[]): Copier | undefined;
  /** Do both fields hold the same text; may return false if comparing would be expensive. */
  isSame(a: IdpField, b: IdpField): boolean;
  /** Returns a function that says so of the current record, for many records. */
  comparer(a: IdpField, b: IdpField): () => boolean;
  /** Adds a problem with a field or with the record. Records of a file with the same `cause` are one problem. */
  refuse(field: IdpField | undefined, message: Note, cause?: string): void;
}

export class CsvEntry implements Entry {
  readonly path: string;
  readonly file: string;
  readonly writing = 'csv';
  row: Row | undefined;
  readonly #common = new Map<IdpField, SharedTexts>();

  constructor(
    { path, file }: ExportFile,
    readonly kind: RecordKind,
    readonly headings: readonly string[],
    readonly columns: ReadonlyMap<string, number>,
    readonly problems: Problems,
    readonly noValue = new NoValue(),
  ) {
    this.path = path;
    this.file = file;
  }

  get line(): number {
    return this.row?.line ?? 0;
  }

  has(field: IdpField): boolean {
    return this.columns.has(field);
  }

  text(field: IdpField): string {
    return this.find(field) ?? '';
  }

  find(field: IdpField): string | undefined {
    const at = this.columns.get(field);
    if (at === undefined || this.row === undefined) return undefined;
    return this.noValue.read(field, this.row.text(at), this.row.line);
  }

  findCommon(field: IdpField): string | undefined {
    const at = this.columns.get(field);
    if (at === undefined || this.row === undefined) return undefined;
    let texts = this.#common.get(field);
    if (texts === undefined) {
      texts = new SharedTexts();
      this.#common.set(field, texts);
    }
    return this.noValue.read(field, this.row.shared(at, texts), this.row.line);
  }

  code(field: IdpField): number {
    return this.row?.code(this.columns.get(field) ?? Number.POSITIVE_INFINITY) ?? -1;
  }

  isSame(a: IdpField, b: IdpField): boolean {
    return this.comparer(a, b)();
  }

  comparer(a: IdpField, b: IdpField): () => boolean {
    const first = this.columns.get(a);
    const second = this.columns.get(b);
    if (first === undefined || second === undefined || this.noValue.hasFurther(a)) return () => false;
    return () => {
      const { row } = this;
      // A spelling of NULL in one of the columns may be a name in the other.
      return row?.isSame(first, second) === true && !(row.code(first) >= 0 && isNullWord(row.text(first)));
    };
  }

  copier(fields: readonly IdpField[]): Copier | undefined {
    const cells = fields.flatMap((field): CopiedCell[] => {
      const column = this.columns.get(field);
      return column === undefined || this.noValue.hasFurther(field) ? [] : [{ column, words: NAMING.has(field) ? NO_SPELLINGS : NULL_SPELLINGS }];
    });
    return cells.length < fields.length ? undefined : (into, from, limit) => this.row?.copy(cells, into, from, limit) ?? -1;
  }

  refuse(field: IdpField | undefined, message: Note, cause?: string): void {
    const at = field === undefined ? undefined : this.columns.get(field);
    const place: Partial<SourceProblem> = at === undefined ? {} : { column: at + 1, heading: this.headings[at] };
    this.problems.add({ file: this.file, line: this.line, ...place, message, ...(cause === undefined ? {} : { cause }) });
  }
}

/** Columns of names: a user or a group may be called NULL. */
const NAMING: ReadonlySet<IdpField> = new Set(['login', 'subject', 'name', 'group']);
/** Columns to which `--null VALUE` applies. */
const OPEN: ReadonlySet<IdpField> = new Set(['email', 'givenName', 'familyName']);
/** A value of `--null` for one column of the snapshot. */
const OF_COLUMN = /^[A-Za-z]+\.[A-Za-z]+=/;

/** Is a text what databases and their tools write for NULL. */
export const isNullWord = (text: string): boolean => NULL_SPELLINGS.has(text);

/** Recognizes the cells of one file of the provider that mean a missing value (`NULL`, `\N`, and spellings that the user adds), and counts them. */
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
    return placeholderNotes(path, new Map([...this.#counts].map(([field, { cells }]) => [field, cells])));
  }
}
