import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyTable } from '../../../src/collections/key-table.js';
import { collationOf } from '../../../src/model/compare.js';
import type { User } from '../../../src/model/directory.js';
import { hasEmailAddress, isEmailAddress } from '../../../src/model/email.js';
import { indexIdentities } from '../../../src/model/identity-index.js';
import { findName, hasOneName, isAddressed, isCalled, placesById, plainUser, StoredUser } from '../../../src/model/stored-user.js';
import { userDigest } from '../../../src/plan/baseline.js';
import { readDirectory } from '../../../src/sources/read-source.js';
import { openSource } from '../../../src/sources/registry.js';
import { CellWords, parseActivity, parseProject, refuseWrongNulls } from '../../../src/sources/tables/cell-words.js';
import { Problems, SourceRefused, WrongValues } from '../../../src/sources/tables/problem.js';
import { StatusWords } from '../../../src/targets/run/edit.js';
import { temporaryFolders } from '../../support/machine.js';

describe('--null', () => {
  const has = (nulls: readonly string[], role: 'users' | 'groups' | 'memberships', column: string, text: string): boolean =>
    new CellWords(role, { nulls }).of(column).has(text);

  it.each([
    [[], 'users', 'email', 'NULL', true],
    [[], 'users', 'email', '\\N', true],
    [[], 'users', 'email', 'null', false],
    [[], 'users', 'email', ' NULL', false],
    [[], 'users', 'id', 'NULL', true],
    [[], 'users', 'userName', 'NULL', false],
    [[], 'groups', 'name', '\\N', false],
    [[], 'memberships', 'groupName', 'NULL', false],
    [['0'], 'groups', 'project', '0', true],
    [['0'], 'users', 'fullName', '0', true],
    [['0'], 'users', 'id', '0', false],
    [['0'], 'users', 'active', '0', false],
    [['0'], 'groups', 'name', '0', false],
    [['groups.project=0'], 'groups', 'project', '0', true],
    [['groups.project=0'], 'users', 'email', '0', false],
    [['groups.name=(none)'], 'groups', 'name', '(none)', true],
    // What stands after the first sign is the value, and what is no column is a value as a whole.
    [['groups.project=a=b'], 'groups', 'project', 'a=b', true],
    [['a=b'], 'groups', 'project', 'a=b', true],
    [['v1.2=x'], 'groups', 'project', 'v1.2=x', true],
  ] as const)('%j: %s.%s %j is none: %s', (nulls, role, column, text, isNull) => expect(has(nulls, role, column, text)).toBe(isNull));

  it('is not asked of formats with a null of their own, but for what a person says', () => {
    const words = new CellWords('users', { nulls: ['-'] }, false);
    expect(['NULL', '\\N', '-'].map((text) => words.of('email').has(text))).toEqual([false, false, true]);
    expect(words.groupsCell('NULL', undefined)).toBe('NULL');
  });

  it.each([
    ['', /is empty/],
    ['groups.project=', /gives no spelling/],
    ['groups.projects=0', /"groups\.projects", which does not exist/],
    ['group.project=0', /"group\.project", which does not exist/],
    ['users.id=0', /every row needs its id/],
    ['memberships.groupId=-', /every row needs its id/],
    ['users.disabled=x', /allows only known words/],
    ['users.authenticationType=x', /allows only known words/],
    ['groups.scope=x', /allows only known words/],
  ])('%j is refused', (text, message) => expect(() => refuseWrongNulls([text])).toThrow(message));

  it('takes NULL in a list of groups for a group only if there is one', () => {
    const words = new CellWords('users', {});
    expect(words.groupsCell('NULL', () => true)).toBe('NULL');
    expect(words.groupsCell('NULL', () => false)).toBe('');
    expect(words.groupsCell('NULL', undefined)).toBeUndefined();
    expect(new CellWords('users', { nulls: ['users.groups=NULL'] }).groupsCell('NULL', () => true)).toBe('');
  });
});

