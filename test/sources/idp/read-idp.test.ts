import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { IdpDirectory, IdpProvider, PROVIDER_NAMES } from '../../../src/model/idp.js';
import { type Note, noteText } from '../../../src/model/note.js';
import { plainIdpUser } from '../../../src/model/stored-idp-user.js';
import { UserError } from '../../../src/model/user-error.js';
import { subjectOf } from '../../../src/sources/idp/entra-users.js';
import { Pairs } from '../../../src/sources/idp/members.js';
import { type IdpRequest, readIdp } from '../../../src/sources/idp/read-idp.js';
import { readyWorkbooks, splitMembersFlag } from '../../../src/sources/input-files.js';
import { SourceRefused } from '../../../src/sources/tables/problem.js';
import { expectOnPage, unpack } from '../../support/fixture-pages.js';
import { temporaryFolders } from '../../support/machine.js';

describe('fixtures of exports', () => {
  const root = unpack('sources/idp', temporaryFolders()());

  // Where the program reads, what reads a workbook is loaded before.
  beforeAll(() => readyWorkbooks([join(root, 'bad/not-a-text/users.xlsx')]));

  interface Request {
    readonly provider: keyof typeof PROVIDER_NAMES;
    readonly users: readonly string[];
    readonly groups: readonly string[];
    /** As `--idp-members` takes them. */
    readonly members: readonly string[];
    readonly application?: string;
    readonly columns?: NonNullable<IdpRequest['columns']>;
    readonly activeMap?: NonNullable<IdpRequest['activeMap']>;
    readonly nulls?: readonly string[];
  }

  /** Reads a case as a person in its folder would. */
  function readCase(folder: string): IdpDirectory {
    const before = process.cwd();
    process.chdir(folder);
    try {
      const { members, ...request }: Request = JSON.parse(readFileSync('request.json', 'utf8'));
      return readIdp({ ...request, members: members.map((text) => splitMembersFlag(text)) });
    } finally {
      process.chdir(before);
    }
  }

  /** Returns all of a directory that a person can check against the files. */
  function shown({ users, groups, members, listed, strangers, given, inputs, notes }: IdpDirectory) {
    const names = (group: number): string[] => [...members.users].filter((_, at) => members.groups[at] === group).map((place) => users[place].subject);
    return {
      users: users.map(plainIdpUser).map(({ place, path, line, active, ...rest }, at) => {
        expect(place).toBe(at);
        return { at: `${path}:${line}`, ...(active ? {} : { active }), ...rest };
      }),
      groups: groups.map(({ place, path, line, ...rest }) => ({
        at: `${path}:${line}`,
        ...rest,
        members: names(place),
        strangers: strangers.get(place) ?? 0,
        ...(listed.has(place) ? {} : { isUnlisted: true }),
      })),
      given,
      inputs: inputs.map(({ path, role, rows, sha256 }) => `${path} ${role} ${rows} ${sha256.length}`),
      notes: notes.map(noteText),
    };
  }

  const casesOf = (kind: string): string[] => readdirSync(join(root, kind)).sort();

  describe('exports that are read', () => {
    it.each(casesOf('ok'))('%s', (name) => {
      const folder = join(root, 'ok', name);
      expectOnPage('sources/idp/ok', name, shown(readCase(folder)));
    });
  });

  describe('exports that are refused', () => {
    it.each(casesOf('bad'))('%s', (name) => {
      const folder = join(root, 'bad', name);
      const refused = refusalOf(() => readCase(folder));
      expectOnPage('sources/idp/bad', name, { message: refused.message, hint: refused.hint, details: refused.details });
    });

    it('every case has a request', () => {
      const all = ['ok', 'bad'].flatMap((kind) => casesOf(kind).map((name) => join(root, kind, name)));
      expect(all.filter((folder) => !existsSync(join(folder, 'request.json')))).toEqual([]);
    });
  });

  function refusalOf(read: () => unknown): UserError {
    try {
      read();
    } catch (error) {
      if (error instanceof UserError) return error;
      throw error;
    }
    throw new Error('it was read');
  }
});

const newFolder = temporaryFolders();

function read(provider: IdpProvider, files: Readonly<Record<string, string | Uint8Array>>, more: Partial<IdpRequest> = {}): IdpDirectory {
  const folder = newFolder(files);
  const inFolder = (paths: readonly string[] = []): string[] => paths.map((path) => join(folder, path));
  return readIdp({
    provider,
    ...more,
    users: inFolder(more.users ?? Object.keys(files)),
    groups: inFolder(more.groups),
    members: (more.members ?? []).map(({ file, ...rest }) => ({ ...rest, file: join(folder, file) })),
  });
}

