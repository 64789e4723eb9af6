/** Random organizations for the dialects, and what becomes of one that is written in a dialect and checked. */

import { isAscii, isUtf8 } from 'node:buffer';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type Dialect as CsvDialect, readCell, writeCell } from '../../src/sources/csv/dialect.js';
import { encodeText } from '../../src/sources/csv/encoding.js';
import type { DialectWishes } from '../../src/sources/csv/head.js';
import { openCsv } from '../../src/sources/csv/table.js';
import { readDirectory } from '../../src/sources/read-source.js';
import { openSource } from '../../src/sources/registry.js';
import type { SourceRequest } from '../../src/sources/source.js';
import { CellWords } from '../../src/sources/tables/cell-words.js';
import { Problems, SourceRefused } from '../../src/sources/tables/problem.js';
import { unpack } from '../support/fixture-pages.js';
import { temporaryFolders } from '../support/machine.js';
import { auditOf } from '../support/organizations.js';
import { ROOT, runCli } from '../support/run.js';
import {
  cellsOf,
  DIALECTS,
  type Dialect,
  GRID,
  hostileText,
  isUndecidable,
  type Organization,
  type WrittenGroup,
  type WrittenTable,
  type WrittenUser,
  whatIsLeft,
  writeOrganization,
  writtenTables,
} from '../support/tool-dialects.js';
import { requestFor } from '../targets/support.js';

const PEOPLE = ['ana', 'ben', 'cleo'] as const;
const addressOf = (person: string): string => `${person}@dome.example`;
const address = fc.constantFrom(...PEOPLE).map(addressOf);

/** Names that files are misread by. */
const NAMES = [
  ...['ACME\\nora', 'ACME\\bob', 'ACME\\tom', 'back\\', '\\', 'Ada "Bo" Cy', '"Core"', '"', '5" pipe', 'a "quoted" word', 'ends with"', '"starts with'],
  ...['one, two', 'one; two', 'one|two', 'one\ttwo', 'one\ntwo', 'one\r\ntwo', 'a, b\nc, d', '"a", "b"', ' before', 'after ', '  ', ''],
  ...[
    'NULL',
    'Null',
    '[NULL]',
    '(null)',
    '<null>',
    'None',
    'nan',
    'N/A',
    '#N/A',
    '\\N',
    '0',
    '-1',
    '-',
    'true',
    '7',
    '(2 rows affected)',
    '------',
    '#TYPE x',
    'sep=;',
  ],
  ...['ANDRÉ’S TEAM', 'Team „Spaß“', 'CAFÉ™', 'RENÉ–LUC', 'Ready for review', 'smørbrød', 'Ünal', 'Łódź', '日本', '😀 team', "O'Neil", 'O’Neil'],
];
const twin = (text: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    text.toUpperCase(),
    text.replace('a', 'á'),
    text.replace('e', 'é'),
    `${text} `,
    ` ${text}`,
    `${text}\t`,
    `"${text}"`,
    `${text}\n`,
    `${text},`,
  );

const email = fc.oneof({ weight: 6, arbitrary: address }, { weight: 2, arbitrary: address.chain(twin) }, { weight: 1, arbitrary: fc.constant(null) });
/** A text that is no value as a whole is none (contract, section 3), but in usernames and names of groups. */
const isValue = (text: string): boolean => text !== 'NULL' && text !== '\\N';

const userOf = (hostile: fc.Arbitrary<string>): fc.Arbitrary<Omit<WrittenUser, 'id'>> =>
  fc.record({
    userName: fc.oneof(
      { weight: 4, arbitrary: address },
      { weight: 1, arbitrary: fc.constantFrom(...PEOPLE) },
      { weight: 1, arbitrary: address.chain(twin) },
      { weight: 2, arbitrary: hostile },
    ),
    email,
    fullName: fc.option(hostile.filter(isValue), { freq: 3 }),
    isActive: fc.boolean(),
    isBasic: fc.boolean(),
  });

