/** Plans made by hand, real files, and a world in which processes can die. */

import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Change } from '../../src/model/finding.js';
import type { Plan } from '../../src/plan/plan.js';
import type { SourceRequest } from '../../src/sources/source.js';
import { targetFor } from '../../src/targets/registry.js';
import type { ApplyRequest } from '../../src/targets/run/applicability.js';
import { prepareApply, type Receipt } from '../../src/targets/run/apply.js';
import type { ProcessInfo } from '../../src/targets/run/stops.js';
import { prepareUndo, type UndoReceipt } from '../../src/targets/run/undo.js';

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
