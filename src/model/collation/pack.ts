/** Reads the tables of characters as test/generate/pack.mjs writes them. */

const number = (text: string): number => Number.parseInt(text, 36);
const textOf = (packed: string): string => (packed === '' ? '' : String.fromCodePoint(...packed.split('.').map(number)));

/** Adds the target of each character of the runs to a map. */
export function unpackRuns(packed: string, into: Map<number, string>): void {
  let start = 0;
  for (const run of packed.split(',')) {
    const [gap, target] = run.split('-');
    const [first, count = '1', shape = '11'] = target.split('.');
    start += number(gap);
    for (let n = 0; n < number(count); n++) into.set(start + n * Number(shape[0]), String.fromCodePoint(number(first) + n * Number(shape[1])));
  }
}

/** Adds the characters of the ranges to a map, with an empty target. */
export function unpackRanges(packed: string, into: Map<number, string>): void {
  let start = 0;
  for (const range of packed.split(',')) {
    const [gap, count = '1'] = range.split('.');
    start += number(gap);
    for (let n = 0; n < number(count); n++) into.set(start + n, '');
  }
}

/** Returns pairs of texts. */
export function unpackTexts(packed: string): [from: string, to: string][] {
  return packed.split(',').map((pair) => {
    const [from, to] = pair.split('-');
    return [textOf(from), textOf(to)];
  });
}
