/** The accounts in a provider's lists of users. An account that several rows or files contain counts once. */

import { PlaceTable } from '../../collections/places.js';
import { NO_ROOM } from '../../collections/stored-texts.js';
import type { IdpUser } from '../../model/idp.js';
import { note, quoted, quotedId } from '../../model/note.js';
import { StoredIdpUser } from '../../model/stored-idp-user.js';
import { type AccountFacts, AccountRecords } from './account-records.js';

import type { Entry } from './entry.js';
import type { IdpField } from './export-forms.js';
import { locationOf, readId } from './record-words.js';

/** An account as a list of users states it; it becomes the user itself after all lists are read. */
export interface Account {
  readonly place: number;
  /** Undefined if the export has no ids. */
  id: string | undefined;
  /** The username that provisioning sends for it. Undefined, like the fields below, if the export does not say. */
  subject: string | undefined;
  active: boolean | undefined;
  isPending: boolean | undefined;
  isSuspended: boolean | undefined;
  isGuest: boolean | undefined;
  email: string | undefined;
  givenName: string | undefined;
  familyName: string | undefined;
  /** Where it was first read. */
  readonly path: string;
  readonly line: number;
}

/** Fields in which two records of one account must agree, besides the login, and their names in messages. */
const TOLD = [
  ['subject', 'subject'],
  ['active', 'status'],
  ['isPending', 'status'],
  ['email', 'email'],
  ['givenName', 'givenName'],
  ['familyName', 'familyName'],
  ['isGuest', 'userType'],
] as const satisfies readonly (readonly [keyof Account, IdpField])[];

/** The fields that a provider's own reader takes from a record. */
export interface AccountRead extends AccountFacts {
  readonly login: string;
  readonly subject: string | undefined;
}

export class Accounts {
  /** By index: an account, or the number of its record. Objects for all of them would only be copied by garbage collection while the others are read. */
  readonly #all: (Account | number)[] = [];
  readonly #stored = new AccountRecords();
  /** By index, of accounts that are not stored. */
  readonly #logins: string[] = [];
  readonly #byId: PlaceTable;
  /** Built when a record without an id appears: almost all exports have ids. */
  #byLogin: PlaceTable | undefined;
  /** Records that repeated an account. */
  repeats = 0;
  /** True if some list has emails. */
  hasEmails = false;
  /** True if a list of users was begun. */
  isGiven = false;

  /** `expected` is about the number of accounts. */
  constructor(expected: number) {
    this.#byId = new PlaceTable(expected);
  }

  get size(): number {
    return this.#all.length;
  }

