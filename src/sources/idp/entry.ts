/** One record of an export, whatever it was written in. */

import { type Problems, quoted, type SourceProblem } from '../problem.js';
import type { Row } from '../table.js';
import { DECORATION, type IdpField, type RecordKind } from './export-forms.js';
import type { JsonLexer } from './json-lexer.js';
import type { JsonRecordReader } from './json-record.js';
import { isNullWord, NoValue } from './no-value.js';

/** The file that records come from. */
export interface ExportFile {
  /** As it was given, with `/` between its parts. */
  readonly path: string;
  /** As the operating system finds it. */
  readonly file: string;
}

/** A CSV of whatever tool, the JSON of PowerShell (names in PascalCase), or that of an API. */
export type Writing = 'csv' | 'powershell' | 'api';

/** The same object is handed out for each record of a file, so nothing of it may be kept but its texts. */
export interface Entry extends ExportFile {
  readonly kind: RecordKind;
  /** What the file was written by, as far as it shows. */
  readonly writing: Writing;
  /** Physical line from 1 on which the record begins. */
  readonly line: number;
  /** Is there such a column in the file, or such a property in this record. */
  has(field: IdpField): boolean;
  /** Yields a field's text as it stands there; nothing and `null` are empty. */
  text(field: IdpField): string;
  /** Yields the same, but undefined where `has` says no. */
  find(field: IdpField): string | undefined;
  /** Yields the same, for texts that many records share. */
  findCommon(field: IdpField): string | undefined;
  /** Are both fields there with the same text; may say no where it would be costly to tell. */
  isSame(a: IdpField, b: IdpField): boolean;
  /** Notes what is wrong with a field, or with the record. Records of a file that share a `cause` are one problem. */
  refuse(field: IdpField | undefined, message: string, cause?: string): void;
}

export class CsvEntry implements Entry {
  readonly path: string;
  readonly file: string;
  readonly writing = 'csv';
  row: Row | undefined;
  /** Short texts that were read before, by their code. */
  readonly #common = new Map<number, string>();

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
    const code = at === undefined ? -1 : (this.row?.code(at) ?? -1);
    if (at === undefined || this.row === undefined || code < 0) return this.find(field);
    let text = this.#common.get(code);
    if (text === undefined) {
      text = this.row.text(at);
      this.#common.set(code, text);
    }
    return this.noValue.read(field, text, this.row.line);
  }

  isSame(a: IdpField, b: IdpField): boolean {
    const first = this.columns.get(a);
    const second = this.columns.get(b);
    if (first === undefined || second === undefined || this.row?.isSame(first, second) !== true) return false;
    // What is no value in one of the columns may be a name in the other.
    return !this.noValue.hasFurther(a) && !(this.row.code(first) >= 0 && isNullWord(this.row.text(first)));
  }

  refuse(field: IdpField | undefined, message: string, cause?: string): void {
    const at = field === undefined ? undefined : this.columns.get(field);
    const place: Partial<SourceProblem> = at === undefined ? {} : { column: at + 1, heading: this.headings[at] };
    this.problems.add({ file: this.file, line: this.line, ...place, message, ...(cause === undefined ? {} : { cause }) });
  }
}

export class JsonEntry implements Entry {
  readonly path: string;
  readonly file: string;
  kind: RecordKind = 'user';
  readonly #fields: readonly IdpField[];
  readonly #numbers: ReadonlyMap<IdpField, number>;
  /** Numbers of fields by index of the path. */
  readonly #fieldsOf: readonly (readonly number[])[];
  /** Index of each field's path in the record, by number of the field; -1 if it has none. */
  readonly #places: Int32Array;
  /** Two properties of the record that are one field. */
  #doubled: { readonly field: IdpField; readonly first: number; readonly other: number } | undefined;

  constructor(
    { path, file }: ExportFile,
    readonly lexer: JsonLexer,
    readonly reader: JsonRecordReader,
    /** Indexes of the reader's paths by field. */
    fields: ReadonlyMap<IdpField, readonly number[]>,
    readonly paths: readonly string[],
    readonly problems: Problems,
    /** Fields whose property a person named, which holds before others. */
    readonly named: ReadonlyMap<IdpField, string>,
  ) {
    this.path = path;
    this.file = file;
    this.#fields = [...fields.keys()];
    this.#numbers = new Map(this.#fields.map((field, number) => [field, number]));
    this.#fieldsOf = paths.map((_, at) => this.#fields.flatMap((field, number) => (fields.get(field)?.includes(at) === true ? [number] : [])));
    this.#places = new Int32Array(this.#fields.length).fill(-1);
  }

