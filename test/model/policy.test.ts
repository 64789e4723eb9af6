import { describe, expect, it } from 'vitest';
import type { AuthenticationType, Group, User } from '../../src/model/directory.js';
import { type AuthMode, isInScope, needsUpdate, type Policy, selectSyncGroups } from '../../src/model/policy.js';
import { collation } from '../support/organizations.js';

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
