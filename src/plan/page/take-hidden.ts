/** Takes marks of all accounts that the page does not show. */

import { ByteRecords } from '../../collections/byte-records.js';
import { KeyTable } from '../../collections/key-table.js';
import type { User } from '../../model/directory.js';
import type { IdentityIndex } from '../../model/identity-index.js';
import type { IdpUser } from '../../model/idp.js';
import { isSpecial } from '../../model/idp-lookup.js';
import { isBefore } from '../../model/idp-match.js';
import type { RuleContext } from '../../rules/rule.js';
import { type Comparison, type Concerned, partsOf } from './concerned.js';
import type { Marking } from './marks.js';
import { GUEST, type HiddenAccounts, IS_LOCAL_PART, idpStateOf, RANK, RANKED, type Side, SPECIAL, SPELLED_OTHERWISE, stateOf } from './page-data.js';

/** An account with the numbers of its names. */
interface Named<S> {
  readonly state: number;
  readonly name: number;
  readonly email: number;
  readonly account: S;
  readonly rank?: number | undefined;
}

/** The texts of names, which are created only if a mark needs them. */
interface Texts<S> {
  keyText(key: number): string;
  /** Absent if no key is stored as bytes. */
  storedKey?: IdentityIndex['storedKey'];
  name(account: S): string;
  email(account: S): string;
}

const OF_USERS = { name: ({ userName }: User) => userName, email: ({ email }: User) => email };
const OF_IDP_USERS = { name: ({ subject }: IdpUser) => subject, email: ({ email }: IdpUser) => email };

/** Returns marks of all other accounts, by their list and state; sorted, so that they tell nothing of the order of the export. */
export function hiddenAccounts(context: RuleContext, concerned: Concerned, comparison: Comparison | undefined, marks: Marking): HiddenAccounts[] {
  const hasSpellings = context.idp !== undefined;
  const { keyText } = context.idp ?? context.index;
  const listsOf = <S>(side: Side, accounts: Iterable<Named<S>>, texts: Texts<S>): HiddenAccounts[] => {
    const lists: Lists<S>[] = [];
    for (const named of accounts) {
      const state = named.rank === undefined ? named.state : named.state | RANKED;
      lists[state] ??= new Lists(named.rank !== undefined, hasSpellings, marks, texts);
      lists[state].add(named);
    }
    // By state; forEach passes over those that no account is in.
    const joined: HiddenAccounts[] = [];
    lists.forEach((list, state) => void joined.push({ side, state, ...list.joined() }));
    return joined;
  };
  return [
    ...listsOf('connect', hiddenUsers(context, concerned, comparison), { keyText, storedKey: context.index.storedKey, ...OF_USERS }),
    ...listsOf('idp', hiddenIdpUsers(context, concerned), { keyText, ...OF_IDP_USERS }),
    ...hiddenUnassigned(context, concerned, (accounts, ofKeys) => listsOf('unassigned', accounts, { keyText: ofKeys, ...OF_IDP_USERS })),
  ];
}

function* hiddenUsers({ directory, index, idp }: RuleContext, concerned: Concerned, comparison: Comparison | undefined): Iterable<Named<User>> {
  const { keyText } = idp ?? index;
  for (const user of directory.users) {
    if (concerned.users[user.place] === 1) continue;
    const { place } = user;
    const names = { name: index.userNameKey[place], email: index.emailKey[place] };
    // Only names with one key can be told apart by their spelling alone.
    const state = names.name === names.email ? stateOf(user) : stateOf(user) & ~SPELLED_OTHERWISE;
    const owner = comparison === undefined || names.name < 0 || user.userName.includes('@') ? undefined : comparison.newcomers.owners.get(keyText(names.name));
    const isLocalPart = owner !== undefined && comparison?.newcomers.is[owner] === 1;
    yield { state: isLocalPart ? state | IS_LOCAL_PART : state, ...names, account: user };
  }
}

function* hiddenIdpUsers({ idp }: RuleContext, concerned: Concerned): Iterable<Named<IdpUser>> {
  if (idp === undefined) return;
  const { keyCount, subjectKey, emailKey, directory } = idp;
  const ranks = new Ranks(directory.users, subjectKey, emailKey, keyCount);
  for (const user of directory.users) {
    if (concerned.idpUsers[user.place] === 1) continue;
    const { place, subject } = user;
    let state = idpStateOf(user) & ~GUEST;
    if (directory.provider === 'entra' && isSpecial(subject)) state |= SPECIAL;
    yield { state, name: subjectKey[place], email: emailKey[place], account: user, rank: ranks.of(place) };
  }
}

