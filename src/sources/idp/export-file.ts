/** Reads one export from front to end: CSV, JSON or a workbook, recognized by its first characters; long because what is not one of these must be refused before a reader sees it. */

import { statSync } from 'node:fs';
import type { IdpInput, IdpProvider } from '../../model/idp.js';
import type { Note } from '../../model/note.js';
import { UserError } from '../../model/user-error.js';
import type { QuoteStyle } from '../csv/dialect.js';
import type { Encoding } from '../csv/encoding.js';
import { FileStream, type TextStream } from '../csv/file-stream.js';
import { notesAbove } from '../csv/no-table.js';
import { openRecords } from '../csv/table.js';
import { fileOf, holdsWorkbook, openText } from '../input-files.js';
import { JsonFault, JsonLexer } from '../json/json-lexer.js';
import { JsonRecordReader } from '../json/json-record.js';
import { foldHeading } from '../tables/headings.js';
import { type Problems, SourceRefused } from '../tables/problem.js';
import type { OnProgress } from '../tables/table.js';
import { CsvEntry, type Entry, type ExportFile, NoValue } from './entry.js';
import { fieldsOf, foldPath, type IdpField, JSON_FIELDS, type RecordKind, spellings, type TableRole } from './export-forms.js';
import { type NamedColumns, resolveExport } from './export-scheme.js';
import { JsonEntry } from './json-entry.js';
import { ENTRA_SIGNS, type ListWishes, otherProvider, type Pages, readPages, readRecords } from './json-list.js';

export interface ExportWishes extends ExportFile {
  readonly provider: IdpProvider;
  readonly role: TableRole;
  /** Columns that the user named. */
  readonly named: NamedColumns;
  /** Additional spellings of a missing value. */
  readonly nulls: readonly string[];
  readonly delimiter?: string;
  readonly quote?: QuoteStyle;
  readonly encoding?: Encoding;
  readonly onProgress?: OnProgress;
}

export interface ExportRead {
  readonly input: IdpInput;
  readonly isJson: boolean;
  /** Pages of Graph; 0 for other files. */
  readonly pages: Pages;
  /** Fields for which a CSV file has columns. */
  readonly columns: ReadonlyMap<string, number>;
  readonly notes: readonly Note[];
}

const NO_PAGES: Pages = { pages: 0, continued: 0 };
const NO_COLUMNS: ReadonlyMap<string, number> = new Map();

const LONGEST_BLANK = 1 << 20;

/** A file, or a pipe, whose first bytes can be inspected before it is read. */
class FrontedFile extends FileStream {
  #front: Buffer = Buffer.alloc(0);