const groupOf = (hostile: fc.Arbitrary<string>): fc.Arbitrary<Omit<WrittenGroup, 'id'>> =>
  fc.record({
    name: fc.oneof(hostile, fc.constantFrom('Core', 'core', 'Observers')),
    project: fc.option(
      fc.oneof({ weight: 4, arbitrary: fc.constantFrom('7', '12', 'Apollo') }, { weight: 1, arbitrary: fc.constantFrom('Apollo "X"', 'P, Q', 'tab\ttab') }),
      { freq: 2 },
    ),
  });

/** One or two kinds of trouble in each organization: a file with all of them is refused for the first, and shows nothing of the others. */
const organizationArbitrary: fc.Arbitrary<Organization> = fc
  .subarray(NAMES, { minLength: 1, maxLength: 2 })
  .map((names) => fc.constantFrom(...names, 'Dome', 'Marsh'))
  .chain((hostile) =>
    fc.record({
      users: fc.array(userOf(hostile), { minLength: 1, maxLength: 6 }),
      groups: fc.array(groupOf(hostile), { minLength: 1, maxLength: 5 }),
      memberships: fc.uniqueArray(fc.tuple(fc.nat(5), fc.nat(6)), { minLength: 1, maxLength: 6, selector: String }),
    }),
  )
  .map(({ users, groups, memberships }) => ({
    users: users.map((each, at): WrittenUser => ({ id: String(at + 11), ...each })),
    groups: groups.map((each, at): WrittenGroup => ({ id: String(at + 5), ...each })),
    memberships: memberships.map(([inGroup, member]) => ({ group: String(inGroup + 5), user: String(member + 11) })),
  }));

interface Reading {
  readonly isReady: boolean;
  readonly fingerprints: readonly string[];
  readonly rules: readonly string[];
}

/** Returns what the rules find in an organization as it is, without any file. */
function referenceOf({ users, groups, memberships }: Organization): Reading {
  const { findings } = auditOf({
    authMode: 'multi',
    syncGroups: null,
    users: users.map(({ id, userName: name, email: mail, isActive, isBasic }, place) => ({
      place,
      id,
      input: 0,
      line: place + 2,
      userName: name,
      email: mail ?? '',
      active: isActive,
      authenticationType: isBasic ? 'basic' : 'idp',
    })),
    groups: groups.map(({ id, name, project }, place) => ({ place, id, input: 1, line: place + 2, name, isOrganizationLevel: project === null })),
    memberships: memberships.map((each, at) => ({ ...each, line: at + 2 })),
  });
  return {
    isReady: findings.every(({ finding }) => finding.severity !== 'error'),
    fingerprints: findings.map(({ fingerprint }) => fingerprint).sort(),
    rules: findings.map(({ finding }) => finding.rule),
  };
}

/** Returns what check says of files, or why it refuses them. */
async function readingOf(folder: string, flags: readonly string[]): Promise<Reading | string> {
  const { code, stdout, stderr } = await runCli(['check', '.', '--auth-mode', 'multi', '--format', 'json', ...flags], { cwd: folder });
  if (code === 2) return stderr;
  const { ready, findings } = JSON.parse(stdout);
  return {
    isReady: ready,
    fingerprints: findings.map(({ fingerprint }: { fingerprint: string }) => fingerprint).sort(),
    rules: findings.map(({ rule }: { rule: string }) => rule),
  };
}

type Outcome = 'read' | 'refused' | 'NULL read as an address' | 'damage reported' | 'MISREAD' | 'FALSE READY';

