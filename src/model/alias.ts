/**
 * Aliases of usernames, emails and names under a key: whoever lacks the key cannot tell what an alias stands for, but two
 * aliases are equal, or differ in case, white space or accents, exactly as what they stand for does.
 */

import type { Collation } from './compare.js';
import { isEmailAddress } from './email.js';

/** A keyed digest of a text, at least 32 bytes. */
export type KeyedDigest = (text: string) => Uint8Array;

/** Yields the alias of a text; a blank one stays as it is. */
export type Alias = (text: string) => string;

export interface Aliases {
  /** Whose relations they keep. */
  readonly collation: Collation;
  /** Of usernames and emails, which are compared with one another. A local part alone and in an address has one alias. */
  readonly identity: Alias;
  readonly group: Alias;
  /** Of people's names. */
  readonly person: Alias;
}

/** No vowels, so that no alias happens to be a word or a name. */
const LETTERS = 'bcdfghjklmnpqrstvwxz';
/** Long enough that two texts of a large organisation never meet by chance, and that short names do not show how short. */
const SHORTEST = 12;
const STEP = 4;
/** A label of a domain holds 63 characters. */
const LONGEST_LABEL = 48;
/** Marks a character that was written composed where the alias has no composed one. */
const JOINER = '\u034f';

/** Yields aliases under a key. Texts are remembered, as most of them come up many times. */
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
  const bytesOf = (seed: string, length: number): number[] => {
    const bytes: number[] = [];
    for (let block = 0; bytes.length < length; block++) bytes.push(...digest(`${block}\n${seed}`));
    return bytes;
  };
  const segments = new Map<string, Segment>();
  const segmentOf: Cut = (root, kind) => {
    const name = `${kind}\n${root.join('')}`;
    const before = segments.get(name);
    if (before !== undefined) return before;
    const made = segmentFor(root, kind, bytesOf);
    segments.set(name, made);
    return made;
  };
  const named = (kind: string): Alias => remembered((text) => write(lettersOf(text), ({ root }) => [segmentOf(root, kind)]));
  return {
    collation,
    identity: remembered((text) => write(lettersOf(text), (letters) => identitySegments(letters, segmentOf))),
    group: named('group'),
    person: named('person'),
  };
}

/** A character of the text and what is left of it once case, accents, white space and look-alikes are set aside. */
interface Letter {
  readonly char: string;
  readonly root: readonly string[];
}

interface Letters {
  readonly letters: readonly Letter[];
  /** The roots of all letters, in order. */
  readonly root: readonly string[];
}

const rootsByChar = new Map<string, readonly string[]>();

function rootOf(char: string): readonly string[] {
  const known = rootsByChar.get(char);
  if (known !== undefined) return known;
  const root = makeRoot(char);
  rootsByChar.set(char, root);
  return root;
}

const makeRoot = (char: string): string[] =>
  [...char.normalize('NFKD').replace(/[\p{M}\p{Cf}\s]/gu, '')]
    .flatMap((each) => [...each.toLowerCase().replace(/\p{M}/gu, '')])
    .map((each) => (each === 'ς' ? 'σ' : each));

function lettersOf(text: string): Letters {
  const letters = [...text].map((char) => ({ char, root: rootOf(char) }));
  return { letters, root: letters.flatMap(({ root }) => root) };
}

/** What stands for a stretch of the root: a character for each of its own, and what hides how long it is. */
interface Segment {
  readonly chars: readonly string[];
  readonly padding: string;
  /** Before which of its characters the padding stands. */
  readonly padAt: number;
  /** Written after its last character. */
  readonly ending: string;
}

type Bytes = (seed: string, length: number) => readonly number[];
type Cut = (root: readonly string[], kind: string) => Segment;

/** Yields the stretches of a username or email: what is before each `@`, the `@`s themselves, and the domain. */
function identitySegments({ root }: Letters, segmentOf: Cut): Segment[] {
  const segments: Segment[] = [];
  let from = 0;
  for (let at = root.indexOf('@'); at >= 0; at = root.indexOf('@', from)) {
    segments.push(segmentOf(root.slice(from, at), 'word'), { chars: ['@'], padding: '', padAt: -1, ending: '' });
    from = at + 1;
  }
  segments.push(segmentOf(root.slice(from), from === 0 ? 'word' : 'domain'));
  return segments;
}

/** Stands for symbols and pictures, of which a few can be a name as well as letters are. */
const MASK = '◦';

const isSymbol = (char: string): boolean => /[^\p{L}\p{N}\p{P}\x21-\x7e]/u.test(char);
const isLetter = (char: string): boolean => /[\p{L}\p{N}]/u.test(char);

