/** Tables as tools write them: each writer by itself, none by the code under test. */

import fc from 'fast-check';
import type { EscapeStyle, QuoteStyle } from '../../src/sources/csv/dialect.js';

export interface Writer {
  readonly name: string;
  readonly quote: QuoteStyle;
  readonly escape: EscapeStyle;
  readonly delimiters: readonly string[];
  /** Returns a cell, or undefined if the tool would write what cannot be read. */
  cell(text: string, delimiter: string): string | undefined;
}

const outfile = (text: string, specials: string): string =>
  [...text].map((char) => (char === '\0' ? '\\0' : specials.includes(char) ? `\\${char}` : char)).join('');

export const WRITERS: readonly Writer[] = [
  {
    name: 'quotes where they are needed',
    quote: 'double',
    escape: 'none',
    delimiters: [',', ';', '\t', '|'],
    cell: (text, delimiter) => (text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.split('"').join('""')}"` : text),
  },
  { name: 'quotes everywhere', quote: 'double', escape: 'none', delimiters: [',', ';', '\t', '|'], cell: (text) => `"${text.split('"').join('""')}"` },
  {
    name: 'mysql --batch',
    quote: 'none',
    escape: 'backslash',
    delimiters: ['\t'],
    cell: (text) => text.split('\\').join('\\\\').split('\t').join('\\t').split('\n').join('\\n').split('\0').join('\\0'),
  },
  {
    name: 'mysql --batch --raw, sqlcmd -W',
    quote: 'none',
    escape: 'none',
    delimiters: ['\t', ',', '|', ';'],
    cell: (text, delimiter) => (text.includes(delimiter) || text.includes('\n') ? undefined : text),
  },
  {
    name: 'INTO OUTFILE',
    quote: 'none',
    escape: 'backslash',
    delimiters: ['\t', ',', ';', '|'],
    cell: (text, delimiter) => outfile(text, `\\\n${delimiter}`),
  },
  {
    name: 'INTO OUTFILE … ENCLOSED BY',
    quote: 'double',
    escape: 'backslash',
    delimiters: ['\t', ',', ';', '|'],
    cell: (text) => `"${outfile(text, '\\"\n')}"`,
  },
];

const PIECES = ['a', 'n', 't', '0', 'N', 'b', 'é', '結', ' ', '\\', '\\', '"', '"', ',', ';', '\t', '|', '\n', '\0', "'", '-', '*', '('];

/** Texts of which each character means something to one of the dialects; none that is NULL in some export. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join(''))
  .filter((text) => text.trim() !== '' && text.trim() !== '\\N');

export interface WrittenTable {
  readonly writer: Writer;
  readonly delimiter: string;
  readonly lineEnd: string;
  /** Names, and what stands between id and name. */
  readonly rows: readonly { readonly note: string; readonly name: string }[];
}

export const writtenTables: fc.Arbitrary<WrittenTable> = fc
  .record({
    writer: fc.constantFrom(...WRITERS),
    at: fc.nat(3),
    lineEnd: fc.constantFrom('\n', '\r\n'),
    rows: fc.array(fc.record({ note: fc.oneof(fc.constant(''), hostileText), name: hostileText }), { minLength: 1, maxLength: 5 }),
  })
  .map(({ writer, at, ...rest }) => ({ writer, delimiter: writer.delimiters[at % writer.delimiters.length], ...rest }));

/** Returns the lines of a table of groups: headings first, and `id, note, name, scope`; undefined if the tool cannot write them. */
export function cellsOf({ writer, delimiter, rows }: WrittenTable): readonly (readonly string[])[] | undefined {
  const isQuoted = writer.cell('a', delimiter) !== 'a';
  const plain = (text: string): string => (isQuoted ? `"${text}"` : text);
  const written = rows.map(({ note, name }, at) => [plain(String(at + 1)), writer.cell(note, delimiter), writer.cell(name, delimiter), plain('org')]);
  const isWhole = (cells: readonly (string | undefined)[]): cells is string[] => cells.every((cell) => cell !== undefined);
  return written.every(isWhole) ? [['id', 'note', 'name', 'scope'].map(plain), ...written] : undefined;
}
