import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it, test } from 'vitest';
import { charactersOf, cut, type Styled, tableLines, widthOf, wrap } from '../../src/reporters/columns.js';
import { htmlReconcile as html } from '../../src/reporters/html/first-sync.js';
import { compareParts, printable, visible } from '../../src/reporters/visible.js';
import { describeWith, temporaryFolders } from '../support/machine.js';
import { runCli } from '../support/run.js';
import { layoutOf } from './browser.js';
import { DOCUMENTS } from './documents.js';

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
