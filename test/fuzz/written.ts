/** Organizations as files: written by themselves, and read back by themselves. */

import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import type { Group, User } from '../../src/model/directory.js';
import { COLLATIONS, type CollationName } from '../../src/model/policy.js';
import { expectedFindings } from '../rules/oracle.js';
import { type MembershipRow, type Organization, organizationArbitrary } from '../support/organizations.js';
import { type Case, command, demand, demandSame, type Ground, type Random } from './fuzzer.js';
import { mutated, resettled } from './mutate.js';

const FILES = ['users', 'groups', 'memberships'] as const;
type File = (typeof FILES)[number];

/** Rows of cells below the headings, of each file. */
type Rows = Readonly<Record<File, readonly (readonly string[])[]>>;

export interface Form {
  readonly kind: 'csv' | 'sqlite';
  readonly delimiter: string;
  readonly lineEnd: string;
  readonly areAllQuoted: boolean;
  readonly hasMark: boolean;
  readonly encoding: 'utf8' | 'utf16le';
  readonly hasFinalEnd: boolean;
  /** A column that nobody reads. */
  readonly hasNotes: boolean;
}

export function randomForm(random: Random): Form {
  const encoding = random.chance(0.15) ? 'utf16le' : 'utf8';
  return {
    kind: random.chance(0.35) ? 'sqlite' : 'csv',
    delimiter: random.pick([',', ',', ';', '\t', '|']),
    lineEnd: random.pick(['\n', '\r\n']),
    areAllQuoted: random.chance(0.4),
    hasMark: encoding === 'utf16le' || random.chance(0.3),
    encoding,
    hasFinalEnd: random.chance(0.8),
    hasNotes: random.chance(0.4),
  };
}

/** Letters that one collation takes for others. */
const TWINS: readonly (readonly [string, string])[] = [
  ['o', 'ø'],
  ['l', 'ł'],
  ['d', 'đ'],
  ['s', 'ß'],
];

/** Returns a random organization that files can hold: names of groups to be synced are not blank. */
export function randomOrganization(random: Random): Organization {
  const [drawn] = fc.sample(organizationArbitrary, { seed: random.seed(), numRuns: 1 });
  const collation: CollationName = random.pick([COLLATIONS[0], ...COLLATIONS]);
  const spelt = (text: string): string => {
    if (!random.chance(0.08)) return text;
    const [plain, twin] = random.pick(TWINS);
    return text.replace(plain, twin);
  };
  const sync = drawn.syncGroups?.filter((name) => name.trim() !== '') ?? [];
  return {
    ...drawn,
    users: drawn.users.map((user) => ({ ...user, userName: spelt(user.userName), email: spelt(user.email) })),
    groups: drawn.groups.map((group) => ({ ...group, name: spelt(group.name) })),
    syncGroups: sync.length === 0 ? null : sync,
    collation,
  };
}

const HEADINGS = {
  users: ['id', 'userName', 'email', 'active', 'authenticationType'],
  groups: ['id', 'name', 'scope'],
  memberships: ['groupId', 'userId'],
} as const satisfies Record<File, readonly string[]>;

const isSyncSaid = ({ groups }: Organization): boolean => groups.some(({ sync }) => sync !== undefined);

export function rowsOf(organization: Organization): Rows {
  const { users, groups, memberships } = organization;
  return {
    users: users.map(({ id, userName, email, active, authenticationType }) => [id, userName, email, String(active), authenticationType]),
    groups: groups.map(({ id, name, isOrganizationLevel, sync }) => [
      id,
      name,
      isOrganizationLevel ? 'organization' : 'project',
      ...(isSyncSaid(organization) ? [String(sync === true)] : []),
    ]),
    memberships: memberships.map(({ group, user }) => [group, user]),
  };
}

const NOTES: readonly string[] = ['', 'night, and day', 'a "b"; c', '|', 'x'];

/** Returns an organization in which hardly anything is wrong, so that one is met for which nothing is to be done. */
export function gentle(organization: Organization, random: Random): Organization {
  const { users, groups, memberships } = organization;
  const addressOf = (place: number): string => `user${place}@dome.example`;
  return {
    ...organization,
    users: users.map((user, place) => ({
      ...user,
      active: place > 0 && user.active,
      userName: random.chance(0.1) ? random.pick([`user${place}`, addressOf(place).toUpperCase(), addressOf(random.below(users.length))]) : addressOf(place),
      email: addressOf(place),
    })),
    groups: groups.map((group, place) => ({ ...group, name: `Group ${place}`, isOrganizationLevel: place === 0 || group.isOrganizationLevel })),
    memberships: memberships
      .filter(({ user, group }) => users.some(({ id }) => id === user) && groups.some(({ id }) => id === group))
      .map((row, at) => ({ ...row, line: at + 2 })),
    syncGroups: null,
  };
}

