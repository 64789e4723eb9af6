import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { guardCell, unguardCell } from '../../src/model/written-text.js';
import { csvText } from '../../src/reporters/plan-tables.js';
import { textOf } from '../support/pieces.js';

const cell = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom(...' \t\r\n",;=+-@\'＝＋－＠a1_(.é\u00a0\u0001\u007f') }),
  fc.constantFrom('', ' a', 'a ', 'a  b', '=1+1', "'=1", '-1', '+49 30', 'TRUE', '007', '(a)', 'a;b', 'a,b', 'a"b', '"', 'former-8@x.org'),
);

test('every cell is read back, by a reader that knows RFC 4180 only', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 5 }),
      fc.array(fc.array(cell, { minLength: 5, maxLength: 5 })),
      fc.constantFrom('comma', 'semicolon'),
      (width, cells, delimiter) => {
        const rows = cells.map((row) => row.slice(0, width));
        const headings = ['id', 'name', 'email', 'old username', 'new username'].slice(0, width);
        const read = parse(textOf(csvText(headings, rows, delimiter)), { record_delimiter: '\r\n', bom: true, delimiter: delimiter === 'comma' ? ',' : ';' });
        expect(read.map((row: string[]) => row.map(unguardCell))).toEqual([headings, ...rows]);
        expect(read.slice(1)).toEqual(rows.map((row) => row.map(guardCell)));
      },
    ),
  );
});

test('begins with a byte order mark, and every cell is in quotes', () => {
  const cells = ['a b', 'a,b', 'a"b', ' a', 'é', ''];
  const text = textOf(
    csvText(
      ['h'],
      cells.map((each) => [each]),
    ),
  );
  expect(text.split('\r\n')).toEqual(['\ufeff"h"', '"a b"', '"a,b"', '"a""b"', '" a"', '"é"', '""', '']);
});

test.each([
  ['=a', "'=a"],
  ["'=a", "''=a"],
  ["''-1", "'''-1"],
  ['＝a', "'＝a"],
  ['＠a', "'＠a"],
  ['\ta', "'\ta"],
  ['\na', "'\na"],
  ["'a", "'a"],
  ['a=', 'a='],
])('%j is written as %j, and read back', (cell, guarded) => {
  expect(guardCell(cell)).toBe(guarded);
  expect(unguardCell(guarded)).toBe(cell);
});
