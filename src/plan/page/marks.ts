/** Salted hashes that stand for the names of accounts that are not in the page. */

import type { AuditedFinding } from '../../audit/report.js';
import { type StoredTexts, startOf } from '../../collections/stored-texts.js';
import type { Collation } from '../../model/compare.js';
import { type Digests, PrefixedDigest } from '../../model/digests.js';
import { isEmailAddress } from '../../model/email.js';
import { domainOf, localPartOf } from '../../model/idp-lookup.js';
import { noteText } from '../../model/note.js';
import { ruleOf } from '../../rules/registry.js';
import type { DecisionProblem } from '../decision-rows.js';

/** Hex digits of a mark: a name that somebody types has that of another name once in 10^9 organizations of 300,000 users. */
export const MARK = 12;

/** Hex digits of the mark of a spelling in lower case, and of a spelling: they only have to tell spellings of one name apart. */
const SPELLING = MARK / 2;

/** Length of the mark of a name's key and of its spelling in lower case. */
const LOWERED = MARK + SPELLING;

export interface Marking {
  /** Returns the mark of a comparison key. */
  ofKey(key: string): string;
  /** Returns the mark of a domain's key, which is not that of a name with this key. */
  ofDomain(key: string): string;
  /** Returns the marks of a name: of its key, and if the identity provider is compared, which sees spellings, of the text in lower case and of the text. */
  of(key: string, text: string): string;
  /** Length of the marks of a name. */
  readonly width: number;
  /** Writes the marks of a name as bytes, two digits each; returns the offset after them. `textOf` is called only if spellings are marked. */
  put(key: string, textOf: () => string, into: Uint8Array, at: number): number;
  /** Does the same for a stored key, if no spellings are marked. */
  putStored(stored: StoredTexts, address: number, into: Uint8Array, at: number): number;
}

export function marking(digests: Pick<Digests, 'sha256'>, salt: string, hasSpellings: boolean): Marking {
  const digest = new PrefixedDigest(`${salt}\n`);
  const putKey = (text: string, into: Uint8Array, at: number, digits: number): number => {
    digest.put(text, into, at, digits / 2);
    return at + digits / 2;
  };
  const ofKey = (text: string): string => digests.sha256(`${salt}\n${text}`).slice(0, MARK);
  return {
    ofKey,
    ofDomain: (key) => ofKey(`\n@${key}`),
    // A key and a text that are equal must not have the same mark: it would show that the name is spelled as its key.
    of: hasSpellings ? (key, text) => ofKey(key) + ofKey(`\n${text.toLowerCase()}`).slice(0, SPELLING) + ofKey(`\n\n${text}`).slice(0, SPELLING) : ofKey,
    width: hasSpellings ? 2 * MARK : MARK,
    putStored(stored, address, into, at) {
      const from = startOf(address);
      digest.putBytes(stored.bytesAt(address), from, from + stored.lengthOf(address), into, at, MARK / 2);
      return at + MARK / 2;
    },
    put(key, textOf, into, at) {
      const end = putKey(key, into, at, MARK);
      if (!hasSpellings) return end;
      const text = textOf();
      return putKey(`\n\n${text}`, into, putKey(`\n${text.toLowerCase()}`, into, end, SPELLING), SPELLING);
    },
  };
}

// Texts for marks: they compare with one another, and with what somebody typed, as the names would for which the marks
// stand.

export class Spelling {
  readonly #collation: Collation;
  /** Typed texts by the mark of the key; and the parts of typed texts before the @, by the mark of theirs. */
  readonly #typed = new Map<string, string>();
  readonly #typedParts = new Map<string, string>();
  /** Domains that the page knows, by their mark. */
  readonly #domains: ReadonlyMap<string, string>;
  /** Texts of keys, by their mark, where it is not any text. */
  readonly #stated = new Map<string, string>();
  /** How many spellings there are so far: in lower case by the mark of the key, others by the mark of that one. */
  readonly #spellings = new Map<string, number>();
  /** The first text of each spelling in lower case, by its mark. */
  readonly #firsts = new Map<string, string>();
  /** By the whole mark. */
  readonly #texts = new Map<string, string>();
  /** All of them, and in lower case. */
  readonly #taken = new Set<string>();

  constructor(marks: Marking, collation: Collation, typed: readonly string[], domains: ReadonlyMap<string, string>) {
    this.#collation = collation;
    this.#domains = domains;
    for (const text of typed) {
      const key = collation.key(text);
      const whole = marks.of(key, text);
      if (whole.length > MARK) this.#learn(whole, text);
      const before = this.#typed.get(whole.slice(0, MARK));
      if (before === undefined || !isEmailAddress(before)) this.#typed.set(whole.slice(0, MARK), likeAddress(text, key, collation));
      const local = collation.key(localPartOf(text));
      if (local !== '') this.#typedParts.set(marks.ofKey(local), local);
    }
  }

  /** States that a key is a part before the @, so that its text has none. */
  stateLocalPart(mark: string): void {
    this.#stated.set(mark, this.#localTextOf(mark));
  }

  /** States the parts of an address. */
  stateAddress(mark: string, local: string, domain: string): void {
    this.stateLocalPart(local);
    this.#stated.set(mark, `${this.#localTextOf(local)}@${this.#domains.get(domain) ?? `x${domain}.invalid`}`);
  }

