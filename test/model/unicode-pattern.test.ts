import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BELOW_0250, unicodePattern } from '../../src/model/unicode-pattern.js';

const LATIN = Array.from({ length: 0x250 }, (_, code) => String.fromCodePoint(code));

it.each(Object.keys(BELOW_0250))('%s is listed as Unicode has it below U+0250', (property) => {
  const unicode = new RegExp(`\\p{${property}}`, 'u');
  const matched = unicodePattern(`[\\p{${property}}]`);
  expect(LATIN.filter((char) => matched(char).test(char))).toEqual(LATIN.filter((char) => unicode.test(char)));
});

describe('a pattern by the text', () => {
  const SOURCES = [
    String.raw`[\p{L}\p{N}\p{M}\p{Cf}]+|.`,
    String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Co}\ufffe\uffff\p{Zl}\p{Zp}]|(?! )[\p{Zs}]`,
    String.raw`^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$`,
    String.raw`[\p{White_Space}]+`,
  ];
  // Letters of each kind, and every sign that one of the patterns is about.
  const chars = fc.oneof(fc.constantFrom(...LATIN), fc.constantFrom(...' aZ9-\u00ad\u0301\u200b\u2028\u3000結🍞', '\ud83c', '\ue000'));

  it.each(SOURCES)('finds in %j what the pattern itself finds', (source) => {
    const pattern = unicodePattern(source, 'gs');
    const itself = new RegExp(source, 'gsu');
    fc.assert(
      fc.property(
        fc.array(chars).map((all) => all.join('')),
        (text) => {
          expect(text.match(pattern(text))).toEqual(text.match(itself));
        },
      ),
    );
  });

  it('is the pattern itself for a text with one other character', () => {
    const letter = unicodePattern(String.raw`^[\p{L}]+$`);
    expect(letter('Čapek').unicode).toBe(false);
    expect(letter('Čapek').test('Čapek')).toBe(true);
    expect(letter('結城').unicode).toBe(true);
    expect(letter('結城').test('結城')).toBe(true);
  });
});
