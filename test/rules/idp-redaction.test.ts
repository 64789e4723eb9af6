import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeAliases } from '../../src/model/alias.js';
import { locationOf, type Subject } from '../../src/model/directory.js';
import { redactFinding, redactorFor } from '../../src/reporters/redact.js';
import { ruleOf } from '../../src/rules/registry.js';
import { collation } from '../support/compare.js';
import type { TwoSides } from './idp-oracle.js';
import { auditBoth, connectUser, directoryOfIdp, IDP_RULES, organizationOf, sidesArbitrary } from './idp-sides.js';

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
