/** Plans made by hand, real files, and a world in which processes can die. */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NODE_DIGESTS } from '../../src/app/node-digests.js';
import { type DIALECTS, databaseNames, type StatedDatabaseNames } from '../../src/model/database-names.js';
import type { Change } from '../../src/model/finding.js';
import type { Plan } from '../../src/plan/plan.js';
import { parsePlan } from '../../src/plan/plan-file.js';
import { readCredentials } from '../../src/rest/access.js';
import { type Jama, openJama } from '../../src/rest/client.js';
import type { SourceRequest } from '../../src/sources/source.js';
import { targetFor } from '../../src/targets/registry.js';
import { type LiveReceipt, prepareLive } from '../../src/targets/rest/apply.js';
import { jamaLive } from '../../src/targets/rest/jama-live.js';
import type { LiveRequest } from '../../src/targets/rest/prepare.js';
import { type LiveUndoReceipt, prepareLiveUndo } from '../../src/targets/rest/undo.js';
import type { ApplyRequest } from '../../src/targets/run/applicability.js';
import { prepareApply, type Receipt } from '../../src/targets/run/apply.js';
import { readRun } from '../../src/targets/run/run-folder.js';
import type { ProcessInfo } from '../../src/targets/run/stops.js';
import { prepareUndo, type UndoReceipt } from '../../src/targets/run/undo.js';
import { scriptFiles } from '../../src/targets/script/script.js';
import { answeredCells, fileOf, madePlanOf, planText, SETTINGS, suggested } from '../plan/planning.js';
import { fakeTime, type JamaStandIn, type StandInGroup, type StandInUser, startJamaStandIn } from '../support/jama-stand-in.js';
import type { Organization } from '../support/organizations.js';
import type { MariaDb } from '../support/servers.js';

export const requestFor = (source: string | undefined, more: Partial<SourceRequest> = {}): SourceRequest => ({
  ...(source === undefined ? {} : { source }),
  users: [],
  inactiveUsers: [],
  memberships: [],
  columns: {},
  tables: {},
  nulls: [],
  activeMap: {},
  isAssumedActive: false,
  ...more,
});

/** Returns a world of one living process. */
export const worldOf = (pid = 4711, alive: readonly number[] = [pid]): ProcessInfo => ({
  pid,
  host: 'observatory',
  now: () => new Date('2026-03-02T08:00:00Z'),
  isAlive: (other) => alive.includes(other),
});

/** Returns a plan of the given changes for a source as it is now. */
export async function planFor(source: SourceRequest, changes: readonly Change[]): Promise<Plan> {
  const inputs = await targetFor(source).inspect(source);
  const digest = `sha256:${createHash('sha256')
    .update(JSON.stringify([inputs, changes]))
    .digest('hex')}`;
  return {
    schemaVersion: 2,
    kind: 'scim-audit/plan',
    digest,
    snapshot: {
      inputs: inputs.map(({ path, table, role, sha256 }) => ({ path, ...(table === undefined ? {} : { table }), role, sha256, rows: 0 })),
      users: 0,
      groups: 0,
      memberships: 0,
    },
    settings: {
      authMode: 'multi',
      syncGroups: null,
      // Handmade changes are not all that a plan would have: who was left out on purpose is not looked for.
      skipRules: ['username-email-mismatch'],
      severities: {},
      authTypeMap: {},
      leaveOutUsers: [],
      columns: source.columns,
      tables: source.tables,
      delimiter: null,
      encoding: null,
      quote: null,
      escape: null,
      nulls: [],
      activeMap: {},
      collation: 'utf8mb4_0900_ai_ci',
      assumeActive: false,
    },
    actions: changes.map((change, at) => ({ id: `a${at + 1}`, change, resolves: [] })),
    open: [],
    after: { error: 0, warning: 0, info: 0 },
    decisions: [],
  };
}

export interface Scene {
  readonly source: SourceRequest;
  readonly plan: Plan;
  readonly planFile: string;
}

