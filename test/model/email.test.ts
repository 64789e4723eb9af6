import { describe, expect, it } from 'vitest';
import { isEmailAddress } from '../../src/model/email.js';

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
