/** Splits a text into units with keys of their own, so that a pseudonym can be spelled like the text. */

import type { Collation } from './compare.js';

/** A character with its marks. */
export interface Unit {
  readonly text: string;
  /** Without format characters. */
  readonly ink: string;
  /** `ink` in lower case, as in its context. */
  readonly lower: string;
  /** The characters of its key; none for white space and characters without weight. */
  readonly root: readonly string[];
}

const RUNS = /\p{White_Space}|\P{White_Space}+/gu;
const CLUSTERS = /[^\p{M}\p{Cf}](?:\p{Cf}*\p{M})*|\p{M}(?:\p{Cf}*\p{M})*|\p{Cf}/gu;
const FORMAT = /\p{Cf}/gu;
/** Without weight under this collation only; it keeps weights apart if a key is read as a text. */
const JOINER = /\u034f/g;

/** Returns a text in capitals. A iota subscript stays a mark, unlike in Unicode's usual capitalization. */
export const capitalsOf = (lower: string): string =>
  lower
    .split('\u0345')
    .map((part) => part.toUpperCase())
    .join('\u0345');

const weightsOf = (units: readonly Unit[]): string => units.flatMap(({ root }) => root).join('');

/** Returns a function that splits a text. The roots of all its units are its key, without white space. */
export function makeCutter({ name, key }: Collation): (text: string) => Unit[] {
  const weigh = (text: string): string => (name === 'utf8mb4_0900_ai_ci' ? key(text).replace(JOINER, '') : key(text));
  const roots = new Map<string, readonly string[]>();
  const rootOf = (ink: string): readonly string[] => {
    const known = roots.get(ink);
    if (known !== undefined) return known;
    const root = [...weigh(ink)];
    roots.set(ink, root);
    return root;
  };
  const join = (a: Unit, b: Unit): Unit => ({ text: a.text + b.text, ink: a.ink + b.ink, lower: a.lower + b.lower, root: rootOf(a.ink + b.ink) });
  /** Joins clusters that are weighed together, such as a vowel written before its consonant, or l and a dot. */
  const merge = (units: readonly Unit[]): Unit[] => {
    const merged: Unit[] = [];
    /** Format characters since the last of them. */
    let between: Unit[] = [];
    for (const unit of units) {
      const last = merged[merged.length - 1];
      if (unit.ink === '') between.push(unit);
      else {
        if (last === undefined || rootOf(last.ink + unit.ink).join('') === weightsOf([last, unit])) merged.push(...between, unit);
        else merged[merged.length - 1] = [...between, unit].reduce(join, last);
        between = [];
      }
    }
    return [...merged, ...between];
  };
  const unitsOf = (run: string): Unit[] => {
    const clusters = run.match(CLUSTERS) ?? [];
    const lowered = run.toLowerCase();
    let at = 0;
    const units = clusters.map((text): Unit => {
      // In context: a sigma at the end of a word has another lower case.
      const lower = lowered.slice(at, at + text.toLowerCase().length);
      at += lower.length;
      const ink = text.replace(FORMAT, '');
      return { text, ink, lower: lower.replace(FORMAT, ''), root: rootOf(ink) };
    });
    if (weightsOf(units) === weigh(run)) return units;
    const merged = merge(units);
    return weightsOf(merged) === weigh(run) ? merged : [merged.reduce(join)];
  };
  return (text) => (text.match(RUNS) ?? []).flatMap((run) => (/\p{White_Space}/u.test(run) ? [{ text: run, ink: '', lower: '', root: [] }] : unitsOf(run)));
}
