/**
 * Keyed pseudonyms (HMAC) of usernames, emails and names: irreversible without the key, but two pseudonyms are equal, or
 * differ in case, white space or accents, exactly as their originals do; their comparison keys are equal under the
 * collation in force exactly if those of the originals are. Only capitals that are not the capital of their own lower
 * case (the signs of Kelvin, Ångström and Ohm, the dotted İ), and letters whose two cases the collation distinguishes,
 * may differ in more than case if the originals do not.
 */

import { capitalsOf, isCompatibility, makeCutter, SPELLINGS, type Spelling, type Unit, wide } from './alias-spelling.js';
import type { Collation } from './compare.js';
import { isEmailAddress } from './email.js';

/** A keyed digest of a text, at least 32 bytes. */
export type KeyedDigest = (text: string) => Uint8Array;

/** Returns the pseudonym of a text; a blank one stays as it is. */
export type Alias = (text: string) => string;

export interface Aliases {
  /** The pseudonyms by kind of text. Equality is preserved within each kind. */
  readonly collation: Collation;
  /** Of usernames and emails, which are compared with each other. A local part has the same pseudonym alone and in an address. */
  readonly identity: Alias;
  readonly group: Alias;
  /** Of people's names. */
  readonly person: Alias;
}

/** No vowels, so that no pseudonym happens to be a word or a name; no l, which is weighed together with a following dot. */
const LETTERS = 'bcdfghjkymnpqrstvwxz';
/** Long enough to avoid collisions in a large organization, and to hide how short names are. */
const SHORTEST = 12;
const STEP = 4;
/** DNS limits a label of a domain to 63 characters. */
const LONGEST_LABEL = 48;

/** Returns pseudonyms under a key. They are cached, since most texts occur many times. */
export function makeAliases(digest: KeyedDigest, collation: Collation): Aliases {
  const remembered = (alias: Alias): Alias => {
    const known = new Map<string, string>();
    return (text) => {
      const before = known.get(text);
      if (before !== undefined) return before;
      const made = collation.isBlank(text) ? text : alias(text);
      known.set(text, made);
      return made;
    };
  };
  const bytesOf: Bytes = (seed, length) => {
    const bytes: number[] = [];
    for (let block = 0; bytes.length < length; block++) bytes.push(...digest(`${block}\n${seed}`));
    return bytes;
  };
  const spelling = SPELLINGS[collation.name];
  const segments = new Map<string, Segment>();
  const segmentOf: Cut = (root, kind) => {
    const name = `${kind}\n${root.join('')}`;
    const before = segments.get(name);
    if (before !== undefined) return before;
    const made = segmentFor(root, kind, bytesOf, spelling);
    segments.set(name, made);
    return made;
  };
  const cut = makeCutter(collation);
  // So does U+FFFD, unless the collation treats all symbols as equal to it.
  const isLostKept = collation.key(LOST) !== collation.key('\u{1f600}');
  const written = (text: string, segmentsOf: (root: readonly string[]) => readonly Segment[]): string => {
    const units = cut(text);
    return write(units, segmentsOf(units.flatMap(({ root }) => root)), spelling, bytesOf, isLostKept);
  };
  const named = (kind: string): Alias => remembered((text) => written(text, (root) => [segmentOf(root, kind)]));
  return {
    collation,
    identity: remembered((text) => written(text, (root) => identitySegments(root, segmentOf))),
    group: named('group'),
    person: named('person'),
  };
}

/** Replacement of a stretch of the key: a character for each of its own, and padding that hides its length. */
interface Segment {
  readonly name: string;
  readonly chars: readonly string[];
  readonly padding: readonly string[];
  /** Index of the character before which the padding goes. */
  readonly padAt: number;
  /** Written after its last character. */
  readonly ending: string;
}

type Bytes = (seed: string, length: number) => readonly number[];
type Cut = (root: readonly string[], kind: string) => Segment;

const AT: Segment = { name: '@', chars: ['@'], padding: [], padAt: -1, ending: '' };

/** Returns the stretches of a username or email: the text before each `@`, the `@`s themselves, and the domain. */
function identitySegments(root: readonly string[], segmentOf: Cut): Segment[] {
  const segments: Segment[] = [];
  let from = 0;
  for (let at = root.indexOf('@'); at >= 0; at = root.indexOf('@', from)) {
    segments.push(segmentOf(root.slice(from, at), 'word'), AT);
    from = at + 1;
  }
  segments.push(segmentOf(root.slice(from), from === 0 ? 'word' : 'domain'));
  return segments;
}

/** Replaces symbols and pictures, a few of which can be a name as well as letters can. */
const MASK = '◦';
const LOST = '\ufffd';

const isSymbol = (char: string): boolean => /[^\p{L}\p{N}\p{P}\x21-\x7e]/u.test(char);
const isLetter = (char: string): boolean => /[\p{L}\p{N}]/u.test(char);

/** Punctuation stays if it makes an address valid or invalid; in a valid local part or domain it is hidden with the rest. */
function segmentFor(root: readonly string[], kind: string, bytesOf: Bytes, { carriers }: Spelling): Segment {
  const text = root.join('');
  const name = `${kind}\n${text}`;
  const isDomain = kind === 'domain' && isEmailAddress(`a@${text}`);
  const isHidden = isDomain ? root.length <= LONGEST_LABEL : kind === 'word' && isEmailAddress(`${text}@a.bc`);
  const isMasked = !isHidden && root.some(isSymbol);
  const length = Math.max(SHORTEST, Math.ceil(root.length / STEP) * STEP) + (isMasked ? SHORTEST : 0);
  const letters = bytesOf(name, length);
  const letterAt = (at: number): string => LETTERS[letters[at] % LETTERS.length];
  const standIn = (char: string, at: number): string => {
    // U+FFFD says that a letter was lost, not which one.
    if (char === '?') return char;
    if (isHidden) return letterAt(at);
    if (/\p{L}/u.test(char) || char !== char.toUpperCase()) return isCompatibility(char) ? wide(letterAt(at)) : letterAt(at);
    return /\p{N}/u.test(char) ? String(letters[at] % 10) : isSymbol(char) ? MASK : char;
  };
  const isPadded = isMasked || isHidden || (root.some(isLetter) && !isDomain);
  return {
    name,
    chars: root.map(standIn),
    padding: isPadded ? [...Array.from({ length: length - root.length }, (_, at) => letterAt(root.length + at)), ...(carriers?.(text) ?? [])] : [],
    padAt: root.length > 1 ? 1 : 0,
    ending: isDomain ? '.example' : '',
  };
}

