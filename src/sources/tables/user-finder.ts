/** Finds users by what a list of authentication types states about them: id, username, email. */

import { KeyTable } from '../../collections/key-table.js';
import type { IdTable } from '../../collections/places.js';
import type { Collation } from '../../model/compare.js';
import type { AuthenticationType, User } from '../../model/directory.js';
import { joined, type Note, note, type Quoted, quoted, quotedHeading, quotedId } from '../../model/note.js';
import { columnCalled, type HeadingProblem, type ResolvedHeadings } from './headings.js';

export const NOWHERE = -1;
const SEVERAL = -2;
/** Several users have the value; more than there are keys. */
const KEYS = 2 ** 26;
const COLUMNS: Readonly<Record<Naming, string>> = { id: 'id', userName: 'username', email: 'email' };

const said = (column: Naming, text: string): Quoted => (column === 'id' ? quotedId(text) : quoted(text));

/** Finds the one user of a row. */
export class UserFinder {
  readonly #users: readonly User[];
  readonly #usersById: IdTable;
  readonly #collation: Collation;
  #byUserName: KeyIndex | undefined;
  #byEmail: KeyIndex | undefined;
  #byBoth: Map<number, number> | undefined;

  constructor(users: readonly User[], usersById: IdTable, collation: Collation) {
    this.#users = users;
    this.#collation = collation;
    this.#usersById = usersById;
  }

  // Built on first use: a list by id needs neither.
  get #userNames(): KeyIndex {
    this.#byUserName ??= new KeyIndex(this.#users, this.#collation, ({ userName }) => userName);
    return this.#byUserName;
  }

  get #emails(): KeyIndex {
    this.#byEmail ??= new KeyIndex(this.#users, this.#collation, ({ email }) => email);
    return this.#byEmail;
  }

  hasUserName(text: string): boolean {
    return this.#userNames.find(text) !== NOWHERE;
  }

  /** Returns the index of the one user who matches everything that the row gives; -1 after reporting why there is none. */
  find(row: TypeListRow, refuse: (column: Naming | undefined, message: Note) => void): number {
    const given = NAMING.filter((column) => !this.#collation.isBlank(row[column]));
    const found = given.map((column) => this.#findBy(column, row[column]));
    if (found.every((place) => place === NOWHERE)) {
      refuse(
        given.length === 1 ? given[0] : undefined,
        note`no user has ${joined(
          given.map((column) => note`the ${COLUMNS[column]} ${said(column, row[column])}`),
          ' or ',
        )}.`,
      );
      return NOWHERE;
    }
    const place = given.length === 1 ? found[0] : this.#fitting(row, given, found);
    if (place === SEVERAL) {
      refuse(
        given.length === 1 ? given[0] : undefined,
        note`${joined(
          given.map((column) => note`the ${COLUMNS[column]} ${said(column, row[column])}`),
          ' with ',
        )} matches more than one user; give each by id.`,
      );
    } else if (place === NOWHERE) refuse(undefined, this.#disagreement(row, given, found));
    return place < 0 ? NOWHERE : place;
  }

  #findBy(column: Naming, text: string): number {
    if (column === 'id') return this.#usersById.get(text);
    return (column === 'userName' ? this.#userNames : this.#emails).find(text);
  }

  /** Returns the index of the user who matches several cells, -2 if several users do, -1 if none does. */
  #fitting(row: TypeListRow, given: readonly Naming[], found: readonly number[]): number {
    if (found.includes(NOWHERE)) return NOWHERE;
    const [first] = found;
    if (given[0] === 'id') return given.slice(1).every((column) => this.#has(first, column, row[column])) ? first : NOWHERE;
    this.#byBoth ??= this.#pairs();
    return this.#byBoth.get(pairOf(this.#userNames.numberOf(row.userName), this.#emails.numberOf(row.email))) ?? NOWHERE;
  }

  #has(place: number, column: Naming, text: string): boolean {
    const index = column === 'userName' ? this.#userNames : this.#emails;
    return index.numbers[place] === index.numberOf(text);
  }

  #pairs(): Map<number, number> {
    const pairs = new Map<number, number>();
    this.#users.forEach((_, place) => {
      const pair = pairOf(this.#userNames.numbers[place], this.#emails.numbers[place]);
      pairs.set(pair, pairs.has(pair) ? SEVERAL : place);
    });
    return pairs;
  }

  #disagreement(row: TypeListRow, given: readonly Naming[], found: readonly number[]): Note {
    const results = given.map((column, at): Note => {
      const cell = note`the ${COLUMNS[column]} ${said(column, row[column])}`;
      if (found[at] === NOWHERE) return note`no user has ${cell}`;
      return found[at] === SEVERAL
        ? note`${cell} belongs to several users`
        : note`${cell} belongs to the user with the id ${quotedId(this.#users[found[at]].id)}`;
    });
    return note`the row does not identify one user: ${joined(results, ', ')}.`;
  }
}