  get line(): number {
    return this.reader.line;
  }

  get writing(): Writing {
    const at = this.#find('login');
    return at >= 0 && /^[A-Z]/.test(this.paths[at]) ? 'powershell' : 'api';
  }

  has(field: IdpField): boolean {
    return this.#find(field) >= 0;
  }

  text(field: IdpField): string {
    return this.find(field) ?? '';
  }

  find(field: IdpField): string | undefined {
    const at = this.#find(field);
    return at < 0 ? undefined : this.reader.texts[at];
  }

  findCommon(field: IdpField): string | undefined {
    return this.find(field);
  }

  isSame(a: IdpField, b: IdpField): boolean {
    const first = this.#find(a);
    const second = this.#find(b);
    return first >= 0 && second >= 0 && this.reader.texts[first] === this.reader.texts[second];
  }

  refuse(field: IdpField | undefined, message: string, cause?: string): void {
    const { reader, lexer } = this;
    const at = field === undefined ? -1 : this.#find(field);
    const line = at < 0 ? reader.line : reader.lines[at];
    const column = lexer.columnAt(at < 0 ? reader.offset : reader.offsets[at]);
    // Records have a column each: what they share is told by the property's name.
    const heading = at < 0 ? {} : { heading: this.paths[at].replaceAll('/', '.') };
    this.problems.add({ file: this.file, line, column, ...heading, message, ...(cause === undefined ? {} : { cause }) });
  }

  /** Returns the property that a field is read from, with `/` between those within one another. */
  nameOf(field: IdpField): string {
    return this.paths[this.#find(field)] ?? '';
  }

  /** Finds the fields of the record that was read. */
  begin(): void {
    const places = this.#places;
    places.fill(-1);
    this.#doubled = undefined;
    for (const at of this.reader.seen) {
      for (const field of this.#fieldsOf[at]) {
        const known = places[field];
        if (known >= 0) this.#doubled = { field: this.#fields[field], first: Math.min(at, known), other: Math.max(at, known) };
        // What comes first in the list of a field holds.
        if (known < 0 || at < known) places[field] = at;
      }
    }
  }

  /** Notes every field that holds what it cannot hold; returns whether all are right. */
  hasRightTypes(): boolean {
    let isRight = !this.#isDoubled();
    for (let number = 0; number < this.#places.length; number++) {
      const at = this.#places[number];
      if (at < 0) continue;
      const field = this.#fields[number];
      const kind = this.reader.kinds[at];
      const isFlag = field === 'enabled' || field === 'blocked';
      if (kind === (isFlag ? 'boolean' : 'string')) {
        if (kind !== 'string' || this.reader.texts[at].isWellFormed()) continue;
        this.refuse(field, 'this text ends or begins in the middle of a character; export it again.');
      } else if (kind === 'null') {
        // Of a flag that is null the reader of the provider says what to do.
        continue;
      } else this.refuse(field, `${NAMED[kind]} stands where ${isFlag ? 'true or false' : 'a text'} is expected.`, `${kind} as ${field}`);
      isRight = false;
    }
    return isRight;
  }

  /** Notes a field that two properties of the record spell, which only matters if they differ. */
  #isDoubled(): boolean {
    if (this.#doubled === undefined) return false;
    const { field, first, other } = this.#doubled;
    const { texts } = this.reader;
    if (texts[first] === texts[other] || DECORATION.has(field) || this.named.has(field)) return false;
    const names = [first, other].map((at) => this.paths[at].split('/').reverse().map(quoted).join(' in '));
    this.refuse(field, `${names.join(' and ')} both answer to ${field}, and differ; which of them holds is not certain.`, `doubled ${field}`);
    return true;
  }

  #find(field: IdpField): number {
    const number = this.#numbers.get(field);
    return number === undefined ? -1 : this.#places[number];
  }
}

const NAMED = {
  absent: 'nothing',
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
  object: 'an object',
  array: 'a list',
} as const;
