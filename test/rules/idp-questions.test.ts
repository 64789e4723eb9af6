import { describe, expect, it } from 'vitest';
import { NODE_DIGESTS } from '../../src/app/node-digests.js';
import { beginAudit } from '../../src/audit/audit.js';
import type { Group, User } from '../../src/model/directory.js';
import type { IdpUser } from '../../src/model/idp.js';
import { askRows } from '../../src/plan/decision-rows.js';
import { directoryOf, type Organization, policyOf, snapshotOf } from '../support/organizations.js';
import { connectUser, directoryOfIdp, IDP_RULES, organizationOf } from './idp-sides.js';

const knows = (subject: string, more: Partial<IdpUser> = {}) => ({ id: subject, subject, email: subject, active: true, ...more });
const groupOf = (place: number, name: string, more: Partial<Group> = {}): Group => ({
  place,
  id: String(place + 1),
  input: 1,
  line: place + 2,
  name,
  isOrganizationLevel: true,
  ...more,
});

/** Returns the rows of decisions.csv about the identity provider: rule, subject, suggestion. */
function asked(users: readonly User[], idpUsers: readonly ReturnType<typeof knows>[], more: Partial<Organization> = {}, names: readonly string[] = []) {
  const organization = organizationOf(users, more);
  const audit = beginAudit(directoryOf(organization), policyOf(organization), NODE_DIGESTS, directoryOfIdp('okta', idpUsers, names));
  const { findings, snapshot } = audit.finish(snapshotOf(organization));
  const rows = askRows(findings, audit.context, snapshot.inputs);
  return rows
    .filter(({ finding }) => IDP_RULES.has(finding.finding.rule))
    .map(({ written: [, rule, subject, id, , , suggestion], question }) => ({ row: `${rule} ${subject} ${id}`, suggestion, actions: question.actions }));
}

describe('what people are asked about the identity provider', () => {
  it('the subject as email, where username and subject are one and it is an address', () => {
    const actions = ['set-email', 'set-username', 'deactivate', 'accept'];
    expect(asked([connectUser(0, 'ana@dome.example', 'a.moor@dome.example')], [knows('ana@dome.example')])).toEqual([
      { row: 'idp-subject-mismatch user 1', suggestion: 'set-email ana@dome.example', actions },
    ]);
    expect(asked([connectUser(0, 'ana', 'a.moor@dome.example')], [knows('ana')])).toEqual([{ row: 'idp-subject-mismatch user 1', suggestion: '', actions }]);
    expect(asked([connectUser(0, 'ana@dome.example', 'ana@dome.example')], [knows('Ana@dome.example')])).toEqual([
      { row: 'idp-subject-mismatch user 1', suggestion: '', actions },
    ]);
  });

  it('to deactivate whom the provider has blocked; whom it does not have is left to people', () => {
    const users = [connectUser(0, 'ana@dome.example', 'ana@dome.example'), connectUser(1, 'ben@dome.example', 'ben@dome.example')];
    expect(asked(users, [knows('ana@dome.example', { active: false })])).toEqual([
      { row: 'not-in-idp user 2', suggestion: '', actions: ['deactivate', 'accept'] },
      { row: 'idp-inactive-user user 1', suggestion: 'deactivate', actions: ['deactivate', 'accept'] },
    ]);
  });

  it('an anonymous address for inactive accounts that somebody else could be taken for', () => {
    const users = [
      connectUser(0, 'ana@dome.example', 'ana@dome.example'),
      connectUser(1, 'old.ana', 'ana@dome.example', { active: false }),
      connectUser(2, 'Ana@dome.example', 'gone@dome.example', { active: false }),
    ];
    expect(asked(users, [knows('ana@dome.example')]).map(({ row, suggestion }) => [row, suggestion])).toEqual([
      ['ambiguous-match user 1', ''],
      ['ambiguous-match user 2', 'set-email former-2@dome.example'],
      ['ambiguous-match user 3', 'set-username former-3@dome.example'],
    ]);
  });

  it('to accept what only the provider can mend', () => {
    expect(asked([], [knows('ana@dome.example'), knows('Ana@dome.example')])).toEqual([
      { row: 'idp-duplicate-subject snapshot ', suggestion: '', actions: ['accept'] },
    ]);
  });

  it("the provider's exact name for a group, without a number", () => {
    const suggestion = (groups: readonly Group[], names: readonly string[], more: Partial<Organization> = {}) =>
      asked([], [], { groups, ...more }, names).map((each) => each.suggestion);
    expect(suggestion([groupOf(0, 'observers')], ['Observers'])).toEqual(['set-name Observers']);
    expect(suggestion([groupOf(0, ' Observers'), groupOf(1, 'Observers', { isOrganizationLevel: false })], ['Observers'])).toEqual(['set-name Observers']);
    // Only similar; with white space around it, which no decision may have; one of two that would both become it.
    expect(suggestion([groupOf(0, 'Observer')], ['Observers'])).toEqual(['']);
    expect(suggestion([groupOf(0, 'observers')], ['Observers '])).toEqual(['']);
    expect(suggestion([groupOf(0, 'observers'), groupOf(1, 'OBSERVERS')], ['Observers'])).toEqual(['', '']);
  });

  it('not to rename a group that the settings ask for by its name', () => {
    const rows = asked([], [], { groups: [groupOf(0, 'observers'), groupOf(1, 'Bakers')], syncGroups: ['observers'] }, ['Observers']);
    expect(rows).toEqual([{ row: 'group-link group 1', suggestion: '', actions: ['accept'] }]);
  });
});
