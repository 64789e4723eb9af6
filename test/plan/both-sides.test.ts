import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { User } from '../../src/model/directory.js';
import { connectUser, directoryOfIdp, organizationOf, sidesArbitrary } from '../rules/idp-sides.js';
import { key } from '../support/compare.js';
import { answeredCells, fileOf, madePlanOf } from './planning.js';

const knows = (...subjects: readonly string[]) =>
  directoryOfIdp(
    'okta',
    subjects.map((subject) => ({ id: subject, subject, email: subject, active: true })),
    [],
  );

const changesOf = (users: readonly User[], subjects: readonly string[]) =>
  madePlanOf(organizationOf(users), undefined, knows(...subjects)).body.actions.map(({ change }) => change);

describe('a plan that knows the identity provider', () => {
  it('renames nobody away from the subject that finds the account now', () => {
    expect(changesOf([connectUser(0, 'ana@dome.example', 'ana@old-dome.example')], ['ana@dome.example'])).toEqual([]);
    expect(changesOf([connectUser(0, 'ana@dome.example', 'Ana@Dome.example')], ['ana@dome.example'])).toEqual([]);
  });

  it('renames to an email that is a subject, and whoever the provider does not know', () => {
    const to = (users: readonly User[], subjects: readonly string[]): string[] => changesOf(users, subjects).map((change) => ('to' in change ? change.to : ''));
    expect(to([connectUser(0, 'ana', 'ana@dome.example')], ['ana@dome.example'])).toEqual(['ana@dome.example']);
    expect(to([connectUser(0, 'ana', 'ana@dome.example')], ['ben@dome.example'])).toEqual(['ana@dome.example']);
    expect(to([connectUser(0, 'Ana@Dome.example', 'ana@dome.example')], ['ana@dome.example'])).toEqual(['ana@dome.example']);
    const swapped = [connectUser(0, 'ana@dome.example', 'ben@dome.example'), connectUser(1, 'ben@dome.example', 'ana@dome.example')];
    expect(to(swapped, ['ana@dome.example', 'ben@dome.example'])).toHaveLength(3);
  });

  it('holds up whoever waits for the username, and goes on once the email is decided', () => {
    const organization = organizationOf([connectUser(0, 'ana@dome.example', 'ana@old-dome.example'), connectUser(1, 'ben', 'ana@dome.example')]);
    const idp = knows('ana@dome.example');
    const made = madePlanOf(organization, undefined, idp);
    expect(made.body.actions).toEqual([]);
    const rows = made.rows.map(({ asked }) =>
      answeredCells(
        asked,
        asked.question.id === '2' && asked.written[1] === 'username-email-mismatch' ? { action: 'set-email', value: 'ben@dome.example' } : {},
      ),
    );
    const decided = madePlanOf(organization, fileOf(rows), idp);
    expect(decided.assembly.end.users.map(({ userName }) => userName)).toEqual(['ana@dome.example', 'ben@dome.example']);
  });

  it('suggests the subject as email', () => {
    const made = madePlanOf(organizationOf([connectUser(0, 'ana@dome.example', 'ana@old-dome.example')]), undefined, knows('ana@dome.example'));
    expect(made.rows.map(({ asked }) => asked.written[6])).toContain('set-email ana@dome.example');
    const rows = made.rows.map(({ asked }) => answeredCells(asked, asked.written[6] === '' ? {} : { action: 'set-email', value: 'ana@dome.example' }));
    const decided = madePlanOf(organizationOf([connectUser(0, 'ana@dome.example', 'ana@old-dome.example')]), fileOf(rows), knows('ana@dome.example'));
    expect(decided.body.open.filter((fingerprint) => !/^(?:no-inactive-users|nothing-to-check):/.test(fingerprint))).toEqual([]);
  });

  it('takes nobody away from a subject, in any organization, and comes to an end', () => {
    fc.assert(
      fc.property(sidesArbitrary, ({ organization, idp }) => {
        const made = madePlanOf(organization, undefined, idp);
        const subjects = new Set(idp.users.map(({ subject }) => key(subject)).filter((text) => text !== ''));
        for (const place of made.assembly.end.movers) {
          const { userName, email } = organization.users[place];
          if (subjects.has(key(userName))) expect(subjects.has(key(email)), `${userName} to ${email}`).toBe(true);
        }
        const after = { ...organization, users: made.assembly.end.users };
        expect(madePlanOf(after, undefined, idp).body.actions).toEqual([]);
      }),
    );
  });
});
