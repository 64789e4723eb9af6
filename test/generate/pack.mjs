/** Writes maps of characters in little room: runs of characters that go to runs of others, numbers in base 36. */

const word = (number) => number.toString(36);

/**
 * Returns `gap.count.step.first.stride` for each run, joined by commas; `gap` is counted from the run before. A run maps
 * `start + n * step` to `first + n * stride`; what is 0, 1 or the same as usual is left out from the right.
 * @param {ReadonlyMap<number, number>} pairs
 */
export function packRuns(pairs) {
  const left = new Map([...pairs].sort(([a], [b]) => a - b));
  const runs = [];
  let previous = 0;
  for (const [start, first] of left) {
    if (!left.has(start)) continue;
    let best = { count: 1, step: 1, stride: 0 };
    for (const step of [1, 2]) {
      const second = left.get(start + step);
      if (second === undefined) continue;
      const stride = second - first;
      if (stride < 0 || stride > 2) continue;
      let count = 2;
      while (left.get(start + count * step) === first + count * stride) count++;
      if (count > best.count) best = { count, step, stride };
    }
    for (let n = 0; n < best.count; n++) left.delete(start + n * best.step);
    const shape = best.count === 1 ? '' : `.${word(best.count)}${best.step === 1 && best.stride === 1 ? '' : `.${best.step}${best.stride}`}`;
    runs.push(`${word(start - previous)}-${word(first)}${shape}`);
    previous = start;
  }
  return runs.join(',');
}

/**
 * Returns ranges as `gap` or `gap.count`, joined by commas.
 * @param {readonly number[]} codes
 */
export function packRanges(codes) {
  const sorted = [...codes].sort((a, b) => a - b);
  const ranges = [];
  let previous = 0;
  for (let at = 0; at < sorted.length; ) {
    let count = 1;
    while (sorted[at + count] === sorted[at] + count) count++;
    ranges.push(count === 1 ? word(sorted[at] - previous) : `${word(sorted[at] - previous)}.${word(count)}`);
    previous = sorted[at];
    at += count;
  }
  return ranges.join(',');
}

/**
 * Returns `from-to` for each pair of texts, joined by commas, their characters joined by dots.
 * @param {Iterable<readonly [string, string]>} pairs
 */
export const packTexts = (pairs) => [...pairs].map(([from, to]) => `${packText(from)}-${packText(to)}`).join(',');

const packText = (text) => [...text].map((char) => word(char.codePointAt(0))).join('.');
