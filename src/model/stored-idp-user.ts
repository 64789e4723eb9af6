/** Users of a provider who are kept as bytes, whose texts are created on demand. */

import { type Decode, LENGTH_BYTES, NO_ROOM, placeIn, type StoredTexts, startOf } from '../collections/stored-texts.js';
import type { IdpUser } from './idp.js';
import { GrowingIdpRecords, IDP_FLAG, IdpRecords } from './idp-records.js';

export class StoredIdpUser implements IdpUser {
  readonly #records: IdpRecords;

  constructor(
    readonly place: number,
    readonly record: number,
    records: IdpRecords,
  ) {
    this.#records = records;
  }

  get id(): string {
    return this.#records.id(this.record);
  }

  get subject(): string {
    return this.#records.subject(this.record);
  }

  get email(): string {
    return this.#records.email(this.record);
  }

  get active(): boolean {
    return this.has('isActive');
  }

  get isSuspended(): true | undefined {
    return this.has('isSuspended') || undefined;
  }

  get isPending(): true | undefined {
    return this.has('isPending') || undefined;
  }

  get isGuest(): true | undefined {
    return this.has('isGuest') || undefined;
  }

  get givenName(): string | undefined {
    return this.#records.givenName(this.record);
  }

  get familyName(): string | undefined {
    return this.#records.familyName(this.record);
  }

  get path(): string {
    const { files, paths } = this.#records.columns;
    return paths[files[this.record]];
  }

  get line(): number {
    return this.#records.columns.lines[this.record];
  }

  has(flag: keyof typeof IDP_FLAG): boolean {
    return this.#records.has(this.record, flag);
  }

  /** Everything that `has` answers, as bits of IDP_FLAG. */
  get flags(): number {
    return this.#records.columns.flags[this.record];
  }

  get texts(): StoredTexts {
    return this.#records.texts;
  }

  get idAddress(): number {
    return this.#records.columns.ids[this.record];
  }

  get subjectAddress(): number {
    return this.#records.subjectAddress(this.record);
  }

  get emailAddress(): number {
    return this.#records.emailAddress(this.record);
  }

  get givenNameAddress(): number {
    return this.#records.givenNameAddress(this.record);
  }

  get familyNameAddress(): number {
    return this.#records.familyNameAddress(this.record);
  }

  /** Has the subject, as far as its first byte shows, something besides white space. */
  get hasSurelySubject(): boolean {
    const address = this.subjectAddress;
    return this.texts.lengthOf(address) > 0 && isPrinted(this.texts.bytesAt(address)[startOf(address)]);
  }

  get records(): IdpRecords {
    return this.#records;
  }

  /** Returns the same user with another index. */
  at(place: number): StoredIdpUser {
    return new StoredIdpUser(place, this.record, this.#records);
  }

  /** For JSON.stringify, which reads only own properties. */
  toJSON(): IdpUser {
    return plainIdpUser(this);
  }
}

/** Is a byte a character of ASCII that is seen. */
export const isPrinted = (byte: number): boolean => byte > 0x20 && byte < 0x7f;

/** Returns the same user with own properties, so that it can be spread; a stored user has getters instead. */
export function plainIdpUser(user: IdpUser): IdpUser {
  if (!(user instanceof StoredIdpUser)) return user;
  const { place, id, subject, email, active, isSuspended, isPending, isGuest, givenName, familyName, path, line } = user;
  return { place, id, subject, email, active, isSuspended, isPending, isGuest, givenName, familyName, path, line };
}

/** Returns the same user with another index. */
export const movedIdpUser = (user: IdpUser, place: number): IdpUser => (user instanceof StoredIdpUser ? user.at(place) : { ...user, place });

/** A text's length has two bytes. */
const LONGEST_TEXT = 0xffff;
/** Bytes of a letter at most, for each unit of a text. */
const WIDEST = 3;
const encoder = new TextEncoder();

/** Returns the records of users, in their order; undefined if a text is too long, or is not valid Unicode and would come back as another one. */
export function recordsOf(users: readonly IdpUser[], decode: Decode): IdpRecords | undefined {
  const stored = users.find((user) => user instanceof StoredIdpUser && user.records instanceof GrowingIdpRecords);
  const known = stored instanceof StoredIdpUser ? stored.records : undefined;
  const records = known instanceof GrowingIdpRecords ? known : new GrowingIdpRecords(decode);
  const numbers = new Int32Array(users.length);
  for (let place = 0; place < users.length; place++) {
    const user = users[place];
    const number = user instanceof StoredIdpUser && user.records === records ? user.record : addUser(records, user);
    if (number < 0) return undefined;
    numbers[place] = number;
  }
  const { ids, flags, lines, files, paths } = records.columns;
  return new IdpRecords(
    {
      ids: gather(ids, numbers, new Int32Array(users.length)),
      flags: gather(flags, numbers, new Uint16Array(users.length)),
      lines: gather(lines, numbers, new Int32Array(users.length)),
      files: gather(files, numbers, new Uint16Array(users.length)),
      paths,
    },
    records.texts,
  );
}

function gather<T extends Int32Array | Uint16Array>(from: T, numbers: Int32Array, into: T): T {
  for (let at = 0; at < numbers.length; at++) into[at] = from[numbers[at]];
  return into;
}

/** Returns the number of the user's new record, or -1. */
function addUser(records: GrowingIdpRecords, user: IdpUser): number {
  const { id, subject, email, active, isSuspended, isPending, isGuest, givenName, familyName } = user;
  const hasOneName = email === subject;
  const texts = [
    id,
    subject,
    ...(givenName === undefined ? [] : [givenName]),
    ...(familyName === undefined ? [] : [familyName]),
    ...(hasOneName ? [] : [email]),
  ];
  const room = texts.reduce((sum, { length }) => sum + length * WIDEST + LENGTH_BYTES, 0);
  const isFit = texts.every((text) => text.length * WIDEST <= LONGEST_TEXT && text.isWellFormed());
  const address = isFit ? records.reserve(room) : NO_ROOM;
  if (address === NO_ROOM) return -1;
  const bytes = records.texts.bytesAt(address);
  const end = texts.reduce((from, text) => putText(bytes, from, text), placeIn(address));
  const flags =
    (active ? IDP_FLAG.isActive : 0) |
    (isSuspended === true ? IDP_FLAG.isSuspended : 0) |
    (isPending === true ? IDP_FLAG.isPending : 0) |
    (isGuest === true ? IDP_FLAG.isGuest : 0) |
    (hasOneName ? IDP_FLAG.hasOneName : 0) |
    (givenName === undefined ? 0 : IDP_FLAG.hasGivenName) |
    (familyName === undefined ? 0 : IDP_FLAG.hasFamilyName);
  return records.add(address, end, flags, user.path, user.line);
}

/** Writes a text with its length; returns where it ends. */
function putText(bytes: Uint8Array, from: number, text: string): number {
  const start = from + LENGTH_BYTES;
  const { written } = encoder.encodeInto(text, bytes.subarray(start));
  bytes[from] = written;
  bytes[from + 1] = written >>> 8;
  return start + written;
}
