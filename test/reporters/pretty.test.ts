import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it, test } from 'vitest';
import { charactersOf, cut, type Styled, tableLines, widthOf, wrap } from '../../src/reporters/columns.js';
import { htmlReconcile as html } from '../../src/reporters/html/first-sync.js';
import { paintFor } from '../../src/reporters/pretty/paint.js';
import { compareParts, printable, visible } from '../../src/reporters/visible.js';
import { unpack } from '../support/fixture-pages.js';
import { describeWith, temporaryFolders } from '../support/machine.js';
import { ROOT, runCli } from '../support/run.js';
import { DOCUMENTS } from './documents.js';
import { layoutOf } from './judges.js';

const newFolder = temporaryFolders();
const transcripts = unpack('cli', newFolder());
const observatory = ['check', join(ROOT, 'fixtures/organizations/observatory'), '--auth-mode', 'multi'];
const traps = ['check', 'export', '--auth-mode', 'multi'];

const onTerminal = (args: readonly string[], columns: number, env: Readonly<Record<string, string>> = {}) =>
  runCli(args, { cwd: join(transcripts, 'check/An export that is not ready'), isTty: true, columns, env: { CI: '1', ...env } });

// Colors and nothing else of what an escape character can begin.
const withoutColors = (text: string): string => text.replace(/\u001b\[\d+m/g, '');

describe('colors', () => {
  it.each([
    ['bold', '\u001b[1mDome\u001b[22m'],
    ['dim', '\u001b[2mDome\u001b[22m'],
    ['green', '\u001b[32mDome\u001b[39m'],
    ['yellow', '\u001b[33mDome\u001b[39m'],
    ['red bold', '\u001b[31m\u001b[1mDome\u001b[22m\u001b[39m'],
    ['green bold', '\u001b[32m\u001b[1mDome\u001b[22m\u001b[39m'],
    ['yellow bold', '\u001b[33m\u001b[1mDome\u001b[22m\u001b[39m'],
    ['blue bold', '\u001b[34m\u001b[1mDome\u001b[22m\u001b[39m'],
    ['yellow underline', '\u001b[33m\u001b[4mDome\u001b[24m\u001b[39m'],
  ] as const)('%s is on before a text and off after it, and neither where there are none', (look, painted) => {
    expect(paintFor(true)(look, 'Dome')).toBe(painted);
    expect(paintFor(true)(look, '')).toBe('');
    expect(paintFor(false)(look, 'Dome')).toBe('Dome');
  });
});

describe('pretty on a terminal', () => {
  it.each([60, 80, 100, 132, 200])('keeps to %i columns', async (columns) => {
    const { stdout } = await onTerminal([...observatory, '--rows', 'all'], columns);
    const wide = withoutColors(stdout)
      .split('\n')
      .filter((line) => stringWidth(line) > columns)
      // A command is there to be copied, so it is never cut.
      .filter((line) => !line.startsWith('  scim-audit '));
    expect(wide).toEqual([]);
  });

  it.each([40, 60, 80])('keeps to %i columns whatever the values are', async (columns) => {
    const long = `結城小林${'👩\u200d🍳'.repeat(9)}1\ufe0f\u20e3`.repeat(3);
    const folder = newFolder({
      'users.csv': `id,userName,email,active,authType\n1,${long},${long} ,true,idp\n2,${'x'.repeat(200)},y@x.example,true,idp\n`,
      'groups.csv': `id,name,project\n1,${'漢'.repeat(90)},\n2,${'漢'.repeat(90)} ,\n`,
      'memberships.csv': `groupId,userId\n1,${'9'.repeat(150)}\n`,
    });
    const { stdout } = await runCli(['check', '.', '--auth-mode', 'multi'], { cwd: folder, isTty: true, columns, env: { CI: '1' } });
    const lines = withoutColors(stdout).split('\n');
    expect(lines.filter((line) => stringWidth(line) > columns && !line.startsWith('  scim-audit '))).toEqual([]);
    expect(lines.filter((line) => line.includes('␠')).length).toBeGreaterThan(1);
  });

  it.each([60, 80])('shows the difference of a value also where only %i columns are left', async (columns) => {
    const { stdout } = await onTerminal([...traps, '--no-color'], columns);
    // A row of the table, or the block of a user if the columns do not fit.
    const rowOf = (id: string): string => stdout.split(/\n(?= {4}(?:id {2,})?\d+)|\n\n/).find((part) => new RegExp(`^ {4}(?:id +)?${id}\\b`).test(part)) ?? '';
    expect(rowOf('13'), 'a space at the end of the email').toContain('␠');
    expect(rowOf('15'), 'an invisible character').toContain('U+200B');
    expect(rowOf('14'), 'an accent').toContain('é');
  });

  it('stacks a table of which two columns would be cut, one user per block, with nothing cut', async () => {
    const names = ['a.one@acme-observatories.example', 'a.two@acme-observatories.example'];
    const folder = newFolder({
      'users.csv': `id,userName,email,active,authType\n1,${names[0]},${names[1]},true,idp\n2,${names[1]},${names[0]},true,idp\n`,
      'groups.csv': 'id,name\n1,A\n',
      'memberships.csv': 'groupId,userId\n1,1\n',
    });
    const { stdout } = await runCli(['check', '.', '--auth-mode', 'multi'], { cwd: folder, isTty: true, columns: 80, env: { CI: '1', NO_COLOR: '1' } });
    expect(stdout).toContain(`    id                  1\n    username            ${names[0]}\n    email               ${names[1]}\n`);
    const wide = await runCli(['check', '.', '--auth-mode', 'multi'], { cwd: folder, isTty: true, columns: 200, env: { CI: '1', NO_COLOR: '1' } });
    expect(wide.stdout).toMatch(/contested username +id +username/);
  });

  it('has colors, and the same text without them', async () => {
    const colored = await onTerminal(traps, 120);
    const plain = await onTerminal([...traps, '--no-color'], 120);
    expect(colored.stdout).toContain('\u001b[31m');
    expect(plain.stdout).not.toContain('\u001b');
    expect(withoutColors(colored.stdout)).toBe(plain.stdout);
    for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) expect((await onTerminal(traps, 120, env)).stdout).toBe(plain.stdout);
  });

  it('closes what it colors within each line', async () => {
    const { stdout } = await onTerminal(traps, 100);
    for (const line of stdout.split('\n')) {
      const codes = [...line.matchAll(/\u001b\[(\d+)m/g)].map(([, code]) => Number(code));
      const opened = codes.filter((code) => code < 20 || (code > 29 && code < 39)).length;
      expect(codes.length - opened, JSON.stringify(line)).toBe(opened);
      expect(line, 'an empty line has no colors').not.toMatch(/^(?:\u001b\[\d+m)+$/);
    }
  });

  it('elsewhere it has no colors and is not cut', async () => {
    const { stdout } = await runCli(traps, { cwd: join(transcripts, 'check/An export that is not ready') });
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('night-shift@observatory.example (needed by several)');
  });
});

describe('what an export holds', () => {
  const folder = join(transcripts, 'check/Values that mean harm');
  const ACTS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

  it.each(['pretty', 'json'])('never reaches a terminal as control characters: %s', async (format) => {
    const { stdout, stderr } = await runCli(['check', 'export', '--auth-mode', 'multi', '--rows', 'all', '--format', format], { cwd: folder });
    expect(stdout).not.toMatch(ACTS);
    expect(stderr).not.toMatch(ACTS);
  });

  it('is in JSON what it is in the source', async () => {
    const { stdout } = await runCli(['check', 'export', '--auth-mode', 'multi', '--format', 'json'], { cwd: folder });
    const names = JSON.parse(stdout).findings.map(({ user }: { user?: { userName: string } }) => user?.userName);
    for (const name of ['red\u001b[31malert\u001b[0m', '\u202egnp.exe@bakery.example', 'csi\u009b31m', 'two\nlines', '__proto__'])
      expect(names).toContain(name);
  });

  it('never reaches a terminal in a refusal either', async () => {
    const { stderr, code } = await runCli(['check', '--users', 'export/groups.csv', '--sync-group', '\u001b[31m', '--auth-mode', 'saml'], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).not.toMatch(ACTS);
    const option = await runCli(['check', '\u001b[31mnowhere', '--auth-mode', '\u009bsaml'], { cwd: folder });
    expect(option.code).toBe(2);
    expect(option.stderr).not.toMatch(ACTS);
  });
});

describe('JSON', () => {
  it('is the same bytes for the same input, also from another folder', async () => {
    const first = await runCli([...observatory, '--format', 'json']);
    const second = await runCli(['check', 'observatory', '--auth-mode', 'multi', '--format', 'json'], { cwd: join(ROOT, 'fixtures/organizations') });
    expect(second.stdout).toBe(first.stdout);
  });

  it('has a fingerprint of at least 12 digits for every finding, and no two alike', async () => {
    const { findings } = JSON.parse((await runCli([...observatory, '--format', 'json'])).stdout);
    const fingerprints: string[] = findings.map(({ fingerprint }: { fingerprint: string }) => fingerprint);
    for (const [at, fingerprint] of fingerprints.entries()) expect(fingerprint).toMatch(new RegExp(`^${findings[at].rule}:[0-9a-f]{12,}$`));
    expect(new Set(fingerprints).size).toBe(fingerprints.length);
  });

  it('has the fields of the contract in their order', async () => {
    const report = JSON.parse((await runCli([...observatory, '--format', 'json'])).stdout);
    expect(Object.keys(report)).toEqual(['schemaVersion', 'tool', 'snapshot', 'settings', 'ready', 'summary', 'notChecked', 'notes', 'findings']);
    const contest = report.findings.find(({ rule }: { rule: string }) => rule === 'conflicting-users');
    expect(Object.keys(contest)).toEqual(['rule', 'severity', 'fingerprint', 'message', 'userName', 'pattern', 'resolution', 'users', 'pairCount', 'pairs']);
    expect(Object.keys(contest.users[0])).toEqual(['id', 'userName', 'email', 'active', 'authenticationType', 'needsUpdate', 'location']);
  });
});

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const words = fc
  .array(fc.constantFrom('a', 'b', ' ', 'é', 'e\u0301', '結', '🥐', '👩‍🚀', '\u200b', '…'), { maxLength: 1200 })
  .map((pieces) => pieces.join('').replace(/(.{100})/gsu, '$1ab'));

test('a long text is measured and cut as a short one', () => {
  fc.assert(
    fc.property(words, (text) => {
      expect(charactersOf(text)).toEqual([...segmenter.segment(text)].map(({ segment }) => segment));
      expect(widthOf(text)).toBe(stringWidth(text));
    }),
    { numRuns: 60 },
  );
});

test('each character of Latin and of common signs is as wide as the library says', () => {
  for (let code = 0x20; code <= 0x2fff; code++) {
    const char = String.fromCharCode(code);
    if (code === 0x7f || widthOf(char) === stringWidth(char)) continue;
    expect.unreachable(`U+${code.toString(16)}: ${widthOf(char)}, not ${stringWidth(char)}`);
  }
});

test('a cell of 300,000 letters beyond ASCII is fitted to a terminal', () => {
  const text = `é${'a'.repeat(200_000)}${'結'.repeat(100_000)}`;
  expect(cut(text, 40)).toBe(`é${'a'.repeat(38)}…`);
  expect(wrap(text, 80, '').length).toBe(Math.ceil(200_001 / 80) + Math.floor(100_000 / 40));
});

test('a block keeps the whole of a cell that is longer than a line', () => {
  const styled = (text: string): Styled => ({ plain: text, paint: (width) => cut(text, width) });
  const address = `${'a'.repeat(40)}@observatory.example`;
  const lines = tableLines([styled('name'), styled('email')], [[styled(`${address} (same-email)`), styled(address)]], '  ', 40);
  expect(lines.map((line) => line.trim().replace(/^(?:name|email) +/, '')).join('')).toBe(`${address}(same-email)${address}`);
  expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(40);
  expect(tableLines([styled('name'), styled('email')], [[styled(address), styled('b'.repeat(1000))]], '  ', 40).join('')).toContain('b…');
});

const folder = temporaryFolders();
const ORGANIZATIONS = 'fixtures/organizations';
const SETTINGS = [`${ORGANIZATIONS}/observatory`, '--auth-mode', 'multi', '--sync-groups', `${ORGANIZATIONS}/observatory/sync-groups.txt`];
const OKTA = `${ORGANIZATIONS}/observatory-okta`;
const ENTRA = `${ORGANIZATIONS}/observatory-entra`;
const okta = ['--idp', 'okta', '--idp-users', `${OKTA}/users.csv`, '--idp-users', `${OKTA}/assignments.csv`, '--idp-groups', `${OKTA}/groups.csv`];
const entra = ['--idp', 'entra', '--idp-users', `${ENTRA}/exportUsers.csv`, '--idp-groups', `${ENTRA}/exportGroups.csv`];
const PAGES: Readonly<Record<string, readonly string[]>> = {
  check: ['check', ...SETTINGS, '--format', 'html'],
  'check of both sides': ['check', ...SETTINGS, ...okta, '--format', 'html'],
  'preview of Okta': [
    'preview',
    ...SETTINGS,
    ...okta,
    '--idp-members',
    `${OKTA}/Software Team.csv`,
    '--licenses',
    'creator=10,creator-float=5',
    '--format',
    'html',
  ],
  'preview of Entra': ['preview', ...SETTINGS, ...entra, '--idp-members', `${ENTRA}/Software Team.csv`, '--format', 'html'],
};

describe.each(Object.entries(PAGES))('the page of a %s', (_, args) => {
  it('has landmarks with names of their own', async () => {
    const { stdout } = await runCli([...args]);
    const regions = [...stdout.matchAll(/role="region" aria-label="([^"]*)"/g)].map(([, name]) => name);
    expect(regions.length).toBeGreaterThan(3);
    expect(new Set(regions).size).toBe(regions.length);
    for (const landmark of ['main', 'header', 'footer', 'form']) expect(stdout.split(`<${landmark}`).length, landmark).toBeLessThanOrEqual(2);
  });
});

describeWith('chromium', 'in a browser', () => {
  it.each(Object.entries(PAGES))(
    'a %s is never wider than the window, and shows whole tables in a wide one',
    async (_, args) => {
      const { stdout } = await runCli([...args]);
      const file = join(folder(), 'page.html');
      // Also what is shut.
      writeFileSync(file, stdout.replaceAll('<details>', '<details open>'));
      const widths = [320, 420, 768, 1280];
      const layouts = layoutOf(file, widths);
      expect(layouts.map(({ page }) => page)).toEqual(widths);
      expect(layouts[3].clipped).toEqual([]);
      if (args[0] === 'preview')
        expect(
          layouts.slice(0, 2).map(({ scrolled }) => scrolled),
          'columns stand below one another',
        ).toEqual([0, 0]);
    },
    60_000,
  );

  it('a comparison of the first sync is never wider than the window', async () => {
    const [reconciliation, options] = DOCUMENTS.reconcile();
    const long = 'marie-antoinette.okafor-wolfeschlegelstein@southern-observatory.example.com';
    const crowd = {
      ...reconciliation,
      surprises: reconciliation.surprises.map((surprise) => ({
        ...surprise,
        user: { id: '7', name: long },
        facts: [{ what: 'email' as const, expected: long, found: long.toUpperCase() }],
      })),
    };
    const file = join(folder(), 'reconcile.html');
    writeFileSync(file, [...html.render(crowd, options)].join(''));
    const widths = [320, 420, 768, 1280];
    const layouts = layoutOf(file, widths);
    expect(layouts.map(({ page }) => page)).toEqual(widths);
    expect(layouts.map(({ scrolled }) => scrolled)).toEqual([0, 0, 0, 0]);
  }, 60_000);
});

const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(' ', '\t', '\n', '\u001b', '\u0007', '\u009b', '\u00a0', '\u200b', '\u202e', '\u2066', '\ufeff', '\ud800', 'a', 'é', 'e\u0301', '🥐'),
    fc.string({ unit: 'binary', maxLength: 1 }),
  ),
  maxLength: 12,
});
const ACTS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

