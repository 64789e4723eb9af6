import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { integerOf } from '../../../src/collections/places.js';
import { TextBytes } from '../../../src/collections/text-bytes.js';
import { type Encoding, encodeText, findInvalidUtf8, Transcoder } from '../../../src/sources/csv/encoding.js';
import { FileStream } from '../../../src/sources/csv/file-stream.js';
import { RecordScanner, type ScanDialect, type ScanProblem } from '../../../src/sources/csv/scan.js';
import { temporaryFolders } from '../../support/machine.js';
import { type MadeTable, quoteSoup, tables } from '../../support/organizations.js';

const folder = temporaryFolders()();
const file = join(folder, 'table.csv');

/** Hands out at most so many bytes at a time, as a slow pipe does. */
class Trickle extends FileStream {
  constructor(
    path: string,
    readonly most: number,
  ) {
    super(path);
  }

  override fill(target: Buffer, offset: number): number {
    return super.fill(target.subarray(0, Math.min(target.length, offset + this.most)), offset);
  }
}

interface Scanned {
  readonly rows: readonly { readonly line: number; readonly cells: readonly string[] }[];
  readonly problems: readonly ScanProblem[];
  readonly blankLines: number;
}

function scan(text: string | Buffer, delimiter: string, open: (path: string) => FileStream = (path) => new FileStream(path)): Scanned {
  writeFileSync(file, text);
  const stream = open(file);
  try {
    const scanner = new RecordScanner(stream);
    const rows: { line: number; cells: string[] }[] = [];
    const problems: ScanProblem[] = [];
    scanner.scan(
      { delimiter, quote: 'double', escape: 'none' },
      {
        row: (row) => rows.push({ line: row.line, cells: Array.from({ length: row.width }, (_, at) => row.text(at)) }),
        problem: (problem) => problems.push(problem),
      },
    );
    return { rows, problems, blankLines: scanner.blankLines };
  } finally {
    stream.close();
  }
}

const readWhole = (text: string, delimiter: string): string[][] => parse(text, { delimiter, relax_column_count: true, record_delimiter: ['\r\n', '\n'] });

/** Returns what csv-parse reads of the whole text, with the lines that the text was made with. */
function expectedOf({ text, delimiter, records }: MadeTable): Scanned['rows'] {
  const read = readWhole(text, delimiter);
  if (read.length !== records.length) throw new Error('the table was made with other records than csv-parse reads');
  return read.flatMap((cells, at) => (records[at].isBlank ? [] : [{ line: records[at].line, cells }]));
}

const blanks = ({ records }: MadeTable): number => records.filter(({ isBlank }) => isBlank).length;

