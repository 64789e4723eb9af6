/** Writes accounts as bytes, without creating a string. */

import { LENGTH_BYTES, NO_ROOM, placeIn, startOf } from '../../collections/stored-texts.js';
import { GrowingIdpRecords, IDP_FLAG } from '../../model/idp-records.js';
import { isPrinted } from '../../model/stored-idp-user.js';
import { LARGEST_LINE } from '../../model/stored-user.js';
import { sizeOf } from '../input-files.js';
import { decode } from '../tables/stored-rows.js';
import type { Copier, Entry } from './entry.js';

/** What a list of users states about an account besides its texts; undefined if it does not say. */
export interface AccountFacts {
  readonly active: boolean | undefined;
  readonly isPending: boolean | undefined;
  readonly isSuspended: boolean | undefined;
  readonly isGuest: boolean | undefined;
}

/** Bytes of the longest record. Longer ones are not stored. */
const LONGEST = 1 << 12;

/** How the records of one file are written. */
interface Writing {
  readonly entry: Entry;
  readonly hasEmail: boolean;
  isLoginEmail(): boolean;
  /** For an email that is the login, or that the file does not have. */
  readonly copyNames: Copier | undefined;
  readonly copyAll: Copier | undefined;
  /** Bits of IDP_FLAG. */
  readonly flags: number;
}

/** The last record that was written, which can be kept until the next one is. */
export class AccountRecords {
  readonly records = new GrowingIdpRecords(decode);
  #writing: Writing | undefined;
  #address = 0;
  #end = 0;
  #flags = 0;
  #path = '';
  #line = 0;

  /**
   * Writes a record whose login is its subject. Returns the address of its id; NO_ROOM, before anything was read or counted, if the file is small or if
   * one of its texts has to be looked at.
   */
  write(entry: Entry, facts: AccountFacts): number {
    const { hasEmail, isLoginEmail, copyNames, copyAll, flags } = this.#writingOf(entry);
    if (copyNames === undefined || copyAll === undefined || entry.line > LARGEST_LINE) return NO_ROOM;
    const { texts } = this.records;
    const address = this.records.reserve(LONGEST);
    if (address === NO_ROOM) return NO_ROOM;
    const bytes = texts.bytesAt(address);
    const from = placeIn(address);
    const hasOneName = isLoginEmail();
    const copy = hasEmail && !hasOneName ? copyAll : copyNames;
    let end = copy(bytes, from, from + LONGEST - LENGTH_BYTES);
    if (end < 0 || !this.#isTrimmed(address) || !this.#isTrimmed(texts.after(address))) return NO_ROOM;
    if (!hasEmail) {
      // It is blank.
      bytes.fill(0, end, end + LENGTH_BYTES);
      end += LENGTH_BYTES;
    }
    this.#address = address;
    this.#end = end;
    this.#flags = flags | flagsOf(facts) | (hasOneName ? IDP_FLAG.hasOneName : 0);
    this.#path = entry.path;
    this.#line = entry.line;
    return address;
  }

  #writingOf(entry: Entry): Writing {
    if (this.#writing?.entry !== entry) this.#writing = writingOf(entry);
    return this.#writing;
  }

  /** Is the email of the current record the login. */
  isLoginEmail(entry: Entry): boolean {
    return this.#writingOf(entry).isLoginEmail();
  }

  /** Does the login of the record at an address have a byte. */
  hasInLogin(address: number, byte: number): boolean {
    const { texts } = this.records;
    const login = texts.after(address);
    const start = startOf(login);
    return texts
      .bytesAt(login)
      .subarray(start, start + texts.lengthOf(login))
      .includes(byte);
  }

  /** Keeps what was written last; returns its number. */
  keep(): number {
    return this.records.add(this.#address, this.#end, this.#flags, this.#path, this.#line);
  }

  /** Is a text certainly neither empty nor with white space at an end. */
  #isTrimmed(address: number): boolean {
    const { texts } = this.records;
    const bytes = texts.bytesAt(address);
    const from = startOf(address);
    const length = texts.lengthOf(address);
    return length > 0 && isPrinted(bytes[from]) && isPrinted(bytes[from + length - 1]);
  }
}

function writingOf(entry: Entry): Writing {
  const hasEmail = entry.has('email');
  const hasGivenName = entry.has('givenName');
  const hasFamilyName = entry.has('familyName');
  const names = ['id', 'login', ...(hasGivenName ? (['givenName'] as const) : []), ...(hasFamilyName ? (['familyName'] as const) : [])] as const;
  return {
    entry,
    hasEmail,
    isLoginEmail: entry.comparer('email', 'login'),
    copyNames: entry.copier(names),
    copyAll: hasEmail ? entry.copier([...names, 'email']) : entry.copier(names),
    flags: (hasEmail ? IDP_FLAG.hasEmail : 0) | (hasGivenName ? IDP_FLAG.hasGivenName : 0) | (hasFamilyName ? IDP_FLAG.hasFamilyName : 0),
  };
}

const flagsOf = ({ active, isPending, isSuspended, isGuest }: AccountFacts): number =>
  (active === false ? 0 : IDP_FLAG.isActive) |
  (isSuspended === true ? IDP_FLAG.isSuspended : 0) |
  (isPending === true ? IDP_FLAG.isPending : 0) |
  (isGuest === true ? IDP_FLAG.isGuest : 0) |
  (active === undefined ? 0 : IDP_FLAG.saysActive) |
  (isPending === undefined ? 0 : IDP_FLAG.saysPending) |
  (isGuest === undefined ? 0 : IDP_FLAG.saysGuest);

const BYTES_PER_ACCOUNT = 150;
const MOST_EXPECTED = 1 << 20;

/** Returns about how many accounts lists have: a table that grows is built anew each time. */
export function expectedAccounts(files: readonly string[]): number {
  const bytes = files.reduce((sum, file) => sum + (sizeOf(file) ?? 0), 0);
  return Math.min(bytes / BYTES_PER_ACCOUNT, MOST_EXPECTED);
}
