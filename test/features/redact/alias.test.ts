import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { contextFor } from '../../../src/app/context.js';
import { redacting } from '../../../src/app/redaction.js';
import { Refusal } from '../../../src/app/refusal.js';
import { makeAliases } from '../../../src/model/alias.js';
import { collationOf } from '../../../src/model/compare.js';
import { isEmailAddress } from '../../../src/model/email.js';
import { foreign, note, quoted, quotedHeading, quotedId } from '../../../src/model/note.js';
import { COLLATIONS } from '../../../src/model/policy.js';
import { UserError } from '../../../src/model/user-error.js';
import { SourceRefused } from '../../../src/sources/tables/problem.js';
import { alikePairs, collation, differenceOf, isBlank, key, matchOf } from '../../support/organizations.js';

const aliasesWith = (secret: string) => makeAliases((text) => createHmac('sha256', secret).update(text).digest(), collation);
const { identity, group, person } = aliasesWith('night sky');

const NAMES = [
  'ana',
  'jdoe',
  'o.lee',
  'søren',
  'дана',
  'mary-ann',
  'x',
  'σοφια',
  '結城',
  'maximilian.von.der.trenck',
  'a..b',
  'o(lee)',
  'corp\\ana',
  '17',
  '한국',
  '🥐',
  '🥐🥐',
  '★ana',
];
const DOMAINS = [
  'dome.example',
  'Dome.Example',
  'sky.org',
  'mail.sky.org',
  'localhost',
  '1.2.3.4',
  '-x.org',
  'bücher.de',
  'x..org',
  'a-very-long-name-of-an-observatory-in-the-mountains.org',
];

const address = fc
  .tuple(fc.constantFrom(...NAMES), fc.constantFrom('@', '@', '@', '@@', '', ' at '), fc.constantFrom(...DOMAINS))
  .map((parts) => parts.join(''));

/** Other spellings: case, accents composed or not, white space and unseen characters anywhere, full-width letters. */
const spelling: fc.Arbitrary<(text: string) => string> = fc.oneof(
  fc.constant((text: string) => text),
  fc.constant((text: string) => text.toUpperCase()),
  fc.constant((text: string) => text.replace(/^./u, (char) => char.toUpperCase())),
  fc.tuple(fc.nat(30), fc.constantFrom(' ', '\u00a0', '\t', '\u200b', '\u00ad', '  ')).map(([at, extra]) => (text: string) => {
    const chars = [...text];
    chars.splice(Math.min(at, chars.length), 0, extra);
    return chars.join('');
  }),
  fc.tuple(fc.constantFrom('\u0301', '\u0300', '\u0308', '\u0303', '\u0327'), fc.constantFrom('NFC', 'NFD')).map(
    ([mark, form]) =>
      (text: string) =>
        text.replace(/[aeiou]/u, (char) => (char + mark).normalize(form)),
  ),
  fc.constant((text: string) => text.replace(/[a-z]/, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0))),
  fc.constant((text: string) => text.replace(/[a-z]/, (char) => String.fromCodePoint(0x1d41a + char.charCodeAt(0) - 97))),
);