/** Is spelled like its key, except for capitals. */
const isPlain = ({ ink, lower, root }: Unit): boolean => {
  const key = root.join('');
  return ink === key || (lower === key && ink === capitalsOf(lower));
};

/** Writes segments with the spelling of the units: their case, accents, white space and look-alikes. */
function write(units: readonly Unit[], segments: readonly Segment[], spelling: Spelling, bytesOf: Bytes, isLostKept: boolean): string {
  const spelled = segments.flatMap(spellingWays(units, segments, spelling, bytesOf));
  const chars = spelled.flatMap(({ chars: own }) => own);
  const before = new Map<number, string>();
  let start = 0;
  for (const { chars: own, padding, padAt } of spelled) {
    if (padding !== '') before.set(start + padAt, padding);
    start += own.length;
  }
  const ending = segments[segments.length - 1].ending;
  let written = '';
  let at = 0;
  let isEnded = ending === '';
  for (const unit of units) {
    const { text, ink, root } = unit;
    // Marks belong to the letter before them; anything else after the last letter follows the ending.
    if (!isEnded && at === chars.length && !/\p{M}/u.test(text)) {
      written += ending;
      isEnded = true;
    }
    const paddings = root.map((_, index) => before.get(at + index) ?? '');
    const letters = chars.slice(at, at + root.length);
    at += root.length;
    if (root.length === 0) written += text;
    else if (isLostKept && text === LOST) written += paddings.join('') + text;
    // Punctuation that is kept stays as written.
    else if (letters.every((letter, index) => letter === root[index] && !isLetter(letter)) && paddings.slice(1).every((each) => each === ''))
      written += paddings.join('') + text;
    else {
      const shown = isPlain(unit) ? inCase(letters, unit) : spelling.unit(letters, unit);
      written +=
        (paddings[0] ?? '') +
        shown[0] +
        formatTag(text, ink) +
        shown
          .slice(1)
          .map((letter, index) => (paddings[index + 1] ?? '') + letter)
          .join('');
    }
  }
  return isEnded ? written : written + ending;
}

const inCase = (letters: readonly string[], { ink, lower }: Unit): readonly string[] =>
  ink === lower ? letters : letters.map((letter) => letter.toUpperCase());

/** Is a sign that normalization always replaces. */
const isSingleton = (ink: string): boolean => ink !== ink.normalize('NFC') && ink !== ink.normalize('NFD');

/** The same letters for every spelling, or letters in this one's spelling. */
function spellingWays(units: readonly Unit[], segments: readonly Segment[], { letter }: Spelling, bytesOf: Bytes) {
  const starts: number[] = [];
  let total = 0;
  for (const { chars } of segments) {
    starts.push(total);
    total += chars.length;
  }
  const odd = segments.map((): string[] => []);
  const isCompatible = segments.map(() => false);
  let at = 0;
  let segment = 0;
  for (const unit of units) {
    while (segment < segments.length - 1 && at >= starts[segment + 1]) segment++;
    if (unit.root.length > 0 && !isPlain(unit)) {
      const { ink, lower } = unit;
      // Marks that count may follow an @: then the unit belongs to the text after it as well.
      for (let each = segment; each < segments.length && starts[each] < at + unit.root.length; each++) {
        odd[each].push(`${at - starts[each]} ${lower}${ink === lower || ink === capitalsOf(lower) ? '' : ` ${ink}`}`);
        if (isCompatibility(ink) || isSingleton(ink)) isCompatible[each] = true;
      }
    }
    at += unit.root.length;
  }
  return ({ name, chars, padding }: Segment, index: number) => {
    if (letter === undefined || odd[index].length === 0) return { chars, padding: padding.join(''), padAt: segments[index].padAt };
    const all = [...chars, ...padding];
    const numbers = bytesOf(`spelling\n${name}\n${odd[index].join('\n')}`, all.length);
    const vary = (add: number, isFree: boolean): string[] => all.map((each, place) => (isLetter(each) ? letter(each, numbers[place] + add, isFree) : each));
    const tries = [vary(0, isCompatible[index]), vary(1, isCompatible[index]), vary(1, true)];
    const varied = tries.find((letters) => letters.some((each, place) => each !== all[place])) ?? all;
    return { chars: varied.slice(0, chars.length), padding: varied.slice(chars.length).join(''), padAt: segments[index].padAt };
  };
}

const TAG_DIGITS = 0xe0030;

const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, '0');

/** Returns format characters that show where a unit has format characters: they count as white space. */
function formatTag(text: string, ink: string): string {
  if (text === ink) return '';
  const places = [...text].flatMap((char, at) => (/\p{Cf}/u.test(char) ? [`${hex(at, 4)}${hex(char.codePointAt(0) ?? 0, 6)}`] : []));
  return Array.from(places.join(''), (digit) => String.fromCodePoint(TAG_DIGITS + Number.parseInt(digit, 16))).join('');
}
