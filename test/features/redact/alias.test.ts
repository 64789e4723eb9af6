import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeAliases } from '../../../src/model/alias.js';
import { isEmailAddress } from '../../../src/model/email.js';
import { collation, differenceOf, isBlank, key, matchOf } from '../../support/compare.js';

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