const spelt = (text: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.tuple(text, spelling, spelling).map(([base, one, other]) => other(one(base)));
const pairOf = (text: fc.Arbitrary<string>) =>
  fc.oneof(
    fc.tuple(spelt(text), spelt(text)),
    text.chain((base) => fc.tuple(spelt(fc.constant(base)), spelt(fc.constant(base)))),
  );

describe('an alias', () => {
  it('is as like another, and as unlike, as what it stands for', () => {
    const pairs = pairOf(fc.oneof(address, fc.constantFrom(...NAMES)));
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const [x, y] = [identity(a), identity(b)];
        expect(x === y).toBe(a === b);
        if (a !== b) expect(differenceOf(x, y)).toBe(differenceOf(a, b));
        expect(key(x) === key(y)).toBe(key(a) === key(b));
        expect(key(identity(key(a)))).toBe(key(x));
      }),
      { numRuns: 4000 },
    );
  });

  it('is an email address where what it stands for is one', () => {
    fc.assert(
      fc.property(spelt(fc.oneof(address, fc.constantFrom('@', '@x.org', 'ana@', 'a b@x.org', 'ana@x.org '))), (text) => {
        expect(isEmailAddress(identity(text))).toBe(isEmailAddress(text));
        expect([...identity(text)].filter((char) => char === '@').length).toBe([...text].filter((char) => char === '@').length);
      }),
      { numRuns: 4000 },
    );
  });

  it.each([1, 12, 13, 61, 64, 65, 100])('of a local part of %i letters is as long as it may be, or too long', (length) => {
    const text = `${'a'.repeat(length)}@x.org`;
    expect(isEmailAddress(identity(text))).toBe(isEmailAddress(text));
  });

  it('keeps a domain and a local part to be known again', () => {
    const [local, domain] = identity('jdoe@sky.org').split('@');
    expect(identity('jdoe')).toBe(local);
    expect(identity('ana@sky.org').split('@')[1]).toBe(domain);
    expect(identity('ana@mail.sky.org').split('@')[1]).not.toBe(domain);
    expect(domain).toMatch(/^[a-z]+\.example$/);
  });

  it.each(['', ' ', '\u200b', '\t\u00a0'])('of a blank is the blank %j', (text) => {
    expect(identity(text)).toBe(text);
    expect(group(text)).toBe(text);
    expect(person(text)).toBe(text);
    expect(isBlank(text)).toBe(true);
  });

  it('of group names keeps how they match', () => {
    const name = spelt(fc.constantFrom('Night shift', 'Mirror crew (EU)', 'Obsérvers', 'Ops'));
    const names = fc
      .constantFrom('Night shift', 'Mirror crew (EU)', 'Ops')
      .chain((base) => fc.array(fc.oneof(fc.constant(base), spelt(fc.constant(base))), { minLength: 2, maxLength: 4 }));
    fc.assert(
      fc.property(names, name, name, (all, a, b) => {
        if (new Set(all.map(key)).size === 1) expect(matchOf(all.map(group))).toBe(matchOf(all));
        expect(key(group(a)) === key(group(b))).toBe(key(a) === key(b));
      }),
    );
  });

  it('does not show a picture or a symbol that serves as a name', () => {
    for (const name of ['🥐', '🥐🥐', '★★★']) for (const alias of [identity, group, person]) expect(alias(name)).toMatch(/^[a-z◦]+$/);
  });

  it('depends on the key and on nothing else', () => {
    expect(aliasesWith('night sky').identity('ana@sky.org')).toBe(identity('ana@sky.org'));
    expect(aliasesWith('day').identity('ana@sky.org')).not.toBe(identity('ana@sky.org'));
    expect(identity('Night')).not.toBe(group('Night'));
  });

  it('does not show how short a name is, nor a vowel of it', () => {
    for (const name of ['x', 'ana', 'jonathan.b']) expect(identity(name)).toMatch(/^[b-df-hj-np-tv-z]{12}$/);
  });
});

/** Spellings that meet in one key under some collation or other. */
const MEETING = [
  ['weiß', 'weiss', 'WEISS', 'weiẞ', 'wei\u017fs', 'weißs'],
  ['søren', 'soren', 'Sören', 'SØREN', 'só\u0308ren', 'sören'],
  ['æon', 'aeon', 'Æon', 'ǽon', 'AEON'],
  ['йога', 'иога', 'и\u0306ога', 'ЙОГА', 'и\u0323\u0306ога'],
  ["o'neil", 'o’neil', 'O‘NEIL', 'o\u0301’neil'],
  ['カナ', 'かな', 'ｶﾅ', 'ガナ', 'カ\u3099ナ'],
  ['σας', 'ΣΑΣ', 'σασ', 'Σας', 'σάς'],
  ['ﬁx', 'fix', 'FIX', 'ｆix', 'ⓕix', '𝐟ix'],
  ['col·lega', 'collega', 'coŀlega', 'COL·LEGA'],
  ['เกม', 'กเม', 'เ\u034fกม'],
  ['ångström', 'angstrom', 'a\u030angstrom', 'Ångstro\u0308m'],
  ['ines', 'İnes', 'ınes', 'i\u0307nes', 'I\u0307nes'],
  ['ǆ', 'ǅ', 'Ǆ', 'dž', 'DŽ', 'dz\u030c'],
  ['한국', '\u1112\u1161\u11ab\u1100\u116e\u11a8', '한굴'],
  ['٣', '3', '３', '③', '³'],
  ['🥐', '🍞', '\ufffd'],
];

/** They share their lower case with another capital, or are not the capital of their own. */
const ODD_CAPITALS = /[^\p{Ll}\P{L}](?<=[\u0130\u03f4\u2126\u212a\u212b\u01c5\u01c8\u01cb\u01f2\u1e9e\u1f88-\u1ffc])|I\u0307/u;