async function outcomeOf(
  organization: Organization,
  dialect: Dialect,
  flags: readonly string[],
  folder: string,
): Promise<{ outcome: Outcome; reading: Reading | string }> {
  for (const [name, bytes] of Object.entries(writeOrganization(organization, dialect))) writeFileSync(join(folder, name), bytes);
  const reading = await readingOf(folder, flags);
  if (typeof reading === 'string') return { outcome: 'refused', reading };
  const expected = referenceOf(whatIsLeft(organization, dialect));
  if (reading.isReady && !expected.isReady) return { outcome: 'FALSE READY', reading };
  if (!isSame(reading, expected)) {
    // An email that is a word is an invalid one, and so an error as a missing one is, until somebody says that the word is none.
    const isWordTaken = dialect.nullWord !== undefined && !flags.includes('--null') && isSame(reading, referenceOf(withWords(organization, dialect.nullWord)));
    return { outcome: isWordTaken ? 'NULL read as an address' : 'MISREAD', reading };
  }
  if (dialect.lose === undefined || !reading.rules.includes('damaged-text')) return { outcome: 'read', reading };
  return { outcome: 'damage reported', reading };
}

const isSame = (one: Reading, other: Reading): boolean => one.fingerprints.join() === other.fingerprints.join();

const withWords = (organization: Organization, word: string): Organization => ({
  ...organization,
  users: organization.users.map((each) => ({ ...each, email: each.email ?? word })),
});

const isSafe = (outcome: Outcome): boolean => outcome !== 'MISREAD' && outcome !== 'FALSE READY';

const file = join(temporaryFolders()(), 'groups.csv');

/** Returns every row that is read, or what was said against it. */
function read(text: string, wishes: DialectWishes): string[][] | string {
  writeFileSync(file, text);
  const problems = new Problems();
  const rows: string[][] = [];
  try {
    const table = openCsv({ role: 'groups', path: 'groups.csv', file, words: new CellWords('groups', {}), ...wishes });
    try {
      table.read((row) => void rows.push(Array.from({ length: row.width }, (_, column) => row.text(column))), problems);
    } finally {
      table.close();
    }
    problems.refuse();
  } catch (error) {
    if (error instanceof SourceRefused) return error.details.join('\n');
    throw error;
  }
  return rows;
}

const expectedOf = ({ rows }: WrittenTable): string[][] => rows.map(({ note, name }, at) => [String(at + 1), note, name, 'org']);
const textOf = (cells: readonly (readonly string[])[], { delimiter, lineEnd }: WrittenTable): string =>
  cells.map((row) => row.join(delimiter) + lineEnd).join('');

test('with the dialect stated, every table reads as it was written', () => {
  fc.assert(
    fc.property(writtenTables, (table) => {
      const cells = cellsOf(table);
      if (cells === undefined) return;
      const { quote, escape: escapeStyle } = table.writer;
      expect(read(textOf(cells, table), { delimiter: table.delimiter, quote, escape: escapeStyle })).toEqual(expectedOf(table));
    }),
    { numRuns: 500 },
  );
});

test.each(['- -', '+--+', '---+---', '|--|', '-[ RECORD 1 ]'])('a cell of several lines may have one that looks like the frame of a table: %s', (line) => {
  expect(read(`id,note,name,scope\n1,,"\n${line}\n",org\n`, {})).toEqual([['1', '', `\n${line}\n`, 'org']]);
  expect(read(`id,note,name,scope\n1,,"Dome ""A""\n${line}\n",org\n`, {})).toEqual([['1', '', `Dome "A"\n${line}\n`, 'org']]);
});

test('without a word, a table reads as it was written, or is refused with what to say', () => {
  let accepted = 0;
  fc.assert(
    fc.property(writtenTables, (table) => {
      const cells = cellsOf(table);
      // A cell of letters that is enclosed by quotes is one of a dialect with quotes: nothing shows that it is not.
      const isEnclosed = ({ note, name }: WrittenTable['rows'][number]): boolean => [note, name].some((each) => /^".*"$/s.test(each));
      if (cells === undefined || (table.writer.quote === 'none' && table.rows.some(isEnclosed))) return;
      const found = read(textOf(cells, table), {});
      if (typeof found === 'string') expect(found).toMatch(/--(?:quote|escape)|cells, the headings have/);
      else {
        expect(found).toEqual(expectedOf(table));
        accepted++;
      }
    }),
    { numRuns: 1000 },
  );
  expect(accepted).toBeGreaterThan(80);
});

