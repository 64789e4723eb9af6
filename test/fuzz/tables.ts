/** Tables whose cells are exchanged and duplicated: what they mean stays plain, so the oracle says what must be found. */

import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Group, User } from '../../src/model/directory.js';
import { expectedFindings } from '../rules/oracle.js';
import type { MembershipRow, Organization } from '../support/organizations.js';
import { type Case, command, demand, demandSame, type Ground } from './fuzzer.js';
import { mutated, resettled } from './mutate.js';
import type { Form } from './written.js';
import { gentle, randomOrganization, settingsOf, writeOrganization } from './written.js';

const FORM: Form = { kind: 'csv', delimiter: ',', lineEnd: '\n', areAllQuoted: false, hasMark: false, encoding: 'utf8', hasFinalEnd: true, hasNotes: false };
const HEADINGS = { users: 'id,userName,email,active,authenticationType', groups: 'id,name,scope', memberships: 'groupId,userId' } as const;

/** Letters of which the oracle knows how they compare, and nothing that a reader might take for more than text. */
const PLAIN = /^[A-Za-z0-9@. _-]*$/;
const WORDS = /^\s*(?:null|none|nil|undefined|nan|n\/a)\s*$/i;

/** Returns the cells of a file whose meaning nobody can dispute; undefined if it has become anything else. */
function cellsOf(bytes: Buffer, heading: string): string[][] | undefined {
  const text = bytes.toString('latin1');
  if (!text.endsWith('\n')) return undefined;
  const [first, ...lines] = text.slice(0, -1).split('\n');
  if (first !== heading) return undefined;
  const rows = lines.map((line) => line.split(','));
  const isPlain = rows.every(
    (row) => row.length === heading.split(',').length && row.every((cell) => PLAIN.test(cell) && !WORDS.test(cell) && cell === cell.trim()),
  );
  return isPlain ? rows : undefined;
}

const isId = (text: string): boolean => /^[1-9]\d{0,8}$/.test(text);
const areDistinct = (rows: readonly (readonly string[])[]): boolean => new Set(rows.map(([id]) => id)).size === rows.length;

/** Returns what the files say, or undefined if it takes a reader to tell. */
function read(folder: string, organization: Organization): Organization | undefined {
  const rows = (file: keyof typeof HEADINGS): string[][] | undefined => cellsOf(readFileSync(join(folder, `${file}.csv`)), HEADINGS[file]);
  const [users, groups, memberships] = [rows('users'), rows('groups'), rows('memberships')];
  if (users === undefined || groups === undefined || memberships === undefined) return undefined;
  if (!users.every(([id, , , active, type]) => isId(id) && /^(?:true|false)$/.test(active) && /^(?:idp|basic)$/.test(type)) || !areDistinct(users))
    return undefined;
  if (!groups.every(([id, name, scope]) => isId(id) && name !== '' && /^(?:organization|project)$/.test(scope)) || !areDistinct(groups)) return undefined;
  if (!memberships.every((row) => row.every(isId)) || users.length === 0) return undefined;
  return {
    ...organization,
    users: users.map(
      ([id, userName, email, active, type], place): User => ({
        place,
        id,
        input: 0,
        line: place + 2,
        userName,
        email,
        active: active === 'true',
        authenticationType: type === 'idp' ? 'idp' : 'basic',
      }),
    ),
    groups: groups.map(([id, name, scope], place): Group => ({ place, id, input: 1, line: place + 2, name, isOrganizationLevel: scope === 'organization' })),
    memberships: memberships.map(([group, user], at): MembershipRow => ({ group, user, line: at + 2 })),
  };
}

type Field = null | boolean | number | string | readonly Field[] | { readonly [key: string]: Field };

/** Returns a value with its keys in order, without what the oracle leaves open and what is otherwise in a database. */
export function canonical(value: Field, isDatabase: boolean): Field {
  if (Array.isArray(value)) return value.map((each: Field) => canonical(each, isDatabase));
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([key]) => !['fingerprint', 'message', 'suggestion'].includes(key) && !(isDatabase && key === 'location'));
  return Object.fromEntries(
    kept
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, ['path', 'file'].includes(key) && typeof each === 'string' ? basename(each) : canonical(each, isDatabase)]),
  );
}

/** Checks an organization's files and compares the report with what the contract says of it. Returns the exit code. */
export async function expectFindings(organization: Organization, source: string, isDatabase: boolean, folder: string): Promise<number> {
  const { code, stdout, stderr } = await command(['check', source, ...settingsOf(organization), '--format', 'json'], { cwd: folder });
  if (organization.users.length === 0) {
    demand(code === 3, () => `no users, but exit ${code}: ${stderr}`);
    return code;
  }
  demand(code === 0 || code === 1, () => `exit ${code} for what can be read: ${stderr}`);
  const report = JSON.parse(stdout);
  const expected = expectedFindings(organization);
  demandSame(canonical(report.findings, isDatabase), canonical(JSON.parse(JSON.stringify(expected)), isDatabase), 'the findings are others');
  const errors = expected.filter(({ severity }) => severity === 'error').length;
  demandSame([code, report.ready, report.summary.error], [errors > 0 ? 1 : 0, errors === 0, errors], 'the verdict is another');
  const { users, groups, memberships } = organization;
  demandSame([report.snapshot.users, report.snapshot.groups, report.snapshot.memberships], [users.length, groups.length, memberships.length], 'rows were lost');
  return code;
}

/** Spoils a random organization's tables; if they still say something plainly, compares the report with the oracle. */
export async function playTable({ random, folder }: Case, _: Ground): Promise<readonly string[]> {
  const drawn = randomOrganization(random);
  const organization = random.chance(0.7) ? gentle(drawn, random) : drawn;
  const source = writeOrganization(folder, { ...organization, groups: organization.groups.map(({ sync: _sync, ...group }) => group) }, FORM);
  for (let left = 1 + random.below(4); left > 0; left--) {
    const file = join(source, `${random.pick(['users', 'users', 'groups', 'memberships'])}.csv`);
    const bytes = readFileSync(file);
    writeFileSync(file, random.chance(0.75) ? resettled(bytes, random) : mutated('users.csv', bytes, random));
  }
  const understood = read(source, organization);
  if (understood !== undefined) return [`oracle exit ${await expectFindings(understood, source, false, folder)}`];
  const { code } = await command(['check', source, ...settingsOf(organization), '--format', 'json'], { cwd: folder });
  return [`table exit ${code}`];
}
