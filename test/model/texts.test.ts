import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { explainDifference } from '../../src/model/compare.js';
import { isEmailAddress } from '../../src/model/email.js';
import { nearestName, nearNames } from '../../src/model/near-names.js';
import { foreign, joined, note, noteText, quoted, quotedHeading, quotedId, quotedName, redactNote, userId } from '../../src/model/note.js';
import { BELOW_0250, unicodePattern } from '../../src/model/unicode-pattern.js';
import { collation, differenceOf, isBlank, key, matchOf } from '../support/organizations.js';

describe('key', () => {
  it.each([
    ['case', 'Ana@Dome.Example', 'ana@dome.example'],
    ['a composed accent', 'Jos\u00e9', 'jose'],
    ['a combining accent', 'Jose\u0301', 'jose'],
    ['full-width letters', '\uff2d\uff49ra', 'mira'],
    ['a ligature', 'o\ufb03cer', 'officer'],
    ['white space around', ' \tmira\r\n', 'mira'],
    ['a run of white space', 'night \t\u00a0\u2003 shift', 'night shift'],
    ['a zero-width space', 'mi\u200bra', 'mira'],
    ['a byte order mark', '\ufeffmira', 'mira'],
    ['a soft hyphen', 'ob\u00adservers', 'observers'],
    ['a Turkish capital I with a dot', '\u0130nes', 'ines'],
  ])('ignores %s', (_, text, expected) => {
    expect(key(text)).toBe(expected);
  });

  it.each([
    ['a dotless i', '\u0131nes', 'ines'],
    ['a dot that is part of the letter', '\u0439', '\u0438'],
    ['the kind of a quotation mark', 'o\u2019neil', "o'neil"],
    ['white space between words', 'night shift', 'nightshift'],
    ['punctuation', 'ana.b@dome.example', 'anab@dome.example'],
  ])('does not ignore %s', (_, a, b) => {
    expect(key(a)).not.toBe(key(b));
  });
});

describe('isBlank', () => {
  it.each(['', ' ', '\t\r\n', '\u00a0', '\u200b', '\u0301', ' \u200d\ufeff'])('holds for %j', (text) => {
    expect(isBlank(text)).toBe(true);
  });

  it.each(['0', '-', ' a ', '\u200ba'])('does not hold for %j', (text) => {
    expect(isBlank(text)).toBe(false);
  });
});

describe('differenceOf', () => {
  it.each([
    ['case', 'Mira@dome.example', 'mira@dome.example'],
    ['case', '\u00c9lise@dome.example', '\u00e9lise@dome.example'],
    ['whitespace', 'mira@dome.example ', 'mira@dome.example'],
    ['whitespace', 'mira@\u200bdome.example', 'mira@dome.example'],
    ['whitespace', 'mi ra@dome.example', 'mira@dome.example'],
    ['unicode', 'm\u00edra@dome.example', 'mira@dome.example'],
    ['unicode', 'Mira@dome.example ', 'mira@dome.example'],
    ['unicode', '\uff4dira@dome.example', 'mira@dome.example'],
    ['value', 'mira', 'mira@dome.example'],
    ['value', 'Mi ra@dome.example', 'mira@dome.example'],
    ['value', '', 'mira@dome.example'],
  ])('is %s between %j and %j, either way round', (difference, a, b) => {
    expect(differenceOf(a, b)).toBe(difference);
    expect(differenceOf(b, a)).toBe(difference);
  });
});

describe('matchOf', () => {
  it.each([
    ['exact', ['Riveters', 'Riveters']],
    ['exact', ['Riveters', 'RIVETERS', 'Riveters']],
    ['exact', [' Riveters', 'Riv\u00e9ters', 'Riveters', 'Riveters']],
    ['case', ['Riveters', 'riveters', 'RIVETERS']],
    ['whitespace', ['Night shift', 'Night  shift', ' Night shift']],
    ['unicode', ['Riveters', 'Riv\u00e9ters']],
    ['unicode', ['Riveters', 'riveters', ' Riveters']],
    ['unicode', ['Riveters', 'riveters ']],
  ])('is %s for %j', (match, names) => {
    expect(matchOf(names)).toBe(match);
  });
});

describe('what parts two texts', () => {
  it.each([
    ['Straße', 'strasse', 'unicode', 'unicode: ß, not s'],
    ['rosé', 'Rose', 'unicode', 'unicode: é, not e'],
    ['J.Brown', 'j.brown', 'case', 'case: J, not j'],
  ] as const)('%s and %s', (a, b, difference, words) => {
    expect(explainDifference(a, b, difference)).toBe(words);
  });
});

const local64 = 'a'.repeat(64);
const label63 = 'b'.repeat(63);