/** Returns what a file is refused for, or undefined where it is read. */
function refusalOf(provider: IdpProvider, files: Readonly<Record<string, string | Uint8Array>>, more: Partial<IdpRequest> = {}): UserError | undefined {
  try {
    read(provider, files, more);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** What does not depend on how a file is written. */
const withoutLines = ({ users, groups, members, strangers, given, notes }: IdpDirectory) => ({
  users: users.map(plainIdpUser).map(({ line: _line, path: _path, ...user }) => user),
  groups: groups.map(({ name }) => name),
  members: [...members.users].map((user, at) => [user, members.groups[at]]),
  strangers: [...strangers],
  given,
  notes,
});

// Neither lone halves of characters nor NUL: no CSV and no JSON of a provider holds them.
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('=1+3', ' padded ', '"quoted", twice', 'two\nlines', '__proto__', '<b>', '\u001b[31m', 'é', 'é', '\u202e'),
);
const name = text.filter((value) => value.trim() !== '');
const status = fc.constantFrom('ACTIVE', 'PASSWORD_EXPIRED', 'LOCKED_OUT', 'SUSPENDED', 'DEPROVISIONED', 'STAGED', 'PROVISIONED', 'RECOVERY');
const person = fc.record({
  login: name,
  email: text,
  givenName: text,
  familyName: text,
  status,
  enabled: fc.boolean(),
  type: fc.constantFrom('Member', 'Guest'),
});
const people = fc.uniqueArray(person, { minLength: 1, maxLength: 8, selector: ({ login }) => login });
const membership = fc.array(fc.nat(11), { maxLength: 12 });

const csv = (rows: readonly (readonly string[])[]): string =>
  stringify(
    rows.map((row) => [...row]),
    { quoted: true },
  );

describe('one organization, written twice', () => {
  it('Okta: CSV and JSON give the same directory', () => {
    fc.assert(
      fc.property(people, membership, fc.boolean(), (users, members, areInPages) => {
        const records = users.map(({ login, email, givenName, familyName, status: state }, at) => ({
          id: `00u${at}`,
          status: state,
          profile: { login, email, firstName: givenName, lastName: familyName },
        }));
        const member = (at: number) => ({ id: `00u${at}`, profile: { login: users[at]?.login ?? `nobody${at}` } });
        const half = users.length >> 1;
        const fromJson = read(
          'okta',
          {
            'users.json': JSON.stringify(areInPages ? [records.slice(0, half), records.slice(half)] : records),
            'members.json': JSON.stringify(members.map(member)),
          },
          { users: ['users.json'], members: [{ group: 'Observers', file: 'members.json' }] },
        );
        const fromCsv = read(
          'okta',
          {
            'users.csv': csv([
              ['id', 'status', 'login', 'email', 'firstName', 'lastName'],
              ...users.map(({ login, email, givenName, familyName, status: state }, at) => [`00u${at}`, state, login, email, givenName, familyName]),
            ]),
            'members.csv': csv([['id', 'login'], ...members.map((at) => [`00u${at}`, member(at).profile.login])]),
          },
          { users: ['users.csv'], members: [{ group: 'Observers', file: 'members.csv' }] },
        );
        const emptyNote = (note: Note): boolean => !noteText(note).endsWith('has headings and no rows.');
        expect(withoutLines(fromCsv).notes.filter(emptyNote)).toEqual(withoutLines(fromJson).notes);
        expect({ ...withoutLines(fromCsv), notes: [] }).toEqual({ ...withoutLines(fromJson), notes: [] });
        expect(fromJson.users.map(({ subject, email, active, isPending }) => [subject, email, active, isPending === true])).toEqual(
          users.map(({ login, email, status: state }) => [login, email, state !== 'SUSPENDED' && state !== 'DEPROVISIONED', state === 'STAGED']),
        );
        const known = [...new Set(members)].filter((at) => at < users.length);
        expect([...fromJson.members.users]).toEqual(known);
        expect(fromJson.strangers.get(0) ?? 0).toBe(new Set(members).size - known.length);
      }),
    );
  });

  it('Entra: CSV and JSON give the same directory', () => {
    fc.assert(
      fc.property(people, fc.nat(3), (users, cut) => {
        const records = users.map(({ login, email, givenName, familyName, enabled, type }, at) => ({
          id: `5f0c-${at}`,
          userPrincipalName: login,
          mail: email === '' ? null : email,
          givenName,
          surname: familyName,
          accountEnabled: enabled,
          userType: type,
        }));
        const pages = [
          { '@odata.nextLink': 'https://graph.microsoft.com/v1.0/users?$skiptoken=x', value: records.slice(0, cut) },
          { value: records.slice(cut) },
        ];
        const fromJson = read('entra', { 'first.json': JSON.stringify(pages[0], null, 1), 'second.json': JSON.stringify(pages[1]) });
        const fromCsv = read('entra', {
          'exportUsers.csv': `\ufeff${csv([
            ['userPrincipalName', 'surname', 'mail', 'givenName', 'id', 'userType', 'accountEnabled'],
            ...users.map(({ login, email, givenName, familyName, enabled, type }, at) => [
              login,
              familyName,
              email,
              givenName,
              `5f0c-${at}`,
              type,
              enabled ? 'True' : 'False',
            ]),
          ])}`,
        });
        expect(withoutLines(fromCsv)).toEqual(withoutLines(fromJson));
        expect(fromCsv.users.map(({ email, active }) => [email, active])).toEqual(users.map(({ email, enabled }) => [email, enabled]));
      }),
    );
  });
});

describe('a file that is cut', () => {
  const okta = Buffer.from(
    JSON.stringify(
      ['míra', 'lena 🌟'].map((login, at) => ({
        id: `00u${at}`,
        status: 'ACTIVE',
        profile: { login, email: `${at}@observatory.example` },
        _links: { self: [{}] },
      })),
      null,
      1,
    ),
  );
  const entra = Buffer.from(JSON.stringify({ value: [{ id: '1', userPrincipalName: 'änke@bakery.example', accountEnabled: true }], '@odata.count': 1 }));

  it.each([
    ['okta', okta, 2],
    ['entra', entra, 1],
  ] as const)('%s: anywhere, it is refused', (provider, bytes, users) => {
    expect(read(provider, { 'users.json': bytes }).users).toHaveLength(users);
    const folder = newFolder();
    const file = join(folder, 'users.json');
    for (let length = 0; length < bytes.length; length++) {
      writeFileSync(file, bytes.subarray(0, length));
      expect(() => readIdp({ provider, users: [file], groups: [], members: [] }), `${length} bytes`).toThrow(SourceRefused);
    }
  });

  it('white space at the end is no part of it', () => {
    expect(read('okta', { 'users.json': Buffer.concat([okta, Buffer.from(' \r\n\t')]) }).users).toHaveLength(2);
  });
});

describe('the edges of a file', () => {
  const one = '[{"id": "00u1", "status": "ACTIVE", "profile": {"login": "mïra"}}]';

  it('a byte-order mark is no part of it, of UTF-8 or UTF-16', () => {
    const swapped = Buffer.from(`\ufeff${one}`, 'utf16le').swap16();
    for (const bytes of [Buffer.from(`\ufeff${one}`), Buffer.from(`\ufeff${one}`, 'utf16le'), swapped]) {
      expect(read('okta', { 'users.json': bytes }).users.map(({ subject }) => subject)).toEqual(['mïra']);
    }
  });

  it('--encoding windows-1252 is for CSV files: JSON stays Unicode', () => {
    const { users } = read('okta', { 'users.json': one, 'users.csv': Buffer.from('login,status\nÉva,ACTIVE\n', 'latin1') }, { encoding: 'windows-1252' });
    expect(users.map(({ subject }) => subject)).toEqual(['mïra', 'Éva']);
  });

  it('a list of exactly one page is noted, one of another length is not', () => {
    const list = (length: number): string =>
      JSON.stringify(Array.from({ length }, (_, at) => ({ id: `00u${at}`, status: 'ACTIVE', profile: { login: `observer${at}` } })));
    const isNoted = (length: number): boolean =>
      read('okta', { 'users.json': list(length) }).notes.some((note) => note.includes(`holds exactly ${length} records`));
    expect(isNoted(200)).toBe(true);
    expect(isNoted(201)).toBe(false);
  });

  it('a page that is missing is not guessed at beside one that cannot be read', () => {
    const page =
      '{"@odata.nextLink": "https://graph.microsoft.com/v1.0/users", "value": [{"id": "1", "userPrincipalName": "a@b.example", "accountEnabled": true}]}';
    const refusal = refusalOf('entra', { '1.json': page, '2.json': '{"value": [' });
    expect(refusal?.details).toHaveLength(1);
    expect(refusal?.details[0]).toContain('2.json, line 1');
  });

  it('more problems than fifty are counted', () => {
    const rows = Array.from({ length: 80 }, (_, at) => `o${at},AWAKE ${at}\n`).join('');
    const refusal = refusalOf('okta', { 'users.csv': `login,status\n${rows}` });
    expect(refusal?.message).toContain('80 problems');
    expect(refusal?.details).toHaveLength(51);
    expect(refusal?.details.at(-1)).toBe('… and 30 more problems.');
  });

  it('rows that are wrong in the same way are one problem, however many they are and however they are written', () => {
    const size = 20_000;
    const rows = Array.from({ length: size }, (_, at) => `o${at},AKTIV\n`).join('');
    const records = Array.from({ length: size }, (_, at) => ({ id: `00u${at}`, status: 'AKTIV', profile: { login: `o${at}` } }));
    for (const [name, text] of [
      ['users.csv', `login,status\n${rows}`],
      ['users.json', JSON.stringify(records)],
      ['users.ndjson', records.map((record) => JSON.stringify(record)).join('\n')],
    ]) {
      const refusal = refusalOf('okta', { [name]: text });
      expect(refusal?.message, name).toContain('1 problem.');
      expect(refusal?.details[0], name).toContain('--active-map "AKTIV=active" or "AKTIV=inactive". In 20,000 rows');
      expect(
        read('okta', { [name]: text }, { activeMap: { aktiv: 'inactive' } }).users.every(({ active }) => !active),
        name,
      ).toBe(true);
    }
  });

  it('one record per line gives the same as a list, cut anywhere within a record it is refused', () => {
    const records = ['mira', 'lena 🌟'].map((login, at) => JSON.stringify({ id: `00u${at}`, status: 'ACTIVE', profile: { login } }));
    const lines = Buffer.from(records.join('\n'));
    const whole = withoutLines(read('okta', { 'users.ndjson': lines }));
    expect(whole.users).toEqual(withoutLines(read('okta', { 'users.json': `[${records.join(',')}]` })).users);
    // One user alone is no list.
    for (let length = 1; length < lines.length; length++) {
      expect(refusalOf('okta', { 'users.ndjson': lines.subarray(0, length) }), `${length} bytes`).toBeInstanceOf(SourceRefused);
    }
  });

  it('a list of PowerShell that may have stopped at its limit is noted', () => {
    const list = (length: number): string =>
      JSON.stringify(Array.from({ length }, (_, at) => ({ Id: `${at}`, UserPrincipalName: `u${at}@bakery.example`, Mail: null, AccountEnabled: true })));
    const notesOf = (length: number): string[] => read('entra', { 'users.json': list(length) }).notes.map(noteText);
    expect(notesOf(100)).toContainEqual(expect.stringContaining('without -All'));
    expect(notesOf(99)).not.toContainEqual(expect.stringContaining('without -All'));
  });

  it('progress tells the bytes and records of each file', () => {
    const folder = newFolder({ 'users.json': one });
    const told: string[] = [];
    const file = join(folder, 'users.json');
    readIdp({ provider: 'okta', users: [file], groups: [], members: [] }, ({ bytes, rows }) => told.push(`${bytes} ${rows}`));
    expect(told.at(-1)).toBe(`${Buffer.byteLength(one)} 1`);
  });
});

describe('a guest', () => {
  it.each([
    ['dora_flourmill.example#EXT#@bakery.onmicrosoft.example', 'dora@flourmill.example'],
    ['e_k_lund_flourmill.example#EXT#@bakery.onmicrosoft.example', 'e_k_lund@flourmill.example'],
    ['dora_flourmill.example#ext#@bakery.example', 'dora@flourmill.example'],
    ['anke.vogel@bakery.example', 'anke.vogel@bakery.example'],
    ['first_last@bakery.example', 'first_last@bakery.example'],
    ['odd#EXT#@bakery.example', 'odd#EXT#@bakery.example'],
    ['_flourmill.example#EXT#@bakery.example', '_flourmill.example#EXT#@bakery.example'],
    ['dora_#EXT#@bakery.example', 'dora_#EXT#@bakery.example'],
    ['#EXT#', '#EXT#'],
  ])('%s is sent as %s', (userPrincipalName, subject) => {
    expect(subjectOf(userPrincipalName)).toBe(subject);
  });
});

describe('--idp-members', () => {
  it('is a file, or a group and a file', () => {
    const folder = newFolder({ 'a=b.csv': '', 'qa.csv': '' });
    const file = join(folder, 'a=b.csv');
    expect(splitMembersFlag('members.csv')).toEqual({ file: 'members.csv' });
    expect(splitMembersFlag('QA=members.csv')).toEqual({ group: 'QA', file: 'members.csv' });
    expect(splitMembersFlag('QA=C:\\exports\\members.csv')).toEqual({ group: 'QA', file: 'C:\\exports\\members.csv' });
    expect(splitMembersFlag('C:\\exports\\members.csv')).toEqual({ file: 'C:\\exports\\members.csv' });
    expect(splitMembersFlag(file)).toEqual({ file });
    expect(splitMembersFlag(`QA=${file}`)).toEqual({ group: 'QA', file });
    expect(splitMembersFlag(`x=y=${join(folder, 'qa.csv')}`)).toEqual({ group: 'x=y', file: join(folder, 'qa.csv') });
    expect(splitMembersFlag(' Night shift =m.csv')).toEqual({ group: ' Night shift ', file: 'm.csv' });
  });

  it.each(['=members.csv', ' =members.csv', 'QA='])('%s is refused', (value) => {
    expect(() => splitMembersFlag(value)).toThrow(UserError);
  });
});

describe('pairs', () => {
  it('are kept where they were added first', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { maxLength: 60 }), (all) => {
        const pairs = new Pairs();
        for (const [left, right] of all) pairs.add(left, right);
        const { left, right, repeats } = pairs.withoutRepeats();
        const expected = [...new Map(all.map((pair) => [pair.join(), pair])).values()];
        expect([...left].map((each, at) => [each, right[at]])).toEqual(expected);
        expect(repeats).toBe(all.length - expected.length);
      }),
    );
  });
});

