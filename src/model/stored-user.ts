/** Users as records of bytes, whose texts are made when they are asked for: see `StoredTexts`. */

import { type Decode, placeIn, StoredTexts } from '../collections/stored-texts.js';
import type { AuthenticationType, User } from './directory.js';

// A record: the line, the input, then the username, the email if it is another text, and the id.
const INPUT = 4;
/** Bytes before the username. */
export const RECORD_HEAD = 6;
export const LARGEST_INPUT = 0xffff;
export const LARGEST_LINE = 0x7fffffff;

export const IS_ACTIVE = 1;
export const IS_IDP = 2;
/** The email is the username, as the same bytes. */
export const HAS_ONE_NAME = 4;

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
    return this.#records.id(this.#record, this.emailAddress);
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

  /** A list of types, which is read after the users, may say otherwise. */
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
    const at = placeIn(this.#record);
    return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
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
}

/** A stored user with the names of the person. */
export class NamedUser extends StoredUser {
  constructor(
    place: number,
    record: number,
    flags: number,
    records: UserRecords,
    readonly givenName: string,
    readonly familyName: string,
  ) {
    super(place, record, flags, records);
  }
}

/** Returns the same user with properties of its own, which can be spread: those of a stored user cannot. */
export function plainUser(user: User): User {
  if (!(user instanceof StoredUser)) return user;
  const { place, id, userName, email, active, authenticationType, input, line } = user;
  const plain: User = { place, id, userName, email, active, authenticationType, input, line };
  return user instanceof NamedUser ? { ...plain, givenName: user.givenName, familyName: user.familyName } : plain;
}

/** The records of users, and the texts of the one that was asked last: one text is mostly asked for together with others. */
export class UserRecords {
  readonly texts: StoredTexts;
  #last = -1;
  #id: string | undefined;
  #userName: string | undefined;
  #email: string | undefined;

  constructor(decode: Decode) {
    this.texts = new StoredTexts(decode);
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

  /** The id is behind the email. */
  id(record: number, emailAddress: number): string {
    this.#ask(record);
    this.#id ??= this.texts.text(this.texts.after(emailAddress));
    return this.#id;
  }

  #ask(record: number): void {
    if (this.#last === record) return;
    this.#last = record;
    this.#id = this.#userName = this.#email = undefined;
  }
}

/** Writes what a record has before its texts. */
export function putRecordHead(bytes: Uint8Array, at: number, line: number, input: number): void {
  bytes[at] = line;
  bytes[at + 1] = line >>> 8;
  bytes[at + 2] = line >>> 16;
  bytes[at + 3] = line >>> 24;
  bytes[at + INPUT] = input;
  bytes[at + INPUT + 1] = input >>> 8;
}