const dialects: fc.Arbitrary<CsvDialect> = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  quote: fc.constantFrom('double', 'none'),
  escape: fc.constantFrom('backslash', 'none'),
});

test('a cell that is written reads as it was meant, or is not written', () => {
  fc.assert(
    fc.property(fc.oneof(hostileText, fc.string(), fc.constantFrom('\\N', '', '\r', 'a\r')), dialects, fc.boolean(), (text, dialect, isQuoted) => {
      const raw = writeCell(text, dialect, isQuoted && dialect.quote === 'double');
      if (raw !== undefined) expect(readCell(raw, dialect)).toBe(text);
      else expect(dialect.quote === 'none' || text === '\\N').toBe(true);
    }),
    { numRuns: 3000 },
  );
});

// One organization in every dialect that tools write: the same findings, or a refusal; never other findings.

const makeFolder = temporaryFolders();

/** Bytes of windows-1252 that are UTF-8 as well, as of CAFÉ™, say nothing of their encoding unless --encoding does. */
function passesForUtf8(file: Uint8Array): boolean {
  return !isAscii(file) && isUtf8(file);
}

const mayPassForUtf8 = (dialect: Dialect, { users, groups }: Organization): boolean =>
  dialect.flags.includes('windows-1252') &&
  [users, groups].some((records) => passesForUtf8(encodeText(JSON.stringify(records), 'windows-1252') ?? Buffer.alloc(0)));

async function expectSafe(organization: Organization, dialect: Dialect, folder: string): Promise<void> {
  const left = whatIsLeft(organization, dialect);
  const isDamaged = left.users.some(({ userName, email }) => userName.includes('?') || email?.includes('?') === true);
  for (const flags of [[], dialect.flags]) {
    if (isUndecidable(organization, dialect, flags)) continue;
    if (!flags.includes('windows-1252') && mayPassForUtf8(dialect, organization)) continue;
    const { outcome, reading } = await outcomeOf(organization, dialect, flags, folder);
    const account = JSON.stringify({ dialect: dialect.title, flags, outcome, reading, expected: referenceOf(left) }, null, 1);
    expect(isSafe(outcome), account).toBe(true);
    if (isDamaged) expect(['refused', 'damage reported'], account).toContain(outcome);
  }
}

const RUNS = Number(process.env.DIALECT_RUNS ?? 8);
/** The same organizations each time, unless more of them are asked for. */
const SEED = process.env.DIALECT_RUNS === undefined ? { seed: 20_261_127 } : {};

describe('one organization in every dialect', () => {
  it('of a tool has the same findings or is refused', { timeout: 300_000 }, async () => {
    const folder = makeFolder();
    await fc.assert(
      fc.asyncProperty(organizationArbitrary, async (organization) => {
        for (const dialect of DIALECTS) await expectSafe(organization, dialect, folder);
      }),
      { ...SEED, numRuns: RUNS },
    );
  });

  it('of plain CSV has the same findings or is refused, and with its options it is always read', { timeout: 300_000 }, async () => {
    const folder = makeFolder();
    await fc.assert(
      fc.asyncProperty(organizationArbitrary, fc.shuffledSubarray([...GRID], { minLength: 16, maxLength: 16 }), async (organization, dialects) => {
        for (const dialect of dialects) {
          await expectSafe(organization, dialect, folder);
          if (dialect.hasBareQuotes === true || isUndecidable(organization, dialect, dialect.flags)) continue;
          const { outcome, reading } = await outcomeOf(organization, dialect, dialect.flags, folder);
          expect(outcome, `${dialect.title}: ${reading}`).toBe('read');
        }
      }),
      { ...SEED, numRuns: RUNS },
    );
  });
});

