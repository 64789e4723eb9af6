import { describe, expect, test } from 'vitest';
import { type Step, sequenceRenames } from '../../src/plan/assemble.js';

/** By place: what each user is called now, and is to be called; undefined where the user stays. */
type Move = readonly [from: number, to?: number];

function sequence(moves: readonly Move[]): Step[] {
  const holders = new Map<number, number[]>();
  for (const [place, [from]] of moves.entries()) {
    const known = holders.get(from);
    if (known === undefined) holders.set(from, [place]);
    else known.push(place);
  }
  return sequenceRenames({
    movers: moves.flatMap(([, to], place) => (to === undefined ? [] : [place])),
    from: (place) => moves[place][0],
    to: (place) => moves[place][1] ?? -1,
    holdersOf: (key) => holders.get(key) ?? [],
  });
}

/** Returns steps as words: the place, with a `~` for a temporary name. */
const words = (moves: readonly Move[]): string =>
  sequence(moves)
    .map(({ place, isTemporary }) => `${isTemporary ? '~' : ''}${place}`)
    .join(' ');

/** Plays the steps: nobody takes a name that another has, and all have theirs at the end. */
function play(moves: readonly Move[], steps: readonly Step[]): { temporary: number } {
  const count = new Map<number, number>();
  const names = moves.map(([from]) => from);
  for (const name of names) count.set(name, (count.get(name) ?? 0) + 1);
  let temporary = 0;
  for (const { place, isTemporary } of steps) {
    const [, to = -1] = moves[place];
    count.set(names[place], (count.get(names[place]) ?? 0) - 1);
    names[place] = isTemporary ? -100 - place : to;
    if (isTemporary) temporary++;
    if ((count.get(names[place]) ?? 0) > 0) throw new Error(`place ${place} takes a name that another has`);
    count.set(names[place], 1);
  }
  for (const [place, [from, to = from]] of moves.entries()) if (names[place] !== to) throw new Error(`place ${place} does not end as wanted`);
  return { temporary };
}

const MANY = 200_000;

describe('chains', () => {
  test('free names are taken in source order', () => expect(words([[1, 11], [2, 12], [3]])).toBe('0 1'));
  test('the leaf comes first', () =>
    expect(
      words([
        [1, 2],
        [2, 3],
        [3, 4],
      ]),
    ).toBe('2 1 0'));
  test('whoever has no name yet waits for nobody but the holder', () =>
    expect(
      words([
        [-1, 2],
        [2, 3],
      ]),
    ).toBe('1 0'));
  test('a name that two hold is free once both have left', () =>
    expect(
      words([
        [1, 2],
        [2, 3],
        [2, 4],
      ]),
    ).toBe('1 2 0'));
  test('a spelling is changed in place', () => expect(words([[1, 1]])).toBe('0'));
  test('a twin changes its spelling once the other has left', () =>
    expect(
      words([
        [1, 1],
        [1, 2],
      ]),
    ).toBe('1 0'));
});

describe('rings', () => {
  test('two who swap pass through one temporary name, that of the first', () =>
    expect(
      words([
        [1, 2],
        [2, 1],
      ]),
    ).toBe('~0 1 0'));
  test('three in a ring', () =>
    expect(
      words([
        [1, 2],
        [2, 3],
        [3, 1],
      ]),
    ).toBe('~0 2 1 0'));
  test('several rings, each with a name of its own, after all chains', () =>
    expect(
      words([
        [1, 2],
        [3, 4],
        [2, 1],
        [5, 6],
        [4, 3],
      ]),
    ).toBe('3 ~0 2 0 ~1 4 1'));
  test('a twin that leaves does not open the ring, it only goes first', () =>
    expect(
      words([
        [1, 2],
        [2, 1],
        [1, 9],
      ]),
    ).toBe('2 ~0 1 0'));
  test('a chain that ends in the name of a twin in a ring goes first', () =>
    expect(
      words([
        [1, 2],
        [2, 1],
        [2, 9],
        [8, 7],
      ]),
    ).toBe('2 3 ~0 1 0'));
});

describe('what is not to be planned', () => {
  test('a name that two are to get', () =>
    expect(() =>
      sequence([
        [1, 3],
        [2, 3],
      ]),
    ).toThrow('two users are to get'));
  test('a name whose holder stays', () => expect(() => sequence([[1, 2], [2]])).toThrow('who stays'));
  test('a name of which one holder stays', () => expect(() => sequence([[1, 2], [2, 3], [2]])).toThrow('who stays'));
});

describe('any size, without recursion', () => {
  test('a chain of 200,000', () => {
    const chain = Array.from({ length: MANY }, (_, place): Move => [place, place + 1]);
    const steps = sequence(chain);
    expect(steps[0]).toEqual({ place: MANY - 1, isTemporary: false });
    expect(play(chain, steps).temporary).toBe(0);
  });

  test('a ring of 200,000', () => {
    const ring = Array.from({ length: MANY }, (_, place): Move => [place, (place + 1) % MANY]);
    const steps = sequence(ring);
    expect(steps.length).toBe(MANY + 1);
    expect(play(ring, steps).temporary).toBe(1);
  });

  test('100,000 rings of two', () => {
    const rings = Array.from({ length: MANY }, (_, place): Move => [place, place ^ 1]);
    expect(play(rings, sequence(rings)).temporary).toBe(MANY / 2);
  });

  test('200,000 who leave one name, and one who takes it', () => {
    const moves: Move[] = [...Array.from({ length: MANY }, (_, place): Move => [1, place + 2]), [-1, 1]];
    expect(sequence(moves).at(-1)).toEqual({ place: MANY, isTemporary: false });
  });
});
