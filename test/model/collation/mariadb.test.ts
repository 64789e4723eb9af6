import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collationOf } from '../../../src/model/compare.js';
import type { CollationName } from '../../../src/model/policy.js';
import { generalCiTable, WEIGHTS } from '../../generate/general-ci-table.mjs';
import { describeWith } from '../../support/machine.js';
import { alikePairs } from '../../support/organizations.js';
import { type MariaDb, startMariaDb } from '../../support/servers.js';

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
    expect(table(written)).toBe(table(readFileSync(new URL('../../../src/model/collation/general-ci-table.ts', import.meta.url), 'utf8')));
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
