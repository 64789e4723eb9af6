import { describe, expect, it } from 'vitest';
import { NO_WANTER, SEVERAL, settleContest } from '../../src/model/contest.js';
import type { AuthenticationType, Group, User } from '../../src/model/directory.js';
import { afterMonths, type Environment, isNamedCreator, judgeEnvironment } from '../../src/model/environment.js';
import { indexIdentities } from '../../src/model/identity-index.js';
import { type AuthMode, isInScope, needsUpdate, type Policy, selectSyncGroups } from '../../src/model/policy.js';
import { collation, key } from '../support/organizations.js';

const user = (fields: Partial<User>): User => ({
  place: 0,
  id: '17',
  input: 0,
  line: 2,
  userName: 'mira',
  email: 'mira@dome.example',
  active: true,
  authenticationType: 'idp',
  ...fields,
});

describe('isInScope', () => {
  it.each<[AuthMode, AuthenticationType, boolean, boolean]>([
    ['basic', 'basic', true, true],
    ['basic', 'idp', true, true],
    ['basic', 'basic', false, false],
    ['basic', 'idp', false, false],
    ...(['saml', 'auth0', 'multi'] as const).flatMap((mode): [AuthMode, AuthenticationType, boolean, boolean][] => [
      [mode, 'basic', true, false],
      [mode, 'idp', true, true],
      [mode, 'basic', false, false],
      [mode, 'idp', false, false],
    ]),
  ])('in mode %s, a %s user, active %s: %s', (mode, authenticationType, active, expected) => {
    expect(isInScope(user({ authenticationType, active }), mode)).toBe(expected);
  });
});

describe('needsUpdate', () => {
  it.each<[string, Partial<User>, boolean]>([
    ['another value', {}, true],
    ['another case', { userName: 'Mira@dome.example' }, true],
    ['a space at the end', { userName: 'mira@dome.example ' }, true],
    ['another composition of one accent', { userName: 'jos\u00e9@dome.example', email: 'jose\u0301@dome.example' }, true],
    ['an invalid email', { email: 'mira at dome' }, true],
    ['a blank username', { userName: '' }, true],
    ['the same value', { userName: 'mira@dome.example' }, false],
    ['no email', { email: '' }, false],
    ['a blank email', { email: ' \u200b' }, false],
    ['an inactive user', { active: false }, false],
    ['a Basic user', { authenticationType: 'basic' }, false],
  ])('with %s', (_, fields, expected) => {
    expect(needsUpdate(user(fields), 'multi', collation)).toBe(expected);
  });
});

const group = (place: number, name: string, fields: Partial<Group> = {}): Group => ({
  place,
  id: String(place + 1),
  input: 1,
  line: place + 2,
  name,
  isOrganizationLevel: true,
  ...fields,
});

const policy = (syncGroups: Policy['syncGroups']): Policy => ({
  authMode: 'multi',
  syncGroups,
  failOn: 'error',
  collation: 'utf8mb4_0900_ai_ci',
  severities: {},
  skipRules: [],
  authTypeMap: {},
  leaveOutUsers: [],
  allowEmpty: false,
});

const synced = (groups: readonly Group[], names: Policy['syncGroups']): string[] => {
  const { isSynced } = selectSyncGroups(groups, policy(names));
  return groups.filter(({ place }) => isSynced[place] === 1).map(({ id }) => id);
};

describe('selectSyncGroups', () => {
  const groups = [group(0, 'Observers'), group(1, 'Mirror crew'), group(2, 'Mirror crew', { isOrganizationLevel: false })];

  it('takes every organization-level group where none is named', () => {
    expect(synced(groups, null)).toEqual(['1', '2']);
    expect(selectSyncGroups(groups, policy(null)).names).toBeNull();
  });

  it('takes exactly the named ones, never a project group', () => {
    expect(synced(groups, ['Mirror crew'])).toEqual(['2']);
    expect(synced(groups, ['mirror crew', 'Observers '])).toEqual([]);
    expect(selectSyncGroups(groups, policy(['mirror crew', 'Observers'])).unknown).toEqual(['mirror crew']);
  });

  it('takes every organization-level group of a named name', () => {
    expect(synced([...groups, group(3, 'Observers')], ['Observers'])).toEqual(['1', '4']);
  });

  it('takes what the sync column marks, besides what is named', () => {
    const marked = [
      group(0, 'Observers', { sync: true }),
      group(1, 'Mirror crew', { sync: false }),
      group(2, 'Night shift', { sync: true, isOrganizationLevel: false }),
    ];
    expect(synced(marked, null)).toEqual(['1']);
    expect(synced(marked, ['Mirror crew'])).toEqual(['1', '2']);
  });

  it('takes every organization-level group where the sync column marks none', () => {
    expect(synced([group(0, 'Observers', { sync: false }), group(1, 'Crew', { isOrganizationLevel: false })], null)).toEqual(['1']);
  });

  it('takes every organization-level group where an empty list is given: nobody syncs nothing', () => {
    expect(synced(groups, [])).toEqual(synced(groups, null));
  });

  it('takes a marked project group for a name that is wanted', () => {
    const misplaced = group(2, 'Night shift', { sync: true, isOrganizationLevel: false });
    expect(selectSyncGroups([group(0, 'Observers'), group(1, 'Mirror crew'), misplaced], policy(null))).toMatchObject({
      names: ['Night shift'],
      unknown: ['Night shift'],
    });
  });
});