const pairOf = (userName: number, email: number): number => (userName + 1) * KEYS + email + 1;

/** Indexes of users by the key of one of their values. */
class KeyIndex {
  readonly #keys: KeyTable;
  /** By index; -1 for a blank value. */
  readonly numbers: Int32Array;
  /** By number of the key. */
  readonly #places: number[] = [];

  constructor(users: readonly User[], { key }: Collation, textOf: (user: User) => string) {
    this.#keys = new KeyTable(key);
    this.numbers = new Int32Array(users.length);
    users.forEach((user, place) => {
      const number = this.#keys.intern(textOf(user));
      this.numbers[place] = number;
      if (number === this.#places.length) this.#places.push(place);
      else if (number >= 0) this.#places[number] = SEVERAL;
    });
  }

  numberOf(text: string): number {
    return this.#keys.find(text);
  }

  /** Returns the index of the user with a key, -2 if there are several, -1 if there is none. */
  find(text: string): number {
    const number = this.numberOf(text);
    return number < 0 ? NOWHERE : this.#places[number];
  }
}

/** A row of a list; values that it does not give are blank. */
export interface TypeListRow extends Readonly<Record<Naming, string>> {
  /** Physical line from 1. */
  readonly line: number;
  readonly type: AuthenticationType;
}

/** Columns that identify a user in a list. */
export const NAMING = ['id', 'userName', 'email'] as const;
export type Naming = (typeof NAMING)[number];

export const TYPE = 'authenticationType';
const ACCEPTED = 'id, username, email; case, spaces and punctuation do not matter';

/** Returns which column is which, and every problem with that. */
export function resolveList(headings: readonly string[], hasTypes: boolean): ResolvedHeadings {
  const columns = new Map<string, number>();
  const problems: HeadingProblem[] = [];
  const names = joined(headings.map(quotedHeading), ', ');
  for (const column of [...NAMING, TYPE]) {
    const found = headings.flatMap((heading, at) => (columnCalled('users', heading) === column ? [at] : []));
    if (found.length === 1) columns.set(column, found[0]);
    else if (found.length > 1) {
      const same = joined(
        found.map((at) => quotedHeading(headings[at])),
        ', ',
      );
      problems.push({ at: found[1], message: note`the columns ${same} all match ${column}; keep one of them. Headings found: ${names}.` });
    }
  }
  if (problems.length > 0) return { columns, problems, isIdFromUserName: false };
  if (!NAMING.some((column) => columns.has(column))) {
    problems.push({ message: note`no column identifies the users (accepted: ${ACCEPTED}). Headings found: ${names}.` });
  }
  if (hasTypes && !columns.has(TYPE)) {
    problems.push({
      message: note`no column is the authentication type (accepted: authenticationType, "Authentication Type", authType, auth). Headings found: ${names}. Give a list of only the Basic users with --basic-users.`,
    });
  }
  if (!hasTypes && columns.has(TYPE)) {
    problems.push({
      at: columns.get(TYPE) ?? 0,
      message:
        'a list of Basic users must not have a column of authentication types, since every user in it counts as Basic. Give this file with --auth-types.',
    });
  }
  return { columns, problems, isIdFromUserName: false };
}