/** Punctuation stays where it makes an address valid or not; in a sound local part or domain it is hidden with the rest. */
function segmentFor(root: readonly string[], kind: string, bytesOf: Bytes): Segment {
  const text = root.join('');
  const isDomain = kind === 'domain' && isEmailAddress(`a@${text}`);
  const isHidden = isDomain ? root.length <= LONGEST_LABEL : kind === 'word' && isEmailAddress(`${text}@a.bc`);
  const isMasked = !isHidden && root.some(isSymbol);
  const length = Math.max(SHORTEST, Math.ceil(root.length / STEP) * STEP) + (isMasked ? SHORTEST : 0);
  const letters = bytesOf(`${kind}\n${text}`, length);
  const letterAt = (at: number): string => LETTERS[letters[at] % LETTERS.length];
  const standIn = (char: string, at: number): string => {
    if (isHidden || /\p{L}/u.test(char)) return letterAt(at);
    return /\p{N}/u.test(char) ? String(letters[at] % 10) : isSymbol(char) ? MASK : char;
  };
  const isPadded = isMasked || (root.some(isLetter) && (isHidden || !isDomain));
  return {
    chars: root.map(standIn),
    padding: isPadded ? Array.from({ length: length - root.length }, (_, at) => letterAt(root.length + at)).join('') : '',
    padAt: root.length > 1 ? 1 : 0,
    ending: isDomain ? '.example' : '',
  };
}

/** Writes the segments in the way in which the text writes its root: its case, accents, white space and look-alikes. */
function write({ letters, root }: Letters, cut: (letters: Letters) => readonly Segment[]): string {
  const chars: string[] = [];
  const before = new Map<number, string>();
  let ending = '';
  for (const segment of cut({ letters, root })) {
    if (segment.padding !== '') before.set(chars.length + segment.padAt, segment.padding);
    for (const char of segment.chars) chars.push(char);
    ending = segment.ending;
  }
  let written = '';
  let at = 0;
  let isEnded = ending === '';
  for (const { char, root: own } of letters) {
    // Marks belong to the letter before them; whatever else follows the last letter follows the ending.
    if (!isEnded && at === chars.length && !/\p{M}/u.test(char)) {
      written += ending;
      isEnded = true;
    }
    if (own.length === 1 && own[0] === char) written += (before.get(at) ?? '') + chars[at];
    else if (own.length === 0) written += char;
    else {
      const paddings = own.map((_, index) => before.get(at + index) ?? '');
      written += spell(char, own, chars.slice(at, at + own.length), paddings);
    }
    at += own.length;
  }
  return isEnded ? written : written + ending;
}

/** Yields the aliases of a character's root, spelt as the character spells it. */
function spell(char: string, root: readonly string[], aliases: readonly string[], paddings: readonly string[]): string {
  const isVerbatim = aliases.every((alias, at) => alias === root[at] && !isLetter(alias));
  if (isVerbatim) return paddings.join('') + char;
  const plain = aliases.map((alias, at) => paddings[at] + alias).join('');
  if (char === root[0] || char === 'ς') return plain;
  const isUpper = char !== char.toLowerCase();
  const [alias] = aliases;
  const front = paddings[0] + (isUpper ? alias.toUpperCase() : alias);
  const rest = aliases
    .slice(1)
    .map((each, at) => paddings[at + 1] + (isUpper ? each.toUpperCase() : each))
    .join('');
  if (root.length === 1 && char.toLowerCase() === root[0] && char.normalize('NFKC') === char) return front;
  const isCanonical = char.normalize('NFKC') === char.normalize('NFC');
  if (!isCanonical) return paddings[0] + wide(isUpper ? alias.toUpperCase() : alias) + (isWide(char, root) ? '' : tagFor(char)) + rest;
  const marks = char.normalize('NFD').replace(/[^\p{M}]/gu, '');
  if (marks === '' || char.normalize('NFC') !== char || char.toLowerCase().normalize('NFC') !== char.toLowerCase()) return front + rest + marks + tagFor(char);
  const composed = (alias + marks).normalize('NFC');
  const upper = (alias.toUpperCase() + marks).normalize('NFC');
  if (rest === '' && [...composed].length === 1 && upper.toLowerCase() === composed) return paddings[0] + (isUpper ? upper : composed);
  return front + rest + marks + JOINER;
}

const WIDE = 0xfee0;
const wide = (letter: string): string => (/[!-~]/.test(letter) ? String.fromCharCode(letter.charCodeAt(0) + WIDE) : letter);
const isWide = (char: string, root: readonly string[]): boolean => root.length === 1 && char.toLowerCase() === wide(root[0]);

/** Yields unseen marks that tell one rare character from others of the same root; the same for upper and lower case. */
const tagFor = (char: string): string =>
  [...(char.toLowerCase().codePointAt(0) ?? 0).toString(16)].map((digit) => String.fromCharCode(0xfe00 + Number.parseInt(digit, 16))).join('');