// The table of docs/exports.md

const memberships = [
  { group: '5', user: '11' },
  { group: '6', user: '13' },
];

const ORDINARY: Organization = {
  users: [
    { id: '11', userName: 'ada.quill', fullName: 'Ada Quill', email: 'ada.quill@marsh.example', isActive: true, isBasic: false },
    { id: '12', userName: 'zoe.voss@marsh.example', fullName: 'Zoë Voss', email: 'zoë.voss@marsh.example', isActive: true, isBasic: false },
    { id: '13', userName: 'bo.tarn@marsh.example', fullName: null, email: 'bo.tarn@marsh.example', isActive: false, isBasic: true },
  ],
  groups: [
    { id: '5', name: 'Reviewers', project: null },
    { id: '6', name: 'Bridge Team', project: null },
    { id: '7', name: 'Reviewers', project: '3' },
  ],
  memberships,
};

const HOSTILE: Organization = {
  users: [
    { id: '11', userName: 'ACME\\nora', fullName: 'Nora "N" Ash', email: 'nora@marsh.example', isActive: true, isBasic: false },
    { id: '12', userName: 'ACME\\bob', fullName: 'Bob, junior', email: null, isActive: true, isBasic: false },
    { id: '13', userName: 'Null', fullName: 'two\nlines', email: 'Ünal@marsh.example', isActive: false, isBasic: true },
  ],
  groups: [
    { id: '5', name: 'N/A', project: null },
    { id: '6', name: 'Team „Spaß“, all', project: null },
    { id: '7', name: 'tab\tand; bar|', project: 'Apollo "X"' },
  ],
  memberships,
};

const code = (flags: readonly string[]): string => {
  const words = flags.map((flag) => (/[^\w=./-]/.test(flag) ? `'${flag}'` : flag)).join(' ');
  return words === '' ? '' : `\`${words.replaceAll('|', '\\|')}\``;
};

async function tableRow(dialect: Dialect, folder: string): Promise<string> {
  const cells: string[] = [];
  for (const flags of [[], dialect.flags]) {
    if (flags.length === 0 && cells.length > 0) {
      cells.push('', '');
      continue;
    }
    for (const organization of [ORDINARY, HOSTILE]) {
      const isWritten = !isUndecidable(organization, dialect, flags);
      cells.push(isWritten ? (await outcomeOf(organization, dialect, flags, folder)).outcome : '–');
    }
  }
  const [ordinary, odd, ordinaryWith, oddWith] = cells;
  return `| ${dialect.title.replaceAll('|', '\\|')} | ${ordinary} | ${odd} | ${code(dialect.flags)} | ${ordinaryWith} | ${oddWith} |`;
}

it('docs/exports.md says of each dialect what becomes of it', { timeout: 120_000 }, async () => {
  const folder = makeFolder();
  const lines = ['| written by | ordinary names | difficult names | with these options | ordinary | difficult |', '| --- | --- | --- | --- | --- | --- |'];
  for (const dialect of DIALECTS) lines.push(await tableRow(dialect, folder));
  const table = `<!-- dialects -->\n${lines.join('\n')}\n<!-- /dialects -->`;
  const path = join(ROOT, 'docs/exports.md');
  const page = readFileSync(path, 'utf8');
  const PLACE = /<!-- dialects -->.*<!-- \/dialects -->/s;
  // Written anew where a person asks for it, as transcripts are.
  if (process.env.UPDATE_TRANSCRIPTS === '1')
    writeFileSync(
      path,
      page.replace(PLACE, () => table),
    );
  else expect(PLACE.exec(page)?.[0]).toBe(table);
});

const newFolder = temporaryFolders();
const root = unpack('sources/written', newFolder());

