import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonFault, JsonLexer } from '../../../src/sources/json/json-lexer.js';
import { JsonRecordReader } from '../../../src/sources/json/json-record.js';

/** Reads records, and returns all that the reader says of them and the fault that ended it; few bytes at a time are never passed in one loop. */
function readingOf(bytes: Buffer, portion: number, paths: readonly string[]): readonly unknown[] {
  let from = 0;
  const lexer = new JsonLexer({
    fill(target, offset) {
      const copied = bytes.copy(target, offset, from, Math.min(bytes.length, from + portion));
      from += copied;
      return copied;
    },
  });
  const reader = new JsonRecordReader(lexer, paths);
  const said: unknown[] = [];
  try {
    for (let token = lexer.next(); token !== 'end'; token = lexer.next()) {
      if (token !== '{') {
        said.push(token);
        continue;
      }
      reader.read();
      said.push([lexer.line, lexer.offset, reader.line, reader.offset]);
      for (const at of reader.seen) {
        const { kinds, texts, lines, offsets } = reader;
        said.push([at, kinds[at], texts[at], lines[at], offsets[at], lexer.columnAt(offsets[at]), reader.written(at)]);
      }
      lexer.release();
    }
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    said.push([error.message, error.line, error.column]);
  }
  return said;
}

const PATHS: readonly (readonly string[])[] = [[], ['id', 'n', 'é'], ['id', 'deep/a', 'deep', 'none']];

function expectSame(bytes: Buffer): void {
  for (const paths of PATHS) expect(readingOf(bytes, bytes.length, paths)).toEqual(readingOf(bytes, 3, paths));
}

const SOUND = `{"id": "é1", "n": [-1.5e3, 20.5, 0, true,\n null], "é": {"a\\n": "🌟\\u00e9"}, "deep": {"a": {"b": [[]]}, "c": {}}}\n{"id":7,"deep":"x\\"","n":{"a":1,"b":2,"a2":3}}`;

describe('what is passed in one loop', () => {
  it('is read as by the token', () => {
    expectSame(Buffer.from(SOUND));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('id', 'n', 'deep', 'é', 'a'), fc.jsonValue()), fc.integer({ min: 0, max: 2 }), (record, indent) => {
        expectSame(Buffer.from(JSON.stringify(record, null, indent)));
      }),
    );
  });

  it('is refused as by the token, with the same words, line and character', () => {
    const sound = Buffer.from(SOUND);
    fc.assert(
      fc.property(fc.nat(sound.length - 1), fc.nat(255), fc.nat(sound.length), (at, byte, length) => {
        const bytes = Buffer.from(sound);
        bytes[at] = byte;
        expectSame(bytes);
        expectSame(sound.subarray(0, length));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    '{"a": {"b": 1, "b": 2}}',
    '{"a": 1, "a": 1}',
    '{"a": [{"b": {"c": 1, "\\u0063": 2}}]}',
    '{"a": 01}',
    '{"a": -}',
    '{"a": 1.}',
    '{"a": tru}',
    '{"a": truee}',
    '{"a": "\\x"}',
    '{"a": "\\u12g4"}',
    '{"a": [1,]}',
    '{"a": {"b": 1,}}',
    '{"a": [1}}',
    '{"a" 1}',
  ])('does not pass %s', (text) => {
    const said = readingOf(Buffer.from(text), 1000, ['a']);
    expect(said).toEqual(readingOf(Buffer.from(text), 1, ['a']));
    expect(said.at(-1)).toEqual([expect.any(String), 1, expect.any(Number)]);
  });

  it('may have many names and be deep', () => {
    const wide = JSON.stringify({ a: Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`name ${at}`, at])) });
    expectSame(Buffer.from(wide));
    expectSame(Buffer.from(wide.replace('name 499', 'name 3')));
    for (const depth of [31, 300, 510, 511, 512, 520, 600]) expectSame(Buffer.from(`{"a": ${'['.repeat(depth)}${']'.repeat(depth)}}`));
  });
});
