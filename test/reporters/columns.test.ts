import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { charactersOf, cut, type Styled, tableLines, widthOf, wrap } from '../../src/reporters/columns.js';

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const words = fc
  .array(fc.constantFrom('a', 'b', ' ', 'é', 'e\u0301', '結', '🥐', '👩‍🚀', '\u200b', '…'), { maxLength: 1200 })
  .map((pieces) => pieces.join('').replace(/(.{100})/gsu, '$1ab'));

test('a long text is measured and cut as a short one', () => {
  fc.assert(
    fc.property(words, (text) => {
      expect(charactersOf(text)).toEqual([...segmenter.segment(text)].map(({ segment }) => segment));
      expect(widthOf(text)).toBe(stringWidth(text));
    }),
    { numRuns: 60 },
  );
});

test('a cell of 300,000 letters beyond ASCII is fitted to a terminal', () => {
  const text = `é${'a'.repeat(200_000)}${'結'.repeat(100_000)}`;
  expect(cut(text, 40)).toBe(`é${'a'.repeat(38)}…`);
  expect(wrap(text, 80, '').length).toBe(Math.ceil(200_001 / 80) + Math.floor(100_000 / 40));
});

test('a block keeps the whole of a cell that is longer than a line', () => {
  const styled = (text: string): Styled => ({ plain: text, paint: (width) => cut(text, width) });
  const address = `${'a'.repeat(40)}@observatory.example`;
  const lines = tableLines([styled('name'), styled('email')], [[styled(`${address} (same-email)`), styled(address)]], '  ', 40);
  expect(lines.map((line) => line.trim().replace(/^(?:name|email) +/, '')).join('')).toBe(`${address}(same-email)${address}`);
  expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(40);
  expect(tableLines([styled('name'), styled('email')], [[styled(address), styled('b'.repeat(1000))]], '  ', 40).join('')).toContain('b…');
});