export const request = ({ source, plan, planFile }: Scene, more: Partial<ApplyRequest> = {}): ApplyRequest => ({
  plan,
  planFile,
  source,
  mode: { kind: 'in-place' },
  isAgreed: true,
  world: worldOf(),
  interrupted: () => undefined,
  ...more,
});

export async function applyAll(scene: Scene, more: Partial<ApplyRequest> = {}): Promise<Receipt> {
  const prepared = await prepareApply(request(scene, more));
  return prepared.run();
}

export async function undoAll(runFolder: string, more: { at?(step: string): void; world?: ProcessInfo } = {}): Promise<UndoReceipt> {
  const prepared = await prepareUndo({ runFolder, isAgreed: true, world: worldOf(), interrupted: () => undefined, ...more });
  return prepared.run();
}

/** Returns every file below a folder with its bytes as hex, but for locks and what is being prepared. */
export function bytesBelow(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(folder, name);
    if (statSync(path).isFile() && !name.endsWith('.lock') && !name.endsWith('.tmp')) found[name] = readFileSync(path).toString('hex');
  }
  return found;
}

export function writeAll(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
}

/** Thrown when the process is to die. */
export class Killed extends Error {}

/**
 * Dies at the given step: what is on the disk at that moment is kept aside, the rest of the process goes on into the
 * void, and then the disk is put back to that moment. That is what SIGKILL leaves. Returns the name of the step, or
 * undefined where the work ended before.
 */
export async function killedAt(folder: string, step: number, work: (at: (step: string) => void) => Promise<unknown>): Promise<string | undefined> {
  const aside = `${folder}-killed`;
  rmSync(aside, { recursive: true, force: true });
  let count = 0;
  let name: string | undefined;
  try {
    await work((each) => {
      if (count++ !== step) return;
      name = each;
      cpSync(folder, aside, { recursive: true, preserveTimestamps: true });
      throw new Killed(each);
    });
  } catch (error) {
    if (name === undefined) throw error;
  }
  if (name === undefined) return undefined;
  for (const each of readdirSync(folder)) rmSync(join(folder, each), { recursive: true, force: true });
  cpSync(aside, folder, { recursive: true, preserveTimestamps: true });
  rmSync(aside, { recursive: true, force: true });
  return name;
}

// Databases of one MariaDB server, each with an observatory's users, and the stock client that runs scripts on them.

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

type Scripts = Readonly<Record<'check' | 'apply' | 'undo' | 'readme', string>>;

export function scriptsOf(plan: Plan, stated?: StatedDatabaseNames, dialect: (typeof DIALECTS)[number] = 'mysql'): Scripts {
  const files = scriptFiles(plan, databaseNames(stated), dialect);
  const text = (name: string): string => [...(files.get(name) ?? [])].join('');
  return { check: text('check.sql'), apply: text('apply.sql'), undo: text('undo.sql'), readme: text('README.txt') };
}

