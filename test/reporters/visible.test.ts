import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareParts, printable, visible } from '../../src/reporters/visible.js';

const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(' ', '\t', '\n', '\u001b', '\u0007', '\u009b', '\u00a0', '\u200b', '\u202e', '\u2066', '\ufeff', '\ud800', 'a', 'é', 'e\u0301', '🥐'),
    fc.string({ unit: 'binary', maxLength: 1 }),
  ),
  maxLength: 12,
});
const ACTS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

describe('values as they are shown', () => {
  it('hold nothing that acts on a terminal or stays unseen', () => {
    fc.assert(
      fc.property(anyText, anyText, (text, other) => {
        expect(printable(text)).not.toMatch(ACTS);
        expect(visible(text)).not.toMatch(ACTS);
        expect(visible(text)).not.toMatch(/^\s|\s$|\s\s/);
        for (const part of compareParts(text, other)) expect(part.text).not.toMatch(ACTS);
      }),
      { numRuns: 1000 },
    );
  });

  it('stay as they are where everything in them can be seen', () => {
    for (const text of ['mira.falk@lighthouse.example', 'Björk', 'Mira Falk', '結城', '🥐', '⟨a⟩']) expect(visible(text)).toBe(text);
  });

  it.each([
    ['a ', 'a␠'],
    [' a', '␠a'],
    ['a  b', 'a␠␠b'],
    [' ', '␠'],
    ['a\u00a0b', 'a⟨U+00A0⟩b'],
    ['\u001b[31m', '⟨U+001B⟩[31m'],
    ['a\u200b', 'a⟨U+200B⟩'],
    ['\u202egnp', '⟨U+202E⟩gnp'],
    ['\ud83e', '⟨U+D83E⟩'],
    ['\u{e0041}', '⟨U+E0041⟩'],
  ])('%j is shown as %s', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });
});

describe('two values side by side', () => {
  const marked = (text: string, against: string): string =>
    compareParts(text, against)
      .map((part) => (part.isDifferent ? `[${part.text}]` : part.text))
      .join('');

  it.each([
    ['Vega@x.example', 'vega@x.example', '[V]ega@x.example'],
    ['vega@x.example ', 'vega@x.example', 'vega@x.example[␠]'],
    ['rosé', 'rose', 'ros[é]'],
    ['ros\u00e9', 'rose\u0301', 'ros[é]'],
    ['rose\u0301', 'ros\u00e9', 'ros[e⟨U+0301⟩]'],
    ['ly\u200bra', 'lyra', 'ly[⟨U+200B⟩]ra'],
    ['same', 'same', 'same'],
    ['ana@observatory.example', 'ana@southernsky.example', 'ana@[observatory].example'],
    ['volkova', 'petrova', '[volkova]'],
    ['j.brown', 'james.brown@sky.example', '[j].brown[]'],
    ['james.brown@sky.example', 'j.brown', '[james].brown[@sky.example]'],
    ['sven.lindqvist', 'sven.a.lindqvist', 'sven.[]lindqvist'],
    ['sven.a.lindqvist', 'sven.lindqvist', 'sven.[a.]lindqvist'],
    ['lupus at dome', 'lupusatdome', 'lupus[ ]at[ ]dome'],
    ['lupusatdome', 'lupus at dome', 'lupus[]at[]dome'],
    ['a\u00a0b', 'a b', 'a[⟨U+00A0⟩]b'],
    ['J.Brown', 'jennifer.brown@sky.example', '[J].[B]rown[]'],
    ['jennifer.brown@sky.example', 'J.Brown', '[jennifer].[b]rown[@sky.example]'],
    ['ольга.а', 'olga.b@sky.example', '[ольга.а]'],
    ['lyra', 'ly\u200bra', 'ly[]ra'],
    ['strauß@x', 'strauss@x', 'strau[ß]@x'],
    ['strauss@x', 'strauß@x', 'strau[ss]@x'],
    ['kim2@x', 'kim10@x', 'kim[2]@x'],
    ['a@x; b@y', 'a@x', 'a@x[; b@y]'],
    ['vega@x', 'vega@x ', 'vega@x[]'],
    ['Night  shift', 'Night shift', 'Night␠[␠]shift'],
  ])('%j against %j', (text, against, expected) => {
    expect(marked(text, against)).toBe(expected);
  });

  it('never read alike where they differ', () => {
    fc.assert(
      fc.property(anyText, anyText, (left, right) => {
        fc.pre(left !== right && left.toWellFormed() === left && right.toWellFormed() === right);
        const shown = (text: string, against: string): string =>
          compareParts(text, against)
            .map((part) => part.text)
            .join('');
        expect(shown(left, right)).not.toBe(shown(right, left));
      }),
      { numRuns: 500 },
    );
  });
});
