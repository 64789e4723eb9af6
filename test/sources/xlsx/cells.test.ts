import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TextStream } from '../../../src/sources/csv/file-stream.js';
import { parseRecords } from '../../../src/sources/csv/scan.js';
import { openText, readyWorkbooks } from '../../../src/sources/input-files.js';
import { Problems } from '../../../src/sources/tables/problem.js';
import { temporaryFolders } from '../../support/machine.js';
import { runCli } from '../../support/run.js';
import { lettersOf, type SheetCell, type WorkbookStyle, type WrittenSheet, workbookOf, zipOf } from '../../support/workbook.js';

const folder = temporaryFolders()();
const file = join(folder, 'Report.xlsx');

async function open(bytes: Uint8Array, named = file): Promise<TextStream> {
  writeFileSync(file, bytes);
  await readyWorkbooks([named]);
  return openText(named);
}

function drain(stream: TextStream, room = 1 << 16): string {
  const parts: Buffer[] = [];
  for (;;) {
    const part = Buffer.alloc(room);
    const length = stream.fill(part, 0);
    if (length === 0) return Buffer.concat(parts).toString('utf8');
    parts.push(part.subarray(0, length));
  }
}

const textOf = async (bytes: Uint8Array, named?: string): Promise<string> => drain(await open(bytes, named));
const sheet = (rows: WrittenSheet['rows'], style?: WorkbookStyle, more: Partial<WrittenSheet> = {}): Buffer => workbookOf([{ rows, ...more }], style);
const xml = (text: string): SheetCell => ({ xml: text });

/** Reads one cell, and what is said against it. */
async function cell(content: SheetCell, style?: WorkbookStyle): Promise<string> {
  const stream = await open(sheet([['id'], [content, 'x']], style));
  const [, [text]] = parseRecords(drain(stream), '\t');
  const problems = new Problems();
  stream.sheet?.refuse({ file: 'F', columns: [0], headings: ['id'], after: 1, last: 2 }, problems);
  try {
    problems.refuse();
  } catch (error) {
    return (error as { details: string[] }).details.join('\n');
  }
  return text;
}

const XFS = (...formats: readonly (number | string)[]): string => {
  const codes = formats.flatMap((format, at) =>
    typeof format === 'string' ? [`<numFmt numFmtId="${200 + at}" formatCode="${format.replaceAll('"', '&quot;')}"/>`] : [],
  );
  const xfs = formats.map((format, at) => `<xf numFmtId="${typeof format === 'string' ? 200 + at : format}"/>`);
  return `<numFmts>${codes.join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>${xfs.join('')}</cellXfs>`;
};
const formatted = (value: string, format: number | string, workbook = ''): Promise<string> =>
  cell(xml(`<c@ s="1"><v>${value}</v></c>`), { styles: XFS(0, format), workbook });