  /**
   * Adds one record, whose login is its subject, as bytes. Returns false, before anything was done, if it has to be taken otherwise: because it cannot be
   * stored, because the account is not new, or because its login has a byte that it must not have.
   */
  store(entry: Entry, facts: AccountFacts, not?: number): boolean {
    if (this.#byLogin !== undefined) return false;
    const { records } = this.#stored;
    const address = this.#stored.write(entry, facts);
    if (address === NO_ROOM || (not !== undefined && this.#stored.hasInLogin(address, not))) return false;
    const place = this.#all.length;
    if (this.#byId.addStored(records.texts, address, place) >= 0) return false;
    this.#all.push(this.#stored.keep());
    this.isGiven = true;
    if (!this.hasEmails && entry.has('email')) this.hasEmails = true;
    return true;
  }

  /** Adds one record of a list of users. */
  take(entry: Entry, { login, subject, active, isPending, isSuspended, isGuest }: AccountRead): void {
    this.isGiven = true;
    if (entry.has('email')) this.hasEmails = true;
    const id = readId(entry);
    if (id === '') return;
    if (login.trim() === '') {
      entry.refuse('login', 'the login is blank, although every user of the provider has one; export again.');
      return;
    }
    const account: Account = {
      place: this.#all.length,
      id,
      subject,
      active,
      isPending,
      isSuspended,
      isGuest,
      email: this.#stored.isLoginEmail(entry) ? login : entry.find('email'),
      givenName: entry.findCommon('givenName'),
      familyName: entry.findCommon('familyName'),
      path: entry.path,
      line: entry.line,
    };
    const known = this.#add(account, login);
    if (known >= 0) this.#merge(entry, this.at(known), account, login);
    else {
      this.#all.push(account);
      this.#logins[account.place] = login;
    }
  }

  /** Returns an account by index. */
  at(place: number): Account {
    const known = this.#all[place];
    if (typeof known !== 'number') return known;
    const account = this.#storedAt(place, known);
    const { id, email, active, isPending, isSuspended, isGuest, givenName, familyName, path, line } = account;
    const saysPending = account.has('saysPending');
    return {
      place,
      id,
      subject: undefined,
      active: account.has('saysActive') ? active : undefined,
      isPending: saysPending ? isPending === true : undefined,
      isSuspended: saysPending ? isSuspended === true : undefined,
      isGuest: account.has('saysGuest') ? isGuest === true : undefined,
      email: account.has('hasEmail') ? email : undefined,
      givenName,
      familyName,
      path,
      line,
    };
  }

  #storedAt(place: number, record: number): StoredIdpUser {
    return new StoredIdpUser(place, record, this.#stored.records);
  }

  /** Returns the provider's id of an account; undefined if no list has it. */
  idOf(place: number): string | undefined {
    const account = this.#all[place];
    return typeof account === 'number' ? this.#stored.records.id(account) : account.id;
  }

  /** Returns the provider's own username of an account. */
  loginOf(place: number): string {
    const account = this.#all[place];
    return typeof account === 'number' ? this.#stored.records.subject(account) : this.#logins[place];
  }

  /** Returns the same of all accounts, by index. */
  logins(): readonly string[] {
    return this.#all.map((_, place) => this.loginOf(place));
  }

  /** Returns the accounts that are not stored. */
  unstored(): readonly Account[] {
    return this.#all.filter((account) => typeof account !== 'number');
  }

  /** Returns of how many accounts no list states whether they are active. */
  countUnsaid(): number {
    const { records } = this.#stored;
    return this.#all.filter((account) => (typeof account === 'number' ? !records.has(account, 'saysActive') : account.active === undefined)).length;
  }

  /** Returns the index of the record's account: the one with the same id, or with the same login if one of them has no id; -1 for a new account. */
  #add({ id, place }: Account, login: string): number {
    if (id === undefined) return this.#placesByLogin().add(login, place);
    const byLogin = this.#byLogin?.get(login) ?? -1;
    const isWithoutId = byLogin >= 0 && this.idOf(byLogin) === undefined;
    const known = this.#byId.add(id, isWithoutId ? byLogin : place);
    if (known >= 0) return known;
    if (isWithoutId) return byLogin;
    this.#byLogin?.add(login, place);
    return -1;
  }

  #placesByLogin(): PlaceTable {
    if (this.#byLogin !== undefined) return this.#byLogin;
    const byLogin = new PlaceTable();
    for (let place = 0; place < this.#all.length; place++) byLogin.add(this.loginOf(place), place);
    this.#byLogin = byLogin;
    return byLogin;
  }

  #merge(entry: Entry, known: Account, account: Account, login: string): void {
    const isOther = ([property]: (typeof TOLD)[number]): boolean =>
      known[property] !== undefined && account[property] !== undefined && known[property] !== account[property];
    const field = this.loginOf(known.place) === login ? TOLD.find(isOther)?.[1] : 'login';
    if (field !== undefined) {
      const what = account.id === undefined ? note`login ${quoted(login)}` : note`id ${quotedId(account.id)}`;
      const where = locationOf({ file: known.path === entry.path ? entry.file : known.path, line: known.line }, entry);
      entry.refuse(
        field === 'status' && !entry.has('status') ? (entry.has('enabled') ? 'enabled' : 'blocked') : field,
        note`the ${what} also appears with another ${field} on ${where}; export all lists at the same time, so that they agree.`,
      );
      return;
    }
    this.repeats++;
    this.#logins[known.place] = login;
    this.#all[known.place] = known;
    known.id ??= account.id;
    known.subject ??= account.subject;
    known.active ??= account.active;
    known.isPending ??= account.isPending;
    known.isSuspended ??= account.isSuspended;
    known.isGuest ??= account.isGuest;
    known.email ??= account.email;
    known.givenName ??= account.givenName;
    known.familyName ??= account.familyName;
  }

  /** Returns every account as a user, reusing the objects; call it once, after everything was added. */
  end(): readonly IdpUser[] {
    const users: IdpUser[] = [];
    for (let place = 0; place < this.#all.length; place++) {
      const account = this.#all[place];
      users.push(typeof account === 'number' ? this.#storedAt(place, account) : this.#finish(account));
    }
    return users;
  }

  #finish(account: Account): IdpUser {
    return Object.assign(account, {
      id: account.id ?? this.#logins[account.place],
      subject: account.subject ?? this.#logins[account.place],
      active: account.active ?? true,
      email: account.email ?? '',
      isPending: account.isPending === true ? (true as const) : undefined,
      isSuspended: account.isSuspended === true ? (true as const) : undefined,
      isGuest: account.isGuest === true ? (true as const) : undefined,
    });
  }
}
