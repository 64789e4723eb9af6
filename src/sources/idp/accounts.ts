/** The accounts of a provider as its lists of users hold them. One that several rows or files tell of counts once. */

import { PlaceTable } from '../../collections/place-table.js';
import type { IdpUser } from '../../model/idp.js';
import { quoted } from '../tables/problem.js';
import type { Entry } from './entry.js';
import type { IdpField } from './export-forms.js';

/** What a list of users says of an account: it becomes the user itself, once all lists were read. */
export interface Account {
  readonly place: number;
  /** Undefined where the export has no ids. */
  id: string | undefined;
  /** What provisioning sends for it. This and the rest is undefined if the export does not say. */
  subject: string | undefined;
  active: boolean | undefined;
  isPending: boolean | undefined;
  isGuest: boolean | undefined;
  email: string | undefined;
  givenName: string | undefined;
  familyName: string | undefined;
  /** Where it was read first. */
  readonly path: string;
  readonly line: number;
}

/** What two records of one account may not contradict each other in beside the login, and what a message calls it. */
const TOLD = [
  ['subject', 'subject'],
  ['active', 'status'],
  ['isPending', 'status'],
  ['email', 'email'],
  ['givenName', 'givenName'],
  ['familyName', 'familyName'],
  ['isGuest', 'userType'],
] as const satisfies readonly (readonly [keyof Account, IdpField])[];

/** What a provider's own reader makes of a record. */
export type AccountRead = Pick<Account, 'subject' | 'active' | 'isPending' | 'isGuest'> & { readonly login: string };

export class Accounts {
  readonly all: Account[] = [];
  /** By place. */
  readonly logins: string[] = [];
  readonly #byId = new PlaceTable();
  /** Built when a record comes without an id: nearly all exports have ids. */
  #byLogin: PlaceTable | undefined;
  /** Records that told of an account once more. */
  repeats = 0;
  /** Some list has emails. */
  hasEmails = false;
  /** Some list of users was begun. */
  isGiven = false;

  /** Takes one record of a list of users. */
  take(entry: Entry, { login, subject, active, isPending, isGuest }: AccountRead): void {
    this.isGiven = true;
    if (entry.has('email')) this.hasEmails = true;
    const id = readId(entry);
    if (id === '') return;
    if (login.trim() === '') {
      entry.refuse('login', 'the login is blank; every user of the provider has one, so export again.');
      return;
    }
    const account: Account = {
      place: this.all.length,
      id,
      subject,
      active,
      isPending,
      isGuest,
      email: entry.isSame('email', 'login') ? login : entry.find('email'),
      givenName: entry.findCommon('givenName'),
      familyName: entry.findCommon('familyName'),
      path: entry.path,
      line: entry.line,
    };
    const known = this.#add(account, login);
    if (known >= 0) this.#merge(entry, this.all[known], account, login);
    else {
      this.all.push(account);
      this.logins.push(login);
    }
  }

  /** Returns the place of the account that a record is of, with the same id, or with the same login where one of them has no id; -1 for a new one. */
  #add({ id, place }: Account, login: string): number {
    if (id === undefined) return this.#placesByLogin().add(login, place);
    const byLogin = this.#byLogin?.get(login) ?? -1;
    const isWithoutId = byLogin >= 0 && this.all[byLogin].id === undefined;
    const known = this.#byId.add(id, isWithoutId ? byLogin : place);
    if (known >= 0) return known;
    if (isWithoutId) return byLogin;
    this.#byLogin?.add(login, place);
    return -1;
  }

  #placesByLogin(): PlaceTable {
    if (this.#byLogin !== undefined) return this.#byLogin;
    const byLogin = new PlaceTable();
    this.logins.forEach((login, place) => {
      byLogin.add(login, place);
    });
    this.#byLogin = byLogin;
    return byLogin;
  }

  #merge(entry: Entry, known: Account, account: Account, login: string): void {
    const isOther = ([property]: (typeof TOLD)[number]): boolean =>
      known[property] !== undefined && account[property] !== undefined && known[property] !== account[property];
    const field = this.logins[known.place] === login ? TOLD.find(isOther)?.[1] : 'login';
    if (field !== undefined) {
      const what = account.id === undefined ? `login ${quoted(login)}` : `id ${quoted(account.id)}`;
      const where = placeOf({ file: known.path === entry.path ? entry.file : known.path, line: known.line }, entry);
      entry.refuse(
        field === 'status' && !entry.has('status') ? (entry.has('enabled') ? 'enabled' : 'blocked') : field,
        `the ${what} is there already, with another ${field}, on ${where}; export all lists at one time, so that they say the same.`,
      );
      return;
    }
    this.repeats++;
    known.id ??= account.id;
    known.subject ??= account.subject;
    known.active ??= account.active;
    known.isPending ??= account.isPending;
    known.isGuest ??= account.isGuest;
    known.email ??= account.email;
    known.givenName ??= account.givenName;
    known.familyName ??= account.familyName;
  }

  /** Returns every account as the user that it is, the same objects; to be called once, when nothing is added any more. */
  end(): readonly IdpUser[] {
    return this.all.map((account) => {
      account.id ??= this.logins[account.place];
      account.subject ??= this.logins[account.place];
      account.active ??= true;
      account.email ??= '';
      account.isPending = account.isPending === true ? true : undefined;
      account.isGuest = account.isGuest === true ? true : undefined;
      return account as IdpUser;
    });
  }
}

/** Returns a record's id, trimmed; undefined where it has none, and empty where it is blank, which is noted. */
export function readId(entry: Entry): string | undefined {
  const id = entry.find('id')?.trim();
  if (id === '') entry.refuse('id', 'the id is missing; every record of the provider has one, so export again.');
  return id;
}

/** Returns where another record stands, as a record of `entry`'s file says it. */
export const placeOf = ({ file, line }: { readonly file: string; readonly line: number }, entry: Entry): string =>
  `${file === entry.file ? '' : `${file}, `}line ${line}`;

/** Returns `1 record`, `2,000 records`. */
export const count = (amount: number, one: string, more = `${one}s`): string => `${amount.toLocaleString('en-US')} ${amount === 1 ? one : more}`;

/** Returns the note on what was told of more than once; none where nothing was. */
export const repeatNote = (repeats: number, what: string): string[] =>
  repeats === 0 ? [] : [`${count(repeats, 'record repeats', 'records repeat')} ${what} that another record tells of as well; each counts once.`];