  /** States that an address has a character for which a look-up may fail. */
  stateSpecial(mark: string): void {
    if (!this.#stated.has(mark)) this.#stated.set(mark, `x+${mark}@not-shown.invalid`);
  }

  #localTextOf(mark: string): string {
    return this.#typed.get(mark) ?? this.#typedParts.get(mark) ?? `x${mark}`;
  }

  textOf(mark: string): string {
    if (mark === '') return '';
    const known = this.#texts.get(mark);
    if (known !== undefined) return known;
    const key = mark.slice(0, MARK);
    const first = this.#firsts.get(mark.slice(0, LOWERED)) ?? this.#firstOf(key);
    const others = this.#spellings.get(mark.slice(0, LOWERED)) ?? 0;
    const text = others === 0 ? first : this.#untaken(others, (number) => this.otherThan(first, number));
    this.#learn(mark, text);
    return text;
  }

  /** Returns a text of a key that differs from all so far in more than case. */
  #firstOf(key: string): string {
    const text = this.#typed.get(key) ?? this.#stated.get(key) ?? `x${key}@not-shown.invalid`;
    const others = this.#spellings.get(key) ?? 0;
    return others === 0
      ? text
      : this.#untaken(
          others,
          (number) => this.#unlike(text, number),
          (spelt) => spelt.toLowerCase(),
        );
  }

  /** Returns the first of some spellings, from a number on, that is not that of another mark: somebody may have typed it. */
  #untaken(from: number, spelling: (number: number) => string, compared = (spelt: string): string => spelt): string {
    for (let number = from; ; number++) {
      const spelt = spelling(number);
      if (!this.#taken.has(compared(spelt))) return spelt;
    }
  }

  #learn(mark: string, text: string): void {
    if (this.#texts.has(mark)) return;
    this.#texts.set(mark, text);
    this.#taken.add(text).add(text.toLowerCase());
    const lowered = mark.slice(0, LOWERED);
    const isFirst = !this.#firsts.has(lowered);
    if (isFirst) this.#firsts.set(lowered, text);
    for (const each of new Set(isFirst ? [mark.slice(0, MARK), lowered] : [lowered])) this.#spellings.set(each, (this.#spellings.get(each) ?? 0) + 1);
  }

  /** Is the text of a mark known from what was typed. */
  isTyped(mark: string): boolean {
    return this.#typed.has(mark.slice(0, MARK));
  }

  /** Returns another text with the same key, a different one for each number from 1, in upper and lower case if it has enough letters: an address stays one. */
  otherThan(text: string, number = 1): string {
    return this.#changed(text, number, (letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()));
  }

  /** Returns another text with the same key that differs in more than case, a different one for each number from 1: with accents where they do not count. */
  #unlike(text: string, number: number): string {
    return this.#changed(text, number, (letter) => `${letter}\u0301`.normalize('NFC'));
  }

  #changed(text: string, number: number, change: (letter: string) => string): string {
    const { key } = this.#collation;
    let bits = number;
    const changed = text.replace(/[a-z]/gi, (letter) => {
      const other = change(letter);
      if (key(other) !== key(letter)) return letter;
      const isChanged = (bits & 1) === 1;
      bits >>= 1;
      return isChanged ? other : letter;
    });
    // A space is nothing that a look-up fails for.
    return bits === 0 && key(changed) === key(text) ? changed : text + ' '.repeat(number);
  }
}

/** Returns the text, or another one with the same key that is an email address, if that can be: whether an email is an address is not what its name shows. */
const likeAddress = (text: string, key: string, collation: Collation): string =>
  !isEmailAddress(text) && isEmailAddress(key) && collation.key(key) === key ? key : text;

/** Returns the keys of the domains of addresses, by their mark. */
export function domainsOf(addresses: Iterable<string>, marks: Marking, { key }: Collation): Map<string, string> {
  const domains = new Set<string>();
  for (const address of addresses) if (address.includes('@')) domains.add(key(domainOf(address)));
  return new Map(Array.from(domains, (domain) => [marks.ofDomain(domain), domain]));
}

/** Texts that stand for names that the page does not know, in any spelling, with what is around them in a sentence. */
const STANDING_IN = /["<]?\bx\p{M}*\+?(?:[0-9a-fáćé]\p{M}*){12}(?:@(?:not-shown|x[0-9a-f]{12})\.invalid)?(?![0-9a-z]) *[">]?/giu;

/** Returns a sentence about accounts that the page does not show, for people to read. */
export const readable = (sentence: string): string =>
  sentence
    .replace(STANDING_IN, '(not shown)')
    .replace(/\bnot shown, \d+/g, 'not shown')
    .replace(/\buser not shown\b/g, 'a user who is not shown')
    .replace(/\bUser not shown\b/g, 'A user who is not shown');

// What the page tells of findings and refusals: accounts that it does not know are not called by the texts that stand
// for them.

/** Returns what a finding says. */
export const saying = ({ finding }: AuditedFinding): string => readable(ruleOf(finding).message(finding));

/** Returns why answers are refused, each reason once: first those that name a conflict of several accounts, because the others mostly follow from it. */
export function reasonsOf(problems: readonly DecisionProblem[]): string[] {
  const isConflict = ({ message }: DecisionProblem): boolean =>
    typeof message !== 'string' && message.some((part) => typeof part !== 'string' && 'finding' in part && ruleOf(part.finding).users(part.finding).length > 1);
  const inOrder = [...problems.filter(isConflict), ...problems.filter((problem) => !isConflict(problem))];
  return [...new Set(inOrder.map(({ message }) => readable(noteText(message))))];
}
