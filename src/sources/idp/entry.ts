/** One record of an export, whatever it was written in. */

import type { JsonLexer } from '../json/json-lexer.js';
import type { JsonRecordReader } from '../json/json-record.js';
import type { Problems, SourceProblem } from '../problem.js';
import type { Row } from '../table.js';
import type { IdpField, RecordKind } from './export-scheme.js';

/** The file that records come from. */
export interface ExportFile {
  /** As it was given, with `/` between its parts. */
  readonly path: string;
  /** As the operating system finds it. */
  readonly file: string;
}

/** The same object is handed out for each record of a file, so nothing of it may be kept but its texts. */
export interface Entry extends ExportFile {
  readonly kind: RecordKind;
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
  /** Notes what is wrong with a field, or with the record. */
  refuse(field: IdpField | undefined, message: string): void;
}

export class CsvEntry implements Entry {
  readonly path: string;
  readonly file: string;
  row: Row | undefined;
  /** Short texts that were read before, by their code. */
  readonly #common = new Map<number, string>();

  constructor(
    { path, file }: ExportFile,
    readonly kind: RecordKind,
    readonly headings: readonly string[],
    readonly columns: ReadonlyMap<string, number>,
    readonly problems: Problems,
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
    return at === undefined ? undefined : this.row?.text(at);
  }

  findCommon(field: IdpField): string | undefined {
    const at = this.columns.get(field);
    const code = at === undefined ? -1 : (this.row?.code(at) ?? -1);
    if (code < 0) return this.find(field);
    const known = this.#common.get(code);
    if (known !== undefined) return known;
    const text = this.find(field) ?? '';
    this.#common.set(code, text);
    return text;
  }

  isSame(a: IdpField, b: IdpField): boolean {
    const first = this.columns.get(a);
    const second = this.columns.get(b);
    return first !== undefined && second !== undefined && this.row?.isSame(first, second) === true;
  }

  refuse(field: IdpField | undefined, message: string): void {
    const at = field === undefined ? undefined : this.columns.get(field);
    const place: Partial<SourceProblem> = at === undefined ? {} : { column: at + 1, heading: this.headings[at] };
    this.problems.add({ file: this.file, line: this.line, ...place, message });
  }
}

export class JsonEntry implements Entry {
  readonly path: string;
  readonly file: string;
  kind: RecordKind = 'user';

  constructor(
    { path, file }: ExportFile,
    readonly lexer: JsonLexer,
    readonly reader: JsonRecordReader,
    /** Indexes of the reader's paths by field. */
    readonly fields: ReadonlyMap<IdpField, readonly number[]>,
    readonly paths: readonly string[],
    readonly problems: Problems,
  ) {
    this.path = path;
    this.file = file;
  }

  get line(): number {
    return this.reader.line;
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

  refuse(field: IdpField | undefined, message: string): void {
    const { reader, lexer } = this;
    const at = field === undefined ? -1 : this.#find(field);
    const line = at < 0 ? reader.line : reader.lines[at];
    const column = lexer.columnAt(at < 0 ? reader.offset : reader.offsets[at]);
    this.problems.add({ file: this.file, line, column, ...(at < 0 ? {} : { heading: this.paths[at].replaceAll('/', '.') }), message });
  }

  /** Notes every field that holds what it cannot hold; yields whether all are right. */
  hasRightTypes(): boolean {
    let isRight = true;
    for (const field of this.fields.keys()) {
      const at = this.#find(field);
      if (at < 0) continue;
      const kind = this.reader.kinds[at];
      const expected = field === 'enabled' ? 'boolean' : 'string';
      if (kind === expected) {
        if (kind !== 'string' || this.reader.texts[at].isWellFormed()) continue;
        this.refuse(field, 'this text ends or begins in the middle of a character; export it again.');
      } else if (kind === 'null' && field !== 'enabled') continue;
      else this.refuse(field, `${NAMED[kind]} stands where ${expected === 'boolean' ? 'true or false' : 'a text'} is expected.`);
      isRight = false;
    }
    return isRight;
  }

  #find(field: IdpField): number {
    return this.fields.get(field)?.find((at) => this.reader.kinds[at] !== 'absent') ?? -1;
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
