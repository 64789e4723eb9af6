import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/model/finding.js';
import { UserError } from '../../src/model/user-error.js';
import { outcomeText } from '../../src/preview/preview.js';
import { idpOf, lineOf, named, organizationOf, previewOf } from './worlds.js';

const ana = 'ana@dome.example';
const ben = 'ben@dome.example';

const organization = organizationOf({
  users: [
    { userName: 'ana', email: ana },
    { userName: ben, email: 'old@dome.example', active: false, authenticationType: 'basic' },
    { userName: 'cleo@dome.example', email: 'cleo@dome.example', authenticationType: 'basic' },
  ],
  groups: named('QA', 'QA'),
  members: [
    ['2', 'g1'],
    ['3', 'g1'],
  ],
});
const idp = idpOf({ provider: 'okta', users: [{ subject: ana }], groups: ['QA'], members: [[0, 0]] });

const planned = (...changes: readonly Change[]) =>
  previewOf(organization, idp, { actions: changes.map((change, at) => ({ id: `a${at + 1}`, change, resolves: [] })) });

const rename: Change = { kind: 'replace-user', user: '1', attribute: 'userName', from: 'ana', to: ana };
const renameGroup: Change = { kind: 'replace-group', group: 'g2', attribute: 'displayName', from: 'QA', to: 'QA (g2)' };

describe('after a plan', () => {
  it('usernames, states and group names are those that it leaves', () => {
    const shown = planned(rename, renameGroup, { kind: 'replace-user', user: '2', attribute: 'active', from: 'false', to: 'true' });
    expect(shown.before?.users.map(lineOf)).toEqual([`${ana} > -: create`, '- > 1: untouched', '- > 2: untouched', '- > 3: untouched']);
    expect(shown.forecast.users.map(lineOf)).toEqual([`${ana} > 1: link`, '- > 2: untouched', '- > 3: untouched']);
    expect(shown.forecast.users[0].user).toMatchObject({ userName: ana, line: 2 });
    expect([shown.before?.summary.groups.ambiguous, shown.forecast.summary.groups]).toEqual([
      3,
      { link: 1, create: 0, ambiguous: 0, untouched: 1, unknown: 0 },
    ]);
    expect(shown.forecast.summary.memberships).toEqual({ added: 1, kept: 2, lost: 0, skipped: 0, unknown: 0 });
    expect(outcomeText(shown)).toBe(
      'once the plan is applied, the one person in Okta would get no second account, and no outcome is uncertain; 1 linked as it is (now: 1 and 0)',
    );
  });

  it('leaves the organization that it was given as it was', () => {
    planned(rename, renameGroup);
    expect([organization.users[0].userName, organization.groups[1].name]).toEqual(['ana', 'QA']);
  });

  it('a ring passes through a temporary name', () => {
    const temporary = 'temporary-1@scim-audit.invalid';
    const shown = planned({ ...rename, to: temporary, temporary: true }, { ...rename, from: temporary });
    expect(lineOf(shown.forecast.users[0])).toBe(`${ana} > 1: link`);
  });

  it('members are taken out and put in', () => {
    const leave: Change = { kind: 'remove-member', group: 'g1', user: '2' };
    expect(planned(renameGroup).forecast.summary.memberships).toMatchObject({ lost: 1, kept: 1 });
    expect(planned(renameGroup, leave).forecast.summary.memberships).toMatchObject({ lost: 0, kept: 1 });
    const back: Change = { kind: 'add-member', group: 'g1', user: '2' };
    expect(planned(renameGroup, leave, back).forecast.summary.memberships).toMatchObject({ lost: 1, kept: 1 });
    expect(planned(renameGroup, { ...back, user: '1' }, { ...leave, user: '1' }).forecast.summary.memberships).toMatchObject({ lost: 1, kept: 1 });
    expect(planned(rename, renameGroup, { ...back, user: '1' }).forecast.summary.memberships).toMatchObject({ added: 0, kept: 2 });
  });

  it.each<[string, Change, RegExp]>([
    ['a username', { ...rename, from: 'anna' }, /action a1 expects a different value \(the username of user 1 is a different one/],
    ['an email', { ...rename, attribute: 'email', from: 'ana@dome.test' }, /the email of user 1/],
    ['a state', { kind: 'replace-user', user: '2', attribute: 'active', from: 'true', to: 'false' }, /the state of user 2/],
    ['a user', { ...rename, user: '9' }, /there is no user 9/],
    ['a group', { ...renameGroup, group: '__proto__' }, /there is no group __proto__/],
    ['a group name', { ...renameGroup, from: 'qa' }, /group g2 has a different name/],
    ['a member', { kind: 'remove-member', group: 'g1', user: '9' }, /there is no user 9/],
  ])('of another source is refused: %s', (_what, change, message) => {
    expect(() => planned(change)).toThrow(UserError);
    expect(() => planned(change)).toThrow(message);
  });
});
