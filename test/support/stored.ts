/** Users kept as bytes, made of plain ones. */

import { placeIn } from '../../src/collections/stored-texts.js';
import type { User } from '../../src/model/directory.js';
import type { IdpUser } from '../../src/model/idp.js';
import { recordsOf, StoredIdpUser } from '../../src/model/stored-idp-user.js';
import { HAS_ONE_NAME, HAS_PERSON, IS_ACTIVE, IS_IDP, putRecordHead, RECORD_HEAD, StoredUser, UserRecords } from '../../src/model/stored-user.js';
import { decode } from '../../src/sources/tables/stored-rows.js';

const LONGEST = 1 << 16;

/** Returns the user as bytes; undefined if the id is not a whole number, or a text is too long or not valid Unicode. Either both names of the person are known or none. */
export function storedUser({ place, id, userName, email, active, authenticationType, input, line, givenName, familyName }: User): StoredUser | undefined {
  const names = givenName === undefined || familyName === undefined ? [] : [givenName, familyName];
  const texts = [userName, ...(email === userName ? [] : [email]), ...names];
  if (!/^\d{1,15}$/.test(id) || texts.some((text) => text.length * 3 > LONGEST || !text.isWellFormed())) return undefined;
  const records = new UserRecords(decode);
  const record = records.texts.reserve(LONGEST * 8);
  const bytes = records.texts.bytesAt(record);
  const start = placeIn(record);
  putRecordHead(bytes, start, line, Number(id), input);
  let at = start + RECORD_HEAD;
  for (const text of texts) {
    const written = new TextEncoder().encode(text);
    bytes[at++] = written.length;
    bytes[at++] = written.length >>> 8;
    bytes.set(written, at);
    at += written.length;
  }
  records.texts.keep(at);
  const flags =
    (active ? IS_ACTIVE : 0) | (authenticationType === 'idp' ? IS_IDP : 0) | (email === userName ? HAS_ONE_NAME : 0) | (names.length > 0 ? HAS_PERSON : 0);
  return new StoredUser(place, record, flags, records);
}

/** Returns the provider's user as bytes; undefined if a text is too long or not valid Unicode. */
export function storedIdpUser(user: IdpUser): StoredIdpUser | undefined {
  const records = recordsOf([user], decode);
  return records === undefined ? undefined : new StoredIdpUser(user.place, 0, records);
}
