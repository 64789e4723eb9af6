import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeWith, requiredProgram, temporaryFolders } from '../../support/machine.js';
import { filesOf, organizationArbitrary } from '../../support/organizations.js';
import { type CliResult, runCli } from '../../support/run.js';
import { type SheetCell, type WorkbookStyle, workbookOf } from '../../support/workbook.js';

const newFolder = temporaryFolders();

const USERS =
  'id,userName,email,active,authenticationType\n1001,ana,ana@dome.example,true,idp\n1002,bo@dome.example,bo@dome.example,true,basic\n1003,cy,cy@dome.example,false,basic\n';
const GROUPS = 'id,name,project\n7,Observers,\n8,Visitors,\n';
const MEMBERSHIPS = 'groupId,userId\n7,1001\n7,1003\n8,1002\n';
const FILES = { users: USERS, groups: GROUPS, memberships: MEMBERSHIPS };

/** Rows of a CSV as cells of a sheet: ids as numbers, truths as truths, as spreadsheets hold them. */
const rowsOf = (csv: string): SheetCell[][] =>
  parse(csv, { relax_column_count: true }).map((cells: string[]) =>
    cells.map((text): SheetCell => (/^(?:0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text === 'true' || text === 'false' ? text === 'true' : text)),
  );
const bookOf = (csv: string, style?: WorkbookStyle): Buffer => workbookOf([{ rows: rowsOf(csv) }], style);
const whole = (): Buffer => workbookOf(Object.entries(FILES).map(([name, csv]) => ({ name: name[0].toUpperCase() + name.slice(1), rows: rowsOf(csv) })));

const CSV = { 'users.csv': USERS, 'groups.csv': GROUPS, 'memberships.csv': MEMBERSHIPS };
const BOOKS = { 'users.xlsx': bookOf(USERS), 'groups.xlsx': bookOf(GROUPS), 'memberships.xlsx': bookOf(MEMBERSHIPS) };
const NAMED = ['--users', 'Report.xlsx#Users', '--groups', 'Report.xlsx#Groups', '--memberships', 'Report.xlsx#memberships'];

interface Found {
  readonly findings: readonly Readonly<Record<string, unknown>>[];
  readonly snapshot: { readonly inputs: readonly { readonly path: string; readonly rows: number }[] };
  readonly notes: readonly string[];
}

const shown = ({ stdout, stderr }: CliResult): Found => {
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Found;
};
const check = (cwd: string, ...words: readonly string[]): Promise<CliResult> =>
  runCli(['check', ...words, '--auth-mode', 'multi', '--format', 'json'], { cwd });
/** Findings without the names of files. */
const findingsOf = (found: Found): string => JSON.stringify(found.findings).replaceAll(/"path":"[^"]*"/g, '"path":""');

describe('an organization in workbooks', () => {
  it('has the findings that it has in CSV files: in a folder, and by flag', async () => {
    const wanted = shown(await check(newFolder(CSV), '.'));
    expect(wanted.findings.length).toBeGreaterThan(1);
    const folder = shown(await check(newFolder(BOOKS), '.'));
    expect(findingsOf(folder)).toBe(findingsOf(wanted));
    expect(folder.snapshot.inputs.map(({ path, rows }) => `${path} ${rows}`)).toEqual(['users.xlsx 3', 'groups.xlsx 2', 'memberships.xlsx 3']);
    const named = shown(await check(newFolder({ 'Report.xlsx': whole() }), ...NAMED));
    expect(findingsOf(named)).toBe(findingsOf(wanted));
    expect(named.snapshot.inputs.map(({ path }) => path)).toEqual(['Report.xlsx#Users', 'Report.xlsx#Groups', 'Report.xlsx#memberships']);
    expect(named.notes.filter((note) => note.includes('Report'))).toEqual([]);
    const mixed = shown(
      await check(newFolder({ 'Report.xlsx': whole(), 'groups.csv': GROUPS, 'memberships.csv': MEMBERSHIPS }), '.', '--users', 'Report.xlsx'),
    );
    expect(findingsOf(mixed)).toBe(findingsOf(wanted));
    expect(mixed.notes).toContain('Report.xlsx: its first sheet, "Users", was read, not "Groups", "Memberships".');
  });

  it('says what of it is hidden, or looks like something else', async () => {
    const users = workbookOf(
      [
        {
          rows: [['Users of Dome'], [], ...rowsOf(USERS), [], ['* Shows licenses']],
          before: '<cols><col min="1" max="1" hidden="1"/></cols>',
          after: '<autoFilter ref="A3:E6"/><mergeCells><mergeCell ref="A1:E1"/><mergeCell ref="A8:E8"/></mergeCells>',
          rowAttributes: { 4: 'hidden="1"', 5: 'hidden="true"' },
        },
      ],
      {},
    );
    const { notes } = shown(await check(newFolder({ ...CSV, 'users.csv': users }), '.'));
    expect(notes.filter((note) => note.includes('users.csv'))).toEqual([
      'users.csv: the headings are on line 3; the lines above them were not read as data.',
      'users.csv holds an Excel workbook and was read as one.',
      'users.csv: line 8 is a footnote of the report and was not read as data.',
      'users.csv: 2 rows are hidden by a filter, and were read like any other.',
      'users.csv: a column that is read is hidden.',
      'users.csv: 1 blank row passed over.',
    ]);
  });

  it('a file whose name holds the sign comes before a sheet', async () => {
    const cwd = newFolder({ ...CSV, 'Report#Users': USERS, Report: whole() });
    expect(shown(await check(cwd, '.', '--users', 'Report#Users')).snapshot.inputs[0].path).toBe('Report#Users');
  });

  it.each<[string, Readonly<Record<string, string | Uint8Array>>, readonly string[], string]>([
    [
      'beside a CSV',
      { ...CSV, 'users.xlsx': BOOKS['users.xlsx'] },
      ['.'],
      '. holds both users.csv and users.xlsx, so it is not clear which list of users to read.',
    ],
    ['beside JSON', { 'users.xlsx': BOOKS['users.xlsx'], 'users.json': '[]' }, ['.'], '. holds both users.xlsx and users.json'],
    [
      'with a CSV by flag',
      { 'a.csv': USERS, 'b.xlsx': bookOf(USERS) },
      ['--users', 'a.csv', '--users', 'b.xlsx'],
      'a.csv and b.xlsx are both lists of users, one as CSV and one as an Excel workbook',
    ],
    ['a sheet twice', { 'b.xlsx': whole() }, ['--users', 'b.xlsx#Users', '--users', 'b.xlsx#USERS'], 'b.xlsx is given twice as a list of users.'],
    ['as SOURCE', { 'b.xlsx': whole() }, ['b.xlsx'], 'b.xlsx is a workbook, but SOURCE must be a folder or a SQLite file.'],
  ])('%s is refused', async (_, files, words, said) => {
    const { code, stdout, stderr } = await check(newFolder(files), ...words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(said);
  });

  it('can be planned, verified, certified and redacted, but not written', async () => {
    const cwd = newFolder({ 'Report.xlsx': whole() });
    const plan = await runCli(['plan', ...NAMED, '--auth-mode', 'multi', '--out', 'plan'], { cwd });
    expect([plan.code, plan.stdout]).toEqual([0, expect.stringContaining('Report.xlsx is an Excel workbook, and "apply" does not write workbooks.')]);
    const made = JSON.parse(readFileSync(join(cwd, 'plan/plan.json'), 'utf8'));
    expect(made.snapshot.inputs.map(({ path }: { path: string }) => path)).toEqual(['Report.xlsx#Users', 'Report.xlsx#Groups', 'Report.xlsx#memberships']);
    for (const how of [['--out', 'new'], ['--in-place']]) {
      const applied = await runCli(['apply', 'plan', ...NAMED, ...how], { cwd });
      expect([applied.code, applied.stderr]).toEqual([4, expect.stringContaining('To correct an export, give one in CSV or SQLite and plan again from that.')]);
    }
    expect((await runCli(['verify', 'plan', ...NAMED], { cwd })).stderr).toContain('exit 1: not as planned: 0 landed');
    await runCli(['check', ...NAMED, '--auth-mode', 'multi', '--certificate', 'certificate.json', '--fail-on', 'never'], { cwd });
    const gate = await runCli(['gate', 'certificate.json', ...NAMED], { cwd });
    expect(gate.stderr + gate.stdout).not.toMatch(/was audited/);
    const other = await runCli(['gate', 'certificate.json', '--users', 'Report.xlsx', ...NAMED.slice(2)], { cwd });
    expect(other.stderr + other.stdout).toContain('Report.xlsx, users is a different sheet from the one that was audited.');
    const over = await runCli(['check', ...NAMED, '--auth-mode', 'multi', '--format', 'json', '--output', 'Report.xlsx'], { cwd });
    expect([over.code, over.stderr]).toEqual([2, expect.stringContaining('The output Report.xlsx is an input.')]);
    const redacted = await runCli(['redact', ...NAMED, '--auth-mode', 'multi', '--out', 'copy'], { cwd });
    expect([redacted.code, redacted.stderr]).toEqual([0, expect.stringContaining('3 users, 2 groups, 3 memberships')]);
  });
});

describe('lists in workbooks', () => {
  const listed = async (option: string, list: string, style?: WorkbookStyle): Promise<readonly [string, string]> => {
    const users = option.endsWith('-types') || option === '--basic-users' ? USERS.replace(/,(?:authenticationType|idp|basic)$/gm, '') : USERS;
    const folder = { ...CSV, 'users.csv': users };
    const csv = await check(newFolder({ ...folder, 'list.csv': list }), '.', option, 'list.csv');
    const book = await check(
      newFolder({ ...folder, 'list.xlsx': workbookOf([{ rows: [['nothing']] }, { name: 'L', rows: rowsOf(list) }], style) }),
      '.',
      option,
      'list.xlsx#L',
    );
    return [csv, book].map((result) => (result.stdout === '' ? result.stderr : findingsOf(shown(result)))) as [string, string];
  };

  it.each([
    ['--sync-groups', 'name\nObservers\n'],
    ['--sync-groups', 'Observers\nVisitors\n'],
    ['--auth-types', 'username,auth\nana,idp\nbo@dome.example,basic\ncy,basic\n'],
    ['--basic-users', 'bo@dome.example\ncy\n'],
    ['--basic-users', 'id,comment\n1002,x\n1003,y\n'],
    ['--integrations', 'userName,system\nana,Windchill\n'],
  ])('%s %j', async (option, list) => {
    const [csv, book] = await listed(option, list);
    expect(book).toBe(csv);
    expect(book).toMatch(/^\[/);
  });

  it.each<[string, SheetCell[][], string]>([
    ['--sync-groups', [['Observers', 'x']], 'list.xlsx, line 1: the sheet has several columns, and none of them has the heading "name".'],
    ['--sync-groups', [['name'], [{ xml: '<c@ t="e"><v>#N/A</v></c>' }]], 'list.xlsx, line 2, column 1: the cell holds the error #N/A'],
    ['--basic-users', [['bo', 'x']], 'list.xlsx, line 1, column 2: the sheet has several columns, and none of them has a heading for users.'],
    ['--basic-users', [[{ xml: '<c@ t="d"><v>2023-01-02</v></c>' }]], 'list.xlsx, line 1, column 1: the cell holds a date'],
    [
      '--integrations',
      [
        ['userName', 'system'],
        [{ xml: '<c@><f>A1</f></c>' }, 'x'],
      ],
      'list.xlsx, line 2, column 1 (userName): the cell is a formula',
    ],
    [
      '--auth-types',
      [
        ['id', 'auth'],
        [{ xml: '<c@><v>1234567890123456</v></c>' }, 'idp'],
      ],
      'list.xlsx, line 2, column 1 (id): the number 1234567890123456 has more than 15 digits',
    ],
  ])('%s is refused with its place', async (option, rows, said) => {
    const { code, stderr } = await check(newFolder({ ...CSV, 'list.xlsx': workbookOf([{ rows }]) }), '.', option, 'list.xlsx');
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
  });

  it('a date in a column that nothing reads is nothing to anybody', async () => {
    const rows: SheetCell[][] = [
      ['userName', 'system', 'since'],
      ['ana', 'Windchill', { xml: '<c@ t="d"><v>2023-01-02</v></c>' }],
    ];
    expect((await check(newFolder({ ...CSV, 'list.xlsx': workbookOf([{ rows }]) }), '.', '--integrations', 'list.xlsx')).code).toBe(1);
  });

  it('decisions that were saved as a workbook, with a date of its own', async () => {
    const cwd = newFolder(CSV);
    await runCli(['plan', '.', '--auth-mode', 'multi', '--out', 'plan'], { cwd });
    const decisions: string[][] = parse(readFileSync(join(cwd, 'plan/decisions.csv'), 'utf8'), { bom: true });
    const rows: SheetCell[][] = decisions.map((cells) => [...cells]);
    const at = rows.findIndex((cells, row) => row > 0 && String(cells[1]).includes('inactive-basic-member'));
    const column = (name: string): number => decisions[0].indexOf(name);
    rows[at][column('action')] = 'accept';
    rows[at][column('reason')] = 'on purpose';
    rows[at][column('owner')] = 'Ines';
    rows[at][column('expires')] = { xml: '<c@ s="1"><v>73050</v></c>' };
    const styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>';
    const other = newFolder({ ...CSV, 'decisions.xlsx': workbookOf([{ rows }], { styles }) });
    const { code, stdout, stderr } = await runCli(['check', '.', '--auth-mode', 'multi', '--decisions', 'decisions.xlsx', '--format', 'json'], { cwd: other });
    expect([code, stderr]).toEqual([1, expect.stringContaining('accepted')]);
    expect(stdout).toContain('2099-12-31');
    for (const named of ['decisions.xlsx', 'decisions.xlsx#Sheet1']) {
      const plan = await runCli(['plan', '.', '--auth-mode', 'multi', '--out', 'plan', '--decisions', named], { cwd: other });
      expect([plan.code, plan.stderr]).toEqual([0, expect.stringContaining('the plan is written')]);
    }
    expect(readFileSync(join(other, 'plan/decisions.csv'), 'utf8')).toContain('2099-12-31');
  });
});

it('exports of a provider in workbooks say what they say in CSV files', async () => {
  const users =
    'userPrincipalName,mail,displayName,accountEnabled,givenName,surname,id\nana@dome.example,ana@dome.example,Ana,true,Ana,A,e1\nbo@dome.example,bo@dome.example,Bo,false,Bo,B,e2\n';
  const members = 'userPrincipalName,id,userType\nana@dome.example,e1,Member\n';
  const words = ['.', '--idp', 'entra', '--sync-group', 'Observers'];
  const csv = await check(
    newFolder({ ...CSV, 'i/u.csv': users, 'i/m.csv': members }),
    ...words,
    '--idp-users',
    'i/u.csv',
    '--idp-members',
    'Observers=i/m.csv',
  );
  const book = workbookOf([
    { name: 'Users', rows: rowsOf(users) },
    { name: 'Members', rows: rowsOf(members) },
  ]);
  const listed = { ...CSV, 'i/b.xlsx': book, 'i/g.xlsx': bookOf('displayName,id\nMembers,g1\nObservers,g2\n') };
  const bySheet = await check(newFolder(listed), ...words, '--idp-users', 'i/b.xlsx', '--idp-groups', 'i/g.xlsx', '--idp-members', 'i/b.xlsx#Members');
  expect([bySheet.code, bySheet.stderr]).toEqual([1, expect.not.stringContaining('problem')]);
  const xlsx = await check(newFolder({ ...CSV, 'i/b.xlsx': book }), ...words, '--idp-users', 'i/b.xlsx', '--idp-members', 'Observers=i/b.xlsx#Members');
  expect(findingsOf(shown(xlsx))).toBe(findingsOf(shown(csv)));
  const inputs = JSON.parse(xlsx.stdout).idp.inputs;
  expect(inputs.map(({ path, rows }: { path: string; rows: number }) => `${path} ${rows}`)).toEqual(['i/b.xlsx 2', 'i/b.xlsx#Members 1']);
});

it('a random organization has the same findings in workbooks as in CSV files', async () => {
  const styles: readonly WorkbookStyle[] = [{}, { texts: 'inline' }, { prefix: 'x', isStrict: true }, { isWithoutPlaces: true }];
  await fc.assert(
    fc.asyncProperty(organizationArbitrary, fc.constantFrom(...styles), async (organization, style) => {
      const files = filesOf(organization);
      // Rows of a sheet are numbered by themselves, whatever lines their cells hold.
      const hasLines = Object.values(files).some((text) => parse(text).some((cells: string[]) => cells.some((cell) => cell.includes('\n'))));
      const words = ['.', '--quote', 'double', '--escape', 'none'];
      const csv = await check(newFolder(files), ...words);
      const books = Object.fromEntries(Object.entries(files).map(([name, text]) => [name.replace('.csv', '.xlsx'), bookOf(text, style)]));
      const xlsx = await check(newFolder(books), ...words);
      const plain = (text: string): string => (hasLines ? text.replaceAll(/"line":\d+/g, '"line":0').replaceAll(/lines? \d+/g, '') : text);
      expect(xlsx.code, xlsx.stderr).toBe(csv.code);
      if (csv.stdout === '') expect(plain(xlsx.stderr.replaceAll('.xlsx', '.csv'))).toBe(plain(csv.stderr));
      else expect(plain(findingsOf(shown(xlsx)))).toBe(plain(findingsOf(shown(csv))));
    }),
    { numRuns: 40 },
  );
});

describeWith('libreoffice', 'workbooks that LibreOffice makes of CSV files', () => {
  /** Columns as text, or as what the program takes them for. */
  const convert = (cwd: string, columns: string): void => {
    const { status, stderr } = spawnSync(
      requiredProgram('libreoffice'),
      [
        '--headless',
        `-env:UserInstallation=file://${cwd}/profile`,
        `--infilter=CSV:44,34,76,1,${columns}`,
        '--convert-to',
        'xlsx',
        '--outdir',
        cwd,
        ...Object.keys(CSV),
      ],
      { cwd, encoding: 'utf8', timeout: 120_000 },
    );
    expect(status, stderr).toBe(0);
  };

  it.each([
    ['as text', '1/2/2/2/3/2/4/2/5/2'],
    ['as it takes them', ''],
  ])(
    'are read, %s',
    async (_, columns) => {
      const files = { ...CSV, 'users.csv': USERS.replaceAll('ana', 'Ånä'), 'groups.csv': GROUPS.replace('Visitors', '"Visitors, ""new"""') };
      const cwd = newFolder(files);
      convert(cwd, columns);
      const books = {
        'users.xlsx': readFileSync(join(cwd, 'users.xlsx')),
        'groups.xlsx': readFileSync(join(cwd, 'groups.xlsx')),
        'memberships.xlsx': readFileSync(join(cwd, 'memberships.xlsx')),
      };
      const csv = shown(await check(newFolder(files), '.'));
      const xlsx = shown(await check(newFolder(books), '.'));
      expect(findingsOf(xlsx)).toBe(findingsOf(csv));
      expect(csv.findings.length).toBeGreaterThan(1);
    },
    240_000,
  );

  it('are refused where it took a text for a date, a formula or a number that is too long', async () => {
    const cwd = newFolder({
      ...CSV,
      'users.csv': `${USERS}2024-01-05,dag,dag@dome.example,true,idp\n1234567890123456789,eva,eva@dome.example,true,idp\n`,
      'groups.csv': `${GROUPS}9,=NOSUCH(,\n`,
    });
    convert(cwd, '');
    const books = { 'users.xlsx': readFileSync(join(cwd, 'users.xlsx')), 'groups.xlsx': readFileSync(join(cwd, 'groups.xlsx')) };
    const { code, stderr } = await check(newFolder(books), '.');
    expect([code, stderr]).toEqual([2, expect.stringContaining('users.xlsx, line 5, column 1 (id): the cell holds a date, 2024-01-05')]);
    expect(stderr).toMatch(/users\.xlsx, line 6, column 1 \(id\): the number \S+ has more than 15 digits/);
  }, 240_000);
});
