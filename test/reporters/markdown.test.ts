import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prose, tableId, tableValue } from '../../src/reporters/markdown/text.js';
import { accepting, checkObservatory, nastyReport, renderAs, reportOf } from './reports.js';

/** Returns a row's cells as GitHub's parser splits them: a backslash escapes the next character. */
const strictCells = (row: string): string[] => [...row.matchAll(/\|((?:\\[\s\S]|[^|\\])*)(?=\|)/g)].map(([, cell]) => cell.trim());
/** As markdown-it splits them: only the character before a bar counts. */
const laxCells = (row: string): string[] =>
  row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());

const PLAIN = /^[\p{L}\p{M}\p{N} ,.:;()/'…-]*$/u;

/** Is a cell without a live mark: plain words, or one code span that the whole cell is. */
function isInert(cell: string): boolean {
  if (PLAIN.test(cell)) return !/www\.|:\/\//i.test(cell);
  const fence = /^`+/.exec(cell)?.[0] ?? '';
  if (fence === '' || !cell.endsWith(fence) || cell.length < 2 * fence.length) return false;
  const inside = cell.slice(fence.length, -fence.length);
  return !inside.startsWith('`') && !inside.endsWith('`') && !Array.from(inside.matchAll(/`+/g)).some(([run]) => run.length === fence.length);
}

/** Holds every line against what the report itself writes. */
function expectInert(text: string): void {
  let columns = 0;
  for (const line of text.split('\n')) {
    if (!line.startsWith('|')) {
      columns = 0;
      continue;
    }
    for (const cells of [strictCells(line), laxCells(line)]) {
      columns ||= cells.length;
      expect(cells, line).toHaveLength(columns);
      expect(
        cells.filter((cell) => !isInert(cell)),
        line,
      ).toEqual([]);
    }
  }
}

const shapeOf = (text: string): string[] =>
  text.split('\n').map((line) => (line.startsWith('|') ? '|' : line.startsWith('## ') ? line : line.startsWith('- ') ? '-' : line.startsWith('# ') ? '#' : ''));

describe('markdown', () => {
  it('is a report of the observatory for a ticket', async () => {
    const { stdout, code } = await checkObservatory('markdown', '--skip-rule', 'duplicate-username');
    expect(code).toBe(1);
    expectInert(stdout);
    expect(stdout).toMatch(/^# SCIM readiness\n\n\*\*NOT READY for SCIM: 100 errors, 17 warnings\*\*\n/);
    expect(stdout).toContain('| warning | 24 | `fatima.alsayed@observatory.example` | `Fatima.AlSayed@observatory.example` | case: f, not F | users.csv:15 |');
    expect(stdout).toContain('… and 25 more of 75 findings');
    expect(stdout).toContain('## Not checked\n\n| rule | why |\n| --- | --- |\n| duplicate-username | `skipped with --skip-rule` |'.replace(/`/g, ''));
    expect(stdout).toMatch(/## Nothing found\n\n[a-z, -]*nothing-to-check, row-limit, damaged-text, no-inactive-users[a-z, -]*\n/);
  });

  it('lists what was accepted, with reason and owner', async () => {
    const report = accepting(reportOf([{ userName: 'ana', email: 'ana@dome.example' }]), 0, {
      reason: 'leaves in May',
      owner: 'cleo@dome.example',
      expires: '2026-05-31',
    });
    const text = await renderAs('markdown', report);
    expectInert(text);
    expect(text).toContain('| leaves in May | `cleo@dome.example` | 2026-05-31 |');
  });

  it.each([
    ['a`b', '`` a`b ``'.replace(' a`b ', 'a`b')],
    ['`a', '`` `a ``'],
    ['a|b', '`a\\|b`'],
    ['a\\|b', '`a\\⟨U+007C⟩b`'],
    ['@octocat', '`@octocat`'],
    ['www.evil.example', '`www.evil.example`'],
    ['x\n| y |', '`x⟨U+000A⟩\\| y \\|`'],
  ])('shows %j as %s', async (userName, shown) => {
    const text = await renderAs('markdown', reportOf([{ userName, email: 'ana@dome.example' }]));
    expect(text).toContain(`| error | 1 | ${shown} | \`ana@dome.example\` |`);
  });

  it('keeps its lines, cells and marks whatever the export holds', async () => {
    await fc.assert(
      fc.asyncProperty(nastyReport, async (report) => {
        const text = await renderAs('markdown', report);
        expectInert(text);
        expect(shapeOf(text).filter((line) => line === '#')).toHaveLength(1);
        expect(shapeOf(text).filter((line) => line === '-')).toHaveLength(1);
        const note = text.split('\n').find((line) => line.startsWith('- ')) ?? '';
        expect(note.replace(/\\[!-/:-@[-`{-~]|(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '')).not.toMatch(/[<[\]*_|@#]/);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a value in a table', () => {
  it.each(['a|b\\|c', '|', '\\|', '\\\\|', 'a\\', '`|`', '``\\|'])('%j is one cell', (value) => {
    const row = `| x | ${tableValue(value)} | y |`;
    expect(strictCells(row)).toHaveLength(3);
    expect(laxCells(row)).toHaveLength(3);
  });

  it('is one cell whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'\\|`ab \n') }), (value) => {
        const row = `| x | ${tableValue(value)} | y |`;
        expect(strictCells(row)).toHaveLength(3);
        expect(laxCells(row)).toHaveLength(3);
      }),
    );
  });
});

describe('what a service would make a link of', () => {
  const linked = [
    'GH-12',
    'gh-7',
    ':smile:',
    ':+1:',
    '#12',
    '!12',
    '@ana',
    'www.dome.example',
    'https://dome.example',
    'da39a3ee5e6b4b0d3255bfef95601890afd80709',
    'da39a3e',
  ];

  it.each(linked)('%s is code in a sentence', (word) => {
    expect(prose(`the group ${word} is here`)).toBe(`the group \`${word}\` is here`);
  });

  it('stays as it is where it is none', () => {
    expect(prose('the group QA-12 of 10:30 has 1234567 members')).toBe('the group QA-12 of 10:30 has 1234567 members');
  });

  it('is code as an id', () => {
    expect(tableId('GH-12')).toBe('`GH-12`');
    expect(tableId('1234567')).toBe('1234567');
  });
});
