/** Schemas of journal lines: what the code relies on, in every version that wrote journals. A line that does not fit is damage. */

import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Job } from '../target.js';
import { fsyncFolder, removeIfThere } from './files.js';
import type { FileRecord, JournalRecord, RunRecord } from './journal.js';

const text = z.string();
const texts = z.array(text);
/** Values of columns by name, or settings by name; their values are checked where they are used. */
const fields = z.looseObject({});

const role = z.enum(['users', 'groups', 'memberships']);
const input = z.looseObject({ role, file: text, table: text.optional(), sha256: text });

const reading = z.looseObject({
  source: text.optional(),
  users: texts,
  inactiveUsers: texts,
  groups: text.optional(),
  memberships: texts,
  columns: fields,
  tables: fields,
});

const run = z.looseObject({
  type: z.literal('run'),
  schemaVersion: z.number(),
  kind: z.enum(['apply', 'undo']),
  run: text,
  planFile: text,
  planDigest: text,
  actions: z.number(),
  mode: z.enum(['in-place', 'out', 'live']),
  targets: texts,
  inputs: z.array(input),
  reading,
  authTypeMap: fields,
  pid: z.number(),
  host: text,
  startedAt: text,
  targetId: text.optional(),
  url: text.optional(),
});

const change = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('replace-user'), user: text, attribute: z.enum(['userName', 'email', 'active']), from: text, to: text }),
  z.looseObject({ kind: z.literal('replace-group'), group: text, from: text, to: text }),
  z.looseObject({ kind: z.literal('remove-member'), group: text, user: text }),
  z.looseObject({ kind: z.literal('add-member'), group: text, user: text }),
]);

const where = z.union([
  z.looseObject({ file: text, heading: text.optional(), line: z.number() }),
  z.looseObject({ file: text, heading: text.optional(), table: text, key: fields }),
  z.looseObject({ call: text }),
]);

const value = z.union([z.null(), text, fields]);

const intent = z.looseObject({ type: z.literal('intent'), id: text, at: z.number(), change, where, old: value, new: value });
const announced = z.looseObject({ type: z.literal('announced'), intents: z.number(), sha256: text });
const file = z.looseObject({
  type: z.literal('file'),
  role,
  file: text,
  table: text.optional(),
  before: text,
  after: text,
  backup: text.optional(),
});
const outcome = z.looseObject({ type: z.literal('outcome'), id: text, outcome: z.enum(['done', 'refused']) });
const end = z.looseObject({
  type: z.literal('end'),
  state: z.enum(['finished', 'paused', 'stopped', 'interrupted']),
  leaves: z.array(input),
  sha256: text.optional(),
});

const journalRecord = z.discriminatedUnion('type', [run, intent, announced, file, outcome, end]);

/** Is a value a record as a run writes it. The value itself is used, not what zod returns: digests depend on the order of its fields. */
const isRecord = (candidate: unknown): candidate is JournalRecord => journalRecord.safeParse(candidate).success;

/** Defaults for settings that runs of version 1 did not record because they did not exist. */
const UNSAID = { nulls: [], activeMap: {} } as const;

/** Returns the first record of a run with those defaults filled in. */
export const completed = (first: RunRecord): RunRecord => ({ ...first, reading: { ...UNSAID, ...first.reading } });

/** Returns the record of a line; undefined if it is not a record. */
export function recordIn(line: string): JournalRecord | undefined {
  try {
    const candidate: unknown = JSON.parse(line);
    return isRecord(candidate) ? candidate : undefined;
  } catch {
    return undefined;
  }
}

// The manifest of a run's copies, kept beside them so that they can be put back even if the journal is lost.

const NAME = 'manifest.json';

/** What a run is about to write, as its journal announces it. */
interface Manifest {
  readonly run: RunRecord;
  readonly files: readonly FileRecord[];
}

const digestOf = ({ run, files }: Manifest): string =>
  createHash('sha256')
    .update(JSON.stringify([run, files]))
    .digest('hex');

export const manifestIn = (backupFolder: string): string => join(backupFolder, NAME);

/** Returns the manifest; undefined if it does not exist or has changed since it was written. */
export function readManifest(backupFolder: string): Manifest | undefined {
  const file = manifestIn(backupFolder);
  if (!existsSync(file)) return undefined;
  try {
    const { run, files, sha256 }: Partial<Manifest> & { readonly sha256?: unknown } = JSON.parse(readFileSync(file, 'utf8'));
    if (!isRecord(run) || run.type !== 'run' || !Array.isArray(files)) return undefined;
    const isWhole = files.every((each) => isRecord(each) && each.type === 'file') && digestOf({ run, files }) === sha256;
    return isWhole ? { run: completed(run), files } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Writes the manifest and syncs it before the target is touched; returns whether it was new. An undo needs none of its own: the run's manifest says what must result. */
export function keepManifest({ journal: { run }, runFolder, backups }: Job, files: readonly FileRecord[]): boolean {
  if (run === undefined || run.kind === 'undo') return false;
  const folder = join(runFolder, backups);
  if (readManifest(folder)?.run.run === run.run) return false;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { resumes: _, ...begun } = run;
  const manifest = { run: begun, files };
  const file = manifestIn(folder);
  const beside = `${file}.tmp`;
  removeIfThere(beside);
  const fd = openSync(beside, 'wx', 0o600);
  try {
    writeFileSync(fd, `${JSON.stringify({ ...manifest, sha256: digestOf(manifest) }, undefined, 2)}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(beside, file);
  fsyncFolder(folder);
  fsyncFolder(runFolder);
  return true;
}
