/** Accounts that are kept as bytes, as those of a large list are, beside the same ones kept as texts. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { readForThread } from '../../../src/app/idp-thread.js';
import { indexIdentities } from '../../../src/model/identity-index.js';
import type { IdpDirectory, IdpUser } from '../../../src/model/idp.js';
import { lookUpsOf } from '../../../src/model/idp-lookup.js';
import { matchIdp } from '../../../src/model/idp-match.js';
import { noteText } from '../../../src/model/note.js';
import { plainIdpUser, StoredIdpUser } from '../../../src/model/stored-idp-user.js';
import { CsvRow } from '../../../src/sources/csv/row.js';
import { buffersOf, packIdp, unpackIdp } from '../../../src/sources/idp/packed.js';
import { type IdpRequest, readIdp } from '../../../src/sources/idp/read-idp.js';
import { SourceRefused } from '../../../src/sources/tables/problem.js';
import { idpOf, organizationOf, previewOf, worlds } from '../../reporters/documents.js';
import { temporaryFolders } from '../../support/machine.js';
import { directoryOf, policyOf } from '../../support/organizations.js';

const newFolder = temporaryFolders();
const { setStretch } = CsvRow.prototype;

afterEach(() => {
  CsvRow.prototype.setStretch = setStretch;
});

/** From here on every file is read as a large one, or as a small one. */
function readAs(size: 'large' | 'small'): void {
  CsvRow.prototype.setStretch = function (this: CsvRow, bytes, isAsciiOnly) {
    setStretch.call(this, bytes, isAsciiOnly, size === 'small');
  };
}

/** Everything that is read, as plain data; or what is refused. */
function outcomeOf(request: IdpRequest, counted: (user: IdpUser) => void = () => {}) {
  try {
    const { users, unassigned, notes, strangers, listed, ...rest } = readIdp(request);
    for (const user of users) counted(user);
    return {
      ...rest,
      users: users.map(withoutAbsent),
      unassigned: unassigned?.map(withoutAbsent),
      notes: notes.map(noteText),
      strangers: [...strangers],
      listed: [...listed],
    };
  } catch (error) {
    if (error instanceof SourceRefused) return { found: error.found, total: error.total };
    if (error instanceof Error) return error.message;
    throw error;
  }
}

const withoutAbsent = (user: IdpUser): Partial<IdpUser> =>
  Object.fromEntries(Object.entries(plainIdpUser(user)).filter(([, value]) => value !== undefined)) as Partial<IdpUser>;

const word = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('ana@dome.example', 'ben@dome.example', 'Wu', 'Zoë', 'Kim', 'Bo-Ann') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '',
      ' ',
      'NULL',
      '\\N',
      'null',
      'Ana@Dome.example',
      ' ana@dome.example',
      'ana@dome.example\u00a0',
      '"ana"',
      'a\nb',
      'none',
      '日本',
      '?',
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('eve_mist.example#EXT#@dome.example', 'eve_mist.example#ext#@dome.example', 'x'.repeat(5000), 'a#b@dome.example') },
);
const idOf = fc.oneof(
  { weight: 200, arbitrary: fc.nat(9999).map((number) => `00u${number}`) },
  { weight: 20, arbitrary: fc.constantFrom('7', '00U1', ' 00u2 ', '00u3 ', 'ünique', '00u?', '__proto__') },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', 'NULL', '00u4') },
);
const row = fc.record({
  id: idOf,
  login: word,
  email: fc.option(word, { nil: undefined }),
  givenName: word,
  familyName: word,
  status: fc.oneof({ weight: 300, arbitrary: fc.nat(8) }, { weight: 1, arbitrary: fc.constant(9) }),
  isGuest: fc.nat(4),
});
const rows = fc.uniqueArray(row, { selector: ({ id }) => id, minLength: 1, maxLength: 30, size: 'max' });
const anyRows = fc.array(row, { minLength: 1, maxLength: 12 });
const columns = fc.subarray(['email', 'givenName', 'familyName', 'userType'] as const);

