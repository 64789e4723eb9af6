/** Finds accounts that are not in the page by the names that somebody types, together with all that share names with them. */

import type { Collation } from '../../model/compare.js';
import { localPartOf } from '../../model/idp-lookup.js';
import { domainsOf, MARK, type Marking, Spelling } from './marks.js';
import {
  ACTIVE,
  type HiddenAccounts,
  IS_LOCAL_PART,
  type PageData,
  type PageIdpUser,
  RANK,
  RANKED,
  SHARES_LOCAL_PART,
  type Side,
  SPECIAL,
  SPELLED_OTHERWISE,
} from './page-data.js';

/** An account that is not in the page, with texts that compare with one another as its own would. */
export interface FoundAccount {
  readonly side: Side;
  readonly state: number;
  /** Of the username, or of the provider's subject. Blank if it has none. */
  readonly name: string;
  readonly email: string;
  /** Says which of several of the provider's users comes first. */
  readonly rank: string;
}

interface Row {
  readonly kind: HiddenAccounts;
  /** Marks; blank if there is no name. */
  readonly name: string;
  readonly email: string;
  readonly rank: string;
}

/** Marks of a newcomer: of the part before the @, of the domain, and of the subject. */
interface Newcomer {
  readonly local: string;
  readonly domain: string;
  readonly subject: string;
}

interface NewcomersBy {
  readonly bySubject: ReadonlyMap<string, Newcomer>;
  readonly byLocal: ReadonlyMap<string, Newcomer>;
  /** Marks of their domains. */
  readonly domains: ReadonlySet<string>;
}

/** What matters of texts that somebody typed. */
export interface Typed {
  /** Names of accounts that are not in the page, each once. */
  readonly texts: readonly string[];
  /** Domains of newcomers, with their marks. */
  readonly domains: readonly (readonly [mark: string, domain: string])[];
}

const keyOf = (mark: string): string => mark.slice(0, MARK);

export class HiddenNames {
  readonly #data: Pick<PageData, 'hidden' | 'idp' | 'users'>;
  readonly #kinds: readonly HiddenAccounts[];
  readonly #marks: Marking;
  readonly #collation: Collation;
  /** By typed text; null if nobody has the name. */
  readonly #known = new Map<string, string | null>();
  /** Rows with two different marks, by the key's mark of either. */
  #pairs: ReadonlyMap<string, readonly Row[]> | undefined;
  #newcomers: NewcomersBy | undefined;
  #domains: ReadonlyMap<string, string> | undefined;

  constructor(data: Pick<PageData, 'hidden' | 'idp' | 'users'>, marks: Marking, collation: Collation) {
    this.#data = data;
    this.#kinds = data.hidden;
    this.#marks = marks;
    this.#collation = collation;
  }

  /** Returns the key's mark if an account that is not in the page has the name. */
  markOf(text: string): string | undefined {
    const known = this.#known.get(text);
    if (known !== undefined) return known ?? undefined;
    const mark = this.#findMark(text);
    this.#known.set(text, mark ?? null);
    return mark;
  }

