import { describe, expect, it } from 'vitest';
import type { User } from '../../src/model/directory.js';
import { afterMonths, type Environment, isNamedCreator, judgeEnvironment } from '../../src/model/environment.js';

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
