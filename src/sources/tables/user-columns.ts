/** Columns of users beside their identities: names, further columns as checksums, and marks for what the user stated about single accounts. */

import { SharedTexts, TextBytes } from '../../collections/text-bytes.js';
import { collationOf } from '../../model/compare.js';
import { FURTHER_COLUMNS, type FurtherColumn, type FurtherColumns, type PersonNames, type User } from '../../model/directory.js';
import type { CollationName } from '../../model/policy.js';
import type { Row, Table } from './table.js';

/** What the user stated about single accounts, added to the users as they are read. */
export interface UserWords {
  /** How usernames are compared. */
  readonly collation: CollationName;
  /** Ids of accounts that must never be changed. */
  readonly leaveOutUsers: readonly string[];
  /** The account that SCIM requests sign in with, by its id or by its username. */
  readonly scimAdmin?: { readonly id?: string; readonly userName?: string };
  /** Systems that sign in with a username, by its key. */
  readonly systemsByKey?: ReadonlyMap<string, readonly string[]>;
  /** True if the authentication types come from a list, so that the source does not need any. */
  readonly areTypesListed?: boolean;
}

type Marks = Pick<User, 'isLeftOut' | 'scimAdmin' | 'signsInFor'>;

/** Returns the marks of a user, given the row, the id and the username; undefined if there are none. */
type Marker = (row: Row, id: string, userName: string) => Marks | undefined;

/** Returns a table's marker; undefined if nothing was stated. */
export function markUsers({ collation, leaveOutUsers, scimAdmin, systemsByKey, areTypesListed }: UserWords): ((table: Table) => Marker) | undefined {
  if (leaveOutUsers.length === 0 && scimAdmin === undefined && systemsByKey === undefined) return undefined;
  const { key } = collationOf(collation);
  const leftOut = new Set(leaveOutUsers);
  const adminKey = scimAdmin?.userName === undefined ? undefined : key(scimAdmin.userName);
  const needsKey = adminKey !== undefined || systemsByKey !== undefined;
  return (table) => {
    const license = columnText(table, 'licenseType');
    const isTypeGiven = areTypesListed === true || table.columns.has('authenticationType');
    return (row, id, userName) => {
      const folded = needsKey ? key(userName) : '';
      const systems = systemsByKey?.get(folded);
      const isAdmin = scimAdmin !== undefined && (id === scimAdmin.id || (folded !== '' && folded === adminKey));
      if (!isAdmin && systems === undefined) return leftOut.has(id) ? { isLeftOut: true } : undefined;
      const found = table.words.value('licenseType', license?.(row) ?? '');
      return {
        ...(isAdmin || leftOut.has(id) ? { isLeftOut: true } : {}),
        ...(isAdmin ? { scimAdmin: { isTypeGiven, ...(found.trim() === '' ? {} : { license: found }) } } : {}),
        ...(systems === undefined ? {} : { signsInFor: systems }),
      };
    };
  };
}

/** Returns a column's reader if there is the column. */
export function columnText(table: Table, column: string): ((row: Row) => string) | undefined {
  const at = table.columns.get(column);
  return at === undefined ? undefined : (row) => row.text(at);
}

/** Returns the reader of given and family names; undefined if the table has neither. */
export function namePartsReader(table: Table): ((row: Row) => Pick<User, 'givenName' | 'familyName'>) | undefined {
  const first = nameReader(table, 'firstName');
  const last = nameReader(table, 'lastName');
  if (first !== undefined && last !== undefined) return (row) => ({ givenName: first(row), familyName: last(row) });
  if (first !== undefined) return (row) => ({ givenName: first(row) });
  return last === undefined ? undefined : (row) => ({ familyName: last(row) });
}

function nameReader(table: Table, column: string): ((row: Row) => string) | undefined {
  const at = table.columns.get(column);
  if (at === undefined) return undefined;
  const nulls = table.words.of(column);
  const texts = new SharedTexts();
  return (row) => {
    const name = row.shared(at, texts);
    return nulls.has(name) ? '' : name;
  };
}

const SPACE = 0x20;

type AddName = (row: Row, bytes: TextBytes) => void;

