import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { guardCell, unguardCell } from '../../src/model/written-text.js';
import { csvText } from '../../src/reporters/csv-text.js';
import { subjectsOf } from '../../src/reporters/locations.js';
import { FORMATS, type Format, formatNames, loadReporter } from '../../src/reporters/registry.js';
import type { Kind } from '../../src/reporters/reporter.js';
import { textOf } from '../plan/planning.js';
import { pageCases, withFile } from '../support/fixture-pages.js';
import { ROOT } from '../support/run.js';
import { accepting, checkObservatory, DOCUMENTS, nastyReport, OPTIONS, piecesOf, renderAs, reportOf, unseenIn } from './documents.js';

const FOLDER = join(ROOT, 'fixtures/formats');
const pageOf = (id: string): string => join(FOLDER, `${id}.md`);
const UPDATE = 'UPDATE_FORMATS=1 npx vitest run test/reporters';
const isUpdating = process.env.UPDATE_FORMATS === '1';
if (isUpdating && process.env.CI !== undefined) throw new Error('expected output is not updated if CI is set: a person reads it and agrees to it');

const tests = new Set(readdirSync(join(ROOT, 'test/reporters'), { recursive: true, encoding: 'utf8' }).map((path) => path.split(/[\\/]/).at(-1)));
/** A format whose output names every rule has tests instead: expected output would change with each new rule. */
const isExpected = ({ id }: Format): boolean => existsSync(pageOf(id)) || !tests.has(`${id}.test.ts`);
const kindsOf = (format: Format): Kind[] => (Object.keys(DOCUMENTS) as Kind[]).filter((kind) => format.kinds[kind] !== undefined);

async function written<K extends Kind>(id: string, kind: K): Promise<string> {
  const reporter = await loadReporter(id, kind);
  if (reporter === undefined) throw new Error(`${id} writes no ${kind}`);
  return [...reporter.render(...DOCUMENTS[kind]())].join('');
}

describe.each(FORMATS.filter(isExpected).map((format) => ({ format, id: format.id })))('$id', ({ format, id }) => {
  it.each(kindsOf(format))('writes a %s as expected', async (kind) => {
    const page = pageOf(id);
    const file = `${kind}${format.ending ?? '.txt'}`;
    const text = await written(id, kind);
    if (isUpdating) {
      const before = existsSync(page) ? readFileSync(page, 'utf8') : `# ${id}\n\nWhat the format writes for a small document of each kind.\n`;
      writeFileSync(page, withFile(before, kind, file, text));
    }
    expect(existsSync(page), `${page} is missing: write it with "${UPDATE}", and read it`).toBe(true);
    expect(text).toBe(pageCases(`formats/${id}`).get(kind)?.get(file)?.toString('utf8'));
  });

  it.skipIf(isUpdating)('has no expected output of a kind that it does not write', () => {
    expect([...pageCases(`formats/${id}`).keys()].sort()).toEqual([...kindsOf(format)].sort());
  });
});

it('no page of expected output is of a format that is gone', () => {
  expect(readdirSync(FOLDER).filter((name) => FORMATS.every(({ id }) => `${id}.md` !== name))).toEqual([]);
});

