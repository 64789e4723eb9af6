import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/audit/report.js';
import { locationOf, type User } from '../../src/model/directory.js';
import { RULES, ruleOf } from '../../src/rules/registry.js';
import { pagedRules, pageOf, type RuleCase, readCases, withFindings } from '../support/fixture-pages.js';
import { temporaryFolders } from '../support/machine.js';
import { auditOf, damagedArbitrary, inOrder, type Organization, organizationArbitrary } from '../support/organizations.js';
import { runCli } from '../support/run.js';
import { expectedFindings, type Stated } from './oracle.js';

type Shown = Readonly<Record<string, unknown>>;

const makeFolder = temporaryFolders();
const isUpdating = process.env.UPDATE_RULES !== undefined && process.env.CI === undefined;

/** Returns what `check` reports of the rule, without what nobody would write by hand. */
async function check({ rule, files }: RuleCase): Promise<Shown[]> {
  const folder = makeFolder(files);
  const settings = Object.hasOwn(files, 'settings.json') ? ['--config', 'settings.json'] : ['--auth-mode', 'multi'];
  const { code, stdout, stderr } = await runCli(['check', '.', ...settings, '--format', 'json'], { cwd: folder });
  if (code !== 0 && code !== 1) throw new Error(`check ended with ${code}: ${stderr}`);
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly Shown[] };
  return findings.filter((finding) => finding.rule === rule).map(({ fingerprint: _, message: __, ...rest }) => rest);
}

it('fixtures/rules has a page for every rule, and no other', () => {
  expect(pagedRules()).toEqual(RULES.map(({ name }) => name).sort());
});

