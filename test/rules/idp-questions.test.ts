import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NODE_DIGESTS } from '../../src/app/node-digests.js';
import { beginAudit } from '../../src/audit/audit.js';
import { makeAliases } from '../../src/model/alias.js';
import { type Group, locationOf, type Subject, type User } from '../../src/model/directory.js';
import type { IdpUser } from '../../src/model/idp.js';
import { askRows } from '../../src/plan/decision-rows.js';
import { redactFinding, redactorFor } from '../../src/reporters/redact.js';
import { ruleOf } from '../../src/rules/registry.js';
import { collation } from '../support/alike-texts.js';
import { directoryOf, type Organization, policyOf, snapshotOf } from '../support/organizations.js';
import type { TwoSides } from './idp-oracle.js';
import { auditBoth, connectUser, directoryOfIdp, IDP_RULES, organizationOf, sidesArbitrary } from './idp-sides.js';

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

/** Returns each finding about the identity provider as it is told, plain and with aliases: its fields, and its words. */
function toldTwice(sides: TwoSides) {
  const { findings, snapshot } = auditBoth(sides);
  const redactor = redactorFor(
    snapshot,
    makeAliases((text) => createHmac('sha256', 'the seventh moon').update(text).digest(), collation),
  );
  const locate = (subject: Subject) => locationOf(snapshot.inputs, subject);
  return findings
    .filter(({ finding }) => IDP_RULES.has(finding.rule))
    .map(({ finding }) =>
      [finding, redactFinding(finding, redactor)].map((each) => {
        const rule = ruleOf(each);
        const { questions } = rule.remedy(each);
        return { data: rule.data(each, locate), words: [rule.message(each), rule.topic(each), rule.rows(each, locate), questions, rule.idpUsers?.(each)] };
      }),
    );
}

const PROTECTED = new Set(['userName', 'email', 'subject', 'near', 'name', 'id']);

/** Returns the data without what is a name. */
const facts = (data: unknown): string => JSON.stringify(data, (name, value: unknown) => (PROTECTED.has(name) && typeof value === 'string' ? undefined : value));

describe('findings about the identity provider with aliases', () => {
  it('state the same but for the names', () => {
    fc.assert(
      fc.property(sidesArbitrary, (sides) => {
        for (const [plain, redacted] of toldTwice(sides)) expect(facts(redacted.data)).toBe(facts(plain.data));
      }),
      { numRuns: 300 },
    );
  });

  it('show no username, email, subject or name of either side', () => {
    fc.assert(
      fc.property(sidesArbitrary, (sides) => {
        for (const [, redacted] of toldTwice(sides)) {
          expect(JSON.stringify(redacted)).not.toMatch(/@?dome\.example|(?:ana|ben|zoe|cleo|finn|ines)@|observers|bakers|night ?shift|mirror crew/i);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('hide people and groups in all the words of each rule', () => {
    const users = [
      connectUser(0, 'annabel', 'annabel@sky.example'),
      connectUser(1, 'benedict@sky.example', 'benedict@sky.example'),
      connectUser(2, 'benedict', 'Benedict@sky.example', { active: false }),
      connectUser(3, 'cordelia@sky.example', 'cordelia@sky.example'),
      connectUser(4, 'dorothea@sky.example', 'dorothea@sky.example'),
    ];
    const groups = [{ place: 0, id: '1', input: 1, line: 2, name: 'Stargazers', isOrganizationLevel: true }];
    const own = (id: string, subject: string, more = {}) => ({ id, subject, email: subject, active: true, ...more });
    const idp = directoryOfIdp(
      'entra',
      [
        own('a', 'annabel@sky.example'),
        own('b', 'benedict@sky.example', { email: '' }),
        own('cordelia@sky.example', 'cordelia@sky.example', { active: false }),
        own('e', 'Eleanor@sky.example'),
        own('f', 'eleanor@sky.example'),
      ],
      ['stargazers'],
    );
    const told = toldTwice({ organization: organizationOf(users, { groups }), idp });
    expect(told).toHaveLength(7);
    for (const [plain, redacted] of told) {
      expect(JSON.stringify(plain)).toMatch(/annabel|benedict|cordelia|dorothea|eleanor|stargazers/i);
      expect(JSON.stringify(redacted)).not.toMatch(/annabel|benedict|cordelia|dorothea|eleanor|stargazers|sky\.example/i);
    }
  });
});
