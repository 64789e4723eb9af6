import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteRecords } from '../../src/collections/byte-records.js';

test('records are sorted as their hex digits are as texts', () => {
  const records = fc
    .integer({ min: 1, max: 7 })
    .chain((width) => fc.tuple(fc.constant(width), fc.array(fc.uint8Array({ minLength: width, maxLength: width, max: 20 }), { maxLength: 300 })));
  fc.assert(
    fc.property(records, ([width, all]) => {
      const made = new ByteRecords(width);
      for (const each of all) {
        const at = made.next();
        made.bytes.set(each, at);
      }
      expect(made.sortedHex()).toBe(
        all
          .map((each) => Buffer.from(each).toString('hex'))
          .sort()
          .join(''),
      );
    }),
  );
});