const wordsFor = (name: string): string[] =>
  /`(--[^`]+)`/.exec(readFileSync(join(root, name, 'about.md'), 'utf8').replace(/^.*Options/s, ''))?.[1].split(' ') ?? [];

const check = (name: string, ...more: string[]) => runCli(['check', '.', ...wordsFor(name), ...more], { cwd: join(root, name) });

/** Returns what the reader holds of a case: users and groups by id and name. */
async function readCase(name: string) {
  const words = wordsFor(name);
  const after = <T extends string>(flag: string, values: readonly T[]): T | undefined => values.find((value) => words[words.indexOf(flag) + 1] === value);
  const quote = words.includes('--quote') ? after('--quote', ['none', 'double'] as const) : undefined;
  const escapeStyle = words.includes('--escape') ? after('--escape', ['none', 'backslash'] as const) : undefined;
  const request: SourceRequest = requestFor(join(root, name), {
    ...(quote === undefined ? {} : { quote }),
    ...(escapeStyle === undefined ? {} : { escape: escapeStyle }),
  });
  const opened = await openSource(request);
  try {
    const { users, groups, memberships } = readDirectory(opened.tables, {
      authMode: 'saml',
      collation: 'utf8mb4_0900_ai_ci',
      withNames: false,
      authTypeMap: {},
      leaveOutUsers: [],
    }).streamMemberships();
    return { users: users.map(({ id, userName }) => `${id} ${userName}`), groups: groups.map(({ id, name: each }) => `${id} ${each}`), memberships };
  } finally {
    opened.close();
  }
}

const FOUR = ['11 ada.quill@marsh.example', '12 bo.tarn@marsh.example', '13 cy.voss@marsh.example', '14 di.wren@marsh.example'];
const TWO = ['5 Reviewers', '6 Bridge Team'];

interface Read {
  readonly users?: readonly string[];
  readonly groups?: readonly string[];
  readonly memberships?: number;
  readonly notes?: readonly (string | RegExp)[];
}

const READ: Readonly<Record<string, Read>> = {
  'backslash-is-a-letter': { users: ['11 ACME\\nora', '12 ACME\\bob', ...FOUR.slice(2)] },
  bars: { groups: ['5 Reviewers, first', '6 Bridge Team'] },
  'count-in-german': {
    groups: ['5 (2 Teams)', '6 Bridge Team'],
    notes: ['groups.csv: line 7 states the number of rows', 'groups.csv: lines 4 to 5 hold only delimiters'],
  },
  'description-of-two-lines': {},
  'excel-sep': { notes: ['users.csv: line 1 is "sep=", which tells Excel the delimiter, and was left out.'] },
  'into-outfile': { users: [FOUR[0], '12 bo\\tarn', ...FOUR.slice(2)], groups: ['5 Reviewers', '6 Bridge\\Team'] },
  'into-outfile-enclosed': { groups: ['5 15" Display', '6 Bridge\nTeam'] },
  'mysql-batch': { groups: ['5 Reviewers', '6 15" Display Team'] },
  'mysql-batch-tabs': {
    users: ['1 ana@acme.example\t', '2 bo@acme.example', '3 x@acme.example'],
    groups: ['1 QA Lab', '2 QA\tLab'],
    memberships: 2,
  },
  'null-is-no-doubt': { users: FOUR.slice(0, 2), memberships: 2 },
  'powershell-type': { notes: ['users.csv: line 1 is "#TYPE"'] },
  'quotes-double-by-word': { groups: ['5 Bridge\t\n6\tDeck'], memberships: 1 },
  'quotes-none-by-word': { groups: ['5 "Bridge', '6 Deck"'] },
  'rows-of-commas': { notes: ['memberships.csv: lines 5 to 6 hold only delimiters'] },
  'sqlcmd-dashes': { notes: ['memberships.csv: line 2 is a row of dashes', 'users.csv: line 8 states the number of rows'] },
  'sqlcmd-nocount': { notes: ['groups.csv: line 2 is a row of dashes'] },
};

const BOTH_QUOTES = ['--quote none', '--quote double'];
const BOTH_ESCAPES = ['--escape backslash', '--escape none'];

const REFUSED: Readonly<Record<string, { readonly places: readonly string[]; readonly says: readonly (string | RegExp)[] }>> = {
  'boxed-table': { places: ['users.csv 1'], says: ['drawn with lines', 'mysql --batch'] },
  'html-report': { places: ['users.csv 1'], says: ['this is HTML', 'CSV UTF-8'] },
  'json-file': { places: [], says: ['groups.csv is JSON', 'usergroups.json'] },
  'mysql-batch-tabs-unstated': { places: ['users.csv 2:2', 'groups.csv 3:2'], says: ['precedes the letter t', ...BOTH_ESCAPES] },
  'mysql-batch-unstated': { places: ['users.csv 3:3', 'users.csv 5:3', 'users.csv 6:3', 'groups.csv 3:2'], says: [...BOTH_QUOTES, ...BOTH_ESCAPES] },
  'no-headings': { places: ['users.csv 1'], says: ['the file has no headings', 'SSMS'] },
  'old-xls': { places: ['users.csv 1'], says: ['.xls', 'Save As'] },
  'psql-table': { places: ['groups.csv 1'], says: ['drawn with lines', 'psql --csv'] },
  'row-of-commas-in-the-middle': { places: ['groups.csv 3'], says: ['only delimiters'] },
  'sql-dump': { places: ['users.csv 1'], says: ['SQL statements'] },
  'sqlcmd-padded': { places: ['users.csv 1'], says: ['padded with spaces', '-W'] },
  'swallowed-groups': { places: ['groups.csv 3:2'], says: ['each of its 3 lines', ...BOTH_QUOTES] },
  'swallowed-users': { places: ['users.csv 2:3'], says: ['each of its 2 lines', ...BOTH_QUOTES] },
  'xml-file': { places: ['users.csv 1'], says: ['this is XML'] },
};

const placesIn = (stderr: string): string[] =>
  [...stderr.matchAll(/^(.+?), line (\d+)(?:, column (\d+) ?(?:\([^)]*\))?)?: /gm)].map(
    ([, file, line, column]) => `${file} ${line}${column === undefined ? '' : `:${column}`}`,
  );

describe('files as tools write them', () => {
  it('has an expectation for every case', () => {
    expect(readdirSync(root).sort()).toEqual([...Object.keys(READ), ...Object.keys(REFUSED)].sort());
  });

  it.each(Object.entries(READ))('%s is read', async (name, { users = FOUR, groups = TWO, memberships = 3, notes = [] }) => {
    expect(await readCase(name)).toEqual({ users, groups, memberships });
    const { code, stdout, stderr } = await check(name, '--format', 'json');
    expect(stderr).toMatch(/exit [01]: /);
    expect([0, 1]).toContain(code);
    for (const note of notes) expect(JSON.parse(stdout).notes.join('\n')).toContain(note);
  });

  it.each(Object.entries(REFUSED))('%s is refused', async (name, { places, says }) => {
    const { code, stdout, stderr } = await check(name);
    expect(placesIn(stderr)).toEqual(places);
    for (const text of says) expect(stderr).toContain(text);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it('what is no table is told of the lists and of the provider as well', async () => {
    const folder = newFolder();
    cpSync(join(root, 'bars'), folder, { recursive: true });
    const page = '<!DOCTYPE html>\n<html><body><table><tr><td>name</td></tr></table></body></html>\n';
    writeFileSync(join(folder, 'page.csv'), page);
    for (const flags of [
      ['--sync-groups', 'page.csv'],
      ['--integrations', 'page.csv'],
      ['--idp', 'okta', '--idp-users', 'page.csv'],
    ]) {
      const { code, stderr } = await runCli(['check', '.', '--auth-mode', 'saml', ...flags], { cwd: folder });
      expect(stderr).toContain('page.csv, line 1: this is HTML');
      expect(code).toBe(2);
    }
  });
});