describe('values as they are shown', () => {
  it('hold nothing that acts on a terminal or stays unseen', () => {
    fc.assert(
      fc.property(anyText, anyText, (text, other) => {
        expect(printable(text)).not.toMatch(ACTS);
        expect(visible(text)).not.toMatch(ACTS);
        expect(visible(text)).not.toMatch(/^\s|\s$|\s\s/);
        for (const part of compareParts(text, other)) expect(part.text).not.toMatch(ACTS);
      }),
      { numRuns: 1000 },
    );
  });

  it('stay as they are where everything in them can be seen', () => {
    for (const text of ['mira.falk@lighthouse.example', 'Björk', 'Mira Falk', '結城', '🥐', '⟨a⟩']) expect(visible(text)).toBe(text);
  });

  it.each([
    ['a ', 'a␠'],
    [' a', '␠a'],
    ['a  b', 'a␠␠b'],
    [' ', '␠'],
    ['a\u00a0b', 'a⟨U+00A0⟩b'],
    ['\u001b[31m', '⟨U+001B⟩[31m'],
    ['a\u200b', 'a⟨U+200B⟩'],
    ['\u202egnp', '⟨U+202E⟩gnp'],
    ['\ud83e', '⟨U+D83E⟩'],
    ['\u{e0041}', '⟨U+E0041⟩'],
  ])('%j is shown as %s', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });
});

