import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prose, tableId, tableValue } from '../../src/reporters/markdown/text.js';

/** A row's cells as GitHub splits them, a backslash taking the next character out of the game, and as others do, who look only at the character before a bar. */
const strictCells = (row: string): string[] => [...row.matchAll(/\|((?:\\[\s\S]|[^|\\])*)(?=\|)/g)].map(([, cell]) => cell);
const laxCells = (row: string): string[] => row.split(/(?<!\\)\|/).slice(1, -1);

describe('a value in a table', () => {
  it.each(['a|b\\|c', '|', '\\|', '\\\\|', 'a\\', '`|`', '``\\|'])('%j is one cell', (value) => {
    const row = `| x | ${tableValue(value)} | y |`;
    expect(strictCells(row)).toHaveLength(3);
    expect(laxCells(row)).toHaveLength(3);
  });

  it('is one cell whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'\\|`ab \n') }), (value) => {
        const row = `| x | ${tableValue(value)} | y |`;
        expect(strictCells(row)).toHaveLength(3);
        expect(laxCells(row)).toHaveLength(3);
      }),
    );
  });
});

describe('what a service would make a link of', () => {
  const linked = [
    'GH-12',
    'gh-7',
    ':smile:',
    ':+1:',
    '#12',
    '!12',
    '@ana',
    'www.dome.example',
    'https://dome.example',
    'da39a3ee5e6b4b0d3255bfef95601890afd80709',
    'da39a3e',
  ];

  it.each(linked)('%s is code in a sentence', (word) => {
    expect(prose(`the group ${word} is here`)).toBe(`the group \`${word}\` is here`);
  });

  it('stays as it is where it is none', () => {
    expect(prose('the group QA-12 of 10:30 has 1234567 members')).toBe('the group QA-12 of 10:30 has 1234567 members');
  });

  it('is code as an id', () => {
    expect(tableId('GH-12')).toBe('`GH-12`');
    expect(tableId('1234567')).toBe('1234567');
  });
});