describe('isEmailAddress', () => {
  it.each([
    'mira@dome.example',
    'Mira.Stone@Dome.Example',
    'mira+night@dome.example',
    "o'brien@shipyard.example",
    'first_last-1@sub.dome-north.example',
    'jos\u00e9@bakery.example',
    'mira@b\u00e4ckerei.example',
    '\u7814\u7a76@\u5929\u6587.example',
    'mira@xn--bckerei-5wa.example',
    'mira@1.dome.example',
    `${local64}@dome.example`,
    `mira@${label63}.example`,
  ])('holds for %j', (text) => {
    expect(isEmailAddress(text)).toBe(true);
  });

  it.each([
    '',
    'mira',
    'mira at dome.example',
    '@dome.example',
    'mira@',
    'mira@@dome.example',
    'mira@dome@example',
    'mira@dome',
    'mira@.example',
    'mira@dome.',
    'mira@dome..example',
    '.mira@dome.example',
    'mira.@dome.example',
    'mi..ra@dome.example',
    'mira@-dome.example',
    'mira@dome-.example',
    'mira@192.168.0.1',
    'mira@dome_north.example',
    'mira@dome.example ',
    ' mira@dome.example',
    'mi ra@dome.example',
    'mira@dome.example\n',
    'mira@dome.example\u00a0',
    'mira\u200b@dome.example',
    'mira@dome\u200b.example',
    'mira@dome.example;ben@dome.example',
    'Mira <mira@dome.example>',
    'mailto:mira@dome.example',
    `${local64}a@dome.example`,
    `mira@${label63}b.example`,
    `mira@${`${label63}.`.repeat(4)}example`,
  ])('does not hold for %j', (text) => {
    expect(isEmailAddress(text)).toBe(false);
  });

  it('answers at once on a text made to make a pattern search without end', () => {
    expect(isEmailAddress(`${'a.'.repeat(32)}@${'b-'.repeat(90)}`)).toBe(false);
    expect(isEmailAddress('-'.repeat(1_000_000))).toBe(false);
  });
});

/** Edits between two texts, by the whole table. */
function editsOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min((row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1), (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    row = next;
  }
  return row[b.length] ?? 0;
}

/** What is meant by near, as plainly as code can say it. */
function plainly(wanted: string, names: readonly string[]): { readonly edits: number; readonly keys: readonly string[] } | undefined {
  const sought = key(wanted);
  const known = [...new Set(names.map(key))].filter((each) => each !== '');
  const edits = Math.min(...known.map((each) => editsOf(sought, each)));
  const most = Math.min(3, Math.ceil(sought.length / 3)) - 1;
  if (sought === '' || edits > Math.max(0, most)) return undefined;
  return { edits, keys: known.filter((each) => editsOf(sought, each) === edits).sort() };
}

describe('nearestName', () => {
  const names = ['Observers', 'Mirror crew', 'Night shift'];

  it.each([
    ['observers', 'Observers'],
    ['Observer', 'Observers'],
    ['Obzervers', 'Observers'],
    ['  Night   SHIFT', 'Night shift'],
    ['Mirr\u00f3r crew', 'Mirror crew'],
    ['Mirror crews', 'Mirror crew'],
    ['irror crew', 'Mirror crew'],
    ['Nihgt shift', 'Night shift'],
  ])('of %j is %j', (wanted, expected) => {
    expect(nearestName(wanted, names, key)).toBe(expected);
  });

  it('is none if nothing is near', () => {
    expect(nearestName('Bakers', names, key)).toBeUndefined();
    expect(nearestName('Observers', [], key)).toBeUndefined();
    expect(nearestName(' ', ['', ' '], key)).toBeUndefined();
    expect(nearestName('Ben', ['Bem'], key)).toBeUndefined();
  });

  it('is the one of the same key before one that is an edit away', () => {
    expect(nearestName('ovens', ['Oven', 'Ovens'], key)).toBe('Ovens');
  });

  it('is of several with one key the one that differs least', () => {
    expect(nearNames(['\u00d3vens', ' ovens', 'OVENS'], collation)('ovens')).toBe('OVENS');
    expect(nearNames(['\u00d3vens', ' ovens'], collation)('ovens')).toBe(' ovens');
  });
});

