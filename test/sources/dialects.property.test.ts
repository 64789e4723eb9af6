import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Dialect, readCell, writeCell } from '../../src/sources/csv/dialect.js';
import type { DialectWishes } from '../../src/sources/csv/head.js';
import { openCsv } from '../../src/sources/csv/table.js';
import { CellWords } from '../../src/sources/tables/cell-words.js';
import { Problems, SourceRefused } from '../../src/sources/tables/problem.js';
import { cellsOf, hostileText, type WrittenTable, writtenTables } from '../support/dialects.js';
import { temporaryFolders } from '../support/temporary.js';

const file = join(temporaryFolders()(), 'groups.csv');

/** Returns every row that is read, or what was said against it. */
function read(text: string, wishes: DialectWishes): string[][] | string {
  writeFileSync(file, text);
  const problems = new Problems();
  const rows: string[][] = [];
  try {
    const table = openCsv({ role: 'groups', path: 'groups.csv', file, words: new CellWords('groups', {}), ...wishes });
    try {
      table.read((row) => void rows.push(Array.from({ length: row.width }, (_, column) => row.text(column))), problems);
    } finally {
      table.close();
    }
    problems.refuse();
  } catch (error) {
    if (error instanceof SourceRefused) return error.details.join('\n');
    throw error;
  }
  return rows;
}

const expectedOf = ({ rows }: WrittenTable): string[][] => rows.map(({ note, name }, at) => [String(at + 1), note, name, 'org']);
const textOf = (cells: readonly (readonly string[])[], { delimiter, lineEnd }: WrittenTable): string =>
  cells.map((row) => row.join(delimiter) + lineEnd).join('');

test('with the dialect stated, every table reads as it was written', () => {
  fc.assert(
    fc.property(writtenTables, (table) => {
      const cells = cellsOf(table);
      if (cells === undefined) return;
      const { quote, escape: escapeStyle } = table.writer;
      expect(read(textOf(cells, table), { delimiter: table.delimiter, quote, escape: escapeStyle })).toEqual(expectedOf(table));
    }),
    { numRuns: 500 },
  );
});

test.each(['- -', '+--+', '---+---', '|--|', '-[ RECORD 1 ]'])('a cell of several lines may have one that looks like the frame of a table: %s', (line) => {
  expect(read(`id,note,name,scope\n1,,"\n${line}\n",org\n`, {})).toEqual([['1', '', `\n${line}\n`, 'org']]);
  expect(read(`id,note,name,scope\n1,,"Dome ""A""\n${line}\n",org\n`, {})).toEqual([['1', '', `Dome "A"\n${line}\n`, 'org']]);
});

test('without a word, a table reads as it was written, or is refused with what to say', () => {
  let accepted = 0;
  fc.assert(
    fc.property(writtenTables, (table) => {
      const cells = cellsOf(table);
      // A cell of letters that is enclosed by quotes is one of a dialect with quotes: nothing shows that it is not.
      const isEnclosed = ({ note, name }: WrittenTable['rows'][number]): boolean => [note, name].some((each) => /^".*"$/s.test(each));
      if (cells === undefined || (table.writer.quote === 'none' && table.rows.some(isEnclosed))) return;
      const found = read(textOf(cells, table), {});
      if (typeof found === 'string') expect(found).toMatch(/--(?:quote|escape)|cells, the headings have/);
      else {
        expect(found).toEqual(expectedOf(table));
        accepted++;
      }
    }),
    { numRuns: 1000 },
  );
  expect(accepted).toBeGreaterThan(80);
});

const dialects: fc.Arbitrary<Dialect> = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  quote: fc.constantFrom('double', 'none'),
  escape: fc.constantFrom('backslash', 'none'),
});

test('a cell that is written reads as it was meant, or is not written', () => {
  fc.assert(
    fc.property(fc.oneof(hostileText, fc.string(), fc.constantFrom('\\N', '', '\r', 'a\r')), dialects, fc.boolean(), (text, dialect, isQuoted) => {
      const raw = writeCell(text, dialect, isQuoted && dialect.quote === 'double');
      if (raw !== undefined) expect(readCell(raw, dialect)).toBe(text);
      else expect(dialect.quote === 'none' || text === '\\N').toBe(true);
    }),
    { numRuns: 3000 },
  );
});
