import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { ByteRecords } from '../../src/collections/byte-records.js';
import { IS_ODD, IS_OWN_KEY, KeyTable } from '../../src/collections/key-table.js';
import { PairSet } from '../../src/collections/pairs.js';
import { PlaceTable } from '../../src/collections/places.js';
import { placeIn, StoredTexts } from '../../src/collections/stored-texts.js';
import { BATCH, NOT_STORED } from '../../src/collections/text-batch.js';
import { charactersOf, SharedTexts, TextBytes } from '../../src/collections/text-bytes.js';

const index = fc.oneof(fc.nat(20), fc.nat(1 << 22));

it('holds and marks pairs as a Set of texts does', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(index, index, fc.constantFrom('add', 'mark')), { maxLength: 3000 }), (steps) => {
      const pairs = new PairSet();
      const texts = new Set<string>();
      const marked = new Set<string>();
      for (const [first, second, step] of steps) {
        const text = `${first}/${second}`;
        expect(pairs.has(first, second)).toBe(texts.has(text));
        if (step === 'add') {
          expect(pairs.add(first, second)).toBe(!texts.has(text));
          texts.add(text);
        } else {
          expect(pairs.mark(first, second)).toBe(texts.has(text));
          if (texts.has(text)) marked.add(text);
        }
        expect(pairs.isMarked(first, second)).toBe(marked.has(text));
      }
    }),
    { numRuns: 60 },
  );
});

it('keeps pairs and marks when it grows', () => {
  const pairs = new PairSet();
  for (let at = 0; at < 20_000; at++) {
    pairs.add(at % 7, at);
    if (at % 3 === 0) pairs.mark(at % 7, at);
  }
  for (let at = 0; at < 20_000; at++) {
    expect([pairs.has(at % 7, at), pairs.has((at % 7) + 7, at), pairs.isMarked(at % 7, at)]).toEqual([true, false, at % 3 === 0]);
  }
});

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

const key = (text: string): string => text.trim().toLowerCase();

/** Few letters, so that texts repeat; some differ only in case, are blank, or are odd. */
const text = fc.oneof(fc.string({ unit: fc.constantFrom('a', 'B', 'b', ' ', 'ü', '?', '7'), maxLength: 4 }), fc.nat(5000).map(String));

/** Texts with the place to add them to. */
function storedTexts(): { readonly texts: StoredTexts; add(text: string): number } {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const texts = new StoredTexts((bytes, from, to) => decoder.decode(bytes.subarray(from, to)));
  return {
    texts,
    add(text) {
      const encoded = new TextEncoder().encode(text);
      const address = texts.reserve(encoded.length + 2);
      const bytes = texts.bytesAt(address);
      const at = placeIn(address);
      bytes.set([encoded.length & 255, encoded.length >> 8], at);
      bytes.set(encoded, at + 2);
      texts.keep(at + 2 + encoded.length);
      return address;
    },
  };
}

const slotOf = (each: string): number => {
  const hash = [...each].reduce((sum, char) => Math.imul(sum ^ char.charCodeAt(0), 0x01000193), 0x811c9dc5);
  return (hash ^ (hash >>> 15)) & 0xfff;
};