const OKTA = ['ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE', 'STAGED', 'SUSPENDED', 'DEPROVISIONED', 'PASSWORD_EXPIRED', 'ACTIVE', 'asleep'];
const HEADINGS = {
  okta: { id: 'id', login: 'login', email: 'email', givenName: 'firstName', familyName: 'lastName', status: 'status', userType: 'userType' },
  entra: { id: 'id', login: 'userPrincipalName', email: 'mail', givenName: 'givenName', familyName: 'surname', status: 'accountEnabled', userType: 'userType' },
} as const;

// Where all files are read as large ones, there is nothing to compare with.
describe.skipIf(process.env.USERS_AS_BYTES !== undefined)('accounts of a list', () => {
  it.each(['okta', 'entra'] as const)('are the same, or refused for the same, however large the list is: %s', (provider) => {
    let stored = 0;
    let plain = 0;
    const folder = newFolder();
    const counted = (user: IdpUser): void => {
      if (user instanceof StoredIdpUser) stored++;
      else plain++;
    };
    fc.assert(
      fc.property(
        fc.oneof({ weight: 4, arbitrary: rows.map((one) => [one]) }, { weight: 1, arbitrary: fc.array(anyRows, { minLength: 1, maxLength: 2 }) }),
        columns,
        fc.constantFrom([], [], ['none'], ['']),
        fc.constantFrom({ kind: 'upn' } as const, { kind: 'upn' } as const, { kind: 'original-upn' } as const, { kind: 'mail' } as const),
        (lists, given, nulls, subject) => {
          const users = lists.map((records, at) => {
            const headings = HEADINGS[provider];
            const fields = ['id', 'login', ...given, 'status'] as const;
            const cells = records.map(({ id, login, email = login, givenName, familyName, status, isGuest }) => {
              const values = {
                id,
                login,
                email,
                givenName,
                familyName,
                status: provider === 'okta' ? OKTA[status] : String(status > 1),
                userType: isGuest === 0 ? 'Guest' : 'Member',
              };
              return fields.map((field) => values[field]);
            });
            const file = join(folder, `users-${at}.csv`);
            writeFileSync(file, stringify([fields.map((field) => headings[field]), ...cells]));
            return file;
          });
          const request: IdpRequest = { provider, users, groups: [], members: [], nulls, ...(provider === 'entra' ? { subject } : {}) };
          readAs('small');
          const expected = outcomeOf(request, (user) => expect(user).not.toBeInstanceOf(StoredIdpUser));
          readAs('large');
          expect(outcomeOf(request, counted)).toEqual(expected);
        },
      ),
      { numRuns: 150 },
    );
    expect(stored).toBeGreaterThan(30);
    expect(plain).toBeGreaterThan(5);
  });

  it('are joined with assignments and members as before', () => {
    const folder = newFolder({
      'users.csv':
        'id,login,email,firstName,lastName,status\n00u1,ana@dome.example,ana@dome.example,Ana,Wu,ACTIVE\n00u2,ben@dome.example,,Ben,,SUSPENDED\n00u3,eve,eve@dome.example,,,STAGED\n',
      'again.csv': 'login,email\nana@dome.example,ana@dome.example\nben@dome.example,\n',
      'assignments.csv': 'Application name,Application login,User ID\nJama,ana,00u1\nJama,eve,00u3\n',
      'members.csv': 'login\nana@dome.example\nEVE\nnobody\n',
    });
    const [users, again, assignments, members] = ['users.csv', 'again.csv', 'assignments.csv', 'members.csv'].map((name) => join(folder, name));
    for (const lists of [[users], [users, again], [again, users], [users, assignments], [users, users]]) {
      const request: IdpRequest = { provider: 'okta', users: lists, groups: [], members: [{ group: 'Observers', file: members }] };
      readAs('small');
      const expected = outcomeOf(request);
      readAs('large');
      expect(outcomeOf(request)).toEqual(expected);
      expect(expected).toHaveProperty('users.0');
    }
  });
});

