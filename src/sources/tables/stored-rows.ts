/** Creates stored users from rows. Most of their texts never become strings. */

import { integerOf } from '../../collections/places.js';
import { NO_ROOM, placeIn } from '../../collections/stored-texts.js';
import type { AuthenticationType } from '../../model/directory.js';
import {
  HAS_ONE_NAME,
  HAS_PERSON,
  IS_ACTIVE,
  IS_IDP,
  LARGEST_INPUT,
  LARGEST_LINE,
  putRecordHead,
  RECORD_HEAD,
  StoredUser,
  UserRecords,
} from '../../model/stored-user.js';
import { Spellings } from './spellings.js';
import type { Row, Table } from './table.js';
import type { Remembered } from './user-status.js';

/** Bytes of the longest record. Longer ones are not stored. */
const LONGEST = 1 << 12;

/** How the rows of one table are read. */
interface Keeping {
  readonly table: Table;
  /** The column that ids are read from. */
  readonly idColumn: string;
  readonly at: { readonly userName: number; readonly email: number };
  readonly isActive: Remembered<boolean>;
  readonly authenticationType: (row: Row) => AuthenticationType;
  /** The columns of the person's names, if they are read; both or none. */
  readonly person: { readonly firstName: number; readonly lastName: number } | undefined;
}

/** Returns the user of a row whose id is a whole number; undefined, before anything was read or counted, if the user cannot be stored. */
type Keep = (row: Row, place: number, id: number, input: number) => StoredUser | undefined;

let view: Buffer<ArrayBufferLike> = Buffer.alloc(0);

export function decode(bytes: Uint8Array, from: number, to: number): string {
  // Consecutive texts are mostly in the same piece, so its view is reused.
  if (view.buffer !== bytes.buffer) view = Buffer.from(bytes.buffer);
  let all = 0;
  for (let at = from; at < to; at++) all |= bytes[at];
  return view.toString(all < 0x80 ? 'latin1' : 'utf8', from, to);
}

/**
 * Returns a function that creates stored users from the rows of a table; all tables share one store. A user with a very long text, or one that
 * means a missing value, is not stored, so that little has to be done for each user.
 */
export function userKeeper(): (keeping: Keeping) => Keep {
  const records = new UserRecords(decode);
  const { texts } = records;
  return ({ table, idColumn, at, isActive, authenticationType, person }) => {
    const [nameNulls, emailNulls] = [table.words.of('userName'), table.words.of('email')];
    if (nameNulls.has('') || emailNulls.has('') || table.words.of(idColumn).words.some((word) => integerOf(word) >= 0)) return () => undefined;
    const userName = { column: at.userName, words: nameNulls };
    const email = { column: at.email, words: emailNulls };
    const names =
      person === undefined
        ? []
        : [
            { column: person.firstName, words: table.words.of('firstName') },
            { column: person.lastName, words: table.words.of('lastName') },
          ];
    const cells = [userName, email, ...names];
    const cellsOfOne = [{ column: at.userName, words: new Spellings([...nameNulls.words, ...emailNulls.words]) }, ...names];
    const known = person === undefined ? 0 : HAS_PERSON;
    return (row, place, id, input) => {
      if (row.line > LARGEST_LINE || input > LARGEST_INPUT) return undefined;
      const record = texts.reserve(LONGEST);
      if (record === NO_ROOM) return undefined;
      const bytes = texts.bytesAt(record);
      const start = placeIn(record);
      const hasOneName = row.isSame(at.email, at.userName);
      const end = row.copy(hasOneName ? cellsOfOne : cells, bytes, start + RECORD_HEAD, start + LONGEST);
      if (end < 0) return undefined;
      putRecordHead(bytes, start, row.line, id, input);
      texts.keep(end);
      const flags = known | (isActive.read(row) ? IS_ACTIVE : 0) | (authenticationType(row) === 'idp' ? IS_IDP : 0) | (hasOneName ? HAS_ONE_NAME : 0);
      return new StoredUser(place, record, flags, records);
    };
  };
}
