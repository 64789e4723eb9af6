import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProject } from '../../../src/sources/tables/cell-words.js';

describe('a project cell', () => {
  const tools = ['[NULL]', '(null)', '<null>', 'None', 'nil', 'undefined', 'nan', 'n/a', '#N/A', '-', '0', '-1', 'false'];

  it('is asked for if a tool may have written it for no value, in any case of letters and with space around it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...tools),
        fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
        fc.constantFrom('', ' ', '\u00a0'),
        (word, upper, space) => {
          const text = [...word].map((char, at) => (upper[at] ? char.toUpperCase() : char.toLowerCase())).join('');
          expect(parseProject(`${space}${text}${space}`)).toBeUndefined();
        },
      ),
    );
  });

  it('is never without a letter or digit', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'-–—_.,;:()[]<>?!#*/\\|"\' '), minLength: 1 }), (text) => {
        expect(parseProject(text)).toBe(text.trim() === '' ? false : undefined);
      }),
    );
  });

  it.each(['31', '007', '1', 'P0', 'None of the above', 'Nil Basin', 'Nantes', 'Falsework', 'A', '通勤', 'C++', '#1', '0 defects', '2026.0'])(
    '%j is one',
    (text) => expect(parseProject(text)).toBe(true),
  );

  it.each(['(no project)', '<leer>', '[Kein Projekt]', '{vide}', '(NULL)', '#NV', '#N/D', '#N/A', '#REF!', '#DIV/0!', '#¡REF!'])(
    '%s may be a word of a tool for no project',
    (text) => {
      expect(parseProject(text)).toBeUndefined();
    },
  );

  it.each(['4711', '#12', '(5)', 'Alpha (old)', '(old) Alpha', '[A] B', '# one', 'A#NV'])('%s is a project', (text) => {
    expect(parseProject(text)).toBe(true);
  });

  it.each(['', ' ', '\u00a0', '\u200b'])('%j is none', (text) => {
    expect(parseProject(text)).toBe(false);
  });
});