describe('a status in other words', () => {
  const map = { wahr: 'active', falsch: 'inactive', t: 'active' } as const;

  it.each([
    ['WAHR', 'active', true],
    [' Falsch ', 'active', false],
    ['WAHR', 'disabled', true],
    // What a person says comes before what the word would say.
    ['T', 'disabled', true],
    ['F', 'disabled', true],
    ['toString', 'active', undefined],
  ] as const)('%j in %s', (text, column, isActive) => expect(parseActivity(text, column, map)).toBe(isActive));

  it('is written so that it is read back', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<'active' | 'disabled'>('active', 'disabled'),
        fc.dictionary(fc.constantFrom('wahr', 'falsch', 'true', 'false', 't', 'f', '1', '0', 'tak', ''), fc.constantFrom('active', 'inactive')),
        fc.array(fc.constantFrom('WAHR', 'Falsch', 'TRUE', 'f', '1', 'NULL', '', 'yes'), { minLength: 1 }),
        fc.boolean(),
        (column, activeMap, cells, isActive) => {
          const statusWords = new StatusWords(column, activeMap);
          for (const cell of cells) statusWords.see(cell);
          const text = statusWords.spell(isActive, cells[0]);
          if (text !== undefined) expect(statusWords.isActive(text)).toBe(isActive);
        },
      ),
    );
  });

  it('follows the words of the column', () => {
    const statusWords = new StatusWords('active', map);
    statusWords.see('WAHR');
    expect(statusWords.spell(false, 'WAHR')).toBe('FALSCH');
    statusWords.see('falsch');
    expect(statusWords.spell(false, 'WAHR')).toBe('falsch');
    expect(new StatusWords('active', { true: 'inactive', wahr: 'inactive' }).spell(true, 'wahr')).toBeUndefined();
  });
});

describe('a project cell', () => {
  const tools = ['[NULL]', '(null)', '<null>', 'None', 'nil', 'undefined', 'nan', 'n/a', '#N/A', '-', '0', '-1', 'false'];

  it('is asked for if a tool may have written it for no value, in any case of letters and with space around it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...tools),
        fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
        fc.constantFrom('', ' ', '\u00a0'),
        (word, upper, space) => {
          const text = [...word].map((char, at) => (upper[at] ? char.toUpperCase() : char.toLowerCase())).join('');
          expect(parseProject(`${space}${text}${space}`)).toBeUndefined();
        },
      ),
    );
  });

  it('is never without a letter or digit', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'-–—_.,;:()[]<>?!#*/\\|"\' '), minLength: 1 }), (text) => {
        expect(parseProject(text)).toBe(text.trim() === '' ? false : undefined);
      }),
    );
  });

  it.each(['31', '007', '1', 'P0', 'None of the above', 'Nil Basin', 'Nantes', 'Falsework', 'A', '通勤', 'C++', '#1', '0 defects', '2026.0'])(
    '%j is one',
    (text) => expect(parseProject(text)).toBe(true),
  );

  it.each(['(no project)', '<leer>', '[Kein Projekt]', '{vide}', '(NULL)', '#NV', '#N/D', '#N/A', '#REF!', '#DIV/0!', '#¡REF!'])(
    '%s may be a word of a tool for no project',
    (text) => {
      expect(parseProject(text)).toBeUndefined();
    },
  );

  it.each(['4711', '#12', '(5)', 'Alpha (old)', '(old) Alpha', '[A] B', '# one', 'A#NV'])('%s is a project', (text) => {
    expect(parseProject(text)).toBe(true);
  });

  it.each(['', ' ', '\u00a0', '\u200b'])('%j is none', (text) => {
    expect(parseProject(text)).toBe(false);
  });
});

const newFolder = temporaryFolders();

const NOBODY = { users: [], inactiveUsers: [], memberships: [], columns: {}, tables: {}, nulls: [], activeMap: {}, isAssumedActive: false };

/** Returns the names that are kept of a source, by place. */
async function namesOf(source: { readonly source: string } | { readonly users: string[] }, withNames = true): Promise<string[] | undefined> {
  const opened = await openSource({ ...NOBODY, ...source });
  try {
    const { users, names } = readDirectory(opened.tables, {
      authMode: 'basic',
      collation: 'utf8mb4_0900_ai_ci',
      withNames,
      authTypeMap: {},
      leaveOutUsers: [],
    }).directory;
    return names === undefined ? undefined : users.map(({ place }) => names.of(place));
  } finally {
    opened.close();
  }
}

