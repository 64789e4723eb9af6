/** Which name was probably meant: one with the same key, or else one that is one or two edits away. Nothing is quadratic in names. */

import type { Collation, Difference } from './compare.js';

/** Limit on how many names with one key are compared for the smallest difference. */
const MOST_COMPARED = 16;
const MILDEST: readonly Difference[] = ['case', 'whitespace', 'unicode', 'value'];

/**
 * Limit on visited letters of the tree, over all questions. Each question has an equal share, so that the result does not
 * depend on the order of names or questions; only names made to be near thousands of others exhaust it.
 */
const MOST_WORK = 50_000_000;
const LEAST_SHARE = 2_500;

/** How names are compared; without `differenceOf` any of the names with one key may be chosen. */
type Comparing = Pick<Collation, 'key'> & Partial<Pick<Collation, 'differenceOf'>>;

/**
 * Returns a function that finds the near name: of those with the same key the one that differs least, else the one with
 * the fewest edits; ties are broken by code points, whatever the order of the names. `questions`: number of calls.
 */
export function nearNames(names: Iterable<string>, { key, differenceOf }: Comparing, questions = 1): (wanted: string) => string | undefined {
  const namesByKey = new Map<string, string[]>();
  for (const name of [...new Set(names)].sort()) {
    const folded = key(name);
    if (folded === '') continue;
    const same = namesByKey.get(folded);
    if (same === undefined) namesByKey.set(folded, [name]);
    else same.push(name);
  }
  const share = Math.max(LEAST_SHARE, Math.floor(MOST_WORK / Math.max(1, questions)));
  let tree: LetterTree | undefined;
  return (wanted) => {
    const sought = key(wanted);
    const same = namesByKey.get(sought);
    if (same !== undefined) return mildest(wanted, same, differenceOf);
    // Almost everything is near a short name: one edit needs four letters, two need seven.
    const most = Math.min(3, Math.ceil(sought.length / 3)) - 1;
    if (most < 1) return undefined;
    tree ??= new LetterTree([...namesByKey.keys()].sort());
    const near = tree.nearest(sought, most, share);
    return near === undefined ? undefined : namesByKey.get(near)?.[0];
  };
}

/** Returns the near name of one question. */
export const nearestName = (wanted: string, names: Iterable<string>, key: Collation['key']): string | undefined => nearNames(names, { key })(wanted);

function mildest(wanted: string, names: readonly string[], differenceOf: Comparing['differenceOf']): string | undefined {
  if (differenceOf === undefined) return names[0];
  const rank = (name: string): number => (name === wanted ? -1 : MILDEST.indexOf(differenceOf(wanted, name)));
  return names.slice(0, MOST_COMPARED).reduce((best, name) => (rank(name) < rank(best) ? name : best));
}

/** Texts as a tree of letters in depth-first order: a letter comes right before those that may follow it. */
class LetterTree {
  readonly #texts: readonly string[];
  readonly #letters: Uint16Array;
  /** From 1. */
  readonly #depths: Int32Array;
  /** The first letter that does not follow from this one. */
  readonly #after: Int32Array;
  /** The text that ends with this letter; -1. */
  readonly #ends: Int32Array;

  /** `texts`: sorted, none twice, none empty. */
  constructor(texts: readonly string[]) {
    let size = 0;
    texts.forEach((text, at) => {
      size += text.length - sharedStart(texts[at - 1] ?? '', text);
    });
    this.#texts = texts;
    this.#letters = new Uint16Array(size);
    this.#depths = new Int32Array(size);
    this.#after = new Int32Array(size);
    this.#ends = new Int32Array(size).fill(-1);
    const path: number[] = [];
    let next = 0;
    const leave = (depth: number): void => {
      while (path.length > depth) this.#after[path.pop() ?? 0] = next;
    };
    texts.forEach((text, at) => {
      leave(sharedStart(texts[at - 1] ?? '', text));
      for (let depth = path.length; depth < text.length; depth++) {
        this.#letters[next] = text.charCodeAt(depth);
        this.#depths[next] = depth + 1;
        path.push(next++);
      }
      this.#ends[next - 1] = at;
    });
    leave(0);
  }

  /** Returns the first text with the fewest edits, at most `most`; none if that takes more than `share` visits. */
  nearest(sought: string, most: number, share: number): string | undefined {
    let left = share;
    for (let edits = 1; edits <= most; edits++) {
      const { found, looks } = this.#walk(sought, edits, left);
      left -= looks;
      if (found >= 0) return this.#texts[found];
    }
    return undefined;
  }

  /**
   * Finds the first text within a number of edits. In the table of edit distances, which has a row per letter of the path
   * and a column per letter of the name, only the band that so few edits can reach is filled.
   */
  #walk(sought: string, edits: number, share: number): { readonly found: number; readonly looks: number } {
    const width = 2 * edits + 1;
    const tooMany = edits + 1;
    const { length } = sought;
    const letters = this.#letters;
    const wanted = Uint16Array.from({ length }, (_, at) => sought.charCodeAt(at));
    const rows = new Uint8Array((length + edits + 2) * width).fill(tooMany);
    for (let column = 0; column <= edits; column++) rows[column + edits] = column;
    let looks = 0;
    for (let node = 0; node < letters.length && looks < share; looks++) {
      const depth = this.#depths[node];
      const letter = letters[node];
      const above = (depth - 1) * width;
      let least = tooMany;
      let before = tooMany;
      for (let at = 0; at < width; at++) {
        const column = depth - edits + at;
        let distance = tooMany;
        if (column >= 0 && column <= length) {
          if (column > 0) distance = rows[above + at] + (wanted[column - 1] === letter ? 0 : 1);
          if (before + 1 < distance) distance = before + 1;
          if (at + 1 < width && rows[above + at + 1] + 1 < distance) distance = rows[above + at + 1] + 1;
          if (distance > tooMany) distance = tooMany;
        }
        rows[above + width + at] = distance;
        before = distance;
        if (distance < least) least = distance;
      }
      if (least === tooMany) {
        node = this.#after[node];
        continue;
      }
      const last = length - depth + edits;
      if (this.#ends[node] >= 0 && last >= 0 && last < width && rows[above + width + last] <= edits) return { found: this.#ends[node], looks };
      node++;
    }
    return { found: -1, looks };
  }
}

/** Returns the length of the common beginning of two texts. */
function sharedStart(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}
