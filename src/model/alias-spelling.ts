/** Spelling of a pseudonym whose original is not spelled like its key: with capitals, accents, look-alikes. Texts are split into units with keys of their own, so that a pseudonym can be spelled like its original. */

import type { Collation } from './compare.js';
import type { CollationName } from './policy.js';

/** Spellings of letters with one key: each spelling of the original gets a spelling of its own. */
export interface Spelling {
  /** Returns the letters of a unit with an unusual spelling; they differ from those of every other spelling, in more than case if the unit's do. */
  unit(letters: readonly string[], unit: Unit): string[];
  /** Returns one of several spellings of a letter, for a stretch with a unit of unusual spelling. */
  letter?(letter: string, number: number, isCompatible: boolean): string;
  /** Letters that a stretch has so that it can be spelled in several ways, by its key. */
  carriers?(root: string): readonly string[];
}

const capital = (letter: string): string => letter.toUpperCase();
const isUpper = ({ ink, lower }: Unit): boolean => ink !== lower;
/** Other characters have the same lower case, such as the Kelvin sign: their tags distinguish them. */
const isPlainUpper = ({ ink, lower }: Unit): boolean => ink === capitalsOf(lower);

/** Marks a composed character for which the pseudonym has no composed one. */
const JOINER = '\u034f';

const WIDE = 0xfee0;
export const wide = (letter: string): string => (/^[!-~]$/.test(letter) ? String.fromCharCode(letter.charCodeAt(0) + WIDE) : letter);
/** Written with compatibility characters, which no address has. */
export const isCompatibility = (text: string): boolean => text.normalize('NFKC') !== text.normalize('NFC');

/** Returns invisible marks that distinguish one spelling from all others. */
const tagFor = (text: string): string =>
  [...text]
    .map((char) => (char.codePointAt(0) ?? 0).toString(16).padStart(4, '0'))
    .flatMap((digits) => [...digits])
    .map((digit) => String.fromCharCode(0xfe00 + Number.parseInt(digit, 16)))
    .join('');

/** Returns the letter with the accents of the unit, if the unit is just one letter with accents. */
function accented(letter: string, { ink, lower, root }: Unit): string | undefined {
  const [base, ...marks] = lower.normalize('NFD');
  if (root.length !== 1 || base !== root[0] || !marks.every((mark) => /\p{M}/u.test(mark)) || isCompatibility(ink)) return undefined;
  if (marks.length === 0) return undefined;
  if (ink === ink.normalize('NFD')) return letter + marks.join('');
  if (ink !== ink.normalize('NFC') || [...ink].length > 1) return undefined;
  const composed = (letter + marks.join('')).normalize('NFC');
  const isWhole = [...composed].length === 1 && [...composed.toUpperCase()].length === 1;
  return isWhole ? composed : letter + marks.join('') + JOINER;
}

/** Marks have no weight: accents go on the pseudonym as they are on the text, and any other difference gets a tag. */
const byMarks: Spelling = {
  unit(letters, unit) {
    const isOdd = isUpper(unit) && !isPlainUpper(unit);
    const [first, ...rest] = letters;
    const plain = isOdd ? undefined : accented(first, unit);
    if (plain !== undefined) return [isUpper(unit) ? capitalFirst(plain) : plain];
    const head = isCompatibility(unit.ink) ? wide(first) : first;
    const written = [isUpper(unit) ? capital(head) : head, ...(isUpper(unit) ? rest.map(capital) : rest)];
    written[written.length - 1] += tagFor(unit.lower) + (isOdd ? JOINER + tagFor(unit.ink) : '');
    return written;
  },
};

const capitalFirst = (text: string): string => {
  const [first, ...rest] = text;
  return first.toUpperCase() + rest.join('');
};

const inCase = (letters: readonly string[], unit: Unit): string[] => (isUpper(unit) ? letters.map(capital) : [...letters]);

const ACCENTED: Readonly<Record<string, string>> = {
  b: 'ḃḅḇ',
  c: 'ćĉċč',
  d: 'ďḋḍḏ',
  f: 'ḟ',
  g: 'ĝğġģ',
  h: 'ĥḣḥḧ',
  j: 'ĵ',
  k: 'ķḱḳḵ',
  m: 'ḿṁṃ',
  n: 'ńņňṅ',
  p: 'ṕṗ',
  r: 'ŕŗřṙ',
  s: 'śŝşš',
  t: 'ţťṫṭ',
  v: 'ṽṿ',
  w: 'ŵẁẃẅ',
  x: 'ẋẍ',
  y: 'ýŷỳỹ',
  z: 'źżžẑ',
};

/** Returns one of the spellings of a letter, in its own case. */
function chosen(letter: string, ways: readonly string[], number: number): string {
  const way = ways[number % ways.length];
  return letter === letter.toLowerCase() ? way : way.toUpperCase();
}

/** Each character has one weight, marks too: a composed letter has that of its base. */
const byAccents: Spelling = {
  unit: inCase,
  letter(letter, number) {
    const lower = letter.toLowerCase();
    return chosen(letter, [lower, ...(ACCENTED[lower] ?? '')], number);
  },
};

const BELOW = '\u0323';
const ABOVE = '\u0307';
const CARRIER = `s${BELOW}${ABOVE}`.normalize('NFC');
/** Spellings of the letter, the plain one first. */
const CARRIED = [CARRIER, `s${BELOW}${ABOVE}`, `s${ABOVE}${BELOW}`, `\u1e61${BELOW}`, `\u1e63${ABOVE}`];
const CARRIERS = 8;
/** A stretch with more characters has no room for them. */
const MOST_CARRYING = 36;
const CIRCLED = 0x24d0;

/** Accents count; how they are composed, width, and circles do not. */
const byForms: Spelling = {
  unit: inCase,
  letter(letter, number, isCompatible) {
    if (letter === CARRIER) return CARRIED[number % CARRIED.length];
    const lower = letter.toLowerCase();
    if (!isCompatible || !/^[a-z]$/.test(lower)) return letter;
    return chosen(letter, [lower, wide(lower), String.fromCharCode(CIRCLED + lower.charCodeAt(0) - 97)], number);
  },
  carriers: (root) => (root.length <= MOST_CARRYING && /[^\x20-\x7e]|ss/.test(root) ? Array.from({ length: CARRIERS }, () => CARRIER) : []),
};

export const SPELLINGS: Readonly<Record<CollationName, Spelling>> = {
  utf8mb4_0900_ai_ci: byMarks,
  utf8mb4_general_ci: byAccents,
  sqlserver_ci_as: byForms,
};

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
const JOINERS = /\u034f/g;

/** Returns a text in capitals. A iota subscript stays a mark, unlike in Unicode's usual capitalization. */
export const capitalsOf = (lower: string): string =>
  lower
    .split('\u0345')
    .map((part) => part.toUpperCase())
    .join('\u0345');

const weightsOf = (units: readonly Unit[]): string => units.flatMap(({ root }) => root).join('');

/** Returns a function that splits a text. The roots of all its units are its key, without white space. */
export function makeCutter({ name, key }: Collation): (text: string) => Unit[] {
  const weigh = (text: string): string => (name === 'utf8mb4_0900_ai_ci' ? key(text).replace(JOINERS, '') : key(text));
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
