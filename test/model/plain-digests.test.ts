import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NODE_DIGESTS } from '../../src/app/node-digests.js';
import { PLAIN_DIGESTS, PrefixedDigest } from '../../src/model/digests.js';

it.each([55, 56, 63, 64, 65, 119, 120, 1000])('is what node:crypto gives for %i bytes', (length) => {
  expect(PLAIN_DIGESTS.sha256('a'.repeat(length))).toBe(NODE_DIGESTS.sha256('a'.repeat(length)));
});

it('is what node:crypto gives for any text, in pieces and with a key', () => {
  const text = fc.string({ unit: 'binary', maxLength: 200 });
  fc.assert(
    fc.property(
      text,
      fc.array(fc.oneof(text, fc.uint8Array({ maxLength: 100 })), { maxLength: 4 }),
      fc.option(text, { nil: undefined }),
      (whole, pieces, key) => {
        expect(PLAIN_DIGESTS.sha256(whole)).toBe(NODE_DIGESTS.sha256(whole));
        const [plain, native] = [PLAIN_DIGESTS.begin(key), NODE_DIGESTS.begin(key)];
        for (const piece of pieces) for (const digest of [plain, native]) digest.add(piece);
        expect(plain.end()).toBe(native.end());
      },
    ),
  );
});

it('is the same for texts that begin alike, one after the other', () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ unit: 'grapheme-ascii', maxLength: 80 }));
  fc.assert(
    fc.property(text, fc.array(text, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 8 }), (prefix, texts, count) => {
      const digest = new PrefixedDigest(prefix);
      for (const each of texts) {
        const bytes = new Uint8Array(12).fill(0xee);
        digest.put(each, bytes, 2, count);
        expect(Buffer.from(bytes).toString('hex')).toBe(`eeee${NODE_DIGESTS.sha256(prefix + each).slice(0, count * 2)}${'ee'.repeat(10 - count)}`);
      }
    }),
  );
});
