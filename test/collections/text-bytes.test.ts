import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { charactersOf, TextBytes } from '../../src/collections/text-bytes.js';

/** Any units at all, halves of characters among them; and what exports hold. */
const shortText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string(),
  fc.constantFrom('\ud800', 'a"b', '""', '"', '\\', '\u007f', '\u0000'),
);

/** Short ones, and ones around the length from which the platform adds them. */
const anyText = fc.oneof(
  shortText,
  fc.tuple(shortText, fc.integer({ min: 40, max: 80 }), shortText).map(([start, length, end]) => `${start}${'x'.repeat(length)}${end}`),
);

const taken = (bytes: TextBytes): string => Buffer.from(bytes.take()).toString('utf8');
const utf8 = (text: string): string => Buffer.from(text).toString('utf8');

/** Returns what the work adds to bytes that hold something already. */
function added(work: (bytes: TextBytes) => void): string {
  const bytes = new TextBytes();
  bytes.text('before');
  work(bytes);
  bytes.text('after');
  const text = taken(bytes);
  expect(text.startsWith('before') && text.endsWith('after')).toBe(true);
  return text.slice('before'.length, -'after'.length);
}

describe('each way of adding a text yields what the platform would', () => {
  test('as it is', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(added((bytes) => bytes.text(text))).toBe(utf8(text));
      }),
    );
  });

  test('as JSON', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(added((bytes) => bytes.json(text))).toBe(utf8(JSON.stringify(text)));
      }),
    );
  });

  test('in quotation marks, with its own doubled', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(added((bytes) => bytes.doubled(text))).toBe(utf8(`"${text.replaceAll('"', '""')}"`));
      }),
    );
  });

  test('only where all its characters are allowed', () => {
    const vowels = charactersOf('aeiou');
    fc.assert(
      fc.property(fc.oneof(anyText, fc.string({ unit: fc.constantFrom(...'aeiouxé') })), (text) => {
        let isAdded = false;
        const what = added((bytes) => {
          isAdded = bytes.plain(text, vowels);
        });
        expect(isAdded).toBe(/^[aeiou]*$/.test(text));
        expect(what).toBe(isAdded ? text : '');
      }),
    );
  });

  test('32 bits as hex', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (bits) => {
        expect(added((bytes) => bytes.hex(bits))).toBe(bits.toString(16).padStart(8, '0'));
      }),
    );
  });

  test('bytes of another text', () => {
    const source = Buffer.from('Jörgen Björk');
    expect(added((bytes) => bytes.bytes(source, 8, 14))).toBe('Björk');
  });
});

test('parts are read back, and what was added too much is taken off', () => {
  const bytes = new TextBytes();
  bytes.text('Zoë');
  const end = bytes.length;
  bytes.text(' and');
  bytes.shorten(end);
  bytes.text(' Vera');
  expect(bytes.part(0, end)).toBe('Zoë');
  expect(bytes.part(end + 1, bytes.length)).toBe('Vera');
});

test('they grow as far as a text is long, and are said to be many', () => {
  const long = 'x"é'.repeat(100_000);
  for (const text of [long, 'y'.repeat(300_000)]) {
    const bytes = new TextBytes();
    expect(bytes.areMany).toBe(false);
    bytes.json(text);
    bytes.doubled(text);
    bytes.text(text);
    expect(bytes.areMany).toBe(true);
    expect(taken(bytes)).toBe(`${JSON.stringify(text)}"${text.replaceAll('"', '""')}"${text}`);
    expect(bytes.areMany).toBe(false);
    bytes.text('again');
    expect(bytes.takeAscii()).toBe('again');
  }
});