describe('isNamedCreator', () => {
  it.each([
    'N',
    'n',
    'NAMED',
    'Named',
    'Creator',
    'CREATOR',
    ' named creator ',
    'Named Creator',
    'Creator (named)',
    'N - Creator',
    'N - Creator, TR - Test runner',
  ])('%s is one', (license) => {
    expect(isNamedCreator(license)).toBe(true);
  });

  it.each(['C', 'FLOATING', 'Creator (Float)', 'Creator (float)', 'Float creator', 'C - Creator (Float)', 'NV', 'NAMED_REVIEWER', 'INACTIVE', 'S', '', 'None'])(
    '%s is none',
    (license) => {
      expect(isNamedCreator(license)).toBe(false);
    },
  );
});

describe('afterMonths', () => {
  it.each([
    ['2025-09-02', '2026-03-02'],
    ['2025-08-28', '2026-02-28'],
    ['2025-08-31', '2026-02-28'],
    ['2023-08-31', '2024-02-29'],
    ['2024-02-29', '2024-08-29'],
    ['2025-03-31', '2025-09-30'],
    ['2025-12-31', '2026-06-30'],
    ['2025-07-01', '2026-01-01'],
  ])('six months after %s is %s', (date, after) => {
    expect(afterMonths(date, 6)).toBe(after);
  });
});

describe('judgeEnvironment', () => {
  const problemOn = (today: string, more: Partial<Environment> = {}): string | undefined =>
    judgeEnvironment({ stated: { tokenIssued: '2025-09-02' }, isStrict: false, today, ...more }, [], true)[0]?.problem;

  it('warns of the token from thirty days before its end, and refuses it from that day on', () => {
    expect(problemOn('2025-08-31')).toBe('wrong');
    expect(problemOn('2025-09-01')).toBeUndefined();
    expect(problemOn('2026-01-30')).toBeUndefined();
    expect(problemOn('2026-01-31')).toBe('expiring');
    expect(problemOn('2026-03-01')).toBe('expiring');
    expect(problemOn('2026-03-02')).toBe('expired');
    expect(problemOn('2030-01-01')).toBe('expired');
    expect(problemOn('2030-01-01', { provider: 'okta' })).toBeUndefined();
    expect(problemOn('2030-01-01', { provider: 'entra' })).toBe('expired');
  });

  it('tells what is unsaid by who asks for it, and only where it is asked for', () => {
    const unsaid = (more: Partial<Environment>): string[] =>
      judgeEnvironment({ stated: {}, isStrict: true, today: '2026-03-02', ...more }, [], true).map(({ setting, problem }) => `${setting} ${problem}`);
    expect(unsaid({ isStrict: false, provider: 'okta' })).toEqual([]);
    expect(unsaid({})).toEqual(['scimAdmin unsaid']);
    expect(unsaid({ provider: 'entra' })).toEqual(['scimAdmin unsaid', 'tokenIssued unsaid']);
    expect(unsaid({ provider: 'okta' })).toEqual(['multiMode unsaid', 'allowUsernameChange unsaid', 'disableSamlAutoGeneration unsaid', 'scimAdmin unsaid']);
  });

  it('an authentication type that was concluded from the mode is not known', () => {
    const admin: User = {
      place: 0,
      id: '2',
      input: 0,
      line: 2,
      userName: 'scim',
      email: '',
      active: true,
      authenticationType: 'idp',
      isLeftOut: true,
    };
    const problems = (isTypeGiven: boolean, isStrict: boolean): string[] =>
      judgeEnvironment(
        { stated: { scimAdmin: { id: '2', organizationAdmin: true, license: 'N' } }, isStrict, today: '2026-03-02' },
        [{ ...admin, scimAdmin: { isTypeGiven } }],
        false,
      ).map(({ setting, problem }) => `${setting} ${problem}`);
    expect(problems(true, false)).toEqual(['scimAdmin.authenticationType wrong']);
    expect(problems(false, false)).toEqual([]);
    expect(problems(false, true)).toEqual(['scimAdmin.authenticationType unsaid']);
  });
});

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
  const keys = Array.from({ length: index.keyCount }, (_, id) => index.keyText(id));
  const idOf = (name: string): number => keys.indexOf(key(address(name)));
  return {
    automatic: rows.flatMap((_, place) => (contest.isAutomatic[place] === 1 ? [place] : [])),
    wanterOf: (name: string): number | undefined => contest.soleWanter[idOf(name)],
    inRing: keys.filter((_, id) => contest.isInRing[id] === 1),
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
