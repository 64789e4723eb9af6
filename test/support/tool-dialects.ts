/** Tables as tools write them: each writer by itself, none by the code under test. */

import fc from 'fast-check';
import type { Role } from '../../src/model/directory.js';
import type { EscapeStyle, QuoteStyle } from '../../src/sources/csv/dialect.js';

interface Writer {
  readonly name: string;
  readonly quote: QuoteStyle;
  readonly escape: EscapeStyle;
  readonly delimiters: readonly string[];
  /** Returns a cell, or undefined if the tool would write what cannot be read. */
  cell(text: string, delimiter: string): string | undefined;
}

const outfile = (text: string, specials: string): string =>
  [...text].map((char) => (char === '\0' ? '\\0' : specials.includes(char) ? `\\${char}` : char)).join('');

const WRITERS: readonly Writer[] = [
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

// One organization as each tool writes it: long because each tool of docs/exports.md has its own way.

export interface WrittenUser {
  readonly id: string;
  readonly userName: string;
  readonly fullName: string | null;
  readonly email: string | null;
  readonly isActive: boolean;
  readonly isBasic: boolean;
}

export interface WrittenGroup {
  readonly id: string;
  readonly name: string;
  /** Null for a group of the organization. */
  readonly project: string | null;
}

export interface Organization {
  readonly users: readonly WrittenUser[];
  readonly groups: readonly WrittenGroup[];
  readonly memberships: readonly { readonly group: string; readonly user: string }[];
}

type Cell = string | null;

interface Table {
  readonly role: Role;
  readonly headings: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** How a tool writes: what it does to a file, and what a person has to say for it to be read. */
export interface Dialect {
  readonly title: string;
  /** Options that say how the files were written. */
  readonly flags: readonly string[];
  /** What the tool itself makes of the values before it writes them; nobody can get these back. */
  readonly lose?: (text: string) => string;
  /** The organization has a value that forges a row in this dialect, or that the tool cannot write at all. */
  readonly isImpossible?: (organization: Organization) => boolean;
  /** It encloses no cell, or not every cell with a quotation mark in it: a value such as `"Core"` looks like an enclosed one. */
  readonly hasBareQuotes?: true;
  /** Its word for NULL, if that is one only after `--null` has named it. */
  readonly nullWord?: string;
  /** Returns the bytes of one file. */
  readonly write: (table: Table) => Uint8Array;
  /** How it says who is inactive. */
  readonly status?: { readonly heading: 'active' | 'disabled'; readonly active: string; readonly inactive: string };
}

const DISABLED = { heading: 'disabled', active: 'F', inactive: 'T' } as const;

/** Returns the content of each file of an organization, by name. */
export function writeOrganization({ users, groups, memberships }: Organization, dialect: Dialect): Record<string, Uint8Array> {
  const { heading, active, inactive } = dialect.status ?? DISABLED;
  const tables: Table[] = [
    {
      role: 'users',
      headings: ['id', 'userName', 'fullName', 'email', heading, 'authenticationType'],
      rows: users.map((user) => [user.id, user.userName, user.fullName, user.email, user.isActive ? active : inactive, user.isBasic ? 'Basic' : 'IdP-login']),
    },
    { role: 'groups', headings: ['id', 'name', 'project'], rows: groups.map(({ id, name, project }) => [id, name, project]) },
    { role: 'memberships', headings: ['groupId', 'userId'], rows: memberships.map(({ group, user }) => [group, user]) },
  ];
  return Object.fromEntries(tables.map((table) => [`${table.role}.csv`, dialect.write(losing(table, dialect.lose))]));
}

function losing(table: Table, lose: Dialect['lose']): Table {
  if (lose === undefined) return table;
  return { ...table, rows: table.rows.map((cells) => cells.map((cell) => (cell === null ? null : lose(cell)))) };
}

/** Returns what is left of an organization once a tool has written it. */
export function whatIsLeft(organization: Organization, { lose = (text) => text }: Dialect): Organization {
  const leftOf = (cell: Cell): Cell => (cell === null ? null : lose(cell));
  return {
    users: organization.users.map((user) => ({ ...user, userName: lose(user.userName), fullName: leftOf(user.fullName), email: leftOf(user.email) })),
    groups: organization.groups.map((group) => ({ ...group, name: lose(group.name), project: leftOf(group.project) })),
    memberships: organization.memberships,
  };
}

const valuesOf = ({ users, groups }: Organization): string[] =>
  [...users.flatMap(({ userName, fullName, email }) => [userName, fullName, email]), ...groups.flatMap(({ name, project }) => [name, project])].filter(
    (value) => value !== null,
  );

/** Without quotation marks, a name that holds a delimiter and a line end can be a whole row: nobody can see that. */
const canForge =
  (delimiter: string) =>
  (organization: Organization): boolean =>
    valuesOf(organization).some((value) => value.includes('\n') && value.includes(delimiter));

/** Nobody can see that a value is not an enclosed cell, unless told that quotation marks are letters. */
const hasEnclosedValue = (organization: Organization): boolean => valuesOf(organization).some((value) => /^".*"$/s.test(value));

/** Returns whether what the dialect writes can only be misread, by anyone who reads it with these options. */
export const isUndecidable = (organization: Organization, dialect: Dialect, flags: readonly string[]): boolean =>
  dialect.isImpossible?.(organization) === true ||
  (dialect.hasBareQuotes === true && !flags.join(' ').includes('--quote none') && hasEnclosedValue(organization));

// Encodings

const utf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const utf8Bom = (text: string): Uint8Array => Buffer.from(`\ufeff${text}`, 'utf8');
const utf16 = (text: string): Uint8Array => Buffer.from(text, 'utf16le');
const utf16Bom = (text: string): Uint8Array => Buffer.from(`\ufeff${text}`, 'utf16le');
const utf16Big = (text: string): Uint8Array => Buffer.from(`\ufeff${text}`, 'utf16le').swap16();

/** The letters of the bytes from 80 to 9F, five of which have none; all others are those of Latin-1. */
const HIGH = '€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ';
const WINDOWS: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 256 }, (_, byte) => [byte >= 0x80 && byte <= 0x9f ? (HIGH[byte - 0x80] ?? '') : String.fromCharCode(byte), byte] as const).filter(
    ([letter, byte]) => letter !== '\0' || byte === 0,
  ),
);
const windows1252 = (text: string): Uint8Array => Uint8Array.from([...text].map((letter) => WINDOWS.get(letter) ?? 63));
const isBeyondWindows = (organization: Organization): boolean => valuesOf(organization).some((value) => [...value].some((letter) => !WINDOWS.has(letter)));

