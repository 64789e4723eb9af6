/** Finds accounts that are not in the page by the names that somebody types, together with all that share names with them. */

import type { Collation } from '../../model/compare.js';
import { MARK, type marking, widthOf } from './marks.js';
import type { HiddenAccounts, PageData } from './page-data.js';
import { SPELLED_OTHERWISE } from './page-data.js';

/** An account that is not in the page, with texts that compare with one another as its own would. */
export interface FoundAccount {
  readonly isIdp: boolean;
  readonly state: number;
  /** Of the username, or of the provider's subject. Blank if it has none. */
  readonly name: string;
  readonly email: string;
}

interface Row {
  readonly kind: HiddenAccounts;
  /** Marks; blank if there is no name. */
  readonly name: string;
  readonly email: string;
}

export class HiddenNames {
  readonly #kinds: readonly HiddenAccounts[];
  readonly #width: number;
  readonly #mark: ReturnType<typeof marking>;
  readonly #collation: Collation;
  /** By typed text; null if nobody has the name. */
  readonly #marks = new Map<string, string | null>();
  /** Rows with two different marks, by the key's mark of either. */
  #pairs: ReadonlyMap<string, readonly Row[]> | undefined;

  constructor({ hidden, idp }: Pick<PageData, 'hidden' | 'idp'>, mark: ReturnType<typeof marking>, collation: Collation) {
    this.#kinds = hidden;
    this.#width = widthOf(idp !== undefined);
    this.#mark = mark;
    this.#collation = collation;
  }

  /** Returns the key's mark if an account that is not in the page has the name. */
  markOf(text: string): string | undefined {
    const known = this.#marks.get(text);
    if (known !== undefined) return known ?? undefined;
    const mark = this.#findMark(text);
    this.#marks.set(text, mark ?? null);
    return mark;
  }

  #findMark(text: string): string | undefined {
    const key = this.#collation.key(text);
    if (key === '') return undefined;
    const mark = this.#mark(key, text).slice(0, MARK);
    return this.#rowsWith(mark).length > 0 ? mark : undefined;
  }

  /** Returns the mark of one account in such a state, of either kind of Jama Connect's; undefined if there is none. */
  someone(isWanted: (state: number) => boolean): string | undefined {
    for (const { isIdp, state, same, pairs, names, emails } of this.#kinds) {
      const found = same || pairs || names || emails;
      if (!isIdp && isWanted(state) && found !== '') return found.slice(0, MARK);
    }
    return undefined;
  }

  /** Returns the accounts that are tied to marks by their names, and one of each state without a name. `typed`: texts as somebody typed them. */
  tiedTo(marks: Iterable<string>, typed: readonly string[]): FoundAccount[] {
    const spelling = new Spelling(this.#mark, this.#collation, typed);
    const reached = new Set(marks);
    const rows = new Set<Row>();
    // A set that grows while it is gone through is gone through to its end. Each row is made once, because both of its marks are one, or it is kept.
    for (const mark of reached) {
      for (const row of this.#rowsWith(mark)) {
        rows.add(row);
        for (const name of [row.name, row.email]) if (name !== '') reached.add(name.slice(0, MARK));
      }
    }
    const nameless = this.#kinds.flatMap(({ isIdp, state, hasNameless }): FoundAccount[] => (hasNameless ? [{ isIdp, state, name: '', email: '' }] : []));
    const named = [...rows].map((row) => {
      const { isIdp, state } = row.kind;
      const email = spelling.textOf(row.email);
      const name = row.name === row.email && (state & SPELLED_OTHERWISE) !== 0 ? spelling.otherThan(email) : spelling.textOf(row.name);
      return { isIdp, state, name, email };
    });
    return [...named, ...nameless];
  }

  #rowsWith(mark: string): readonly Row[] {
    this.#pairs ??= pairsOf(this.#kinds, this.#width);
    const rows: Row[] = [...(this.#pairs.get(mark) ?? [])];
    for (const kind of this.#kinds) {
      for (const name of withMark(kind.same, mark, this.#width)) rows.push({ kind, name, email: name });
      for (const name of withMark(kind.names, mark, this.#width)) rows.push({ kind, name, email: '' });
      for (const email of withMark(kind.emails, mark, this.#width)) rows.push({ kind, name: '', email });
    }
    return rows;
  }
}

function pairsOf(kinds: readonly HiddenAccounts[], width: number): Map<string, Row[]> {
  const found = new Map<string, Row[]>();
  const put = (mark: string, row: Row): void => {
    const known = found.get(mark);
    if (known === undefined) found.set(mark, [row]);
    else known.push(row);
  };
  for (const kind of kinds) {
    for (let at = 0; at < kind.pairs.length; at += 2 * width) {
      const row = { kind, name: kind.pairs.slice(at, at + width), email: kind.pairs.slice(at + width, at + 2 * width) };
      const [name, email] = [row.name.slice(0, MARK), row.email.slice(0, MARK)];
      put(name, row);
      if (email !== name) put(email, row);
    }
  }
  return found;
}

/** Yields the marks of a sorted list that begin with one; the list is not cut into pieces for it. */
function* withMark(list: string, mark: string, width: number): Iterable<string> {
  let [low, high] = [0, list.length / width];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list.slice(middle * width, middle * width + MARK) < mark) low = middle + 1;
    else high = middle;
  }
  for (let at = low * width; at < list.length && list.startsWith(mark, at); at += width) yield list.slice(at, at + width);
}

/** Texts for marks: a typed text if its mark is the same, else one that nobody has. */
class Spelling {
  readonly #collation: Collation;
  /** By the mark of the key. */
  readonly #typed = new Map<string, string>();
  /** How many spellings a key has so far, by its mark. */
  readonly #spellings = new Map<string, number>();
  /** By the whole mark. */
  readonly #texts = new Map<string, string>();

  constructor(mark: ReturnType<typeof marking>, collation: Collation, typed: readonly string[]) {
    this.#collation = collation;
    for (const text of typed) {
      const whole = mark(collation.key(text), text);
      if (whole.length > MARK) this.#texts.set(whole, text);
      if (!this.#typed.has(whole.slice(0, MARK))) this.#typed.set(whole.slice(0, MARK), text);
    }
  }

  textOf(mark: string): string {
    if (mark === '') return '';
    const known = this.#texts.get(mark);
    if (known !== undefined) return known;
    const key = mark.slice(0, MARK);
    const typed = this.#typed.get(key);
    const first = typed ?? `x${key}@not-shown.invalid`;
    // A typed text that this one should be would be known by its mark.
    const others = this.#spellings.get(key) ?? (typed !== undefined && mark.length > MARK ? 1 : 0);
    this.#spellings.set(key, others + 1);
    const text = others === 0 ? first : this.otherThan(first, others);
    this.#texts.set(mark, text);
    return text;
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
