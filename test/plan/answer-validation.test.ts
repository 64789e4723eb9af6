import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { isDate } from '../../src/plan/answer-validation.js';

it('takes exactly the dates that other files may have', () => {
  const number = (max: number, digits: number) => fc.nat(max).map((n) => String(n).padStart(digits, '0'));
  const near = fc.tuple(fc.constantFrom('1900', '2000', '2023', '2024', '2100', '0000', '9999'), number(13, 2), number(32, 2)).map((parts) => parts.join('-'));
  fc.assert(
    fc.property(fc.oneof(near, fc.string(), fc.constantFrom('2026-3-1', '2026-03-01\n', ' 2026-03-01', '٢٠٢٦-٠٣-٠١')), (text) => {
      expect(isDate(text)).toBe(z.iso.date().safeParse(text).success);
    }),
    { numRuns: 500 },
  );
});
