import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDirectory } from '../../src/sources/read-source.js';
import { openSource } from '../../src/sources/registry.js';
import type { SourceRequest } from '../../src/sources/source.js';
import { unpack } from '../support/fixture-pages.js';
import { runCli } from '../support/run.js';
import { temporaryFolders } from '../support/temporary.js';
import { requestFor } from '../targets/support.js';

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
