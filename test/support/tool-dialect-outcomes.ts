/** Random organizations for the dialects, and what becomes of one that is written in a dialect and checked. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { auditOf } from './organizations.js';
import { runCli } from './run.js';
import { type Dialect, type Organization, type WrittenGroup, type WrittenUser, whatIsLeft, writeOrganization } from './tool-dialects.js';

const PEOPLE = ['ana', 'ben', 'cleo'] as const;
const addressOf = (person: string): string => `${person}@dome.example`;
const address = fc.constantFrom(...PEOPLE).map(addressOf);

/** Names that files are misread by. */
const NAMES = [
  ...['ACME\\nora', 'ACME\\bob', 'ACME\\tom', 'back\\', '\\', 'Ada "Bo" Cy', '"Core"', '"', '5" pipe', 'a "quoted" word', 'ends with"', '"starts with'],
  ...['one, two', 'one; two', 'one|two', 'one\ttwo', 'one\ntwo', 'one\r\ntwo', 'a, b\nc, d', '"a", "b"', ' before', 'after ', '  ', ''],
  ...[
    'NULL',
    'Null',
    '[NULL]',
    '(null)',
    '<null>',
    'None',
    'nan',
    'N/A',
    '#N/A',
    '\\N',
    '0',
    '-1',
    '-',
    'true',
    '7',
    '(2 rows affected)',
    '------',
    '#TYPE x',
    'sep=;',
  ],
  ...['ANDRÉ’S TEAM', 'Team „Spaß“', 'CAFÉ™', 'RENÉ–LUC', 'Ready for review', 'smørbrød', 'Ünal', 'Łódź', '日本', '😀 team', "O'Neil", 'O’Neil'],
];
const twin = (text: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    text.toUpperCase(),
    text.replace('a', 'á'),
    text.replace('e', 'é'),
    `${text} `,
    ` ${text}`,
    `${text}\t`,
    `"${text}"`,
    `${text}\n`,
    `${text},`,
  );

const email = fc.oneof({ weight: 6, arbitrary: address }, { weight: 2, arbitrary: address.chain(twin) }, { weight: 1, arbitrary: fc.constant(null) });
/** A text that is no value as a whole is none (contract, section 3), but in usernames and names of groups. */
const isValue = (text: string): boolean => text !== 'NULL' && text !== '\\N';

const userOf = (hostile: fc.Arbitrary<string>): fc.Arbitrary<Omit<WrittenUser, 'id'>> =>
  fc.record({
    userName: fc.oneof(
      { weight: 4, arbitrary: address },
      { weight: 1, arbitrary: fc.constantFrom(...PEOPLE) },
      { weight: 1, arbitrary: address.chain(twin) },
      { weight: 2, arbitrary: hostile },
    ),
    email,
    fullName: fc.option(hostile.filter(isValue), { freq: 3 }),
    isActive: fc.boolean(),
    isBasic: fc.boolean(),
  });

const groupOf = (hostile: fc.Arbitrary<string>): fc.Arbitrary<Omit<WrittenGroup, 'id'>> =>
  fc.record({
    name: fc.oneof(hostile, fc.constantFrom('Core', 'core', 'Observers')),
    project: fc.option(
      fc.oneof({ weight: 4, arbitrary: fc.constantFrom('7', '12', 'Apollo') }, { weight: 1, arbitrary: fc.constantFrom('Apollo "X"', 'P, Q', 'tab\ttab') }),
      { freq: 2 },
    ),
  });

