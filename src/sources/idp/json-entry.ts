/** One record of a JSON list, with its fields under any of their property names. */

import { joined, type Note, note, quotedHeading } from '../../model/note.js';
import type { JsonLexer } from '../json/json-lexer.js';
import { type JsonRecordReader, KIND_NAMES } from '../json/json-record.js';
import type { Problems } from '../tables/problem.js';
import type { Entry, ExportFile, Writing } from './entry.js';
import { DECORATION, type IdpField, type RecordKind } from './export-forms.js';

/** Limit on the number of causes whose column is remembered. */
const MOST_CAUSES = 1000;

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
  /** Column of the first record with each cause. */
  readonly #columns = new Map<string, number>();
  /** Two properties of the record that mean one field. */
  #doubled: { readonly field: IdpField; readonly first: number; readonly other: number } | undefined;

  constructor(
    { path, file }: ExportFile,
    readonly lexer: JsonLexer,
    readonly reader: JsonRecordReader,
    /** Indexes of the reader's paths by field. */
    fields: ReadonlyMap<IdpField, readonly number[]>,
    readonly paths: readonly string[],
    readonly problems: Problems,
    /** Fields whose property the user named, which takes precedence over others. */
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

  copier(): undefined {
    return undefined;
  }

  code(): number {
    return -1;
  }

  isSame(a: IdpField, b: IdpField): boolean {
    const first = this.#find(a);
    const second = this.#find(b);
    return first >= 0 && second >= 0 && this.reader.texts[first] === this.reader.texts[second];
  }

  comparer(a: IdpField, b: IdpField): () => boolean {
    return () => this.isSame(a, b);
  }

  refuse(field: IdpField | undefined, message: Note, cause?: string): void {
    const { reader, lexer } = this;
    const at = field === undefined ? -1 : this.#find(field);
    const line = at < 0 ? reader.line : reader.lines[at];
    const column = lexer.columnAt(at < 0 ? reader.offset : reader.offsets[at]);
    const heading = at < 0 ? {} : { heading: this.paths[at].replaceAll('/', '.') };
    const place = { file: this.file, line, ...heading, message };
    this.problems.add(cause === undefined ? { ...place, column } : { ...place, column: this.#columnOf(`${at} ${cause}`, column), cause });
  }

  /** Returns the column of the first record with a cause: later ones are the same problem, in whatever column they begin. */
  #columnOf(cause: string, column: number): number {
    const first = this.#columns.get(cause);
    if (first === undefined && this.#columns.size < MOST_CAUSES) this.#columns.set(cause, column);
    return first ?? column;
  }

  /** Returns the property that a field is read from; `/` separates nested names. */
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
        // The first property in the list of a field takes precedence.
        if (known < 0 || at < known) places[field] = at;
      }
    }
  }

  /** Adds a problem for every field with a value of the wrong type; returns whether all are right. */
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
        this.refuse(field, 'this text begins or ends in the middle of a character (a lone surrogate); export it again.');
      } else if (kind === 'null') {
        // The provider's own reader reports a flag that is null.
        continue;
      } else this.refuse(field, `found ${KIND_NAMES[kind]} instead of ${isFlag ? 'true or false' : 'a text'}.`, `${kind} as ${field}`);
      isRight = false;
    }
    return isRight;
  }

  /** Adds a problem for a field that two properties of the record spell, if they differ. */
  #isDoubled(): boolean {
    if (this.#doubled === undefined) return false;
    const { field, first, other } = this.#doubled;
    const { texts } = this.reader;
    if (texts[first] === texts[other] || DECORATION.has(field) || this.named.has(field)) return false;
    const names = [first, other].map((at) => joined(this.paths[at].split('/').reverse().map(quotedHeading), ' in '));
    this.refuse(field, note`${joined(names, ' and ')} both match ${field} but differ, so it is not clear which one is right.`, `doubled ${field}`);
    return true;
  }

  #find(field: IdpField): number {
    const number = this.#numbers.get(field);
    return number === undefined ? -1 : this.#places[number];
  }
}