describe('rows', () => {
  it('are lines with tabs, each on the line of its number', async () => {
    const rows = [['Title'], [], [undefined, 'b', 'c'], [undefined, undefined], ['a', 'line\nbreak', 'say "hi"', 'tab\there'], [], ['z']];
    expect(await textOf(sheet(rows))).toBe('Title\n\n\tb\tc\n\na\t"line\nbreak"\t"say ""hi"""\t"tab\there"\n\nz\n');
  });

  it('at the end that are empty, or only formatted, are not there', async () => {
    expect(await textOf(sheet([['a'], [xml('<c@ s="3"/>')], ['']], {}))).toBe('a\n');
    expect(await textOf(sheet([]))).toBe('');
  });

  it('far below leave lines between', async () => {
    const text = await textOf(sheet([['a']], {}, { rows: [['a'], [xml('</row><row r="1048576"><c r="C1048576"><v>7</v></c>')]] }));
    expect(text).toBe(`a\n${'\n'.repeat(1048574)}\t\t7\n`);
  });

  it('are cut to what may have headings: later cells to the right are in no column', async () => {
    const rows: SheetCell[][] = Array.from({ length: 70 }, (_, at) => [at, 'x']);
    rows.push([70, 'x', xml('<c r="XFD71"><v>5</v></c>')]);
    expect((await textOf(sheet(rows))).split('\n')[70]).toBe('70\tx');
  });

  it.each<[string, WorkbookStyle]>([
    ['inline texts', { texts: 'inline' }],
    ['a prefix', { prefix: 'x' }],
    ['the strict namespace', { isStrict: true }],
    ['no places', { isWithoutPlaces: true }],
    ['stored parts', { isStored: true }],
  ])('with %s are the same', async (_, style) => {
    const rows = [
      ['id', 'name'],
      [undefined, '𝔘 é'],
      [12, true],
      ['  a ', 'b&<>\r\n_x0041_\u0007'],
    ];
    expect(await textOf(sheet(rows, style))).toBe(await textOf(sheet(rows)));
    expect(parseRecords(await textOf(sheet(rows, style)), '\t')).toEqual([
      ['id', 'name'],
      ['', '𝔘 é'],
      ['12', 'true'],
      ['  a ', 'b&<>\r\n_x0041_\u0007'],
    ]);
  });

  it('come out the same in pieces of any size, and have the digest of the file', async () => {
    const bytes = sheet(Array.from({ length: 300 }, (_, at) => [at, `user ${at}`, 'é']));
    const whole = await textOf(bytes);
    const stream = await open(bytes);
    expect(drain(stream, 7)).toBe(whole);
    expect(stream.finish().sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('in UTF-16 as well', async () => {
    const part =
      '<?xml version="1.0" encoding="UTF-16"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="str"><v>é</v></c></row></sheetData></worksheet>';
    expect(await textOf(sheet([], { parts: { 'xl/worksheets/sheet1.xml': Buffer.from(`\ufeff${part}`, 'utf16le') } }))).toBe('é\n');
  });
});

describe('a number', () => {
  it.each([
    ['1001', '1001'],
    ['1001.0', '1001'],
    ['1.001E3', '1001'],
    ['1.23456789012345E+14', '123456789012345'],
    ['-0', '0'],
    ['0.1', '0.1'],
    ['007', '7'],
    ['-12', '-12'],
    ['999999999999999', '999999999999999'],
  ])('%s is %s', async (written, read) => {
    expect(await cell(xml(`<c@><v>${written}</v></c>`))).toBe(read);
  });

  it.each(['1234567890123456', '1234567890123450', '1E15', '9007199254740993', '0.30000000000000004', '1E20', '1.2345678901234567E+25', 'Infinity', '12a'])(
    '%s is refused',
    async (written) => {
      expect(await cell(xml(`<c@><v>${written}</v></c>`))).toBe(
        `F, line 2, column 1 (id): the number ${written} has more than 15 digits, but a spreadsheet keeps only 15 of them, so the original value is lost. Export again with the column as text, or as CSV.`,
      );
    },
  );

  it.each([
    [9, '0.5', '0.5'],
    ['"$"#,##0.00', '1001', '1001'],
    ['[Red]0.00;-0.00', '1001', '1001'],
    ['[$kr-41D] #,##0', '1001', '1001'],
    ['00000', '42', '00042'],
    ['0', '42', '42'],
    ['0.0E+00', '42', '42'],
    ['General', '42', '42'],
    ['0 "days"', '42', '42'],
    [49, '42', '42'],
  ])('of the format %s is itself: %s', async (format, written, read) => {
    expect(await formatted(written, format)).toBe(read);
  });
});

describe('a date', () => {
  it.each<[number | string, string, string, string?]>([
    [14, '45000', '2023-03-15'],
    [22, '45000.5', '2023-03-15T12:00:00'],
    ['yyyy\\-mm\\-dd', '45000', '2023-03-15'],
    ['[h]:mm', '0.75', '18:00:00'],
    [14, '1', '1900-01-01'],
    [14, '59', '1900-02-28'],
    [14, '60', '1900-02-29'],
    [14, '61', '1900-03-01'],
    [14, '43538', '2023-03-15', '<workbookPr date1904="1"/>'],
    [14, '0', '1904-01-01', '<workbookPr date1904="true"/>'],
  ])('of the format %s, %s is %s, and refused in a column that is read', async (format, written, read, workbook) => {
    expect(await formatted(written, format, workbook)).toBe(
      `F, line 2, column 1 (id): the cell holds a date, ${read}, but no date belongs here: spreadsheets turn entries such as 1-2 into dates. Format the column as Text, enter the intended value, and save again.`,
    );
    expect(await textOf(sheet([[xml(`<c@ s="1"><v>${written}</v></c>`)]], { styles: XFS(0, format), ...(workbook === undefined ? {} : { workbook }) }))).toBe(
      `${read}\n`,
    );
  });

  it('is one by its type as well', async () => {
    expect(await cell(xml('<c@ t="d"><v>2023-03-15</v></c>'))).toContain('the cell holds a date, 2023-03-15');
  });
});

describe('a text', () => {
  it.each([
    ['<c@ t="s"><v></v></c>', ''],
    ['<c@ t="b"><v>1</v></c>', 'true'],
    ['<c@ t="b"><v>0</v></c>', 'false'],
    ['<c@ t="str"><f>A1&amp;"b"</f><v>idb</v></c>', 'idb'],
    ['<c@ t="str"><f>""</f><v></v></c>', ''],
    ['<c@><f>1+1</f><v>2</v></c>', '2'],
    ['<c@ t="inlineStr"><is><r><rPr><b/></rPr><t>An</t></r><r><t xml:space="preserve">a </t></r><rPh sb="0" eb="1"><t>no</t></rPh></is></c>', 'Ana '],
    ['<c@ t="inlineStr"><is><t>a_x000D_\n_x005F_x0041_</t></is></c>', 'a\r\n_x0041_'],
    ['<c@ t="inlineStr"><is><t><![CDATA[a<b]]>&#x1F600;</t></is></c>', 'a<b😀'],
  ])('%s is %j', async (written, read) => {
    expect(await cell(xml(written))).toBe(read);
  });

  it.each([
    ['<c@ t="e"><v>#N/A</v></c>', 'the cell holds the error #N/A instead of a value.'],
    ['<c@ t="e"><f>VLOOKUP(1,A:B,2)</f><v>#REF!</v></c>', 'the cell holds the error #REF!'],
    ['<c@><f>A1</f></c>', 'the cell is a formula whose result the file does not hold.'],
    ['<c@><f>A1</f><v/></c>', 'the cell is a formula whose result the file does not hold.'],
    [
      '<c@ t="inlineStr"><is><t> ana</t></is></c>',
      '" ana" begins or ends with white space, but the file does not say whether the white space belongs to the text',
    ],
    ['<c@ t="inlineStr"><is><t>_xD83D_</t></is></c>', 'contains half a character'],
  ])('%s is refused', async (written, said) => {
    expect(await cell(xml(written))).toContain(`F, line 2, column 1 (id): `);
    expect(await cell(xml(written))).toContain(said);
  });

  it('of a formula is refused if the workbook says that nothing was computed', async () => {
    expect(await cell(xml('<c@><f>1+1</f><v>0</v></c>'), { workbook: '<calcPr fullCalcOnLoad="1"/>' })).toContain('is a formula');
    expect(await cell(xml('<c@><v>0</v></c>'), { workbook: '<calcPr fullCalcOnLoad="1"/>' })).toBe('0');
  });

  it('that is wrong in a row of nothing else makes a row all the same', async () => {
    expect(await textOf(sheet([['id'], [xml('<c@><f>A1</f></c>')]]))).toBe('id\n=\n');
  });
});

describe('faults', () => {
  const said = async (bytes: Uint8Array, columns: readonly number[], after = 1, last = 99): Promise<readonly string[]> => {
    const stream = await open(bytes);
    drain(stream);
    const problems = new Problems();
    stream.sheet?.refuse({ file: 'F', columns, headings: ['id', 'name'], after, last }, problems);
    try {
      problems.refuse();
      return [];
    } catch (error) {
      return (error as { details: readonly string[] }).details;
    }
  };
  const error = xml('<c@ t="e"><v>#N/A</v></c>');

  it('count only in columns that are read, below the headings and above what is no data', async () => {
    const bytes = sheet([[error], ['id', 'name'], [1, error], [2, 'b'], [error]]);
    expect(await said(bytes, [0], 2, 4)).toEqual([]);
    expect(await said(bytes, [1], 2, 4)).toEqual([
      'F, line 3, column 2 (name): the cell holds the error #N/A instead of a value. Correct its formula, or enter the value itself.',
    ]);
    expect(await said(bytes, [0], 2, 5)).toHaveLength(1);
  });

  it('of one kind in one column are one problem with all its rows', async () => {
    const rows: SheetCell[][] = Array.from({ length: 2000 }, () => [error]);
    expect(await said(sheet([['id'], ...rows]), [0], 1, 3000)).toEqual([
      expect.stringMatching(/^F, line 2, column 1 \(id\): .* In 2,000 rows: line 2, line 3, line 4, line 5, line 6 and 1,995 more\.$/),
    ]);
  });

  it('are merged cells among the data, and not those of titles and footnotes', async () => {
    const merging = (ref: string): Partial<WrittenSheet> => ({ after: `<mergeCells count="1"><mergeCell ref="${ref}"/></mergeCells>` });
    const rows = [['Users'], ['id', 'name'], [1, 'a'], [2], ['*note']];
    expect(await said(sheet(rows, {}, merging('A1:B1')), [0, 1], 2, 4)).toEqual([]);
    expect(await said(sheet(rows, {}, merging('A5:B5')), [0, 1], 2, 4)).toEqual([]);
    expect(await said(sheet(rows, {}, merging('C3:C4')), [0, 1], 2, 4)).toEqual([]);
    expect(await said(sheet(rows, {}, merging('B3:B4')), [0, 1], 2, 4)).toEqual([
      'F, line 3, column 2 (name): the cells B3:B4 are merged, so only the first of them has a value. Unmerge them and fill in each cell.',
    ]);
  });
});

/** Texts of every kind that a writer or a reader may get wrong. */
const anyText = fc
  .array(
    fc.constantFrom(
      'a',
      'é',
      'e\u0301',
      '𝔘',
      ' ',
      '\t',
      '\n',
      '\r',
      '"',
      '&',
      '<',
      ']]>',
      '_x000D_',
      '_x',
      '\u0000',
      '\u001f',
      '\u200b',
      '\uffff',
      "'",
      ',',
      '=',
      '#',
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));
const anyCell = fc.oneof(anyText, fc.integer({ min: -1e14, max: 1e14 }), fc.boolean(), fc.constant(undefined));

it('whatever a sheet holds is read as it was written', async () => {
  const asText = (cell: SheetCell): string => (cell === undefined ? '' : String(cell));
  const withoutEnd = (cells: readonly string[]): string[] => cells.slice(0, cells.findLastIndex((each) => each !== '') + 1);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(anyCell, { maxLength: 5 }), { maxLength: 8 }),
      fc.constantFrom<WorkbookStyle>({}, { texts: 'inline' }, { prefix: 'q', isWithoutPlaces: true }),
      async (rows, style) => {
        const found = parseRecords(await textOf(sheet(rows, style)), '\t').map((cells) => withoutEnd(cells));
        const wanted = rows.map((cells) => withoutEnd(cells.map(asText)));
        expect(found).toEqual(wanted.slice(0, wanted.findLastIndex((cells) => cells.length > 0) + 1));
      },
    ),
    { numRuns: 300 },
  );
});

