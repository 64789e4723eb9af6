import { describe, expect, it } from 'vitest';
import { runCli } from '../../support/run.js';
import { temporaryFolders } from '../../support/temporary.js';
import { type SheetCell, type WorkbookStyle, type WrittenSheet, workbookOf, zipOf } from '../../support/workbook.js';

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
const xml = (text: string): SheetCell => ({ xml: text });

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
