import { describe, expect, it } from 'vitest';
import { changeLine, countLines } from '../../src/app/change-text.js';
import type { Change, UserAttribute } from '../../src/model/change.js';

const change = (user: string, attribute: UserAttribute, from: string, to: string, temporary?: true): Change => ({
  kind: 'replace-user',
  user,
  attribute,
  from,
  to,
  ...(temporary ? { temporary } : {}),
});

describe('counts', () => {
  it('of usernames say which pass through another, beside them', () => {
    const lines = countLines([
      { kind: 'replace-group', group: '9', attribute: 'displayName', from: 'Ovens', to: 'Ovens (EU)' },
      change('1', 'userName', 'rye', 'temporary', true),
      change('2', 'userName', 'bran', 'rye'),
      change('1', 'userName', 'temporary', 'bran'),
    ]);
    expect(lines).toEqual(['  2 usernames change, 1 of them via a temporary one: these users will sign in with a new username', '  1 group name changes']);
  });

  it('tell nobody who is deactivated to sign in', () => {
    expect(countLines([change('1', 'userName', 'rye', 'rye (old)'), change('1', 'active', 'true', 'false'), change('2', 'userName', 'bran', 'rye')])).toEqual([
      '  1 user is deactivated: they cannot sign in any more',
      '  1 username changes: these users will sign in with a new username',
      '  1 username changes: of users who are deactivated and do not sign in',
    ]);
  });

  it('of emails come before those of usernames, and say why they matter', () => {
    const lines = countLines([change('1', 'userName', 'rye', 'rye@b.example'), change('1', 'email', 'r@b.example', 'rye@b.example')]);
    expect(lines[0]).toBe(
      '  1 email changes: single sign-on finds an account by its email, so users who sign in with the old one no longer reach this account',
    );
    expect(lines).toHaveLength(2);
  });
});

describe('a change', () => {
  const names = { users: new Map([['56', 'ext1']]), groups: new Map([['1', 'Night\u202eshift']]) };

  it.each<[Change, string, string]>([
    [{ kind: 'remove-member', group: '1', user: '56' }, 'user 56  leaves group 1', 'user 56 "ext1" leaves group 1 "Night⟨U+202E⟩shift"'],
    [{ kind: 'add-member', group: '2', user: '57' }, 'user 57  joins group 2', 'user 57 joins group 2'],
    [change('56', 'email', 'a', 'b'), 'user 56  email  "a" → "b"', 'user 56 "ext1"  email  "a" → "b"'],
    [change('56', 'userName', 'a', 'b'), 'user 56  username  "a" → "b"', 'user 56  username  "a" → "b"'],
    [{ kind: 'replace-group', group: '1', attribute: 'displayName', from: 'a', to: 'b' }, 'group 1  group name  "a" → "b"', 'group 1  group name  "a" → "b"'],
  ])('is told with and without names', (each, without, withNames) => {
    expect(changeLine(each)).toBe(without);
    expect(changeLine(each, names)).toBe(withNames);
  });
});