it('letters of columns are as spreadsheets write them', () => {
  expect([0, 25, 26, 701, 702, 16383].map(lettersOf)).toEqual(['A', 'Z', 'AA', 'ZZ', 'AAA', 'XFD']);
});

const newFolder = temporaryFolders();
const HEADINGS = ['id', 'userName', 'email', 'active'];
const ROWS: readonly (readonly SheetCell[])[] = [HEADINGS, [1, 'ana@dome.example', 'ana@dome.example', true], [2, 'bo@dome.example', 'bo@dome.example', false]];
const NEEDS = [
  '--auth-mode',
  'saml',
  '--skip-rule',
  'inactive-basic-member',
  '--skip-rule',
  'unknown-member',
  '--skip-rule',
  'duplicate-group-name',
  '--skip-rule',
  'unknown-sync-group',
];

const book = (style: WorkbookStyle = {}, more: Partial<WrittenSheet> = {}): Buffer => workbookOf([{ rows: ROWS, ...more }], style);

async function refused(bytes: Uint8Array, named = 'Report.xlsx'): Promise<string> {
  const { code, stdout, stderr } = await runCli(['check', '--users', named, ...NEEDS], {
    cwd: newFolder({ 'Report.xlsx': bytes, 'plain.csv': `${HEADINGS.join(',')}\n` }),
  });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).not.toMatch(/^\s+at /m);
  return stderr;
}