describe('two values side by side', () => {
  const marked = (text: string, against: string): string =>
    compareParts(text, against)
      .map((part) => (part.isDifferent ? `[${part.text}]` : part.text))
      .join('');

  it.each([
    ['Vega@x.example', 'vega@x.example', '[V]ega@x.example'],
    ['vega@x.example ', 'vega@x.example', 'vega@x.example[␠]'],
    ['rosé', 'rose', 'ros[é]'],
    ['ros\u00e9', 'rose\u0301', 'ros[é]'],
    ['rose\u0301', 'ros\u00e9', 'ros[e⟨U+0301⟩]'],
    ['ly\u200bra', 'lyra', 'ly[⟨U+200B⟩]ra'],
    ['same', 'same', 'same'],
    ['ana@observatory.example', 'ana@southernsky.example', 'ana@[observatory].example'],
    ['volkova', 'petrova', '[volkova]'],
    ['j.brown', 'james.brown@sky.example', '[j].brown[]'],
    ['james.brown@sky.example', 'j.brown', '[james].brown[@sky.example]'],
    ['sven.lindqvist', 'sven.a.lindqvist', 'sven.[]lindqvist'],
    ['sven.a.lindqvist', 'sven.lindqvist', 'sven.[a.]lindqvist'],
    ['lupus at dome', 'lupusatdome', 'lupus[ ]at[ ]dome'],
    ['lupusatdome', 'lupus at dome', 'lupus[]at[]dome'],
    ['a\u00a0b', 'a b', 'a[⟨U+00A0⟩]b'],
    ['J.Brown', 'jennifer.brown@sky.example', '[J].[B]rown[]'],
    ['jennifer.brown@sky.example', 'J.Brown', '[jennifer].[b]rown[@sky.example]'],
    ['ольга.а', 'olga.b@sky.example', '[ольга.а]'],
    ['lyra', 'ly\u200bra', 'ly[]ra'],
    ['strauß@x', 'strauss@x', 'strau[ß]@x'],
    ['strauss@x', 'strauß@x', 'strau[ss]@x'],
    ['kim2@x', 'kim10@x', 'kim[2]@x'],
    ['a@x; b@y', 'a@x', 'a@x[; b@y]'],
    ['vega@x', 'vega@x ', 'vega@x[]'],
    ['Night  shift', 'Night shift', 'Night␠[␠]shift'],
  ])('%j against %j', (text, against, expected) => {
    expect(marked(text, against)).toBe(expected);
  });

  it('never read alike where they differ', () => {
    fc.assert(
      fc.property(anyText, anyText, (left, right) => {
        fc.pre(left !== right && left.toWellFormed() === left && right.toWellFormed() === right);
        const shown = (text: string, against: string): string =>
          compareParts(text, against)
            .map((part) => part.text)
            .join('');
        expect(shown(left, right)).not.toBe(shown(right, left));
      }),
      { numRuns: 500 },
    );
  });
});
