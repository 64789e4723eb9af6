import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readIdp } from '../../../src/sources/idp/read-idp.js';
import { SourceRefused } from '../../../src/sources/tables/problem.js';
import { temporaryFolders } from '../../support/temporary.js';

const newFolder = temporaryFolders();

interface Told {
  readonly id?: string;
  readonly login: string;
  readonly email: string;
}

/** Returns the users that lists tell of, one look at all that are known for each record; undefined where they contradict each other. */
function usersOf(lists: readonly (readonly Told[])[]): (readonly [id: string, login: string, email: string])[] | undefined {
  const known: { id?: string; login: string; email: string }[] = [];
  for (const told of lists.flat()) {
    const sameLogin = known.find(({ login }) => login === told.login);
    const user = told.id === undefined ? sameLogin : (known.find(({ id }) => id === told.id) ?? (sameLogin?.id === undefined ? sameLogin : undefined));
    if (user === undefined) known.push({ ...told });
    else if (user.login !== told.login || user.email !== told.email) return undefined;
    else if (told.id !== undefined) user.id ??= told.id;
  }
  return known.map(({ id, login, email }) => [id ?? login, login, email]);
}

// Few names, so that records meet; of some the ids begin like what is not one.
const login = fc.constantFrom('ana', 'ben', 'Ana', '__proto__', '00u1', '"quoted, twice"');
const id = fc.constantFrom('00u1', '00u2', '00U2', '__proto__', 'constructor', 'ana', '7');
const email = fc.oneof({ weight: 6, arbitrary: fc.constant('desk@dome.example') }, fc.constantFrom('ana', 'ben'));
const record = fc.record({ login, email });
const list = fc.oneof(
  fc.array(record, { minLength: 1, maxLength: 5 }),
  fc.array(
    fc.record({ id, login, email }).map((told): Told => told),
    { minLength: 1, maxLength: 5 },
  ),
);

describe('lists of users, with ids or without', () => {
  it('tell of the same accounts as when every record is held against all before it', () => {
    fc.assert(
      fc.property(fc.array(list, { minLength: 1, maxLength: 4 }), (lists: readonly (readonly Told[])[]) => {
        const files = lists.map((records): string =>
          stringify([
            records[0].id === undefined ? ['login', 'email', 'status'] : ['id', 'login', 'email', 'status'],
            ...records.map((told) => [...(told.id === undefined ? [] : [told.id]), told.login, told.email, 'ACTIVE']),
          ]),
        );
        const folder = newFolder(Object.fromEntries(files.map((text, at) => [`users-${at}.csv`, text])));
        const read = () => readIdp({ provider: 'okta', users: files.map((_, at) => join(folder, `users-${at}.csv`)), groups: [], members: [] });
        const expected = usersOf(lists);
        if (expected === undefined) expect(read).toThrow(SourceRefused);
        else expect(read().users.map(({ id: known, subject, email: address }) => [known, subject, address])).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });

  it('keep what is read of each user to what a user has', () => {
    const folder = newFolder({ 'users.csv': 'id,login,email,status\n00u1,ana@dome.example,ana@dome.example,STAGED\n00u2,ben,,SUSPENDED\n' });
    const { users } = readIdp({ provider: 'okta', users: [join(folder, 'users.csv')], groups: [], members: [] });
    const path = users[0].path;
    expect(users).toEqual([
      { place: 0, id: '00u1', subject: 'ana@dome.example', email: 'ana@dome.example', active: true, isPending: true, path, line: 2 },
      { place: 1, id: '00u2', subject: 'ben', email: '', active: false, isSuspended: true, path, line: 3 },
    ]);
  });
});

describe('assignments of several applications', () => {
  it('are of one user each, whichever application was read first', () => {
    const rows = ['Jama,ana,00u1', 'Wiki,ana.w,00u1', 'Jama,ben,00u2', 'Jama,ana,00u1', 'Wiki,ben.w,00u2', 'Wiki,ben.w,00u2'];
    const read = (lines: readonly string[], application: string) => {
      const folder = newFolder({ 'assignments.csv': ['Application name,Application login,User ID', ...lines, ''].join('\n') });
      const { users, notes } = readIdp({ provider: 'okta', users: [join(folder, 'assignments.csv')], groups: [], members: [], application });
      return { users: users.map(({ id: known, subject }) => [known, subject]), repeats: notes.filter((note) => note.includes('repeat')) };
    };
    for (const lines of [rows, rows.toReversed()]) {
      expect(read(lines, 'Jama').users.sort()).toEqual([
        ['00u1', 'ana'],
        ['00u2', 'ben'],
      ]);
      expect(read(lines, 'Wiki').users.sort()).toEqual([
        ['00u1', 'ana.w'],
        ['00u2', 'ben.w'],
      ]);
      expect(read(lines, 'Jama').repeats).toEqual(['2 records repeat an assignment from another record; each counts once.']);
    }
  });
});