const part = (name: string, content: string | undefined): WorkbookStyle => ({ parts: { [name]: content } });
const SHEET = 'xl/worksheets/sheet1.xml';
const STRINGS = 'xl/sharedStrings.xml';
const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const rowsOf = (content: string): WorkbookStyle => part(SHEET, `<worksheet ${MAIN}><sheetData>${content}</sheetData></worksheet>`);
const OLE = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

it('the workbook itself is read', async () => {
  const { code, stderr } = await runCli(['check', '--users', 'Report.xlsx', ...NEEDS], { cwd: newFolder({ 'Report.xlsx': book() }) });
  expect([code, stderr]).toEqual([0, expect.stringContaining('Ready')]);
});

describe('what is no workbook that is read', () => {
  it.each<[string, Uint8Array, string | RegExp]>([
    [
      'a workbook with a password',
      Buffer.concat([Buffer.from(OLE), Buffer.alloc(2000), Buffer.from('EncryptedPackage', 'utf16le'), Buffer.alloc(2000)]),
      'Report.xlsx is a workbook that is protected by a password',
    ],
    [
      'a workbook of the old kind',
      Buffer.concat([Buffer.from(OLE), Buffer.alloc(2000)]),
      'Report.xlsx, line 1: this is an Excel workbook of the old kind (.xls), which is not supported; in Excel: Save As, "Excel Workbook (.xlsx)"',
    ],
    [
      'a binary workbook',
      zipOf({
        '[Content_Types].xml': '<Types/>',
        '_rels/.rels': '<Relationships><Relationship Id="a" Type="x/officeDocument" Target="xl/workbook.bin"/></Relationships>',
        'xl/workbook.bin': 'x',
      }),
      'Report.xlsx is a binary workbook (.xlsb), which is not supported.',
    ],
    [
      'an OpenDocument',
      zipOf({ mimetype: 'application/vnd.oasis.opendocument.spreadsheet', 'content.xml': '<x/>' }),
      'Report.xlsx is an OpenDocument file (such as .ods), which is not supported.',
    ],
    [
      'a text document',
      zipOf({
        '[Content_Types].xml': '<Types/>',
        '_rels/.rels': '<Relationships><Relationship Id="a" Type="x/officeDocument" Target="word/document.xml"/></Relationships>',
        'word/document.xml': '<w/>',
      }),
      'Report.xlsx is an Office document, but not an Excel workbook.',
    ],
    ['an archive of CSV files', zipOf({ 'users.csv': 'id' }), 'Report.xlsx is a ZIP archive, but not an Excel workbook (.xlsx).\nWhat to do'],
  ])('%s', async (_, bytes, said) => {
    const stderr = await refused(bytes);
    if (typeof said === 'string' && said.endsWith('What to do')) expect(stderr).toContain('Unpack it and give the files that it contains.');
    expect(stderr).toContain(typeof said === 'string' ? said.split('\n')[0] : '');
  });
});