  #findMark(text: string): string | undefined {
    const key = this.#collation.key(text);
    if (key === '') return undefined;
    const mark = this.#marks.ofKey(key);
    return this.#rowsWith(mark).length > 0 || this.#newcomersBy().byLocal.has(mark) ? mark : undefined;
  }

  /** Returns the mark of one account in such a state, of either kind of Jama Connect's; undefined if there is none. */
  someone(isWanted: (state: number) => boolean): string | undefined {
    for (const { side, state, same, pairs, names, emails } of this.#kinds) {
      const found = same || pairs || names || emails;
      if (side === 'connect' && isWanted(state) && found !== '') return keyOf(found);
    }
    return undefined;
  }

  /**
   * Returns the accounts that are tied to marks or to typed names by their names, and one of each state without a name.
   * `shown`: the provider's users beside whom they will be.
   */
  tiedTo(marks: Iterable<string>, typed: Typed, shown: readonly PageIdpUser[]): FoundAccount[] {
    const newcomers = this.#newcomersBy();
    const reached = new Set([...marks, ...typed.texts.flatMap((text) => this.markOf(text) ?? [])]);
    const rows = new Set<Row>();
    // A set that grows while it is gone through is gone through to its end. Each row is made once, because both of its marks are one, or it is kept.
    for (const mark of reached) {
      for (const row of this.#rowsWith(mark)) {
        rows.add(row);
        for (const name of [row.name, row.email]) if (name !== '') reached.add(keyOf(name));
      }
      const newcomer = newcomers.bySubject.get(mark) ?? newcomers.byLocal.get(mark);
      if (newcomer !== undefined) reached.add(newcomer.subject).add(newcomer.local);
    }
    const spelling = this.#spellingOf([...rows], reached, typed);
    const nameless = this.#kinds.flatMap(({ side, state, hasNameless }): FoundAccount[] =>
      hasNameless ? [{ side, state, name: '', email: '', rank: '' }] : [],
    );
    return [...Array.from(rows, (row) => foundAccount(row, spelling)), ...nameless, ...this.#namesakes([...rows], spelling, shown)];
  }

  /** Returns what decides which accounts are found, and how they are called: of the same texts in another order the same. */
  typedOf(texts: readonly string[]): Typed {
    const held = [...new Set(texts)].filter((text) => this.markOf(text) !== undefined).sort();
    if (this.#data.idp === undefined) return { texts: held, domains: [] };
    const domains = [...domainsOf(texts, this.#marks, this.#collation)].filter(([mark]) => this.#newcomersBy().domains.has(mark));
    return { texts: held, domains: domains.sort(([a], [b]) => (a < b ? -1 : 1)) };
  }

  #spellingOf(rows: readonly Row[], reached: ReadonlySet<string>, { texts, domains }: Typed): Spelling {
    const emails = this.#data.idp === undefined ? [] : this.#data.users.map(([, , email]) => email);
    this.#domains ??= domainsOf(emails, this.#marks, this.#collation);
    const spelling = new Spelling(this.#marks, this.#collation, texts, new Map([...this.#domains, ...domains]));
    const { bySubject } = this.#newcomersBy();
    for (const mark of reached) {
      const newcomer = bySubject.get(mark);
      if (newcomer !== undefined) spelling.stateAddress(newcomer.subject, newcomer.local, newcomer.domain);
    }
    for (const { kind, name } of rows) {
      if (kind.side === 'connect' && (kind.state & IS_LOCAL_PART) !== 0) spelling.stateLocalPart(keyOf(name));
      if (kind.side === 'idp' && (kind.state & SPECIAL) !== 0) spelling.stateSpecial(keyOf(name));
    }
    return spelling;
  }

  /**
   * Returns users of the provider because of whom a part before the @ shows nothing: others have it who are not in the page, or
   * the user whose it is is not one that it could show.
   */
  #namesakes(rows: readonly Row[], spelling: Spelling, shown: readonly PageIdpUser[]): FoundAccount[] {
    const { bySubject } = this.#newcomersBy();
    const parts = new Set<string>();
    for (const [, subject, , state] of shown) if ((state & SHARES_LOCAL_PART) !== 0) parts.add(localPartOf(subject));
    for (const { kind, name } of rows)
      if (kind.side === 'idp' && name !== '' && spelling.isTyped(name) && !bySubject.has(keyOf(name))) parts.add(localPartOf(spelling.textOf(name)));
    parts.delete('');
    return Array.from(parts, (part, at): FoundAccount => {
      const name = `${part}@${at}.not-shown.invalid`;
      return { side: 'idp', state: ACTIVE, name, email: name, rank: '' };
    });
  }

  #newcomersBy(): NewcomersBy {
    if (this.#newcomers !== undefined) return this.#newcomers;
    const text = this.#data.idp?.newcomers ?? '';
    const bySubject = new Map<string, Newcomer>();
    const byLocal = new Map<string, Newcomer>();
    const domains = new Set<string>();
    for (let at = 0; at < text.length; at += 3 * MARK) {
      const newcomer = { local: text.slice(at, at + MARK), domain: text.slice(at + MARK, at + 2 * MARK), subject: text.slice(at + 2 * MARK, at + 3 * MARK) };
      bySubject.set(newcomer.subject, newcomer);
      byLocal.set(newcomer.local, newcomer);
      domains.add(newcomer.domain);
    }
    this.#newcomers = { bySubject, byLocal, domains };
    return this.#newcomers;
  }

  #rowsWith(mark: string): readonly Row[] {
    const { width } = this.#marks;
    this.#pairs ??= pairsOf(this.#kinds, width);
    const rows: Row[] = [...(this.#pairs.get(mark) ?? [])];
    for (const kind of this.#kinds) {
      const end = endOf(kind);
      for (const [name, rank] of withMark(kind.same, mark, width, end)) rows.push({ kind, name, email: name, rank });
      for (const [name, rank] of withMark(kind.names, mark, width, end)) rows.push({ kind, name, email: '', rank });
      for (const [email, rank] of withMark(kind.emails, mark, width, end)) rows.push({ kind, name: '', email, rank });
    }
    return rows;
  }
}

/** Returns how many digits follow the marks of each. */
const endOf = ({ state }: HiddenAccounts): number => ((state & RANKED) === 0 ? 0 : RANK);

function foundAccount({ kind: { side, state }, name: nameMark, email: emailMark, rank }: Row, spelling: Spelling): FoundAccount {
  if (side === 'connect' && nameMark === emailMark && (state & SPELLED_OTHERWISE) !== 0) {
    const email = spelling.textOf(emailMark);
    return { side, state, name: spelling.otherThan(email), email, rank };
  }
  return { side, state, name: spelling.textOf(nameMark), email: spelling.textOf(emailMark), rank };
}

function pairsOf(kinds: readonly HiddenAccounts[], width: number): Map<string, Row[]> {
  const found = new Map<string, Row[]>();
  const put = (mark: string, row: Row): void => {
    const known = found.get(mark);
    if (known === undefined) found.set(mark, [row]);
    else known.push(row);
  };
  for (const kind of kinds) {
    const step = 2 * width + endOf(kind);
    for (let at = 0; at < kind.pairs.length; at += step) {
      const row = {
        kind,
        name: kind.pairs.slice(at, at + width),
        email: kind.pairs.slice(at + width, at + 2 * width),
        rank: kind.pairs.slice(at + 2 * width, at + step),
      };
      const [name, email] = [keyOf(row.name), keyOf(row.email)];
      put(name, row);
      if (email !== name) put(email, row);
    }
  }
  return found;
}

/** Yields the marks of a sorted list that begin with one, each with what follows it; the list is not cut into pieces for it. */
function* withMark(list: string, mark: string, width: number, end: number): Iterable<readonly [marks: string, rank: string]> {
  const step = width + end;
  let [low, high] = [0, list.length / step];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list.slice(middle * step, middle * step + MARK) < mark) low = middle + 1;
    else high = middle;
  }
  for (let at = low * step; at < list.length && list.startsWith(mark, at); at += step) yield [list.slice(at, at + width), list.slice(at + width, at + step)];
}
