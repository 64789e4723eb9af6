import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonFault, JsonLexer, type Token } from '../../../src/sources/json/json-lexer.js';
import { JsonRecordReader } from '../../../src/sources/json/json-record.js';

/** A source that hands its bytes out in small portions, so that every token is cut somewhere. */
const inPortions = (bytes: Buffer, portion: number) => {
  let from = 0;
  return {
    fill(target: Buffer, offset: number): number {
      const copied = bytes.copy(target, offset, from, Math.min(bytes.length, from + portion));
      from += copied;
      return copied;
    },
  };
};

/** Reads a text as one value in a list; returns whether it is JSON to the lexer and the reader. */
function isRead(bytes: Buffer, portion = 7): boolean {
  const lexer = new JsonLexer(inPortions(bytes, portion));
  try {
    new JsonRecordReader(lexer, []).skip(lexer.next());
    return lexer.next() === 'end';
  } catch (error) {
    if (error instanceof JsonFault) return false;
    throw error;
  }
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    return true;
  } catch {
    return false;
  }
}

const tokensOf = (text: string): Token[] => {
  const lexer = new JsonLexer(inPortions(Buffer.from(text), 3));
  const tokens: Token[] = [];
  for (let token = lexer.next(); token !== 'end'; token = lexer.next()) tokens.push(token);
  return tokens;
};

describe('the lexer and the reader', () => {
  it('read what is JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 9 }), (value, indent, portion) => {
        expect(isRead(Buffer.from(JSON.stringify(value, null, indent)), portion)).toBe(true);
      }),
    );
  });

  it('refuse what is no JSON, as JSON.parse does', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"a"',
      '"a\\',
      '"',
      'u12',
      'é',
      '\\n',
      '\n',
      ' ',
      '1',
      '-',
      '.5',
      'e9',
      '0',
      'true',
      'nul',
      'null',
      '\u0001',
      '\ufeff',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 9 }), (parts) => {
        const bytes = Buffer.from(parts.join(''));
        expect(isRead(bytes)).toBe(isJson(bytes));
      }),
      { numRuns: 3000 },
    );
  });

  it('refuse one wrong byte as JSON.parse does, but for a name that is there twice', () => {
    const sound = Buffer.from('[{"id": "é1", "n": [-1.5e+3, true, null], "t\\u00e9": {"a\\n": "🌟"}}, {}, []]');
    fc.assert(
      fc.property(fc.nat(sound.length - 1), fc.nat(255), (at, byte) => {
        const bytes = Buffer.from(sound);
        bytes[at] = byte;
        expect(isRead(bytes)).toBe(isJson(bytes));
      }),
      { numRuns: 3000 },
    );
  });

  it.each(['{"a": 1, "a": 1}', '{"a": {"b": 1, "\\u0062": 2}}', '[{"__proto__": 1, "__proto__": 2}]'])('refuse a name that is there twice: %s', (text) => {
    expect(isRead(Buffer.from(text))).toBe(false);
    expect(isJson(Buffer.from(text))).toBe(true);
  });

  it('take one name in different objects', () => {
    expect(isRead(Buffer.from('{"a": {"a": [{"a": 1}, {"a": 2}]}, "b": {"a": 3}}'))).toBe(true);
  });

  it('yield tokens in order', () => {
    expect(tokensOf(' {"a" : [1,-2.5e3 ,true,false,null]}\n')).toEqual([
      '{',
      'string',
      ':',
      '[',
      'number',
      ',',
      'number',
      ',',
      'true',
      ',',
      'false',
      ',',
      'null',
      ']',
      '}',
    ]);
  });

  it('yield texts as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 5 }), (text, portion) => {
        const lexer = new JsonLexer(inPortions(Buffer.from(JSON.stringify(text)), portion));
        expect(lexer.next()).toBe('string');
        expect(lexer.text()).toBe(JSON.parse(JSON.stringify(text)));
      }),
    );
  });

  it('say the line and the character of what is wrong, however far into a file', () => {
    // Longer than what is held at one time, on one line and on many; characters of one to four bytes.
    for (const [filler, line, column] of [
      ['{"é🌟": "xxxxxxxxx"},', 1, 1 + 20 * 200_000 + 1],
      ['{"é🌟": "xxxxxxxxx"},\n', 200_001, 1],
    ] as const) {
      const lexer = new JsonLexer(inPortions(Buffer.from(`[${filler.repeat(200_000)}?`), 1 << 16));
      const reader = new JsonRecordReader(lexer, ['é🌟']);
      let fault: unknown;
      let records = 0;
      try {
        lexer.next();
        for (let token = lexer.next(); ; token = lexer.next()) {
          if (token === '{') {
            reader.read();
            lexer.release();
            if (reader.texts[0] === 'xxxxxxxxx') records++;
          }
        }
      } catch (error) {
        fault = error;
      }
      expect(records).toBe(200_000);
      expect(fault).toMatchObject({ name: 'JsonFault', line, column });
    }
  });

  it('go as deep as any answer goes, and say so of what goes deeper', () => {
    expect(isRead(Buffer.from('['.repeat(500) + ']'.repeat(500)))).toBe(true);
    expect(isRead(Buffer.from('['.repeat(200_000)))).toBe(false);
  });
});

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
