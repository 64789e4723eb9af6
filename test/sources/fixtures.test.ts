import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { filesFromFlags } from '../../src/app/source-access.js';
import type { Snapshot } from '../../src/model/directory.js';
import { ENCODINGS, type Encoding } from '../../src/sources/csv/encoding.js';
import { readDirectory } from '../../src/sources/read-source.js';
import { openSource } from '../../src/sources/registry.js';
import { unpack } from '../support/fixture-pages.js';
import { temporaryFolders } from '../support/machine.js';
import { type CliResult, runCli } from '../support/run.js';

const root = unpack('sources', temporaryFolders()());

const SKIPPED = ['--skip-rule', 'duplicate-group-name', '--skip-rule', 'inactive-basic-member'];

/** Returns the words after `check` that a case's about.md gives: "Options: the folder, `…`", "`X` as SOURCE, `…`" or "`…`". */
function wordsFor(folder: string): string[] {
  const about = readFileSync(join(folder, 'about.md'), 'utf8');
  const [, source, given] = /Options: (?:(the folder|`[^`]+` as SOURCE), )?`([^`]+)`/.exec(about) ?? [];
  if (given === undefined) throw new Error(`${folder}/about.md gives no options`);
  const first = source === undefined ? [] : source === 'the folder' ? ['.'] : [source.split('`')[1]];
  return [...first, ...given.split(' '), ...(about.includes('each is skipped with `--skip-rule`') ? SKIPPED : [])];
}

const check = (folder: string, ...more: string[]): Promise<CliResult> => runCli(['check', ...wordsFor(folder), ...more], { cwd: folder });

let home = '';
beforeEach(() => {
  home = process.cwd();
});
afterEach(() => process.chdir(home));

/** Returns what the reader holds of a case, by the same words. */
async function snapshotOf(folder: string): Promise<Snapshot> {
  process.chdir(folder);
  const words = wordsFor(folder);
  const valuesOf = (flag: string): string[] => words.flatMap((word, at) => (word === flag ? [words[at + 1]] : []));
  const encoding = ENCODINGS.find((name): name is Encoding => valuesOf('--encoding').includes(name));
  const opened = await openSource({
    ...(words[0].startsWith('-') ? {} : { source: words[0] }),
    ...filesFromFlags({ users: valuesOf('--users'), groups: valuesOf('--groups'), memberships: valuesOf('--memberships') }),
    columns: {},
    tables: {},
    ...(encoding === undefined ? {} : { encoding }),
    nulls: valuesOf('--null'),
    activeMap: Object.fromEntries(
      valuesOf('--active-map').map((word) => {
        const [value, status] = word.toLowerCase().split('=');
        return [value, status === 'active' ? 'active' : 'inactive'];
      }),
    ),
    isAssumedActive: false,
  });
  try {
    return readDirectory(opened.tables, {
      authMode: 'saml',
      collation: 'utf8mb4_0900_ai_ci',
      withNames: true,
      authTypeMap: {},
      leaveOutUsers: [],
    }).streamMemberships();
  } finally {
    opened.close();
  }
}

interface Read {
  /** `id:line` of each user in order, an inactive one after `~`. */
  readonly users: string;
  /** `id:line` of each group in order, a project's in brackets. */
  readonly groups: string;
  readonly memberships: number;
  /** Rule, ids, and what kind. */
  readonly findings: readonly string[];
  readonly code: number;
  readonly notes?: readonly RegExp[];
}

const FROM_CELLS = /does not distinguish organization-level groups from project groups, and cannot show two groups with the same name/;

const JSON_READ: Readonly<Record<string, Read>> = {
  'bare-lists': {
    users: '12:2 14:17 ~17:32 21:47 30:62',
    groups: '1:2 2:8 (7:15)',
    memberships: 3,
    findings: ['username-email-mismatch 12 value', 'username-email-mismatch 21 case'],
    code: 1,
    notes: [
      /people\.json has no pageInfo, so nothing proves that the list of users is complete/,
      /teams\.json has no pageInfo/,
      /bakers\.json has no pageInfo, .* members of group 1 and 1 more list are complete/,
      /1 project group has no list of members/,
    ],
  },
  'one-object-per-line': {
    users: '9007199254740993:1 9007199254740992:2 ~9223372036854775807:1 0:3',
    groups: '1:2',
    memberships: 2,
    findings: ['username-email-mismatch 9007199254740993 value', 'username-email-mismatch 0 case'],
    code: 1,
    notes: [/people-1\.json has no pageInfo/],
  },
  pages: {
    users: '12:1 14:1 ~17:1 21:1 30:1',
    groups: '1:1 2:1 (7:1)',
    memberships: 3,
    findings: ['username-email-mismatch 12 value', 'username-email-mismatch 21 case'],
    code: 1,
  },
  'utf-16-data-first': {
    users: '12:3 14:18',
    groups: '',
    memberships: 0,
    findings: ['username-email-mismatch 12 value', 'no-inactive-users'],
    code: 1,
    notes: [/users\.txt holds JSON and was read as JSON/],
  },
};

const READ: Readonly<Record<string, Read>> = {
  'active-and-inactive': {
    users: '12:2 14:3 21:4 30:5 ~8:2 ~17:3',
    groups: '1:2 2:3 (7:4)',
    memberships: 6,
    findings: ['username-email-mismatch 12 value', 'conflicting-users 12,8 taken'],
    code: 1,
  },
  'groups-scope-column': { users: '14:2 ~17:3', groups: '1:2 2:3 3:4 (4:5) (5:6) (6:7)', memberships: 3, findings: [], code: 0 },
  'members-by-name': {
    users: '12:2 14:3 ~17:4',
    groups: '1:2 2:3',
    memberships: 4,
    findings: ['username-email-mismatch 12 value', 'inactive-basic-member 17 2'],
    code: 1,
  },
  'null-email-dbeaver': {
    users: '11:2 12:3 ~13:4',
    groups: '5:2 6:3',
    memberships: 2,
    findings: ['missing-email 11'],
    code: 1,
    notes: [/users\.csv: 1 cell holds a placeholder for a missing value \(such as NULL\) and counts as blank \(email 1\)/],
  },
  'null-options': {
    users: '0:2 11:3 ~12:4',
    groups: '0:2 5:3 (7:4)',
    memberships: 2,
    findings: ['missing-email 11'],
    code: 1,
    notes: [
      /users\.csv: 1 cell holds a placeholder for a missing value \(such as NULL\) and counts as blank \(email 1\)/,
      /groups\.csv: 2 cells hold a placeholder .*\(project 2\)/,
    ],
  },
  'null-words': {
    users: '0:2 -1:3 12:4 14:5 ~17:6',
    groups: '1:2 2:3 (3:4)',
    memberships: 4,
    findings: [
      'username-email-mismatch 14 value',
      'missing-email 0',
      'missing-email 12',
      // Only NULL in capitals is no value.
      'invalid-email -1',
      'duplicate-username 0,-1',
    ],
    code: 1,
    notes: [
      /users\.csv: 5 cells hold a placeholder for a missing value \(such as NULL\) and count as blank \(email 2, disabled 3\)/,
      /groups\.csv: 2 cells .*\(project 2\)/,
    ],
  },
  'quoted-newlines': {
    users: '12:2 14:5 ~17:7 21:9',
    groups: '1:2 2:4',
    memberships: 3,
    findings: ['username-email-mismatch 12 value', 'username-email-mismatch 21 value'],
    code: 1,
  },
  'rest-dump': {
    users: '101:2 102:3 ~104:4 103:5',
    groups: '11:2 12:3 (13:4)',
    memberships: 4,
    findings: ['username-email-mismatch 102 value'],
    code: 1,
  },
  'semicolon-groups-cell': {
    users: '12:2 14:3 ~17:4 21:5',
    groups: 'Bakers:2 Organization Admin:2 Recipe Reviewers:2 Shop:4',
    memberships: 6,
    findings: ['username-email-mismatch 12 value'],
    code: 1,
    notes: [FROM_CELLS],
  },
  'semicolon-windows-1252': { users: '12:2 14:3 15:4 ~16:5', groups: '', memberships: 0, findings: ['username-email-mismatch 12 value'], code: 1 },
  'status-words': { users: '11:2 12:3 ~13:4 14:5', groups: '5:2 6:3', memberships: 3, findings: [], code: 0 },
  'usage-report-birt': {
    users: '12:2 14:5 ~17:7 21:8 30:10',
    groups: 'Bakers:2 Organization Admin:3 Recipe Reviewers:4 Shop:7',
    memberships: 8,
    findings: ['username-email-mismatch 12 value'],
    code: 1,
    notes: [FROM_CELLS, /4 rows repeat users for another group; each user counts once/],
  },
  'user-list-report': {
    users: 'maubert:7 otto.brenner@bakery.example:8 ~greta:9 ~erik.eklund@bakery.example:10 siobhan.oleary@bakery.example:11',
    groups: 'Bakers:7 Organization Admin:7 Shop:10',
    memberships: 6,
    findings: ['username-email-mismatch maubert value'],
    code: 1,
    notes: [/headings are on line 6/, /usernames are used as ids/, /line 12 is a footnote/, FROM_CELLS],
  },
  'user-usage-report': {
    users: '12:4 14:5 9:6 21:7 30:8 31:9',
    groups: 'Bakers:4 Organization Admin:4 Recipe Reviewers:4 Shop:6',
    memberships: 9,
    findings: ['username-email-mismatch 12 value', 'username-email-mismatch 14 case', 'no-inactive-users'],
    code: 1,
    notes: [/headings are on line 3/, /line 10 is a footnote/, /active users only/, FROM_CELLS],
  },
  'utf-16-excel': { users: '12:2 14:3 ~19:4 20:5', groups: '', memberships: 0, findings: ['username-email-mismatch 12 value'], code: 1 },
  'utf-8-bom-crlf': { users: '12:2 14:3 ~17:4', groups: '1:2 2:3', memberships: 3, findings: ['username-email-mismatch 12 case'], code: 0 },
};

interface ShownFinding {
  readonly rule: string;
  readonly user?: { readonly id: string };
  readonly users?: readonly { readonly id: string }[];
  readonly groups?: readonly { readonly id: string }[];
  readonly difference?: string;
  readonly pattern?: string;
}

function summaryOf({ rule, user, users, groups, difference, pattern }: ShownFinding): string {
  const ids = [...(user === undefined ? [] : [user]), ...(users ?? [])].map(({ id }) => id).join(',');
  return [rule, ids, difference ?? pattern ?? groups?.map(({ id }) => id).join(',')].filter((part) => part !== undefined && part !== '').join(' ');
}

async function isRead(kind: string, name: string, expected: Read): Promise<void> {
  const folder = join(root, kind, name);
  const { code, stdout, stderr } = await check(folder, '--format', 'json');
  expect(stderr).toContain(`exit ${expected.code}`);
  expect(code).toBe(expected.code);
  const report: { findings: ShownFinding[]; notes: string[]; snapshot: Record<string, unknown> } = JSON.parse(stdout);
  expect(report.findings.map(summaryOf)).toEqual(expected.findings);
  for (const note of expected.notes ?? []) expect(report.notes.join('\n')).toMatch(note);

  const snapshot = await snapshotOf(folder);
  expect(snapshot.users.map(({ id, line, active }) => `${active ? '' : '~'}${id}:${line}`).join(' ')).toBe(expected.users);
  expect(snapshot.groups.map(({ id, line, isOrganizationLevel }) => (isOrganizationLevel ? `${id}:${line}` : `(${id}:${line})`)).join(' ')).toBe(
    expected.groups,
  );
  expect(snapshot.memberships).toBe(expected.memberships);
  expect(report.snapshot).toMatchObject({ users: snapshot.users.length, groups: snapshot.groups.length, memberships: expected.memberships });
}

describe('fixtures/sources/json', () => {
  it('has an expectation for every case', () => {
    expect(readdirSync(join(root, 'json')).sort()).toEqual(Object.keys(JSON_READ).sort());
  });

  it.each(Object.entries(JSON_READ))('%s is read', (name, expected) => isRead('json', name, expected));

  it('pages: the lists are proved complete, and to hold inactive users', async () => {
    const { inputs } = await snapshotOf(join(root, 'json/pages'));
    expect(inputs.map(({ path, isComplete, includesInactive }) => [path, isComplete === true, includesInactive === true])).toEqual([
      ['users-0.json', true, true],
      ['users-2.json', true, true],
      ['users-10.json', true, true],
      ['usergroups.json', true, false],
      ['members-1-2.json', true, false],
      ['members-1.json', true, false],
      ['usergroups-2-users.json', true, false],
    ]);
  });

  it('bare-lists: nothing is proved of them but that inactive users are in', async () => {
    const { inputs } = await snapshotOf(join(root, 'json/bare-lists'));
    expect(inputs.filter(({ isComplete }) => isComplete === true)).toEqual([]);
    expect(inputs.filter(({ includesInactive }) => includesInactive === true).map(({ path }) => path)).toEqual(['people.json']);
  });

  it('pages: a name that looks like no value is a name', async () => {
    const { names } = await snapshotOf(join(root, 'json/pages'));
    expect(names?.of(3)).toBe('Tariq Null');
  });
});

describe('fixtures/sources/csv', () => {
  const names = readdirSync(join(root, 'csv')).sort();

  it('has an expectation for every case', () => {
    expect(names.filter((name) => name !== 'plugin-headerless')).toEqual(Object.keys(READ).sort());
  });

  it.each(Object.entries(READ))('%s is read', (name, expected) => isRead('csv', name, expected));
  it('plugin-headerless is refused, and not one cell of it is said', async () => {
    const folder = join(root, 'csv/plugin-headerless');
    const { code, stdout, stderr } = await check(folder);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^users\.csv, line 1: .*User Import Plugin/);
    const cells = readFileSync(join(folder, 'users.csv'), 'utf8')
      .split(/[,\r\n]+/)
      .filter((cell) => cell.length > 3);
    expect(cells).toContain('Brioche-1947!');
    // "Update" and the like are words of the message as well.
    for (const cell of cells.filter((each) => /[^A-Za-z]/.test(each))) expect(stdout + stderr).not.toContain(cell);
  });

  it('quoted-newlines: what stands in quotes is a value', async () => {
    const { users, groups, names } = await snapshotOf(join(root, 'csv/quoted-newlines'));
    expect(users.map(({ place }) => names?.of(place))).toEqual(['Marguerite Aubert', 'Otto "Oven" Brenner', 'Greta Hoff\nmann', 'Tariq Aziz']);
    expect(groups[0].name).toBe('Bakers, "early" shift');
  });

  it('null-words: names of people are read like other values', async () => {
    const { users, groups, names } = await snapshotOf(join(root, 'csv/null-words'));
    expect(users.map(({ place }) => names?.of(place))).toEqual(['', 'Null', '', 'Otto Brenner', 'NULL NULL']);
    expect(users.map(({ userName }) => userName)).toEqual(['NULL', 'Null', 'maubert', '\\N', 'NULL@bakery.example']);
    expect(groups.map(({ name }) => name)).toEqual(['NULL', 'N/A', 'NULL']);
    const parts = await snapshotOf(join(root, 'csv/null-options'));
    expect(parts.users.map(({ place }) => parts.names?.of(place))).toEqual(['Quill', 'Bo', '0 0']);
  });

  it('semicolon-windows-1252: characters of the upper half are what they are', async () => {
    const { users, names } = await snapshotOf(join(root, 'csv/semicolon-windows-1252'));
    expect(users.map(({ place }) => names?.of(place))).toEqual(['Jörgen Björk', 'Otto Brenner', 'Fréd Strauß', 'Dara € O’Shea']);
    expect(users[0].userName).toBe('jbjörk');
  });

  it('semicolon-windows-1252: refused without --encoding, cell by cell', async () => {
    const { code, stderr } = await runCli(['check', '--users', 'users.csv', '--auth-mode', 'basic', ...SKIPPED], {
      cwd: join(root, 'csv/semicolon-windows-1252'),
    });
    expect(code).toBe(2);
    expect(placesIn(stderr)).toEqual(['users.csv 2:2', 'users.csv 2:3', 'users.csv 2:4', 'users.csv 4:3', 'users.csv 4:4', 'users.csv 5:3', 'users.csv 5:4']);
    expect(stderr).toContain('0xF6');
  });

  it('utf-16-excel: a character of two units is one', async () => {
    const { users, names } = await snapshotOf(join(root, 'csv/utf-16-excel'));
    expect(users.map(({ place }) => names?.of(place))).toEqual(['Márta Szabó', 'Otto 🥐 Brenner', 'Лев Орлов', '結城 小林']);
  });

  it('a rule without its groups is refused, with the flag to give', async () => {
    const { code, stderr } = await runCli(['check', '--users', 'users.csv', '--auth-mode', 'basic'], { cwd: join(root, 'csv/utf-16-excel') });
    expect(code).toBe(2);
    expect(stderr).toContain('duplicate-group-name: give --groups FILE, or skip the rule with --skip-rule duplicate-group-name');
    expect(stderr).toContain('inactive-basic-member: give --groups FILE and --memberships FILE');
  });
});

interface Refused {
  /** `file line:column` of each problem that is listed; the column is missing where there is none. */
  readonly places: readonly string[];
  readonly says: readonly (string | RegExp)[];
  readonly code?: number;
}

const REFUSED: Readonly<Record<string, Refused>> = {
  'ambiguous-group-name': { places: ['memberships.csv 2:1'], says: ['"Bakers"', 'In 2 rows: line 2, line 4.'] },
  'contradicting-memberships': {
    places: ['memberships.csv 3:2', 'memberships.csv 4:4', 'memberships.csv 5:1', 'memberships.csv 5:3'],
    says: ['"Shop" is not the group with the id "1"', '"maubert" is not the user with the id "14"', 'the id is missing, although the row names'],
  },
  'empty-file': { places: ['users.csv 1'], says: ['is empty'] },
  'heading-only': { places: [], says: ['the source has no users', '--allow-empty'], code: 3 },
  'invalid-utf-8': { places: ['users.csv 5:3', 'users.csv 6:4'], says: ['0xE9', '0xC3', '--encoding windows-1252'] },
  'json-beside-csv': {
    places: [],
    says: ['holds both users.csv and users.json', "users.csv is JSON from Jama Connect's REST API, not CSV", 'Move the one that should not be read'],
  },
  'json-groups-without-members': {
    places: ['usergroups.json 18', 'usergroups.json 24', 'usergroups.json 38'],
    says: ['"Bakers"', '"Recipe Reviewers"', '"Ovens" has no list of members; save GET /rest/v1/usergroups/3/users as members-3.json'],
  },
  'json-named-csv': { places: [], says: ["users.csv is JSON from Jama Connect's REST API, not CSV", 'Rename it to users.json'] },
  'json-two-of-four': {
    places: ['users.json 5:15'],
    says: ['holds 2 of 4: fetch the rest with GET /rest/v1/users?includeInactive=true&startAt=2&maxResults=50'],
  },
  'many-problems': {
    places: ['users.csv 2:7', 'users.csv 4:1', 'users.csv 5:1', 'groups.csv 3:5', 'memberships.csv 3:2'],
    says: ['"perhaps"', 'the row has 5 cells, the headings have 4', 'the row has 1 cell, the headings have 2', /"14" already appears on line 3/],
  },
  'missing-id': { places: ['users.csv 4:1', 'users.csv 5:1'], says: ['the id is missing'] },
  'missing-required-column': {
    places: ['users.csv 1'],
    says: ['users.email', '--column users.email=', '"id", "userName", "firstName", "lastName", "licenseType", "active", "authenticationType"'],
  },
  'more-than-fifty': {
    places: Array.from({ length: 50 }, (_, at) => `users.csv ${at + 2}:7`),
    says: ['and 30 more problems', '80 problems'],
  },
  'no-boolean': { places: ['users.csv 2:7', 'users.csv 4:7'], says: ['"maybe"'] },
  'null-groups-cell': {
    places: ['users.csv 3:5'],
    says: ['"NULL" can be the name of a group', '--null users.groups="NULL"', '--groups FILE', 'In 2 rows: line 3, line 4.'],
  },
  'null-project-dbeaver': {
    places: ['groups.csv 2:3'],
    says: ['"[NULL]" (2) from line 2', '--null groups.project="[NULL]"'],
  },
  'null-status-dbeaver': {
    places: ['users.csv 2:4'],
    says: ['"[NULL]" is neither yes nor no', '--active-map "[NULL]=active"', 'In 2 rows: line 2, line 3.'],
  },
  'project-words': {
    places: ['groups.csv 2:3'],
    says: [
      '"[NULL]" (2) from line 2, "(null)" (1) on line 3, "<null>" (1) on line 4, "None" (1) on line 5, "nil" (1) on line 6, "undefined" (1) on line 7, "nan" (1) on line 8, "n/a" (1) on line 9, "#N/A" (1) on line 10, "-" (1) on line 11, "0" (1) on line 12, "-1" (1) on line 13, "false" (1) on line 14, "null" (1) on line 15, "Null" (1) on line 16, "#REF!" (1) on line 17, "???" (1) on line 18, "NONE" (1) on line 19. If',
    ],
  },
  'quote-inside-unquoted-cell': { places: ['users.csv 3:3', 'users.csv 4:3'], says: [/quote/] },
  'repeated-id-across-files': { places: ['inactive-users.csv 3:1'], says: [/"14" already appears on active-users\.csv, line 3/] },
  'repeated-id': { places: ['users.csv 4:1'], says: [/"12" already appears on line 2/] },
  'row-of-another-width': { places: ['users.csv 3:9', 'users.csv 5:8'], says: ['the row has 9 cells, the headings have 8', 'the row has 7 cells'] },
  'status-words': {
    places: ['users.csv 2:4', 'users.csv 4:4'],
    says: ['"WAHR" is neither yes nor no', '--active-map "WAHR=active" or "WAHR=inactive". In 3 rows: line 2, line 3, line 5.', '"FALSCH"'],
  },
  'text-named-sqlite': { places: [], says: ['users.sqlite is not a SQLite database', '--users', 'folder with users.csv'] },
  'two-columns-one-heading': {
    places: ['users.csv 1:6'],
    says: ['"Email", "E-Mail"', '--column users.email=', '"id", "userName", "firstName", "lastName", "Email", "E-Mail", "active", "authenticationType"'],
  },
  'unclosed-quote': { places: ['users.csv 4:3'], says: ['never closed'] },
  'unknown-authentication-type': {
    // Once a file, with every value and how often it stands there.
    places: ['users.csv 2:8'],
    says: ['"LDAP" (2)', '"Crowd" (1)', '--auth-type-map "LDAP=basic" or "LDAP=idp"'],
  },
  'utf-16-without-bom': { places: [], says: ['users.csv', 'UTF-16 without a byte-order mark', /save it as UTF-8/i] },
  'xlsx-named-csv': { places: [], says: ['users.csv is not a valid workbook', /save it there again/] },
};

/** Returns `file line:column` of each problem told. */
function placesIn(stderr: string): string[] {
  return [...stderr.matchAll(/^(.+?), line (\d+)(?:, column (\d+) ?(?:\([^)]*\))?)?: /gm)].map(
    ([, file, line, column]) => `${file} ${line}${column === undefined ? '' : `:${column}`}`,
  );
}

describe('fixtures/sources/bad', () => {
  it('has an expectation for every case', () => {
    expect(readdirSync(join(root, 'bad')).sort()).toEqual(Object.keys(REFUSED).sort());
  });

  it.each(Object.entries(REFUSED))('%s is refused', async (name, { places, says, code: expected = 2 }) => {
    const { code, stdout, stderr } = await check(join(root, 'bad', name));
    expect(placesIn(stderr)).toEqual(places);
    for (const text of says) expect(stderr).toMatch(text);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(new RegExp(`^scim-audit: exit ${expected}: `));
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stdout).toBe('');
    expect(code).toBe(expected);
  });

  it('heading-only is read with --allow-empty', async () => {
    const { code, stdout } = await check(join(root, 'bad/heading-only'), '--allow-empty');
    expect(code).toBe(0);
    expect(stdout).not.toContain('Ready for SCIM');
  });

  it('unknown-authentication-type is read once each value is mapped', async () => {
    const { code, stdout } = await check(
      join(root, 'bad/unknown-authentication-type'),
      ...['--auth-type-map', 'LDAP=idp', '--auth-type-map', 'Crowd=basic', '--format', 'json'],
    );
    expect([0, 1]).toContain(code);
    expect(JSON.parse(stdout).snapshot.users).toBe(4);
  });

  it('null-project-dbeaver is judged once the spelling is said to be none: two groups have one name', async () => {
    const { code, stdout } = await check(join(root, 'bad/null-project-dbeaver'), '--null', 'groups.project=[NULL]', '--format', 'json');
    expect(code).toBe(1);
    const report: { findings: ShownFinding[] } = JSON.parse(stdout);
    expect(report.findings.map(summaryOf)).toContain('duplicate-group-name 5,6');
  });

  it('a spelling of no value for a status is refused before anything is read', async () => {
    const { code, stderr } = await check(join(root, 'bad/null-status-dbeaver'), '--null', 'users.disabled=[NULL]');
    expect(code).toBe(2);
    expect(stderr).toContain('--active-map VALUE=active');
    expect(placesIn(stderr)).toEqual([]);
  });

  it('two-columns-one-heading is read once the column is named', async () => {
    const { code, stdout } = await check(join(root, 'bad/two-columns-one-heading'), '--column', 'users.email=E-Mail', '--format', 'json');
    expect([0, 1]).toContain(code);
    expect(JSON.parse(stdout).snapshot.users).toBeGreaterThan(0);
  });

  it('utf-16-without-bom is read once the encoding is said', async () => {
    const { code, stdout } = await runCli(['check', '--users', 'users.csv', '--auth-mode', 'multi', '--encoding', 'utf-16le', ...SKIPPED, '--format', 'json'], {
      cwd: join(root, 'bad/utf-16-without-bom'),
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).snapshot.users).toBe(4);
  });
});
