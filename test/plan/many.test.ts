/** More than a call takes as arguments (V8's stack has room for some 120,000): no list of users is ever handed over as arguments. */

import { describe, expect, test } from 'vitest';
import type { User } from '../../src/model/directory.js';
import { noteText } from '../../src/model/note.js';
import { baselineLines, parseBaseline } from '../../src/plan/baseline.js';
import { verifyPlan } from '../../src/plan/verify.js';
import { inOrder } from '../support/organizations.js';
import { answeredCells, fileOf, madePlanOf, planOf, textOf } from './planning.js';

const MANY = 130_000;

const peopleOf = (many: number, email: (number: number) => string): User[] =>
  inOrder(
    Array.from(
      { length: many },
      (_, at): User => ({ place: at, id: `${at + 1}`, input: 0, line: 0, userName: `keeper${at}`, email: email(at), active: true, authenticationType: 'idp' }),
    ),
  );

describe(`${MANY} users`, () => {
  test('of one address, each with an own decision: the two that conflict are named, with all their lines', () => {
    const organization = { users: peopleOf(MANY, () => 'lamp@lighthouse.example'), groups: [], memberships: [], authMode: 'saml', syncGroups: null } as const;
    const decided = madePlanOf(organization).rows.map(({ asked }) => {
      const { subject, id } = asked.question;
      return answeredCells(asked, subject === 'user' ? { action: 'set-email', value: `keeper${id === '7' ? '1' : id}@lighthouse.example` } : {});
    });
    const made = planOf(organization, fileOf(decided));
    const problems = 'problems' in made ? made.problems.map(({ line, message }) => `${line}: ${noteText(message)}`) : [];
    expect(problems).toEqual([expect.stringMatching(/^2: .*\(conflicting-users\): 2 users need or hold .*\(ids 1 and 7\)\.$/)]);
  });

  test('who are new in a fresh export are all told', () => {
    const users = peopleOf(MANY, (at) => `keeper${at}@lighthouse.example`);
    const plan = {
      schemaVersion: 2,
      kind: 'scim-audit/plan',
      digest: '',
      ...madePlanOf({ users: [], groups: [], memberships: [], authMode: 'saml', syncGroups: null }).body,
    } as const;
    const baseline = parseBaseline(textOf(baselineLines({ users: [], groups: [] })));
    expect(verifyPlan(plan, { users, groups: [], members: { has: () => false } }, baseline).differences).toHaveLength(MANY);
  });

  test('whose loss of a group is no more once that group is renamed are one step each', () => {
    const keepers = peopleOf(MANY, (at) => `keeper${at}@lighthouse.example`);
    const users: User[] = inOrder(keepers.map((user) => ({ ...user, active: false, authenticationType: 'basic' as const })));
    // Somebody is in scope, or the check had nothing to look at.
    users.push({ ...keepers[0], place: MANY, id: 'in scope', userName: 'crew@lighthouse.example', email: 'crew@lighthouse.example' });
    const groups = inOrder(['7', '8'].map((id) => ({ place: 0, id, input: 1, line: 0, name: 'Crew', isOrganizationLevel: true })));
    const memberships = users.slice(0, MANY).map(({ id }) => ({ user: id, group: '8', line: 2 }));
    const organization = { users, groups, memberships, authMode: 'saml', syncGroups: ['Crew'] } as const;
    const decided = madePlanOf(organization).rows.map(({ asked }) =>
      answeredCells(asked, asked.question.subject === 'group' && asked.question.id === '8' ? { action: 'set-name', value: 'Night crew' } : {}),
    );
    const { body } = madePlanOf(organization, fileOf(decided));
    expect(body.actions).toHaveLength(1);
    expect(body.actions[0].resolves).toHaveLength(MANY + 1);
    expect(body.open).toEqual([]);
  });
});
