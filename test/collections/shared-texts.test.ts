import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SharedTexts } from '../../src/collections/text-bytes.js';

it('the text of some bytes is theirs, whatever texts were kept before', () => {
  const few = fc.constantFrom('', 'Ana', 'Anna', 'Åsa', 'Ąsa', 'anA', 'Zoë', 'x'.repeat(24), 'x'.repeat(25), 'Observatory of the Northern Sky');
  fc.assert(
    fc.property(fc.array(fc.oneof(few, fc.string({ unit: 'grapheme', maxLength: 30 }))), (texts) => {
      const shared = new SharedTexts();
      for (const text of [...texts, ...texts]) {
        const bytes = Buffer.from(`,${text},`);
        expect(shared.of(bytes, 1, bytes.length - 1, () => bytes.toString('utf8', 1, bytes.length - 1))).toBe(bytes.toString('utf8', 1, bytes.length - 1));
      }
    }),
  );
});

it('a short text is made once', () => {
  const shared = new SharedTexts();
  let made = 0;
  const read = (text: string): string =>
    shared.of(Buffer.from(text), 0, Buffer.byteLength(text), () => {
      made++;
      return text;
    });
  expect([read('Ana'), read('Ana'), read('Anna'), read('Ana'), read('Ana')]).toEqual(['Ana', 'Ana', 'Anna', 'Ana', 'Ana']);
  expect(made).toBe(2);
});

it('texts that have the same slot stay apart', () => {
  const shared = new SharedTexts();
  const texts = Array.from({ length: 20_000 }, (_, at) => `baker ${at}`);
  for (const text of [...texts, ...texts.reverse()]) expect(shared.of(Buffer.from(text), 0, text.length, () => text)).toBe(text);
});