describe('stored texts', () => {
  it('are equal to those that they are of, and to no others', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'A', '~', '\u007f', '\u0080', 'ß', 'ü', 'ÿ', 'Ā', 'ߐ', 'ࠀ', '日', '😀'), maxLength: 6 });
    fc.assert(
      fc.property(fc.array(letters, { minLength: 1, maxLength: 20 }), letters, (all, other) => {
        const { texts, add } = storedTexts();
        const addresses = all.map(add);
        for (const asked of [...all, other]) {
          for (const [at, address] of addresses.entries()) {
            const isSame = all[at] === asked;
            // One that has letters of three bytes is not known to be equal.
            const isKnown = !/[\u0800-\uffff]/.test(asked);
            expect(texts.isText(address, asked)).toBe(isSame && isKnown);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a table of keys', () => {
  it('numbers keys as a Map does, one by one and in batches, also when it grows', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 6000, size: 'max' }), (texts) => {
        const numbers = new Map<string, number>();
        const expected = texts.map((each) => {
          const folded = key(each);
          if (folded === '') return -1;
          if (!numbers.has(folded)) numbers.set(folded, numbers.size);
          return numbers.get(folded);
        });
        const single = new KeyTable(key);
        const found = texts.map((each) => single.intern(each));
        const traits = texts.map((each) => (/[^\0-\x7e]|\?/.test(each) ? IS_ODD : 0) | (/^[\x21-\x40\x5b-\x7e]+$/.test(each) ? IS_OWN_KEY : 0));
        const stored = storedTexts();
        const others = storedTexts();
        const together = new KeyTable(key);
        const part = new Int32Array(BATCH);
        const traitsOfPart = new Uint8Array(BATCH);
        const inBatches: number[] = [];
        const traitsInBatches: number[] = [];
        for (let from = 0; from < texts.length; from += BATCH) {
          const some = texts.slice(from, from + BATCH);
          // Every third text is given as a text.
          const addresses = Int32Array.from({ length: BATCH }, (_, at) => ((from + at) % 3 === 0 || at >= some.length ? NOT_STORED : stored.add(some[at])));
          together.internAll({ texts: some, addresses, stored: stored.texts }, some.length, part, traitsOfPart);
          inBatches.push(...part.subarray(0, some.length));
          traitsInBatches.push(...traitsOfPart.subarray(0, some.length));
        }
        expect(found).toEqual(expected);
        expect(inBatches).toEqual(expected);
        expect(traitsInBatches).toEqual(traits);
        expect(Array.from({ length: together.size }, (_, number) => together.textOf(number))).toEqual([...numbers.keys()]);
        for (const folded of numbers.keys()) expect(together.find(folded)).toBe(numbers.get(folded));
        for (let from = 0; from < texts.length; from += BATCH) {
          const some = texts.slice(from, from + BATCH);
          // Every second text is looked up as one of other stored texts.
          const asked = Int32Array.from({ length: BATCH }, (_, at) => ((from + at) % 2 === 0 || at >= some.length ? NOT_STORED : others.add(some[at])));
          together.findAll({ texts: some, addresses: asked, stored: others.texts }, some.length, part, traitsOfPart);
          expect([...part.subarray(0, some.length)]).toEqual(expected.slice(from, from + BATCH));
          expect([...traitsOfPart.subarray(0, some.length)]).toEqual(traits.slice(from, from + BATCH));
        }
        const strange = ['not one of them', '', 'nor-this'];
        const asked = Int32Array.of(NOT_STORED, NOT_STORED, others.add('nor-this'));
        together.findAll({ texts: strange, addresses: asked, stored: others.texts }, 3, part, traitsOfPart);
        expect([...part.subarray(0, 3)]).toEqual([-1, -1, -1]);
        expect(together.size).toBe(numbers.size);
        expect(together.find('not one of them')).toBe(-1);
      }),
      { numRuns: 30 },
    );
  });

  it('finds each of many stored texts that want one slot', () => {
    const crowd: string[] = [];
    for (let number = 0; crowd.length < 150; number++) if (slotOf(`k${number}`) === 7) crowd.push(`k${number}`);
    const stored = storedTexts();
    const table = new KeyTable(key);
    const [numbers, traits] = [new Int32Array(BATCH), new Uint8Array(BATCH)];
    for (let round = 0; round < 2; round++) {
      for (const [at, each] of crowd.entries()) {
        table.internAll({ texts: [], addresses: Int32Array.of(stored.add(each)), stored: stored.texts }, 1, numbers, traits);
        expect(numbers[0]).toBe(at);
        expect(table.find(each)).toBe(at);
        expect(table.textOf(at)).toBe(each);
      }
    }
  });

  it('finds each of many texts that want one slot, also after it grew', () => {
    const crowd: string[] = [];
    for (let number = 0; crowd.length < 150; number++) if (slotOf(`k${number}`) === 7) crowd.push(`k${number}`);
    const table = new KeyTable(key);
    for (const [at, each] of crowd.entries()) expect(table.intern(each)).toBe(at);
    expect(table.find('k-1')).toBe(-1);
    for (let number = 0; number < 9000; number++) table.intern(`other ${number}`);
    for (const [at, each] of crowd.entries()) {
      expect(table.find(each)).toBe(at);
      expect(table.intern(each)).toBe(at);
    }
    expect(table.size).toBe(crowd.length + 9000);
  });
});

test('places of stored texts are those of the same texts', () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 3000, size: 'max' }), (texts) => {
      const [plain, mixed] = [new PlaceTable(), new PlaceTable()];
      const stored = storedTexts();
      for (const [place, each] of texts.entries()) {
        const known = plain.add(each, place);
        expect(place % 3 === 0 ? mixed.add(each, place) : mixed.addStored(stored.texts, stored.add(each), place)).toBe(known);
      }
      for (const each of texts) expect(mixed.get(each)).toBe(plain.get(each));
    }),
    { numRuns: 30 },
  );
});

test('records are sorted as their hex digits are as texts', () => {
  const records = fc
    .integer({ min: 1, max: 7 })
    .chain((width) => fc.tuple(fc.constant(width), fc.array(fc.uint8Array({ minLength: width, maxLength: width, max: 20 }), { maxLength: 300 })));
  fc.assert(
    fc.property(records, ([width, all]) => {
      const made = new ByteRecords(width);
      for (const each of all) {
        const at = made.next();
        made.bytes.set(each, at);
      }
      expect(made.sortedHex()).toBe(
        all
          .map((each) => Buffer.from(each).toString('hex'))
          .sort()
          .join(''),
      );
    }),
  );
});

it('the text of some bytes is theirs, whatever texts were kept before', () => {
  const few = fc.constantFrom('', 'Ana', 'Anna', 'Åsa', 'Ąsa', 'anA', 'Zoë', 'x'.repeat(24), 'x'.repeat(25), 'Observatory of the Northern Sky');
  fc.assert(
    fc.property(fc.array(fc.oneof(few, fc.string({ unit: 'grapheme', maxLength: 30 }))), (texts) => {
      const shared = new SharedTexts();
      for (const text of [...texts, ...texts]) {
        const bytes = Buffer.from(`,${text},`);
        expect(shared.of(bytes, 1, bytes.length - 1, () => bytes.toString('utf8', 1, bytes.length - 1))).toBe(bytes.toString('utf8', 1, bytes.length - 1));
      }
    }),
  );
});

it('a short text is made once', () => {
  const shared = new SharedTexts();
  let made = 0;
  const read = (text: string): string =>
    shared.of(Buffer.from(text), 0, Buffer.byteLength(text), () => {
      made++;
      return text;
    });
  expect([read('Ana'), read('Ana'), read('Anna'), read('Ana'), read('Ana')]).toEqual(['Ana', 'Ana', 'Anna', 'Ana', 'Ana']);
  expect(made).toBe(2);
});

it('texts that have the same slot stay apart', () => {
  const shared = new SharedTexts();
  const texts = Array.from({ length: 20_000 }, (_, at) => `baker ${at}`);
  for (const text of [...texts, ...texts.reverse()]) expect(shared.of(Buffer.from(text), 0, text.length, () => text)).toBe(text);
});