describe('a side that is handed from one thread to another', () => {
  /** The way between two threads. */
  function handed(directory: IdpDirectory): IdpDirectory | undefined {
    const packed = packIdp(directory);
    return packed === undefined ? undefined : unpackIdp(structuredClone(packed, { transfer: buffersOf(packed) }));
  }

  it('arrives as it was, and gives the same forecast', () => {
    fc.assert(
      fc.property(worlds, ({ organization, idp }) => {
        const expected = previewOf(organization, idp).forecast;
        const arrived = handed({ ...idp, members: { users: idp.members.users.slice(), groups: idp.members.groups.slice() } });
        if (arrived === undefined) throw new Error('it was not packed');
        expect(arrived.users.map(withoutAbsent)).toEqual(idp.users.map(withoutAbsent));
        expect({ ...arrived, users: [], unassigned: [] }).toEqual({ ...idp, users: [], unassigned: [] });
        const forecast = previewOf(organization, arrived).forecast;
        const plain = ({ users, logins, groups, memberships, summary, notes }: typeof forecast) => ({
          users: users.map(({ idpUser, ...rest }) => ({ ...rest, idpUser: idpUser === undefined ? undefined : withoutAbsent(idpUser) })),
          logins,
          groups,
          memberships: memberships.map(({ idpUser, ...rest }) => ({ ...rest, idpUser: idpUser === undefined ? undefined : withoutAbsent(idpUser) })),
          summary,
          notes,
        });
        expect(plain(forecast)).toEqual(plain(expected));
      }),
      { numRuns: 150 },
    );
  });

  it('has the look-ups of the texts themselves, whatever is in them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ subject: word, email: word, active: fc.boolean() }), { minLength: 1, maxLength: 40 }),
        fc.array(word, { maxLength: 30 }),
        (people, names) => {
          const organization = organizationOf({ users: names.map((userName, at) => ({ userName, email: names[(at * 7) % names.length] })) });
          const idp = idpOf({ provider: 'okta', users: people });
          const arrived = handed({ ...idp, members: { users: new Int32Array(0), groups: new Int32Array(0) } });
          if (arrived === undefined) throw new Error('it was not packed');
          const { users } = directoryOf(organization);
          const index = indexIdentities(users, policyOf(organization));
          const [expected, found] = [idp, arrived].map((side) => {
            const match = matchIdp(index, side);
            const { subjectKey, emailKey, traits, holder, fit, partner } = match;
            const keys = Array.from({ length: match.keyCount }, (_, key) => match.keyText(key));
            return { keys, subjectKey, emailKey, traits, holder, fit, partner, outcomes: lookUpsOf(index, match).outcomes };
          });
          expect(found).toEqual(expected);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is not packed if a text would come back as another one, or is too long', () => {
    for (const subject of ['\ud800', 'x'.repeat(1 << 16)])
      expect(packIdp(idpOf({ provider: 'okta', users: [{ subject: 'ana' }, { subject }] }))).toBeUndefined();
    expect(packIdp(idpOf({ provider: 'okta', users: [{ subject: 'ana' }] }))).toBeDefined();
  });

  it('is not there if the exports are refused', async () => {
    const folder = newFolder({ 'users.csv': 'id,login,status\n00u1,ana,asleep\n' });
    const request: IdpRequest = { provider: 'okta', users: [join(folder, 'users.csv')], groups: [], members: [] };
    expect(await readForThread(request)).toBeUndefined();
    expect(await readForThread({ ...request, users: [join(folder, 'none.csv')] })).toBeUndefined();
  });

  it('keeps what is quoted in its notes', async () => {
    const folder = newFolder({ 'users.csv': 'id,userPrincipalName,accountEnabled,boss\n1,ana@dome.example,true,ben@dome.example\n' });
    const request: IdpRequest = {
      provider: 'entra',
      users: [join(folder, 'users.csv')],
      groups: [],
      members: [],
      subject: { kind: 'attribute', name: 'boss', from: '--idp-subject' },
    };
    const { notes } = readIdp(request);
    expect(notes.some((note) => typeof note !== 'string')).toBe(true);
    const read = await readForThread(request);
    if (read === undefined) throw new Error('it was not read');
    const arrived = unpackIdp(structuredClone(read.packed, { transfer: [...read.buffers] }));
    expect(arrived.notes.map(String)).toEqual(notes.map(String));
    expect(arrived.notes).toEqual(notes);
  });
});
