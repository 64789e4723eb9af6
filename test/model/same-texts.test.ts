/** Texts of both sides compared as bytes, beside the same ones compared as strings. */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { User } from '../../src/model/directory.js';
import type { IdpUser } from '../../src/model/idp.js';
import { haveSameEmail, isCalledSubject, isEmailReplaced, isFamilyNameReplaced, isGivenNameReplaced } from '../../src/model/same-texts.js';
import { plainIdpUser } from '../../src/model/stored-idp-user.js';
import { plainUser } from '../../src/model/stored-user.js';
import { storedIdpUser, storedUser } from '../support/stored.js';

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
const name = fc.option(text, { nil: undefined });
const account = fc.record({ userName: text, email: text, givenName: name, familyName: name });
const person = fc.record({ subject: text, email: text, givenName: name, familyName: name });

it('says the same of bytes as of strings', () => {
  const compare = { isCalledSubject, haveSameEmail, isEmailReplaced, isGivenNameReplaced, isFamilyNameReplaced };
  const say = (user: User, idpUser: IdpUser) => Object.fromEntries(Object.entries(compare).map(([each, is]) => [each, is(user, idpUser)]));
  fc.assert(
    fc.property(account, person, (ours, theirs) => {
      const user = storedUser({ place: 0, id: '7', active: true, authenticationType: 'idp', input: 0, line: 2, ...ours });
      const idpUser = storedIdpUser({ place: 0, id: '00u1', active: true, path: 'users.csv', line: 2, ...theirs });
      if (user === undefined || idpUser === undefined) throw new Error('it was not stored');
      const expected = say(plainUser(user), plainIdpUser(idpUser));
      expect(plainUser(user)).toMatchObject({ userName: ours.userName, email: ours.email });
      expect(say(user, idpUser)).toEqual(expected);
      // One side as bytes.
      expect(say(user, plainIdpUser(idpUser))).toEqual(expected);
      expect(say(plainUser(user), idpUser)).toEqual(expected);
    }),
    { numRuns: 2000 },
  );
});