describe.each(pagedRules())('%s', (rule) => {
  const cases = readCases(rule);

  it('has cases, each with a name of its own', () => {
    const names = cases.filter(({ kind }) => kind === 'ng').map(({ name }) => name);
    expect(names).not.toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(cases)('$kind $name', async (each) => {
    const found = await check(each);
    if (isUpdating && each.kind === 'ng') writeFileSync(pageOf(rule), withFindings(readFileSync(pageOf(rule), 'utf8'), each.name, found));
    else expect(each.expected, 'the page has no findings for this case: run npm run rules').toBeDefined();
    if (each.kind === 'ng') expect(found, 'an ng case has findings').not.toEqual([]);
    if (!isUpdating || each.kind === 'ok') expect(found).toEqual(each.expected);
  });
});

/** Returns the message of the only conflict of a case. */
async function messageOf(name: string): Promise<string> {
  const { stdout } = await runCli([
    'check',
    makeFolder(readCases('conflicting-users').find((each) => each.kind === 'ng' && each.name === name)?.files),
    '--auth-mode',
    'multi',
    '--format',
    'json',
    '--skip-rule',
    'duplicate-group-name',
    '--skip-rule',
    'inactive-basic-member',
  ]);
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly { readonly rule: string; readonly message: string }[] };
  return findings.find(({ rule }) => rule === 'conflicting-users')?.message ?? '';
}

describe('a shared email', () => {
  it('is needed by all where everybody listed needs the update', async () => {
    expect(await messageOf('same-email-of-three')).toContain(': all need it as their username, and only one can have it (');
  });

  it('is needed by so many where others merely hold it', async () => {
    expect(await messageOf('same-email-of-a-held-username')).toBe(
      '3 users need or hold the username "oven@bakery.example": 2 of them need it as their username, and only one can have it (ids 20, 21 and 22).',
    );
  });
});

it('the administrators that the configuration names are counted with those who are missing', async () => {
  const folder = makeFolder({
    'users.csv':
      'id,userName,email,active,authenticationType\n1,root,root@bakery.example,true,basic\n2,rye@bakery.example,rye@bakery.example,true,idp\n3,oat@bakery.example,oat@bakery.example,false,idp\n',
    'groups.csv': 'id,name,project\n7,Ovens,\n',
    'memberships.csv': 'groupId,userId\n7,2\n',
    'scim-audit.config.json': '{"authMode":"multi","environment":{"administrators":["root","spelt"]}}',
  });
  const { stdout } = await runCli(['check', '.', '--format', 'json'], { cwd: folder });
  expect(stdout).toContain('Only \\"root\\" of the organization administrators that the configuration names (2) is');
});

describe('against the oracle', () => {
  interface Shown extends Omit<Stated, 'severity'> {
    readonly severity: string;
  }

  /** The findings as the JSON report holds them, without fingerprint and message. */
  function findingsOf({ findings, snapshot }: Report): Shown[] {
    return findings.map(({ finding }) => ({
      rule: finding.rule,
      severity: finding.severity,
      ...ruleOf(finding).data(finding, (subject) => locationOf(snapshot.inputs, subject)),
    }));
  }

  /** The contract leaves open how near a suggested name must be; the oracle says nothing of it. */
  function withoutSuggestion({ suggestion: _, ...rest }: Shown): Shown {
    return rest;
  }

  const fingerprintsOf = ({ findings }: Report): string[] => findings.map(({ fingerprint }) => fingerprint).sort();

  describe('the rules against the oracle', () => {
    it('state the same findings, field by field and in order', { timeout: 60_000 }, () => {
      fc.assert(
        fc.property(organizationArbitrary, (organization) => {
          const found = findingsOf(auditOf(organization)).map(withoutSuggestion);
          expect(found).toEqual(expectedFindings(organization));
        }),
        { numRuns: 900 },
      );
    });

    it('state the same findings of names that lost letters', { timeout: 60_000 }, () => {
      fc.assert(
        fc.property(damagedArbitrary, (organization) => {
          expect(findingsOf(auditOf(organization)).map(withoutSuggestion)).toEqual(expectedFindings(organization));
        }),
        { numRuns: 300 },
      );
    });

    it('suggest only names of organization-level groups, and one of the same key where there is one', () => {
      fc.assert(
        fc.property(organizationArbitrary, (organization) => {
          const names = organization.groups.filter((group) => group.isOrganizationLevel).map(({ name }) => name);
          for (const { rule, name, suggestion } of findingsOf(auditOf(organization))) {
            if (rule !== 'unknown-sync-group') continue;
            expect([null, ...names]).toContain(suggestion);
            if (name === 'Observer' && names.includes('Observers')) expect(suggestion).not.toBeNull();
          }
        }),
        { numRuns: 100 },
      );
    });

    it('meet every pattern, resolution, difference and match in the random organizations', () => {
      const met = new Set(
        fc
          .sample(organizationArbitrary, { numRuns: 600, seed: 20 })
          .flatMap(expectedFindings)
          .flatMap(({ rule, pattern, resolution, difference, match }) => [rule, `${pattern} by ${resolution}`, `difference ${difference}`, `match ${match}`]),
      );
      expect([...met]).toEqual(
        expect.arrayContaining([
          'username-email-mismatch',
          'conflicting-users',
          'duplicate-group-name',
          'inactive-basic-member',
          'missing-email',
          'invalid-email',
          'duplicate-email',
          'duplicate-username',
          'unknown-member',
          'unknown-sync-group',
          'nothing-to-check',
          'no-inactive-users',
          'same-email by decision',
          'taken by decision',
          'swap by automatic',
          'swap by decision',
          'chain by automatic',
          'chain by decision',
          'bystander by automatic',
          'bystander by decision',
          'difference case',
          'difference whitespace',
          'difference unicode',
          'difference value',
          'match exact',
          'match case',
          'match whitespace',
          'match unicode',
        ]),
      );
    });
  });

  describe('fingerprints', () => {
    it('are unique within a report', () => {
      fc.assert(
        fc.property(organizationArbitrary, (organization) => {
          const fingerprints = fingerprintsOf(auditOf(organization));
          expect(new Set(fingerprints).size).toBe(fingerprints.length);
        }),
        { numRuns: 150 },
      );
    });

    it('are the rule, a colon and at least 12 hex digits', () => {
      fc.assert(
        fc.property(organizationArbitrary, (organization) => {
          for (const { finding, fingerprint } of auditOf(organization).findings) {
            expect(fingerprint.startsWith(`${finding.rule}:`)).toBe(true);
            expect(fingerprint.slice(finding.rule.length + 1)).toMatch(/^[0-9a-f]{12,}$/);
          }
        }),
        { numRuns: 50 },
      );
    });

    it('do not change as a set when rows change places', () => {
      const shuffled = organizationArbitrary.chain((organization) => {
        const { users, groups, memberships } = organization;
        const all = { minLength: users.length, maxLength: users.length };
        return fc
          .record({
            users: fc.shuffledSubarray([...users], all),
            groups: fc.shuffledSubarray([...groups], { minLength: groups.length }),
            memberships: fc.shuffledSubarray([...memberships], { minLength: memberships.length }),
          })
          .map((rows) => ({
            organization,
            other: {
              ...organization,
              users: inOrder(rows.users),
              groups: inOrder(rows.groups),
              memberships: rows.memberships.map((row, at) => ({ ...row, line: at + 2 })),
            },
          }));
      });
      fc.assert(
        fc.property(shuffled, ({ organization, other }) => {
          expect(fingerprintsOf(auditOf(other))).toEqual(fingerprintsOf(auditOf(organization)));
        }),
        { numRuns: 250 },
      );
    });

    it('do not change when a user comes who concerns nobody', () => {
      fc.assert(
        fc.property(organizationArbitrary, (organization) => {
          const newcomer: User = {
            place: 0,
            id: '900',
            input: 0,
            line: 2,
            userName: 'vera@harbour.example',
            email: 'vera@harbour.example',
            active: true,
            authenticationType: 'idp',
          };
          const other = { ...organization, users: inOrder([newcomer, ...organization.users]) };
          const concerned = (report: Report): string[] =>
            fingerprintsOf(report).filter((fingerprint) => !/^(?:no-inactive-users|nothing-to-check):/.test(fingerprint));
          expect(concerned(auditOf(other))).toEqual(concerned(auditOf(organization)));
        }),
        { numRuns: 100 },
      );
    });
  });

  describe('pairs', () => {
    it('are counted as brute force counts them, and the first 100 listed, on a crowded address', () => {
      const member = fc.record({
        userName: fc.constantFrom('ana@dome.example', 'Ana@dome.example', 'ana', 'ben@dome.example'),
        email: fc.constantFrom('ana@dome.example', 'ANA@dome.example', 'ben@dome.example'),
        active: fc.boolean(),
      });
      fc.assert(
        fc.property(fc.array(member, { minLength: 10, maxLength: 32 }), (members) => {
          const users = members.map(
            (own, place): User => ({
              place,
              id: String(place + 1),
              input: 0,
              line: place + 2,
              authenticationType: 'idp',
              ...own,
            }),
          );
          const organization: Organization = { users, groups: [], memberships: [], authMode: 'saml', syncGroups: null };
          expect(findingsOf(auditOf(organization))).toEqual(expectedFindings(organization));
        }),
        { numRuns: 60 },
      );
    });

    it('of 200,000 users on one address are one finding', { timeout: 60_000 }, () => {
      const size = 200_000;
      const users = Array.from(
        { length: size },
        (_, place): User => ({
          place,
          id: String(place + 1),
          input: 0,
          line: place + 2,
          userName: `oven${place}`,
          email: 'oven@bakery.example',
          active: true,
          authenticationType: 'idp',
        }),
      );
      const found = findingsOf(auditOf({ users, groups: [], memberships: [], authMode: 'saml', syncGroups: null }));
      const contests = found.filter(({ rule }) => rule === 'conflicting-users');
      expect(contests).toHaveLength(1);
      expect(contests[0]).toMatchObject({ pattern: 'same-email', pairCount: (size * (size - 1)) / 2 });
      expect(contests[0]?.pairs).toHaveLength(100);
      expect(found.filter(({ rule }) => rule === 'duplicate-email')).toHaveLength(0);
    });
  });
});