/** PowerShell 5 writes a `?` for each UTF-16 unit beyond ASCII. */
const toAscii = (text: string): string => text.replace(/[^\0-\u007f]/g, '?');

// Rows

type Quoting = 'minimal' | 'all' | 'text' | 'none';

interface Csv {
  readonly delimiter?: string;
  readonly quoting?: Quoting;
  readonly end?: '\n' | '\r\n';
  /** What stands for NULL; it is enclosed only where `nullIsQuoted`. */
  readonly nullWord?: string;
  readonly isNullQuoted?: boolean;
  readonly encode?: (text: string) => Uint8Array;
  readonly isHeadless?: boolean;
  readonly before?: string;
  /** Lines at the end. */
  readonly after?: (table: Table) => string;
  readonly betweenHeadings?: (table: Table) => string;
}

const enclosed = (text: string): string => `"${text.replaceAll('"', '""')}"`;

function csv({ delimiter = ',', quoting = 'minimal', end = '\n', nullWord = '', isNullQuoted = false, encode = utf8, ...rest }: Csv = {}): Dialect['write'] {
  const needs = (cell: string): boolean =>
    quoting === 'all' || (quoting === 'text' && !/^\d+$/.test(cell)) || (quoting === 'minimal' && (/["\r\n]/.test(cell) || cell.includes(delimiter)));
  const write = (cell: Cell): string => (cell === null ? (isNullQuoted ? enclosed(nullWord) : nullWord) : needs(cell) ? enclosed(cell) : cell);
  const line = (cells: readonly Cell[]): string => cells.map(write).join(delimiter) + end;
  return (table) =>
    encode(
      [
        rest.before ?? '',
        rest.isHeadless === true ? '' : line(table.headings),
        rest.betweenHeadings?.(table) ?? '',
        ...table.rows.map(line),
        rest.after?.(table) ?? '',
      ].join(''),
    );
}

/** Rows whose cells are written one by one. */
const rows =
  (delimiter: string, write: (cell: Cell) => string, writeHeading = write): Dialect['write'] =>
  ({ headings, rows: cells }) =>
    utf8([headings.map(writeHeading), ...cells.map((row) => row.map(write))].map((row) => `${row.join(delimiter)}\n`).join(''));

// MySQL and MariaDB

/** `mysql --batch` escapes tab, line feed, NUL and backslash. */
const batchCell = (cell: Cell): string => (cell ?? 'NULL').replace(/[\\\t\n\0]/g, (letter) => ({ '\t': '\\t', '\n': '\\n', '\0': '\\0' })[letter] ?? '\\\\');

/** `INTO OUTFILE` writes a backslash precedes the letter itself. */
const outfileCell = (cell: Cell): string => (cell === null ? '\\N' : cell.replace(/[\\\t\n]/g, (letter) => `\\${letter}`));

const outfileCommaCell = (cell: Cell): string => (cell === null ? '\\N' : cell.replace(/[\\,\n]/g, (letter) => `\\${letter}`));

const enclosedBackslash = (cell: Cell): string => (cell === null ? '\\N' : `"${cell.replace(/[\\"\n]/g, (letter) => `\\${letter}`)}"`);
/** The quotation mark escapes line ends as well. */
const enclosedQuote = (cell: Cell): string => (cell === null ? '"N' : enclosed(cell).replaceAll('\n', '"\n'));

const BATCH = ['--quote', 'none', '--escape', 'backslash'];
const LITERAL = ['--quote', 'none', '--escape', 'none'];
const QUOTED = ['--quote', 'double', '--escape', 'none'];

const width = (text: string): number => [...text].length;

function boxed({ headings, rows: cells }: Table): Uint8Array {
  const all = [[...headings], ...cells.map((row) => row.map((cell) => cell ?? 'NULL'))];
  const widths = headings.map((_, at) => Math.max(4, ...all.map((row) => width(row[at] ?? ''))));
  const rule = `+${widths.map((each) => '-'.repeat(each + 2)).join('+')}+\n`;
  const [head = '', ...body] = all.map((row) => `|${row.map((cell, at) => ` ${cell}${' '.repeat((widths[at] ?? 0) - width(cell))} `).join('|')}|\n`);
  return utf8(rule + head + rule + body.join('') + rule);
}

const markup = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const htmlRow = (cells: readonly string[], name: string): string => `<TR>${cells.map((cell) => `<${name}>${markup(cell)}</${name}>`).join('')}</TR>`;

function html({ headings, rows: cells }: Table): Uint8Array {
  return utf8(
    `<TABLE BORDER=1>${htmlRow(headings, 'TH')}${cells
      .map((row) =>
        htmlRow(
          row.map((cell) => cell ?? 'NULL'),
          'TD',
        ),
      )
      .join('')}</TABLE>`,
  );
}

function xml({ headings, rows: cells }: Table): Uint8Array {
  const field = (cell: Cell, at: number): string =>
    cell === null ? `\t<field name="${headings[at]}" xsi:nil="true" />\n` : `\t<field name="${headings[at]}">${markup(cell)}</field>\n`;
  const body = cells.map((row) => `  <row>\n${row.map(field).join('')}  </row>\n`).join('\n');
  return utf8(`<?xml version="1.0"?>\n\n<resultset statement="SELECT 1\n" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n${body}</resultset>\n`);
}

function dump({ role, rows: cells }: Table): Uint8Array {
  const literal = (cell: Cell): string => (cell === null ? 'NULL' : `'${cell.replace(/[\\']/g, (letter) => `\\${letter}`).replaceAll('\n', '\\n')}'`);
  const values = cells.map((row) => `(${row.map(literal).join(',')})`).join(',');
  return utf8(`-- MySQL dump 10.19  Distrib 10.3.39\n--\n-- Table structure for table \`${role}\`\n--\n\nINSERT INTO \`${role}\` VALUES ${values};\n`);
}

// SQL Server

const dashes = ({ headings }: Table): string => `${headings.map((heading) => '-'.repeat(heading.length)).join(',')}\r\n`;
const affected = ({ rows: cells }: Table): string => `\r\n(${cells.length} rows affected)\r\n`;
const trimEnd = (text: string): string => text.replace(/ +$/, '');

function padded({ headings, rows: cells }: Table): Uint8Array {
  const widths = headings.map((heading, at) => Math.max(heading.length, 12, ...cells.map((row) => (row[at] ?? 'NULL').length)));
  const line = (row: readonly string[]): string => `${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(',')}\r\n`;
  return utf8([line(headings), line(widths.map((each) => '-'.repeat(each))), ...cells.map((row) => line(row.map((cell) => cell ?? 'NULL')))].join(''));
}

/** SSMS encloses what holds a comma, and only that. */
const ssmsCell = (cell: Cell): string => (cell === null ? 'NULL' : cell.includes(',') ? enclosed(cell) : cell);

// SQLite's shell

const sqliteCell = (cell: Cell): string => (cell === null ? '' : /[^!#-&(-~]/.test(cell) || cell.includes(',') || cell === '' ? enclosed(cell) : cell);

// Files that are not CSV

const json = ({ headings, rows: cells }: Table): Uint8Array =>
  utf8(JSON.stringify(cells.map((row) => Object.fromEntries(row.map((cell, at) => [headings[at], cell])))));
const oldExcel = (): Uint8Array => Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ...new Uint8Array(504)]);

const GERMAN = { heading: 'active', active: 'WAHR', inactive: 'FALSCH' } as const;
const GERMAN_FLAGS = ['--active-map', 'WAHR=active', '--active-map', 'FALSCH=inactive'];
const TRUE_FALSE = { heading: 'active', active: 'True', inactive: 'False' } as const;

const trailing = ({ headings }: Table): string => `${','.repeat(headings.length - 1)}\r\n`.repeat(3);

/** The dialects of MySQL and MariaDB that a test compares with the real client and server. */
export const MYSQL = {
  batch: { title: '`mysql --batch`', flags: BATCH, hasBareQuotes: true, write: rows('\t', batchCell) },
  raw: { title: '`mysql --batch --raw`', flags: LITERAL, hasBareQuotes: true, isImpossible: canForge('\t'), write: rows('\t', (cell) => cell ?? 'NULL') },
  outfile: { title: '`INTO OUTFILE`', flags: BATCH, hasBareQuotes: true, write: rows('\t', outfileCell) },
  comma: { title: "`INTO OUTFILE … TERMINATED BY ','`", flags: BATCH, hasBareQuotes: true, write: rows(',', outfileCommaCell) },
  enclosed: {
    title: "`INTO OUTFILE … TERMINATED BY ',' ENCLOSED BY '\"'`",
    flags: ['--quote', 'double', '--escape', 'backslash'],
    write: rows(',', enclosedBackslash),
  },
  doubled: { title: "`INTO OUTFILE … TERMINATED BY ',' ENCLOSED BY '\"' ESCAPED BY '\"'`", flags: QUOTED, write: rows(',', enclosedQuote) },
  boxed: { title: '`mysql --table`', flags: [], write: boxed },
  html: { title: '`mysql --html`', flags: [], write: html },
  xml: { title: '`mysql --xml`', flags: [], write: xml },
} as const satisfies Record<string, Dialect>;

/** The dialects of SQLite's shell that a test compares with the real one. */
export const SQLITE = {
  csv: {
    title: '`sqlite3 -header -csv`',
    flags: QUOTED,
    write: ({ headings, rows: cells }) => utf8([headings, ...cells].map((row) => `${row.map(sqliteCell).join(',')}\n`).join('')),
  },
  list: {
    title: '`sqlite3 -header`',
    flags: ['--delimiter', 'pipe', ...LITERAL],
    hasBareQuotes: true,
    isImpossible: canForge('|'),
    write: rows('|', (cell) => cell ?? ''),
  },
} as const satisfies Record<string, Dialect>;

const NULL_WORDS: readonly (readonly [word: string, tools: string])[] = [
  ['', 'DBeaver, pandas, SQLite'],
  ['NULL', 'phpMyAdmin, DataGrip'],
  ['\\N', 'HeidiSQL'],
  ['[NULL]', 'DBeaver, copied'],
  ['(NULL)', 'HeidiSQL, copied'],
  ['(null)', 'Oracle SQL Developer'],
  ['<null>', 'DataGrip, copied'],
  ['None', 'Python'],
  ['nan', 'pandas'],
  ['#N/A', 'Google Sheets'],
  ['nil', 'Ruby'],
  ['undefined', 'JavaScript'],
  ['n/a', 'people'],
];

const needsFlag = (word: string): boolean => !['', 'NULL', '\\N'].includes(word);

const nullWordDialects: Dialect[] = NULL_WORDS.flatMap(([nullWord, tools]) => {
  const flags = needsFlag(nullWord) ? ['--null', nullWord] : [];
  const word = needsFlag(nullWord) ? { nullWord } : {};
  const named = nullWord === '' ? 'empty' : `\`${nullWord}\``;
  return [
    { title: `CSV, NULL is ${named} (${tools})`, flags: [...QUOTED, ...flags], ...word, write: csv({ nullWord }) },
    {
      title: `the same, every cell enclosed, NULL as well (${tools})`,
      flags: [...QUOTED, ...flags],
      ...word,
      write: csv({ nullWord, quoting: 'all', isNullQuoted: true }),
    },
  ];
});

/** Each tool, in the order of the page. */
export const DIALECTS: readonly Dialect[] = [
  { title: 'the queries of this page', flags: QUOTED, write: csv({ quoting: 'text' }) },
  MYSQL.batch,
  MYSQL.raw,
  {
    title: '`mysql --batch --skip-column-names`',
    flags: BATCH,
    hasBareQuotes: true,
    write: (table) => MYSQL.batch.write({ ...table, headings: table.rows[0]?.map((cell) => cell ?? 'NULL') ?? [], rows: table.rows.slice(1) }),
  },
  MYSQL.outfile,
  MYSQL.comma,
  MYSQL.enclosed,
  MYSQL.doubled,
  MYSQL.boxed,
  MYSQL.html,
  MYSQL.xml,
  { title: '`mysqldump`', flags: [], write: dump },
  {
    title: '`sqlcmd -s"," -W`',
    flags: LITERAL,
    hasBareQuotes: true,
    lose: trimEnd,
    isImpossible: canForge(','),
    write: csv({ quoting: 'none', end: '\r\n', nullWord: 'NULL', betweenHeadings: dashes, after: affected }),
  },
  {
    title: '`sqlcmd -s"," -W` with `SET NOCOUNT ON`',
    flags: LITERAL,
    hasBareQuotes: true,
    lose: trimEnd,
    isImpossible: canForge(','),
    write: csv({ quoting: 'none', end: '\r\n', nullWord: 'NULL', betweenHeadings: dashes }),
  },
  { title: '`sqlcmd -s","` without `-W`', flags: LITERAL, hasBareQuotes: true, isImpossible: canForge(','), write: padded },
  {
    title: 'SSMS, as installed',
    flags: LITERAL,
    hasBareQuotes: true,
    isImpossible: canForge(','),
    write: csv({ quoting: 'none', end: '\r\n', nullWord: 'NULL', encode: utf8Bom, isHeadless: true }),
  },
  {
    title: 'SSMS, with headings',
    flags: LITERAL,
    hasBareQuotes: true,
    isImpossible: canForge(','),
    write: csv({ quoting: 'none', end: '\r\n', nullWord: 'NULL', encode: utf8Bom }),
  },
  {
    title: 'SSMS, with headings and quotation marks',
    hasBareQuotes: true,
    flags: QUOTED,
    write: (table) => utf8Bom([table.headings, ...table.rows].map((row) => `${row.map(ssmsCell).join(',')}\r\n`).join('')),
  },
  {
    title: 'PowerShell 5 `Export-Csv`',
    flags: QUOTED,
    lose: toAscii,
    status: TRUE_FALSE,
    write: csv({ quoting: 'all', end: '\r\n', before: '#TYPE System.Data.DataRow\r\n' }),
  },
  { title: 'PowerShell 5 `Export-Csv -NoTypeInformation`', flags: QUOTED, lose: toAscii, status: TRUE_FALSE, write: csv({ quoting: 'all', end: '\r\n' }) },
  {
    title: 'PowerShell 5 `Export-Csv -Encoding UTF8`',
    flags: QUOTED,
    status: TRUE_FALSE,
    write: csv({ quoting: 'all', end: '\r\n', before: '#TYPE System.Data.DataRow\r\n', encode: utf8Bom }),
  },
  { title: 'PowerShell 7 `Export-Csv`', flags: QUOTED, status: TRUE_FALSE, write: csv({ quoting: 'all', end: '\r\n' }) },
  {
    title: 'PowerShell 5 `mysql … > file`',
    flags: BATCH,
    hasBareQuotes: true,
    write: (table) => utf16Bom(Buffer.from(MYSQL.batch.write(table)).toString('utf8').replaceAll('\n', '\r\n')),
  },
  ...nullWordDialects,
  { title: 'Excel, "CSV UTF-8"', flags: QUOTED, write: csv({ end: '\r\n', encode: utf8Bom }) },
  {
    title: 'Excel, "CSV", German',
    flags: [...QUOTED, '--encoding', 'windows-1252', ...GERMAN_FLAGS],
    isImpossible: isBeyondWindows,
    status: GERMAN,
    write: csv({ delimiter: ';', end: '\r\n', encode: windows1252 }),
  },
  { title: 'Excel, with `sep=;`', flags: QUOTED, write: csv({ delimiter: ';', end: '\r\n', before: 'sep=;\r\n', encode: utf8Bom }) },
  { title: 'Excel, with rows of commas at the end', flags: QUOTED, write: csv({ end: '\r\n', after: trailing }) },
  { title: 'Excel, "Unicode Text"', flags: QUOTED, write: csv({ delimiter: '\t', end: '\r\n', encode: utf16Bom }) },
  { title: 'Excel, `.xls`', flags: [], write: oldExcel },
  { title: 'UTF-16 without a byte order mark', flags: [...QUOTED, '--encoding', 'utf-16le'], write: csv({ encode: utf16 }) },
  SQLITE.csv,
  SQLITE.list,
  { title: 'JSON named `.csv`', flags: [], write: json },
];

const ENCODINGS = {
  'utf-8': utf8,
  'utf-8 with BOM': utf8Bom,
  'utf-16le with BOM': utf16Bom,
  'utf-16be with BOM': utf16Big,
  'windows-1252': windows1252,
} as const;
const DELIMITERS = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const;

/** Every way of a plain CSV: delimiter, encoding, quoting, line end. */
export const GRID: readonly Dialect[] = Object.entries(ENCODINGS).flatMap(([encoding, encode]) =>
  Object.entries(DELIMITERS).flatMap(([name, delimiter]) =>
    (['minimal', 'all', 'text', 'none'] as const).flatMap((quoting) =>
      (['\n', '\r\n'] as const).map((end) => ({
        title: `${encoding}, ${name}, quoting ${quoting}, ${end === '\n' ? 'LF' : 'CRLF'}`,
        ...(quoting === 'none' ? { hasBareQuotes: true as const } : {}),
        flags: ['--delimiter', name, ...(quoting === 'none' ? LITERAL : QUOTED), ...(encoding === 'windows-1252' ? ['--encoding', encoding] : [])],
        isImpossible: (organization: Organization) =>
          (encoding === 'windows-1252' && isBeyondWindows(organization)) || (quoting === 'none' && canForge(delimiter)(organization)),
        write: csv({ delimiter, quoting, end, encode }),
      })),
    ),
  ),
);