interface Outcome {
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

interface Schema {
  readonly collation?: string;
  readonly engine?: string;
  readonly disabled?: string;
  readonly members?: string;
}

const hex = (text: string): string => `CONVERT(X'${Buffer.from(text).toString('hex')}' USING utf8mb4)`;

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

// Plans of made-up organizations, and a stand-in server that has these.

/** Returns the text of the plan of an organization with every suggestion taken. */
export function suggestedPlan(organization: Organization): string {
  const open = madePlanOf(organization);
  return planText(madePlanOf(organization, fileOf(open.rows.map(({ asked }) => answeredCells(asked, suggested(asked) ?? {})))).body);
}

/** Returns the text of a plan with these changes, as if it had been planned. */
export function planTextOf(changes: readonly Change[]): string {
  return planText({
    snapshot: { inputs: [], users: 0, groups: 0, memberships: 0 },
    settings: SETTINGS,
    actions: changes.map((change, at) => ({ id: `a${at + 1}`, change, resolves: [] })),
    open: [],
    after: { error: 0, warning: 0, info: 0 },
    decisions: [],
  });
}

export const readPlan = (folder: string): Plan => parsePlan(readFileSync(join(folder, 'plan.json'), 'utf8'), join(folder, 'plan.json'), NODE_DIGESTS);

/** Returns what the server has of an organization. */
export function peopleOf({ users, groups, memberships }: Organization): { readonly users: StandInUser[]; readonly groups: StandInGroup[] } {
  const known = new Set(users.map(({ id }) => id));
  return {
    users: users.map(({ id, userName, email, active }) => ({ id: Number(id), username: userName, email, active })),
    groups: groups.map(({ id, name, isOrganizationLevel }) => ({
      id: Number(id),
      name,
      description: `about ${id}`,
      ...(isOrganizationLevel ? {} : { project: 7 }),
      members: [...new Set(memberships.filter(({ group, user }) => group === id && known.has(user)).map(({ user }) => Number(user)))],
    })),
  };
}

/** Returns what the server has, in an order of its own: a member who comes back is the last of the list. */
export const contentOfStandIn = ({ organization }: JamaStandIn): unknown =>
  structuredClone({ users: organization.users, groups: organization.groups.map((group) => ({ ...group, members: [...group.members].sort((a, b) => a - b) })) });

export const startWith = (organization: Organization): Promise<JamaStandIn> => startJamaStandIn(peopleOf(organization));

const WORLD: ProcessInfo = { pid: 4711, host: 'dome', now: () => new Date('2026-03-02T08:00:00Z'), isAlive: () => false };

interface Way extends Partial<Pick<LiveRequest, 'first' | 'maxChanges' | 'ownUserName' | 'interrupted'>> {
  /** Is told of each call before it is made, and after; may throw. */
  readonly onCall?: (number: number, when: 'before' | 'after') => void;
}

/** Returns a client that tells of each of its calls. */
function telling(jama: Jama, onCall: Way['onCall'] = () => {}): Jama {
  let number = 0;
  const told = async <T>(call: () => Promise<T>): Promise<T> => {
    const mine = ++number;
    onCall(mine, 'before');
    const answer = await call();
    onCall(mine, 'after');
    return answer;
  };
  return {
    ...jama,
    url: jama.url,
    get: (path, query) => told(() => jama.get(path, query)),
    send: (method, path, body) => told(() => jama.send(method, path, body)),
    async *list(path, query, from) {
      onCall(++number, 'before');
      yield* jama.list(path, query, from);
    },
  };
}

async function withClient<T>(
  server: JamaStandIn,
  { onCall }: Way,
  work: (jama: Jama, sleep: (milliseconds: number) => Promise<void>) => Promise<T>,
): Promise<T> {
  const time = fakeTime();
  const jama = await openJama({
    url: server.url,
    credentials: readCredentials(server.environment),
    world: { ...time, environment: server.environment },
    agent: 'test',
    timeout: 500,
  });
  try {
    return await work(telling(jama, onCall), time.sleep);
  } finally {
    await jama.close();
  }
}

/** Applies the plan in a folder. */
export const applyTo = (server: JamaStandIn, folder: string, way: Way = {}): Promise<LiveReceipt> =>
  withClient(server, way, async (jama, sleep) => {
    const { onCall: _, ...rest } = way;
    const prepared = await prepareLive({
      plan: readPlan(folder),
      planFile: join(folder, 'plan.json'),
      live: jamaLive(jama),
      world: WORLD,
      sleep,
      interrupted: () => undefined,
      ...rest,
    });
    return prepared.run();
  });

/** Undoes a run. */
export const undoIn = (server: JamaStandIn, runFolder: string, way: Way = {}): Promise<LiveUndoReceipt> =>
  withClient(server, way, async (jama, sleep) => {
    const journal = readRun(runFolder);
    if (journal === undefined) throw new Error('no journal');
    const plan = readPlan(join(runFolder, '..', '..'));
    const prepared = await prepareLiveUndo({ runFolder, journal, live: jamaLive(jama), plan, world: WORLD, sleep, interrupted: () => undefined });
    return prepared.run();
  });
