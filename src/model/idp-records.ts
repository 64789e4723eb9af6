/** Users of a provider as records of bytes: see `StoredTexts`. One thread can hand them to another without copying them. */

import { type Decode, NO_ROOM, StoredTexts } from '../collections/stored-texts.js';

export const IDP_FLAG = {
  isActive: 1,
  isSuspended: 2,
  isPending: 4,
  isGuest: 8,
  /** The email is the subject. */
  hasOneName: 16,
  /** The export states whether the user is active, was ever activated, and is a guest; these three only matter while exports are read. */
  saysActive: 32,
  saysPending: 64,
  saysGuest: 128,
  /** The export has emails, given names and family names. */
  hasEmail: 256,
  hasGivenName: 512,
  hasFamilyName: 1024,
} as const;

/** Everything about some users but the objects and the texts: arrays by number of the record. */
export interface IdpColumns {
  /** Address of the id. The subject follows it, then the given and the family name if the export has them, and the email if it is another text than the subject. */
  readonly ids: Int32Array;
  /** Bits of IDP_FLAG. */
  readonly flags: Uint16Array;
  readonly lines: Int32Array;
  /** Index in `paths`. */
  readonly files: Uint16Array;
  readonly paths: readonly string[];
}

/** The texts of the last user that was read are cached, because several of them are usually read together. */
export class IdpRecords {
  #last = -1;
  #id: string | undefined;
  #subject: string | undefined;
  #email: string | undefined;

  constructor(
    readonly columns: IdpColumns,
    readonly texts: StoredTexts,
  ) {}

  has(record: number, flag: keyof typeof IDP_FLAG): boolean {
    return (this.columns.flags[record] & IDP_FLAG[flag]) !== 0;
  }

  subjectAddress(record: number): number {
    return this.texts.after(this.columns.ids[record]);
  }

  /** The address of the given name, or where it would be. */
  givenNameAddress(record: number): number {
    return this.texts.after(this.subjectAddress(record));
  }

  familyNameAddress(record: number): number {
    const givenName = this.givenNameAddress(record);
    return this.has(record, 'hasGivenName') ? this.texts.after(givenName) : givenName;
  }

  emailAddress(record: number): number {
    if (this.has(record, 'hasOneName')) return this.subjectAddress(record);
    const familyName = this.familyNameAddress(record);
    return this.has(record, 'hasFamilyName') ? this.texts.after(familyName) : familyName;
  }

  id(record: number): string {
    this.#ask(record);
    this.#id ??= this.texts.text(this.columns.ids[record]);
    return this.#id;
  }

  subject(record: number): string {
    this.#ask(record);
    this.#subject ??= this.texts.text(this.subjectAddress(record));
    return this.#subject;
  }

  email(record: number): string {
    if (this.has(record, 'hasOneName')) return this.subject(record);
    this.#ask(record);
    this.#email ??= this.texts.text(this.emailAddress(record));
    return this.#email;
  }

  givenName(record: number): string | undefined {
    return this.has(record, 'hasGivenName') ? this.texts.text(this.givenNameAddress(record)) : undefined;
  }

  familyName(record: number): string | undefined {
    return this.has(record, 'hasFamilyName') ? this.texts.text(this.familyNameAddress(record)) : undefined;
  }

  #ask(record: number): void {
    if (this.#last === record) return;
    this.#last = record;
    this.#id = this.#subject = this.#email = undefined;
  }
}

/** Limit on the number of files. */
const MOST_FILES = 0xffff;

/** Records to which others are added. */
export class GrowingIdpRecords extends IdpRecords {
  declare readonly columns: { ids: Int32Array; flags: Uint16Array; lines: Int32Array; files: Uint16Array; readonly paths: string[] };
  #size = 0;

  constructor(decode: Decode) {
    super({ ids: new Int32Array(64), flags: new Uint16Array(64), lines: new Int32Array(64), files: new Uint16Array(64), paths: [] }, new StoredTexts(decode));
  }

  /** Returns the address at which the texts of the next user can be written, or NO_ROOM. */
  reserve(most: number): number {
    return this.columns.paths.length < MOST_FILES ? this.texts.reserve(most) : NO_ROOM;
  }

  /** Keeps the texts of a user, which were written to an address up to an offset; returns the number of the record. */
  add(address: number, end: number, flags: number, path: string, line: number): number {
    this.texts.keep(end);
    const { columns } = this;
    const record = this.#size++;
    if (record === columns.ids.length) {
      columns.ids = widened(columns.ids, new Int32Array(record * 2));
      columns.lines = widened(columns.lines, new Int32Array(record * 2));
      columns.flags = widened(columns.flags, new Uint16Array(record * 2));
      columns.files = widened(columns.files, new Uint16Array(record * 2));
    }
    columns.ids[record] = address;
    columns.flags[record] = flags;
    columns.lines[record] = line;
    columns.files[record] = this.#fileOf(path);
    return record;
  }

  #fileOf(path: string): number {
    const { paths } = this.columns;
    // Files are read one after the other.
    const known = paths.lastIndexOf(path);
    return known < 0 ? paths.push(path) - 1 : known;
  }
}

function widened<T extends Int32Array | Uint16Array>(narrow: T, wide: T): T {
  wide.set(narrow);
  return wide;
}