/** Returns a function that adds a cell, unless it means a missing value. */
function cellAdder({ columns, words }: Table, column: string): AddName | undefined {
  const at = columns.get(column);
  if (at === undefined) return undefined;
  const nulls = words.of(column);
  return (row, bytes) => {
    const start = bytes.length;
    row.addTo(bytes, at);
    if (nulls.hasEnd(bytes, start)) bytes.shorten(start);
  };
}

/** Returns a function that adds the name in a row, which may take two columns; nothing if the table has no names. */
function nameAdder(table: Table): AddName {
  const full = cellAdder(table, 'fullName');
  if (full !== undefined) return full;
  const first = cellAdder(table, 'firstName');
  const last = cellAdder(table, 'lastName');
  if (first === undefined || last === undefined) return first ?? last ?? (() => {});
  return (row, bytes) => {
    const start = bytes.length;
    first(row, bytes);
    const end = bytes.length;
    if (end > start) bytes.byte(SPACE);
    const next = bytes.length;
    last(row, bytes);
    if (bytes.length === next) bytes.shorten(end);
  };
}

/** The names of people by index, kept as bytes: few are ever used, and a string per user would fill the memory. */
export class NameList implements PersonNames {
  readonly #bytes = new TextBytes();
  /** Where each name ends. */
  readonly #ends: number[] = [];

  of(place: number): string {
    return place < this.#ends.length ? this.#bytes.part(place === 0 ? 0 : this.#ends[place - 1], this.#ends[place]) : '';
  }

  /** Returns readers of the names in a table's rows: `add` adds the next user's, `isSame` says whether a row repeats the name at an index. */
  reader(table: Table): { add(row: Row): void; isSame(place: number, row: Row): boolean } {
    const bytes = this.#bytes;
    const add = nameAdder(table);
    return {
      add: (row) => {
        add(row, bytes);
        this.#ends.push(bytes.length);
      },
      isSame: (place, row) => {
        const start = bytes.length;
        add(row, bytes);
        const repeated = bytes.part(start, bytes.length);
        bytes.shorten(start);
        return repeated === this.of(place);
      },
    };
  }
}

interface Held {
  readonly name: FurtherColumn;
  readonly heading: string;
}

/** Columns that no rule reads, as checksums by index, in the order in which the users were added: enough to detect a change without the texts. Only columns that every list of users has are kept. */
export class FurtherList implements FurtherColumns {
  /** The columns of the first list. */
  #held: readonly Held[] | undefined;
  readonly #isCommon = new Set<FurtherColumn>();
  #sums = new Uint32Array(1 << 10);
  #length = 0;

  get columns(): readonly Held[] {
    return (this.#held ?? []).filter(({ name }) => this.#isCommon.has(name));
  }

  checksum(place: number, name: FurtherColumn): number {
    const held = this.#held ?? [];
    return this.#sums[place * held.length + held.findIndex((each) => each.name === name)];
  }

  /** Returns a function that adds the next user's row of a table. */
  adder(table: Table): (row: Row) => void {
    const own = FURTHER_COLUMNS.flatMap((name) => {
      const at = table.columns.get(name);
      return at === undefined ? [] : [{ name, at, heading: table.headings[at] ?? '' }];
    });
    if (this.#held === undefined) {
      this.#held = own.map(({ name, heading }) => ({ name, heading }));
      for (const { name } of own) this.#isCommon.add(name);
    }
    const readers = this.#held.map(({ name, heading }) => {
      const found = own.find((each) => each.name === name && each.heading === heading);
      if (found === undefined) this.#isCommon.delete(name);
      return found === undefined ? () => 0 : checksumReader(table, found);
    });
    return (row) => {
      if (this.#length + readers.length > this.#sums.length) {
        const wider = new Uint32Array(this.#sums.length * 2);
        wider.set(this.#sums);
        this.#sums = wider;
      }
      for (const read of readers) this.#sums[this.#length++] = read(row);
    };
  }
}

function checksumReader({ words }: Table, { name, at }: { readonly name: FurtherColumn; readonly at: number }): (row: Row) => number {
  const bytes = new TextBytes();
  const nulls = words.of(name);
  return (row) => {
    row.addTo(bytes, at);
    if (nulls.hasEnd(bytes, 0)) bytes.shorten(0);
    const sum = bytes.checksum();
    bytes.shorten(0);
    return sum;
  };
}