describe.each(formatNames('report'))('%s', (format) => {
  it('brings nothing unseen to a terminal', async () => {
    const own = unseenIn(await renderAs(format, reportOf([{ userName: 'ana', email: 'ana@dome.example' }])));
    await fc.assert(
      fc.asyncProperty(nastyReport, async (report) => {
        const text = await renderAs(format, report, { ...OPTIONS, width: 80 });
        expect(unseenIn(text).filter((char) => !own.includes(char))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('gives the same bytes for the same report', async () => {
    await fc.assert(
      fc.asyncProperty(nastyReport, async (report) => {
        expect(await renderAs(format, report)).toBe(await renderAs(format, report));
      }),
      { numRuns: 10 },
    );
  });

  // In JSON, a finding is one piece however many users it names.
  it.skipIf(format === 'json')('comes in small pieces for one contest of a whole organization', async () => {
    const report = reportOf(Array.from({ length: 20_000 }, (_, at) => ({ userName: `u${at}`, email: 'desk@dome.example' })));
    let largest = 0;
    for (const piece of await piecesOf(format, report)) largest = Math.max(largest, piece.length);
    expect(largest).toBeLessThan(100_000);
  });
});

const rowsOf = (text: string): Record<string, string>[] => parse(text, { columns: true, record_delimiter: '\r\n' });

describe('csv', () => {
  it('has a row for each subject of each finding', async () => {
    const json = JSON.parse((await checkObservatory('json')).stdout);
    const { stdout, code } = await checkObservatory('csv');
    expect(code).toBe(1);
    expect(stdout.split('\r\n')[0]).toBe(
      'rule,severity,fingerprint,message,subject,id,userName,email,active,authenticationType,group,path,line,table,rowid,accepted,reason,owner,expires',
    );
    const rows = rowsOf(stdout);
    expect([...new Set(rows.map(({ fingerprint }) => fingerprint))]).toEqual(json.findings.map(({ fingerprint }: { fingerprint: string }) => fingerprint));
    const subjects = json.findings.map(({ user, users, groups }: Record<string, unknown[]>) =>
      Math.max(1, (user ? 1 : (users?.length ?? 0)) + (groups?.length ?? 0)),
    );
    expect(rows).toHaveLength(subjects.reduce((sum: number, n: number) => sum + n, 0));
    expect(rows[0]).toMatchObject({
      subject: 'user',
      id: '14',
      userName: 'J.Brown',
      active: 'true',
      authenticationType: 'idp',
      path: 'users.csv',
      line: '6',
      accepted: 'false',
    });
    expect(rows.find(({ subject }) => subject === 'group')).toMatchObject({
      rule: 'duplicate-group-name',
      id: '8',
      group: 'Software Team',
      path: 'groups.csv',
    });
  });

  it('tells what was accepted', async () => {
    const text = await renderAs('csv', accepting(reportOf([{ userName: 'ana', email: 'ana@dome.example' }]), 0, { reason: '=leaves', owner: 'Cleo' }));
    expect(rowsOf(text)[0]).toMatchObject({ accepted: 'true', reason: "'=leaves", owner: 'Cleo', expires: '' });
  });

  it('holds no formula, and every value reads back as it was', async () => {
    await fc.assert(
      fc.asyncProperty(nastyReport, async (report) => {
        const rows = rowsOf(await renderAs('csv', report));
        for (const row of rows) for (const cell of Object.values(row)) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
        const written = rows.map(({ userName, email, group }) => [userName, email, group].map(unguardCell));
        const meant = report.findings.flatMap(({ finding }) => {
          const subjects = subjectsOf(finding);
          return subjects.length === 0 ? [['', '', '']] : subjects.map((one) => ('userName' in one ? [one.userName, one.email, ''] : ['', '', one.name]));
        });
        // The reader of UTF-8 text knows no lone surrogate.
        expect(written).toEqual(meant.map((cells) => cells.map((cell) => cell.toWellFormed())));
      }),
      { numRuns: 200 },
    );
  });

  it('spells out what is unseen on a terminal, and only there', async () => {
    const report = reportOf([{ userName: '\u001b[31mred', email: 'a\nb@dome.example' }]);
    expect(await renderAs('csv', report)).toContain('\u001b[31mred,"a\nb@dome.example"');
    expect(await renderAs('csv', report, { ...OPTIONS, width: 80 })).toContain('⟨U+001B⟩[31mred,a⟨U+000A⟩b@dome.example');
  });
});

const shortCell = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom(...' \t\r\n",;=+-@\'＝＋－＠a1_(.é\u00a0\u0001\u007f') }),
  fc.constantFrom('', ' a', 'a ', 'a  b', '=1+1', "'=1", '-1', '+49 30', 'TRUE', '007', '(a)', 'a;b', 'a,b', 'a"b', '"', 'former-8@x.org'),
);
/** Short ones, and ones around the length from which they are added as a whole. */
const cell = fc.oneof(
  shortCell,
  fc.tuple(shortCell, fc.integer({ min: 40, max: 80 }), shortCell).map(([start, length, end]) => `${start}${'x'.repeat(length)}${end}`),
);

test('every cell is read back, by a reader that knows RFC 4180 only', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 5 }),
      fc.array(fc.array(cell, { minLength: 5, maxLength: 5 })),
      fc.constantFrom('comma', 'semicolon'),
      (width, cells, delimiter) => {
        const rows = cells.map((row) => row.slice(0, width));
        const headings = ['id', 'name', 'email', 'old username', 'new username'].slice(0, width);
        const read = parse(textOf(csvText(headings, rows, delimiter)), { record_delimiter: '\r\n', bom: true, delimiter: delimiter === 'comma' ? ',' : ';' });
        expect(read.map((row: string[]) => row.map(unguardCell))).toEqual([headings, ...rows]);
        expect(read.slice(1)).toEqual(rows.map((row) => row.map(guardCell)));
      },
    ),
  );
});

test('begins with a byte order mark, and every cell is in quotes', () => {
  const cells = ['a b', 'a,b', 'a"b', ' a', 'é', ''];
  const text = textOf(
    csvText(
      ['h'],
      cells.map((each) => [each]),
    ),
  );
  expect(text.split('\r\n')).toEqual(['\ufeff"h"', '"a b"', '"a,b"', '"a""b"', '" a"', '"é"', '""', '']);
});

test.each([
  ['=a', "'=a"],
  ["'=a", "''=a"],
  ["''-1", "'''-1"],
  ['＝a', "'＝a"],
  ['＠a', "'＠a"],
  ['\ta', "'\ta"],
  ['\na', "'\na"],
  ["'a", "'a"],
  ['a=', 'a='],
])('%j is written as %j, and read back', (cell, guarded) => {
  expect(guardCell(cell)).toBe(guarded);
  expect(unguardCell(guarded)).toBe(cell);
});