/** Writes each text as a users list of its own. */
function filesOf(...texts: readonly string[]): string[] {
  const folder = newFolder();
  mkdirSync(folder, { recursive: true });
  return texts.map((text, at) => {
    const file = join(folder, `users-${at + 1}.csv`);
    writeFileSync(file, text);
    return file;
  });
}

const listOf = (names: string, ...rows: readonly string[]): string =>
  [`id,userName,email,active,${names}`, ...rows.map((row, at) => `${at + 1},u${at + 1},u${at + 1}@x.org,true,${row}`)].join('\n');

describe('names of people', () => {
  it('of two columns, either of which may be empty', async () => {
    const [file] = filesOf(listOf('firstName,lastName', 'Zoë,Ørsted', 'Zoë,', ',Ørsted', ',', '"Ann ""B""","de, la"', ' Li ,Wu'));
    expect(await namesOf({ users: [file] })).toEqual(['Zoë Ørsted', 'Zoë', 'Ørsted', '', 'Ann "B" de, la', ' Li  Wu']);
  });

  it.each(['firstName', 'lastName', 'fullName'])('of %s alone', async (heading) => {
    const [file] = filesOf(listOf(heading, 'Zoë', '', '"A\nB"'));
    expect(await namesOf({ users: [file] })).toEqual(['Zoë', '', 'A\nB']);
  });

  it('stay those of their users where a list has none, and where a row only repeats a user', async () => {
    const files = filesOf(
      'id,userName,email,active,fullName,groups\n1,a,a@x.org,true,Ana Ito,Red\n1,a,a@x.org,true,Ana Ito,Blue\n2,b,b@x.org,true,Bo,Red\n',
      'id,userName,email,active\n3,c,c@x.org,true\n',
      'id,userName,email,active,firstName\n4,d,d@x.org,true,Dov\n',
    );
    expect(await namesOf({ users: files })).toEqual(['Ana Ito', 'Bo', '', 'Dov']);
  });

  it('are refused where a repeated row has another name', async () => {
    const [file] = filesOf('id,userName,email,active,fullName,groups\n1,a,a@x.org,true,Ana Ito,Red\n1,a,a@x.org,true,Ana Ivo,Blue\n');
    await expect(namesOf({ users: [file] })).rejects.toMatchObject({ problems: [expect.objectContaining({ line: 3 })] });
  });

  it('of a database', async () => {
    const file = join(newFolder(), 'export.sqlite');
    const database = new Sqlite(file);
    database.exec(`
      CREATE TABLE users (id INTEGER PRIMARY KEY, userName TEXT, email TEXT, active TEXT, firstName TEXT, lastName TEXT);
      INSERT INTO users VALUES (1, 'a', 'a@x.org', 'true', 'Zoë', NULL), (2, 'b', 'b@x.org', 'true', 'Bo', 'Wu');
    `);
    database.close();
    expect(await namesOf({ source: file })).toEqual(['Zoë', 'Bo Wu']);
  });

  it('are not kept where nobody wished for them', async () => {
    const [file] = filesOf(listOf('fullName', 'Zoë'));
    expect(await namesOf({ users: [file] }, false)).toBeUndefined();
  });
});

/** Returns the users of a list. */
async function usersOf(file: string, withNameParts = false): Promise<readonly User[]> {
  const opened = await openSource({ ...NOBODY, users: [file] });
  try {
    const wishes = { authMode: 'multi', collation: 'utf8mb4_0900_ai_ci', withNames: false, withNameParts, authTypeMap: {}, leaveOutUsers: [] } as const;
    return readDirectory(opened.tables, wishes).directory.users;
  } finally {
    opened.close();
  }
}

const few = (text: string, maxLength = 12): fc.Arbitrary<string> => fc.string({ unit: fc.constantFrom(...text), maxLength });