  /** Returns the first character that is not white space; undefined if there is none. */
  firstCharacter(): string | undefined {
    for (;;) {
      const part = Buffer.allocUnsafe(1 << 12);
      const added = super.fill(part, 0);
      this.#front = Buffer.concat([this.#front, part.subarray(0, added)]);
      const [first] = this.#front.toString('latin1').trimStart();
      if (first !== undefined || added === 0) return first;
      if (this.#front.length > LONGEST_BLANK) throw new UserError(`${this.file} begins with a long stretch of white space.`, 'Export it again.');
    }
  }

  override fill(target: Buffer, offset: number): number {
    if (this.#front.length === 0) return super.fill(target, offset);
    const copied = this.#front.copy(target, offset);
    this.#front = this.#front.subarray(copied);
    return copied;
  }
}

/** JSON is always Unicode (RFC 8259); --encoding is for CSV files, which do not state their encoding. */
function reopenAsUnicode(opened: FrontedFile): FrontedFile {
  const { file } = opened;
  if (!statSync(file).isFile()) {
    throw new UserError(`${file} is JSON from a pipe, which cannot be read as windows-1252.`, 'Save it as a file, or omit --encoding.');
  }
  opened.close();
  const stream = new FrontedFile(file);
  stream.firstCharacter();
  return stream;
}

/**
 * Passes every record of a file to `visit`. Adds what cannot be read to `problems`; undefined if nothing could be
 * read. Throws a UserError for a file of some other format.
 */
export function readExport(wishes: ExportWishes, problems: Problems, visit: (entry: Entry) => void): ExportRead | undefined {
  let stream: TextStream = holdsWorkbook(wishes.file) ? openText(wishes.file) : new FrontedFile(wishes.file, wishes.encoding);
  try {
    if (!(stream instanceof FrontedFile)) return readCsv(wishes, stream, problems, visit);
    const first = stream.firstCharacter();
    if (first === undefined) throw new SourceRefused([{ file: wishes.file, line: 1, message: 'the file is empty; export again.' }], 1);
    const isJson = first === '{' || first === '[';
    if (!isJson) return readCsv(wishes, stream, problems, visit);
    const unicode = wishes.encoding === 'windows-1252' ? reopenAsUnicode(stream) : stream;
    stream = unicode;
    return readJson(wishes, unicode, problems, visit);
  } catch (error) {
    if (!(error instanceof SourceRefused)) throw error;
    for (const problem of error.found) problems.add(problem);
    return undefined;
  } finally {
    stream.close();
  }
}

function readCsv(wishes: ExportWishes, stream: TextStream, problems: Problems, visit: (entry: Entry) => void): ExportRead {
  const { path, file, provider, role, named, nulls, delimiter, quote, onProgress } = wishes;
  const { head, read } = openRecords(stream, {
    path,
    file,
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(quote === undefined ? {} : { quote }),
    // No provider writes MySQL's escapes, so --escape does not apply.
    escape: 'none',
    ...(onProgress === undefined ? {} : { onProgress }),
    resolve: (headings) => resolveExport(provider, role, headings, named.headings),
    isHeadingRow: ({ columns, problems: found }) => found.length === 0 || columns.size >= 2,
  });
  const { kind, columns } = resolveExport(provider, role, head.headings, named.headings);
  named.see(head.headings);
  for (const [field, heading] of named.headings) {
    const at = columns.get(field);
    if (at !== undefined && foldHeading(head.headings[at]) === foldHeading(heading)) named.find(field);
  }
  const noValue = new NoValue(nulls);
  const entry = new CsvEntry(wishes, kind, head.headings, columns, problems, noValue);
  const { sha256, rows, notes } = read((row) => {
    entry.row = row;
    visit(entry);
  }, problems);
  return {
    input: { path, file: fileOf(file), role, sha256, rows },
    isJson: false,
    pages: NO_PAGES,
    columns,
    notes: [...notesAbove(head, path), ...notes, ...noValue.notes(path)],
  };
}

/** Progress is reported whenever these bits of the record count are zero: every 16,384 records. */
const REPORT_MASK = 0x3fff;

function readJson(wishes: ExportWishes, stream: FileStream, problems: Problems, visit: (entry: Entry) => void): ExportRead | undefined {
  const { path, file, provider, role, named, onProgress } = wishes;
  const paths: string[] = [];
  const places = new Map<string, number>();
  /** Two fields may share one property: the subject may be the email. */
  const placeOf = (name: string): number => {
    const place = places.get(name) ?? paths.push(name) - 1;
    places.set(name, place);
    return place;
  };
  const fields = new Map<IdpField, readonly number[]>();
  for (const [field, names] of jsonFields(provider, named.headings)) fields.set(field, names.map(placeOf));
  /** Fields that the user named and that no record has had so far. */
  const unseen = new Set(named.headings.keys());
  const signs = provider === 'okta' ? ENTRA_SIGNS.map(placeOf) : [];
  const lexer = new JsonLexer(stream);
  const reader = new JsonRecordReader(lexer, paths);
  const entry = new JsonEntry(wishes, lexer, reader, fields, paths, problems, named.headings);
  let rows = 0;
  const take = (): void => {
    rows++;
    entry.begin();
    if ((rows & REPORT_MASK) === 0) onProgress?.({ path, bytes: stream.bytes, rows });
    if (!entry.has('login') && !entry.has('name') && !entry.has('subject') && signs.some((at) => reader.kinds[at] !== 'absent')) {
      throw new JsonFault(otherProvider('Entra', 'entra'), reader.line, lexer.columnAt(reader.offset));
    }
    for (const field of unseen) {
      if (!entry.has(field) || !isNamedPath(entry.nameOf(field), named.headings.get(field))) continue;
      named.find(field);
      unseen.delete(field);
    }
    if (!entry.hasRightTypes()) return;
    const kind = kindOf(wishes, entry);
    if (kind === undefined) return;
    entry.kind = kind;
    visit(entry);
  };
  try {
    const list: ListWishes = { visit: take, mayBeAlone: role !== 'idp-users' };
    const { isLines, ...pages } = provider === 'okta' ? readRecords(lexer, reader, list) : readPages(lexer, reader, list);
    onProgress?.({ path, bytes: stream.bytes, rows });
    const notes =
      isLines && rows > 1
        ? [
            `${path} holds records without an enclosing list, so the end of the file does not show whether it is complete; check that no record is missing at the end.`,
          ]
        : [];
    const sha256 = problems.total > 0 ? '' : stream.finish().sha256;
    return { input: { path, file, role, sha256, rows }, isJson: true, pages, columns: NO_COLUMNS, notes };
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    problems.add({ file, line: error.line, column: error.column, message: error.note });
    return undefined;
  }
}

/** Returns the properties of each field; a property that the user named replaces the default ones. */
function jsonFields(provider: IdpProvider, named: ReadonlyMap<IdpField, string>): Map<IdpField, readonly string[]> {
  const fields = new Map(fieldsOf(JSON_FIELDS[provider]));
  for (const [field, heading] of named) {
    const own = [...new Set([...spellings(heading.replaceAll('.', '/')), heading])];
    // In a list of users, `login` is Okta's username; in a list of assignments it is the application's.
    const further = field === 'subject' ? (fields.get(field) ?? []).filter((name) => !own.includes(name)) : [];
    fields.set(field, [...own, ...further]);
    if (field === 'blocked') fields.delete('enabled');
  }
  return fields;
}

const isNamedPath = (path: string, heading: string | undefined): boolean => heading !== undefined && foldPath(path) === foldPath(heading);

/** Returns the kind of a record in a list; adds a problem if it is not what the option says. */
function kindOf({ provider, role, named }: ExportWishes, entry: JsonEntry): RecordKind | undefined {
  if (role === 'idp-groups') {
    if (!entry.has('login') && entry.has('name')) return 'group';
    entry.refuse(
      undefined,
      `this record is not a group: it has ${entry.has('login') ? 'a login' : `no ${provider === 'okta' ? 'profile.name' : 'displayName'}`}. Give users with --idp-users.`,
      'no group',
    );
    return undefined;
  }
  if (role === 'idp-members') return 'member';
  if (role === 'idp-assignments') return entry.has('principal') ? 'assignment' : 'member';
  if (provider === 'okta' && !entry.has('login') && ((entry.has('subject') && !named.headings.has('subject')) || entry.has('scope'))) {
    return 'assignment';
  }
  if (entry.has('login')) return 'user';
  entry.refuse(
    undefined,
    provider === 'okta'
      ? 'this record is neither a user (profile.login) nor an assignment (credentials.userName, scope).'
      : 'this record has no userPrincipalName; request it from Graph with /users?$select=id,userPrincipalName,mail,givenName,surname,accountEnabled,userType.',
    'no user',
  );
  return undefined;
}