/** Writes an organization; returns what a command names as its source. */
export function writeOrganization(folder: string, organization: Organization, form: Form): string {
  const rows = rowsOf(organization);
  const headings = { ...HEADINGS, groups: isSyncSaid(organization) ? [...HEADINGS.groups, 'sync'] : HEADINGS.groups };
  if (form.kind === 'sqlite') {
    const source = join(folder, 'export.sqlite');
    const database = new Sqlite(source);
    database.pragma('journal_mode = MEMORY');
    database.pragma('synchronous = OFF');
    database.transaction(() => {
      for (const file of FILES) {
        database.exec(`CREATE TABLE ${file} (${headings[file].map((name) => `${name} TEXT`).join(', ')})`);
        const insert = database.prepare(`INSERT INTO ${file} VALUES (${headings[file].map(() => '?').join(', ')})`);
        for (const row of rows[file]) insert.run(...row);
      }
    })();
    database.close();
    return source;
  }
  const source = join(folder, 'export');
  mkdirSync(source, { recursive: true });
  for (const file of FILES) {
    const all = [headings[file], ...rows[file]].map((row, at) =>
      form.hasNotes && file !== 'memberships' ? [...row, at === 0 ? 'notes' : NOTES[at % NOTES.length]] : row,
    );
    writeFileSync(join(source, `${file}.csv`), encoded(all, form));
  }
  return source;
}

function encoded(rows: readonly (readonly string[])[], { delimiter, lineEnd, areAllQuoted, hasMark, encoding, hasFinalEnd }: Form): Buffer {
  const cell = (text: string): string => (areAllQuoted || text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const text = rows.map((row) => row.map(cell).join(delimiter)).join(lineEnd);
  return Buffer.from(`${hasMark ? '\ufeff' : ''}${text}${hasFinalEnd ? lineEnd : ''}`, encoding);
}

/** Opens a database as it is on the disk: a copy, in which a write that was cut short can be rolled back. */
function readCopy<T>(source: string, read: (database: Sqlite.Database) => T): T {
  const copy = `${source}.read`;
  for (const ending of ['', '-journal', '-wal', '-shm']) {
    rmSync(copy + ending, { force: true });
    if (existsSync(source + ending)) copyFileSync(source + ending, copy + ending);
  }
  const database = new Sqlite(copy);
  try {
    return read(database);
  } finally {
    database.close();
    for (const ending of ['', '-journal', '-wal', '-shm']) rmSync(copy + ending, { force: true });
  }
}

/** Returns the rows of a source without what nobody reads; those of a database by their rowids. */
export function readRows(source: string, { kind, delimiter, encoding, hasNotes }: Form): Rows {
  if (kind === 'sqlite') {
    return readCopy(source, (database) => {
      const read = (file: File): string[][] => database.prepare<[], string[]>(`SELECT * FROM ${file} ORDER BY rowid`).raw().all();
      return { users: read('users'), groups: read('groups'), memberships: read('memberships') };
    });
  }
  const read = (file: File): string[][] => {
    const text = readFileSync(join(source, `${file}.csv`)).toString(encoding);
    const rows: string[][] = parse(text, { delimiter, bom: true }).slice(1);
    return hasNotes && file !== 'memberships' ? rows.map((row) => row.slice(0, -1)) : rows;
  };
  return { users: read('users'), groups: read('groups'), memberships: read('memberships') };
}

/** Returns everything that a source holds, as bytes or rows, so that two states can be compared. */
export function stateOf(source: string, form: Form): unknown {
  if (form.kind === 'sqlite') {
    const { users, groups, memberships } = readRows(source, form);
    return { users, groups, memberships: memberships.map((row) => row.join(' ')).sort() };
  }
  return Object.fromEntries(FILES.map((file) => [file, readFileSync(join(source, `${file}.csv`)).toString('latin1')]));
}

/** Returns the words of a command that say what the organization's files do not. */
export const settingsOf = ({ authMode, syncGroups, collation = COLLATIONS[0] }: Organization): string[] => [
  '--auth-mode',
  authMode,
  '--collation',
  collation,
  ...(syncGroups ?? []).flatMap((name) => [`--sync-group=${name}`]),
];

// Tables whose cells are exchanged and duplicated: what they mean stays plain, so the oracle says what must be found.

const FORM: Form = { kind: 'csv', delimiter: ',', lineEnd: '\n', areAllQuoted: false, hasMark: false, encoding: 'utf8', hasFinalEnd: true, hasNotes: false };
const HEADINGS_OF_ROLES = { users: 'id,userName,email,active,authenticationType', groups: 'id,name,scope', memberships: 'groupId,userId' } as const;

/** Letters of which the oracle knows how they compare, and nothing that a reader might take for more than text. */
const PLAIN = /^[A-Za-z0-9@. _-]*$/;
const WORDS = /^\s*(?:null|none|nil|undefined|nan|n\/a)\s*$/i;

/** Returns the cells of a file whose meaning nobody can dispute; undefined if it has become anything else. */
function cellsOf(bytes: Buffer, heading: string): string[][] | undefined {
  const text = bytes.toString('latin1');
  if (!text.endsWith('\n')) return undefined;
  const [first, ...lines] = text.slice(0, -1).split('\n');
  if (first !== heading) return undefined;
  const rows = lines.map((line) => line.split(','));
  const isPlain = rows.every(
    (row) => row.length === heading.split(',').length && row.every((cell) => PLAIN.test(cell) && !WORDS.test(cell) && cell === cell.trim()),
  );
  return isPlain ? rows : undefined;
}

const isId = (text: string): boolean => /^[1-9]\d{0,8}$/.test(text);
const areDistinct = (rows: readonly (readonly string[])[]): boolean => new Set(rows.map(([id]) => id)).size === rows.length;

/** Returns what the files say, or undefined if it takes a reader to tell. */
function read(folder: string, organization: Organization): Organization | undefined {
  const rows = (file: keyof typeof HEADINGS_OF_ROLES): string[][] | undefined => cellsOf(readFileSync(join(folder, `${file}.csv`)), HEADINGS_OF_ROLES[file]);
  const [users, groups, memberships] = [rows('users'), rows('groups'), rows('memberships')];
  if (users === undefined || groups === undefined || memberships === undefined) return undefined;
  if (!users.every(([id, , , active, type]) => isId(id) && /^(?:true|false)$/.test(active) && /^(?:idp|basic)$/.test(type)) || !areDistinct(users))
    return undefined;
  if (!groups.every(([id, name, scope]) => isId(id) && name !== '' && /^(?:organization|project)$/.test(scope)) || !areDistinct(groups)) return undefined;
  if (!memberships.every((row) => row.every(isId)) || users.length === 0) return undefined;
  return {
    ...organization,
    users: users.map(
      ([id, userName, email, active, type], place): User => ({
        place,
        id,
        input: 0,
        line: place + 2,
        userName,
        email,
        active: active === 'true',
        authenticationType: type === 'idp' ? 'idp' : 'basic',
      }),
    ),
    groups: groups.map(([id, name, scope], place): Group => ({ place, id, input: 1, line: place + 2, name, isOrganizationLevel: scope === 'organization' })),
    memberships: memberships.map(([group, user], at): MembershipRow => ({ group, user, line: at + 2 })),
  };
}

type Field = null | boolean | number | string | readonly Field[] | { readonly [key: string]: Field };

/** Returns a value with its keys in order, without what the oracle leaves open and what is otherwise in a database. */
function canonical(value: Field, isDatabase: boolean): Field {
  if (Array.isArray(value)) return value.map((each: Field) => canonical(each, isDatabase));
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([key]) => !['fingerprint', 'message', 'suggestion'].includes(key) && !(isDatabase && key === 'location'));
  return Object.fromEntries(
    kept
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, ['path', 'file'].includes(key) && typeof each === 'string' ? basename(each) : canonical(each, isDatabase)]),
  );
}