/** Names and addresses, most of them nearly an address; long ones, and ones that could be taken for no value. */
const nearAddress = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(few('ab.+-_A7'), few('@@', 1), few('ab-.7Z'), few('.', 1), few('abC-7', 3)).map((parts) => parts.join('')) },
  { weight: 2, arbitrary: few('aB"\',?é ü@.\n日😀\u00a0\u200b') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      ' ',
      'NULL',
      '\\N',
      'null',
      'systemuser',
      'root',
      'x'.repeat(5000),
      'Zoë@X.org',
      'ZoÃ«@X.org',
      `${'a'.repeat(64)}@x.org`,
      `${'a'.repeat(65)}@x.org`,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.integer({ min: 55, max: 75 }), fc.integer({ min: 55, max: 75 })).map(([n, m]) => `${'b'.repeat(n)}@${'c'.repeat(m)}.org`),
  },
);

describe('users of a CSV', () => {
  const person = fc.record({
    id: fc.oneof(fc.nat(400).map(String), fc.constantFrom('0', '007', '7a', 'é', '123456789012345', '1234567890123456')),
    userName: nearAddress,
    email: fc.option(nearAddress, { nil: undefined }),
    active: fc.boolean(),
    authenticationType: fc.constantFrom('idp', 'basic'),
    firstName: fc.constantFrom('Zoë', 'Bo', '', 'A "B"', 'NULL', '\\N', 'Nora', 'null'),
    lastName: fc.constantFrom('Wu', 'NULL', 'Null', '', 'Ñ'),
    isQuoted: fc.boolean(),
  });

  /** A row that makes a file too large to be read at once. */
  const filler = (id: string): string => `${id},filler,filler@x.org,false,basic,"${'x'.repeat(1 << 20)}",Wu`;

  const effective = (text: string): string => (text === 'NULL' || text === '\\N' ? '' : text);

  it('are those that were written, whether their texts are kept as bytes or not, and are indexed alike', async () => {
    let stored = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(person, { selector: ({ id }) => id, maxLength: 90, size: 'max' }),
        fc.boolean(),
        fc.boolean(),
        async (people, withNameParts, isLarge) => {
          const lines = people.map(({ id, userName, email = userName, active, authenticationType, firstName, lastName, isQuoted }) =>
            [id, userName, email, String(active), authenticationType, firstName, lastName]
              .map((text) => (isQuoted || /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text))
              .join(','),
          );
          const [file] = filesOf(['id,userName,email,active,authenticationType,firstName,lastName', ...lines, isLarge ? filler('1000') : ''].join('\n'));
          const users = (await usersOf(file, withNameParts)).filter(({ id }) => id !== '1000');
          if (!isLarge && process.env.USERS_AS_BYTES === undefined) expect(users.some((user) => user instanceof StoredUser)).toBe(false);
          const lineOf = [2];
          for (const [at, line] of lines.entries()) lineOf.push(lineOf[at] + line.split('\n').length);
          const written = people.map(
            ({ id, userName, email = userName, active, authenticationType, firstName, lastName }, place): User => ({
              place,
              id,
              userName,
              email: effective(email),
              active,
              authenticationType: authenticationType === 'idp' ? 'idp' : 'basic',
              input: 0,
              line: lineOf[place],
              ...(withNameParts ? { givenName: effective(firstName), familyName: effective(lastName) } : {}),
            }),
          );
          expect(users.map(plainUser)).toEqual(written);
          expect(JSON.parse(JSON.stringify(users))).toEqual(written);
          // Backwards, and one text at a time, since the texts of one user are remembered.
          for (const user of [...users].reverse()) {
            expect(user.email).toBe(written[user.place].email);
            expect(user.id).toBe(written[user.place].id);
            expect(hasEmailAddress(user)).toBe(isEmailAddress(written[user.place].email));
          }
          const table = new KeyTable(collationOf('utf8mb4_0900_ai_ci').key);
          for (const { place, email } of written) if (place % 2 === 0) table.intern(email);
          const places = placesById(users);
          for (const user of users) {
            const plain = written[user.place];
            expect(userDigest(user)).toBe(userDigest(plain));
            expect(hasOneName(user)).toBe(plain.email === plain.userName);
            expect(findName(table, user)).toBe(table.find(plain.userName));
            expect(places.get(plain.id)).toBe(plain.place);
            for (const { userName, email } of written.slice(0, 20)) {
              expect(isCalled(user, email)).toBe(plain.userName === email);
              expect(isAddressed(user, userName)).toBe(plain.email === userName);
            }
          }
          const policy = { authMode: 'multi', collation: 'utf8mb4_0900_ai_ci' } as const;
          const [index, plain] = [users, written].map((each) => {
            const { users: _, keyText, find, findAll: __, storedKey: ___, ...rest } = indexIdentities(each, policy);
            return { ...rest, keys: Array.from({ length: rest.keyCount }, (____, id) => keyText(id)), found: written.map(({ email }) => find(email)) };
          });
          expect(index).toEqual(plain);
          stored += users.filter((user) => user instanceof StoredUser).length;
        },
      ),
      { numRuns: 60 },
    );
    // How many there are depends on the seed.
    expect(stored).toBeGreaterThan(60);
  });

  it('are in the order of the file when they fill many pieces', async () => {
    const count = 30_000;
    const rows = Array.from({ length: count }, (_, at) => `${at + 1},${'é'.repeat(at % 40)}${at}@x.org,User${at}@x.org,${at % 2 === 0},idp`);
    const [file] = filesOf(['id,userName,email,active,authenticationType', ...rows].join('\n'));
    const users = await usersOf(file);
    expect(users.every((user) => user instanceof StoredUser)).toBe(true);
    expect(users.map(({ id, userName, email, active }) => `${id},${userName},${email},${active},idp`)).toEqual(rows);
  });
});

