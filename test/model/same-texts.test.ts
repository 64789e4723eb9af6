/** Texts of both sides compared as bytes, beside the same ones compared as strings. */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { placeIn } from '../../src/collections/stored-texts.js';
import type { User } from '../../src/model/directory.js';
import { haveSameEmail, isCalledSubject, isEmailReplaced, isFamilyNameReplaced, isGivenNameReplaced } from '../../src/model/same-texts.js';
import { plainIdpUser, recordsOf, StoredIdpUser } from '../../src/model/stored-idp-user.js';
import { HAS_ONE_NAME, HAS_PERSON, IS_ACTIVE, plainUser, putRecordHead, RECORD_HEAD, StoredUser, UserRecords } from '../../src/model/stored-user.js';
import { decode } from '../../src/sources/tables/stored-rows.js';

interface Person {
  readonly name: string;
  readonly email: string;
  readonly givenName: string | undefined;
  readonly familyName: string | undefined;
}

/** Of an account either both names are known or none. */
function storedUser({ name, email, givenName, familyName }: Person): StoredUser {
  const records = new UserRecords(decode);
  const record = records.texts.reserve(1 << 12);
  const bytes = records.texts.bytesAt(record);
  const start = placeIn(record);
  putRecordHead(bytes, start, 2, 7, 0);
  const names = givenName === undefined || familyName === undefined ? [] : [givenName, familyName];
  let at = start + RECORD_HEAD;
  for (const text of [name, ...(email === name ? [] : [email]), ...names]) {
    const encoded = new TextEncoder().encode(text);
    bytes[at++] = encoded.length;
    bytes[at++] = encoded.length >>> 8;
    bytes.set(encoded, at);
    at += encoded.length;
  }
  records.texts.keep(at);
  return new StoredUser(0, record, IS_ACTIVE | (email === name ? HAS_ONE_NAME : 0) | (names.length > 0 ? HAS_PERSON : 0), records);
}

function storedIdpUser({ name, email, givenName, familyName }: Person): StoredIdpUser {
  const user = { place: 0, id: '00u1', subject: name, email, active: true, givenName, familyName, path: 'users.csv', line: 2 };
  const records = recordsOf([user], decode);
  if (records === undefined) throw new Error('it was not stored');
  return new StoredIdpUser(0, 0, records);
}

const text = fc.constantFrom(
  '',
  ' ',
  '\u00a0',
  '\u200b',
  '\t',
  'ana@dome.example',
  'Ana@dome.example',
  'Zoë',
  'Zoe\u0308',
  'Wu',
  ' Wu',
  '\u00a0Wu',
  'Wu ',
  '日本',
  '?',
);
const person = fc.record({ name: text, email: text, givenName: fc.option(text, { nil: undefined }), familyName: fc.option(text, { nil: undefined }) });

it('says the same of bytes as of strings', () => {
  const compare = { isCalledSubject, haveSameEmail, isEmailReplaced, isGivenNameReplaced, isFamilyNameReplaced };
  const say = (user: User, idpUser: Parameters<typeof haveSameEmail>[1]) =>
    Object.fromEntries(Object.entries(compare).map(([name, is]) => [name, is(user, idpUser)]));
  fc.assert(
    fc.property(person, person, (ours, theirs) => {
      const [user, idpUser] = [storedUser(ours), storedIdpUser(theirs)];
      const expected = say(plainUser(user), plainIdpUser(idpUser));
      expect(plainUser(user)).toMatchObject({ userName: ours.name, email: ours.email });
      expect(say(user, idpUser)).toEqual(expected);
      // One side as bytes.
      expect(say(user, plainIdpUser(idpUser))).toEqual(expected);
      expect(say(plainUser(user), idpUser)).toEqual(expected);
    }),
    { numRuns: 2000 },
  );
});
