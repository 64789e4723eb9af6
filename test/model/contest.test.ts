import { describe, expect, it } from 'vitest';
import { NO_WANTER, SEVERAL, settleContest } from '../../src/model/contest.js';
import type { User } from '../../src/model/directory.js';
import { indexIdentities } from '../../src/model/identity-index.js';
import { key } from '../support/organizations.js';

type Row = readonly [userName: string, email: string, state?: 'inactive' | 'basic'];

const address = (name: string): string => `${name}@yard.example`;

function userOf([userName, email, state]: Row, place: number): User {
  return {
    place,
    id: `u${place}`,
    input: 0,
    line: place + 2,
    userName,
    email,
    active: state !== 'inactive',
    authenticationType: state === 'basic' ? 'basic' : 'idp',
  };
}

function settle(rows: readonly Row[]) {
  const index = indexIdentities(rows.map(userOf), { authMode: 'multi', collation: 'utf8mb4_0900_ai_ci' });
  const contest = settleContest(index);
  const idOf = (name: string): number => index.keys.indexOf(key(address(name)));
  return {
    automatic: rows.flatMap((_, place) => (contest.isAutomatic[place] === 1 ? [place] : [])),
    wanterOf: (name: string): number | undefined => contest.soleWanter[idOf(name)],
    inRing: index.keys.filter((_, id) => contest.isInRing[id] === 1),
    contest,
  };
}

describe('who wants a username', () => {
  it('is one user, nobody, or several', () => {
    const { wanterOf } = settle([
      ['mira', address('mira')],
      [address('ben'), address('cleo')],
      ['dag', address('cleo')],
      ['hal', address('hal'), 'inactive'],
    ]);
    expect(wanterOf('mira')).toBe(0);
    expect(wanterOf('ben')).toBe(NO_WANTER);
    expect(wanterOf('cleo')).toBe(SEVERAL);
    expect(wanterOf('hal')).toBe(NO_WANTER);
  });
});

describe('whose update needs no decision', () => {
  it('is one whose username is free, or whose own spelling is all that changes', () => {
    expect(settle([['mira', address('mira')]]).automatic).toEqual([0]);
    expect(settle([[address('MIRA'), address('mira')]]).automatic).toEqual([0]);
  });

  it('is nobody who wants what another wants, or what no address is', () => {
    expect(
      settle([
        ['mira', address('mira')],
        ['mir', address('MIRA')],
      ]).automatic,
    ).toEqual([]);
    expect(settle([['mira', 'mira at yard']]).automatic).toEqual([]);
  });

  it('is nobody whose username is held by one who stays, nor who waits for such a one', () => {
    const rows: Row[] = [
      ['mira', address('mira')],
      [address('mira'), address('ben')],
      [address('ben'), address('cleo')],
      [address('cleo'), address('cleo'), 'inactive'],
    ];
    expect(settle(rows).automatic).toEqual([]);
    expect(settle(rows.slice(0, 3)).automatic).toEqual([0, 1, 2]);
  });

  it('is everybody in a ring, unless somebody who stays holds a username of it too', () => {
    const ring: Row[] = [
      [address('mira'), address('ben')],
      [address('ben'), address('mira')],
    ];
    expect(settle(ring).automatic).toEqual([0, 1]);
    expect(settle([...ring, [address('Ben'), address('hal'), 'basic']]).automatic).toEqual([]);
  });

  it('is everybody in a ring that a twin leaves, and nobody in a ring with an invalid email', () => {
    const ring: Row[] = [
      [address('mira'), address('ben')],
      [address('ben'), address('mira')],
    ];
    expect(settle([...ring, [address('Mira'), address('dag')]]).automatic).toEqual([0, 1, 2]);
    expect(
      settle([
        ['mira at yard', address('ben')],
        [address('ben'), 'mira at yard'],
      ]).automatic,
    ).toEqual([]);
  });
});

describe('keys on a ring', () => {
  it('are those from which the way leads back, and not those that lead to them or away', () => {
    const { inRing } = settle([
      [address('mira'), address('ben')],
      [address('ben'), address('cleo')],
      [address('cleo'), address('mira')],
      [address('dag'), address('hal')],
      // A twin that leaves the ring, and one that comes in.
      [address('BEN'), address('ines')],
      [address('ema'), address('Cleo')],
    ]);
    expect(inRing.sort()).toEqual([address('ben'), address('cleo'), address('mira')]);
  });

  it('are not those whose holder only changes its own spelling', () => {
    expect(settle([[address('MIRA'), address('mira')]]).inRing).toEqual([]);
  });

  it('are not those where a holder stays', () => {
    const rows: Row[] = [
      [address('mira'), address('ben')],
      [address('ben'), address('mira'), 'basic'],
    ];
    expect(settle(rows).inRing).toEqual([]);
  });

  it('are told apart from a second ring, and a figure of eight is one', () => {
    const { inRing } = settle([
      [address('a'), address('b')],
      [address('b'), address('a')],
      [address('c'), address('d')],
      [address('d'), address('c')],
      [address('B'), address('e')],
      [address('e'), address('A')],
      [address('D'), address('f')],
      [address('f'), address('g')],
    ]);
    expect(inRing.sort()).toEqual(['a', 'b', 'c', 'd', 'e'].map(address));
  });
});

describe('200,000 users', { timeout: 60_000 }, () => {
  const size = 200_000;
  const rows = (email: (place: number) => string): Row[] => Array.from({ length: size }, (_, place) => [address(`u${place}`), email(place)]);
  const sum = (flags: Uint8Array): number => flags.reduce((total, flag) => total + flag, 0);

  it('in a chain are all automatic, and no ring', () => {
    const { contest } = settle(rows((place) => address(`u${place + 1}`)));
    expect(sum(contest.isAutomatic)).toBe(size);
    expect(sum(contest.isInRing)).toBe(0);
  });

  it('in a chain that ends in one who stays all need a decision', () => {
    const { contest } = settle([...rows((place) => address(`u${place + 1}`)), [address(`u${size}`), address(`u${size}`), 'inactive']]);
    expect(sum(contest.isAutomatic)).toBe(0);
  });

  it('in a chain given from its end are the same', () => {
    const { contest } = settle([...rows((place) => address(`u${place + 1}`))].reverse());
    expect(sum(contest.isAutomatic)).toBe(size);
    expect(sum(contest.isInRing)).toBe(0);
  });

  it('in a ring are all automatic, and all on it', () => {
    const { contest } = settle(rows((place) => address(`u${(place + 1) % size}`)));
    expect(sum(contest.isAutomatic)).toBe(size);
    expect(sum(contest.isInRing)).toBe(size);
  });

  it('on one address all need a decision', () => {
    const { contest, wanterOf } = settle(rows(() => address('gate')));
    expect(wanterOf('gate')).toBe(SEVERAL);
    expect(sum(contest.isAutomatic)).toBe(0);
    expect(sum(contest.isInRing)).toBe(0);
  });
});
