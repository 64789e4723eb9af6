import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { guardCell, unguardCell } from '../../src/model/formula.js';
import { csvText } from '../../src/reporters/plan-tables.js';
import { textOf } from '../support/pieces.js';

const cell = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom(...' \t\r\n",;=+-@\'a1_(.é\u00a0\u0001\u007f') }),
  fc.constantFrom('', ' a', 'a ', 'a  b', '=1+1', "'=1", '-1', '+49 30', 'TRUE', '007', '(a)', 'a;b', 'a,b', 'a"b', '"', 'former-8@x.org'),
);

test('every cell is read back, by a reader that knows RFC 4180 only', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 5 }), fc.array(fc.array(cell, { minLength: 5, maxLength: 5 })), (width, cells) => {
      const rows = cells.map((row) => row.slice(0, width));
      const headings = ['id', 'name', 'email', 'old username', 'new username'].slice(0, width);
      const read = parse(textOf(csvText(headings, rows)), { record_delimiter: '\r\n' });
      expect(read.map((row: string[]) => row.map(unguardCell))).toEqual([headings, ...rows]);
      expect(read.slice(1)).toEqual(rows.map((row) => row.map(guardCell)));
    }),
  );
});

test('what a reader could take for more than one cell, or trim, stands in quotation marks; nothing else does', () => {
  const cells = ['a b', 'a  b', 'a,b', 'a;b', 'a"b', ' a', 'a ', '\u00a0a', 'a\tb', 'a\nb', '=a', '-1', '(a)', 'é', '', '\u0001'];
  const [, ...lines] = textOf(
    csvText(
      ['h'],
      cells.map((each) => [each]),
    ),
  ).split('\r\n');
  expect(lines).toEqual([
    'a b',
    'a  b',
    '"a,b"',
    '"a;b"',
    '"a""b"',
    '" a"',
    '"a "',
    '"\u00a0a"',
    '"a\tb"',
    '"a\nb"',
    "'=a",
    "'-1",
    '(a)',
    'é',
    '',
    '\u0001',
    '',
  ]);
});
