/** One record of an export, whatever it was written in. */

import type { Problems, SourceProblem } from '../problem.js';
import type { Row } from '../table.js';
import type { IdpField, RecordKind } from './export-scheme.js';
import type { JsonLexer } from './json-lexer.js';
import type { JsonRecordReader } from './json-record.js';

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
  /** Notes what is wrong with a field, or with the record. */
  refuse(field: IdpField | undefined, message: string): void;
}

export class CsvEntry implements Entry {
  readonly path: string;
  readonly file: string;
  row: Row | undefined;

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
    const at = this.columns.get(field);
    return at === undefined ? '' : (this.row?.text(at) ?? '');
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
    const at = this.#find(field);
    return at < 0 ? '' : this.reader.texts[at];
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