/** One or two kinds of trouble in each organization: a file with all of them is refused for the first, and shows nothing of the others. */
export const organizationArbitrary: fc.Arbitrary<Organization> = fc
  .subarray(NAMES, { minLength: 1, maxLength: 2 })
  .map((names) => fc.constantFrom(...names, 'Dome', 'Marsh'))
  .chain((hostile) =>
    fc.record({
      users: fc.array(userOf(hostile), { minLength: 1, maxLength: 6 }),
      groups: fc.array(groupOf(hostile), { minLength: 1, maxLength: 5 }),
      memberships: fc.uniqueArray(fc.tuple(fc.nat(5), fc.nat(6)), { minLength: 1, maxLength: 6, selector: String }),
    }),
  )
  .map(({ users, groups, memberships }) => ({
    users: users.map((each, at): WrittenUser => ({ id: String(at + 11), ...each })),
    groups: groups.map((each, at): WrittenGroup => ({ id: String(at + 5), ...each })),
    memberships: memberships.map(([inGroup, member]) => ({ group: String(inGroup + 5), user: String(member + 11) })),
  }));

export interface Reading {
  readonly isReady: boolean;
  readonly fingerprints: readonly string[];
  readonly rules: readonly string[];
}

/** Returns what the rules find in an organization as it is, without any file. */
export function referenceOf({ users, groups, memberships }: Organization): Reading {
  const { findings } = auditOf({
    authMode: 'multi',
    syncGroups: null,
    users: users.map(({ id, userName: name, email: mail, isActive, isBasic }, place) => ({
      place,
      id,
      input: 0,
      line: place + 2,
      userName: name,
      email: mail ?? '',
      active: isActive,
      authenticationType: isBasic ? 'basic' : 'idp',
    })),
    groups: groups.map(({ id, name, project }, place) => ({ place, id, input: 1, line: place + 2, name, isOrganizationLevel: project === null })),
    memberships: memberships.map((each, at) => ({ ...each, line: at + 2 })),
  });
  return {
    isReady: findings.every(({ finding }) => finding.severity !== 'error'),
    fingerprints: findings.map(({ fingerprint }) => fingerprint).sort(),
    rules: findings.map(({ finding }) => finding.rule),
  };
}

/** Returns what check says of files, or why it refuses them. */
async function readingOf(folder: string, flags: readonly string[]): Promise<Reading | string> {
  const { code, stdout, stderr } = await runCli(['check', '.', '--auth-mode', 'multi', '--format', 'json', ...flags], { cwd: folder });
  if (code === 2) return stderr;
  const { ready, findings } = JSON.parse(stdout);
  return {
    isReady: ready,
    fingerprints: findings.map(({ fingerprint }: { fingerprint: string }) => fingerprint).sort(),
    rules: findings.map(({ rule }: { rule: string }) => rule),
  };
}

export type Outcome = 'read' | 'refused' | 'NULL read as an address' | 'damage reported' | 'MISREAD' | 'FALSE READY';

export async function outcomeOf(
  organization: Organization,
  dialect: Dialect,
  flags: readonly string[],
  folder: string,
): Promise<{ outcome: Outcome; reading: Reading | string }> {
  for (const [name, bytes] of Object.entries(writeOrganization(organization, dialect))) writeFileSync(join(folder, name), bytes);
  const reading = await readingOf(folder, flags);
  if (typeof reading === 'string') return { outcome: 'refused', reading };
  const expected = referenceOf(whatIsLeft(organization, dialect));
  if (reading.isReady && !expected.isReady) return { outcome: 'FALSE READY', reading };
  if (!isSame(reading, expected)) {
    // An email that is a word is an invalid one, and so an error as a missing one is, until somebody says that the word is none.
    const isWordTaken = dialect.nullWord !== undefined && !flags.includes('--null') && isSame(reading, referenceOf(withWords(organization, dialect.nullWord)));
    return { outcome: isWordTaken ? 'NULL read as an address' : 'MISREAD', reading };
  }
  if (dialect.lose === undefined || !reading.rules.includes('damaged-text')) return { outcome: 'read', reading };
  return { outcome: 'damage reported', reading };
}

const isSame = (one: Reading, other: Reading): boolean => one.fingerprints.join() === other.fingerprints.join();

const withWords = (organization: Organization, word: string): Organization => ({
  ...organization,
  users: organization.users.map((each) => ({ ...each, email: each.email ?? word })),
});

export const isSafe = (outcome: Outcome): boolean => outcome !== 'MISREAD' && outcome !== 'FALSE READY';
