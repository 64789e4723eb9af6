import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { makeDucetFold } from '../../../src/model/collation/folds.js';
import { collationOf } from '../../../src/model/compare.js';
import { COLLATIONS } from '../../../src/model/policy.js';
import { ducetTable } from '../../generate/ducet-table.mjs';
import { alikePairs } from '../../support/organizations.js';

/** As Debian 12 has it. */
const ALLKEYS = '/usr/share/perl/5.36/Unicode/Collate/allkeys.txt';
const TABLE = new URL('../../../src/model/collation/ducet-table.ts', import.meta.url);

describe('the table of the default collation', () => {
  it.runIf(existsSync(ALLKEYS))('is what the script makes of the published one', () => {
    // The formatter breaks lines otherwise.
    const squeezed = (text: string): string => text.replace(/\s+/g, '');
    expect(squeezed(ducetTable(ALLKEYS))).toBe(squeezed(readFileSync(TABLE, 'utf8')));
  });
});

const { key } = collationOf('utf8mb4_0900_ai_ci');

test('Latin letters, alone and in pairs, are folded as by the whole table', () => {
  const letters = Array.from({ length: 0x180 - 0x20 }, (_, at) => String.fromCharCode(0x20 + at)).filter((char) => /[ -~À-ſ]/.test(char));
  const fold = makeDucetFold();
  // A text with a character beyond them is folded by the table; an ideograph is weighed with no other.
  const byTable = (text: string): string => fold(`${text}結`).slice(0, -1);
  for (const first of letters) {
    expect(fold(first)).toBe(byTable(first));
    for (const second of letters) {
      const text = first + second;
      if (fold(text) !== byTable(text)) expect.unreachable(`${text}: ${fold(text)}, not ${byTable(text)}`);
    }
  }
});

describe('the default collation', () => {
  it.each([
    ['ß', 'ss'],
    ['ø', 'o'],
    ['ł', 'l'],
    ['đ', 'd'],
    ['æ', 'ae'],
    ['œ', 'oe'],
    ['σ', 'ς'],
    ['あ', 'ア'],
    ['٣', '3'],
    ['É', 'e'],
    ['и\u0306', 'й'],
    ['и\u0323\u0306', 'й'],
    ['l·l', 'll'],
    ['한', '\u1112\u1161\u11ab'],
    ['﷼', 'ریال'],
    ['ǆ', 'dz'],
    ['\u{1f130}', 'a'],
    ['가\u0301', '가'],
    ['㋿', '令和'],
  ])('takes %s and %s for one', (a, b) => {
    expect(key(a)).toBe(key(b));
    expect(key(`ana ${a}.b`)).toBe(key(`ana ${b}.b`));
  });

  it.each([
    ['й', 'и'],
    ["'", '’'],
    ['ı', 'i'],
    ['ə', 'e'],
    ['þ', 'th'],
    ['оо', 'oo'],
    ['🥐', '🍞'],
    ['結', '城'],
    ['𠀀', '𠀁'],
    ['\u{17000}', '\u{17001}'],
    ['-', '_'],
    ['–', '-'],
    ['กเ', 'เ\u034fก'],
    ['a \u0301', 'a'],
  ])('tells %s from %s', (a, b) => {
    expect(key(a)).not.toBe(key(b));
  });

  it('keeps a text of ASCII as it is, in lower case', () => {
    expect(key("Ana.O'Neil+x@Dome.Example")).toBe("ana.o'neil+x@dome.example");
    expect(key('S\u00f8ren@Dome.Example')).toBe('soren@dome.example');
  });
});

describe.each(COLLATIONS)('a key under %s', (name) => {
  const collation = collationOf(name);

  it('is its own key, and does not depend on white space or what nobody sees', () => {
    const pairs = alikePairs(collation);
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        for (const text of [a, b, `${a} ${b}`, a + b]) {
          const folded = collation.key(text);
          expect(collation.key(folded)).toBe(folded);
          expect(collation.key(`\t${text.replaceAll(' ', '\u00a0 \u2003')}\u0007\u200b\n`)).toBe(folded);
          expect(collation.isBlank(text)).toBe(folded === '');
        }
      }),
      { numRuns: 3000 },
    );
  });
});

it.each([
  ['an accent on ß', '\u1e9e\u0301', 'ss\u0301'],
  ['a voiced mark on a hiragana', '\u308f\u3099', '\u30f7'],
])('SQL Server takes %s as it takes the same on what it is equal to', (_, a, b) => {
  const { key: sqlServerKey } = collationOf('sqlserver_ci_as');
  expect(sqlServerKey(a)).toBe(sqlServerKey(b));
});