describe('a broken archive', () => {
  const whole = book();
  const at = (text: string): number => whole.indexOf(text);

  it.each<[string, Uint8Array, RegExp]>([
    ['cut off', whole.subarray(0, whole.length - 30), /its end is missing/],
    [
      'with bytes changed',
      Buffer.concat([whole.subarray(0, at(SHEET) + 60), Buffer.from('XXXX'), whole.subarray(at(SHEET) + 64)]),
      /is not a valid workbook: its part xl\/worksheets\/sheet1\.xml (?:is damaged|cannot be read)/,
    ],
    ['with a part of another size', zipOf({ '_rels/.rels': '<Relationships/>' }, false, { size: 5 }), /its part _rels\/\.rels is damaged/],
    ['with a part twice', zipOf({ 'a/b.xml': '<a/>', 'A\\B.xml': '<a/>' }), /it has its part a\/b\.xml twice/],
    ['that is locked', zipOf({ '_rels/.rels': '<Relationships/>' }, false, { flags: 1 }), /protected by a password/],
    [
      'whose directory is elsewhere',
      Buffer.concat([whole.subarray(0, whole.length - 6), Buffer.from([0xff, 0xff, 0xff, 0x7f, 0, 0])]),
      /its directory is broken/,
    ],
    ['without its sheet', book(part(SHEET, undefined)), /it lacks its part xl\/worksheets\/sheet1\.xml/],
    ['without its texts', book(part(STRINGS, undefined)), /it lacks its part xl\/sharedStrings\.xml/],
    ['without its relations', book(part('xl/_rels/workbook.xml.rels', undefined)), /the sheet "Sheet1" has no part/],
    ['without the relations of all', book(part('_rels/.rels', undefined)), /it does not say which of its parts is the workbook/],
    ['without sheets', book(part('xl/workbook.xml', `<workbook ${MAIN}><sheets/></workbook>`)), /it has no worksheet/],
  ])('%s', async (_, bytes, said) => {
    expect(await refused(bytes)).toMatch(said);
  });
});

