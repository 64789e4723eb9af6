/** The accounts of a provider as its lists of users hold them. One that several rows or files tell of counts once. */

import { quoted } from '../problem.js';
import type { Entry } from './entry.js';
import type { IdpField } from './export-scheme.js';

export interface Account {
  /** Undefined where the export has no ids. */
  id: string | undefined;
  readonly login: string;
  /** The rest is undefined where the export does not say. */
  active: boolean | undefined;
  isPending: boolean | undefined;
  isGuest: boolean | undefined;
  email: string | undefined;
  givenName: string | undefined;
  familyName: string | undefined;
  /** Where it was read first. */
  readonly path: string;
  readonly file: string;
  readonly line: number;
}

/** What two records of one account may not contradict each other in, and what a message calls it. */
const TOLD = [
  ['login', 'login'],
  ['active', 'status'],
  ['isPending', 'status'],
  ['email', 'email'],
  ['givenName', 'givenName'],
  ['familyName', 'familyName'],
  ['isGuest', 'userType'],
] as const satisfies readonly (readonly [keyof Account, IdpField])[];

export class Accounts {
  readonly all: Account[] = [];
  readonly #byId = new Map<string, Account>();
  readonly #byLogin = new Map<string, Account>();
  /** Records that told of an account once more. */
  repeats = 0;
  /** Some list has emails. */
  hasEmails = false;
  /** Some list of users was begun. */
  isGiven = false;

  /** Takes one record of a list of users. */
  take(entry: Entry, read: { readonly active: boolean | undefined; readonly isPending?: boolean; readonly isGuest?: boolean }): void {
    this.isGiven = true;
    if (entry.has('email')) this.hasEmails = true;
    const login = entry.text('login');
    const id = readId(entry);
    if (id === '') return;
    if (login.trim() === '') {
      entry.refuse('login', 'the login is blank; every user of the provider has one, so export again.');
      return;
    }
    const account: Account = {
      id,
      login,
      active: read.active,
      isPending: read.isPending,
      isGuest: read.isGuest,
      email: textOf(entry, 'email'),
      givenName: textOf(entry, 'givenName'),
      familyName: textOf(entry, 'familyName'),
      path: entry.path,
      file: entry.file,
      line: entry.line,
    };
    const known = this.#known(account);
    if (known === undefined) this.#add(account);
    else this.#merge(entry, known, account);
  }

  /** Yields the account that a record is of: with the same id, or with the same login where one of them has no id. */
  #known({ id, login }: Account): Account | undefined {
    const byLogin = this.#byLogin.get(login);
    if (id === undefined) return byLogin;
    return this.#byId.get(id) ?? (byLogin?.id === undefined ? byLogin : undefined);
  }

  #add(account: Account): void {
    this.all.push(account);
    if (account.id !== undefined) this.#byId.set(account.id, account);
    if (!this.#byLogin.has(account.login)) this.#byLogin.set(account.login, account);
  }

  #merge(entry: Entry, known: Account, account: Account): void {
    for (const [property, field] of TOLD) {
      if (known[property] === undefined || account[property] === undefined || known[property] === account[property]) continue;
      const what = account.id === undefined ? `login ${quoted(account.login)}` : `id ${quoted(account.id)}`;
      entry.refuse(
        field === 'status' && !entry.has('status') ? 'enabled' : field,
        `the ${what} is there already, with another ${field}, on ${placeOf(known, entry)}; export all lists at one time, so that they say the same.`,
      );
      return;
    }
    this.repeats++;
    if (known.id === undefined && account.id !== undefined) this.#byId.set(account.id, known);
    known.id ??= account.id;
    known.active ??= account.active;
    known.isPending ??= account.isPending;
    known.isGuest ??= account.isGuest;
    known.email ??= account.email;
    known.givenName ??= account.givenName;
    known.familyName ??= account.familyName;
  }
}

/** Yields a record's id, trimmed; undefined where it has none, and empty where it is blank, which is noted. */
export function readId(entry: Entry): string | undefined {
  if (!entry.has('id')) return undefined;
  const id = entry.text('id').trim();
  if (id === '') entry.refuse('id', 'the id is missing; every record of the provider has one, so export again.');
  return id;
}

/** Yields a field's text; undefined where the export has no such field. */
export const textOf = (entry: Entry, field: IdpField): string | undefined => (entry.has(field) ? entry.text(field) : undefined);

/** Yields where another record stands, as a record of `entry`'s file says it. */
export const placeOf = ({ file, line }: { readonly file: string; readonly line: number }, entry: Entry): string =>
  `${file === entry.file ? '' : `${file}, `}line ${line}`;

/** Yields `1 record`, `2,000 records`. */
export const count = (amount: number, one: string, more = `${one}s`): string => `${amount.toLocaleString('en-US')} ${amount === 1 ? one : more}`;

/** Yields the note on what was told of more than once; none where nothing was. */
export const repeatNote = (repeats: number, what: string): string[] =>
  repeats === 0 ? [] : [`${count(repeats, 'record repeats', 'records repeat')} ${what} that another record tells of as well; each counts once.`];
