/** Random CSV texts whose records' lines are known by how they were made. */

import fc from 'fast-check';

interface Dialect {
  readonly delimiter: ',' | ';' | '\t';
  readonly lineEnds: readonly string[];
  readonly hasFinalEnd: boolean;
}

export interface MadeTable {
  readonly text: string;
  readonly delimiter: string;
  /** Line on which each record starts, and whether the record is a blank line. */
  readonly records: readonly { readonly line: number; readonly isBlank: boolean }[];
}

// One character of each kind that readers get wrong: other delimiters, marks that combine, pairs of surrogates,
// invisible ones, line ends that are none, and characters of two, three and four bytes.
const PLAIN = ['a', 'Z', '7', ' ', 'é', 'e\u0301', 'ß', 'İ', 'ı', '𝔘', '🥐', '\u00a0', '\u200b', '\u2028', '\u0085', '結', '\u0000', '=', "'", '\\', '#'];
const SPECIAL = ['"', '\n', '\r\n', '\r', ',', ';', '\t'];

const plainText = fc.array(fc.constantFrom(...PLAIN), { maxLength: 6 }).map((parts) => parts.join(''));
const anyText = fc.array(fc.constantFrom(...PLAIN, ...SPECIAL, ...SPECIAL), { maxLength: 8 }).map((parts) => parts.join(''));

const cell = fc.oneof({ weight: 3, arbitrary: plainText }, { weight: 2, arbitrary: anyText.map((text) => `"${text.replaceAll('"', '""')}"`) });
const record = fc.oneof({ weight: 8, arbitrary: fc.array(cell, { minLength: 1, maxLength: 5 }) }, { weight: 1, arbitrary: fc.constant(['']) });

const dialect: fc.Arbitrary<Dialect> = fc.record({
  delimiter: fc.constantFrom(',' as const, ';' as const, '\t' as const),
  lineEnds: fc.constantFrom(['\n'], ['\r\n'], ['\n', '\r\n', '\r\n']),
  hasFinalEnd: fc.boolean(),
});

const linesIn = (text: string): number => text.split('\n').length - 1;

function make(records: readonly (readonly string[])[], { delimiter, lineEnds, hasFinalEnd }: Dialect): MadeTable {
  let text = '';
  let line = 1;
  const places: { line: number; isBlank: boolean }[] = [];
  records.forEach((cells, at) => {
    // A byte-order mark is made elsewhere; an invisible character may stand first all the same.
    const piece = cells.join(delimiter);
    const end = at < records.length - 1 || hasFinalEnd ? lineEnds[at % lineEnds.length] : '';
    if (piece + end === '') return;
    places.push({ line, isBlank: piece === '' });
    text += piece + end;
    line += linesIn(piece + end);
  });
  return { text, delimiter, records: places };
}

/** Returns tables over dialects: quotes, embedded line ends, blank lines, rows of any width. */
export const tables: fc.Arbitrary<MadeTable> = fc.tuple(fc.array(record, { maxLength: 12 }), dialect).map(([records, how]) => make(records, how));

/** Returns texts of quotes, delimiters and line ends in any order: many are no CSV. */
export const quoteSoup: fc.Arbitrary<string> = fc
  .array(fc.constantFrom('"', '"', 'a', ',', '\n', '\r\n', 'é'), { maxLength: 24 })
  .map((parts) => parts.join(''));
