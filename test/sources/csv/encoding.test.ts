import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Encoding, encodeText, findInvalidUtf8, Transcoder } from '../../../src/sources/csv/encoding.js';
import { FileStream } from '../../../src/sources/csv/file-stream.js';
import { temporaryFolders } from '../../support/temporary.js';

const file = join(temporaryFolders()(), 'text.csv');

const MARKS: Readonly<Partial<Record<Encoding, readonly number[]>>> = { 'utf-8': [0xef, 0xbb, 0xbf], 'utf-16le': [0xff, 0xfe], 'utf-16be': [0xfe, 0xff] };

/** Returns what a file of these bytes is read as. */
function read(bytes: Uint8Array, said?: Encoding): Buffer {
  writeFileSync(file, bytes);
  const stream = new FileStream(file, said);
  try {
    const parts: Buffer[] = [];
    for (;;) {
      const part = Buffer.alloc(1 << 16);
      const length = stream.fill(part, 0);
      if (length === 0) break;
      parts.push(part.subarray(0, length));
    }
    stream.finish();
    return Buffer.concat(parts);
  } finally {
    stream.close();
  }
}

/** Returns what a text in an encoding becomes when it arrives in pieces of these sizes. */
function transcodeInPieces(bytes: Buffer, encoding: Encoding, sizes: readonly number[]): Buffer {
  const transcoder = new Transcoder(encoding);
  const parts: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    parts.push(Buffer.from(transcoder.push(bytes.subarray(at, at + size), false)));
    at = Math.min(bytes.length, at + size);
  }
  parts.push(Buffer.from(transcoder.push(bytes.subarray(at), false)), Buffer.from(transcoder.push(Buffer.alloc(0), true)));
  return Buffer.concat(parts);
}

const wellFormed = fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => text.isWellFormed() && !text.startsWith('\ufeff'));
const sizes = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 30 });
const HIGH_1252 = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ';
const text1252 = fc.string({
  unit: fc.oneof(fc.integer({ min: 0xa0, max: 0xff }), fc.integer({ min: 0, max: 0x7f })).map((code) => String.fromCharCode(code)),
});
const textHigh = fc.string({ unit: fc.constantFrom(...HIGH_1252, 'a', 'é', ',') });

describe('encodings', () => {
  it.each(['utf-8', 'utf-16le', 'utf-16be'] as const)('%s with its mark is found out and read as it was written', (encoding) => {
    fc.assert(
      fc.property(wellFormed, (text) => {
        const bytes = Buffer.concat([Buffer.from(MARKS[encoding] ?? []), encodeText(text, encoding) ?? Buffer.alloc(0)]);
        expect(read(bytes).toString('utf8')).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it.each(['utf-16le', 'utf-16be'] as const)('%s is read without a mark where it is said', (encoding) => {
    expect(read(encodeText('id,名前,🥐\n', encoding) ?? Buffer.alloc(0), encoding).toString('utf8')).toBe('id,名前,🥐\n');
  });

  it.each(['utf-16le', 'utf-16be'] as const)('%s may be cut anywhere, also within a pair', (encoding) => {
    fc.assert(
      fc.property(wellFormed, sizes, (text, pieces) => {
        expect(transcodeInPieces(encodeText(text, encoding) ?? Buffer.alloc(0), encoding, pieces).toString('utf8')).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('windows-1252 is read as it was written', () => {
    fc.assert(
      fc.property(fc.oneof(text1252, textHigh), sizes, (text, pieces) => {
        const bytes = encodeText(text, 'windows-1252');
        expect(bytes?.length).toBe(text.length);
        expect(transcodeInPieces(bytes ?? Buffer.alloc(0), 'windows-1252', pieces).toString('utf8')).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('windows-1252: every byte is its character, and back', () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, at) => at).filter((byte) => ![0x81, 0x8d, 0x8f, 0x90, 0x9d].includes(byte)));
    const text = read(bytes, 'windows-1252').toString('utf8');
    expect([...text].length).toBe(bytes.length);
    expect(text).toContain(HIGH_1252);
    expect(encodeText(text, 'windows-1252')).toEqual(bytes);
  });

  it.each(['🥐', 'ş', 'a\u0301', '\ufffd', '\u0081'])('windows-1252 has no %j: it is not written as something else', (text) => {
    expect(encodeText(text, 'windows-1252')).toBeUndefined();
  });

  it.each([
    ['windows-1252', [0x61, 0x81, 0x62]],
    ['utf-16le', [0x61, 0x00, 0x00, 0xd8, 0x62, 0x00]],
    ['utf-16be', [0x00, 0x61, 0xdc, 0x00, 0x00, 0x62]],
    ['utf-16le', [0x61, 0x00, 0x62]],
  ] as const)('a byte that is not of %s is found where it stood', (encoding, bytes) => {
    expect(findInvalidUtf8(read(Buffer.from(bytes), encoding))).toBe(1);
  });

  it.each(['utf-16le', 'utf-16be'] as const)('a sign of replacement in %s is a character: lost letters are a finding, not a broken file', (encoding) => {
    const bytes = encodeText('Pr\ufffdfer', encoding) ?? Buffer.alloc(0);
    expect(read(bytes, encoding).toString('utf8')).toBe('Pr\ufffdfer');
  });

  it('the first byte that is in no UTF-8 text is found', () => {
    fc.assert(
      fc.property(
        wellFormed,
        fc.constantFrom(
          [0xff],
          [0xc0, 0x80],
          [0xed, 0xa0, 0x80],
          [0xe9, 0x74],
          [0xf5, 0x80],
          [0x80],
          [0xf0, 0x9f, 0x41],
          [0xe2, 0x82, 0x20],
          [0xf4, 0x90, 0x80, 0x80],
        ),
        wellFormed,
        (before, wrong, after) => {
          const front = Buffer.from(before);
          expect(findInvalidUtf8(Buffer.concat([front, Buffer.from(wrong), Buffer.from(after)]))).toBe(front.length);
        },
      ),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(wellFormed, (text) => {
        expect(findInvalidUtf8(Buffer.from(text))).toBe(-1);
      }),
    );
  });

  it('a mark that contradicts --encoding is refused', () => {
    expect(() => read(Buffer.from([0xff, 0xfe, 0x61, 0x00]), 'windows-1252')).toThrow(/byte-order mark of utf-16le, but --encoding says windows-1252/);
  });
});