describe('a large directory', () => {
  it('of users with one login, one email, one name and one group is read once through', () => {
    const size = 200_000;
    const users = Array.from(
      { length: size },
      (_, at) => `{"id":"00u${at}","status":"ACTIVE","profile":{"login":"mira","email":"mira@observatory.example","firstName":"M"}}`,
    );
    const members = Array.from({ length: size }, (_, at) => `00u${at % 150_000}${at >= 150_000 ? 'x' : ''},mira\n`);
    const directory = read(
      'okta',
      { 'users.json': `[${users.join(',')}]`, 'members.csv': `id,login\n${members.slice(0, 150_000).join('')}` },
      { users: ['users.json'], members: [{ group: 'Observers', file: 'members.csv' }] },
    );
    expect(directory.users).toHaveLength(size);
    expect(directory.members.users).toHaveLength(150_000);
    expect(directory.users.at(-1)).toMatchObject({ id: `00u${size - 1}`, subject: 'mira', line: 1 });
  });

  it('of records larger than what is held at one time', () => {
    const long = 'x'.repeat(3 << 20);
    const record = (id: string): string => `{"notes": "${long}", "id": "${id}", "status": "ACTIVE", "profile": {"login": "o${id}", "bio": ["${long}"]}}`;
    expect(read('okta', { 'users.json': `[${record('1')},\n${record('2')}]` }).users.map(({ subject, line }) => [subject, line])).toEqual([
      ['o1', 1],
      ['o2', 2],
    ]);
  });

  it('a hundred thousand rows of groups that the list does not have, beside as many that it has', () => {
    const size = 100_000;
    const list = Array.from({ length: size }, (_, at) => `Observers ${at}\n`).join('');
    const rows = Array.from({ length: size }, (_, at) => `Observer ${at},mira\n`).join('');
    const refusal = refusalOf(
      'okta',
      { 'users.csv': 'login,status\nmira,ACTIVE\n', 'groups.csv': `name\n${list}`, 'members.csv': `group,login\n${rows}` },
      { users: ['users.csv'], groups: ['groups.csv'], members: [{ file: 'members.csv' }] },
    );
    expect(refusal?.message).toContain('100,000 problems');
    expect(refusal?.details[0]).toContain('Did you mean "Observers 0"?');
  });

  it('a hundred thousand strangers and groups of one row each', () => {
    const size = 100_000;
    const rows = Array.from({ length: size }, (_, at) => `Group ${at},nobody${at}\nGroup ${at},mira\n`).join('');
    const { groups, strangers, members } = read(
      'okta',
      { 'users.csv': 'login,status\nmira,ACTIVE\n', 'members.csv': `group,login\n${rows}` },
      { users: ['users.csv'], members: [{ file: 'members.csv' }] },
    );
    expect(groups).toHaveLength(size);
    expect(strangers.size).toBe(size);
    expect(members.groups).toHaveLength(size);
    expect(groups.at(-1)).toMatchObject({ name: `Group ${size - 1}`, line: size * 2 });
  });
});
