import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestName, nearNames } from '../../src/model/near-names.js';
import { collation, differenceOf, key } from '../support/organizations.js';

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