describe('nearNames', () => {
  const letter = fc.constantFrom(...'ab');
  const name = fc.oneof(
    fc.string({ unit: letter, maxLength: 12 }),
    fc.string({ unit: letter, minLength: 5, maxLength: 9 }).map((text) => `Team ${text}`),
    fc.string({ unit: fc.constantFrom('a', 'B', ' ', '\u00e4', '\u{1f600}'), maxLength: 10 }),
  );

  it('finds what a look at every name finds, in any order of the names', () => {
    fc.assert(
      fc.property(fc.array(name, { maxLength: 30 }), fc.array(name, { minLength: 1, maxLength: 8 }), (names, wanted) => {
        const near = nearNames(names, collation, wanted.length);
        const reversed = nearNames([...names].reverse(), collation, wanted.length);
        for (const each of wanted) {
          const found = near(each);
          const expected = plainly(each, names);
          expect(reversed(each)).toBe(found);
          if (expected === undefined) expect(found).toBeUndefined();
          else {
            expect(names).toContain(found);
            expect(key(found ?? '')).toBe(expected.keys[0]);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('finds for 20,000 names each one that is near, and none that is not', { timeout: 60_000 }, () => {
    const size = 20_000;
    const names = Array.from({ length: size }, (_, at) => `Review team ${String(at * 7919).padStart(9, '0')}`);
    const near = nearNames(names, collation, size * 3);
    for (let at = 0; at < size; at += 4) {
      const meant = names[at] ?? '';
      expect(near(`${meant.slice(0, 3)}x${meant.slice(3)}`)).toBe(meant);
      expect(near(`Qeview-${meant.slice(7)}`)).toBe(meant);
      expect(near(`Baking crew ${at}`)).toBeUndefined();
    }
  });

  it('stays cheap with names made to be near to one another, in any order of questions', { timeout: 60_000 }, () => {
    const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
    const names: string[] = [];
    for (let at = 0; at < 60; at++) for (const each of letters) names.push(`${'m'.repeat(at)}${each}${'m'.repeat(60 - at)}`);
    const questions = names.map((each) => `${each.slice(0, -3)}-+-`);
    const near = nearNames(names, collation, 20_000);
    const again = nearNames([...names].reverse(), collation, 20_000);
    const found = questions.map(near);
    expect([...questions].reverse().map(again).reverse()).toEqual(found);
  });

  it('tells only what differs by the way of writing as the same key', () => {
    fc.assert(
      fc.property(name, (each) => {
        const found = nearestName(each.toUpperCase(), [each], key);
        if (found !== undefined && found !== each.toUpperCase()) expect(differenceOf(each.toUpperCase(), found)).not.toBe('value');
      }),
    );
  });
});

const REST = { value: (text: string) => `value-of-${text}`, heading: (text: string) => text.toUpperCase(), finding: () => 'another' };
const HOSTILE = 'users 7, "ana" and 8';
const TOLD = note`${3} rows of ${quotedName(HOSTILE)} are of users ${joined([userId('7'), userId('ana')], ', ')} and 7 others.`;

test('a note reads as a sentence', () => {
  expect(noteText(TOLD)).toBe('3 rows of "users 7, \\"ana\\" and 8" are of users 7, ana and 7 others.');
  expect(noteText('7 rows.')).toBe('7 rows.');
});

test('is redacted by what stands in it as data, and by nothing that reads like it', () => {
  const alias = { userId: (id: string) => `id-of-${id}`, name: () => 'something', ...REST };
  expect(noteText(redactNote(TOLD, alias))).toBe('3 rows of "something" are of users id-of-7, id-of-ana and 7 others.');
  expect(redactNote('user 7 is "ana"', alias)).toBe('user 7 is "ana"');
});

test('a long name is cut, and redacted whole', () => {
  const told = note`${quotedName('x'.repeat(100))}`;
  expect(noteText(told)).toBe(`"${'x'.repeat(57)}…"`);
  expect(noteText(redactNote(told, { userId: (id) => id, name: (text) => String(text.length), ...REST }))).toBe('"100"');
});

test('values, ids and headings are replaced each in its own way, and what another program says is withheld', () => {
  const told = note`${quoted('rye')} of ${quotedId('7')} under ${quotedHeading('Login')}: ${foreign('no "rye" here')}`;
  expect(String(told)).toBe('"rye" of "7" under "Login": no "rye" here');
  const alias = { userId: (id: string) => `id-of-${id}`, name: (text: string) => text, ...REST };
  expect(noteText(redactNote(told, alias))).toBe('"value-of-rye" of "id-of-7" under "LOGIN": (withheld)');
});

const LATIN = Array.from({ length: 0x250 }, (_, code) => String.fromCodePoint(code));

it.each(Object.keys(BELOW_0250))('%s is listed as Unicode has it below U+0250', (property) => {
  const unicode = new RegExp(`\\p{${property}}`, 'u');
  const matched = unicodePattern(`[\\p{${property}}]`);
  expect(LATIN.filter((char) => matched(char).test(char))).toEqual(LATIN.filter((char) => unicode.test(char)));
});

describe('a pattern by the text', () => {
  const SOURCES = [
    String.raw`[\p{L}\p{N}\p{M}\p{Cf}]+|.`,
    String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Co}\ufffe\uffff\p{Zl}\p{Zp}]|(?! )[\p{Zs}]`,
    String.raw`^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$`,
    String.raw`[\p{White_Space}]+`,
  ];
  // Letters of each kind, and every sign that one of the patterns is about.
  const chars = fc.oneof(fc.constantFrom(...LATIN), fc.constantFrom(...' aZ9-\u00ad\u0301\u200b\u2028\u3000結🍞', '\ud83c', '\ue000'));

  it.each(SOURCES)('finds in %j what the pattern itself finds', (source) => {
    const pattern = unicodePattern(source, 'gs');
    const itself = new RegExp(source, 'gsu');
    fc.assert(
      fc.property(
        fc.array(chars).map((all) => all.join('')),
        (text) => {
          expect(text.match(pattern(text))).toEqual(text.match(itself));
        },
      ),
    );
  });

  it('is the pattern itself for a text with one other character', () => {
    const letter = unicodePattern(String.raw`^[\p{L}]+$`);
    expect(letter('Čapek').unicode).toBe(false);
    expect(letter('Čapek').test('Čapek')).toBe(true);
    expect(letter('結城').unicode).toBe(true);
    expect(letter('結城').test('結城')).toBe(true);
  });
});
