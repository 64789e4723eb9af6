import { describe, expect, it } from 'vitest';
import { explainDifference } from '../../src/model/compare.js';
import { differenceOf, isBlank, key, matchOf } from '../support/organizations.js';

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
