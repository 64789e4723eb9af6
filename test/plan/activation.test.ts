import { expect, test } from 'vitest';
import { inOrder } from '../support/organizations.js';
import { answeredCells, fileOf, planOf } from './planning.js';

const person = (id: string, userName: string, email: string, active: boolean) =>
  ({ place: 0, id, input: 0, line: 0, userName, email, active, authenticationType: 'basic' }) as const;

test('to activate a member whose rename would then need a decision is refused with its line, and says which finding is new', () => {
  const organization = {
    // Finn is inactive, and would have to become ben@dome.example, whom Ben's bad email keeps where he is.
    users: inOrder([person('1', 'finn@dome.example', 'ben@dome.example', false), person('2', 'ben@dome.example', 'not an address', true)]),
    groups: inOrder([{ place: 0, id: 'g1', input: 1, line: 2, name: 'Team', isOrganizationLevel: true }]),
    memberships: [{ user: '1', group: 'g1', line: 2 }],
    authMode: 'basic' as const,
    syncGroups: null,
  };
  const open = planOf(organization);
  if ('problems' in open) throw new Error('nothing was decided yet');
  const rows = open.rows.map(({ asked }) => answeredCells(asked, asked.written[1] === 'inactive-basic-member' ? { action: 'activate' } : {}));
  const line = rows.findIndex((cells) => cells[7] === 'activate') + 2;
  const decided = planOf(organization, fileOf(rows));
  expect('problems' in decided ? decided.problems : []).toContainEqual(
    expect.objectContaining({ line, message: expect.stringContaining('makes a new finding, username-email-mismatch') }),
  );
});
