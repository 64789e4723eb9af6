/** Databases of one MariaDB server, each with an observatory's users, and the stock client that runs scripts on them. */

import { execFile } from 'node:child_process';
import { type DIALECTS, databaseNames, type StatedDatabaseNames } from '../../../src/model/database-names.js';
import type { Change } from '../../../src/model/finding.js';
import type { Plan } from '../../../src/plan/plan.js';
import { scriptFiles } from '../../../src/targets/script/script.js';
import { SETTINGS } from '../../plan/planning.js';
import type { MariaDb } from '../../support/mariadb.js';

export const DIGEST = `sha256:${'0f'.repeat(32)}`;

export function planOf(changes: readonly Change[], nulls: readonly string[] = []): Plan {
  return {
    schemaVersion: 2,
    kind: 'scim-audit/plan',
    digest: DIGEST,
    snapshot: { inputs: [], users: 0, groups: 0, memberships: 0 },
    settings: { ...SETTINGS, nulls: [...nulls] },
    actions: changes.map((change, at) => ({ id: `a${at + 1}`, change, resolves: [] })),
    open: [],
    after: { error: 0, warning: 0, info: 0 },
    decisions: [],
  };
}

export const rename = (user: string, from: string, to: string, attribute: 'userName' | 'email' | 'active' = 'userName'): Change => ({
  kind: 'replace-user',
  user,
  attribute,
  from,
  to,
});

export type Scripts = Readonly<Record<'check' | 'apply' | 'undo' | 'readme', string>>;

export function scriptsOf(plan: Plan, stated?: StatedDatabaseNames, dialect: (typeof DIALECTS)[number] = 'mysql'): Scripts {
  const files = scriptFiles(plan, databaseNames(stated), dialect);
  const text = (name: string): string => [...(files.get(name) ?? [])].join('');
  return { check: text('check.sql'), apply: text('apply.sql'), undo: text('undo.sql'), readme: text('README.txt') };
}

export interface Outcome {
  readonly code: number;
  /** The rows without headings. */
  readonly lines: readonly string[];
  /** The last row: the result. */
  readonly last: string;
  readonly errors: string;
}

/** Runs the stock client; further arguments come before the name of the database. */
export function runScript(server: MariaDb, database: string, text: string, further: readonly string[] = []): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(
      server.client,
      [...server.clientArguments, '--batch', ...further, database],
      { maxBuffer: 1 << 28, encoding: 'utf8' },
      (error, stdout, stderr) => {
        const lines = stdout.split('\n').filter((line) => line !== '');
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, lines, last: lines.at(-1) ?? '', errors: stderr });
      },
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(text);
  });
}

export const CONSENT = `--init-command=SET @scim_audit_apply='${DIGEST}'`;

export interface Schema {
  readonly collation?: string;
  readonly engine?: string;
  readonly disabled?: string;
  readonly members?: string;
}

export const hex = (text: string): string => `CONVERT(X'${Buffer.from(text).toString('hex')}' USING utf8mb4)`;

const made = { count: 0 };

/** Returns the name of a new database with the users, groups and memberships. */
export async function newDatabase(
  server: MariaDb,
  users: readonly (readonly [id: number | string, userName: string, email: string, disabled?: string | null])[],
  { collation = 'utf8mb4_uca1400_nopad_ai_ci', engine = 'InnoDB', disabled = 'CHAR(1)', members = '' }: Schema = {},
  groups: readonly (readonly [id: number | string, name: string, project: number | null])[] = [],
  memberships: readonly (readonly [user: number | string, group: number | string])[] = [],
): Promise<string> {
  const name = `observatory${++made.count}`;
  const text = `VARCHAR(255) CHARACTER SET ${collation.split('_', 1)[0]} COLLATE ${collation}`;
  const rows = (table: string, values: readonly string[]): string => (values.length === 0 ? '' : `INSERT INTO ${table} VALUES ${values.join(',')};`);
  await server.query(`CREATE DATABASE ${name}; USE ${name}; SET SESSION sql_mode='STRICT_ALL_TABLES';
    CREATE TABLE userbase (id INT NOT NULL PRIMARY KEY, userName ${text} NOT NULL, email ${text} NULL, disabled ${disabled} NULL, UNIQUE KEY userName (userName)) ENGINE=${engine};
    CREATE TABLE role (id INT NOT NULL PRIMARY KEY, display ${text} NOT NULL, projectId INT NULL) ENGINE=${engine};
    CREATE TABLE user_role (userid INT NOT NULL, roleId INT NOT NULL${members}) ENGINE=${engine};
    ${rows(
      'userbase',
      users.map(
        ([id, userName, email, status = null]) =>
          `(${id},${hex(userName)},${hex(email)},${status === null ? 'NULL' : /^\d$/.test(status) ? status : `'${status}'`})`,
      ),
    )}
    ${rows(
      'role',
      groups.map(([id, display, project]) => `(${id},${hex(display)},${project ?? 'NULL'})`),
    )}
    ${memberships.length === 0 ? '' : `INSERT INTO user_role (userid,roleId) VALUES ${memberships.map(([user, group]) => `(${user},${group})`).join(',')};`}`);
  return name;
}

/** Returns everything that the tables hold, byte for byte. */
export const contentOf = (server: MariaDb, database: string): Promise<string> =>
  server.query(
    `USE ${database}; SELECT id,HEX(CONVERT(userName USING utf8mb4)),HEX(CONVERT(email USING utf8mb4)),HEX(disabled) FROM userbase ORDER BY id; SELECT id,HEX(CONVERT(display USING utf8mb4)),projectId FROM role ORDER BY id; SELECT userid,roleId FROM user_role ORDER BY userid,roleId;`,
  );
