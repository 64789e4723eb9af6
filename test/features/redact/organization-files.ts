/** An organization as files, and what a check of them finds, apart from the values themselves. */

import type { Organization } from '../../support/organizations.js';

const line = (cells: readonly string[]): string => `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\n`;

/** Returns the CSV files of an organization, with people's names and columns that nothing reads. */
export function filesOf({ users, groups, memberships }: Organization): Record<string, string> {
  const hasSync = groups.some(({ sync }) => sync !== undefined);
  return {
    'users.csv': [
      ['id', 'userName', 'email', 'name', 'phone', 'active', 'authenticationType'],
      ...users.map(({ id, userName, email, active, authenticationType }) => [
        id,
        userName,
        email,
        `Person Secretname${id}`,
        '+47 555 0199',
        String(active),
        authenticationType,
      ]),
    ]
      .map(line)
      .join(''),
    'groups.csv': [
      ['id', 'name', 'project', ...(hasSync ? ['sync'] : [])],
      ...groups.map(({ id, name, isOrganizationLevel, sync }) => [id, name, isOrganizationLevel ? '' : '51', ...(hasSync ? [String(sync === true)] : [])]),
    ]
      .map(line)
      .join(''),
    'memberships.csv': [['groupId', 'userId'], ...memberships.map(({ user, group }) => [group, user])].map(line).join(''),
  };
}

const FACTS = ['rule', 'severity', 'difference', 'match', 'pattern', 'resolution', 'pairCount', 'pairs', 'location', 'count', 'isProjectGroup', 'lacks'];

interface Facts {
  readonly [name: string]: unknown;
}

const isRecord = (value: unknown): value is Facts => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Returns what a redaction must not change of a finding: everything but values, fingerprints and words. */
function factsOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(factsOf);
  if (!isRecord(value)) return value;
  const kept = new Set([
    ...FACTS,
    'id',
    'active',
    'authenticationType',
    'needsUpdate',
    'first',
    'second',
    'reason',
    'path',
    'line',
    'user',
    'users',
    'group',
    'groups',
    'memberships',
  ]);
  return Object.fromEntries(Object.entries(value).flatMap(([name, inner]) => (kept.has(name) ? [[name, factsOf(inner)]] : [])));
}

/** Returns the findings of a JSON report as facts, in an order that values do not decide. */
export function findingsOf(json: string): string[] {
  const report: unknown = JSON.parse(json);
  if (!isRecord(report) || !Array.isArray(report.findings)) throw new Error('no report');
  return report.findings.map((finding) => JSON.stringify(factsOf(finding))).sort();
}

/** Returns the parts of values that must not appear in what is redacted: long enough to be no accident. */
export function secretsOf({ users, groups }: Pick<Organization, 'users' | 'groups'>): string[] {
  const values = [...users.flatMap(({ userName, email }) => [userName, email, userName.split('@')[0], email.split('@')[0]]), ...groups.map(({ name }) => name)];
  return [...new Set(values.map((value) => value.trim()).filter((value) => value.length >= 4 && /[\p{L}\p{N}]/u.test(value)))];
}