describe('a bomb', () => {
  it('that says it unpacks to a thousand times its bytes is not unpacked, nor one that unpacks to more than it says', async () => {
    const told = (size: number): Promise<string> => refused(book({ lie: { part: STRINGS, size } }));
    expect(await told(101 << 20)).toContain('Report.xlsx: xl/sharedStrings.xml has 1 MiB and unpacks to 101 MiB, which no export does, so it is refused.');
    expect(await told(2 ** 32 - 2)).toContain('unpacks to 4,096 MiB, but at most 1,024 MiB are supported.');
    expect(await told(100)).toContain('its part xl/sharedstrings.xml is damaged');
  });

  it('of entities', async () => {
    const dtd = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>';
    expect(await refused(book(part(STRINGS, `${dtd}<sst ${MAIN}><si><t>&b;</t></si></sst>`)))).toMatch(
      /cannot be read: it has a DOCTYPE, which no workbook has/,
    );
    expect(await refused(book(part(STRINGS, `<sst ${MAIN}><si><t>&b;</t></si></sst>`)))).toMatch(/it is not well-formed XML \(undefined entity/);
  });

  it('of one tag without an end, or of elements in one another', async () => {
    expect(await refused(book(rowsOf(`<row r="1"><c r="A1" t="str"><v>${'a '.repeat(5 << 20)}`)))).toMatch(/it has a tag or a text that does not end/);
    expect(await refused(book(part(STRINGS, `<sst ${MAIN}>${'<a>'.repeat(200)}`)))).toMatch(/nested too deep/);
  });

  it('of far cells', async () => {
    const headings = HEADINGS.map((heading) => `<c t="str"><v>${heading}</v></c>`).join('');
    const rows = Array.from({ length: 7000 }, (_, row) => `<row><c r="XFD${row + 2}"><v>1</v></c></row>`).join('');
    expect(await refused(book(rowsOf(`<row>${headings}<c r="XFD1"><v>1</v></c></row>${rows}`)))).toContain('Report.xlsx has more than 100 million cells');
  });
});

describe('XML of another kind', () => {
  it.each<[string, WorkbookStyle, RegExp]>([
    ['another root', part(SHEET, `<chart ${MAIN}/>`), /its root element is not a worksheet of SpreadsheetML/],
    ['another namespace', part(SHEET, '<worksheet xmlns="urn:x"/>'), /its root element is not a worksheet of SpreadsheetML/],
    ['no XML', part(SHEET, 'id,userName'), /not well-formed XML/],
    ['an end that is missing', part(SHEET, `<worksheet ${MAIN}><sheetData>`), /not well-formed XML/],
    [
      'another encoding',
      part(SHEET, `<?xml version="1.0" encoding="windows-1252"?><worksheet ${MAIN}/>`),
      /its encoding is windows-1252, which is not supported/,
    ],
    [
      'bytes that are none of it',
      { parts: { [SHEET]: Buffer.concat([Buffer.from(`<worksheet ${MAIN}>`), Buffer.from([0xff]), Buffer.from('</worksheet>')]) } },
      /it is not text in its encoding/,
    ],
    [
      'rows out of order',
      rowsOf('<row r="2"/><row r="1"/>'),
      /Report\.xlsx, line 2: the row that follows does not belong in a sheet, or is out of order \(1\)/,
    ],
    ['a row beyond the last', rowsOf('<row r="1048577"/>'), /out of order/],
    ['cells out of order', rowsOf('<row r="1"><c r="B1"/><c r="A1"/></row>'), /the cell that follows does not belong in this row, or is out of order \(A1\)/],
    ['a cell of another row', rowsOf('<row r="1"><c r="B2"/></row>'), /the cell that follows does not belong in this row/],
    ['a cell beyond the last', rowsOf('<row r="1"><c r="XFE1"/></row>'), /the cell that follows does not belong in this row/],
    [
      'a text that is not there',
      rowsOf('<row r="1"><c r="B1" t="s"><v>99</v></c></row>'),
      /Report\.xlsx, line 1, column 2: the text 99 of this cell is not in the workbook/,
    ],
    ['a kind of cell that is not known', rowsOf('<row r="1"><c r="B1" t="q"><v>99</v></c></row>'), /an unknown type \(q\)/],
    ['data twice', part(SHEET, `<worksheet ${MAIN}><sheetData/><sheetData/></worksheet>`), /has two sections of data/],
    ['nothing', rowsOf(''), /Report\.xlsx, line 1: the sheet is empty; name another one \(FILE#Sheet\), or export again\./],
  ])('%s', async (_, style, said) => {
    expect(await refused(book(style))).toMatch(said);
  });
});

describe('a sheet', () => {
  it('that is not there, or of a file that has none', async () => {
    expect(await refused(book({}, { name: 'Users' }), 'Report.xlsx#Groups')).toContain(
      'Report.xlsx has no sheet "Groups".\nWhat to do: Its sheets: "Users".'.split('\n')[0],
    );
    expect(await refused(book(), 'plain.csv#Users')).toContain('plain.csv is not an Excel workbook (.xlsx), so it has no sheet "Users".');
    expect(await refused(book(), 'none.xlsx#Users')).toContain('none.xlsx#Users: the file does not exist.');
  });

  it('that is the first one and hidden is not certain to be meant', async () => {
    const bytes = workbookOf([
      { rows: ROWS, name: 'Old', state: 'veryHidden' },
      { rows: ROWS, name: 'New' },
    ]);
    const stderr = await refused(bytes);
    expect(stderr).toContain('The first sheet of Report.xlsx, "Old", is hidden, so it is not clear which sheet to read.');
    expect(stderr).toContain(`Name the sheet: "Report.xlsx#New". Its sheets: "Old", "New".`);
  });

  it.each<[string, readonly (readonly SheetCell[])[], string, Partial<WrittenSheet>?]>([
    [
      'with an id that is a date by its type',
      [HEADINGS, [xml('<c@ t="d"><v>2023-02-01</v></c>'), 'a', 'a@b.example', true]],
      'Report.xlsx, line 2, column 1 (id): the cell holds a date, 2023-02-01',
    ],
    [
      'with lost digits',
      [HEADINGS, [1, 'a', 'a@b.example', true], [xml('<c@><v>1.23456789012345E+15</v></c>'), 'b', 'b@b.example', true]],
      'Report.xlsx, line 3, column 1 (id): the number 1.23456789012345E+15 has more than 15 digits',
    ],
    ['with a formula', [['Report'], HEADINGS, [1, 'a', xml('<c@><f>B2</f></c>'), true]], 'Report.xlsx, line 3, column 3 (email): the cell is a formula'],
    [
      'with merged emails',
      [...ROWS],
      'Report.xlsx, line 2, column 3 (email): the cells C2:C3 are merged',
      { after: '<mergeCells><mergeCell ref="C2:C3"/></mergeCells>' },
    ],
    [
      'with a footnote among the users',
      [HEADINGS, ['* a note'], [1, 'a', 'a@b.example', true]],
      'Report.xlsx, line 2, column 1 (id): this row looks like a footnote, but there are rows below it.',
    ],
    ['without headings', [[1, 'ana@dome.example', 'ana@dome.example', true]], 'Report.xlsx, line 1: the file has no headings'],
    ['with a row that lacks its end', [HEADINGS, [1, 'a']], 'Report.xlsx, line 2, column 4 (active)'],
  ])('%s', async (_, rows, said, more) => {
    expect(await refused(workbookOf([{ rows, ...more }]))).toContain(said);
  });
});
