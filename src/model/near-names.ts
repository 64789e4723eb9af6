/** Which name was probably meant: one with the same key, or else one that is one or two edits away. Nothing is quadratic in names. */

import type { Collation, Difference } from './compare.js';

/** Of more names with one key, only so many are compared for the mildest difference. */
const MOST_COMPARED = 16;
const MILDEST: readonly Difference[] = ['case', 'whitespace', 'unicode', 'value'];

/**
 * Looks at letters of the tree, over all questions. Every question has an equal share, so that no order of the names or
 * of the questions decides; only names made to be near to thousands of others come to the end of it.
 */
const MOST_WORK = 50_000_000;
const LEAST_SHARE = 2_500;

/** How names are compared; without `differenceOf` the first of those with one key is as good as any. */
type Comparing = Pick<Collation, 'key'> & Partial<Pick<Collation, 'differenceOf'>>;

/**
 * Returns what finds the near name: of the same key the one that differs least, else the one with the fewest edits, and
 * of several the first by code points, whatever the order in which they were given. `questions`: how often it will be asked.
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
    // Of short names nearly everything is near: one edit needs four letters, two need seven.
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

/** Texts as a tree of letters, in the order in which one walks through it: a letter comes right before those that may follow it. */
class LetterTree {
  readonly #texts: readonly string[];
  readonly #letters: Uint16Array;
  /** From 1. */
  readonly #depths: Int32Array;
  /** The first letter that does not follow from this one. */
  readonly #after: Int32Array;
  /** Which text ends with this letter; -1. */
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

  /** Returns the first text with the fewest edits, at most `most`; none where that takes more than `share` looks. */
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
   * Finds the first text within so many edits. Of the table of edit distances, which has a row for each letter on the
   * path and a column for each letter sought, only the band is filled that so few edits can reach.
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

/** Returns how many letters two texts begin with alike. */
function sharedStart(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}
