/** Users as records of bytes, whose texts are created on demand: see `StoredTexts`. */

import type { KeyTable } from '../collections/key-table.js';
import { IdTable } from '../collections/places.js';
import { type Decode, placeIn, StoredTexts } from '../collections/stored-texts.js';
import type { AuthenticationType, User } from './directory.js';

// A record: the line, the id in two halves, the input, then the username, the email if it is another text, and the names of the person if they are known.
const ID = 4;
const UPPER_ID = 8;
const INPUT = 12;
/** Bytes before the username. */
export const RECORD_HEAD = 14;
export const LARGEST_INPUT = 0xffff;
export const LARGEST_LINE = 0x7fffffff;

export const IS_ACTIVE = 1;
export const IS_IDP = 2;
/** The email is the username, as the same bytes. */
export const HAS_ONE_NAME = 4;
/** The given and the family name are known. */
export const HAS_PERSON = 8;

/** A user whose id is a whole number. */
export class StoredUser implements User {
  readonly #record: number;
  #flags: number;
  readonly #records: UserRecords;

  constructor(
    readonly place: number,
    record: number,
    flags: number,
    records: UserRecords,
  ) {
    this.#record = record;
    this.#flags = flags;
    this.#records = records;
  }

  get id(): string {
    return this.#records.id(this.#record);
  }

  /** The id as a whole number, which takes a third of the time that a string takes. */
  get integerId(): number {
    return this.#records.integerId(this.#record);
  }

  get userName(): string {
    return this.#records.userName(this.#record, this.nameAddress);
  }

  get email(): string {
    return this.hasOneName ? this.userName : this.#records.email(this.#record, this.emailAddress);
  }

  get active(): boolean {
    return (this.#flags & IS_ACTIVE) !== 0;
  }

  get authenticationType(): AuthenticationType {
    return (this.#flags & IS_IDP) !== 0 ? 'idp' : 'basic';
  }

  /** Replaces the type, if a list of types that is read after the users has another one. */
  set authenticationType(type: AuthenticationType) {
    this.#flags = type === 'idp' ? this.#flags | IS_IDP : this.#flags & ~IS_IDP;
  }

  get input(): number {
    const bytes = this.texts.bytesAt(this.#record);
    const at = placeIn(this.#record) + INPUT;
    return bytes[at] | (bytes[at + 1] << 8);
  }

  get line(): number {
    const bytes = this.texts.bytesAt(this.#record);
    return wordAt(bytes, placeIn(this.#record));
  }

  get hasOneName(): boolean {
    return (this.#flags & HAS_ONE_NAME) !== 0;
  }

  get emailLength(): number {
    return this.texts.lengthOf(this.emailAddress);
  }

  get texts(): StoredTexts {
    return this.#records.texts;
  }

  get nameAddress(): number {
    return this.#record + RECORD_HEAD;
  }

  get emailAddress(): number {
    return this.hasOneName ? this.nameAddress : this.texts.after(this.nameAddress);
  }

  get hasPerson(): boolean {
    return (this.#flags & HAS_PERSON) !== 0;
  }

  get givenName(): string | undefined {
    return this.hasPerson ? this.texts.text(this.givenNameAddress) : undefined;
  }

  get familyName(): string | undefined {
    return this.hasPerson ? this.texts.text(this.familyNameAddress) : undefined;
  }

  /** Where the given name is if it is known. */
  get givenNameAddress(): number {
    return this.texts.after(this.emailAddress);
  }

  get familyNameAddress(): number {
    return this.texts.after(this.givenNameAddress);
  }

  /** For JSON.stringify, which reads only own properties. */
  toJSON(): User {
    return plainUser(this);
  }
}

/** Returns the same user with own properties, so that it can be spread; a stored user has getters instead. */
export function plainUser(user: User): User {
  if (!(user instanceof StoredUser)) return user;
  const { place, id, userName, email, active, authenticationType, input, line, givenName, familyName } = user;
  const plain: User = { place, id, userName, email, active, authenticationType, input, line };
  return user.hasPerson ? { ...plain, givenName, familyName } : plain;
}

/** The records of users. The texts of the last user that was read are cached, because several of them are usually read together. */
export class UserRecords {
  readonly texts: StoredTexts;
  #last = -1;
  #id: string | undefined;
  #userName: string | undefined;
  #email: string | undefined;

  constructor(decode: Decode) {
    this.texts = new StoredTexts(decode);
  }

  id(record: number): string {
    this.#ask(record);
    this.#id ??= String(this.integerId(record));
    return this.#id;
  }

  integerId(record: number): number {
    const bytes = this.texts.bytesAt(record);
    const at = placeIn(record);
    return (wordAt(bytes, at + ID) >>> 0) + wordAt(bytes, at + UPPER_ID) * 2 ** 32;
  }

  userName(record: number, address: number): string {
    this.#ask(record);
    this.#userName ??= this.texts.text(address);
    return this.#userName;
  }

  email(record: number, address: number): string {
    this.#ask(record);
    this.#email ??= this.texts.text(address);
    return this.#email;
  }

  #ask(record: number): void {
    if (this.#last === record) return;
    this.#last = record;
    this.#id = this.#userName = this.#email = undefined;
  }
}

/** Writes what a record has before its texts. */
export function putRecordHead(bytes: Uint8Array, at: number, line: number, id: number, input: number): void {
  putWord(bytes, at, line);
  putWord(bytes, at + ID, id);
  putWord(bytes, at + UPPER_ID, id / 2 ** 32);
  bytes[at + INPUT] = input;
  bytes[at + INPUT + 1] = input >>> 8;
}

function putWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word;
  bytes[at + 1] = word >>> 8;
  bytes[at + 2] = word >>> 16;
  bytes[at + 3] = word >>> 24;
}

/** Returns a word with its sign. */
const wordAt = (bytes: Uint8Array, at: number): number => bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);

/** Is a user's email the username. */
export function hasOneName(user: User): boolean {
  return user instanceof StoredUser ? user.hasOneName || user.texts.areSame(user.nameAddress, user.emailAddress) : user.email === user.userName;
}

/** Is a user's username exactly a text. Creates no string for most stored users. */
export const isCalled = (user: User, text: string): boolean =>
  (user instanceof StoredUser && user.texts.isText(user.nameAddress, text)) || user.userName === text;

/** Is a user's email exactly a text. */
export const isAddressed = (user: User, text: string): boolean =>
  (user instanceof StoredUser && user.texts.isText(user.emailAddress, text)) || user.email === text;

/** Is a user's given name exactly a text. */
export const isGivenNamed = (user: User, text: string): boolean =>
  (user instanceof StoredUser && user.hasPerson && user.texts.isText(user.givenNameAddress, text)) || user.givenName === text;

export const isFamilyNamed = (user: User, text: string): boolean =>
  (user instanceof StoredUser && user.hasPerson && user.texts.isText(user.familyNameAddress, text)) || user.familyName === text;

/** Returns the number of the key of a user's username in a table, or -1. Creates no string for most stored users. */
export const findName = (table: KeyTable, user: User): number =>
  user instanceof StoredUser ? table.findStored(user.texts, user.nameAddress) : table.find(user.userName);

/** Returns the index of each user by id. */
export function placesById(users: readonly User[]): IdTable {
  const places = new IdTable();
  for (let at = 0; at < users.length; at++) {
    const user = users[at];
    if (user instanceof StoredUser) places.setInteger(user.integerId, at);
    else places.set(user.id, at);
  }
  return places;
}