describe('RecordScanner', () => {
  it('reads what csv-parse reads, over dialects, with the lines', () => {
    fc.assert(
      fc.property(tables, (table) => {
        expect(scan(table.text, table.delimiter)).toEqual({ rows: expectedOf(table), problems: [], blankLines: blanks(table) });
      }),
      { numRuns: 1500 },
    );
  });

  it('tells of a cell without its text what the text tells', () => {
    const ids = fc.array(
      fc.array(fc.constantFrom('7', '07', '17', '"17"', '"0"', '""', '"7""7"', '', '-1', '999999999999999', '1000000000000000', 'é'), {
        minLength: 1,
        maxLength: 4,
      }),
    );
    const texts = fc.oneof(
      tables,
      ids.map((rows) => ({ text: rows.map((cells) => cells.join(',')).join('\n'), delimiter: ',' })),
    );
    fc.assert(
      fc.property(texts, ({ text, delimiter }) => {
        const textByCode = new Map<number, string>();
        writeFileSync(file, text);
        const stream = new FileStream(file);
        new RecordScanner(stream).scan(
          { delimiter, quote: 'double', escape: 'none' },
          {
            row(row) {
              const cells = Array.from({ length: row.width }, (_, at) => row.text(at));
              const bytes = new TextBytes();
              for (const [column, cell] of cells.entries()) {
                expect(row.integer(column)).toBe(integerOf(cell));
                for (const [at, other] of cells.entries()) expect(row.isSame(column, at)).toBe(cell === other);
                row.addTo(bytes, column);
                const code = row.code(column);
                if (code >= 0) expect(textByCode.get(code) ?? cell).toBe(cell);
                if (code >= 0) textByCode.set(code, cell);
              }
              expect(Buffer.from(bytes.take()).toString()).toBe(cells.join(''));
              expect(row.isEmpty()).toBe(cells.join('') === '');
              expect(row.hasBackslash()).toBe(cells.join('').includes('\\'));
              const front = row.front();
              expect(front < 0 ? '' : front > 0x7f ? 'beyond ASCII' : String.fromCharCode(front)).toBe(
                cells[0] === '' ? '' : cells[0] > '\u007f' ? 'beyond ASCII' : cells[0][0],
              );
            },
            problem: (problem) => expect.fail(problem.kind),
          },
        );
        stream.close();
      }),
      { numRuns: 500 },
    );
  });

  it('offers exactly the rows of two ids, and reads the others as before', () => {
    const cell = fc.constantFrom(
      '7',
      '40',
      '"7"',
      '"40"',
      '0',
      '07',
      '"0',
      '7"',
      '""',
      '',
      'x',
      '-1',
      '4.0',
      ' 7',
      '"7""',
      '999999999999999',
      '1000000000000000',
      '\\',
    );
    const row = fc.oneof(
      { weight: 4, arbitrary: fc.tuple(fc.constantFrom('7', '40', '"7"', '12'), fc.constantFrom('9', '"80"', '3')).map((cells) => cells.join(',')) },
      { weight: 1, arbitrary: fc.array(cell, { maxLength: 3 }).map((cells) => cells.join(',')) },
    );
    const text = fc
      .array(fc.tuple(row, fc.constantFrom('\n', '\n', '\r\n', '\r')))
      .chain((rows) => fc.constantFrom(rows.flat().join(''), rows.flat().slice(0, -1).join('')));
    const dialects = fc.constantFrom<ScanDialect>(
      { delimiter: ',', quote: 'double', escape: 'none' },
      { delimiter: ',', quote: 'none', escape: 'none' },
      { delimiter: ',', quote: 'double', escape: 'backslash' },
      { delimiter: ',' },
    );
    fc.assert(
      fc.property(text, dialects, fc.boolean(), fc.integer({ min: 1, max: 9 }), (made, dialect, areAllTaken, most) => {
        const isTaken = ([first, second, ...more]: readonly string[]): boolean =>
          more.length === 0 && integerOf(first) >= 0 && integerOf(second ?? '') >= 0 && (areAllTaken || first !== '7');
        const readWith = (areOffered: boolean): unknown => {
          writeFileSync(file, made);
          const stream = new Trickle(file, most);
          const scanner = new RecordScanner(stream);
          const read: unknown[] = [];
          const ids = (...pair: readonly number[]): boolean => isTaken(pair.map(String)) && read.push(pair.map(String)) > 0;
          scanner.scan(dialect, {
            row(found) {
              const cells = Array.from({ length: found.width }, (_, at) => found.text(at));
              read.push(isTaken(cells) ? cells : [found.line, ...cells]);
            },
            problem: (problem) => read.push(problem),
            ...(areOffered ? { ids } : {}),
          });
          stream.close();
          return { read, blankLines: scanner.blankLines };
        };
        expect(readWith(true)).toEqual(readWith(false));
      }),
      { numRuns: 1500 },
    );
  });

  it('makes no row of two ids, in quotes or not', () => {
    writeFileSync(file, '7,40\n"7","41"\r\n"8",42\n07,43\n9,44\n9,x\n10,45');
    const stream = new FileStream(file);
    const ids: number[][] = [];
    const rows: string[][] = [];
    new RecordScanner(stream).scan(
      { delimiter: ',', quote: 'double' },
      {
        ids: (...pair) => ids.push(pair) > 0,
        row: (row) => rows.push([row.text(0), row.text(1)]),
        problem: (problem) => expect.fail(problem.kind),
      },
    );
    stream.close();
    expect(ids).toEqual([
      [7, 40],
      [7, 41],
      [8, 42],
      [9, 44],
    ]);
    // A row without a line end may go on.
    expect(rows).toEqual([
      ['07', '43'],
      ['9', 'x'],
      ['10', '45'],
    ]);
  });

  it('reads the same when the stream hands out a few bytes at a time', () => {
    fc.assert(
      fc.property(tables, fc.integer({ min: 1, max: 7 }), (table, most) => {
        expect(scan(table.text, table.delimiter, (path) => new Trickle(path, most)).rows).toEqual(expectedOf(table));
      }),
      { numRuns: 300 },
    );
  });

  it('reads the same across the end of a stretch, wherever it cuts', () => {
    const stretch = 1 << 20;
    fc.assert(
      fc.property(tables, fc.nat(), fc.boolean(), (table, where, isQuoted) => {
        const length = Buffer.byteLength(table.text);
        const filler = 'x'.repeat(stretch - 4 - (length === 0 ? 0 : where % length));
        const first = isQuoted ? `"${filler.slice(2)}"` : filler;
        const text = `${first}\n${table.text}`;
        const { rows } = scan(text, table.delimiter);
        expect(rows[0].cells.length).toBe(1);
        expect(rows[0].cells[0].length).toBe(isQuoted ? filler.length - 2 : filler.length);
        expect(rows.slice(1)).toEqual(expectedOf(table).map(({ line, cells }) => ({ line: line + 1, cells })));
      }),
      { numRuns: 120 },
    );
  });

  it('reads records that are longer than a stretch', () => {
    const long = 'é'.repeat(900_000);
    const text = `a,b\n1,"${long}\n${long}"\n${long},2\n3,4\n`;
    const { rows, problems } = scan(text, ',');
    expect(problems).toEqual([]);
    expect(rows.map(({ line, cells }) => [line, ...cells.map((cell) => cell.length)])).toEqual([
      [1, 1, 1],
      [2, 1, 1_800_001],
      [4, 900_000, 1],
      [5, 1, 1],
    ]);
  });

  it('reads a long table of all dialects at once as csv-parse does', () => {
    const lines = Array.from({ length: 60_000 }, (_, at) => (at % 7 === 0 ? `"${at}\n""é""",${at}` : at % 11 === 0 ? '' : `${at},🥐${at}`));
    const text = lines.join('\r\n');
    const { rows, problems } = scan(text, ',');
    expect(problems).toEqual([]);
    expect(rows.map(({ cells }) => cells)).toEqual(readWhole(text, ',').filter((cells) => cells.length > 1));
    expect(rows.at(-1)?.line).toBe(text.split('\n').length);
  });

  it('refuses quotes exactly where csv-parse refuses the file', () => {
    fc.assert(
      fc.property(quoteSoup, (text) => {
        let whole: string[][] | undefined;
        try {
          whole = readWhole(text, ',');
        } catch {
          whole = undefined;
        }
        const { rows, problems } = scan(text, ',');
        expect(problems.length === 0).toBe(whole !== undefined);
        for (const problem of problems) expect(problem.kind).toBe('quote');
        if (whole !== undefined) {
          const hasContent = ({ length, 0: first }: string[]): boolean => length > 1 || first !== '';
          // A blank line is no record; a record of one empty quoted cell is one.
          expect(rows.map(({ cells }) => [...cells]).filter(hasContent)).toEqual(whole.filter(hasContent));
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('tells every record with a wrong quote, and reads the others', () => {
    const { rows, problems } = scan('a,b\n1,x"y\n"2"z,3\n4,5\n6,"7', ',');
    expect(rows.map(({ line, cells }) => [line, ...cells])).toEqual([
      [1, 'a', 'b'],
      [4, '4', '5'],
    ]);
    expect(problems.map(({ line, column, kind }) => [line, column, kind])).toEqual([
      [2, 2, 'quote'],
      [3, 1, 'quote'],
      [5, 2, 'quote'],
    ]);
  });

  it.each([
    ['no bytes', ''],
    ['one cell', 'a'],
    ['a delimiter alone', ','],
    ['an empty quoted cell', '""'],
    ['an empty quoted cell at the end', 'a\n""'],
    ['line ends alone', '\n\r\n\n'],
    ['a carriage return within a cell', 'a\rb,c\n'],
    ['two carriage returns before the line feed', 'a\r\r\nb'],
    ['a lone carriage return at the end of the file', 'a,b\r'],
    ['a delimiter at the end of the file', 'a,b\nc,'],
    ['quotes around a carriage return', '"\r"\n"\r\n"\r\nx'],
    ['a space before a quote', 'a, "b"\n'],
    ['a NUL', 'a\u0000b,c\n'],
  ])('agrees with csv-parse on %s', (_, text) => {
    let whole: string[][] | 'refused';
    try {
      whole = readWhole(text, ',');
    } catch {
      whole = 'refused';
    }
    const { rows, problems } = scan(text, ',');
    if (whole === 'refused') expect(problems).toHaveLength(1);
    else {
      const isBlank = (cells: readonly string[]): boolean => cells.length === 1 && cells[0] === '';
      expect(problems).toEqual([]);
      expect(rows.map(({ cells }) => cells).filter((cells) => !isBlank(cells))).toEqual(whole.filter((cells) => !isBlank(cells)));
    }
  });

  it('finds bytes that are no UTF-8, with line and column, and reads the other records', () => {
    const text = Buffer.concat([
      Buffer.from('a,b\n"1\n",x\n2,'),
      Buffer.from([0xe9]),
      Buffer.from('t\n3,ok\n"4,\n",'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('\n'),
    ]);
    const { rows, problems } = scan(text, ',');
    expect(rows.map(({ line }) => line)).toEqual([1, 2, 5]);
    expect(problems.map(({ line, column, kind }) => [line, column, kind])).toEqual([
      [4, 2, 'encoding'],
      [7, 2, 'encoding'],
    ]);
    expect(problems[0].message).toContain('0xE9');
    expect(problems[1].message).toContain('0xC3');
  });
});

describe('encodings', () => {
  const file = join(temporaryFolders()(), 'text.csv');

  const MARKS: Readonly<Partial<Record<Encoding, readonly number[]>>> = { 'utf-8': [0xef, 0xbb, 0xbf], 'utf-16le': [0xff, 0xfe], 'utf-16be': [0xfe, 0xff] };

  /** Returns what a file of these bytes is read as. */
  function read(bytes: Uint8Array, said?: Encoding): Buffer {
    writeFileSync(file, bytes);
    const stream = new FileStream(file, said);
    try {
      const parts: Buffer[] = [];
      for (;;) {
        const part = Buffer.alloc(1 << 16);
        const length = stream.fill(part, 0);
        if (length === 0) break;
        parts.push(part.subarray(0, length));
      }
      stream.finish();
      return Buffer.concat(parts);
    } finally {
      stream.close();
    }
  }

  /** Returns what a text in an encoding becomes when it arrives in pieces of these sizes. */
  function transcodeInPieces(bytes: Buffer, encoding: Encoding, sizes: readonly number[]): Buffer {
    const transcoder = new Transcoder(encoding);
    const parts: Buffer[] = [];
    let at = 0;
    for (const size of sizes) {
      parts.push(Buffer.from(transcoder.push(bytes.subarray(at, at + size), false)));
      at = Math.min(bytes.length, at + size);
    }
    parts.push(Buffer.from(transcoder.push(bytes.subarray(at), false)), Buffer.from(transcoder.push(Buffer.alloc(0), true)));
    return Buffer.concat(parts);
  }

  const wellFormed = fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => text.isWellFormed() && !text.startsWith('\ufeff'));
  const sizes = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 30 });
  const HIGH_1252 = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ';
  const text1252 = fc.string({
    unit: fc.oneof(fc.integer({ min: 0xa0, max: 0xff }), fc.integer({ min: 0, max: 0x7f })).map((code) => String.fromCharCode(code)),
  });
  const textHigh = fc.string({ unit: fc.constantFrom(...HIGH_1252, 'a', 'é', ',') });

  it.each(['utf-8', 'utf-16le', 'utf-16be'] as const)('%s with its mark is found out and read as it was written', (encoding) => {
    fc.assert(
      fc.property(wellFormed, (text) => {
        const bytes = Buffer.concat([Buffer.from(MARKS[encoding] ?? []), encodeText(text, encoding) ?? Buffer.alloc(0)]);
        expect(read(bytes).toString('utf8')).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it.each(['utf-16le', 'utf-16be'] as const)('%s is read without a mark where it is said', (encoding) => {
    expect(read(encodeText('id,名前,🥐\n', encoding) ?? Buffer.alloc(0), encoding).toString('utf8')).toBe('id,名前,🥐\n');
  });

  it.each(['utf-16le', 'utf-16be'] as const)('%s may be cut anywhere, also within a pair', (encoding) => {
    fc.assert(
      fc.property(wellFormed, sizes, (text, pieces) => {
        expect(transcodeInPieces(encodeText(text, encoding) ?? Buffer.alloc(0), encoding, pieces).toString('utf8')).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('windows-1252 is read as it was written', () => {
    fc.assert(
      fc.property(fc.oneof(text1252, textHigh), sizes, (text, pieces) => {
        const bytes = encodeText(text, 'windows-1252');
        expect(bytes?.length).toBe(text.length);
        expect(transcodeInPieces(bytes ?? Buffer.alloc(0), 'windows-1252', pieces).toString('utf8')).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('windows-1252: every byte is its character, and back', () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, at) => at).filter((byte) => ![0x81, 0x8d, 0x8f, 0x90, 0x9d].includes(byte)));
    const text = read(bytes, 'windows-1252').toString('utf8');
    expect([...text].length).toBe(bytes.length);
    expect(text).toContain(HIGH_1252);
    expect(encodeText(text, 'windows-1252')).toEqual(bytes);
  });

  it.each(['🥐', 'ş', 'a\u0301', '\ufffd', '\u0081'])('windows-1252 has no %j: it is not written as something else', (text) => {
    expect(encodeText(text, 'windows-1252')).toBeUndefined();
  });

  it.each([
    ['windows-1252', [0x61, 0x81, 0x62]],
    ['utf-16le', [0x61, 0x00, 0x00, 0xd8, 0x62, 0x00]],
    ['utf-16be', [0x00, 0x61, 0xdc, 0x00, 0x00, 0x62]],
    ['utf-16le', [0x61, 0x00, 0x62]],
  ] as const)('a byte that is not of %s is found where it stood', (encoding, bytes) => {
    expect(findInvalidUtf8(read(Buffer.from(bytes), encoding))).toBe(1);
  });

  it.each(['utf-16le', 'utf-16be'] as const)('a sign of replacement in %s is a character: lost letters are a finding, not a broken file', (encoding) => {
    const bytes = encodeText('Pr\ufffdfer', encoding) ?? Buffer.alloc(0);
    expect(read(bytes, encoding).toString('utf8')).toBe('Pr\ufffdfer');
  });

  it('the first byte that is in no UTF-8 text is found', () => {
    fc.assert(
      fc.property(
        wellFormed,
        fc.constantFrom(
          [0xff],
          [0xc0, 0x80],
          [0xed, 0xa0, 0x80],
          [0xe9, 0x74],
          [0xf5, 0x80],
          [0x80],
          [0xf0, 0x9f, 0x41],
          [0xe2, 0x82, 0x20],
          [0xf4, 0x90, 0x80, 0x80],
        ),
        wellFormed,
        (before, wrong, after) => {
          const front = Buffer.from(before);
          expect(findInvalidUtf8(Buffer.concat([front, Buffer.from(wrong), Buffer.from(after)]))).toBe(front.length);
        },
      ),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(wellFormed, (text) => {
        expect(findInvalidUtf8(Buffer.from(text))).toBe(-1);
      }),
    );
  });

  it('a mark that contradicts --encoding is refused', () => {
    expect(() => read(Buffer.from([0xff, 0xfe, 0x61, 0x00]), 'windows-1252')).toThrow(/byte-order mark of utf-16le, but --encoding says windows-1252/);
  });
});