const around: fc.Arbitrary<(text: string) => string> = fc.constantFrom(
  (text: string) => text,
  (text: string) => text,
  (text: string) => ` ${text}`,
  (text: string) => `${text}\u00a0`,
  (text: string) => text.replace(/^(.)/u, '$1\u200b'),
  (text: string) => text.replace(/\p{M}/u, '\u200d$&'),
  (text: string) => `${text} ${text}`,
  (text: string) => `ana.${text}`,
);
const meeting = fc.constantFrom(...MEETING).chain((group) => fc.tuple(fc.constantFrom(...group), fc.constantFrom(...group)));

describe.each(COLLATIONS)('under %s an alias', (name) => {
  const collation = collationOf(name);
  const { key, differenceOf } = collation;
  const spacesOf = (text: string): number => text.split(' ').length;
  const areSpacesOwn = (text: string): boolean =>
    spacesOf(key(text)) ===
      spacesOf(
        text
          .replace(/\p{Cf}/gu, '')
          .replace(/\p{White_Space}+/gu, ' ')
          .trim(),
      ) && !/\u034f /.test(text);
  const { identity, group } = makeAliases((text) => createHmac('sha256', 'night sky').update(text).digest(), collation);

  it('keeps who is equal to whom, and in what they differ', () => {
    const pairs = fc.oneof(
      fc.tuple(meeting, around, around).map(([[a, b], one, other]) => [one(a), other(b)] as const),
      fc.tuple(meeting, around).map(([[a, b], one]) => [`${one(a)}@dome.example`, `${one(b)}@dome.example`] as const),
      alikePairs(collation),
    );
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        // NFKC takes spacing accents for a space with a mark: such keys have a space where the text has none.
        fc.pre(areSpacesOwn(a) && areSpacesOwn(b));
        for (const alias of [identity, group]) {
          const [x, y] = [alias(a), alias(b)];
          expect(x === y).toBe(a === b);
          expect(key(x) === key(y)).toBe(key(a) === key(b));
          const isCase = a.toLowerCase() === b.toLowerCase();
          if (a !== b && !ODD_CAPITALS.test(a + b) && !(isCase && key(a) !== key(b))) expect(differenceOf(x, y)).toBe(differenceOf(a, b));
          expect(key(alias(key(a)))).toBe(key(x));
        }
      }),
      { numRuns: 4000 },
    );
  });
});

describe('what may be shown before the export is known', () => {
  const context = contextFor({ process, host: 'observatory', now: () => new Date(0) });

  /** Returns what a command under `--redact` fails with, if it throws this. */
  async function redacted(error: Error): Promise<unknown> {
    try {
      await redacting({ users: ['export/users.csv'] }, [], context, () => Promise.reject(error));
    } catch (caught) {
      return caught;
    }
    throw new Error('nothing was thrown');
  }

  test('values of an error are replaced where it states them, whatever the text around them reads like', async () => {
    const hostile = 'annabel" is on line 3, the id "17';
    const error = await redacted(
      new Refusal('refused', note`${quoted(hostile)} and ${quoted('export/users.csv')} of ${quotedId('17')}: ${foreign('near annabel')}`, 'Export again.', [
        note`under ${quotedHeading('Email')}, not ${quotedHeading('annabel')}`,
      ]),
    );
    expect(error).toBeInstanceOf(Refusal);
    expect(String(error)).toMatch(/^\S+: "(?!.*annabel)(?:[^"\\]|\\.)+" and "export\/users.csv" of "17": \(withheld\)$/);
    expect(error).toMatchObject({ kind: 'refused', hint: 'Export again.', details: [expect.stringMatching(/^under "Email", not "(?!annabel)[^"]+"$/)] });
  });

  test('a plain sentence that may quote a value is withheld as a whole, and where the error is stays', async () => {
    const told = 'user "annabel" is unknown';
    expect(await redacted(new UserError(told, told, [told], told))).toMatchObject({
      message: expect.stringMatching(/withheld/),
      hint: expect.stringMatching(/withheld/),
      details: [expect.stringMatching(/withheld/)],
      command: expect.stringMatching(/withheld/),
    });
    const refused = await redacted(new SourceRefused([{ file: 'users.csv', line: 3, column: 2, heading: 'email', message: told }], 1));
    expect(refused).toMatchObject({ details: [expect.stringMatching(/^users\.csv, line 3, column 2 \(email\): .*withheld/)] });
  });

  test('any other error shows where the program failed, and not with what', async () => {
    expect(String(await redacted(new Error('annabel')))).toBe('Error: the message is withheld under --redact');
  });
});