const place = { file: 'users.csv', column: 4, heading: 'active' };

function refusalOf(problems: Problems): SourceRefused {
  try {
    problems.refuse();
  } catch (error) {
    if (error instanceof SourceRefused) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('problems of one cause', () => {
  it('are one, with their count and the first lines', () => {
    const problems = new Problems();
    for (let line = 2; line <= 80_001; line++) problems.add({ ...place, line, message: '"lit" is not a status.', cause: 'lit' });
    problems.add({ ...place, line: 7, message: '"off" is not a status.', cause: 'off' });
    const { details, total } = refusalOf(problems);
    expect(total).toBe(2);
    expect(details).toEqual([
      'users.csv, line 2, column 4 (active): "lit" is not a status. In 80,000 rows: line 2, line 3, line 4, line 5, line 6 and 79,995 more.',
      'users.csv, line 7, column 4 (active): "off" is not a status.',
    ]);
  });

  it('are told apart by file, table and column', () => {
    const problems = new Problems();
    for (const other of [{}, { file: 'more.csv' }, { table: 'users' }, { column: 5 }])
      problems.add({ ...place, ...other, line: 2, message: 'no.', cause: 'lit' });
    expect(refusalOf(problems).total).toBe(4);
  });

  it('count row by row once there are too many of them', () => {
    const problems = new Problems();
    for (let line = 1; line <= 12_000; line++) problems.add({ ...place, line, message: 'no.', cause: String(line) });
    for (let line = 1; line <= 12_000; line++) problems.add({ ...place, line, message: 'no.', cause: String(line) });
    const { details, total } = refusalOf(problems);
    expect(total).toBe(14_000);
    expect(details).toHaveLength(51);
    expect(details[0]).toBe('users.csv, line 1, column 4 (active): no. In 2 rows: line 1, line 1.');
  });
});

describe('wrong values', () => {
  it('are listed with counts and first lines', () => {
    const values = new WrongValues();
    expect(values.first).toBeUndefined();
    for (const [value, line] of [
      ['[NULL]', 2],
      ['[NULL]', 3],
      ['n/a', 4],
    ] as const)
      values.add(value, line);
    expect(values.first).toEqual({ value: '[NULL]', line: 2 });
    expect(String(values.describe())).toBe('"[NULL]" (2) from line 2, "n/a" (1) on line 4');
    for (let line = 5; line < 30_000; line++) values.add(`x${line}`, line);
    expect(String(values.describe('row'))).toMatch(/"x22" \(1\) on row 22 and 9,980 or more other values$/);
    values.clear();
    expect(values.first).toBeUndefined();
  });
});
