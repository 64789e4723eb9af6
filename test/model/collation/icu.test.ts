import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collationOf } from '../../../src/model/compare.js';
import { alikePairs } from '../../support/alike-texts.js';

const PAIRS = 20_000;
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
