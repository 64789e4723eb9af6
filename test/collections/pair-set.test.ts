import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PairSet } from '../../src/collections/pairs.js';

const index = fc.oneof(fc.nat(20), fc.nat(1 << 22));

it('holds and marks pairs as a Set of texts does', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(index, index, fc.constantFrom('add', 'mark')), { maxLength: 3000 }), (steps) => {
      const pairs = new PairSet();
      const texts = new Set<string>();
      const marked = new Set<string>();
      for (const [first, second, step] of steps) {
        const text = `${first}/${second}`;
        expect(pairs.has(first, second)).toBe(texts.has(text));
        if (step === 'add') {
          expect(pairs.add(first, second)).toBe(!texts.has(text));
          texts.add(text);
        } else {
          expect(pairs.mark(first, second)).toBe(texts.has(text));
          if (texts.has(text)) marked.add(text);
        }
        expect(pairs.isMarked(first, second)).toBe(marked.has(text));
      }
    }),
    { numRuns: 60 },
  );
});

it('keeps pairs and marks when it grows', () => {
  const pairs = new PairSet();
  for (let at = 0; at < 20_000; at++) {
    pairs.add(at % 7, at);
    if (at % 3 === 0) pairs.mark(at % 7, at);
  }
  for (let at = 0; at < 20_000; at++) {
    expect([pairs.has(at % 7, at), pairs.has((at % 7) + 7, at), pairs.isMarked(at % 7, at)]).toEqual([true, false, at % 3 === 0]);
  }
});
