/** Texts of many scripts, in pairs that have a good chance to be the same to a database. */

import fc from 'fast-check';
import { type Collation, collationOf } from '../../src/model/compare.js';
import { DEFAULT_COLLATION } from '../../src/model/policy.js';

/** What the writing systems of names are made of, and symbols that people put beside them. */
const RANGES: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  latin: [
    [0x21, 0x7e],
    [0xa1, 0x24f],
    [0x250, 0x2af],
    [0x1e00, 0x1eff],
    [0xff01, 0xff5e],
  ],
  greek: [
    [0x370, 0x3ff],
    [0x1f00, 0x1fff],
  ],
  cyrillic: [[0x400, 0x52f]],
  hebrew: [[0x5d0, 0x5f4]],
  arabic: [[0x620, 0x6d3]],
  kana: [
    [0x3041, 0x30ff],
    [0xff66, 0xff9d],
  ],
  hangul: [
    [0xac00, 0xac80],
    [0x1100, 0x1112],
    [0x1161, 0x1175],
    [0x11a8, 0x11c2],
  ],
  cjk: [
    [0x4e00, 0x4e80],
    [0xf900, 0xf930],
    [0x3220, 0x3247],
    [0x20000, 0x20020],
  ],
  indic: [
    [0x904, 0x94d],
    [0xe01, 0xe4e],
  ],
  symbols: [
    [0x2010, 0x2027],
    [0x2030, 0x205e],
    [0x2070, 0x209c],
    [0x20a0, 0x20bf],
    [0x2100, 0x214f],
    [0x2460, 0x24ff],
    [0x25a0, 0x26ff],
    [0x1d400, 0x1d467],
    [0x1f300, 0x1f340],
  ],
  marks: [
    [0x300, 0x34e],
    [0x350, 0x36f],
    [0x5b0, 0x5bd],
    [0x64b, 0x655],
  ],
};

const rangeOf = ([first, last]: readonly [number, number]): string[] => Array.from({ length: last - first + 1 }, (_, at) => String.fromCodePoint(first + at));
/** Of the version that the oldest of the tables knows, without what is dropped or taken for a space. */
const isKnown = (char: string): boolean => /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(char);

/** Characters by script. */
export const SCRIPTS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(RANGES).map(([name, ranges]) => [name, ranges.flatMap(rangeOf).filter(isKnown)]),
);

/** Texts that are written like names, of one script or of two, with marks, spaces and ASCII between. */
const text: fc.Arbitrary<string> = fc.tuple(fc.constantFrom(...Object.keys(SCRIPTS)), fc.constantFrom(...Object.keys(SCRIPTS))).chain(([one, other]) => {
  const char = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...SCRIPTS[one]) },
    { weight: 2, arbitrary: fc.constantFrom(...SCRIPTS[other]) },
    { weight: 1, arbitrary: fc.constantFrom(...SCRIPTS.marks) },
    { weight: 2, arbitrary: fc.constantFrom('a', 'e', 'k', 's', 'l', 'o', 'A', 'S', '@', '.', ' ', '1') },
  );
  return fc.array(char, { minLength: 1, maxLength: 7 }).map((chars) => chars.join('').replace(/ +/g, ' ').trim() || 'a');
});

/** How the second text of a pair comes from the first: in ways that often leave it the same, and in ways that often do not. */
const HOWS = [
  'alike',
  'alike',
  'alike',
  'lower',
  'upper',
  'NFC',
  'NFD',
  'NFKD',
  'key',
  'mark',
  'strip',
  'strip',
  'swap',
  'swap',
  'neighbor',
  'neighbor',
  'quote',
] as const;

const QUOTES = ["'", '\u2018', '\u2019', '\u02bc', '"', '\u201c', '\u201d', '\u00b4', '`'];

/** Returns pairs: many of which differ in one or two characters that may well be the same. */
export function alikePairs({ key }: Collation): fc.Arbitrary<readonly [string, string]> {
  const byKey = new Map<string, string[]>();
  for (const char of Object.values(SCRIPTS).flat()) {
    const folded = key(char);
    const same = byKey.get(folded);
    if (same === undefined) byKey.set(folded, [char]);
    else same.push(char);
  }
  const alike = (char: string, number: number): string => {
    const same = byKey.get(key(char)) ?? [char];
    return same[number % same.length];
  };
  const respell = fc.tuple(fc.array(fc.nat(999), { minLength: 8, maxLength: 8 }), fc.constantFrom(...HOWS));
  return fc.tuple(text, respell, text).map(([one, [numbers, how], other]) => {
    const chars = [...one];
    if (how === 'alike') return [one, chars.map((char, at) => (numbers[at % 8] % 2 === 0 ? alike(char, numbers[at % 8] >> 1) : char)).join('')];
    if (how === 'lower') return [one, one.toLowerCase()];
    if (how === 'upper') return [one, one.toUpperCase()];
    if (how === 'key') return [one, key(one)];
    if (how === 'mark')
      return [one, chars.map((char, at) => (at === numbers[0] % chars.length ? char + SCRIPTS.marks[numbers[1] % SCRIPTS.marks.length] : char)).join('')];
    if (how === 'strip') return [one, one.normalize('NFKD').replace(/\p{M}/gu, '').replace(/\s+/g, ' ').trim() || 'a'];
    if (how === 'quote') return [one + QUOTES[numbers[0] % QUOTES.length], one + QUOTES[numbers[1] % QUOTES.length]];
    if (how === 'neighbor') {
      const at = numbers[0] % chars.length;
      const next = String.fromCodePoint((chars[at].codePointAt(0) ?? 0) + 1);
      return [one, chars.map((char, place) => (place === at && isKnown(next) ? next : char)).join('')];
    }
    if (how === 'swap') {
      chars[numbers[0] % chars.length] = [...other][0];
      return [one, chars.join('')];
    }
    return [one, one.normalize(how)];
  });
}

export const collation = collationOf(DEFAULT_COLLATION);
export const { key, isBlank, differenceOf, matchOf } = collation;
