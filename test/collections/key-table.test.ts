import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BATCH, IS_ODD, IS_OWN_KEY, KeyTable } from '../../src/collections/key-table.js';

const key = (text: string): string => text.trim().toLowerCase();

/** Few letters, so that texts repeat; some differ only in case, are blank, or are odd. */
const text = fc.oneof(fc.string({ unit: fc.constantFrom('a', 'B', 'b', ' ', 'ü', '?', '7'), maxLength: 4 }), fc.nat(5000).map(String));

describe('a table of keys', () => {
  it('numbers keys as a Map does, one by one and in batches, also when it grows', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 6000, size: 'max' }), (texts) => {
        const numbers = new Map<string, number>();
        const expected = texts.map((each) => {
          const folded = key(each);
          if (folded === '') return -1;
          if (!numbers.has(folded)) numbers.set(folded, numbers.size);
          return numbers.get(folded);
        });
        const single = new KeyTable(key);
        const found = texts.map((each) => single.intern(each));
        const traits = texts.map((each) => (/[^\0-\x7e]|\?/.test(each) ? IS_ODD : 0) | (/^[\x21-\x40\x5b-\x7e]+$/.test(each) ? IS_OWN_KEY : 0));
        const together = new KeyTable(key);
        const part = new Int32Array(BATCH);
        const traitsOfPart = new Uint8Array(BATCH);
        const inBatches: number[] = [];
        const traitsInBatches: number[] = [];
        for (let from = 0; from < texts.length; from += BATCH) {
          const some = texts.slice(from, from + BATCH);
          together.internAll(some, some.length, part, traitsOfPart);
          inBatches.push(...part.subarray(0, some.length));
          traitsInBatches.push(...traitsOfPart.subarray(0, some.length));
        }
        expect(found).toEqual(expected);
        expect(inBatches).toEqual(expected);
        expect(traitsInBatches).toEqual(traits);
        expect(together.keys).toEqual([...numbers.keys()]);
        for (const folded of numbers.keys()) expect(together.find(folded)).toBe(numbers.get(folded));
        expect(together.find('not one of them')).toBe(-1);
      }),
      { numRuns: 30 },
    );
  });

  it('finds each of many texts that want one slot, also after it grew', () => {
    const slotOf = (each: string): number => {
      const hash = [...each].reduce((sum, char) => Math.imul(sum ^ char.charCodeAt(0), 0x01000193), 0x811c9dc5);
      return (hash ^ (hash >>> 15)) & 0xfff;
    };
    const crowd: string[] = [];
    for (let number = 0; crowd.length < 150; number++) if (slotOf(`k${number}`) === 7) crowd.push(`k${number}`);
    const table = new KeyTable(key);
    for (const [at, each] of crowd.entries()) expect(table.intern(each)).toBe(at);
    for (let number = 0; number < 9000; number++) table.intern(`other ${number}`);
    for (const [at, each] of crowd.entries()) {
      expect(table.find(each)).toBe(at);
      expect(table.intern(each)).toBe(at);
    }
    expect(table.keys).toHaveLength(crowd.length + 9000);
  });
});