/** Checks an organization's files and compares the report with what the contract says of it. Returns the exit code. */
export async function expectFindings(organization: Organization, source: string, isDatabase: boolean, folder: string): Promise<number> {
  const { code, stdout, stderr } = await command(['check', source, ...settingsOf(organization), '--format', 'json'], { cwd: folder });
  if (organization.users.length === 0) {
    demand(code === 3, () => `no users, but exit ${code}: ${stderr}`);
    return code;
  }
  demand(code === 0 || code === 1, () => `exit ${code} for what can be read: ${stderr}`);
  const report = JSON.parse(stdout);
  const expected = expectedFindings(organization);
  demandSame(canonical(report.findings, isDatabase), canonical(JSON.parse(JSON.stringify(expected)), isDatabase), 'the findings are others');
  const errors = expected.filter(({ severity }) => severity === 'error').length;
  demandSame([code, report.ready, report.summary.error], [errors > 0 ? 1 : 0, errors === 0, errors], 'the verdict is another');
  const { users, groups, memberships } = organization;
  demandSame([report.snapshot.users, report.snapshot.groups, report.snapshot.memberships], [users.length, groups.length, memberships.length], 'rows were lost');
  return code;
}

/** Spoils a random organization's tables; if they still say something plainly, compares the report with the oracle. */
export async function playTable({ random, folder }: Case, _: Ground): Promise<readonly string[]> {
  const drawn = randomOrganization(random);
  const organization = random.chance(0.7) ? gentle(drawn, random) : drawn;
  const source = writeOrganization(folder, { ...organization, groups: organization.groups.map(({ sync: _sync, ...group }) => group) }, FORM);
  for (let left = 1 + random.below(4); left > 0; left--) {
    const file = join(source, `${random.pick(['users', 'users', 'groups', 'memberships'])}.csv`);
    const bytes = readFileSync(file);
    writeFileSync(file, random.chance(0.75) ? resettled(bytes, random) : mutated('users.csv', bytes, random));
  }
  const understood = read(source, organization);
  if (understood !== undefined) return [`oracle exit ${await expectFindings(understood, source, false, folder)}`];
  const { code } = await command(['check', source, ...settingsOf(organization), '--format', 'json'], { cwd: folder });
  return [`table exit ${code}`];
}
