import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { makeDucetFold } from '../../src/model/collation/folds.js';
import { collationOf } from '../../src/model/compare.js';
import { COLLATIONS, type CollationName } from '../../src/model/policy.js';
import { ducetTable } from '../generate/ducet-table.mjs';
import { generalCiTable, WEIGHTS } from '../generate/general-ci-table.mjs';
import { describeWith } from '../support/machine.js';
import { alikePairs } from '../support/organizations.js';
import { type MariaDb, startMariaDb } from '../support/servers.js';

/** As Debian 12 has it. */
const ALLKEYS = '/usr/share/perl/5.36/Unicode/Collate/allkeys.txt';
const TABLE = new URL('../../src/model/collation/ducet-table.ts', import.meta.url);

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

const PAIRS = 20_000;

/** What both sides do before they compare is left out here: texts have no format characters, and single spaces within. */
const hexOf = (text: string): string => `_utf8mb4 x'${Buffer.from(text).toString('hex')}'`;

/** In what MariaDB's UCA 14.0 differs from the Unicode Collation Algorithm with the table of UCA 13.0. All of it is equal here and not there. */
const EXCEPTIONS: readonly { readonly reason: string; isIn(text: string): boolean }[] = [
  { reason: 'MariaDB does not decompose Hangul syllables into their jamo; MySQL does', isIn: (text) => /[\uac00-\ud7a3]/.test(text) },
  { reason: 'UCA 14.0 weighs the high hamza of U+0675 to U+0678 precedes the letter', isIn: (text) => /[\u0675-\u0678]/.test(text) },
  {
    reason: 'MariaDB does not look past another mark for one that makes a letter (й, أ, ئ, ؤ)',
    isIn: (text) => /\p{M}[\u0306\u0308\u0653-\u0655]/u.test(text.normalize('NFD')),
  },
  { reason: 'MariaDB takes combining Latin letters, which have weights, in the order in which they are written', isIn: (text) => /[\u0363-\u036f]/.test(text) },
];

describeWith('mariadb', 'names compare as a database compares them', () => {
  let database: MariaDb;
  beforeAll(async () => {
    database = await startMariaDb();
  });
  afterAll(() => database?.stop());

  async function comparedBy(collation: string, pairs: readonly (readonly [string, string])[]): Promise<boolean[]> {
    const answers: boolean[] = [];
    for (let at = 0; at < pairs.length; at += 500) {
      const rows = pairs
        .slice(at, at + 500)
        .map(([a, b], row) => `SELECT ${row} AS n, ${hexOf(a)} COLLATE ${collation} = ${hexOf(b)} COLLATE ${collation} AS e`);
      const printed = await database.query(`SET NAMES utf8mb4; SELECT e FROM (${rows.join(' UNION ALL ')}) AS t ORDER BY n;`);
      answers.push(
        ...printed
          .trimEnd()
          .split('\n')
          .map((line) => line === '1'),
      );
    }
    return answers;
  }

  async function differences(name: CollationName, theirs: string) {
    const collation = collationOf(name);
    const { key } = collation;
    const pairs = fc.sample(alikePairs(collation), { numRuns: PAIRS, seed: 20_260_912 });
    const answers = await comparedBy(theirs, pairs);
    const different = pairs.flatMap(([a, b], at) => ((key(a) === key(b)) === answers[at] ? [] : [{ a, b, ours: key(a) === key(b) }]));
    return { different, equal: answers.filter(Boolean).length };
  }

  it('utf8mb4_0900_ai_ci as MariaDB compares by utf8mb4_uca1400_nopad_ai_ci', async () => {
    const { different, equal } = await differences('utf8mb4_0900_ai_ci', 'utf8mb4_uca1400_nopad_ai_ci');
    expect(equal).toBeGreaterThan(PAIRS / 4);
    expect(PAIRS - equal).toBeGreaterThan(PAIRS / 20);
    expect(different.filter(({ a, b }) => !EXCEPTIONS.some(({ isIn }) => isIn(a) || isIn(b)))).toEqual([]);
    // What is one name to the database is one name here.
    expect(different.filter(({ ours }) => !ours)).toEqual([]);
  });

  it('utf8mb4_general_ci as MariaDB does', async () => {
    const { different, equal } = await differences('utf8mb4_general_ci', 'utf8mb4_general_ci');
    expect(equal).toBeGreaterThan(PAIRS / 4);
    expect(PAIRS - equal).toBeGreaterThan(PAIRS / 20);
    expect(different).toEqual([]);
  });

  it('has the table of general_ci that MariaDB gives', async () => {
    const written = generalCiTable(await database.query(WEIGHTS));
    const table = (text: string): string | undefined => /GENERAL_CI =\s+'([^']+)'/.exec(text)?.[1];
    expect(table(written)).toBe(table(readFileSync(new URL('../../src/model/collation/general-ci-table.ts', import.meta.url), 'utf8')));
  });
});

describe('compared with ICU', () => {
  const collation = collationOf('utf8mb4_0900_ai_ci');
  const { key } = collation;

  /** In what ICU's root, which is CLDR's tailoring of a newer table, differs from the table of UCA 13.0. */
  const EXCEPTIONS: readonly { readonly reason: string; readonly chars: RegExp }[] = [
    { reason: 'CLDR gives quotation marks of one kind the same primary weight, which the table, MySQL and MariaDB do not', chars: /['"\u2018-\u201f]/ },
    { reason: 'since UCA 14.0 the high hamza of U+0675 to U+0678 is weighed precedes the letter', chars: /[\u0675-\u0678]/ },
  ];

  describe('the default collation', () => {
    it("is that of ICU's root, but for quotation marks and what the table has changed since", () => {
      // English has no tailoring of the root; 'und' would be the language of the machine.
      const icu = new Intl.Collator('en', { sensitivity: 'base', ignorePunctuation: false });
      const pairs = fc.sample(alikePairs(collation), { numRuns: PAIRS, seed: 20_260_912 });
      const isEqual = pairs.map(([a, b]) => key(a) === key(b));
      const equal = isEqual.filter(Boolean).length;
      expect(equal).toBeGreaterThan(PAIRS / 4);
      expect(PAIRS - equal).toBeGreaterThan(PAIRS / 4);
      const different = pairs.filter(([a, b], at) => (icu.compare(a, b) === 0) !== isEqual[at]);
      expect(different.filter(([a, b]) => !EXCEPTIONS.some(({ chars }) => chars.test(a + b)))).toEqual([]);
    });

    it('tells quotation marks apart', () => {
      for (const mark of ['\u2018', '\u2019', '\u02bc', '"']) expect(key(`o${mark}neil`), mark).not.toBe(key("o'neil"));
    });
  });
});
