import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { recordsOf } from '../../src/page/kept-answers.js';
import { csvText } from '../../src/reporters/csv-text.js';

const cell = fc.oneof(fc.string(), fc.constantFrom('', 'a', '"', ';', ',', '\n', '\r\n', 'a;b,c', '"a"'));

it('reads what is written for spreadsheets as csv-parse does', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
      fc.constantFrom('comma', 'semicolon'),
      (rows, name) => {
        const [head, ...others] = rows;
        const bytes = Buffer.concat(Array.from(csvText(head, others, name), (each) => Buffer.from(each)));
        const text = bytes.toString('utf8').slice(1);
        const delimiter = name === 'comma' ? ',' : ';';
        const records = recordsOf(text, delimiter);
        if (typeof records === 'string') throw new Error(records);
        expect(records.map(({ cells }) => cells)).toEqual(parse(text, { delimiter, relax_column_count: true }));
      },
    ),
    { numRuns: 300 },
  );
});

it.each([
  ['a,b\r\n1,2\r\n', [1, 2]],
  ['"a","b"\n"1\n2","3"\n\n"4","5"', [1, 2, 5]],
  ['a,\n,b\n', [1, 2]],
] as const)('tells on which line each record begins: %j', (text, lines) => {
  const records = recordsOf(text, ',');
  expect(typeof records === 'string' ? records : records.map(({ line }) => line)).toEqual(lines);
});

it.each(['"a,b\n', '"a"b,c\n'])('refuses what is no table for certain: %j', (text) => {
  expect(typeof recordsOf(text, ',')).toBe('string');
});