function hiddenUnassigned(
  { index, idp }: RuleContext,
  concerned: Concerned,
  listed: (accounts: Iterable<Named<IdpUser>>, keyText: (key: number) => string) => HiddenAccounts[],
): HiddenAccounts[] {
  const users = idp?.directory.unassigned ?? [];
  const table = new KeyTable(index.collation.key);
  const names = Int32Array.from(users, ({ subject }) => table.intern(subject));
  const emails = Int32Array.from(users, ({ email }) => table.intern(email));
  const ranks = new Ranks(users, names, emails, table.size);
  function* accounts(): Iterable<Named<IdpUser>> {
    for (const account of users) {
      const { place } = account;
      if (concerned.unassigned[place] === 0) yield { state: 0, name: names[place], email: emails[place], account, rank: ranks.of(place) };
    }
  }
  return listed(accounts(), (key) => table.textOf(key));
}

/** The order in which one of several users with a name is chosen, of those who share one. */
class Ranks {
  readonly #ranks = new Map<number, number>();

  constructor(users: readonly IdpUser[], names: Int32Array, emails: Int32Array, keys: number) {
    const sizes = new Int32Array(keys);
    const namesOf = (place: number): number[] => [names[place], ...(emails[place] === names[place] ? [] : [emails[place]])].filter((name) => name >= 0);
    for (const { place } of users) for (const name of namesOf(place)) sizes[name]++;
    const sharing = users.filter(({ place }) => namesOf(place).some((name) => sizes[name] > 1)).sort((a, b) => (isBefore(a, b) ? -1 : isBefore(b, a) ? 1 : 0));
    let rank = 0;
    sharing.forEach((user, at) => {
      // A record that is there twice counts once.
      if (at > 0 && isBefore(sharing[at - 1], user)) rank++;
      this.#ranks.set(user.place, rank);
    });
  }

  /** Returns undefined for a user who shares none. */
  of(place: number): number | undefined {
    return this.#ranks.get(place);
  }
}

/** The accounts of one state. */
class Lists<S> {
  readonly #same: ByteRecords;
  readonly #pairs: ByteRecords;
  readonly #names: ByteRecords;
  readonly #emails: ByteRecords;
  #hasNameless = false;

  constructor(
    isRanked: boolean,
    readonly hasSpellings: boolean,
    readonly marks: Marking,
    readonly texts: Texts<S>,
  ) {
    const width = marks.width / 2;
    const end = isRanked ? RANK / 2 : 0;
    this.#same = new ByteRecords(width + end);
    this.#pairs = new ByteRecords(2 * width + end);
    this.#names = new ByteRecords(width + end);
    this.#emails = new ByteRecords(width + end);
  }

  add({ name, email, account, rank }: Named<S>): void {
    const { texts } = this;
    if (name < 0 && email < 0) {
      this.#hasNameless = true;
      return;
    }
    const isSame = name === email && (!this.hasSpellings || texts.name(account) === texts.email(account));
    const records = isSame ? this.#same : email < 0 ? this.#names : name < 0 ? this.#emails : this.#pairs;
    let at = records.next();
    if (name >= 0) at = this.#put(name, () => texts.name(account), records.bytes, at);
    if (email >= 0 && !isSame) at = this.#put(email, () => texts.email(account), records.bytes, at);
    if (rank === undefined) return;
    for (let bits = 4 * RANK - 8; bits >= 0; bits -= 8) records.bytes[at++] = rank >> bits;
  }

  #put(key: number, textOf: () => string, into: Uint8Array, at: number): number {
    const known = this.hasSpellings ? undefined : this.texts.storedKey?.(key);
    return known === undefined ? this.marks.put(this.texts.keyText(key), textOf, into, at) : this.marks.putStored(known.stored, known.address, into, at);
  }

  joined(): Omit<HiddenAccounts, 'side' | 'state'> {
    return {
      same: this.#same.sortedHex(),
      pairs: this.#pairs.sortedHex(),
      names: this.#names.sortedHex(),
      emails: this.#emails.sortedHex(),
      hasNameless: this.#hasNameless,
    };
  }
}

/** Returns marks of the newcomers whom the page does not show. */
export function hiddenNewcomers({ states: [{ index, idp }], newcomers }: Comparison, concerned: Concerned, marks: Marking): string {
  const { key } = index.collation;
  const found = idp.directory.users.flatMap(({ place, subject }) => {
    if (newcomers.is[place] === 0 || concerned.idpUsers[place] === 1) return [];
    const [local, domain] = partsOf(subject, key);
    return [marks.ofKey(local) + marks.ofDomain(domain) + marks.ofKey(key(subject))];
  });
  return found.sort().join('');
}
