/** Texts for marks: they compare with one another, and with what somebody typed, as the names would for which the marks stand. */

import type { Collation } from '../../model/compare.js';
import { domainOf, localPartOf } from '../../model/idp-lookup.js';
import { MARK, type Marking } from './marks.js';

export class Spelling {
  readonly #collation: Collation;
  /** Typed texts by the mark of the key; and the parts of typed texts before the @, by the mark of theirs. */
  readonly #typed = new Map<string, string>();
  readonly #typedParts = new Map<string, string>();
  /** Domains that the page knows, by their mark. */
  readonly #domains: ReadonlyMap<string, string>;
  /** Texts of keys, by their mark, where it is not any text. */
  readonly #stated = new Map<string, string>();
  /** How many spellings a key has so far, by its mark. */
  readonly #spellings = new Map<string, number>();
  /** By the whole mark. */
  readonly #texts = new Map<string, string>();

  constructor(marks: Marking, collation: Collation, typed: readonly string[], domains: ReadonlyMap<string, string>) {
    this.#collation = collation;
    this.#domains = new Map([...domains, ...domainsOf(typed, marks, collation)]);
    for (const text of typed) {
      const whole = marks.of(collation.key(text), text);
      if (whole.length > MARK) this.#texts.set(whole, text);
      if (!this.#typed.has(whole.slice(0, MARK))) this.#typed.set(whole.slice(0, MARK), text);
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
    const typed = this.#typed.get(key);
    const first = typed ?? this.#stated.get(key) ?? `x${key}@not-shown.invalid`;
    // A typed text that this one should be would be known by its mark.
    const others = this.#spellings.get(key) ?? (typed !== undefined && mark.length > MARK ? 1 : 0);
    this.#spellings.set(key, others + 1);
    const text = others === 0 ? first : this.otherThan(first, others);
    this.#texts.set(mark, text);
    return text;
  }

  /** Returns the text of a mark that has the key of another text, and differs from it in more than case. */
  unlike(mark: string, other: string): string {
    const known = this.#texts.get(mark) ?? `${other}\u200b`;
    this.#texts.set(mark, known);
    return known;
  }

  /** Is the text of a mark known from what was typed. */
  isTyped(mark: string): boolean {
    return this.#typed.has(mark.slice(0, MARK));
  }

  /** Returns another text with the same key, a different one for each number from 1: in other letters if it has enough, because an address stays one. */
  otherThan(text: string, number = 1): string {
    let bits = number;
    const swapped = text.replace(/[a-z]/gi, (letter) => {
      const isSwapped = (bits & 1) === 1;
      bits >>= 1;
      return isSwapped ? (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()) : letter;
    });
    return bits === 0 && swapped !== text && this.#collation.key(swapped) === this.#collation.key(text) ? swapped : `${text}${'\u200b'.repeat(number)}`;
  }
}

/** Returns the keys of the domains of addresses, by their mark. */
export function domainsOf(addresses: Iterable<string>, marks: Marking, { key }: Collation): Map<string, string> {
  const domains = new Set<string>();
  for (const address of addresses) if (address.includes('@')) domains.add(key(domainOf(address)));
  return new Map(Array.from(domains, (domain) => [marks.ofDomain(domain), domain]));
}
